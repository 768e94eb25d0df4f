"""When stays begin, and what surely or perhaps comes with them: shares of stays with bounds over all completions.

Stays are those of D34 (failures, or a condition that is on), counted where they begin. For each chain, maximal time in
which the stay may hold, `Rises` says how many may begin in the window, between which instants, and between which the one
begins that is certain. A stay *has* something (a work order after it, a warning before it) for sure if each instant in
which it may begin has it, perhaps if one does.

Share: with A stays that have it and U that have not, A/(A + U) rises with A and falls with U. So low takes the certain
stays that surely have it against all possible ones that may not, high the other way round.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.failures import Chain, Stops, failures_in
from evidence_engine.kpis.outcome import ONE, Ratio, ratio
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.history import History

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def end_of(history: History) -> int:
    """The last instant of which anything tells; FIRST where nothing does."""
    return history.once("end", lambda: FIRST if history.end is None else history.end)


@dataclass(frozen=True, slots=True)
class Rises:
    """The stays that begin in a window, one row per chain, ascending; chains do not overlap.

    most[n]: how many at most, each between first[n] and last[n], both possible · certain[n]: one begins for sure, then
    between sure_first[n] and sure_last[n].
    """

    first: Ints
    last: Ints
    most: Ints
    certain: Flags
    sure_first: Ints
    sure_last: Ints

    def rows(self, chosen: slice | Flags) -> "Rises":
        """Some of them."""
        return Rises(
            self.first[chosen],
            self.last[chosen],
            self.most[chosen],
            self.certain[chosen],
            self.sure_first[chosen],
            self.sure_last[chosen],
        )

    @staticmethod
    def joined(parts: Sequence["Rises"]) -> "Rises":
        """One after the other."""
        return Rises(
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.last for part in parts]),
            np.concatenate([part.most for part in parts]),
            np.concatenate([part.certain for part in parts]),
            np.concatenate([part.sure_first for part in parts]),
            np.concatenate([part.sure_last for part in parts]),
        )


class Beginnings:
    """The stays of an asset over a calendar, ready for any window."""

    def __init__(self, stops: Stops, calendar: CalendarTime) -> None:
        self.stops, self.calendar = stops, calendar

    def plain(self, start: int, end: int) -> list[int]:
        """By the plain reading: when the stays begin that count in [start, end)."""
        first, last = np.searchsorted(self._plain, [start, end]).tolist()
        found: list[int] = self._plain[first:last].tolist()
        return found

    def rises(self, start: int, end: int) -> Rises:
        """By the careful reading: of each chain of which a stay may begin in [start, end)."""
        chains = self.stops.chains
        first = bisect_right(chains, start, key=lambda chain: chain.end)
        last = bisect_left(chains, end, key=lambda chain: chain.start)
        inner = slice(first, last)
        before: list[Rises] = []
        after: list[Rises] = []
        if first < last and chains[first].start < start:
            before, inner = [self._cut(chains[first], start, end)], slice(first + 1, last)
        if inner.start < inner.stop and chains[last - 1].end > end:
            after, inner = [self._cut(chains[last - 1], start, end)], slice(inner.start, last - 1)
        found = Rises.joined([*before, self._whole.rows(inner), *after])
        return found.rows(found.most > 0)

    @cached_property
    def _plain(self) -> Ints:
        stays = self.stops.stays
        starts = np.array([stay.start for stay in stays], np.int64)
        is_long = np.array([stay.length >= self.stops.min_stop for stay in stays], np.bool_)
        counts = is_long & (self.calendar.to_x(starts + 1) > self.calendar.to_x(starts))
        return starts[counts]

    @cached_property
    def _whole(self) -> Rises:
        """Of each chain as a window sees it that holds all of it."""
        return _whole_rises(self.stops, self.calendar)

    def _cut(self, chain: Chain, start: int, end: int) -> Rises:
        """Of a chain that the window cuts."""
        counted = failures_in(self.stops.only(chain), self.calendar, start, end)
        part = chain.parts[-1]
        every = max(chain.start, start), min(part.start if part.sure else part.end - 1, end - 1)
        run = every[0]
        if counted.least:
            runs = (p for p in chain.parts if p.sure)
            run = next(p.start for p in runs if self.calendar.between(p.start, p.end) >= self.stops.min_stop)
        return _narrowed(
            np.array([every[0]], np.int64),
            np.array([every[1]], np.int64),
            np.array([counted.most], np.int64),
            np.array([counted.least > 0]),
            np.array([chain.start], np.int64),
            np.array([run], np.int64),
        )


def _narrowed(
    first: Ints, last: Ints, most: Ints, certain: Flags, sure_first: Ints, sure_last: Ints
) -> Rises:
    """Where there can be one only, and one is certain, that is the one."""
    only = certain & (most == 1)
    return Rises(
        np.where(only, sure_first, first),
        np.where(only, sure_last, last),
        most,
        certain,
        np.where(certain, sure_first, 0),
        np.where(certain, sure_last, 0),
    )


def _whole_rises(stops: Stops, calendar: CalendarTime) -> Rises:
    """As `failures_in` counts each chain that lies in the window, for all at once: see there, and `failures` for why."""
    parts = [part for chain in stops.chains for part in chain.parts]
    start = np.array([part.start for part in parts], np.int64)
    end = np.array([part.end for part in parts], np.int64)
    sure = np.array([part.sure for part in parts], np.bool_)
    sizes = np.array([len(chain.parts) for chain in stops.chains], np.int64)
    head = np.cumsum(sizes) - sizes
    tail = head + sizes - 1
    of = np.repeat(np.arange(len(sizes)), sizes)
    if not len(sizes):
        nothing = np.empty(0, np.int64)
        return Rises(nothing, nothing, nothing, nothing.astype(np.bool_), nothing, nothing)
    x_start, x_end = calendar.to_x(start), calendar.to_x(end)
    length = x_end - x_start
    is_first = np.zeros(len(start), np.bool_)
    is_first[head] = True
    before = np.where(is_first, start, np.append(start[:1], start[:-1]))
    beginning = calendar.to_x(start + 1) - calendar.to_x(before)
    is_open = (start[head] == FIRST) | (end[tail] == LAST)
    may_reach = (is_open | (x_end[tail] - x_start[head] >= stops.min_stop))[of]
    counts = np.where(sure, may_reach & (beginning > 0), length // stops.min_stop)
    most = np.add.reduceat(counts.astype(np.int64), head)
    may_begin = np.cumsum((~sure & (length > 0)) | (sure & (beginning > 0)))
    has_begun = may_begin > np.append(0, may_begin)[head][of]
    time = np.add.reduceat(np.where(~sure | (has_begun & may_reach), length, 0), head)
    most = np.minimum(most, time // stops.min_stop)  # no more than fit into all that may be of them
    doubts = np.cumsum(sure & (beginning != start + 1 - before))
    no_doubt = doubts == (doubts[head] - (sure & (beginning != start + 1 - before))[head])[of]
    is_long = sure & (length >= stops.min_stop)
    long_at = np.where(is_long, np.arange(len(start)), len(start))
    run = np.minimum.reduceat(long_at, head)
    has_run = run < len(start)
    run = np.minimum(run, len(start) - 1)
    return _narrowed(
        start[head],
        np.where(sure[tail], start[tail], end[tail] - 1),
        most,
        has_run & no_doubt[run] & (length[run] > 0),
        start[head],
        start[run],
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Stays that have something and those that have not: by the plain reading, at least, at most."""

    has: int = 0
    has_not: int = 0
    has_least: int = 0
    has_most: int = 0
    has_not_least: int = 0
    has_not_most: int = 0

    @property
    def value(self) -> Ratio | None:
        """The share by the plain reading."""
        return ratio(self.has, self.has + self.has_not)

    @property
    def low(self) -> Ratio | None:
        """The least share, null where there can be no stay at all."""
        return _least_share(self.has_least, self.has_not_most, self.has_most)

    @property
    def high(self) -> Ratio | None:
        """The largest share."""
        found = _least_share(self.has_not_least, self.has_most, self.has_not_most)
        return None if found is None else (found[1] - found[0], found[1])

    @property
    def is_possible(self) -> bool:
        """Whether any stay can begin."""
        return self.has_most + self.has_not_most > 0


def _least_share(least: int, others: int, most: int) -> Ratio | None:
    if least + others:
        return least, least + others
    return ONE if most else None


def together(tallies: Iterable[Tally]) -> Tally:
    """Added up."""
    every = list(tallies)
    return Tally(
        sum(t.has for t in every),
        sum(t.has_not for t in every),
        sum(t.has_least for t in every),
        sum(t.has_most for t in every),
        sum(t.has_not_least for t in every),
        sum(t.has_not_most for t in every),
    )


@dataclass(frozen=True, slots=True)
class Follows:
    """Something that may follow an instant t within [t + first, t + last], both ends included; below zero: comes before.

    sure_begin, sure_end: spans in each of which it surely happens at some instant · may_begin, may_end: spans in which it
    may; each ascending by begin and end alike.
    """

    sure_begin: Ints
    sure_end: Ints
    may_begin: Ints
    may_end: Ints
    first: int
    last: int

    def surely(self, begin: Ints, end: Ints) -> Flags:
        """Whether it follows whatever instant of each span [begin, end] is the one."""
        if not len(self.sure_begin):
            return np.zeros(len(begin), np.bool_)
        at = np.searchsorted(self.sure_begin, end + self.first)
        reached = np.append(self.sure_end, LAST)[at]
        found: Flags = reached <= begin + self.last
        return found

    def perhaps(self, begin: Ints, end: Ints) -> Flags:
        """Whether it may follow one instant of each span."""
        if not len(self.may_begin):
            return np.zeros(len(begin), np.bool_)
        at = np.searchsorted(self.may_end, begin + self.first)
        found: Flags = np.append(self.may_begin, LAST)[at] <= end + self.last
        return found

    def is_at(self, instants: Sequence[int]) -> list[bool]:
        """Whether it surely follows each instant."""
        points = np.array(instants, np.int64)
        found: list[bool] = self.surely(points, points).tolist()
        return found


def follows(rises: Rises, first: int, last: int) -> Follows:
    """The beginning of one of these stays."""
    sure = rises.certain
    return Follows(rises.sure_first[sure], rises.sure_last[sure], rises.first, rises.last, first, last)


def tally(rises: Rises, plain: Sequence[bool], after: Follows) -> Tally:
    """Count the rises by whether something follows them; plain: the same of each stay of the plain reading."""
    surely = after.surely(rises.first, rises.last)
    perhaps = after.perhaps(rises.first, rises.last)
    has = rises.certain & after.surely(rises.sure_first, rises.sure_last)
    has_not = rises.certain & ~after.perhaps(rises.sure_first, rises.sure_last)
    return Tally(
        sum(plain),
        len(plain) - sum(plain),
        int(has.sum()),
        int(rises.most[perhaps].sum()),
        int(has_not.sum()),
        int(rises.most[~surely].sum()),
    )
