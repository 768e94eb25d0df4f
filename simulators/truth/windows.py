"""The windows that have a truth: ended clock hours, shifts, local days, and the whole."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise

from simulators.model.calendar import Interval, PlantCalendar
from simulators.model.parts import HOUR, SECOND


@dataclass(frozen=True, slots=True)
class Window:
    """`[begin, end)` in UTC ns, with its calendar time C (shifts − breaks), and what it is: hour, shift, day, history."""

    begin: int
    end: int
    working: tuple[Interval, ...]
    kinds: frozenset[str] = frozenset()

    @property
    def is_long(self) -> bool:
        """Whether it is more than a clock hour: some figures are told of nothing shorter."""
        return bool(self.kinds - {"hour"})

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
    kinds: dict[Interval, set[str]] = defaultdict(set)
    for kind, edges in (
        ("hour", ((hour, hour + HOUR) for hour in range(first, last, HOUR))),
        ("shift", ((s.start, s.end) for s in calendar.shifts(from_ns, until_ns))),
        ("day", pairwise(calendar.midnights(from_ns, until_ns))),
        ("history", [(from_ns, last)] if from_ns < last else []),
    ):
        _put(kinds, kind, ((a, b) for a, b in edges if from_ns <= a and b <= until_ns))
    return [Window(a, b, tuple(calendar.working(a, b)), frozenset(kinds[a, b])) for a, b in sorted(kinds)]


def _put(kinds: dict[Interval, set[str]], kind: str, edges: Iterable[Interval]) -> None:
    for edge in edges:
        kinds[edge].add(kind)


class WorkingTime:
    """The calendar of a stretch of time, laid out so that any part of it is measured at once."""

    def __init__(self, calendar: PlantCalendar, from_ns: int, until_ns: int) -> None:
        stretches = calendar.working(from_ns, until_ns)
        self._begins = [a for a, _ in stretches]
        self._ends = [b for _, b in stretches]
        self._before = [0, *accumulate(b - a for a, b in stretches)]

    def between(self, begin: int, end: int) -> int:
        """Calendar time of `[begin, end)`; 0 where that is empty."""
        return self._until(end) - self._until(begin) if begin < end else 0

    def _until(self, ts_ns: int) -> int:
        at = bisect_right(self._begins, ts_ns) - 1
        return self._before[at] + min(ts_ns, self._ends[at]) - self._begins[at] if at >= 0 else 0


def instant(ts_ns: int) -> str:
    """An instant as D1 writes it."""
    whole, part = divmod(ts_ns, SECOND)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{part:09d}Z"
