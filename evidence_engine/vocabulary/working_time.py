"""The calendar time C of an asset over any span: by the calendar that holds at each time, less breaks and planned maintenance (D8, D9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.calendar import Calendar, CalendarVersion, years_without_holidays
from evidence_engine.vocabulary.earlier import values_in
from evidence_engine.vocabulary.instants import DAY, local_midnight, to_datetime
from evidence_engine.vocabulary.maintenance import maintained, without
from evidence_engine.vocabulary.plant import Asset, Plant
from evidence_engine.vocabulary.shifts import calendar_time, shifts_touching

Spans = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """C, and what it would be without planned maintenance: int64[n, 2] each, ascending and disjoint.

    stated: whether the plant file has a calendar for the asset at any time of the span.
    """

    stretches: Spans
    gross: Spans
    stated: bool


class _Part(NamedTuple):
    """A calendar holds for the shifts that start in [start, end)."""

    start: int
    end: int
    calendar: Calendar


def working_time(plant: Plant, asset: Asset, start: int, end: int) -> WorkingTime:
    """The calendar time of an asset in [start, end)."""
    parts = list(_parts(plant, asset, start, end))
    gross = gross_time(plant, parts, start, end)
    taken = maintained(asset.maintenance, plant.zone, start, end)
    net = without(gross, taken)
    for part in parts:
        for since, until, version in _versions(plant, part):
            net = without(net, maintained(version.maintenance, plant.zone, since, until))
    return WorkingTime(net, gross, bool(parts))


def gross_time(plant: Plant, parts: list[_Part], start: int, end: int) -> Spans:
    """Shifts less breaks in [start, end); a shift that runs when another calendar begins ends with that one's first."""
    rows, until = [np.empty((0, 2), np.int64)], end
    for part in reversed(parts):
        touching = shifts_touching(part.calendar, plant.zone, start, end)
        begins = touching.columns.start
        own = touching.where((part.start <= begins) & (begins < part.end))
        rows.append(calendar_time(own, start, until))
        until = min([until, *own.columns.start[:1].tolist()])
    return np.concatenate(rows[::-1])


def working_key(plant: Plant, asset: Asset) -> tuple[object, ...]:
    """Equal for assets that have the same working time."""
    name = asset.calendar or plant.default_calendar
    dated = tuple((before.until, before.value) for before in asset.earlier.calendar)
    return (name, dated, *(plan.model_dump_json() for plan in asset.maintenance))


def holiday_years(plant: Plant, asset: Asset, start: int, end: int) -> list[int]:
    """The years of [start, end) whose holidays are asked for and known to nobody (`years_without_holidays`)."""
    found: set[int] = set()
    for part in _parts(plant, asset, start, end):
        first = to_datetime(max(part.start, start), plant.zone).date()
        last = to_datetime(min(part.end, end) - 1, plant.zone).date()
        found |= set(years_without_holidays(part.calendar, first, last))
    return sorted(found)


def _parts(plant: Plant, asset: Asset, start: int, end: int) -> Iterator[_Part]:
    """A shift that began up to two days before still runs, so the first part reaches back that far."""
    reach = start - 2 * DAY
    held = values_in(asset.earlier.calendar, asset.calendar, plant.zone, reach, end)
    borders = [*(since for since, _ in held[1:]), end]
    for (since, name), until in zip(held, borders, strict=True):
        name = name or plant.default_calendar
        if name is not None:
            yield _Part(since, until, plant.calendars[name])


def _versions(plant: Plant, part: _Part) -> Iterator[tuple[int, int, CalendarVersion]]:
    """The versions of a calendar with the time for which they hold, cut to the part."""
    versions = part.calendar.versions()
    for row, (first, version) in enumerate(versions):
        since = part.start if row == 0 else local_midnight(first, plant.zone)
        until = part.end if row + 1 == len(versions) else local_midnight(versions[row + 1][0], plant.zone)
        if max(since, part.start) < min(until, part.end):
            yield max(since, part.start), min(until, part.end), version
