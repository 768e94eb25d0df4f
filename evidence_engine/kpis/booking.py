"""Steps laid over a calendar: which pieces are surely inside, what may be, and what a window may hold (D10–D14).

A step whose interval lies in the window and in one stretch of the calendar is in whole. One that crosses an edge has
inside at most what D12 allows in the part inside, and at least what cannot fit into the part outside.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from evidence_engine.kernels import rises
from evidence_engine.knowledge.counters import StepKind
from evidence_engine.knowledge.limits import ROOM, scaled
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches, clip, total
from evidence_engine.kpis.flows import Flags, Flow, Ints, Rises, kinds
from evidence_engine.kpis.timeline import CalendarTime, calendar_of

ALWAYS = calendar_of(np.array([[-(2**61), 2**62 - 1]], np.int64))
"""The calendar of figures that count the whole window (D14)."""

_BREAKS = kinds(StepKind.RESET, StepKind.CORRECTION)


@dataclass(frozen=True, slots=True)
class Range:
    """Between how many and how many; None: not bounded on that side."""

    least: int | None
    most: int | None
    undecided: bool = False

    @property
    def least_natural(self) -> int:
        """The least of what can't be below nothing."""
        return max(0, self.least or 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """What of each step may lie in the calendar, int64[n]; `endless` where the magnitude has no bound."""

    least: Ints
    most: Ints
    endless: Flags


@dataclass(frozen=True, slots=True)
class Laid:
    """Rises over stretches, each with what a piece counts in it; `how`: by their interval or by their t2."""

    rises: Rises
    over: Ints
    how: int

    def weighing(self, weight: int) -> "Laid":
        """The same with × as much for each piece."""
        over = self.over.copy()
        over[:, [rises.SUM, rises.WEIGHT]] *= weight
        return replace(self, over=over)

    def between(self, start: int, end: int) -> int:
        """What lies in the window, with its sign."""
        return int(self.each(np.array([start], np.int64), np.array([end], np.int64))[0])

    def by_t2(self, start: int, end: int) -> int:
        """The same by t2, where the stretches hold whole rises: what lies in one lies in it with its t2."""
        edges = np.array([start, end], np.int64)
        held = rises.held_by(self.rises.of, self.over, edges[:1], edges[1:], rises.T2_IN)
        return self.rises.sign * int(held[0])

    def each(self, start: Ints, end: Ints) -> Ints:
        """What lies in each [start, end]; both ascend."""
        return self.rises.sign * rises.held_by(self.rises.of, self.over, start, end, self.how)


def laid(
    flow: Flow, stretches: Stretches, weight: Ints | int, how: int, among: Iterable[Laid] = ()
) -> tuple[Laid, ...]:
    """The rises of a flow over stretches, × weight; `among`: what was laid alike already, which another flow may share."""
    known = {id(one.rises.of): one.over for one in among}
    return tuple(
        Laid(one, known[id(one.of)] if id(one.of) in known else _lay(one, stretches, weight, how), how)
        for one in flow.rises
        if len(one.of.runs)
    )


def _lay(one: Rises, stretches: Stretches, weight: Ints | int, how: int) -> Ints:
    start, end = np.ascontiguousarray(stretches.T)
    weights = np.full(len(start), weight, np.int64) if isinstance(weight, int) else weight
    return rises.lay(one.of, start, end, weights, how)


@dataclass(frozen=True)
class Booked:
    """A flow over a calendar. inside: the whole interval lies in one stretch · booked: the instant before t2 does.

    laid: its rises over the stretches, none of which crosses an edge.
    """

    flow: Flow
    calendar: CalendarTime
    inside: Flags
    booked: Flags
    laid: tuple["Laid", ...] = ()

    @cached_property
    def limited(self) -> Shares:
        """The shares of its steps with D12's limit."""
        return _shares(self.flow, self.calendar, self.inside, limited=True)

    @cached_property
    def free(self) -> Shares:
        """The shares of its steps where that limit is disproved."""
        return _shares(self.flow, self.calendar, self.inside, limited=False)

    @cached_property
    def reach(self) -> tuple[Ints, Ints]:
        """The latest end of each step and those before it, the earliest start of it and those after it."""
        flow = self.flow
        return np.maximum.accumulate(flow.end), np.minimum.accumulate(flow.start[::-1])[::-1]

    @cached_property
    def breaks(self) -> Ints:
        """The steps that end a run of a register: resets and corrections."""
        return np.flatnonzero(_BREAKS[self.flow.kind])

    def runs_in(self, start: int, end: int) -> int:
        """Runs between resets that touch the window: each shows its own first and last multiple of the step (D10)."""
        flow = self.flow
        touches = (flow.end[self.breaks] > start) & (flow.start[self.breaks] < end)
        return 1 + int(touches.sum())

    def touching(self, start: int, end: int) -> tuple[slice, Flags, Flags]:
        """Rows that may touch (start, end]; of them those that lie wholly in it, and those that cross its edges."""
        rows = slice(
            int(np.searchsorted(self.reach[0], start, "right")),
            int(np.searchsorted(self.reach[1], end, "left")),
        )
        begin, stop = self.flow.start[rows], self.flow.end[rows]
        whole = (begin >= start) & (stop <= end)
        return rows, whole, ~whole & (stop > start) & (begin < end)

    def shares(self, start: int, end: int) -> Shares:
        """The shares that hold in this window."""
        return self.free if self.flow.is_disproved(start, end) else self.limited


def book(flow: Flow, calendar: CalendarTime, among: Iterable[Booked] = ()) -> Booked:
    """Lay the steps over the calendar; `among`: other flows that are."""
    flow = flow.parted(calendar.stretches.ravel())
    return Booked(
        flow=flow,
        calendar=calendar,
        inside=calendar.holding(flow.start, flow.end),
        booked=calendar.holding(flow.t2 - 1, flow.t2),
        laid=laid(
            flow, calendar.stretches, 1, rises.INSIDE, (one for booked in among for one in booked.laid)
        ),
    )


def _shares(flow: Flow, calendar: CalendarTime, inside: Flags, *, limited: bool) -> Shares:
    least, most = np.where(inside, flow.low, 0), np.where(inside, flow.high, 0)
    endless = flow.endless & inside
    if not limited:
        endless = endless | (flow.rests & inside)
    crossing = np.flatnonzero(~inside & (calendar.to_x(flow.end) > calendar.to_x(flow.start)))
    if len(crossing):
        least[crossing], most[crossing], endless[crossing] = _parts(flow, crossing, calendar, limited=limited)
    return Shares(least, most, endless)


def _parts(
    flow: Flow, rows: Ints, calendar: CalendarTime, *, limited: bool
) -> tuple[Ints | list[int], Ints | list[int], Flags | list[bool]]:
    """`part_of_step` of many steps that share time with the calendar, over all time: the same in columns."""
    rate = flow.max_rate if limited else None
    if rate is not None and rate.numerator * rate.denominator >= ROOM:
        found = [part_of_step(flow, row, calendar, FIRST, LAST, limited=limited) for row in rows.tolist()]
        return [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]
    begin, stop, low, high = (column[rows] for column in (flow.start, flow.end, flow.low, flow.high))
    endless = flow.endless[rows] | flow.rests[rows] if not limited else flow.endless[rows]
    length = calendar.to_x(stop) - calendar.to_x(begin)
    outside = stop - begin - length
    starts, ends = calendar.stretches.T
    pieces = np.searchsorted(starts, stop) - np.searchsorted(ends, begin, "right")
    edges = (calendar.to_x(begin + 1) == calendar.to_x(begin)).astype(np.int64)
    edges += calendar.to_x(stop) == calendar.to_x(stop - 1)
    inner = _most_of(rate, flow.burst, length, pieces)
    outer = _most_of(rate, flow.burst, outside, pieces - 1 + edges)
    if flow.net:
        least, most, open_ = _net_parts(low, high, inner, outer, endless)
    else:
        down = flow.sign[rows] < 0
        small, large = np.where(down, -high, low), np.where(down, -low, high)
        some, more, open_ = _signed_parts(small, large, inner, outer, endless)
        least, most = np.where(down, -more, some), np.where(down, -some, more)
    held = outside == 0
    return np.where(held, low, least), np.where(held, high, most), np.where(held, endless, open_)


def _signed_parts(
    low: Ints, high: Ints, inner: Ints | None, outer: Ints | None, endless: Flags
) -> tuple[Ints, Ints, Flags]:
    """`_part` in columns."""
    least = np.zeros_like(low) if outer is None else np.maximum(0, low - outer)
    if inner is None:
        return least, np.maximum(high, least), endless
    most = np.where(endless, inner, np.minimum(high, inner))
    return least, np.maximum(most, least), np.zeros_like(endless)


def _net_parts(
    low: Ints, high: Ints, inner: Ints | None, outer: Ints | None, endless: Flags
) -> tuple[Ints, Ints, Flags]:
    """`_net_part` in columns."""
    if inner is None or outer is None:
        return np.minimum(low, 0), np.maximum(high, 0), np.ones_like(endless)
    least = np.where(endless, -inner, np.maximum(low - outer, -inner))
    most = np.where(endless, inner, np.minimum(high + outer, inner))
    return least, most, np.zeros_like(endless)


def _most_of(rate: Fraction | None, burst: int, length: Ints, stretches: Ints) -> Ints | None:
    """`most_in` of many lengths, without a product above numerator × denominator."""
    if rate is None:
        return None
    return scaled(length, rate.numerator, rate.denominator) + stretches * burst


def part_of_step(
    flow: Flow, row: int, calendar: CalendarTime, start: int, end: int, *, limited: bool
) -> tuple[int, int, bool]:
    """(least, most, endless) of a step inside calendar and window (start, end] (D10, D12)."""
    begin, stop = int(flow.start[row]), int(flow.end[row])
    first, last = max(begin, start), min(stop, end)
    length = calendar.between(first, last) if first < last else 0
    if length == 0:
        return 0, 0, False
    low, high = int(flow.low[row]), int(flow.high[row])
    endless = bool(flow.endless[row]) or (not limited and bool(flow.rests[row]))
    outside = stop - begin - length
    if outside == 0:
        return low, high, endless
    pieces = calendar.stretches_in(first, last)
    rate = flow.max_rate if limited else None
    inner = most_in(rate, flow.burst, length, pieces)
    edges = _is_outside(calendar, begin, start, end) + _is_outside(calendar, stop - 1, start, end)
    outer = most_in(rate, flow.burst, outside, pieces - 1 + edges)
    if flow.net:
        return _net_part(low, high, inner, outer, endless=endless)
    if flow.sign[row] < 0:
        least, most, unbounded = _part(-high, -low, inner, outer, endless=endless)
        return -most, -least, unbounded
    return _part(low, high, inner, outer, endless=endless)


def _is_outside(calendar: CalendarTime, instant: int, start: int, end: int) -> bool:
    return not (start <= instant < end and calendar.between(instant, instant + 1))


def _part(
    low: int, high: int, inner: int | None, outer: int | None, *, endless: bool
) -> tuple[int, int, bool]:
    least = 0 if outer is None else max(0, low - outer)
    if inner is None:
        return least, max(high, least), endless
    most = inner if endless else min(high, inner)
    return least, max(most, least), False


def _net_part(
    low: int, high: int, inner: int | None, outer: int | None, *, endless: bool
) -> tuple[int, int, bool]:
    """A register that may fall: anything may have gone in and out, within what D12 allows."""
    if inner is None or outer is None:
        return min(low, 0), max(high, 0), True
    if endless:
        return -inner, inner, False
    return max(low - outer, -inner), min(high + outer, inner), False


def most_in(rate: Fraction | None, burst: int, length: int, stretches: int) -> int | None:
    """What D12 allows in `length` ns of that many unbroken stretches; None where nothing limits it."""
    if rate is None:
        return None
    return rate.numerator * length // rate.denominator + stretches * burst


def range_in(booked: Booked, start: int, end: int) -> Range:
    """How much may lie in calendar and window (start, end]: Σ over steps and open ends."""
    flow, limited = booked.flow, not booked.flow.is_disproved(start, end)
    shares = booked.limited if limited else booked.free
    rows, whole, crossing = booked.touching(start, end)
    least, most = int(shares.least[rows][whole].sum()), int(shares.most[rows][whole].sum())
    endless = shares.endless[rows] & whole
    up = bool((endless & (flow.sign[rows] > 0)).any())
    down = bool((endless & ((flow.sign[rows] < 0) | flow.net)).any())
    for row in (np.flatnonzero(crossing) + rows.start).tolist():
        low, high, unbounded = part_of_step(flow, row, booked.calendar, start, end, limited=limited)
        least, most = least + low, most + high
        up |= unbounded and (flow.net or flow.sign[row] > 0)
        down |= unbounded and (flow.net or flow.sign[row] < 0)
    edge = flow.crossing(start, end)
    for row in range(0 if edge is None else len(edge.t2)):
        assert edge is not None
        low, high, _ = part_of_step(edge, row, booked.calendar, start, end, limited=limited)
        least, most = least + low, most + high
    inner = sum(one.between(start, end) for one in booked.laid)
    least, most = least + inner, most + inner
    for length, pieces, sign in open_time(booked, start, end):
        allowed = most_in(flow.max_rate if limited else None, flow.burst, length, pieces)
        up |= allowed is None and (flow.net or sign > 0)
        down |= allowed is None and (flow.net or sign < 0)
        most += (allowed or 0) if flow.net or sign > 0 else 0
        least -= (allowed or 0) if flow.net or sign < 0 else 0
    undecided = bool(flow.undecided[rows][whole | crossing].any())
    return Range(None if down else least, None if up else most, undecided)


def open_time(booked: Booked, start: int, end: int) -> list[tuple[int, int, int]]:
    """(calendar ns, unbroken stretches, sign) of the time of the window in which nothing is counted."""
    found = []
    for gap in booked.flow.opens:
        first, last = max(gap.start, start), min(gap.end, end)
        length = booked.calendar.between(first, last) if first < last else 0
        if length:
            found.append((length, booked.calendar.stretches_in(first, last), gap.sign))
    return found


def counted(booked: Booked, start: int, end: int) -> tuple[int, int, bool]:
    """By the plain reading: (what is seen, with bridged steps inside, whether anything was counted) (D10, D13)."""
    flow = booked.flow
    rows = slice(*np.searchsorted(flow.t2, [start, end], "right").tolist())
    booked_here, seen = booked.booked[rows], flow.seen[rows]
    amount = flow.amount[rows]
    sums = [one.by_t2(start, end) for one in booked.laid]
    sure = int(amount[booked_here & seen].sum()) + sum(sums)
    bridged = booked.inside[rows] & ~seen & (flow.start[rows] >= start)
    return (
        sure,
        sure + int(amount[bridged].sum()),
        bool(any(sums) or (booked_here & seen).any() or bridged.any()),
    )


def known_in(flow: Flow | None, start: int, end: int) -> int:
    """ns of the window in which the flow is known by the plain reading."""
    return 0 if flow is None else total(clip(flow.known, start, end))
