"""The plant's calendar in plant time: shifts, breaks, meetings, maintenance and campaigns as ns intervals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from simulators.model.parts import MINUTE, SECOND, DayEvent, Shift
from simulators.model.spec import PlantSpec

Interval = tuple[int, int]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShiftStay:
    """One shift of one date: `[start, end)` with its breaks, UTC ns."""

    id: str
    start: int
    end: int
    breaks: tuple[Interval, ...]

    @property
    def working(self) -> list[Interval]:
        """The shift without its breaks."""
        edges = [self.start, *(edge for pair in self.breaks for edge in pair), self.end]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


class PlantCalendar:
    """Wall-clock rules of the spec turned into instants; borders convert with fold 0 (D9)."""

    def __init__(self, spec: PlantSpec) -> None:
        self._spec = spec

    def at(self, day: date, minute: int) -> int:
        """UTC ns of a wall-clock minute of `day`; minutes past 24 h belong to the next date."""
        day += timedelta(days=minute // 1440)
        hour, minute = divmod(minute % 1440, 60)
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._spec.zone)
        past = local.astimezone(UTC) - EPOCH
        return (past.days * 86400 + past.seconds) * SECOND

    def date_of(self, ts_ns: int) -> date:
        return datetime.fromtimestamp(ts_ns // SECOND, self._spec.zone).date()

    def dates(self, from_ns: int, to_ns: int) -> Iterator[date]:
        """Local dates that touch `[from, to)`, with the one before, whose night shift may reach in."""
        day = self.date_of(from_ns) - timedelta(days=1)
        last = self.date_of(to_ns)
        while day <= last:
            yield day
            day += timedelta(days=1)

    def shifts(self, from_ns: int, to_ns: int) -> list[ShiftStay]:
        """Shifts that touch `[from, to)`, whole, in order."""
        found = [
            self._shift(shift, day)
            for day in self.dates(from_ns, to_ns)
            for shift in self._spec.shifts
            if day.weekday() in shift.days
        ]
        return sorted((s for s in found if s.start < to_ns and s.end > from_ns), key=lambda s: s.start)

    def _shift(self, shift: Shift, day: date) -> ShiftStay:
        end = shift.end + (1440 if shift.end <= shift.start else 0)
        breaks = tuple(
            (self.at(day, self._inside(shift, a)), self.at(day, self._inside(shift, b)))
            for a, b in shift.breaks
        )
        return ShiftStay(shift.id, self.at(day, shift.start), self.at(day, end), breaks)

    @staticmethod
    def _inside(shift: Shift, minute: int) -> int:
        return minute + (1440 if minute < shift.start else 0)

    def working(self, from_ns: int, to_ns: int) -> list[Interval]:
        """Calendar time: shifts − breaks, clipped to `[from, to)`."""
        parts = (part for shift in self.shifts(from_ns, to_ns) for part in shift.working)
        clipped = ((max(a, from_ns), min(b, to_ns)) for a, b in parts)
        return [(a, b) for a, b in clipped if a < b]

    def stretches(self, events: tuple[DayEvent, ...], from_ns: int, to_ns: int) -> list[Interval]:
        """When the given daily or weekly events take place, those that touch `[from, to)`."""
        found = [
            (self.at(day, event.start), self.at(day, event.start) + event.length_ns)
            for day in self.dates(from_ns, to_ns)
            for event in events
            if event.weekday in (None, day.weekday())
        ]
        return sorted((a, b) for a, b in found if a < to_ns and b > from_ns)

    def campaigns(self, from_ns: int, to_ns: int) -> list[tuple[int, str]]:
        """Starts of campaigns, from the one that holds at `from` on."""
        starts = [
            (self.at(day, minute), product)
            for day in self.dates(from_ns, to_ns)
            for minute, product in self._spec.campaigns
        ]
        starts.sort()
        held = max(i for i, (ts, _) in enumerate(starts) if ts <= from_ns)
        return [(ts, product) for ts, product in starts[held:] if ts < to_ns]

    def midnights(self, from_ns: int, to_ns: int) -> list[int]:
        """Local midnights in `[from, to]`."""
        edges = [self.at(day, 0) for day in self.dates(from_ns, to_ns + MINUTE)]
        return [edge for edge in edges if from_ns <= edge <= to_ns]
