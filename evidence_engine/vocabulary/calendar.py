"""Calendars: shifts, breaks and dated exceptions in plant time become stretches of calendar time C (D9)."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from evidence_engine.vocabulary.instants import from_datetime, to_datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _clock_text(text: str) -> str:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) <= 24 and int(minute) < 60):
        raise ValueError(f"'{text}' is not a time of day, expected e.g. \"08:00\" in quotes")
    if int(hour) == 24 and int(minute):
        raise ValueError(f"'{text}' is later than 24:00")
    return text


TimeOfDay = Annotated[str, AfterValidator(_clock_text)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Break(_Written):
    """Time inside a shift that is not calendar time."""

    start: TimeOfDay
    end: TimeOfDay


class ShiftPattern(_Written):
    """One shift as written; end <= start means the next day, start = end 24 h."""

    name: str
    start: TimeOfDay
    end: TimeOfDay
    days: list[Weekday] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    breaks: list[Break] = []


class CalendarException(_Written):
    """One local date on which exactly these shifts (by name) start: none for a holiday."""

    date: str
    shifts: list[str] = []

    @model_validator(mode="after")
    def _is_date(self) -> "CalendarException":
        date.fromisoformat(self.date)
        return self


class Calendar(_Written):
    """The shifts of a part of the plant."""

    shifts: list[ShiftPattern] = Field(min_length=1)
    exceptions: list[CalendarException] = []

    @model_validator(mode="after")
    def _names(self) -> "Calendar":
        names = [shift.name for shift in self.shifts]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"shift '{name}' stands twice")
        for exception in self.exceptions:
            for name in exception.shifts:
                if name not in names:
                    raise ValueError(f"exceptions {exception.date}: unknown shift '{name}'")
        week = list(shifts_between(self, ZoneInfo("UTC"), date(2024, 1, 1), date(2024, 1, 15)))
        for before, after in itertools.pairwise(week):
            if after.start < before.end:
                raise ValueError(f"shifts '{before.name}' and '{after.name}' overlap")
        return self


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one local date. `breaks` are half-open (start, end) instants inside it."""

    name: str
    day: date
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]


def shifts_between(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Iterator[Shift]:
    """The shifts that start on the local dates first <= date < last, ascending."""
    exceptions = {date.fromisoformat(e.date): e.shifts for e in calendar.exceptions}
    day = first
    while day < last:
        today = [p for p in calendar.shifts if _works(p, day, exceptions)]
        yield from sorted((_shift(p, day, zone) for p in today), key=lambda shift: shift.start)
        day += timedelta(days=1)


def _works(pattern: ShiftPattern, day: date, exceptions: dict[date, list[str]]) -> bool:
    if day in exceptions:
        return pattern.name in exceptions[day]
    return WEEKDAYS[day.weekday()] in pattern.days


def _shift(pattern: ShiftPattern, day: date, zone: ZoneInfo) -> Shift:
    start, end = _span(pattern.start, pattern.end, day, zone)
    breaks = []
    for pause in pattern.breaks:
        after_midnight = pattern.end <= pattern.start and pause.start < pattern.start
        breaks.append(_span(pause.start, pause.end, day + timedelta(days=after_midnight), zone))
    return Shift(pattern.name, day, start, end, tuple(sorted(breaks)))


def _span(start: str, end: str, day: date, zone: ZoneInfo) -> tuple[int, int]:
    return _wall(start, day, zone), _wall(end, day + timedelta(days=end <= start), zone)


def _wall(text: str, day: date, zone: ZoneInfo) -> int:
    """The instant of a wall-clock time, fold 0 (D9)."""
    hour, minute = (int(part) for part in text.split(":"))
    moment = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=hour // 24)
    return from_datetime(moment.replace(hour=hour % 24, minute=minute))


def shifts_touching(calendar: Calendar, zone: ZoneInfo, start: int, end: int) -> list[Shift]:
    """The shifts that share time with [start, end)."""
    first = to_datetime(start, zone).date() - timedelta(days=2)
    last = to_datetime(end, zone).date() + timedelta(days=1)
    return [s for s in shifts_between(calendar, zone, first, last) if s.end > start and s.start < end]


def calendar_time(shifts: Sequence[Shift], start: int, end: int) -> NDArray[np.int64]:
    """The stretches of C in [start, end): int64[n, 2], ascending, disjoint, neighbours not merged (D9)."""
    rows: list[tuple[int, int]] = []
    for shift in shifts:
        at = shift.start
        for pause_start, pause_end in (*shift.breaks, (shift.end, shift.end)):
            rows.append((max(at, start), min(pause_start, shift.end, end)))
            at = max(at, pause_end)
    return np.array([row for row in rows if row[0] < row[1]], np.int64).reshape(-1, 2)
