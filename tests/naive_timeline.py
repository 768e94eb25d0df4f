"""Slow, obvious twins of the loops over a calendar's cells: one instant after another."""

import itertools
from collections.abc import Sequence

from evidence_engine.vocabulary.states import State

Stretch = tuple[int, int]


def state_rows(plain: int, may: set[int]) -> set[str]:
    """What holds of a state: its category by the plain reading, -1 unknown, and all that it may be."""
    producing, planned, setup = int(State.PRODUCING), int(State.PLANNED_STOP), int(State.SETUP)
    rows = {
        "C": True,
        "known": plain >= 0,
        "producing": plain == producing,
        "planned": plain == planned,
        "operating": plain in (producing, setup),
        "sure_p": may == {producing},
        "sure_n": may == {planned},
        "must": may == {producing, planned},
        "may_p": producing in may and len(may) > 1,
        "may_n": planned in may and len(may) > 1 and producing not in may,
        "both": {producing, planned} <= may,
        "op_sure": may <= {producing, setup},
        "op_may": bool(may & {producing, setup}),
        "unsure": len(may) > 1,
    }
    return {name for name, holds in rows.items() if holds}


def word_at(
    t: int,
    line: tuple[Sequence[int], Sequence[int]],
    lists: Sequence[tuple[Sequence[Stretch], int]],
    conclusions: Sequence[tuple[int, int]],
) -> int:
    """The word of one instant: of its segment, of the lists that it lies in, and what follows from these."""
    border, words = line
    word = words[-1]
    for row, (start, end) in enumerate(itertools.pairwise(border)):
        word = words[row] if start <= t < end else word
    for stretches, bit in lists:
        word |= bit if any(a <= t < b for a, b in stretches) else 0
    for needed, bit in conclusions:
        word |= bit if word & needed == needed else 0
    return word
