"""Open plan entries at a window's end: which keep pace with the calendar, which can still be reached."""

from collections.abc import Iterator, Sequence

from simulators.model.calendar import PlantCalendar
from simulators.model.plan import PlanEntry
from simulators.truth.history import MachineHistory
from simulators.truth.kpis import Figure, good_of


def open_at(plan: Sequence[PlanEntry], now: int) -> list[PlanEntry]:
    """Entries that have begun and not ended."""
    return [entry for entry in plan if entry.from_ns < now < entry.to_ns]


def forecast(
    histories: Sequence[tuple[MachineHistory, PlanEntry]], now: int, calendar: PlantCalendar
) -> Iterator[Figure]:
    """Shares of the open entries; nothing where none is open."""
    if histories:
        known = [(entry, good_of(history, entry.product, entry.from_ns, now)) for history, entry in histories]
        ideal = [history.machine.spec.ideal_ns[entry.product] for history, entry in histories]
        paced = sum(_keeps_pace(entry, made, now, calendar) for entry, made in known)
        in_reach = sum(
            _in_reach(entry, made, now, calendar, cycle)
            for (entry, made), cycle in zip(known, ideal, strict=True)
        )
        yield "planning.on_track", paced / len(known)
        yield "planning.reachable", in_reach / len(known)


def _keeps_pace(entry: PlanEntry, made: int, now: int, calendar: PlantCalendar) -> bool:
    """Made at least the quantity × the share of its calendar time that has passed."""
    passed, whole = (_length(calendar, entry.from_ns, end) for end in (now, entry.to_ns))
    return made * whole >= entry.quantity * passed


def _in_reach(entry: PlanEntry, made: int, now: int, calendar: PlantCalendar, cycle: int) -> bool:
    """Made, and one piece per ideal cycle of what is left and one more in each unbroken stretch of it (D12)."""
    left = _length(calendar, now, entry.to_ns)
    return made + left // cycle + len(_joined(calendar, now, entry.to_ns)) >= entry.quantity


def _length(calendar: PlantCalendar, begin: int, end: int) -> int:
    return sum(b - a for a, b in calendar.working(begin, end))


def _joined(calendar: PlantCalendar, begin: int, end: int) -> list[int]:
    """Where the unbroken stretches of calendar time begin: one shift may follow another at once."""
    working = calendar.working(begin, end)
    return [a for a, _ in working if a not in {b for _, b in working}]
