"""Pieces made: counts of a window and of its calendar, throughput, and how much of the plan was made (D13, D14, D35).

A count's bounds are what its steps may have inside (`booking`) and what D12 allows in open time. Throughput divides
them by the whole calendar; its value takes seen steps over known time only, since a bridged sum has no rate (D13).
Schedule attainment adds, over the plan entries that lie wholly in the window, the good pieces of the entry's product
in (from, to]: at least those that can only be of that product, at most all that may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.booking import (
    ALWAYS,
    Booked,
    Range,
    counted,
    known_in,
    most_in,
    part_of_step,
    range_in,
)
from evidence_engine.kpis.cycles import products_in
from evidence_engine.kpis.flows import Flags, Flow
from evidence_engine.kpis.outcome import ZERO, Outcome, Ratio, ratio, share
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import PlanEntry


def count(booked: Booked, known: int, whole: int, start: int, end: int) -> Outcome:
    """Pieces in the window and the calendar of `booked`; `known` of `whole` ns are known."""
    if whole == 0:
        return Outcome(ZERO, ZERO, ZERO, limitations=frozenset({"no_calendar_time"}))
    seen, all_in, is_any = counted(booked, start, end)
    found = range_in(booked, start, end)
    codes = {"bridged"} if all_in != seen else set()
    if not known and not is_any:
        codes.add("nothing_known")
    return Outcome(
        (all_in, 1) if known or is_any else None,
        (found.least_natural, 1),
        None if found.most is None else (max(0, found.most), 1),
        share(known, whole),
        limitations=frozenset(codes),
        undecided=found.undecided,
    )


def throughput(booked: Booked, known: int, calendar: int, start: int, end: int) -> Outcome:
    """Pieces in the calendar ÷ C, per hour."""
    seen, _, _ = counted(booked, start, end)
    found = range_in(booked, start, end)
    return Outcome(
        ratio(seen * HOUR, known),
        (found.least_natural * HOUR, calendar),
        None if found.most is None else (max(0, found.most) * HOUR, calendar),
        share(known, calendar),
        limitations=frozenset() if known else frozenset({"nothing_known"}),
        undecided=found.undecided,
    )


@dataclass(frozen=True, slots=True)
class Made:
    """Good pieces of a product in an entry's time: value None where none of that time is known."""

    value: int | None
    range: Range
    known: int


def made(booked: Booked, product: Held, entry: PlanEntry) -> Made:
    """`booked` is the flow of good pieces over all time."""
    if entry.product not in product.names:
        return Made(None, Range(0, None), 0)
    start, end, index = entry.start, entry.end, product.names.index(entry.product)
    known = known_in(booked.flow, start, end)
    rows, _, _ = booked.touching(start, end)
    flow = booked.flow.alone(rows, start, end)  # a row for each step, so that it can be asked for its product
    value = _plain(flow, product, index, start, end)
    return Made(value if known else None, _range(flow, product, index, start, end), known)


def _plain(flow: Flow, product: Held, index: int, start: int, end: int) -> int:
    plain, _ = product.at(flow.t2 - 1)
    alone = products_in(product, flow.start, flow.end) == np.uint64(1 << index)
    chosen = np.where(flow.seen, plain == index, alone & (flow.start >= start))
    return int(flow.amount[chosen & (flow.t2 > start) & (flow.t2 <= end)].sum())


def _range(flow: Flow, product: Held, index: int, start: int, end: int) -> Range:
    limited = not flow.is_disproved(start, end)
    whole = (flow.start >= start) & (flow.end <= end)
    crossing = ~whole & (flow.end > start) & (flow.start < end)
    masks = products_in(product, flow.start, flow.end)
    bit = np.uint64(1 << index)
    touched = (whole | crossing) & ((masks & bit) != 0)
    least, most, is_open, is_bottomless = _whole_steps(flow, touched & whole, masks == bit, limited=limited)
    for row in np.flatnonzero(touched & crossing).tolist():
        low, high, endless = part_of_step(flow, row, ALWAYS, start, end, limited=limited)
        is_sure = masks[row] == bit
        least += low if is_sure else min(low, 0)
        most += high if is_sure else max(high, 0)
        is_open |= endless and flow.sign[row] > 0
        is_bottomless |= endless and flow.sign[row] < 0
    for gap in flow.opens:
        first, last = max(gap.start, start), min(gap.end, end)
        if first < last:
            allowed = most_in(flow.max_rate if limited else None, flow.burst, last - first, 1)
            is_open |= allowed is None and gap.sign > 0
            is_bottomless |= allowed is None and gap.sign < 0
            most += (allowed or 0) if gap.sign > 0 else 0
            least -= (allowed or 0) if gap.sign < 0 else 0
    undecided = bool(flow.undecided[touched].any())
    return Range(None if is_bottomless else least, None if is_open else most, undecided)


def _whole_steps(flow: Flow, chosen: Flags, sure: Flags, *, limited: bool) -> tuple[int, int, bool, bool]:
    """(least, most, is open above, is open below) of the chosen steps, which lie wholly in the time that is asked for."""
    low, high, sign = flow.low[chosen], flow.high[chosen], flow.sign[chosen]
    endless = flow.endless if limited else flow.endless | flow.rests
    alone, unbounded = sure[chosen], endless[chosen]
    return (
        int(np.where(alone, low, np.minimum(low, 0)).sum()),
        int(np.where(alone, high, np.maximum(high, 0)).sum()),
        bool((unbounded & (sign > 0)).any()),
        bool((unbounded & (sign < 0)).any()),
    )


def made_together(members: Sequence[Made]) -> Made:
    """What the assets of a step made of one entry; known as far as the least known of them."""
    values = [one.value for one in members if one.value is not None]
    tops = [one.range.most for one in members if one.range.most is not None]
    most = sum(tops) if len(tops) == len(members) else None
    undecided = any(one.range.undecided for one in members)
    found = Range(sum(one.range.least_natural for one in members), most, undecided)
    return Made(sum(values) if values else None, found, min((one.known for one in members), default=0))


def attainment(made_of: Sequence[Made], entries: Sequence[PlanEntry]) -> Outcome:
    """Σ good ÷ Σ planned over the entries of one subject."""
    planned = sum(entry.quantity for entry in entries)
    values = [one.value for one in made_of if one.value is not None]
    tops = [one.range.most for one in made_of if one.range.most is not None]
    whole = sum(entry.end - entry.start for entry in entries)
    value: Ratio | None = ratio(sum(values), planned) if values else None
    return Outcome(
        value,
        ratio(sum(one.range.least_natural for one in made_of), planned),
        ratio(max(0, sum(tops)), planned) if len(tops) == len(made_of) else None,
        share(sum(one.known for one in made_of), whole),
        parts={"planned": planned, "entries": len(entries)},
        limitations=frozenset() if values else frozenset({"nothing_known"}),
        undecided=any(one.range.undecided for one in made_of),
    )
