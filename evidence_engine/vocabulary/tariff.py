"""Time-of-use tariffs 分时电价: a dated file of bands by month, kind of day and half hour, with their prices.

    schema: floortruth/tariff/1
    name: {zh: 江苏工商业分时电价, en: Jiangsu commercial and industrial time-of-use tariff}
    region: 江苏
    holidays: ["2026-02-17"]
    versions:
      - valid_from: "2025-06-01"
        source: 苏发改价格发〔2025〕426号
        certainty: L
        hours:                                   # in order, a later row wins; all that no row names is flat
          - {months: [6, 7, 8], band: peak, hours: ["14:00-22:00"]}
          - {days: holiday, band: deep_valley, hours: ["10:00-14:00"]}
        prices: {peak: 1.0, flat: 0.6, valley: 0.3, deep_valley: 0.25}   # per kWh
        demand_price: 40.0                       # per kW of the month's maximum demand

A reader must reject: an unknown band, hours off the half hour or ending before they begin, two versions of one date,
a version that prices some of its bands and not others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.written import DateText, WrittenModel, wall

Band = Literal["sharp", "peak", "flat", "valley", "deep_valley"]
BANDS: tuple[Band, ...] = get_args(Band)
"""尖, 峰, 平, 谷, 深谷."""
DayKind = Literal["all", "workday", "weekend", "holiday"]
SLOTS = 48


def _slots(text: str) -> tuple[int, int]:
    """The half hours of `14:00-22:00`: first, and the one after the last."""
    start, dash, end = text.partition("-")
    found = (_slot(start.strip()), _slot(end.strip())) if dash else (None, None)
    if found[0] is None or found[1] is None or found[0] >= found[1]:
        raise ValueError(
            f"'{text}' are no hours of a tariff, expected half hours of one day as \"14:00-22:00\""
        )
    return found[0], found[1]


def _slot(text: str) -> int | None:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute in ("00", "30") and len(hour) <= 2):
        return None
    slot = 2 * int(hour) + (minute == "30")
    return slot if slot <= SLOTS else None


def _hours_text(text: str) -> str:
    _slots(text)
    return text


def _standard(factor: float) -> float:
    if factor != 0.9:
        raise ValueError(f"power_factor_standard {factor}: only the table of the standard 0.9 is known")
    return factor


class BandHours(WrittenModel):
    """Half hours of some months and days that are one band."""

    band: Band
    hours: list[Annotated[str, AfterValidator(_hours_text)]] = Field(min_length=1)
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=list)
    """1 to 12; empty: all."""
    days: DayKind = "all"
    """`holiday`: the dates of the file's `holidays`; they are neither workday nor weekend."""


class TariffVersion(WrittenModel):
    """What holds from a date on."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    valid_from: DateText
    source: str
    certainty: Literal["S", "L"] = "S"
    """S: the notice was read · L: by a secondary source."""
    hours: list[BandHours] = Field(default_factory=list)
    prices: dict[Band, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Per kWh, in the file's currency; empty where only the bands are known."""
    demand_price: Annotated[float, Field(ge=0)] | None = None
    """Per kW of the month's maximum demand."""

    @property
    def bands(self) -> set[Band]:
        """Every band that an hour may be."""
        return {row.band for row in self.hours} | {"flat"}

    @model_validator(mode="after")
    def _prices_all(self) -> "TariffVersion":
        missing = self.bands - set(self.prices)
        if self.prices and missing:
            raise ValueError(f"prices: no price for {', '.join(b for b in BANDS if b in missing)}")
        return self

    def day(self, month: int, kinds: set[DayKind]) -> list[Band]:
        """The band of each half hour of a day."""
        slots: list[Band] = ["flat"] * SLOTS
        for row in self.hours:
            if (not row.months or month in row.months) and row.days in kinds:
                for first, last in map(_slots, row.hours):
                    slots[first:last] = [row.band] * (last - first)
        return slots


@dataclass(frozen=True, slots=True)
class BandTime:
    """[start, end) of one band; price per kWh, None where the version states none."""

    start: int
    end: int
    band: Band
    price: Fraction | None


class Tariff(WrittenModel):
    """A tariff over time; before its first version nothing is known of bands and prices."""

    schema_: Literal["floortruth/tariff/1"] = Field(default="floortruth/tariff/1", alias="schema")
    name: dict[Literal["zh", "en"], str] = Field(default_factory=dict)
    region: str = ""
    currency: str = "CNY"
    holidays: list[DateText] = Field(default_factory=list)
    power_factor_standard: Annotated[float, AfterValidator(_standard)] | None = None
    """The 力调 standard of the site: 0.9 for industry above 160 kVA."""
    versions: list[TariffVersion] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_differ(self) -> "Tariff":
        dates = [version.valid_from for version in self.versions]
        for day in dates:
            if dates.count(day) > 1:
                raise ValueError(f"versions: two begin on {day}")
        return self

    @cached_property
    def _dated(self) -> list[tuple[date, TariffVersion]]:
        return sorted(((date.fromisoformat(v.valid_from), v) for v in self.versions), key=lambda row: row[0])

    @cached_property
    def _holidays(self) -> frozenset[date]:
        return frozenset(map(date.fromisoformat, self.holidays))

    def version_of(self, day: date) -> TariffVersion | None:
        """What holds on a local date."""
        return next((version for start, version in reversed(self._dated) if start <= day), None)

    def kinds_of(self, day: date) -> set[DayKind]:
        """What a date is."""
        if day in self._holidays:
            return {"all", "holiday"}
        return {"all", "weekend" if day.weekday() >= 5 else "workday"}

    def times(self, zone: ZoneInfo, start: int, end: int) -> Iterator[BandTime]:
        """The bands of [start, end), ascending; time before the first version is left out."""
        day = to_datetime(start, zone).date()
        while (midnight := wall("00:00", day, zone)) < end:
            if (version := self.version_of(day)) is not None:
                yield from self._of_day(version, day, zone, start, end)
            day += timedelta(days=1)
            if midnight >= end:
                return

    def _of_day(
        self, version: TariffVersion, day: date, zone: ZoneInfo, start: int, end: int
    ) -> Iterator[BandTime]:
        bands = version.day(day.month, self.kinds_of(day))
        at = wall("00:00", day, zone)
        for slot in range(1, SLOTS + 1):
            if slot < SLOTS and bands[slot] == bands[slot - 1]:
                continue
            until = max(at, wall(f"{slot // 2:02}:{slot % 2 * 30:02}", day, zone))
            band = bands[slot - 1]
            first, last = max(at, start), min(until, end)
            if first < last:
                yield BandTime(first, last, band, price_of(version, band))
            at = until


def price_of(version: TariffVersion, band: Band) -> Fraction | None:
    """As the file writes it, exactly."""
    return exact(version.prices[band]) if band in version.prices else None


def exact(number: float) -> Fraction:
    """A number of a file as its decimal digits say, not as the nearest binary."""
    return Fraction(Decimal(repr(number)))
