"""What a record says of the calendar that it rests on: planned maintenance taken out of it, holidays that nobody knows (D9)."""

from collections.abc import Mapping

from evidence_engine.kpis.outcome import Part
from evidence_engine.vocabulary.calendar import CalendarVersion
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.holidays import CHINA
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.working_time import holiday_years, working_key, working_time

_OF_THE_WINDOW = ("energy.", "production.count_good_window")
"""Figures of the whole window, whatever the calendar (D14, D25)."""

Notes = tuple[frozenset[str], dict[str, Part]]
"""Codes of limitations, and parts."""

_NONE: Notes = (frozenset(), {})


class CalendarNotes:
    """Notes on records of one plant; each window's are worked out once."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        versions = [
            version for calendar in plant.calendars.values() for version in (calendar, *calendar.later)
        ]
        self._concerns = any(map(_is_noted, versions)) or any(a.maintenance for a in plant.assets.values())
        self._window: Window | None = None
        self._found: dict[tuple[object, ...], tuple[int, bool]] = {}

    def of(self, kpi: str, subject: Mapping[str, str], window: Window) -> Notes:
        """The notes on one record."""
        if not self._concerns or kpi.startswith(_OF_THE_WINDOW):
            return _NONE
        found = [self._of_asset(name, window) for name in self._assets(subject)]
        taken = sum(maintained for maintained, _ in found)
        codes = {"planned_maintenance"} if taken else set()
        codes |= {"holidays_unknown"} if any(is_unknown for _, is_unknown in found) else set()
        hours = taken / HOUR
        return frozenset(codes), {"planned_maintenance": Figure(hours, hours, hours, "h")} if taken else {}

    def _assets(self, subject: Mapping[str, str]) -> list[str]:
        if "asset" in subject:
            return [subject["asset"]]
        names, step = self._plant.production_assets(), subject.get("step")
        return [name for name in names if step is None or self._plant.assets[name].step == step]

    def _of_asset(self, name: str, window: Window) -> tuple[int, bool]:
        """(calendar ns that maintenance takes, whether a year's holidays are unknown)."""
        if window != self._window:
            self._window, self._found = window, {}
        asset = self._plant.assets[name]
        key = working_key(self._plant, asset)
        if key not in self._found:
            time = working_time(self._plant, asset, window.start, window.end)
            gross, net = (int((s[:, 1] - s[:, 0]).sum()) for s in (time.gross, time.stretches))
            years = holiday_years(self._plant, asset, window.start, window.end)
            self._found[key] = (gross - net, bool(years))
        return self._found[key]


def _is_noted(version: CalendarVersion) -> bool:
    return bool(version.maintenance) or CHINA in version.holidays
