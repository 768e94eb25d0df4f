"""Pieces made: counts of a window and of its calendar, throughput, and how much of the plan was made (D13, D14, D35).

A count's bounds are what its steps may have inside (`booking`) and what D12 allows in open time. Throughput divides
them by the whole calendar; its value takes seen steps over known time only, since a bridged sum has no rate (D13).
Schedule attainment adds, over the plan entries that lie wholly in the window, the good pieces of the entry's product
in (from, to]: at least those that can only be of that product, at most all that may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.booking import (
    ALWAYS,
    Booked,
    Range,
    book,
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
    known = known_in(booked.flow, entry.start, entry.end)
    booked = _told_alone(booked, entry.start, entry.end)
    if entry.product not in product.names:
        return Made(None, Range(0, None), 0)
    index = product.names.index(entry.product)
    value = _plain(booked, product, index, entry.start, entry.end)
    return Made(value if known else None, _range(booked, product, index, entry.start, entry.end), known)


def _told_alone(booked: Booked, start: int, end: int) -> Booked:
    """With a row for every step that touches [start, end], so that each can be asked for its product."""
    if not any(len(one.of.runs) for one in booked.flow.rises):
        return booked
    flow = booked.flow.exposed(np.array([[start, end]], np.int64))
    return book(replace(flow, rises=()), booked.calendar)


def _plain(booked: Booked, product: Held, index: int, start: int, end: int) -> int:
    flow = booked.flow
    rows = slice(*np.searchsorted(flow.t2, [start, end], "right").tolist())
    plain, _ = product.at(flow.t2[rows] - 1)
    alone = products_in(product, flow.start[rows], flow.end[rows]) == np.uint64(1 << index)
    chosen = np.where(flow.seen[rows], plain == index, alone & (flow.start[rows] >= start))
    return int(flow.amount[rows][chosen].sum())


def _range(booked: Booked, product: Held, index: int, start: int, end: int) -> Range:
    flow, limited = booked.flow, not booked.flow.is_disproved(start, end)
    rows, whole, crossing = booked.touching(start, end)
    masks = products_in(product, flow.start[rows], flow.end[rows])
    bit = np.uint64(1 << index)
    touched = (whole | crossing) & ((masks & bit) != 0)
    least, most, is_open, is_bottomless = _whole_steps(
        flow, rows, touched & whole, masks == bit, limited=limited
    )
    for row in np.flatnonzero(touched & crossing).tolist():
        at = row + rows.start
        low, high, endless = part_of_step(flow, at, ALWAYS, start, end, limited=limited)
        is_sure = masks[row] == bit
        least += low if is_sure else min(low, 0)
        most += high if is_sure else max(high, 0)
        is_open |= endless and flow.sign[at] > 0
        is_bottomless |= endless and flow.sign[at] < 0
    for gap in flow.opens:
        first, last = max(gap.start, start), min(gap.end, end)
        if first < last:
            allowed = most_in(flow.max_rate if limited else None, flow.burst, last - first, 1)
            is_open |= allowed is None and gap.sign > 0
            is_bottomless |= allowed is None and gap.sign < 0
            most += (allowed or 0) if gap.sign > 0 else 0
            least -= (allowed or 0) if gap.sign < 0 else 0
    undecided = bool(flow.undecided[rows][touched].any())
    return Range(None if is_bottomless else least, None if is_open else most, undecided)


def _whole_steps(
    flow: Flow, rows: slice, chosen: Flags, sure: Flags, *, limited: bool
) -> tuple[int, int, bool, bool]:
    """(least, most, is open above, is open below) of the chosen steps, which lie wholly in the time that is asked for."""
    low, high, sign = flow.low[rows][chosen], flow.high[rows][chosen], flow.sign[rows][chosen]
    endless = flow.endless[rows] if limited else flow.endless[rows] | flow.rests[rows]
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
