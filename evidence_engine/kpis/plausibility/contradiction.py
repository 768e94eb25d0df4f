"""Series that contradict one another: pieces without producing, producing without power, more pieces than time."""

from collections.abc import Iterator

import numpy as np

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.cycles import products_in
from evidence_engine.kpis.plausibility.doubt import COUNTERS, Doubt, doubt
from evidence_engine.kpis.subjects import GOOD, POWER, TOTAL
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.roles import series_name
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

_MAKES = np.uint64(1 << State.PRODUCING | 1 << State.SETUP)


def count_without_producing(found: AssetWindow) -> Iterator[Doubt]:
    """Rises between two readings that lie, with the minute before, in time that surely makes none."""
    role = next((r for r in (TOTAL, GOOD) if found.of.has(r)), None)
    if role is None or not found.of.has("state"):
        return
    samples = found.of.history.of(series_name(found.of.name, role)).between(found.start, found.end)
    good = (samples.quality == GOOD_QUALITY) & np.isfinite(samples.value)
    ts, level = samples.ts[good], samples.value[good]
    rises = np.flatnonzero(level[1:] > level[:-1])
    if len(rises) < FEW_PIECES:
        return
    masks = products_in(found.of.state, ts[rises] - HANDED_ON, ts[rises + 1])
    wrong = int(((masks & _MAKES) == 0).sum())
    if wrong >= FEW_PIECES and wrong * ONE_IN >= len(rises):
        yield doubt(found, "count_without_producing", ("state", *COUNTERS))


def producing_without_power(found: AssetWindow) -> Iterator[Doubt]:
    """Time that is surely producing while the power is surely next to nothing."""
    if not (found.of.has("state") and found.of.has(POWER)):
        return
    state, numbers = found.of.state, found.of.numbers
    limit = 0 if found.of.rated is None else found.of.rated // NEXT_TO_NOTHING
    borders = [
        b[(b > found.start) & (b < found.end)]
        for b in (_near(state.border, found), _near(numbers.border, found))
    ]
    edges = np.unique(np.concatenate([[found.start, found.end], *borders])).astype(np.int64)
    at = numbers.at(edges[:-1])
    if not len(numbers.high):
        return
    weak = (at >= 0) & numbers.bounded[at] & (numbers.high[at] <= limit)
    _, may = state.at(edges[:-1])
    if int(np.diff(edges)[weak & (may == np.uint64(1 << State.PRODUCING))].sum()) >= LONG_ENOUGH:
        yield doubt(found, "producing_without_power", ("state", POWER))


def _near(border: np.ndarray, found: AssetWindow) -> np.ndarray:
    first, last = np.searchsorted(border, [found.start, found.end])
    return np.asarray(border[first:last])


def cycle_not_credible(found: AssetWindow) -> Iterator[Doubt]:
    """The fewest pieces earn more than all time that may be producing, and what was in work at each beginning."""
    pieces = found.of.pieces
    if found.of.cycles is None or not found.time["C"] or (pieces.total or pieces.good) is None:
        return
    gaps = found.gaps["good" if pieces.total is None else "total"]
    begun = found.book.calendar.stretches_in(found.start, found.end) * found.book.burst_time
    if gaps.least > found.time["sure_p"] + found.time["may_p"] + begun:
        yield doubt(found, "cycle_not_credible", COUNTERS, ("state", "product"))
