"""MTBF and MTTR: failures are stays in `down` of at least `min_stop` of calendar time, booked where they begin (D34).

A stay goes on over shift borders and past the window's end; only its calendar time inside the window counts as down
time, its whole calendar time decides whether it is a failure.

Bounds stand on chains: maximal time in which `down` may hold, made of sure runs and unsure segments. A stay holds a
sure run whole or lies within one segment. So at most: one failure per sure run whose chain may reach `min_stop` and
that may begin in the window, and in a segment of length u there ⌊u / min_stop⌋, one more where it goes on past the
window's end; and never more than fit into the down time of the chain. At least: one per chain with a run of `min_stop`, if all that may be its beginning, or that of a run
before it, lies in the window's calendar. MTBF: least operating time ÷ most failures to most ÷ least. Where no failure
is certain its high is not bounded; where none is possible its low is the operating time.

MTTR, low: least down time ÷ most failures, and never below `min_stop`, which each failure lasts. high: a chain's down
time is a failure's only if there is one, so over any set of chains that holds the certain ones it is at most Σ their
time ÷ their number; the largest adds the longest of the others while they lie above the ratio. That set, each chain one
stay, is a completion: reached. Where a failure may go on past the window's end its length is known only as at least:
no high, and no `min_stop` in the low.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.outcome import Outcome, Ratio, greatest, ratio, share
from evidence_engine.kpis.state_time import line_of
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import State

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stops:
    """All stays of an asset in one state and all chains of it, ascending, in the columns of `kernels.stays`.

    pieces, rows: by the plain reading, and the stays that they make · parts, chain: all time in which the state may hold,
    and with which part each chain begins, one more at the end.
    """

    pieces: Ints
    rows: Ints
    parts: Ints
    chain: Ints
    min_stop: int


def stops_of(state: Held, calendar: CalendarTime, min_stop: int, of: State = State.DOWN) -> Stops:
    """Stays of the plain reading, where unknown time between two downs parts nothing, and chains of the careful one."""
    return stops_along(LineTime.of(state, calendar), min_stop, of)


@dataclass(frozen=True, slots=True)
class LineTime:
    """A state over all time, and in calendar time its borders and the instants one ns after them, int64[2, n + 1]."""

    line: kernel.Line
    x: Ints

    @staticmethod
    def of(state: Held, calendar: CalendarTime) -> "LineTime":
        """For the stays of any of its values."""
        line = line_of(state)
        return LineTime(line, np.stack([calendar.to_x(line.border), calendar.to_x(line.border + 1)]))


def stops_along(time: LineTime, min_stop: int, of: State) -> Stops:
    """Those of one state."""
    parts, chain = kernel.chains_of(time.line, time.x, 1 << of)
    return Stops(*kernel.stays_of(time.line, time.x, int(of), parts, chain), parts, chain, min_stop)


def edges_of(calendar: CalendarTime, start: int, end: int) -> kernel.Edges:
    """A window, and its edges in calendar time."""
    return kernel.Edges(start, end, calendar.x_at(start), calendar.x_at(end))


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures that begin in a window: by the plain reading, at least, at most; with their down time in ns."""

    count: int
    time: int
    is_cut: bool
    least: int
    least_time: int
    most: int
    most_time: int
    may_be_cut: bool
    """A failure that may begin in the window may go on past its end: its length is known only as at least."""
    min_stop: int = 0
    certain_time: int = 0
    """Most down time of the chains that surely hold a failure."""
    optional: tuple[int, ...] = ()
    """Most down time of each chain that may hold one, and need not."""

    def longest(self, more: int) -> tuple[int, int]:
        """(down time, failures + `more`) with the largest ratio; (0, 0) where there is no failure to divide by."""
        time, count = self.certain_time, self.least + more
        for length in sorted(self.optional, reverse=True):
            if length * count <= time and count:
                break
            time, count = time + length, count + 1
        return time, count


class Told(NamedTuple):
    """What stays and chains say in a window, in the columns of `kernels.stays`, and the sums of these (of edges: nothing)."""

    stays: Ints
    chains: Ints
    of_stays: list[int]
    of_chains: list[int]


def told_in(stops: Stops, edges: kernel.Edges, min_stop: int) -> Told:
    """Of those that may touch the window."""
    stays = kernel.stays_in(stops.pieces, stops.rows, edges, min_stop)
    chains = kernel.chains_in(stops.parts, stops.chain, edges, min_stop)
    return Told(stays, chains, stays.sum(axis=0).tolist(), chains.sum(axis=0).tolist())


def failures_in(stops: Stops, calendar: CalendarTime, start: int, end: int) -> Failures:
    """Count them in [start, end)."""
    found = told_in(stops, edges_of(calendar, start, end), stops.min_stop)
    chains, plain, sums = found.chains, found.of_stays, found.of_chains
    is_certain, may_be = chains[:, kernel.LEAST] > 0, chains[:, kernel.MOST] > 0
    goes_on = bool((chains[may_be, kernel.END] > end).any())
    return Failures(
        count=plain[kernel.LONG],
        time=plain[kernel.LONG_BEGUN],
        is_cut=plain[kernel.CUT] > 0,
        least=sums[kernel.LEAST],
        least_time=sums[kernel.LEAST_TIME],
        most=sums[kernel.MOST],
        most_time=sums[kernel.TIME],
        may_be_cut=plain[kernel.CUT] > 0 or goes_on,
        min_stop=stops.min_stop,
        certain_time=int(chains[is_certain, kernel.TIME].sum()),
        optional=tuple(chains[may_be & ~is_certain, kernel.TIME].tolist()),
    )


def together(every: Sequence[Failures]) -> Failures:
    """Those of several assets."""
    return Failures(
        count=sum(one.count for one in every),
        time=sum(one.time for one in every),
        is_cut=any(one.is_cut for one in every),
        least=sum(one.least for one in every),
        least_time=sum(one.least_time for one in every),
        most=sum(one.most for one in every),
        most_time=sum(one.most_time for one in every),
        may_be_cut=any(one.may_be_cut for one in every),
        min_stop=min((one.min_stop for one in every), default=0),
        certain_time=sum(one.certain_time for one in every),
        optional=tuple(length for one in every for length in one.optional),
    )


def mtbf(time: Mapping[str, int], found: Failures) -> Outcome:
    """Operating time (producing and setup) ÷ failures, in hours."""
    low = ratio(time["op_sure"], max(1, found.most) * HOUR)
    high = ratio(time["op_may"], found.least * HOUR)
    return _outcome(time, found, ratio(time["operating"], found.count * HOUR), low, high)


def mttr(time: Mapping[str, int], found: Failures) -> Outcome:
    """Down time of the failures ÷ failures, in hours; a stay cut by the window's end leaves the high open."""
    low, high = restoration_bounds(found, 0)
    return _outcome(time, found, ratio(found.time, found.count * HOUR), low, high)


def restoration_bounds(found: Failures, more: int) -> tuple[Ratio | None, Ratio | None]:
    """(low, high) of down time ÷ (failures + `more`), in hours."""
    low = ratio(found.least_time, (found.most + more) * HOUR)
    if found.may_be_cut or low is None:
        return low, None
    shortest = (
        ratio(found.min_stop * found.least, (found.least + more) * HOUR) if more else (found.min_stop, HOUR)
    )
    time, count = found.longest(more)
    return low if shortest is None else greatest(low, shortest), ratio(time, count * HOUR)


def _outcome(
    time: Mapping[str, int],
    found: Failures,
    value: tuple[int, int] | None,
    low: tuple[int, int] | None,
    high: tuple[int, int] | None,
) -> Outcome:
    codes = {"stay_cut_by_window"} if found.is_cut else set()
    if not time["known"]:
        codes.add("nothing_known")
    parts = {"failures": found.count, "failures_least": found.least, "failures_most": found.most}
    coverage = share(time["known"], time["C"])
    return Outcome(value, low, high, coverage, parts=parts, limitations=frozenset(codes))
