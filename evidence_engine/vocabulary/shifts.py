"""Shifts in time: what a calendar says in plant time becomes instants, in columns, and calendar time C (D9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.calendar import Calendar, CalendarVersion, starting
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.wall_clock import MINUTES_A_DAY, instants_of
from evidence_engine.vocabulary.written import date_of, day_number

Instants = NDArray[np.int64]

_NEVER = 2**62
"""Start and end of the breaks that a shift doesn't have: after every instant."""


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


class _Columns(NamedTuple):
    """A row per shift. day: its local date, days since 1970 · version, number: of its pattern · start, end: int64[n] ·
    breaks: int64[n, k, 2], ascending in each row; what is no break begins and ends after all time."""

    day: Instants
    version: Instants
    number: Instants
    start: Instants
    end: Instants
    breaks: Instants


@dataclass(frozen=True, slots=True)
class Shifts:
    """Shifts of one calendar, ascending, none overlapping another: columns; walked through, each as a `Shift`."""

    columns: _Columns
    versions: tuple[CalendarVersion, ...]

    def __len__(self) -> int:
        return len(self.columns.day)

    def __iter__(self) -> Iterator[Shift]:
        return map(self._shift, *(column.tolist() for column in self.columns))

    def _shift(
        self, day: int, version: int, number: int, start: int, end: int, breaks: list[list[int]]
    ) -> Shift:
        of = self.versions[version]
        crew = "" if of.rotation is None else of.rotation.crew_of(number, date_of(day))
        pauses = tuple((begin, stop) for begin, stop in breaks if begin < _NEVER)
        return Shift(of.shifts[number].name, date_of(day), start, end, pauses, crew)

    def where(self, chosen: NDArray[np.bool_]) -> "Shifts":
        """Some of them."""
        return Shifts(_Columns(*(column[chosen] for column in self.columns)), self.versions)

    def upto(self, end: Instants) -> "Shifts":
        """Each ends at `end` at the latest."""
        return Shifts(self.columns._replace(end=np.minimum(self.columns.end, end)), self.versions)


def shifts_between(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> Shifts:
    """The shifts that start on the local dates first <= date < last, ascending, none overlapping another.

    Where the clock is set forward, or another version of the calendar begins, a shift ends when the next one starts;
    one that lies wholly in the hour that is left out is none.
    """
    after = day_number(last)
    every = _all_between(calendar, zone, day_number(first), after + 1)
    every = every.where(every.columns.start < every.columns.end)
    cut = every.upto(np.append(every.columns.start[1:], _NEVER)[: len(every)])
    return cut.where((cut.columns.day < after) & (cut.columns.start < cut.columns.end))


def _all_between(calendar: Calendar, zone: ZoneInfo, first: int, last: int) -> Shifts:
    """By the version of each date; what starts on the last one may cut short what started before."""
    versions = calendar.versions()
    since = [day_number(start) for start, _ in versions]
    most = max(len(pattern.pauses) for _, version in versions for pattern in version.shifts)
    parts = [
        _of_version(version, row, zone, range(max(first, begin), min(last, end)), most)
        for row, ((_, version), begin, end) in enumerate(
            zip(versions, since, [*since[1:], last], strict=True)
        )
    ]
    columns = _Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return Shifts(columns, tuple(version for _, version in versions))


def _of_version(version: CalendarVersion, row: int, zone: ZoneInfo, days: range, most: int) -> _Columns:
    """Those of one version, by date and start, each with room for `most` breaks."""
    day, number, start, end = starting(version, days.start, days.stop)
    start, end = instants_of(start, zone), instants_of(end, zone)
    breaks = _breaks(version, most)[number] + (day * MINUTES_A_DAY)[:, None, None]
    columns = _Columns(day, np.full(len(day), row), number, start, end, _ascending(breaks, zone))
    order = np.lexsort((number, start, day))
    return _Columns(*(column[order] for column in columns))


def _breaks(version: CalendarVersion, most: int) -> Instants:
    """The breaks of each pattern in minutes after midnight: int64[patterns, most, 2]."""
    found = np.full((len(version.shifts), most, 2), _NEVER, np.int64)
    for row, pattern in enumerate(version.shifts):
        found[row, : len(pattern.pauses)] = np.array(pattern.pauses, np.int64).reshape(-1, 2)
    return found


def _ascending(breaks: Instants, zone: ZoneInfo) -> Instants:
    """Breaks by the wall clock as instants, in order."""
    are = breaks < _NEVER // 2
    found = np.where(are, instants_of(np.where(are, breaks, 0), zone), _NEVER)
    order = np.lexsort((found[:, :, 1], found[:, :, 0]), axis=1)
    return np.take_along_axis(found, order[:, :, None], axis=1)


def shifts_touching(calendar: Calendar, zone: ZoneInfo, start: int, end: int) -> Shifts:
    """The shifts that share time with [start, end)."""
    first = day_number(to_datetime(start, zone).date()) - 2
    last = day_number(to_datetime(end, zone).date()) + 1
    found = shifts_between(calendar, zone, date_of(first), date_of(last))
    return found.where((found.columns.end > start) & (found.columns.start < end))


def calendar_time(shifts: Shifts, start: int, end: int) -> Instants:
    """The stretches of C in [start, end): int64[n, 2], ascending, disjoint, neighbours not merged (D9)."""
    columns = shifts.columns
    ends = np.minimum(columns.end, end)[:, None]
    breaks = columns.breaks
    begin = np.maximum.accumulate(np.concatenate([columns.start[:, None], breaks[:, :, 1]], axis=1), axis=1)
    stop = np.minimum(np.concatenate([breaks[:, :, 0], ends], axis=1), ends)
    rows = np.stack([np.maximum(begin, start), stop], axis=2).reshape(-1, 2)
    return rows[rows[:, 0] < rows[:, 1]]
