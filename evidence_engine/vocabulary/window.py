"""Windows: the time spans that figures are computed over, half-open, in plant time (D9, D28)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from evidence_engine.vocabulary.calendar import shifts_touching
from evidence_engine.vocabulary.instants import HOUR, from_datetime, local_midnight, to_datetime
from evidence_engine.vocabulary.plant import Plant

WindowKind = Literal["hour", "shift", "day", "history", "custom"]


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """[start, end) with what it is called; `name` is fit for a file name, as `2026-11-24-day`."""

    start: int
    end: int
    kind: WindowKind = "custom"
    name: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("window ends before it begins, expected from < to")


def standard_windows(plant: Plant, history_start: int, until: int) -> list[Window]:
    """Each clock hour, shift and local day inside [history_start, until] that has ended, and from the history's start
    to the last ended hour (D28)."""
    windows = [*_hours(plant, history_start, until), *_shifts(plant, history_start, until)]
    windows += _days(plant, history_start, until)
    hours = [w for w in windows if w.kind == "hour"]
    if hours and hours[-1].end > history_start:
        windows.append(Window(history_start, hours[-1].end, "history", "history"))
    return windows


def _hours(plant: Plant, start: int, until: int) -> Iterator[Window]:
    """Clock hours of plant time; a zone's offset may be half an hour."""
    local = to_datetime(start, plant.zone).replace(minute=0, second=0, microsecond=0)
    at = from_datetime(local)
    at += HOUR if at < start else 0
    while at + HOUR <= until:
        local = to_datetime(at, plant.zone)
        again = "-again" if local.fold else ""  # the hour that a clock set back shows twice
        yield Window(at, at + HOUR, "hour", f"{local:%Y-%m-%dT%H}{again}")
        at += HOUR


def _shifts(plant: Plant, start: int, until: int) -> Iterator[Window]:
    for name, calendar in plant.calendars.items():
        prefix = "" if name == plant.default_calendar else f"{name}-"
        for shift in shifts_touching(calendar, plant.zone, start, until):
            if shift.start >= start and shift.end <= until:
                yield Window(shift.start, shift.end, "shift", f"{shift.day}-{prefix}{shift.name}")


def _days(plant: Plant, start: int, until: int) -> Iterator[Window]:
    day = to_datetime(start, plant.zone).date()
    while (end := local_midnight(day + timedelta(days=1), plant.zone)) <= until:
        begin = local_midnight(day, plant.zone)
        if begin >= start:
            yield Window(begin, end, "day", f"{day}")
        day += timedelta(days=1)
