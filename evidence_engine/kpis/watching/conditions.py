"""Conditions: where an alarm stands or a limit is exceeded, as a held value of two categories, with its stays counted as D34 does.

A condition is a Held whose categories are those of a machine that is down (ON) or producing (OFF): so its stays, and the
bounds of how many there may be, are those of failures, over all time instead of a calendar.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.held import ABOVE, BELOW, WITHIN
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.numbers import Numbers
from evidence_engine.knowledge.quanta import one_quantum
from evidence_engine.knowledge.stretches import Stretches, where
from evidence_engine.vocabulary.monitoring import Limit
from evidence_engine.vocabulary.states import STATE_WORDS, UNKNOWN, State

ON, OFF = State.DOWN, State.PRODUCING
ON_BIT, OFF_BIT = 1 << ON, 1 << OFF
EITHER = ON_BIT | OFF_BIT
_ON, _OFF, _UNKNOWN = np.int16(ON), np.int16(OFF), np.int16(UNKNOWN)
Flags = NDArray[np.bool_]


def condition_of_held(held: Held, wanted: Iterable[int]) -> Held:
    """On where the held value is one of the wanted categories."""
    mask = sum(1 << index for index in wanted)
    words = [_ON if mask >> index & 1 else _OFF for index in range(len(held.names))]
    plain = np.array([*words, _UNKNOWN], np.int16)[held.plain]  # -1, unknown, is the last
    may_on = (held.may & np.uint64(mask)) != 0
    may_off = (held.may & np.uint64(held.full & ~mask)) != 0
    return _condition(held.border, plain, may_on, may_off, held.limitations)


def condition_of_numbers(numbers: Numbers, limit: Limit) -> Held:
    """On where the level is above `high` or below `low`; between two readings it may be anything between them."""
    is_out = np.zeros(len(numbers.plain), np.bool_)
    may_on, sure_on = is_out.copy(), is_out.copy()
    if limit.high is not None:
        high = one_quantum(limit.high, limit.role)
        is_out |= numbers.plain > high
        may_on |= numbers.high > high
        sure_on |= numbers.low > high
    if limit.low is not None:
        low = one_quantum(limit.low, limit.role)
        is_out |= numbers.plain < low
        may_on |= numbers.low < low
        sure_on |= numbers.high < low
    plain = np.where(numbers.known, np.where(is_out, _ON, _OFF), _UNKNOWN)
    is_open = ~numbers.bounded
    return _condition(numbers.border, plain, may_on | is_open, ~sure_on | is_open, numbers.limitations)


def condition_of_bands(bands: Held) -> Held:
    """The same of a level by its bands: above and below at once, it passes between them."""
    outside = np.uint64(1 << ABOVE | 1 << BELOW)
    plain = np.array([_OFF, _ON, _ON, _UNKNOWN])[bands.plain]  # -1, unknown, is the last
    may_off = ((bands.may & np.uint64(1 << WITHIN)) != 0) | ((bands.may & outside) == outside)
    return _condition(bands.border, plain, (bands.may & outside) != 0, may_off, bands.limitations)


def any_of(conditions: Sequence[Held]) -> Held:
    """On where at least one is on, off where all are; never known where there is none."""
    border = np.unique(np.concatenate([np.empty(0, np.int64), *(one.border for one in conditions)]))
    at = border[:-1]
    on, unknown = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
    may_on, may_off = on.copy(), np.ones(len(at), np.bool_)
    for one in conditions:
        plain, may = one.at(at)
        on |= plain == ON
        unknown |= plain == UNKNOWN
        may_on |= (may & np.uint64(ON_BIT)) != 0
        may_off &= (may & np.uint64(OFF_BIT)) != 0
    plain = np.where(on, _ON, np.where(unknown, _UNKNOWN, _OFF))
    codes = sorted({code for one in conditions for code in one.limitations})
    return _condition(border, plain, may_on, may_off, codes)


def known_of(condition: Held) -> Stretches:
    """Where the plain reading knows it."""
    return where(condition.border, condition.plain != UNKNOWN)


def times_of(condition: Held, start: int, end: int) -> tuple[int, int, int, int]:
    """ns of the window in which it is (on by the plain reading, known, surely on, maybe on)."""
    border = condition.border
    if not len(condition.plain) or end <= border[0] or start >= border[-1]:
        return 0, 0, 0, end - start
    rows = slice(
        max(0, int(np.searchsorted(border, start, "right")) - 1), int(np.searchsorted(border[:-1], end))
    )
    edges = np.clip(border[rows.start : rows.stop + 1], start, end)
    lengths, plain, may = np.diff(edges), condition.plain[rows], condition.may[rows]
    inside = int(lengths.sum())
    never_on, surely_on = may == np.uint64(OFF_BIT), may == np.uint64(ON_BIT)
    chosen = (plain == ON, plain != UNKNOWN, surely_on)
    on, known, surely = (int(lengths[flags].sum()) for flags in chosen)
    return on, known, surely, end - start - inside + int(lengths[~never_on].sum())


def _condition(
    border: NDArray[np.int64], plain: NDArray[np.int16], may_on: Flags, may_off: Flags, codes: Iterable[str]
) -> Held:
    may = (may_on * np.uint64(ON_BIT) | may_off * np.uint64(OFF_BIT)).astype(np.uint64)
    if len(plain):  # neighbours that say the same become one segment
        new = np.append(True, (plain[1:] != plain[:-1]) | (may[1:] != may[:-1]))
        border, plain, may = np.append(border[:-1][new], border[-1]), plain[new], may[new]
    return Held(border, plain.astype(np.int16), may, EITHER, STATE_WORDS, tuple(codes))
