"""When stays begin, and what surely or perhaps comes with them: shares of stays with bounds over all completions.

Stays are those of D34 (failures, or a condition that is on), counted where they begin. For each chain, maximal time in
which the stay may hold, `Rises` says how many may begin in the window, between which instants, and between which the one
begins that is certain. A stay *has* something (a work order after it, a warning before it) for sure if each instant in
which it may begin has it, perhaps if one does.

Share: with A stays that have it and U that have not, A/(A + U) rises with A and falls with U. So low takes the certain
stays that surely have it against all possible ones that may not, high the other way round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.failures import Stops, edges_of
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


class Beginnings:
    """The stays of an asset over a calendar, the one that they were laid out by, ready for any window."""

    def __init__(self, stops: Stops, calendar: CalendarTime) -> None:
        self.stops, self.calendar = stops, calendar

    def plain(self, start: int, end: int) -> list[int]:
        """By the plain reading: when the stays begin that count in [start, end)."""
        first, last = self._plain.searchsorted([start, end]).tolist()
        found: list[int] = self._plain[first:last].tolist()
        return found

    def rises(self, start: int, end: int) -> Rises:
        """By the careful reading: of each chain of which a stay may begin in [start, end)."""
        stops, chains = self.stops, self._chains
        edges = edges_of(self.calendar, start, end)
        found = kernel.chains_in(stops.parts, stops.chain, edges, stops.min_stop)
        row = int(chains.end.searchsorted(start, "right"))
        may_begin = found[:, kernel.MOST] > 0
        begin, most, least = found[may_begin][:, [kernel.START, kernel.MOST, kernel.LEAST]].T
        last, run = (column[row : row + len(found)][may_begin] for column in (chains.last, chains.run))
        return _narrowed(np.maximum(begin, start), np.minimum(last, end - 1), most, least > 0, begin, run)

    @cached_property
    def _plain(self) -> Ints:
        starts, lengths = self.stops.rows[:, kernel.START], self.stops.rows[:, kernel.LENGTH]
        counts = self.calendar.to_x(starts + 1) > self.calendar.to_x(starts)
        return starts[counts & (lengths >= self.stops.min_stop)]

    @cached_property
    def _chains(self) -> "_Chains":
        return _chains_of(self.stops)


@dataclass(frozen=True, slots=True)
class _Chains:
    """Of each chain: its end · the last instant at which a stay may begin in it · the start of its first run that surely
    lasts for `min_stop`, where it has one."""

    end: Ints
    last: Ints
    run: Ints


def _chains_of(stops: Stops) -> _Chains:
    start, end, sure = (stops.parts[:, column] for column in (kernel.START, kernel.END, kernel.SURE))
    if not len(start):
        return _Chains(start, start, start)
    head, tail = stops.chain[:-1], stops.chain[1:] - 1
    is_long = (sure == 1) & (stops.parts[:, kernel.X_END] - stops.parts[:, kernel.X_START] >= stops.min_stop)
    run = np.minimum.reduceat(np.where(is_long, start, LAST), head)
    return _Chains(end[tail], np.where(sure[tail] == 1, start[tail], end[tail] - 1), run)


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
