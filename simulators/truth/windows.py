"""The windows that have a truth: ended clock hours, shifts, local days, and the whole."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from simulators.model.calendar import Interval, PlantCalendar
from simulators.model.parts import HOUR, SECOND


@dataclass(frozen=True, slots=True)
class Window:
    """`[begin, end)` in UTC ns, with its calendar time C (shifts − breaks)."""

    begin: int
    end: int
    working: tuple[Interval, ...]

    @property
    def calendar_ns(self) -> int:
        return sum(b - a for a, b in self.working)

    def inside(self, begin: int, end: int) -> int:
        """How much of a stay lies in the window's calendar."""
        return sum(max(0, min(end, b) - max(begin, a)) for a, b in self.working)

    def holds(self, ts_ns: int) -> bool:
        """Whether something that begins at `ts_ns` begins in the window's calendar."""
        return any(a <= ts_ns < b for a, b in self.working)


def ended_windows(calendar: PlantCalendar, from_ns: int, until_ns: int) -> list[Window]:
    """Each clock hour, shift and local day that lies in `[from, until]`, and from → the last ended hour (D28)."""
    first, last = -(-from_ns // HOUR) * HOUR, until_ns // HOUR * HOUR
    edges = {(hour, hour + HOUR) for hour in range(first, last, HOUR)}
    edges |= {(s.start, s.end) for s in calendar.shifts(from_ns, until_ns)}
    midnights = calendar.midnights(from_ns, until_ns)
    edges |= set(pairwise(midnights))
    if from_ns < last:
        edges.add((from_ns, last))
    inside = sorted((a, b) for a, b in edges if from_ns <= a and b <= until_ns)
    return [Window(a, b, tuple(calendar.working(a, b))) for a, b in inside]


def instant(ts_ns: int) -> str:
    """An instant as D1 writes it."""
    whole, part = divmod(ts_ns, SECOND)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{part:09d}Z"
