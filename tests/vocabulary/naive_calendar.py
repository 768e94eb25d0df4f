"""Slow, obvious twins of calendars: one wall-clock time, one date, one shift after another, by datetime and zoneinfo."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evidence_engine.vocabulary.calendar import Calendar, CalendarVersion, ShiftPattern
from evidence_engine.vocabulary.maintenance import Maintenance
from evidence_engine.vocabulary.shifts import Shift

ONE_DAY = timedelta(days=1)


def instant(day: date, text: str, zone: ZoneInfo) -> int:
    """Of a time of day, fold 0."""
    if text == "24:00":
        return instant(day + ONE_DAY, "00:00", zone)
    moment = datetime.combine(day, time.fromisoformat(text), zone)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def span(day: date, start: str, end: str, zone: ZoneInfo) -> tuple[int, int]:
    """Two times of day, the second after the first."""
    return instant(day, start, zone), instant(day if end > start else day + ONE_DAY, end, zone)


def shifts_between(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> list[Shift]:
    """Those that start on first <= date < last (D9)."""
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    every = [one for day in days for one in _of_day(calendar, day, zone) if one.start < one.end]
    ends = [after.start for after in every[1:]] + [one.end for one in every[-1:]]
    cut = [
        Shift(one.name, one.day, one.start, min(one.end, end), one.breaks, one.crew)
        for one, end in zip(every, ends, strict=True)
    ]
    return [one for one in cut if one.day < last and one.start < one.end]


def _of_day(calendar: Calendar, day: date, zone: ZoneInfo) -> list[Shift]:
    *_, (_, version) = [(since, one) for since, one in calendar.versions() if since <= day]
    found = []
    for number, pattern in enumerate(version.shifts):
        if _starts(version, pattern, day):
            crew = version.rotation.crew_of(number, day) if version.rotation else ""
            start, end = span(day, pattern.start, pattern.end, zone)
            breaks = tuple(sorted(_breaks(pattern, day, zone)))
            found.append(Shift(pattern.name, day, start, end, breaks, crew))
    return sorted(found, key=lambda shift: shift.start)


def _breaks(pattern: ShiftPattern, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    for pause in pattern.breaks:
        after_midnight = pattern.end <= pattern.start and pause.start < pattern.start
        yield span(day + ONE_DAY if after_midnight else day, pause.start, pause.end, zone)


def _starts(version: CalendarVersion, pattern: ShiftPattern, day: date) -> bool:
    for exception in version.exceptions:
        if exception.date == f"{day}":
            return pattern.name in exception.shifts
    kind = version.days.get(f"{day}")
    if kind == "holiday":
        return False
    weekday = version.makeup_as if kind == "workday" else f"{day:%a}".lower()
    return weekday in pattern.days and in_week(day, pattern.weeks, pattern.since)


def in_week(day: date, weeks: int, since: str | None) -> bool:
    """Whether it is one of every `weeks`-th week, counted from the Monday of the week of `since`."""
    if since is None:
        return True
    first = date.fromisoformat(since)
    monday = first - first.weekday() * ONE_DAY
    return (day - monday).days // 7 % weeks == 0


def calendar_time(shifts: list[Shift], start: int, end: int) -> list[list[int]]:
    """Shifts less breaks in [start, end)."""
    rows = []
    for shift in shifts:
        at = shift.start
        for pause_start, pause_end in (*shift.breaks, (shift.end, shift.end)):
            rows.append([max(at, start), min(pause_start, shift.end, end)])
            at = max(at, pause_end)
    return [row for row in rows if row[0] < row[1]]


def maintenance_days(plan: Maintenance, first: date, last: date) -> Iterator[date]:
    """The dates on which recurring maintenance starts."""
    for n in range((last - first).days):
        day = first + n * ONE_DAY
        told = f"{day:%a}".lower() in plan.days and (not plan.nth or (day.day - 1) // 7 + 1 in plan.nth)
        dated = (plan.since or "") <= f"{day}" and (plan.until is None or f"{day}" <= plan.until)
        if told and dated and in_week(day, plan.weeks, plan.since):
            yield day
