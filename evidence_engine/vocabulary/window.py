"""Windows: the time spans that figures are computed over, half-open, in plant time (D9, D28)."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from evidence_engine.vocabulary.instants import DAY, HOUR, from_datetime, local_midnight, to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.shifts import shifts_touching

WindowKind = Literal["hour", "shift", "day", "week", "month", "quarter", "year", "history", "custom"]
PeriodKind = Literal["day", "week", "month", "quarter", "year"]

STANDARD: tuple[WindowKind, ...] = ("hour", "shift", "day", "week", "month", "quarter", "year", "history")
"""The kinds that nobody needs to ask for, in the order of their length."""

EARLIEST, LATEST = -(2**61) + 2 * DAY, 2**62 - 2 * DAY
"""Windows lie between the end of 1896 and the beginning of 2116: int64 ns, with room for what is computed from them."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """[start, end) with what it is called; `name` is fit for a file name, as `2026-11-24-day`, `2026-W47`, `2026-Q4`.

    ValueError where it is empty.
    """

    start: int
    end: int
    kind: WindowKind = "custom"
    name: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("window ends before it begins, expected from < to")

    def check_reach(self) -> None:
        """ValueError where it reaches beyond the instants that can be computed with."""
        if self.start < EARLIEST or self.end > LATEST:
            raise ValueError("window reaches beyond what can be computed, expected from 1897 to 2115")


def standard_windows(
    plant: Plant, history_start: int, until: int, kinds: Collection[WindowKind] = STANDARD
) -> list[Window]:
    """Each clock hour, shift, local day, ISO week, month, quarter and year inside [history_start, until] that has ended,
    and from the history's start to the last ended hour (D28); those of some `kinds` only where told."""
    makers: dict[WindowKind, Callable[[Plant, int, int], Iterator[Window]]] = {
        "hour": _hours,
        "shift": _shifts,
        "day": lambda *span: _periods("day", *span),
        "week": lambda *span: _periods("week", *span),
        "month": lambda *span: _periods("month", *span),
        "quarter": lambda *span: _periods("quarter", *span),
        "year": lambda *span: _periods("year", *span),
        "history": _history,
    }
    return [w for kind in STANDARD if kind in kinds for w in makers[kind](plant, history_start, until)]


def _hours(plant: Plant, start: int, until: int) -> Iterator[Window]:
    """Clock hours of plant time; a zone's offset may be half an hour."""
    at = _hour_from(plant, start)
    while at + HOUR <= until:
        local = to_datetime(at, plant.zone)
        again = "-again" if local.fold else ""  # the hour that a clock set back shows twice
        yield Window(at, at + HOUR, "hour", f"{local:%Y-%m-%dT%H}{again}")
        at += HOUR


def _hour_from(plant: Plant, start: int) -> int:
    """The first border of a clock hour at `start` or after it."""
    at = from_datetime(to_datetime(start, plant.zone).replace(minute=0, second=0, microsecond=0))
    return at + (HOUR if at < start else 0)


def _history(plant: Plant, start: int, until: int) -> Iterator[Window]:
    first = _hour_from(plant, start)
    if first + HOUR <= until:
        yield Window(start, first + (until - first) // HOUR * HOUR, "history", "history")


def _shifts(plant: Plant, start: int, until: int) -> Iterator[Window]:
    for name, calendar in plant.calendars.items():
        prefix = "" if name == plant.default_calendar else f"{name}-"
        for shift in shifts_touching(calendar, plant.zone, start, until):
            if shift.start >= start and shift.end <= until:
                yield Window(shift.start, shift.end, "shift", f"{shift.day}-{prefix}{shift.label}")


def _periods(kind: PeriodKind, plant: Plant, start: int, until: int) -> Iterator[Window]:
    """Days and longer, from local midnight to local midnight, each that lies wholly in [start, until]."""
    first, after = dates_of(kind, to_datetime(start, plant.zone).date())
    while (end := local_midnight(after, plant.zone)) <= until:
        begin = local_midnight(first, plant.zone)
        if begin >= start:
            yield Window(begin, end, kind, period_name(kind, first))
        first, after = dates_of(kind, after)


def period_of(kind: PeriodKind, plant: Plant, instant: int) -> Window:
    """The day, week, month, quarter or year of plant time that an instant lies in."""
    first, after = dates_of(kind, to_datetime(instant, plant.zone).date())
    start, end = local_midnight(first, plant.zone), local_midnight(after, plant.zone)
    return Window(start, end, kind, period_name(kind, first))


def dates_of(kind: PeriodKind, day: date) -> tuple[date, date]:
    """The first local date of the period that a date lies in, and the first after it; weeks begin on Mondays."""
    match kind:
        case "day":
            return day, day + timedelta(days=1)
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=7)
        case "month":
            return _months(day.year, day.month, 1)
        case "quarter":
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
        case "year":
            return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = month + count
    return date(year, month, 1), date(year + (after > 12), (after - 1) % 12 + 1, 1)


def period_name(kind: PeriodKind, first: date) -> str:
    """`2026-11-24`, `2026-W47` (ISO 8601: the year is that of its Thursday), `2026-11`, `2026-Q4`, `2026`."""
    match kind:
        case "day":
            return f"{first}"
        case "week":
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{first:%Y-%m}"
        case "quarter":
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case "year":
            return f"{first.year}"
