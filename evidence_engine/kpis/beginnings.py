"""When stays begin, and what surely or perhaps comes with them: shares of stays with bounds over all completions.

Stays are those of D34 (failures, or a condition that is on), counted where they begin. For each chain, maximal time in
which the stay may hold, `rises_in` says how many may begin in the window, between which instants, and between which the
one begins that is certain. A stay *has* something (a work order after it, a warning before it) for sure if each instant
in which it may begin has it, perhaps if one does.

Share: with A stays that have it and U that have not, A/(A + U) rises with A and falls with U. So low takes the certain
stays that surely have it against all possible ones that may not, high the other way round.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from evidence_engine.kpis.failures import Chain, Stops, failures_in
from evidence_engine.kpis.outcome import ONE, Ratio, ratio
from evidence_engine.kpis.timeline import CalendarTime

Span = tuple[int, int]
"""First and last instant, both possible."""


@dataclass(frozen=True, slots=True)
class Rise:
    """The stays of one chain that begin in the window: at most `most`, all of them within `every`.

    certain: between which instants the one begins that is certain, None where none is.
    """

    every: Span
    most: int
    certain: Span | None


def rises_in(stops: Stops, calendar: CalendarTime, start: int, end: int) -> list[Rise]:
    """Of each chain of which a stay may begin in [start, end); where there can be one only, that is the certain one."""
    first = bisect_right(stops.chains, start, key=lambda chain: chain.end)
    last = bisect_left(stops.chains, end, key=lambda chain: chain.start)
    found = []
    for chain in stops.chains[first:last]:
        counted = failures_in(Stops((), (chain,), stops.min_stop), calendar, start, end)
        if counted.most:
            every = max(chain.start, start), min(_last_beginning(chain), end - 1)
            certain = _certain(chain, stops.min_stop, calendar) if counted.least else None
            only = certain if counted.most == 1 else None
            found.append(Rise(only or every, counted.most, certain))
    return found


def _last_beginning(chain: Chain) -> int:
    """The last instant in which a stay of the chain may begin: in an unsure segment, or with a sure run."""
    part = chain.parts[-1]
    return part.start if part.sure else part.end - 1


def _certain(chain: Chain, min_stop: int, calendar: CalendarTime) -> Span:
    """The first run that is long enough belongs to a stay that began at the chain's start at the earliest."""
    runs = (part for part in chain.parts if part.sure)
    run = next(part for part in runs if calendar.between(part.start, part.end) >= min_stop)
    return chain.start, run.start


def beginnings_of(stops: Stops, calendar: CalendarTime, start: int, end: int) -> list[int]:
    """By the plain reading: when the stays begin that count in [start, end)."""
    first = bisect_left(stops.stays, start, key=lambda stay: stay.start)
    last = bisect_left(stops.stays, end, key=lambda stay: stay.start)
    return [
        stay.start
        for stay in stops.stays[first:last]
        if stay.length >= stops.min_stop and calendar.between(stay.start, stay.start + 1)
    ]


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


def tally(rises: Sequence[Rise], plain: Sequence[bool], after: "Follows") -> Tally:
    """Count the rises by whether something follows them; plain: the same of each stay of the plain reading."""
    counts = [0, 0, 0, 0]
    for rise in rises:
        counts[1] += rise.most * after.perhaps(rise.every)
        counts[3] += rise.most * (not after.surely(rise.every))
        if rise.certain is not None:
            counts[0] += after.surely(rise.certain)
            counts[2] += not after.perhaps(rise.certain)
    return Tally(sum(plain), len(plain) - sum(plain), *counts)


@dataclass(frozen=True, slots=True)
class Follows:
    """Something that may follow an instant t within [t + first, t + last], both ends included; for what comes before, below zero.

    sure: spans in each of which it surely happens at some instant, ascending by their start · may: spans in which it
    may, ascending by start and end alike.
    """

    sure: Sequence[Span]
    may: Sequence[Span]
    first: int
    last: int

    def surely(self, span: Span) -> bool:
        """Whether it follows whatever instant of the span is the one."""
        begin, end = span[1] + self.first, span[0] + self.last
        at = bisect_left(self.sure, begin, key=lambda one: one[0])
        return any(one[1] <= end for one in takewhile(lambda one: one[0] <= end, self.sure[at:]))

    def perhaps(self, span: Span) -> bool:
        """Whether it may follow one instant of the span."""
        begin, end = span[0] + self.first, span[1] + self.last
        at = bisect_left(self.may, begin, key=lambda one: one[1])
        return at < len(self.may) and self.may[at][0] <= end
