"""What the engine makes of a table of quarter hours: energy by day and month, demand, load rate and power factor, bounded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from zoneinfo import ZoneInfo

from bench.rig.quarter_hours import QUARTER, SECONDS, STEP, Table, register
from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.energy import Taken, register_taken
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, local_midnight, to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

METER = "main-meter"
ZONE = ZoneInfo("Asia/Seoul")
"""The steel plant stands in South Korea; its table's stamps are naive."""
MWH = 10**6
"""mWh per kWh."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Highest mean power of a quarter hour, kW: fixed quarters, and at most where the meter's window slides."""

    fixed: Figure
    sliding: float | None


@dataclass(frozen=True, slots=True)
class Period:
    """A month or the year: evidence by KPI, demand, load rate (mean ÷ highest load), power factor."""

    name: str
    window: Window
    energy: Record
    coal: Record
    demand: Demand
    load_rate: Figure
    power_factor: Figure


@dataclass(frozen=True, slots=True)
class MeteredYear:
    """Everything that the page shows of one table."""

    table: Table
    months: list[Period]
    whole: Period
    but_last: Period
    days: list[Record]
    day_load_rates: list[tuple[str, float]]
    factor_off: int
    factor_worst: float
    codes: Counter[str]
    records: int
    refused: Counter[str]


def plant_of() -> Plant:
    """The meter and what its table states: nobody states a rated power."""
    connection = ConnectionFacts(
        connection="table",
        max_hold=2.0 * SECONDS,
        series={
            f"{METER}/energy_active": _told("kWh"),
            f"{METER}/energy_reactive": _told("kvar.h"),
        },
    )
    name = {"zh": "钢厂总表", "en": "main meter of the steel plant"}
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "steel", "name": name, "time_zone": ZONE.key, "industry": "process"},
            "assets": {METER: {"kind": "electricity_meter", "name": name, "site_meter": True}},
            "connections": {"table": connection},
        }
    )


def _told(unit: str) -> SeriesFacts:
    """Stamps are the meter's own borders of its intervals: its clock is the clock of these figures."""
    return SeriesFacts(unit=unit, resolution=float(SECONDS), step=float(STEP))


def metered_year(table: Table) -> MeteredYear:
    """Run the engine over all days, months and the whole table."""
    plant, history = plant_of(), _history(table)
    start, end = table.quarters[0].end - QUARTER, table.quarters[-1].end
    days, months = _days(start, end), _months(start, end)
    whole = Window(start, end, "history", "whole table")
    but_last = Window(start, end - QUARTER, name="… less its last quarter hour")
    records = list(assess(plant, history, [*days, *months, whole, but_last]))
    known = AssetKnowledge(plant, history, METER)
    loads = _Loads(known, table)
    energy = {record.window: record for record in records if _is_site(record, "energy.electricity")}
    coal = {record.window: record for record in records if _is_site(record, "energy.coal_equivalent")}
    periods = [_period(window, known, energy, coal, loads) for window in (*months, whole, but_last)]
    off, worst = _stated_factors(table)
    told = [record for record in records if record.kpi.startswith("energy.")]
    return MeteredYear(
        table=table,
        months=periods[:-2],
        whole=periods[-2],
        but_last=periods[-1],
        days=[energy[window] for window in days],
        day_load_rates=[(window.name, rate) for window in days if (rate := loads.plain_rate(window)) > 0],
        factor_off=off,
        factor_worst=worst,
        codes=Counter(item.code for record in told for item in record.limitations),
        records=len(told),
        refused=_refused(known),
    )


def _history(table: Table) -> History:
    ends = [quarter.end for quarter in table.quarters]
    active = register(ends, [quarter.active for quarter in table.quarters])
    reactive = register(ends, [quarter.reactive for quarter in table.quarters])
    series = {f"{METER}/energy_active": active, f"{METER}/energy_reactive": reactive}
    return History(series, snapshot=f"sha256:{table.digest}")


def _is_site(record: Record, kpi: str) -> bool:
    return record.kpi == kpi and "asset" not in record.subject


def _days(start: int, end: int) -> list[Window]:
    """Local days that lie wholly in the table."""
    day, found = to_datetime(start, ZONE).date(), []
    while (to := local_midnight(day + timedelta(days=1), ZONE)) <= end:
        if (begin := local_midnight(day, ZONE)) >= start:
            found.append(Window(begin, to, "day", f"{day}"))
        day += timedelta(days=1)
    return found


def _months(start: int, end: int) -> list[Window]:
    """Local months, the first and the last cut to the table."""
    first = to_datetime(start, ZONE).date().replace(day=1)
    borders = [first]
    while local_midnight(borders[-1], ZONE) < end:
        borders.append(_next_month(borders[-1]))
    cut = [min(max(local_midnight(day, ZONE), start), end) for day in borders]
    return [
        Window(a, b, name=f"{day:%Y-%m}")
        for (a, b), day in zip(pairwise(cut), borders, strict=False)
        if a < b
    ]


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


class _Loads:
    """Mean power of each quarter hour as the engine bounds it, in mWh of the quarter."""

    def __init__(self, known: AssetKnowledge, table: Table) -> None:
        assert known.register is not None
        self.quarters: dict[int, Taken] = {
            quarter.end: register_taken(known.register, quarter.end - QUARTER, quarter.end)
            for quarter in table.quarters
        }

    def within(self, window: Window) -> list[Taken]:
        """The quarter hours of the window that the table has."""
        ends = range(window.start + QUARTER, window.end + 1, QUARTER)
        return [self.quarters[end] for end in ends if end in self.quarters]

    def demand(self, window: Window) -> Demand:
        """Of all quarters: the highest value, the highest low, the highest high; null where one is missing."""
        found = self.within(window)
        is_whole = len(found) * QUARTER == window.end - window.start
        highs = [one.high for one in found]
        bounded = [one for one in highs if one is not None]
        is_whole &= len(bounded) == len(highs)
        value = max((one.value for one in found if one.value is not None), default=None)
        low = max((one.low for one in found if one.low is not None), default=None)
        if not is_whole:
            return Demand(Figure(_kw(value), _kw(low), None, "kW"), None)
        pairs = [a + b for a, b in pairwise(bounded)]
        high: int | None = max(bounded, default=None)
        sliding: int | None = max(pairs, default=None)
        return Demand(Figure(_kw(value), _kw(low), _kw(high), "kW"), _kw(sliding))

    def plain_rate(self, window: Window) -> float:
        """Mean ÷ highest load of the window by the plain values."""
        values = [one.value for one in self.within(window) if one.value is not None]
        most = max(values, default=0)
        return sum(values) / (len(values) * most) if most else 0.0


def _kw(quanta: int | None) -> float | None:
    """mWh of a quarter hour as mean kW."""
    return None if quanta is None else quanta * HOUR / (MWH * QUARTER)


def _period(
    window: Window,
    known: AssetKnowledge,
    energy: Mapping[Window, Record],
    coal: Mapping[Window, Record],
    loads: _Loads,
) -> Period:
    demand = loads.demand(window)
    hours = (window.end - window.start) / HOUR
    return Period(
        window.name,
        window,
        energy[window],
        coal[window],
        demand,
        _load_rate(energy[window].result, demand.fixed, hours),
        _power_factor(known, window),
    )


def _load_rate(energy: Figure, demand: Figure, hours: float) -> Figure:
    """Mean over highest load; each bound takes the worse of both, and the mean is never above the highest."""

    def rate(kwh: float | None, kw: float | None) -> float | None:
        return None if kwh is None or not kw else min(1.0, kwh / (hours * kw))

    return Figure(
        rate(energy.value, demand.value), rate(energy.low, demand.high) or 0.0, rate(energy.high, demand.low)
    )


def _power_factor(known: AssetKnowledge, window: Window) -> Figure:
    """kWh ÷ √(kWh² + kvarh²) of the window: rises with kWh, falls with kvarh."""
    assert known.register is not None
    active = register_taken(known.register, window.start, window.end)
    reactive = register_taken(known.medium("energy_reactive"), window.start, window.end)
    return Figure(
        _factor(active.value, reactive.value),
        _factor(active.low, reactive.high) or 0.0,
        _factor(active.high, reactive.low),
    )


def _factor(active: int | None, reactive: int | None) -> float | None:
    if active is None or reactive is None or not (active or reactive):
        return None
    return active / sqrt(active * active + reactive * reactive)


def _stated_factors(table: Table) -> tuple[int, float]:
    """Quarters whose stated power factor no kWh and kvarh agree with that round to the stated ones; the worst, in %."""
    worst, off = 0.0, 0
    half = float(STEP) / 2
    for quarter in table.quarters:
        p, q, stated = float(quarter.active), float(quarter.reactive), float(quarter.factor)
        low = _share(max(0.0, p - half), q + half) - 0.005
        high = _share(p + half, max(0.0, q - half)) + 0.005
        beside = max(low - stated, stated - high)
        off += beside > 1e-9
        worst = max(worst, beside)
    return off, worst


def _share(active: float, reactive: float) -> float:
    return 100 * active / sqrt(active * active + reactive * reactive) if active or reactive else 100.0


def _refused(known: AssetKnowledge) -> Counter[str]:
    found: Counter[str] = Counter()
    for role in ("energy_active", "energy_reactive"):
        steps = known.steps(role)
        for what, count in (
            ("jumps", len(steps.jumped)),
            ("falls", int((steps.kind != 0).sum())),
            ("sums over unknown time", int((~steps.seen).sum())),
        ):
            found[f"`{role}`: {what}"] = count
    return found


def hundredths(record: Record) -> int:
    """The value of an energy in hundredths of a kWh, which is what the table resolves."""
    return round((record.result.value or 0.0) * 100)
