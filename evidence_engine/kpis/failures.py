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

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.outcome import Outcome, Ratio, greatest, ratio, share
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import UNKNOWN, State

_DOWN = 1 << State.DOWN
Span = tuple[int, int]


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


@dataclass(frozen=True, slots=True)
class Stops:
    """All stays and chains of an asset, ascending."""

    stays: tuple[Stay, ...]
    chains: tuple[Chain, ...]
    min_stop: int


def stops_of(state: Held, calendar: CalendarTime, min_stop: int) -> Stops:
    """Stays of the plain reading, where unknown time between two downs parts nothing, and chains of the careful one."""
    return Stops(tuple(_stays(state, calendar)), tuple(_chains(state)), min_stop)


def _stays(state: Held, calendar: CalendarTime) -> list[Stay]:
    found: list[list[Span]] = []
    is_open = False
    border = state.border.tolist()
    for index, plain in enumerate(state.plain.tolist()):
        if plain == State.DOWN:
            if not is_open:
                found.append([])
            found[-1].append((border[index], border[index + 1]))
            is_open = True
        elif plain != UNKNOWN:
            is_open = False
    return [
        Stay(pieces[0][0], pieces[-1][1], tuple(pieces), sum(calendar.between(a, b) for a, b in pieces))
        for pieces in found
    ]


def _chains(state: Held) -> list[Chain]:
    border = [FIRST, *state.border.tolist(), LAST]
    masks = [state.full, *state.may.tolist(), state.full] if len(state.border) else [state.full, state.full]
    if not len(state.border):
        border = [FIRST, 0, LAST]
    chains: list[list[Part]] = []
    is_open = False
    for index, mask in enumerate(masks):
        if not mask & _DOWN:
            is_open = False
            continue
        part = Part(border[index], border[index + 1], mask == _DOWN)
        if not is_open:
            chains.append([part])
        elif chains[-1][-1].sure == part.sure:
            chains[-1][-1] = Part(chains[-1][-1].start, part.end, part.sure)
        else:
            chains[-1].append(part)
        is_open = True
    return [Chain(tuple(parts)) for parts in chains]


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
    sums, may_be_cut = [0, 0, 0, 0], is_cut
    certain, optional = 0, []
    first = bisect_right(stops.chains, start, key=lambda chain: chain.end)
    last = bisect_left(stops.chains, end, key=lambda chain: chain.start)
    for chain in stops.chains[first:last]:
        amounts = _of_chain(chain, stops.min_stop, calendar, (start, end))
        sums = [sum_ + amount for sum_, amount in zip(sums, amounts, strict=True)]
        may_be_cut |= amounts[2] > 0 and chain.end > end
        certain += amounts[3] if amounts[0] else 0
        optional += [amounts[3]] if amounts[2] and not amounts[0] else []
    least, least_time, most, most_time = sums
    more = (stops.min_stop, certain, tuple(optional))
    return Failures(count, time, is_cut, least, least_time, most, most_time, may_be_cut, *more)


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
    first = bisect_left(stops.stays, start, key=lambda stay: stay.start)
    last = bisect_left(stops.stays, end, key=lambda stay: stay.start)
    chosen = [
        stay
        for stay in stops.stays[first:last]
        if stay.length >= stops.min_stop and calendar.between(stay.start, stay.start + 1)
    ]
    time = sum(_inside(calendar, piece, (start, end)) for stay in chosen for piece in stay.pieces)
    return len(chosen), time, any(stay.end > end for stay in chosen)


def _inside(calendar: CalendarTime, span: Span, window: Span) -> int:
    first, last = max(span[0], window[0]), min(span[1], window[1])
    return calendar.between(first, last) if first < last else 0


def _of_chain(chain: Chain, min_stop: int, calendar: CalendarTime, window: Span) -> tuple[int, int, int, int]:
    """(least, its time, most, its time) of the failures that a chain may hold.

    A stay begins in an unsure segment or with a sure run; runs that come later may go on with it, off-shift too. So
    their time may count once a beginning may lie in the window's calendar, and surely counts while all of them must.
    """
    least_time = most = time = unsure_time = 0
    may_reach = _reaches(chain.start, chain.end, min_stop, calendar)
    before, may_count, must_count = chain.start, False, True
    for part in chain.parts:
        inside = _inside(calendar, (part.start, part.end), window)
        if not part.sure:
            before = part.start
            unsure_time += inside
            goes_on = part.end > window[1] and inside > 0
            goes_on = goes_on and _reaches(part.start, part.end, min_stop, calendar)
            most += inside // min_stop + goes_on
            may_count |= inside > 0
            continue
        beginning = _inside(calendar, (before, part.start + 1), window)
        most += may_reach and beginning > 0
        may_count |= beginning > 0
        must_count &= beginning == part.start + 1 - before
        time += inside if may_count and may_reach else 0
        is_long = calendar.between(part.start, part.end) >= min_stop
        least_time += inside if must_count and is_long else 0
        before = part.end
    time += unsure_time
    if chain.end <= window[1]:  # all of a failure that begins in the window lies in it
        most = min(most, time // min_stop)
    return int(least_time > 0), least_time, most, time if most else 0


def _reaches(start: int, end: int, min_stop: int, calendar: CalendarTime) -> bool:
    return start == FIRST or end == LAST or calendar.between(start, end) >= min_stop


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
