"""Planned maintenance: stretches, dated or recurring, that the plan takes out of calendar time (D9).

Such time is planned downtime in the sense of ISO 22400-2: it is no calendar time, as a break is none. What the machine
does or makes in it counts for no share and no rate; a record names how much was taken out.

    maintenance:
      - {from: "2026-11-24T08:00", to: "2026-11-24T12:00", reason: 换主轴}
      - {days: [sun], start: "08:00", end: "12:00"}                              # each Sunday
      - {days: [sat], weeks: 2, since: "2026-01-03", start: "22:00", end: "02:00"}   # each second Saturday from there on
      - {days: [mon], nth: [1], start: "06:00", end: "10:00"}                    # the first Monday of each month
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from evidence_engine.vocabulary.instants import parse_instant, to_datetime
from evidence_engine.vocabulary.wall_clock import MINUTES_A_DAY, instants_of
from evidence_engine.vocabulary.written import (
    WEEKDAYS,
    DateText,
    Days,
    TimeOfDay,
    Weekday,
    WrittenModel,
    day_number,
    in_weeks,
    minutes_of,
    weekdays_of,
)

Spans = NDArray[np.int64]

_RECURRING = ("days", "start", "end")


class Maintenance(WrittenModel):
    """One stretch (`from`, `to`) or one that comes again (`days`, `start`, `end`)."""

    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    days: list[Weekday] = Field(default_factory=list)
    start: TimeOfDay | None = None
    end: TimeOfDay | None = None
    weeks: int = Field(default=1, ge=1)
    """Every so many weeks, counted from the week of `since`."""
    nth: list[Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=list)
    """Only the n-th such weekday of a month."""
    since: DateText | None = None
    until: DateText | None = None
    """The first and the last local date on which it may start."""
    reason: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Maintenance":
        dated = [name for name, value in (("from", self.from_), ("to", self.to)) if value is not None]
        told = [name for name in _RECURRING if getattr(self, name)]
        if dated and told:
            raise ValueError(f"got both {dated[0]} and {told[0]}: either from and to, or days, start and end")
        if len(dated) != 2 and len(told) != len(_RECURRING):
            raise ValueError("expected from and to, or days, start and end")
        if self.weeks > 1 and self.since is None:
            raise ValueError("weeks: counted from which one? expected since as well")
        if dated and self._dated(ZoneInfo("UTC"))[0] >= self._dated(ZoneInfo("UTC"))[1]:
            raise ValueError(f"to '{self.to}' is not after from '{self.from_}'")
        return self

    def spans(self, zone: ZoneInfo, start: int, end: int) -> Spans:
        """The stretches that share time with [start, end), ascending, as they are written: int64[n, 2]."""
        found = np.array([self._dated(zone)], np.int64) if self.from_ else self._recurring(zone, start, end)
        first, last = found[:, 0], found[:, 1]
        return found[(first < last) & (first < end) & (last > start)]

    def _dated(self, zone: ZoneInfo) -> tuple[int, int]:
        return parse_instant(self.from_ or "", zone), parse_instant(self.to or "", zone)

    def _recurring(self, zone: ZoneInfo, start: int, end: int) -> Spans:
        first, last = (day_number(to_datetime(instant, zone).date()) for instant in (start, end))
        days = np.arange(first - 2, last + 1, dtype=np.int64)
        midnight = days[self._falls_on(days)] * MINUTES_A_DAY
        minutes = np.array(minutes_of(self.start or "", self.end or ""), np.int64)
        return instants_of(midnight[:, None] + minutes, zone)

    def _falls_on(self, days: Days) -> NDArray[np.bool_]:
        found = np.array([name in self.days for name in WEEKDAYS], np.bool_)[weekdays_of(days)]
        if self.nth:
            found &= np.isin((_days_of_month(days) + 6) // 7, self.nth)
        if self.since is not None:
            found &= days >= day_number(date.fromisoformat(self.since))
        if self.until is not None:
            found &= days <= day_number(date.fromisoformat(self.until))
        return found & in_weeks(days, self.weeks, self.since)


def _days_of_month(days: Days) -> Days:
    """1 for the first of each month."""
    dates = days.astype("datetime64[D]")
    found: Days = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return found


def maintained(plans: Sequence[Maintenance], zone: ZoneInfo, start: int, end: int) -> Spans:
    """All of them in [start, end): int64[n, 2], ascending, disjoint."""
    if not plans:
        return np.empty((0, 2), np.int64)
    rows = np.concatenate([plan.spans(zone, start, end) for plan in plans]).clip(start, end)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    reach = np.maximum.accumulate(rows[:, 1])
    apart = np.flatnonzero(rows[1:, 0] > reach[:-1])
    begins = np.append(rows[:1, 0], rows[apart + 1, 0])
    return np.stack([begins, np.append(reach[apart], reach[-1:])], axis=1)


def without(stretches: Spans, taken: Spans) -> Spans:
    """The stretches less what is taken out of them; both ascending and disjoint."""
    if not len(taken) or not len(stretches):
        return stretches
    edges = np.unique(np.concatenate([stretches.ravel(), taken.ravel()]))
    begin, end = edges[:-1], edges[1:]
    left = _lie_in(stretches, begin) & ~_lie_in(taken, begin)
    return np.stack([begin[left], end[left]], axis=1)


def _lie_in(stretches: Spans, instants: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.searchsorted(stretches[:, 0], instants, "right") - 1
    found: NDArray[np.bool_] = (at >= 0) & (instants < stretches[at, 1])
    return found
