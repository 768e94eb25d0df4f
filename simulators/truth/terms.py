"""What a site agrees on beside its machines: the hours and prices of its electricity, the limits of its air and noise.

No wire shows them, so they are no part of the plant: whoever wants true figures of them says them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from simulators.model.calendar import PlantCalendar
from simulators.model.parts import HOUR
from simulators.model.trace import Flow, Trace
from simulators.truth.energies import KWH_WNS, used, used_in
from simulators.truth.kpis import Figure, defined, ratio
from simulators.truth.windows import Window

HALF_HOUR = 30  # minutes
FLAT = "flat"


@dataclass(frozen=True, slots=True)
class BandHours:
    """A band in some months, from and to a minute after local midnight."""

    band: str
    months: frozenset[int]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """Bands, of which a later one wins and all else is flat; price per kWh of each."""

    hours: tuple[BandHours, ...]
    prices: Mapping[str, Fraction]

    def band(self, month: int, minute: int) -> str:
        """The band of a wall-clock minute."""
        held = [row.band for row in self.hours if month in row.months and row.begin <= minute < row.end]
        return held[-1] if held else FLAT


@dataclass(frozen=True, slots=True)
class Limit:
    """A level that a measurement should not exceed; exceeding it counts from `min_ns` on."""

    asset: str
    role: str
    high: float
    min_ns: int


@dataclass(frozen=True, slots=True)
class Terms:
    """None of it where nothing was agreed."""

    tariff: Tariff | None = None
    limits: tuple[Limit, ...] = field(default=())


def band_figures(flow: Flow, tariff: Tariff, calendar: PlantCalendar, window: Window) -> Iterator[Figure]:
    """Each band's share of the electricity, and what all of it costs."""
    taken = dict.fromkeys(tariff.prices, 0)
    for begin, end, band in _half_hours(tariff, calendar, window):
        taken[band] += used(flow, [(begin, end)])
    whole = used_in(flow, window)
    yield from defined([(f"energy.share_{band}", ratio(energy, whole)) for band, energy in taken.items()])
    cost = sum((energy * tariff.prices[band] for band, energy in taken.items()), Fraction(0))
    yield "energy.cost", float(cost / KWH_WNS)


def _half_hours(tariff: Tariff, calendar: PlantCalendar, window: Window) -> Iterator[tuple[int, int, str]]:
    """The half hours of the wall clock, cut to the window, each with its band."""
    for day in calendar.dates(window.begin, window.end):
        edges = [calendar.at(day, minute) for minute in range(0, 24 * 60 + 1, HALF_HOUR)]
        for slot, (a, b) in enumerate(pairwise(edges)):
            begin, end = max(a, window.begin), min(b, window.end)
            if begin < end:
                yield begin, end, tariff.band(day.month, slot * HALF_HOUR)


def limit_figures(trace: Trace, limit: Limit, window: Window, until_ns: int) -> Iterator[Figure]:
    """Time within and above a limit, at any hour; stays above it of at least its least time that begin in the window.

    A level at the limit has not exceeded it.
    """
    above = _above(trace, limit, until_ns)
    outside = sum(max(0, min(b, window.end) - max(a, window.begin)) for a, b in above)
    long = (a for a, b in above if b - a >= limit.min_ns)
    length = window.end - window.begin
    yield "environment.within_limits", (length - outside) / length
    yield "environment.exceeded_time", outside / HOUR
    yield "environment.exceedances", float(sum(window.begin <= a < window.end for a in long))


def _above(trace: Trace, limit: Limit, until_ns: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    edges = [*trace.ts, until_ns]
    for begin, end, value in zip(edges, edges[1:], trace.value, strict=False):
        if float(value) <= limit.high:
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


__all__ = ["BandHours", "Limit", "Tariff", "Terms", "band_figures", "limit_figures"]
