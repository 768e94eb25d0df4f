"""A plant of five key machines, three meters and two stations, a day of it, and what its score says of a clause.

Each asset hangs on a link of its own, so that each can be cut alone; everything is told from midnight to a stated hour.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from evidence_engine.assess import assess
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules, score_plant
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from tests.evidence_engine.small_plant import T0, WHOLE

MODEL = load_model()
RULES = load_rules(MODEL)
MACHINES = ("K1", "K2", "K3", "K4", "K5")
METERS = {"E1": "energy_active", "G1": "gas_volume", "W1": "water_volume"}
STATIONS = ("V1", "V2")
CYCLE = 60
"""s per piece, and each machine makes one each CYCLE."""
READ = 600.0
"""s between two looks at a register."""
TOLD = 25.0
"""Hours from midnight: an hour more than the day, so that nothing at its end is provisional."""

_NAME = {"zh": "名", "en": "name"}
_SHIFT = {"name": "day", "start": "08:00", "end": "16:00", "breaks": [{"start": "12:00", "end": "12:30"}]}
CALENDAR = 7.5
"""Hours of it in the day."""


def plant(**assets: Mapping[str, Any]) -> Plant:
    """The plant; `assets` replaces fields of some."""
    machine = {
        "kind": "cnc",
        "name": _NAME,
        "key": True,
        "step": "cutting",
        "rated_power": 60.0,
        "ideal_cycle": {"*": float(CYCLE)},
    }
    of: dict[str, dict[str, Any]] = {name: dict(machine) for name in MACHINES}
    of["K5"]["output"] = True
    of["E1"] = {"kind": "electricity_meter", "name": _NAME, "rated_power": 500.0, "site_meter": True}
    of["G1"] = {"kind": "gas_meter", "name": _NAME}
    of["W1"] = {"kind": "water_meter", "name": _NAME}
    of |= {name: {"kind": "environment_station", "name": _NAME} for name in STATIONS}
    for name, fields in assets.items():
        of[name] |= fields
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "S", "name": _NAME, "time_zone": "UTC"},
            "default_calendar": "one",
            "calendars": {"one": {"shifts": [_SHIFT]}},
            "steps": {"cutting": {"name": _NAME, "key": True}},
            "products": {"A": {"name": _NAME}},
            "assets": of,
        }
    )


def instant(hours: float) -> int:
    """An instant of the day, or of the next."""
    return T0 + round(hours * 3600 * NS)


def history(
    until: Mapping[str, int] | None = None, without: Iterable[str] = (), plan: bool = True
) -> History:
    """until: the last instant at which an asset was heard of, its link included · without: series never told."""
    series: dict[str, Samples] = {}
    facts: dict[str, list[tuple[int, ConnectionFacts]]] = {}
    names = [*MACHINES, *METERS, *STATIONS]
    for name in names:
        end = (until or {}).get(name, instant(TOLD))
        told = {f"{name}/{role}": s for role, s in _rows(name, end).items() if f"{name}/{role}" not in without}
        series |= told | {f"@c-{name}/link": _beats(end)}
        facts[f"c-{name}"] = [(T0 - HOUR, _facts(f"c-{name}", told))]
    entry = PlanEntry(asset="K5", product="A", start=instant(9), end=instant(15), quantity=300)
    return History(series, facts, [entry] if plan else [], "mutations")


def _beats(end: int) -> Samples:
    """Up from the midnight before until `end`."""
    start = T0 - HOUR
    ts = [start, *range(start + NS, end, MINUTE), end, end + 1]
    return samples_of(sorted(set(ts)), [0.0, *[1.0] * (len(set(ts)) - 2), 0.0])


def _rows(name: str, end: int) -> dict[str, Samples]:
    """What an asset tells: a machine its state, pieces and power, a meter its register, a station a concentration."""
    first = T0 - HOUR + 2 * NS
    if name in STATIONS:
        return {"temperature": _held(35.0, first, end)}
    if name in METERS:
        return {METERS[name]: _counter(first, end, round(READ * NS), 2.0)}
    pieces = _counter(first, end, CYCLE * NS, 1.0)
    return {
        "state": _held("producing", first, end),
        "count_total": pieces,
        "count_good": pieces,
        "power_active": _held(20.0, first, end),
    }


def _held(value: float | str, first: int, end: int) -> Samples:
    ts = [t for t in range(first, end, 30 * MINUTE)]
    if isinstance(value, str):
        return samples_of(ts, [float("nan")] * len(ts), None, [value] * len(ts))
    return samples_of(ts, [value] * len(ts))


def _counter(first: int, end: int, every: int, by: float) -> Samples:
    ts = [t for t in range(first, end, every)]
    return samples_of(ts, [by * n for n in range(len(ts))])


def _facts(connection: str, series: Iterable[str]) -> ConnectionFacts:
    """Machines and stations report each change; a meter is read."""
    stated = {
        name: SeriesFacts(resolution=READ if name.split("/")[1] in METERS.values() else 0.0, time_error=0.0)
        for name in series
    }
    return ConnectionFacts(schema="floortruth/facts/1", connection=connection, protocol="modbus", series=stated)


def clause(name: str, of: Plant, told: History) -> dict[str, Any]:
    """What the score says of one clause of that day: evidence computed by the engine, judged by the bundled rules."""
    records = [record.to_json() for record in assess(of, told, [WHOLE])]
    document = score_plant(of, MODEL, RULES, records)
    (found,) = [
        c for level in document["levels"] for s in level["subdomains"] for c in s["clauses"] if c["id"] == name
    ]
    return found



