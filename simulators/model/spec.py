"""The description of a plant: frozen data, read from YAML and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.model import reader
from simulators.model.parts import (
    CODES,
    HOUR,
    MINUTE,
    SECOND,
    STATES,
    WEEKDAYS,
    DayEvent,
    Environment,
    HistoryFault,
    Load,
    Measure,
    Meter,
    Product,
    Shift,
    Station,
)
from simulators.model.reader import Node


@dataclass(frozen=True, slots=True)
class PlantSpec:
    site: str
    name: Mapping[str, str]
    zone: ZoneInfo
    min_dwell_s: int
    register_report_s: int
    lead_ns: int
    shifts: tuple[Shift, ...]
    meetings: tuple[DayEvent, ...]
    campaigns: tuple[tuple[int, str], ...]
    products: Mapping[str, Product]
    buffers: Mapping[str, int]
    stations: Mapping[str, Station]
    meters: Mapping[str, Meter]
    environments: Mapping[str, Environment]
    history_faults: tuple[HistoryFault, ...]

    @property
    def production(self) -> tuple[Station, ...]:
        """The registered production machines, in the file's order."""
        return tuple(s for s in self.stations.values() if s.is_production)

    @property
    def output(self) -> Station:
        """The machine whose good pieces are the site's."""
        return next(s for s in self.stations.values() if s.is_output)


def load(path: Path | str) -> PlantSpec:
    """Reads a plant file; raises SpecError with file, line and field."""
    root = reader.read(Path(path)).only(_FIELDS)
    products = {name: _product(name, node) for name, node in root.nodes("products").items()}
    machines = {**root.nodes("stations"), **root.nodes("utilities")}
    buffers = root.get("buffers", reader.table_of(reader.whole))
    site = root.node("site").only("id name time_zone")
    spec = PlantSpec(
        site=site.get("id", reader.text),
        name=site.get("name", reader.table_of(reader.text)),
        zone=site.get("time_zone", _zone),
        min_dwell_s=root.get("min_dwell_s", reader.whole, 120),
        register_report_s=root.get("register_report_s", reader.whole, 15),
        lead_ns=int(root.get("lead_time_min", reader.number, 0.0) * MINUTE),
        shifts=tuple(_shift(node) for node in root.items("shifts")),
        meetings=tuple(_day_event(node) for node in root.items("meetings")),
        campaigns=tuple(sorted(_campaign(node, products) for node in root.items("campaigns"))),
        products=products,
        buffers=buffers,
        stations={name: _station(name, node, products, buffers) for name, node in machines.items()},
        meters={name: _meter(name, node) for name, node in root.nodes("meters").items()},
        environments={name: _environment(name, node) for name, node in root.nodes("environment").items()},
        history_faults=tuple(_history_fault(node) for node in root.items("history_faults")),
    )
    _check_whole(root, spec)
    return spec


_FIELDS = (
    "site min_dwell_s register_report_s lead_time_min shifts meetings campaigns products buffers stations "
    "utilities meters environment history_faults"
)
_STATION_FIELDS = (
    "kind step key devices link codes input joins output is_output runs_through runs_breaks ideal_cycle_s "
    "cycle_spread reject_rate setup_min mtbf_h mttr_min alarm_before_s rated_power_kw power_kw power_spread "
    "measures maintenance load tells restart_pieces"
)
_METER_FIELDS = "kind devices link site_meter rated_power_kw start feeds constant_kw of flow_l_per_min"


def _check_whole(root: Node, spec: PlantSpec) -> None:
    if not spec.campaigns:
        raise root.fail("campaigns", 'at least one campaign is needed, such as {start: "08:00", product: P1}')
    if sum(s.is_output for s in spec.stations.values()) != 1:
        raise root.fail("stations", "exactly one station needs 'is_output: true'")
    known = {*spec.stations, *spec.meters}
    for name, meter in spec.meters.items():
        for fed in (*meter.feeds, *([meter.of] if meter.of else [])):
            if fed not in known:
                raise root.node("meters").fail(name, f"feeds '{fed}', which is no station, utility or meter")


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(reader.text(value))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone is called {value!r}, expected one such as Asia/Shanghai") from error


def _weekday(value: Any) -> int:
    if value not in WEEKDAYS:
        raise ValueError(f"expected a day among {', '.join(WEEKDAYS)}, got {value!r}")
    return WEEKDAYS.index(value)


def _shift(node: Node) -> Shift:
    node.only("id start end break days")
    borders = node.many("break", reader.minutes_of_day)
    if len(borders) % 2:
        raise node.fail("break", "expected pairs of start and end")
    return Shift(
        node.get("id", reader.text),
        node.get("start", reader.minutes_of_day),
        node.get("end", reader.minutes_of_day),
        tuple(zip(borders[::2], borders[1::2], strict=True)),
        frozenset(node.many("days", _weekday)),
    )


def _day_event(node: Node) -> DayEvent:
    node.only("start minutes day")
    weekday = node.get("day", _weekday) if node.has("day") else None
    length = int(node.get("minutes", reader.number) * MINUTE)
    return DayEvent(node.get("start", reader.minutes_of_day), length, weekday)


def _campaign(node: Node, products: Mapping[str, Product]) -> tuple[int, str]:
    product = node.only("start product").get("product", reader.text)
    if product not in products:
        raise node.fail("product", f"unknown product '{product}', expected one of {', '.join(products)}")
    return node.get("start", reader.minutes_of_day), product


def _product(name: str, node: Node) -> Product:
    node.only("name code planned_per_hour")
    return Product(
        name,
        node.get("name", reader.table_of(reader.text)),
        node.get("code", reader.whole),
        node.get("planned_per_hour", reader.number),
    )


def _watts(kilowatts: Any) -> int:
    watts = reader.number(kilowatts) * 1000
    if watts % 125:
        raise ValueError(f"expected a multiple of 0.125 kW, got {kilowatts}")
    return int(watts)


def _powers(node: Node) -> Mapping[str, int]:
    powers = node.node("power_kw").only(" ".join(STATES))
    return {state: powers.get(state, _watts) for state in STATES}


def _measures(node: Node) -> tuple[Measure, ...]:
    return tuple(_measure(role, each) for role, each in node.nodes("measures").items())


def _measure(role: str, node: Node) -> Measure:
    node.only("low high step calm")
    per_unit = round(1 / node.get("step", reader.number))
    low, high, calm = (round(node.get(key, reader.number) * per_unit) for key in ("low", "high", "calm"))
    if low >= high:
        raise node.fail("low", "must be below 'high'")
    return Measure(role, low, high, calm, per_unit)


def _load(node: Node) -> Load:
    node.only("calm busy stay_min")
    low, high = node.pair("stay_min")
    return Load(
        node.get("calm", reader.number),
        node.get("busy", reader.number),
        (int(low * MINUTE), int(high * MINUTE)),
    )


def _station(name: str, node: Node, products: Mapping[str, Product], buffers: Mapping[str, int]) -> Station:
    node.only(_STATION_FIELDS)
    production = not node.has("load")
    cycles = node.get("ideal_cycle_s", reader.table_of(reader.number)) if production else {}
    if production and set(cycles) != set(products):
        raise node.fail("ideal_cycle_s", f"expected one cycle for each of {', '.join(products)}")
    for key in ("input", "joins", "output"):
        if node.has(key) and node.get(key, reader.text) not in buffers:
            raise node.fail(key, f"unknown buffer '{node.get(key, reader.text)}'")
    codes = node.get("codes", reader.text, "plain")
    if codes not in CODES:
        raise node.fail("codes", f"expected one of {', '.join(CODES)}, got '{codes}'")
    alarm = node.pair("alarm_before_s") if node.has("alarm_before_s") else (0.0, 0.0)
    rated, powers = node.get("rated_power_kw", _watts), _powers(node)
    if max(powers.values()) > rated:
        raise node.fail("power_kw", f"a level lies above the rated power of {rated / 1000} kW")
    return Station(
        id=name,
        kind=node.get("kind", reader.text),
        step=node.get("step", reader.text) if production else "",
        key=node.get("key", reader.flag) if production else False,
        devices=node.many("devices", reader.text),
        link=node.get("link", reader.text) if node.has("link") else "",
        codes=CODES[codes],
        rated_w=rated,
        power_w=powers,
        power_spread=node.get("power_spread", reader.number, 0.12),
        mtbf_ns=int(node.get("mtbf_h", reader.number) * HOUR),
        mttr_ns=int(node.get("mttr_min", reader.number) * MINUTE),
        measures=_measures(node),
        maintenance=tuple(_day_event(each) for each in node.items("maintenance")),
        input=node.get("input", str, ""),
        joins=node.get("joins", str, ""),
        output=node.get("output", str, ""),
        is_output=node.get("is_output", reader.flag, False),
        runs_through=node.get("runs_through", reader.flag, not production),
        runs_breaks=node.get("runs_breaks", reader.flag, False),
        ideal_ns={product: round(cycle * SECOND) for product, cycle in cycles.items()},
        cycle_spread=node.get("cycle_spread", reader.number, 0.0),
        reject_rate=node.get("reject_rate", reader.number, 0.0),
        setup_ns=int(node.get("setup_min", reader.number, 0.0) * MINUTE),
        alarm_before_ns=(int(alarm[0] * SECOND), int(alarm[1] * SECOND)),
        load=None if production else _load(node.node("load")),
        tells=node.many("tells", reader.text),
        restart_pieces=_restart(node, buffers) if production else 1,
    )


def _restart(node: Node, buffers: Mapping[str, int]) -> int:
    """Pieces, and free places, that an idle machine waits for; more than half a buffer would stop the line."""
    pieces = node.get("restart_pieces", reader.whole, 1)
    used = [node.get(key, reader.text) for key in ("input", "joins", "output") if node.has(key)]
    smallest = min((buffers[name] for name in used), default=pieces * 2)
    if pieces < 1 or pieces * 2 > smallest:
        raise node.fail(
            "restart_pieces", f"expected 1 to {smallest // 2}, half of its smallest buffer, got {pieces}"
        )
    return pieces


def _meter(name: str, node: Node) -> Meter:
    node.only(_METER_FIELDS)
    kind = node.get("kind", reader.text)
    if kind not in ("electricity", "gas", "water"):
        raise node.fail("kind", f"expected electricity, gas or water, got '{kind}'")
    per_unit = 1000 if kind == "water" else 100
    flow = node.node("flow_l_per_min").only(" ".join(STATES)) if kind != "electricity" else None
    return Meter(
        id=name,
        kind=kind,
        devices=node.many("devices", reader.text),
        link=node.get("link", reader.text),
        start=round(node.get("start", reader.number) * per_unit),
        per_unit=per_unit,
        feeds=node.many("feeds", reader.text),
        constant_w=node.get("constant_kw", _watts, 0),
        rated_w=node.get("rated_power_kw", _watts, 0),
        is_site=node.get("site_meter", reader.flag, False),
        of=node.get("of", str, ""),
        flow_ml_s={s: round(flow.get(s, reader.number) * 1000 / 60) for s in STATES} if flow else {},
    )


def _environment(name: str, node: Node) -> Environment:
    node.only("devices link measures")
    devices = node.many("devices", reader.text)
    return Environment(name, devices, node.get("link", reader.text), _measures(node))


def _history_fault(node: Node) -> HistoryFault:
    node.only("kind at_h hours link asset roles")
    kind = node.get("kind", reader.text)
    if kind not in ("link_cut", "counter_reset", "bad_quality"):
        raise node.fail("kind", f"expected link_cut, counter_reset or bad_quality, got '{kind}'")
    return HistoryFault(
        kind=kind,
        at_ns=round(node.get("at_h", reader.number) * HOUR),
        length_ns=round(node.get("hours", reader.number) * HOUR),
        link=node.get("link", str, ""),
        asset=node.get("asset", str, ""),
        roles=node.many("roles", reader.text),
    )
