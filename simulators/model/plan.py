"""The production plan: what the packaging line was asked for, per shift and campaign."""

from dataclasses import dataclass

from simulators.model.calendar import PlantCalendar
from simulators.model.parts import HOUR
from simulators.model.spec import PlantSpec


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """`quantity` good pieces of `product`, finished by `asset` in `[from_ns, to_ns)`."""

    asset: str
    product: str
    from_ns: int
    to_ns: int
    quantity: int


def plan_entries(spec: PlantSpec, from_ns: int, to_ns: int) -> list[PlanEntry]:
    """Entries that touch `[from, to)`: shifts cut where the next product reaches the packaging line."""
    calendar = PlantCalendar(spec)
    shifts = calendar.shifts(from_ns, to_ns)
    if not shifts:
        return []
    starts = calendar.campaigns(shifts[0].start - spec.lead_ns, shifts[-1].end)
    arrivals = [(ts + spec.lead_ns, product) for ts, product in starts]
    ends = [ts for ts, _ in arrivals[1:]] + [shifts[-1].end]
    entries = []
    for shift in shifts:
        for (arrives, product), ends_ns in zip(arrivals, ends, strict=True):
            begin, end = max(shift.start, arrives), min(shift.end, ends_ns)
            working = sum(b - a for a, b in calendar.working(begin, end)) if begin < end else 0
            quantity = int(working * spec.products[product].planned_per_hour / HOUR)
            if quantity:
                entries.append(PlanEntry(spec.output.id, product, begin, end, quantity))
    return [entry for entry in entries if entry.from_ns < to_ns and entry.to_ns > from_ns]
