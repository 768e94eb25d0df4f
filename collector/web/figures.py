"""Figures as text and as positions on a scale: the low bound is rounded down, the high one up, nothing becomes 0.

A figure here is the `result` (or a part) of an evidence record: {"value", "low", "high", "unit"}, each side null where
it is not known (D16) or not bounded (D12).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure, ready for a page. Texts carry no unit; `unit` is the record's, `%` goes with a ratio.

    positions are in percent of the caliper's track: value or None, low, high (open ends reach the track's ends).
    """

    value: float | None
    text: str
    low: str
    high: str
    unit: str
    at: float | None
    at_low: float
    at_high: float
    bounded: bool
    exact: bool
    jaws: bool
    """Whether there are bounds at all: a part without its own, or what is not applicable (D16), has none."""

    @property
    def percent(self) -> str:
        """The sign that goes with a ratio."""
        return "%" if self.unit == "1" else ""

    @property
    def band(self) -> str:
        """`59.7–66.6`."""
        return f"{self.low}–{self.high}"


NOT_COMPUTED: Mapping[str, Any] = {"value": None, "low": None, "high": None, "unit": "1"}


def shown(result: Mapping[str, Any], scale: float | None = None) -> Shown:
    """A record's figure for a page; `scale` is the value at the track's right end (default: 1 for a ratio, else a
    round number above the figure)."""
    value, low, high = result["value"], result["low"], result["high"]
    unit = str(result["unit"])
    end = scale or scale_end(result)
    jaws = low is not None or high is not None
    at = None if value is None else position(value, end)
    floor, ceiling = (0.0, 100.0) if jaws else (at or 0.0, at or 0.0)
    return Shown(
        value=value,
        text=number(value, unit),
        low=number(low, unit, ROUND_FLOOR, like=value),
        high=number(high, unit, ROUND_CEILING, like=value),
        unit=unit,
        at=at,
        at_low=floor if low is None else position(float(low), end),
        at_high=ceiling if high is None else position(float(high), end),
        bounded=high is not None,
        exact=value is not None and low == value == high,
        jaws=jaws,
    )


def scale_end(result: Mapping[str, Any]) -> float:
    """Where a figure's scale ends: 1 for a ratio that fits, else the next round number above it."""
    known = [abs(float(x)) for x in (result["value"], result["low"], result["high"]) if x is not None]
    top = max(known, default=0.0)
    if result["unit"] == "1" and top <= 1:
        return 1.0
    return round_above(top * 1.15)


def round_above(top: float) -> float:
    """The next 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten; 1 for nothing."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= top * (1 - 1e-9))


def position(value: float, end: float) -> float:
    """Percent of the track, kept on it."""
    return round(min(max(value / end, 0.0), 1.0) * 100, 2)


def number(value: float | None, unit: str, rounding: str = ROUND_HALF_EVEN, like: float | None = None) -> str:
    """A number with as many decimals as its unit and size deserve (those of `like`, where given); — for null."""
    if value is None:
        return NOTHING
    exact = Decimal(repr(float(value)))
    if unit == "1":
        return f"{(exact * 100).quantize(Decimal('0.1'), rounding):f}"
    digits = _decimals(unit, abs(float(value if like is None else like)))
    return f"{exact.quantize(Decimal(1).scaleb(-digits), rounding):,f}"


def _decimals(unit: str, size: float) -> int:
    if unit in ("{piece}", "{event}") or size >= 1000:
        return 0
    if size >= 100:
        return 1
    return 2 if size >= 0.01 or size == 0 else 4


def minutes(ns: int) -> str:
    """A duration for reading: `34 min`, `2 h 05 min`, `3 d 4 h`."""
    total = round(ns / 60e9)
    days, rest = divmod(total, 1440)
    hours, mins = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {mins:02d} min" if hours else f"{mins} min"


def seconds(ns: int) -> str:
    """A short duration: seconds up to two minutes, then as `minutes`."""
    return f"{ns // 1_000_000_000} s" if ns < 120_000_000_000 else minutes(ns)
