"""Steps laid over a calendar: which pieces are surely inside, what may be, and what a window may hold (D10–D14).

A step whose interval lies in the window and in one stretch of the calendar is in whole. One that crosses an edge has
inside at most what D12 allows in the part inside, and at least what cannot fit into the part outside.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from evidence_engine.kernels import rises, shares
from evidence_engine.kernels.allowed import Allowed
from evidence_engine.kernels.rises import Ordinary
from evidence_engine.kernels.shares import StepRows
from evidence_engine.knowledge.limits import ROOM
from evidence_engine.knowledge.stretches import Stretches, ascending, clip, total
from evidence_engine.kpis.flows import BREAKS, Flags, Flow, Ints, Rises
from evidence_engine.kpis.timeline import CalendarTime, calendar_of

ALWAYS = calendar_of(np.array([[-(2**61), 2**62 - 1]], np.int64))
"""The calendar of figures that count the whole window (D14)."""

T = TypeVar("T")


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


class Upto:
    """Rises summed up to many instants, each counter's once; stretches between these are laid from the sums, by t2."""

    def __init__(self, *instants: Ints) -> None:
        self._instants = ascending(*instants)
        self._sums: dict[int, tuple[Ordinary, Ints]] = {}

    def laid(self, flow: Flow, stretches: Stretches, weight: Ints | int) -> tuple[Laid, ...]:
        """The rises of a flow over stretches whose edges are all among the instants, × weight; ValueError for others."""
        weights = np.full(len(stretches), weight, np.int64) if isinstance(weight, int) else weight
        return tuple(
            Laid(one, rises.lay_at(self._instants, self._of(one.of), stretches, weights), rises.T2_IN)
            for one in flow.rises
            if len(one.of.runs)
        )

    def _of(self, of: Ordinary) -> Ints:
        if id(of) not in self._sums:
            self._sums[id(of)] = of, rises.sums_at(of, self._instants)  # which keeps it, and so its id
        return self._sums[id(of)][1]


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
    _of_window: dict[tuple[int, int], dict[object, object]] = field(default_factory=dict, compare=False)

    @cached_property
    def steps(self) -> StepRows:
        """Its steps as the kernel takes them."""
        flow = self.flow
        marks = flow.endless * shares.ENDLESS + flow.rests * shares.RESTS + flow.undecided * shares.UNDECIDED
        reach = np.maximum.accumulate(flow.end), np.minimum.accumulate(flow.start[::-1])[::-1]
        columns = (flow.start, flow.end, flow.low, flow.high, flow.sign, marks, *reach)
        return StepRows(*(np.ascontiguousarray(column, np.int64) for column in columns))

    @cached_property
    def breaks(self) -> Ints:
        """The steps that end a run of a register: resets and corrections."""
        return np.flatnonzero(BREAKS[self.flow.kind])

    def runs_in(self, start: int, end: int) -> int:
        """Runs between resets that touch the window: each shows its own first and last multiple of the step (D10)."""
        flow = self.flow
        touches = (flow.end[self.breaks] > start) & (flow.start[self.breaks] < end)
        return 1 + int(touches.sum())

    def touching(self, start: int, end: int) -> tuple[slice, Flags, Flags]:
        """Rows that may touch (start, end]; of them those that lie wholly in it, and those that cross its edges."""
        rows = slice(
            int(np.searchsorted(self.steps.reach_end, start, "right")),
            int(np.searchsorted(self.steps.reach_start, end, "left")),
        )
        begin, stop = self.flow.start[rows], self.flow.end[rows]
        whole = (begin >= start) & (stop <= end)
        return rows, whole, ~whole & (stop > start) & (begin < end)

    def shares(self, start: int, end: int) -> Ints:
        """What of the steps that touch the window may lie in it and in the calendar, by the limit that holds there."""
        return self.once(_shares, start, end)

    def once(self, work: Callable[["Booked", int, int], T], start: int, end: int) -> T:
        """What several figures of a window ask for; kept until another window is asked about."""
        found = self._of_window.get((start, end))
        if found is None:
            self._of_window.clear()
            found = self._of_window[start, end] = {}
        if work not in found:
            found[work] = work(self, start, end)
        return cast("T", found[work])


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


def _shares(booked: Booked, start: int, end: int) -> Ints:
    flow, limited = booked.flow, not booked.flow.is_disproved(start, end)
    rate = flow.max_rate if limited else None
    num, den = (0, 0) if rate is None else rate.as_integer_ratio()
    if num * den >= ROOM or num > den:
        return _by_step(booked, start, end)
    allowed, calendar = Allowed(num, den, flow.burst, int(not limited), int(flow.net)), booked.calendar
    return shares.shares_in(booked.steps, calendar.stretches, calendar.x, allowed, start, end)


def _by_step(booked: Booked, start: int, end: int) -> Ints:
    """The same where the limit leaves int64 no room."""
    flow, limited = booked.flow, not booked.flow.is_disproved(start, end)
    rows, whole, crossing = booked.touching(start, end)
    found = []
    for row in (np.flatnonzero(whole | crossing) + rows.start).tolist():
        least, most, endless = part_of_step(flow, row, booked.calendar, start, end, limited=limited)
        flags = (shares.WHOLE if whole[row - rows.start] else 0) | (
            shares.UNDECIDED if flow.undecided[row] else 0
        )
        if endless:
            flags |= shares.UP if flow.net or flow.sign[row] > 0 else 0
            flags |= shares.DOWN if flow.net or flow.sign[row] < 0 else 0
        found.append((row, least, most, flags))
    return np.array(found, np.int64).reshape(-1, shares.SHARE_COLUMNS)


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
    return booked.once(_range_in, start, end)


def _range_in(booked: Booked, start: int, end: int) -> Range:
    flow, limited = booked.flow, not booked.flow.is_disproved(start, end)
    steps = booked.shares(start, end)
    _, least, most, _ = steps.sum(axis=0).tolist()
    flags = int(np.bitwise_or.reduce(steps[:, shares.FLAGS]))
    up, down = bool(flags & shares.UP), bool(flags & shares.DOWN)
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
    return Range(None if down else least, None if up else most, bool(flags & shares.UNDECIDED))


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
    return booked.once(_counted, start, end)


def _counted(booked: Booked, start: int, end: int) -> tuple[int, int, bool]:
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
