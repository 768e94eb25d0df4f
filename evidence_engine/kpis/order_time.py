"""Time of one machine inside and outside of its orders: AUBT, ADET, ADOT and the ratios over them (ISO 22400-2).

Begin and end of an order are as the file states; what the machine did in it is known or unknown as ever. With `in` and
`out` the calendar time inside and outside of orders, N planned stop:
AUBT = in − N, from in − all that may be planned stop to in − what surely is.
Allocation efficiency = x/(x + y), x the busy time inside, y outside: rises with x and falls with y, and each may be at
its end whatever the other is. Utilization efficiency is availability over the time inside (D20). Technical efficiency =
P/(P + delay): low P₀/(P₀ + all that may be delay), high P₁/(P₁ + what surely is): what may be neither is left out.
Each of these completions exists, so all bounds are reached.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.stretches import (
    LAST,
    Stretches,
    clip,
    complement,
    intersect,
    joined,
)
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found
from evidence_engine.kpis.outcome import Outcome, Part, Ratio, ratio, share
from evidence_engine.kpis.state_time import (
    DELAY,
    PLANNED,
    PRODUCING,
    StateTime,
    state_time,
)
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.orders import OrderRun
from evidence_engine.vocabulary.states import State

AS_GIVEN = frozenset({"orders_as_given"})
_IDLE = frozenset({State.IDLE})


@dataclass(frozen=True, slots=True)
class Split:
    """The window's calendar, inside and outside of orders."""

    inside: StateTime
    outside: StateTime
    runs: Sequence[OrderRun]


def runs_in(runs: Sequence[OrderRun], start: int, end: int) -> list[OrderRun]:
    """Those that share time with [start, end)."""
    return [run for run in runs if run.start < end and _end(run) > start]


def _end(run: OrderRun) -> int:
    return LAST if run.end is None else run.end


def stretches_of_runs(runs: Sequence[OrderRun]) -> Stretches:
    """The time that they hold, orders that overlap counted once."""
    return joined(np.array([(run.start, _end(run)) for run in runs], np.int64).reshape(-1, 2))


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of an asset that the order file names."""
    every = found.of.history.papers.runs_by_asset.get(found.of.name, ())
    if not every:
        return
    basis = found.basis("equipment.availability")
    if not found.time["C"]:
        return
    split = _split(found, runs_in(every, found.start, found.end))
    for kpi, figure in FIGURES.items():
        outcome = figure(split)
        codes = AS_GIVEN if split.inside.known + split.outside.known else AS_GIVEN | {"nothing_known"}
        yield Found(kpi, outcome.adding(codes), basis)


def _split(found: AssetWindow, runs: Sequence[OrderRun]) -> Split:
    calendar = clip(found.book.calendar.stretches, found.start, found.end)
    held = stretches_of_runs(runs)
    free = complement(held, found.start, found.end)
    state = found.of.state
    return Split(
        state_time(state, intersect(calendar, held)),
        state_time(state, intersect(calendar, free)),
        runs,
    )


def order_busy_time(split: Split) -> Outcome:
    """AUBT, h."""
    inside = split.inside
    stated = [run.planned_busy for run in split.runs if run.planned_busy is not None]
    parts: dict[str, Part] = {"orders": len({run.order for run in split.runs})}
    if split.runs and len(stated) == len(split.runs):
        parts["planned_busy"] = sum(stated) / HOUR
    return _hours(
        inside,
        inside.known - inside.seen(PLANNED),
        inside.whole - inside.may(PLANNED),
        inside.whole - inside.sure(PLANNED),
        parts,
    )


def order_delay_time(split: Split) -> Outcome:
    """ADET, h."""
    inside = split.inside
    return _hours(inside, inside.seen(DELAY), inside.sure(DELAY), inside.may(DELAY))


def time_without_order(split: Split) -> Outcome:
    """ADOT, h: ready, and nothing to do."""
    outside = split.outside
    return _hours(outside, outside.seen(_IDLE), outside.sure(_IDLE), outside.may(_IDLE))


def _hours(time: StateTime, value: int, low: int, high: int, parts: dict[str, Part] | None = None) -> Outcome:
    told = time.known > 0 or not time.whole
    return Outcome(
        (value, HOUR) if told else None,
        (low, HOUR),
        (high, HOUR),
        share(time.known, time.whole),
        parts or {},
    )


def allocation_efficiency(split: Split) -> Outcome:
    """AUBT ÷ PBT."""
    inside, outside = split.inside, split.outside
    busy = inside.known - inside.seen(PLANNED)
    least, most = inside.whole - inside.may(PLANNED), inside.whole - inside.sure(PLANNED)
    return Outcome(
        ratio(busy, busy + outside.known - outside.seen(PLANNED)),
        ratio(least, least + outside.whole - outside.sure(PLANNED)),
        ratio(most, most + outside.whole - outside.may(PLANNED)),
        share(inside.known + outside.known, inside.whole + outside.whole),
    )


def utilization_efficiency(split: Split) -> Outcome:
    """APT ÷ AUBT."""
    time = split.inside
    either = time.sure(PRODUCING | PLANNED) - time.sure(PRODUCING) - time.sure(PLANNED)
    return Outcome(
        ratio(time.seen(PRODUCING), time.known - time.seen(PLANNED)),
        ratio(time.sure(PRODUCING), time.whole - time.sure(PLANNED) - either),
        ratio(time.may(PRODUCING), time.whole - time.may(PLANNED, apart=PRODUCING)),
        share(time.known, time.whole),
    )


def technical_efficiency(split: Split) -> Outcome:
    """APT ÷ (APT + ADET)."""
    time = split.inside
    return Outcome(
        _of_two(time.seen(PRODUCING), time.seen(DELAY)),
        _of_two(time.sure(PRODUCING), time.may(DELAY)),
        _of_two(time.may(PRODUCING), time.sure(DELAY)),
        share(time.known, time.whole),
    )


def _of_two(part: int, rest: int) -> Ratio | None:
    return ratio(part, part + rest)


FIGURES = {
    "production.order_busy_time": order_busy_time,
    "production.order_delay_time": order_delay_time,
    "production.time_without_order": time_without_order,
    "production.allocation_efficiency": allocation_efficiency,
    "production.utilization_efficiency": utilization_efficiency,
    "production.technical_efficiency": technical_efficiency,
}
"""KPI → what it is of the split."""
