"""Calendars as they are written: shifts, breaks, crews, holidays, dated exceptions, and which shifts start on a date (D9)."""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from evidence_engine.vocabulary.holidays import CHINA, DayKind, china_days, china_knows
from evidence_engine.vocabulary.maintenance import Maintenance
from evidence_engine.vocabulary.rotation import Rotation
from evidence_engine.vocabulary.wall_clock import MINUTES_A_DAY
from evidence_engine.vocabulary.written import (
    EVERY_DAY,
    WEEKDAYS,
    DateText,
    Days,
    TimeOfDay,
    Weekday,
    WrittenModel,
    date_of,
    day_number,
    in_weeks,
    minutes_of,
    weekdays_of,
)


class Break(WrittenModel):
    """Time inside a shift that is not calendar time."""

    start: TimeOfDay
    end: TimeOfDay


class ShiftPattern(WrittenModel):
    """One shift as written; end <= start means the next day, start = end 24 h."""

    name: str
    start: TimeOfDay
    end: TimeOfDay
    days: list[Weekday] = EVERY_DAY
    """Empty: only on the dates whose exception names it, as an extra shift."""
    weeks: int = Field(default=1, ge=1, le=8)
    """Every so many weeks, counted from the week of `since`: 2 for every other Saturday (大小周)."""
    since: DateText | None = None
    breaks: list[Break] = Field(default_factory=list)

    @model_validator(mode="after")
    def _breaks_lie_inside(self) -> "ShiftPattern":
        if self.weeks > 1 and self.since is None:
            raise ValueError("weeks: counted from which one? expected since as well")
        start, end = self.minutes
        for pause, (first, last) in zip(self.breaks, self.pauses, strict=True):
            if first < start or last > end:
                raise ValueError(
                    f"the break {pause.start} to {pause.end} is not inside shift '{self.name}', {self.start} to {self.end}"
                )
        return self

    @cached_property
    def minutes(self) -> tuple[int, int]:
        """Start and end in minutes of the wall clock after the midnight on whose date it starts."""
        return minutes_of(self.start, self.end)

    @cached_property
    def pauses(self) -> list[tuple[int, int]]:
        """Its breaks in the same minutes, in the order in which they are written."""
        over_midnight = self.end <= self.start
        days = [over_midnight and pause.start < self.start for pause in self.breaks]
        spans = [minutes_of(pause.start, pause.end) for pause in self.breaks]
        return [
            (start + day * MINUTES_A_DAY, end + day * MINUTES_A_DAY)
            for day, (start, end) in zip(days, spans, strict=True)
        ]


class CalendarException(WrittenModel):
    """One local date on which exactly these shifts (by name) start: none for a holiday."""

    date: DateText
    shifts: list[str] = Field(default_factory=list)


class CalendarVersion(WrittenModel):
    """The shifts of a part of the plant, as long as they stay the same.

    Which shifts start on a local date: those that an exception of that date names; else none on a holiday, and on a
    make-up workday those of the weekday `makeup_as`; else those of its weekday.
    """

    shifts: list[ShiftPattern] = Field(min_length=1)
    rotation: Rotation | None = None
    """Which crew works which shift."""
    holidays: list[str] = Field(default_factory=list)
    """`china`, and files of one's own beside the plant file; what a file says goes before what `china` says."""
    days: dict[DateText, DayKind] = Field(default_factory=dict)
    """Holidays and make-up workdays one by one; they go before all of `holidays`."""
    makeup_as: Weekday = "mon"
    exceptions: list[CalendarException] = Field(default_factory=list)
    maintenance: list[Maintenance] = Field(default_factory=list)

    @property
    def by_date(self) -> dict[int, list[str]]:
        """The shifts of the exceptions by local date, in days since 1970."""
        return {day_number(date.fromisoformat(found.date)): found.shifts for found in self.exceptions}

    @property
    def unread(self) -> list[str]:
        """Files that `holidays` names and that nobody has read yet: `with_days` takes what they say."""
        return [name for name in self.holidays if name != CHINA]

    @model_validator(mode="after")
    def _names(self) -> "CalendarVersion":
        names = [shift.name for shift in self.shifts]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"shift '{name}' stands twice")
        for exception in self.exceptions:
            for name in exception.shifts:
                if name not in names:
                    raise ValueError(f"exceptions {exception.date}: unknown shift '{name}'")
        if self.rotation is not None and self.rotation.shifts != len(names):
            raise ValueError(
                f"rotation: {self.rotation.pattern} has {self.rotation.shifts} shifts, got {len(names)}"
            )
        self._check_overlap()
        return self

    def _check_overlap(self) -> None:
        """Over all weeks until they come again, and around each exception."""
        plain = self.model_copy(update={"holidays": [], "days": {}, "exceptions": []})
        weeks = 1 + math.lcm(*(shift.weeks for shift in self.shifts))
        monday = day_number(date(2024, 1, 1))
        self._check_between(plain, monday, monday + 7 * weeks)
        dated = plain.model_copy(update={"exceptions": self.exceptions})
        for day in self.by_date:
            self._check_between(dated, day - 1, day + 2)

    @staticmethod
    def _check_between(version: "CalendarVersion", first: int, last: int) -> None:
        day, number, start, end = starting(version, first, last)
        order = np.argsort(start, kind="stable")
        over = np.flatnonzero(start[order[1:]] < end[order[:-1]])
        if len(over):
            before, after = order[over[0]], order[over[0] + 1]
            names = [version.shifts[number[row]].name for row in (before, after)]
            raise ValueError(f"shifts '{names[0]}' and '{names[1]}' overlap on {date_of(int(day[after]))}")


class LaterCalendar(CalendarVersion):
    """What takes the place of a calendar for shifts that start on a local date or after it (D8)."""

    valid_from: DateText


class Calendar(CalendarVersion):
    """A calendar, and what became of it: `later` holds whole calendars, each from its local date on (D8)."""

    later: list[LaterCalendar] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> "Calendar":
        dates = [version.valid_from for version in self.later]
        if dates != sorted(set(dates)):
            raise ValueError("later: each valid_from must come after the one before it")
        return self

    def versions(self) -> list[tuple[date, CalendarVersion]]:
        """Each version with the first local date that it holds for, ascending."""
        later = [(date.fromisoformat(version.valid_from), version) for version in self.later]
        return [(date.min, self), *later]


class Starting(NamedTuple):
    """Shifts by the wall clock, a row each: local date, number of its pattern, start and end in minutes since 1970-01-01."""

    day: Days
    number: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def starting(version: CalendarVersion, first: int, last: int) -> Starting:
    """The shifts that start on the local dates first <= date < last, days since 1970, by date."""
    days = np.arange(first, last, dtype=np.int64)
    row, number = np.nonzero(_starts_on(version, days).T)
    day = days[row]
    minutes = np.array([pattern.minutes for pattern in version.shifts], np.int64)[number]
    midnight = day * MINUTES_A_DAY
    return Starting(day, number, midnight + minutes[:, 0], midnight + minutes[:, 1])


def _starts_on(version: CalendarVersion, days: Days) -> NDArray[np.bool_]:
    """Whether each pattern starts on each day: bool[patterns, days]."""
    kinds = _kinds(version, days)
    weekday = np.where(kinds == _WORKDAY, WEEKDAYS.index(version.makeup_as), weekdays_of(days))
    found = np.zeros((len(version.shifts), len(days)), np.bool_)
    for row, pattern in enumerate(version.shifts):
        of_week = np.array([name in pattern.days for name in WEEKDAYS], np.bool_)
        found[row] = of_week[weekday] & in_weeks(days, pattern.weeks, pattern.since) & (kinds != _HOLIDAY)
    for day, names in version.by_date.items():
        if len(days) and days[0] <= day <= days[-1]:
            found[:, day - days[0]] = [pattern.name in names for pattern in version.shifts]
    return found


_ORDINARY, _HOLIDAY, _WORKDAY = range(3)


def _kinds(version: CalendarVersion, days: Days) -> NDArray[np.int64]:
    """Whether each day is a holiday or a make-up workday for this calendar, or neither as far as anybody knows."""
    if version.unread and len(days):
        raise ValueError(f"holidays: the file '{version.unread[0]}' was not read")
    told = np.full(len(days), _ORDINARY, np.int64)
    if len(days) and CHINA in version.holidays:
        for year in range(date_of(int(days[0])).year, date_of(int(days[-1])).year + 1):
            _tell(told, days, china_days(year).items())
    _tell(told, days, ((date.fromisoformat(day), kind) for day, kind in version.days.items()))
    return told


def _tell(told: NDArray[np.int64], days: Days, kinds: Iterable[tuple[date, DayKind]]) -> None:
    for day, kind in kinds:
        if len(days) and days[0] <= (at := day_number(day)) <= days[-1]:
            told[at - days[0]] = _HOLIDAY if kind == "holiday" else _WORKDAY


def years_without_holidays(calendar: Calendar, first: date, last: date) -> list[int]:
    """The years of first <= date <= last that `holidays: [china]` asks for and that neither the package nor a file of
    one's own knows: their dates follow the week alone."""
    found = set()
    versions = calendar.versions()
    ends = [start - timedelta(days=1) for start, _ in versions[1:]] + [last]
    for (start, version), end in zip(versions, ends, strict=True):
        if CHINA in version.holidays and max(first, start) <= min(last, end):
            own = {int(day[:4]) for day in version.days}
            years = range(max(first, start).year, min(last, end).year + 1)
            found |= {year for year in years if year not in own and not china_knows(year)}
    return sorted(found)
