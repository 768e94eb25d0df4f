"""Hand-made knowledge for tests of the figures: states from a row of cells, counters from a list of steps."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from evidence_engine.knowledge.counters import Steps
from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.asset_time import AssetTime, asset_time
from evidence_engine.kpis.cycles import Cycles
from evidence_engine.kpis.flows import Flow, PieceFlows, flow_of
from evidence_engine.kpis.timeline import CalendarTime, calendar_of
from evidence_engine.vocabulary.states import ANY_STATE, STATE_WORDS, State

CELL = 60
"""Length of a cell in ns: the ideal cycle of one piece."""

LETTERS = {
    "P": State.PRODUCING,
    "S": State.SETUP,
    "I": State.IDLE,
    "-": State.IDLE,
    "D": State.DOWN,
    "N": State.PLANNED_STOP,
    "O": State.OFF,
}


def held(cells: Sequence[str], cell: int = CELL) -> Held:
    """Each cell is the letters of the states that may hold in it; the plain reading knows cells of one letter."""
    masks = [ANY_STATE if c == "?" else sum(1 << LETTERS[x] for x in set(c)) for c in cells]
    plain = [LETTERS[c] if len(c) == 1 and c != "?" else -1 for c in cells]
    border = np.arange(len(cells) + 1, dtype=np.int64) * cell
    return Held(
        border if len(cells) else border[:0],
        np.array(plain, np.int16),
        np.array(masks, np.uint64),
        ANY_STATE,
        STATE_WORDS,
    )


NO_PRODUCT = Held(np.empty(0, np.int64), np.empty(0, np.int16), np.empty(0, np.uint64), 1, ("A",))


def calendar(*stretches: tuple[int, int]) -> CalendarTime:
    """C of these stretches, in cells."""
    return calendar_of(np.array(stretches, np.int64).reshape(-1, 2) * CELL)


def flow(
    steps: Sequence[tuple[int, int, int, int]],
    known: tuple[int, int],
    rate: Fraction | None = Fraction(1, CELL),
    burst: int = 1,
    seen: bool = False,
) -> Flow:
    """steps: (start, end, low, high), times in ns, in (start, end], booked at the end; counted in `known` only."""
    table = np.array(steps, np.int64).reshape(-1, 4)
    n = len(table)
    return flow_of(
        Steps(
            t1=table[:, 0],
            t2=table[:, 1],
            start=table[:, 1] - 1 if seen else table[:, 0],
            end=table[:, 1],
            seen=np.full(n, seen),
            amount=table[:, 2],
            low=table[:, 2],
            high=table[:, 3],
            high_bounded=np.ones(n, np.bool_),
            undecided=np.zeros(n, np.bool_),
            kind=np.zeros(n, np.uint8),
            border=np.array(known, np.int64),
            known=np.array([True]),
            sure=np.array([True]),
            opens=known[0],
            closes=known[1],
            disproved=np.empty(0, np.int64),
            max_rate=rate,
            burst=burst,
            step_quantum=0,
        ),
        "count_good",
    )


ONE_CYCLE = Cycles(("A",), np.array([CELL], np.int64), CELL, CELL, CELL)


def time_of(cells: Sequence[str], pieces: Flow | None, within: CalendarTime | None = None) -> AssetTime:
    """Asset time of some cells with one uniform cycle."""
    return asset_time(
        within or calendar((0, len(cells))),
        held(cells),
        NO_PRODUCT,
        ONE_CYCLE,
        PieceFlows(pieces, pieces, None),
    )
