"""Series that contradict one another: pieces without producing, producing without power, more pieces than time."""

from collections.abc import Iterator

import numpy as np

from evidence_engine.kernels.oddities import low_while, resting_rises
from evidence_engine.kernels.series import Series
from evidence_engine.knowledge.quanta import scale_of
from evidence_engine.knowledge.stretches import Instants, ascending
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.doubt import COUNTERS, Doubt, columns, doubt
from evidence_engine.kpis.subjects import GOOD, POWER, TOTAL
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.samples import GOOD as GOOD_QUALITY
from evidence_engine.vocabulary.states import State

HANDED_ON = MINUTE
"""A piece may be counted by what stands behind the machine, so long after it was made."""

FEW_PIECES = 5
"""Rises of the counter; fewer may be one hand movement: a piece taken out, a counter tried."""

ONE_IN = 20
"""At least this share of the window's rises: a rare late piece is no contradiction."""

NEXT_TO_NOTHING = 100
"""The rated power divided by this: controls alone take more on any machine that moves."""

LONG_ENOUGH = 10 * MINUTE
"""Producing without power for less may be the end of a job under a cover that is still moving."""

_PRODUCING = np.uint64(1 << State.PRODUCING)
_MAKES = np.uint64(1 << State.PRODUCING | 1 << State.SETUP)


def count_without_producing(found: AssetWindow) -> Iterator[Doubt]:
    """Rises between two readings that lie, with the minute before, in time that surely makes none."""
    role = next((r for r in (TOTAL, GOOD) if found.of.has(r)), None)
    if role is None or not found.of.has("state"):
        return
    of, state, window = columns(found, role), found.of.state, (found.start, found.end)
    wrong = resting_rises(of, window, (state.border, state.may), _MAKES, HANDED_ON)
    if wrong >= FEW_PIECES and wrong * ONE_IN >= _rises(of, *window):
        yield doubt(found, "count_without_producing", ("state", *COUNTERS))


def _rises(of: Series, start: int, end: int) -> int:
    """All rises between neighbouring good readings of the window."""
    rows = slice(*np.searchsorted(of.ts, [start, end]).tolist())
    value = of.value[rows][of.quality[rows] == GOOD_QUALITY]
    value = value[np.isfinite(value)]
    return int((value[1:] > value[:-1]).sum())


def producing_without_power(found: AssetWindow) -> Iterator[Doubt]:
    """Time that is surely producing while the power is surely next to nothing."""
    if not (found.of.has("state") and found.of.has(POWER)):
        return
    limit = 0 if found.of.rated is None else found.of.rated // NEXT_TO_NOTHING
    if _may_be_weak(found, limit) and _weak_time(found, limit) >= LONG_ENOUGH:
        yield doubt(found, "producing_without_power", ("state", POWER))


def _may_be_weak(found: AssetWindow, limit: int) -> bool:
    """Whether readings of next to nothing stand for long enough: else no careful reading needs to be worked out.

    A quantum more than the limit, since levels are rounded, and a billionth of it, since this comparison is as well.
    """
    state, level = found.of.state, (limit + 1) / scale_of(POWER) * (1 + 1e-9)
    of, segments = columns(found, POWER), (state.border, state.may)
    return low_while(of, (found.start, found.end), segments, _PRODUCING, level, LONG_ENOUGH)


def _weak_time(found: AssetWindow, limit: int) -> int:
    """ns of it, by the careful reading of both."""
    state, numbers = found.of.state, found.of.numbers
    if not len(numbers.high):
        return 0
    borders = (_near(state.border, found), _near(numbers.border, found))
    edges = ascending(np.array([found.start, found.end], np.int64), *borders)
    at = numbers.at(edges[:-1])
    weak = (at >= 0) & numbers.bounded[at] & (numbers.high[at] <= limit)
    _, may = state.at(edges[:-1])
    return int(np.diff(edges)[weak & (may == _PRODUCING)].sum())


def _near(border: Instants, found: AssetWindow) -> Instants:
    first, last = np.searchsorted(border, [found.start, found.end])
    return border[first:last]


def cycle_not_credible(found: AssetWindow) -> Iterator[Doubt]:
    """The fewest pieces earn more than all time that may be producing, and what was in work at each beginning."""
    pieces = found.of.pieces
    if found.of.cycles is None or not found.time["C"] or (pieces.total or pieces.good) is None:
        return
    gaps = found.gaps["good" if pieces.total is None else "total"]
    begun = found.book.calendar.stretches_in(found.start, found.end) * found.book.burst_time
    if gaps.least > found.time["sure_p"] + found.time["may_p"] + begun:
        yield doubt(found, "cycle_not_credible", COUNTERS, ("state", "product"))
