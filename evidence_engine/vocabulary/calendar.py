"""Calendars: shifts, breaks, crews, holidays and dated exceptions in plant time become stretches of calendar time C (D9)."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from evidence_engine.vocabulary.holidays import CHINA, DayKind, china_day, china_knows
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.maintenance import Maintenance
from evidence_engine.vocabulary.rotation import Rotation
from evidence_engine.vocabulary.written import (
    EVERY_DAY,
    WEEKDAYS,
    DateText,
    TimeOfDay,
    Weekday,
    WrittenModel,
    falls_in_week,
)
from evidence_engine.vocabulary.written import span as _span


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
        shift = _shift(self, date(2024, 1, 1), ZoneInfo("UTC"))
        for pause, (start, end) in zip(self.breaks, _breaks(self, shift.day, ZoneInfo("UTC")), strict=True):
            if start < shift.start or end > shift.end:
                raise ValueError(
                    f"the break {pause.start} to {pause.end} is not inside shift '{self.name}', {self.start} to {self.end}"
                )
        return self


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

    @cached_property
    def by_date(self) -> dict[str, list[str]]:
        """The shifts of the exceptions by local date."""
        return {exception.date: exception.shifts for exception in self.exceptions}

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
        self._check_between(plain, date(2024, 1, 1), date(2024, 1, 1) + timedelta(weeks=weeks))
        for exception in self.exceptions:
            day = date.fromisoformat(exception.date)
            dated = plain.model_copy(update={"exceptions": self.exceptions})
            self._check_between(dated, day - timedelta(days=1), day + timedelta(days=2))

    @staticmethod
    def _check_between(version: "CalendarVersion", first: date, last: date) -> None:
        found = _shifts_of(version, ZoneInfo("UTC"), first, last)
        for before, after in itertools.pairwise(sorted(found, key=lambda shift: shift.start)):
            if after.start < before.end:
                raise ValueError(f"shifts '{before.name}' and '{after.name}' overlap on {after.day}")


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


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one local date. `breaks` are half-open (start, end) instants inside it; crew: "" where none is told."""

    name: str
    day: date
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]
    crew: str = ""

    @property
    def label(self) -> str:
        """Its name with its crew, as `night-B`."""
        return f"{self.name}-{self.crew}" if self.crew else self.name


def shifts_between(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Iterator[Shift]:
    """The shifts that start on the local dates first <= date < last, ascending, none overlapping another.

    Where the clock is set forward, or another version of the calendar begins, a shift ends when the next one starts;
    one that lies wholly in the hour that is left out is none.
    """
    every = (shift for shift in _shifts_in_time(calendar, zone, first, last) if shift.start < shift.end)
    before: Shift | None = None
    for shift in every:
        if before is not None:
            yield from _upto(before, shift.start, last)
        before = shift
    if before is not None:
        yield from _upto(before, before.end, last)


def _upto(shift: Shift, end: int, last: date) -> Iterator[Shift]:
    if shift.day < last and shift.start < end:
        yield shift if shift.end <= end else replace(shift, end=end)


def _shifts_in_time(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Iterator[Shift]:
    """By the version of each date, with one date more: what starts there may cut short what started before."""
    versions = calendar.versions()
    ends = [start for start, _ in versions[1:]] + [date.max]
    for (start, version), end in zip(versions, ends, strict=True):
        yield from _shifts_of(version, zone, max(first, start), min(last + timedelta(days=1), end))


def _shifts_of(version: CalendarVersion, zone: ZoneInfo, first: date, last: date) -> Iterator[Shift]:
    day = first
    while day < last:
        names = version.by_date.get(day.isoformat()) if version.exceptions else None
        kind = day_kind(version, day) if names is None else None
        weekday = version.makeup_as if kind == "workday" else WEEKDAYS[day.weekday()]
        today = []
        for number, pattern in enumerate(version.shifts):
            usual = weekday in pattern.days and falls_in_week(day, pattern.weeks, pattern.since)
            if pattern.name in names if names is not None else kind != "holiday" and usual:
                crew = "" if version.rotation is None else version.rotation.crew_of(number, day)
                today.append(_shift(pattern, day, zone, crew))
        yield from sorted(today, key=lambda shift: shift.start)
        day += timedelta(days=1)


def day_kind(version: CalendarVersion, day: date) -> DayKind | None:
    """Whether a local date is a holiday or a make-up workday for this calendar; None: neither, or nobody knows."""
    if version.unread:
        raise ValueError(f"holidays: the file '{version.unread[0]}' was not read")
    told = version.days.get(day.isoformat()) if version.days else None
    return told if told is not None or CHINA not in version.holidays else china_day(day)


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


def _shift(pattern: ShiftPattern, day: date, zone: ZoneInfo, crew: str = "") -> Shift:
    start, end = _span(pattern.start, pattern.end, day, zone)
    return Shift(pattern.name, day, start, end, tuple(sorted(_breaks(pattern, day, zone))), crew)


def _breaks(pattern: ShiftPattern, day: date, zone: ZoneInfo) -> list[tuple[int, int]]:
    """In the order in which they are written."""
    over_midnight = pattern.end <= pattern.start
    return [
        _span(
            pause.start, pause.end, day + timedelta(days=over_midnight and pause.start < pattern.start), zone
        )
        for pause in pattern.breaks
    ]


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
