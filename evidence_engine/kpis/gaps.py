"""Earned time of pieces, and the gaps in which more may have been made or less produced (D21).

A gap is a maximal calendar time in which the state is not sure, a step is bridged or crosses a border of calendar,
product or window, or nothing is counted; off-shift time does not part it, since all runs in `x`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.kernels import rises, shares
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.limits import ROOM
from evidence_engine.knowledge.stretches import (
    FIRST,
    LAST,
    Stretches,
    clip,
    cut,
    inside,
    joined,
    stretches_of,
)
from evidence_engine.kpis.asset_time import AssetTime
from evidence_engine.kpis.booking import Booked, Laid, Upto, book, laid, most_in, part_of_step
from evidence_engine.kpis.cycles import Cycles, StepCycles, step_cycles, weights_at
from evidence_engine.kpis.flows import Flags, Ints, rows_of
from evidence_engine.kpis.gap_rows import GapRows, summed


@dataclass(frozen=True, slots=True)
class Earned:
    """The pieces of a flow as earned time, all int64[n] ns: first, last: each step's interval in x.

    loose: gaps that its steps and open ends make in any window · laid: earned time of its rises in the calendar, each
    of which is of one ideal cycle.
    """

    booked: Booked
    cycles: Cycles
    product: Held
    step: StepCycles
    first: Ints
    last: Ints
    loose: Stretches
    laid: tuple[Laid, ...]

    def value_over(self, known: Stretches, upto: Upto | None = None) -> "Running":
        """Earned time of the plain reading over the stretches `known`; `upto`: as `running` says."""
        spans = known
        if self.cycles.uniform is None:
            spans = cut(spans, self.product.border)
        return running(self.booked, spans, self.step.plain, self.weights(spans[:, 0]), upto)

    def weights(self, instants: Ints) -> Ints:
        """What a piece of a rise earns from each instant to the next border of the product."""
        return weights_at(instants, self.cycles, self.product)


@dataclass(frozen=True, slots=True)
class Running:
    """Amounts booked at t2, summed up to each step: total is one longer than t2; `laid`: those of rises."""

    t2: Ints
    total: Ints
    laid: tuple[Laid, ...] = ()

    def between(self, start: int, end: int) -> int:
        """What is booked in the window (start, end] (D10)."""
        first, last = np.searchsorted(self.t2, [start, end], "right")
        return int(self.total[last] - self.total[first]) + sum(one.between(start, end) for one in self.laid)


def running(
    booked: Booked,
    known: Stretches,
    weight: Ints | int = 1,
    weights: Ints | int = 1,
    upto: Upto | None = None,
) -> Running:
    """Seen steps whose instant just before t2 lies in `known`, × weight; of rises × the `weights` of those stretches.

    `upto`: sums at all edges of `known` and more, where other flows and stretches share them.
    """
    flow = booked.flow
    chosen = flow.seen & inside(known, flow.t2 - 1)
    amounts = np.where(chosen, flow.amount * weight, 0)
    over = laid(flow, known, weights, rises.T2_IN) if upto is None else upto.laid(flow, known, weights)
    return Running(flow.t2, np.concatenate([np.zeros(1, np.int64), np.cumsum(amounts)]), over)


def earned(booked: Booked, cycles: Cycles, product: Held) -> Earned:
    """Lay a flow's pieces over the asset's calendar time."""
    calendar = booked.calendar
    if cycles.uniform is None:
        booked = _told_by_product(booked, cycles, product)
    flow = booked.flow
    step = step_cycles(flow, cycles, product)
    first, last = calendar.to_x(flow.start), calendar.to_x(flow.end)
    loose = ~flow.seen | ~booked.inside | (step.small != step.large) | (flow.low != flow.high) | flow.endless
    gaps = [stretches_of(first[loose], last[loose]), *_open_spans(booked)]
    return Earned(
        booked=booked,
        cycles=cycles,
        product=product,
        step=step,
        first=first,
        last=last,
        loose=joined(np.concatenate(gaps)),
        laid=_laid(booked, cycles, product),
    )


def _told_by_product(booked: Booked, cycles: Cycles, product: Held) -> Booked:
    """With a row for each rise that crosses a border of the product, or whose cycle is not one."""
    edges = np.concatenate([[FIRST], product.border, [LAST]])
    alike = weights_at(edges[:-1], cycles, product) > 0
    spans = np.stack([edges[:-1], edges[1:]], axis=1)
    return book(booked.flow.parted(product.border).exposed(spans[~alike]), booked.calendar)


def _laid(booked: Booked, cycles: Cycles, product: Held) -> tuple[Laid, ...]:
    """The earned time of the rises: of one cycle, or of that of the product in each cell."""
    if cycles.uniform is not None:
        return tuple(one.weighing(cycles.uniform) for one in booked.laid)
    cells = cut(booked.calendar.stretches, product.border)
    return laid(booked.flow, cells, weights_at(cells[:, 0], cycles, product), rises.INSIDE)


def _open_spans(booked: Booked) -> Iterator[Stretches]:
    for gap in booked.flow.opens:
        edges = booked.calendar.to_x(np.array([gap.start, gap.end], np.int64))
        yield stretches_of(edges[:1], edges[1:])


@dataclass(frozen=True, slots=True)
class Gaps:
    """The window: outside, earned time that is certain and lies in no gap · gaps · limited: D12 is not disproved."""

    outside: int
    gaps: GapRows
    limited: bool
    undecided: bool

    @property
    def least(self) -> int:
        """The least earned time of the window."""
        return max(0, self.outside + summed(self.gaps.least))


def gaps_in(of: Earned, time: AssetTime, start: int, end: int) -> Gaps:
    """Cut the gaps at the window (start, end] and share the steps out among them."""
    booked, flow = of.booked, of.booked.flow
    limited = not flow.is_disproved(start, end)
    x0, x1 = time.x_of(start, end)
    steps = booked.shares(start, end)
    edge = _edge_steps(of, start, end, (x0, x1), limited=limited)
    spans = [clip(time.unsure, x0, x1), clip(of.loose, x0, x1)]
    spans.append(np.array([row[:2] for row in edge], np.int64).reshape(-1, 2))
    gaps = joined(np.concatenate(spans))
    sums = _Sums.empty(len(gaps))
    _add_whole(sums, of, steps, gaps)
    _add_rises(sums, of, gaps, start, end)
    for first, _, least, most, endless in edge:
        sums.add(gaps, first, least, most, endless)
    for gap in flow.opens:
        first, last = time.x_of(max(gap.start, start), max(min(gap.end, end), max(gap.start, start)))
        if first < last:
            sums.add_open(gaps, first, gap.sign)
    undecided = bool((steps[:, shares.FLAGS] & shares.UNDECIDED).any())
    return Gaps(sums.outside, _rows(sums, gaps, time, _Taking.of(of, limited=limited)), limited, undecided)


_Edge = tuple[int, int, int, int, bool]


def _edge_steps(of: Earned, start: int, end: int, inner: tuple[int, int], *, limited: bool) -> list[_Edge]:
    """(first, last, least, most, endless) in x and earned time of the steps that cross the window's edges."""
    booked = of.booked
    steps = booked.shares(start, end)
    found = []
    for row, least, most, flags in steps[(steps[:, shares.FLAGS] & shares.WHOLE) == 0].tolist():
        share = (least, most, bool(flags & (shares.UP | shares.DOWN)))
        cycle = (int(of.step.small[row]), int(of.step.large[row]))
        found.append(_edge(share, cycle, max(int(of.first[row]), inner[0]), min(int(of.last[row]), inner[1])))
    flow = booked.flow.crossing(start, end)
    if flow is not None:
        step = step_cycles(flow, of.cycles, of.product)
        x = [booked.calendar.to_x(instants).tolist() for instants in (flow.start, flow.end)]
        for row in range(len(flow.t2)):
            share = part_of_step(flow, row, booked.calendar, start, end, limited=limited)
            cycle = (int(step.small[row]), int(step.large[row]))
            found.append(_edge(share, cycle, max(x[0][row], inner[0]), min(x[1][row], inner[1])))
    return [row for row in found if row[0] < row[1]]


def _edge(share: tuple[int, int, bool], cycle: tuple[int, int], first: int, last: int) -> _Edge:
    least, most, endless = share
    return (first, last, *_earned_bounds(least, most, *cycle), endless)


def _earned_bounds(least: int, most: int, small: int, large: int) -> tuple[int, int]:
    return least * (small if least > 0 else large), most * (large if most > 0 else small)


@dataclass(slots=True)
class _Sums:
    """What the steps add up to, per gap; a step whose interval lies in no gap is certain and outside."""

    least: Ints
    most: Ints
    endless: Flags
    bottomless: Flags
    outside: int = 0

    @staticmethod
    def empty(n: int) -> "_Sums":
        amounts, flags = np.zeros((2, n), np.int64), np.zeros((2, n), np.bool_)
        return _Sums(amounts[0], amounts[1], flags[0], flags[1])

    def add(self, gaps: Stretches, first: int, least: int, most: int, endless: bool) -> None:
        at = int(np.searchsorted(gaps[:, 0], first, "right")) - 1
        self.least[at] += least
        self.most[at] += most
        self.endless[at] |= endless and most >= 0
        self.bottomless[at] |= endless and least < 0

    def add_all(
        self,
        gaps: Stretches,
        interval: tuple[Ints, Ints],
        low: Ints,
        high: Ints,
        unbounded: tuple[Flags, Flags],
    ) -> None:
        """Many steps, each whole: those in a gap to the gap, the others outside."""
        first, last = interval
        if not len(gaps):
            self.outside += int(low.sum())
            return
        at = np.searchsorted(gaps[:, 0], first, "right") - 1
        held = (at >= 0) & (last <= gaps[at, 1])
        self.outside += int(low[~held].sum())
        place = at[held]
        np.add.at(self.least, place, low[held])
        np.add.at(self.most, place, high[held])
        np.logical_or.at(self.endless, place, unbounded[0][held])
        np.logical_or.at(self.bottomless, place, unbounded[1][held])

    def add_open(self, gaps: Stretches, first: int, sign: int) -> None:
        at = int(np.searchsorted(gaps[:, 0], first, "right")) - 1
        self.endless[at] |= sign > 0
        self.bottomless[at] |= sign < 0


def _add_whole(sums: _Sums, of: Earned, steps: Ints, gaps: Stretches) -> None:
    """Steps whose interval lies in the window."""
    rows = steps[:, shares.ROW]
    first, last = of.first[rows], of.last[rows]
    chosen = ((steps[:, shares.FLAGS] & shares.WHOLE) != 0) & (first < last)
    if not chosen.any():
        return
    rows, least, most, flags = np.ascontiguousarray(steps[chosen].T)
    small, large = of.step.small[rows], of.step.large[rows]
    low = least * np.where(least > 0, small, large)
    high = most * np.where(most > 0, large, small)
    unbounded = (flags & shares.UP) != 0, (flags & shares.DOWN) != 0
    sums.add_all(gaps, (first[chosen], last[chosen]), low, high, unbounded)


def _add_rises(sums: _Sums, of: Earned, gaps: Stretches, start: int, end: int) -> None:
    """Ordinary rises in the window: those in a gap, those that cross a gap's edge one by one, and all others."""
    if not of.laid:
        return
    calendar = of.booked.calendar
    begin, stop = calendar.from_x(gaps[:, 0]), calendar.from_x(gaps[:, 1])
    for one in of.laid:
        inner = one.each(begin, stop)
        sums.least += inner
        sums.most += inner
        sums.outside += one.between(start, end) - int(inner.sum())
        places = one.rises.crossing(np.stack([begin, stop], axis=1).ravel())
        rows = rows_of(one.rises, places)
        chosen = (rows["start"] >= start) & (rows["end"] <= end)
        if not chosen.any():
            continue
        first, last = calendar.to_x(rows["start"][chosen]), calendar.to_x(rows["end"][chosen])
        amount = rows["amount"][chosen] * of.weights(rows["t2"][chosen] - 1)
        held = first < last
        first, last, amount = first[held], last[held], amount[held]
        sums.outside -= int(amount.sum())
        no = np.zeros(len(first), np.bool_)
        sums.add_all(gaps, (first, last), amount, amount, (no, no))


@dataclass(frozen=True, slots=True)
class _Taking:
    """What may be taken away in unknown time (rejects, where good is total − reject): D12's limit, ns of earned time."""

    rate: Fraction | None
    burst: int
    largest: int

    @staticmethod
    def of(of: Earned, *, limited: bool) -> "_Taking":
        flow = of.booked.flow
        return _Taking(flow.max_rate if limited else None, flow.burst, of.cycles.largest)

    def most(self, length: int, stretches: int) -> int | None:
        """None: nothing limits it."""
        pieces = most_in(self.rate, self.burst, length, stretches)
        return None if pieces is None else pieces * self.largest


def _rows(sums: _Sums, gaps: Stretches, time: AssetTime, taking: _Taking) -> GapRows:
    first, last = gaps[:, 0], gaps[:, 1]
    unsure, sure, planned, other = time.sums.each(first, last, ("may_p", "sure_p", "both", "may_n"))
    starts = time.calendar.x
    stretches = np.searchsorted(starts, last, "left") - np.searchsorted(starts, first, "right") + 1
    least = _with_taken(sums, last - first, stretches, taking) if sums.bottomless.any() else sums.least
    most = np.maximum(sums.most, least)
    return GapRows(least, most, sums.endless, unsure, sure, planned, other, stretches)


def _with_taken(sums: _Sums, lengths: Ints, stretches: Ints, taking: _Taking) -> Ints:
    """The least earned time of each gap, less what may be taken away where nothing is counted.

    Where nothing limits that, more than all there is.
    """
    everything = sums.outside + int(np.maximum(sums.least, 0).sum())
    least: Ints = sums.least.astype(np.object_)
    for row in np.flatnonzero(sums.bottomless).tolist():
        taken = taking.most(int(lengths[row]), int(stretches[row]))
        least[row] -= everything + max(0, least[row]) if taken is None else taken
    return least.astype(np.int64) if sum(map(abs, least)) < ROOM else least
