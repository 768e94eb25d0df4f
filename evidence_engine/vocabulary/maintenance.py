"""Planned maintenance: stretches, dated or recurring, that the plan takes out of calendar time (D9).

Such time is planned downtime in the sense of ISO 22400-2: it is no calendar time, as a break is none. What the machine
does or makes in it counts for no share and no rate; a record names how much was taken out.

    maintenance:
      - {from: "2026-11-24T08:00", to: "2026-11-24T12:00", reason: 换主轴}
      - {days: [sun], start: "08:00", end: "12:00"}                              # each Sunday
      - {days: [sat], weeks: 2, since: "2026-01-03", start: "22:00", end: "02:00"}   # each second Saturday from there on
      - {days: [mon], nth: [1], start: "06:00", end: "10:00"}                    # the first Monday of each month
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from evidence_engine.vocabulary.instants import parse_instant, to_datetime
from evidence_engine.vocabulary.written import (
    WEEKDAYS,
    DateText,
    TimeOfDay,
    Weekday,
    WrittenModel,
    falls_in_week,
    span,
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

    def spans(self, zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches that share time with [start, end), ascending, as they are written."""
        found = [self._dated(zone)] if self.from_ is not None else self._recurring(zone, start, end)
        yield from ((a, b) for a, b in found if a < b and a < end and b > start)

    def _dated(self, zone: ZoneInfo) -> tuple[int, int]:
        return parse_instant(self.from_ or "", zone), parse_instant(self.to or "", zone)

    def _recurring(self, zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int]]:
        day = to_datetime(start, zone).date() - timedelta(days=2)
        last = to_datetime(end, zone).date()
        while day <= last:
            if self._falls_on(day):
                yield span(self.start or "", self.end or "", day, zone)
            day += timedelta(days=1)

    def _falls_on(self, day: date) -> bool:
        if WEEKDAYS[day.weekday()] not in self.days or (self.nth and (day.day + 6) // 7 not in self.nth):
            return False
        text = day.isoformat()
        if text < (self.since or "") or (self.until is not None and text > self.until):
            return False
        return falls_in_week(day, self.weeks, self.since)


def maintained(plans: Sequence[Maintenance], zone: ZoneInfo, start: int, end: int) -> Spans:
    """All of them in [start, end): int64[n, 2], ascending, disjoint."""
    rows = sorted(one for plan in plans for one in plan.spans(zone, start, end))
    found: list[tuple[int, int]] = []
    for a, b in rows:
        a, b = max(a, start), min(b, end)
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return np.array(found, np.int64).reshape(-1, 2)


def without(stretches: Spans, taken: Spans) -> Spans:
    """The stretches less what is taken out of them; both ascending and disjoint."""
    if not len(taken) or not len(stretches):
        return stretches
    rows: list[tuple[int, int]] = []
    ends = taken[:, 1]
    for start, end in stretches.tolist():
        at = start
        for row in range(int(np.searchsorted(ends, start, "right")), len(taken)):
            a, b = taken[row].tolist()
            if a >= end:
                break
            rows.append((at, min(a, end)))
            at = max(at, b)
        rows.append((at, end))
    return np.array([row for row in rows if row[0] < row[1]], np.int64).reshape(-1, 2)
