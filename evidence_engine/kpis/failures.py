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
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.outcome import Outcome, Ratio, greatest, ratio, share
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import UNKNOWN, State

_DOWN = 1 << State.DOWN
Span = tuple[int, int]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in `down` by the plain reading: its known pieces, and all its calendar time."""

    start: int
    end: int
    pieces: tuple[Span, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Part:
    """A sure run or an unsure segment of a chain."""

    start: int
    end: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Maximal time in which `down` may hold."""

    parts: tuple[Part, ...]

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end


@dataclass(frozen=True)
class Stops:
    """All stays and chains of an asset, ascending.

    pieces, parts: int64[n, 2] of (start, end) of all stays, int64[m, 3] of (start, end, sure) of all chains ·
    stay, chain: which of them each stay and each chain begins with, one more at the end · length[k]: calendar time of
    each stay.
    """

    pieces: Ints
    stay: Ints
    length: Ints
    parts: Ints
    chain: Ints
    min_stop: int

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """One by one."""
        pieces = [(start, end) for start, end in self.pieces.tolist()]
        ranges = pairwise(self.stay.tolist())
        rows = zip(ranges, self.length.tolist(), strict=True)
        return tuple(
            Stay(pieces[a][0], pieces[b - 1][1], tuple(pieces[a:b]), length) for (a, b), length in rows
        )

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """One by one."""
        parts = [Part(start, end, sure == 1) for start, end, sure in self.parts.tolist()]
        return tuple(Chain(tuple(parts[a:b])) for a, b in pairwise(self.chain.tolist()))

    def only(self, chain: Chain) -> "Stops":
        """One chain alone, without a stay."""
        parts = np.array([(part.start, part.end, part.sure) for part in chain.parts], np.int64)
        one = np.array([0, len(parts)], np.int64)
        return Stops(self.pieces[:0], self.stay[:1], self.length[:0], parts, one, self.min_stop)


def stops_of(state: Held, calendar: CalendarTime, min_stop: int) -> Stops:
    """Stays of the plain reading, where unknown time between two downs parts nothing, and chains of the careful one."""
    return Stops(*_stays(state, calendar), *_chains(state), min_stop)


def _stays(state: Held, calendar: CalendarTime) -> tuple[Ints, Ints, Ints]:
    down = np.flatnonzero(state.plain == State.DOWN)
    others = np.cumsum((state.plain != State.DOWN) & (state.plain != UNKNOWN))[down]
    first = np.flatnonzero(np.append(True, others[1:] != others[:-1])[: len(down)])
    pieces = np.stack([state.border[down], state.border[down + 1]], axis=1)
    lengths = calendar.to_x(pieces[:, 1]) - calendar.to_x(pieces[:, 0])
    return pieces, np.append(first, len(down)), np.add.reduceat(lengths, first) if len(first) else lengths


def _chains(state: Held) -> tuple[Ints, Ints]:
    """All time in parts in which `down` may hold, and must or may not."""
    inner = state.border if len(state.border) else np.zeros(1, np.int64)
    border = np.concatenate([[FIRST], inner, [LAST]])
    beyond = np.array([state.full], np.uint64)
    masks = np.concatenate([beyond, state.may, beyond])
    may, sure = (masks & np.uint64(_DOWN)) != 0, masks == np.uint64(_DOWN)
    after = np.append(False, may[:-1])
    opens = may & ~(after & np.append(False, sure[1:] == sure[:-1]))
    rows = np.flatnonzero(opens)
    closes = may & ~np.append(may[1:] & ~opens[1:], False)
    parts = np.stack([border[rows], border[np.flatnonzero(closes) + 1], sure[rows]], axis=1)
    return parts.astype(np.int64), np.append(np.flatnonzero(~after[rows]), len(rows))


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


def failures_in(stops: Stops, calendar: CalendarTime, start: int, end: int) -> Failures:
    """Count them in [start, end)."""
    count, time, is_cut = _plain(stops, calendar, start, end)
    ends = stops.parts[stops.chain[1:] - 1, 1]
    first = int(np.searchsorted(ends, start, "right"))
    last = int(np.searchsorted(stops.parts[stops.chain[:-1], 0], end, "left"))
    chosen = stops.chain[first : max(first, last) + 1]
    days = (calendar.stretches, calendar.x)
    found = kernel.failures_of(stops.parts, chosen, days, (start, end), stops.min_stop)
    least, least_time, most, most_time = found.sum(axis=0).tolist()
    is_certain, may_be = found[:, kernel.LEAST] > 0, found[:, kernel.MOST] > 0
    goes_on = bool((may_be & (ends[first : first + len(found)] > end)).any())
    certain = int(found[is_certain, kernel.TIME].sum())
    optional = tuple(found[may_be & ~is_certain, kernel.TIME].tolist())
    more = (stops.min_stop, certain, optional)
    return Failures(count, time, is_cut, least, least_time, most, most_time, is_cut or goes_on, *more)


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


def _plain(stops: Stops, calendar: CalendarTime, start: int, end: int) -> tuple[int, int, bool]:
    starts = stops.pieces[stops.stay[:-1], 0]
    first, last = np.searchsorted(starts, [start, end]).tolist()
    begins = starts[first:last]
    is_chosen = stops.length[first:last] >= stops.min_stop
    is_chosen &= calendar.to_x(begins + 1) > calendar.to_x(begins)
    rows = np.flatnonzero(is_chosen) + first
    if not len(rows):
        return 0, 0, False
    ends = stops.pieces[stops.stay[rows + 1] - 1, 1]
    inner = stops.pieces[_each(stops.stay[rows], stops.stay[rows + 1])]
    begin, stop = np.maximum(inner[:, 0], start), np.minimum(inner[:, 1], end)
    time = np.where(begin < stop, calendar.to_x(stop) - calendar.to_x(begin), 0)
    return len(rows), int(time.sum()), bool((ends > end).any())


def _each(first: Ints, last: Ints) -> Ints:
    """All numbers of the ranges [first, last), one range after the other."""
    counts = last - first
    found: Ints = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    return found


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
