"""A plant of five key machines, three meters and two stations, a day of it, and what its score says of a clause.

Each asset hangs on a link of its own, so that each can be cut alone; everything is told from the midnight before to an
hour after the day, unless it is cut. Nothing is quite regular and nothing stands still: it is meant to be believed.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import cycle
from typing import Any

from evidence_engine.assess import assess
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules, score_plant
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.work_orders import WorkOrder
from tests.evidence_engine.small_plant import T0, WHOLE

MODEL = load_model()
RULES = load_rules(MODEL)
MACHINES = ("K1", "K2", "K3", "K4", "K5")
METERS = {"E1": "energy_active", "G1": "gas_volume", "W1": "water_volume"}
STATIONS = ("V1", "V2")
READ = 600.0
"""s between two looks at a register."""
END = T0 + 25 * HOUR
FIRST = T0 - HOUR + 2 * NS
NEVER = T0 - HOUR // 2
"""Cut half an hour before the day began."""

_NAME = {"zh": "名", "en": "name"}
_SHIFT = {"name": "day", "start": "08:00", "end": "16:00", "breaks": [{"start": "12:00", "end": "12:30"}]}
"""7.5 hours of calendar time."""


def plant(**assets: Mapping[str, Any]) -> Plant:
    """The plant; `assets` replaces fields of some."""
    machine = {
        "kind": "cnc",
        "name": _NAME,
        "key": True,
        "step": "cutting",
        "rated_power": 60.0,
        "ideal_cycle": {"*": 50.0},
        "condition": ["vibration"],
        "limits": [{"role": "vibration", "high": 20.0, "purpose": "condition"}],
    }
    of: dict[str, dict[str, Any]] = {name: dict(machine) for name in MACHINES}
    of["K5"] |= {"output": True, "step": "packing"}
    of["E1"] = {"kind": "electricity_meter", "name": _NAME, "rated_power": 500.0, "site_meter": True}
    of["G1"] = {"kind": "gas_meter", "name": _NAME}
    of["W1"] = {"kind": "water_meter", "name": _NAME}
    limit = {"role": "temperature", "high": 60.0}
    of |= {name: {"kind": "environment_station", "name": _NAME, "limits": [limit]} for name in STATIONS}
    for name, fields in assets.items():
        of[name] |= fields
    needed = [
        {"carrier": "electricity", "level": level, "place": level, "meter": "E1"}
        for level in ("site", "unit", "equipment")
    ]
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "S", "name": _NAME, "time_zone": "UTC"},
            "default_calendar": "one",
            "calendars": {"one": {"shifts": [_SHIFT]}},
            "steps": {"cutting": {"name": _NAME, "key": True}, "packing": {"name": _NAME, "key": True}},
            "products": {"A": {"name": _NAME}},
            "assets": of,
            "energy": {"needed_meters": needed},
        }
    )


def at(clock: str) -> int:
    """An instant of the day: `15:37:30`."""
    hour, minute, second = (int(part) for part in f"{clock}:00:00".split(":")[:3])
    return T0 + (hour * 3600 + minute * 60 + second) * NS


FAILED = (at("13:00"), at("13:20"))
"""K2 is down."""


def history(
    until: Mapping[str, int] | None = None, without: Iterable[str] = (), *, planned: bool = True
) -> History:
    """until: the last instant at which an asset was heard of, its link included · without: series never told."""
    series: dict[str, Samples] = {}
    facts: dict[str, list[tuple[int, ConnectionFacts]]] = {}
    for name in (*MACHINES, *METERS, *STATIONS):
        end = (until or {}).get(name, END)
        rows = {f"{name}/{role}": samples for role, samples in _rows(name).items()}
        told = {key: samples.between(FIRST, end) for key, samples in rows.items() if key not in without}
        series |= told | {f"@c-{name}/link": _beats(end)}
        facts[f"c-{name}"] = [(T0 - HOUR, _facts(f"c-{name}", told))]
    plan = [("09", "15", 300), ("14", "30", 900)] if planned else []
    entries = [
        PlanEntry(asset="K5", product="A", start=at(a), end=at(b), quantity=quantity)
        for a, b, quantity in plan
    ]
    order = WorkOrder(
        "1", "K1", "corrective", at("10:10"), at("10"), at("10:20"), at("11"), at("12"), "x", "Li"
    )
    return History(series, facts, entries, "mutations", Papers(work_orders=[order]))


@lru_cache
def _beats(end: int) -> Samples:
    """Up from an hour before the day until `end`."""
    start = T0 - HOUR
    ts = sorted({start, *range(start + NS, end, MINUTE), end, end + 1})
    return samples_of(ts, [0.0, *[1.0] * (len(ts) - 2), 0.0])


@lru_cache
def _rows(name: str) -> Mapping[str, Samples]:
    """What an asset tells: a machine its state, pieces, power and more, a meter its register, a station a temperature."""
    if name in STATIONS:
        return {"temperature": _moving(35.0)}
    if name in METERS:
        return {METERS[name]: _counter([round(READ)], [2.0, 2.2, 1.9])}
    pieces = _counter([58, 61, 64, 57], [1.0], FAILED if name == "K2" else None)
    return {
        "state": _states(name == "K2"),
        "batch": _held("B-1"),
        "count_total": pieces,
        "count_good": pieces,
        "power_active": _moving(20.0),
        "vibration": _vibration(name == "K2"),
        "alarm": _alarm(name == "K1"),
    }


def _held(value: str) -> Samples:
    ts = list(range(FIRST, END, 30 * MINUTE))
    return samples_of(ts, [float("nan")] * len(ts), None, [value] * len(ts))


def _states(fails: bool) -> Samples:
    """Producing; K2 is down for a while."""
    changes = [(FAILED[0], "down"), (FAILED[1], "producing")] if fails else []
    held = [
        (t, "producing") for t in range(FIRST, END, 30 * MINUTE) if not (fails and FAILED[0] <= t < FAILED[1])
    ]
    rows = sorted(dict([*held, *changes]).items())
    return samples_of([t for t, _ in rows], [float("nan")] * len(rows), None, [value for _, value in rows])


def _vibration(warns: bool) -> Samples:
    """K2 vibrates beyond its limit for two minutes, ten minutes before it fails."""
    rows = dict(zip(*(column.tolist() for column in (_moving(2.0).ts, _moving(2.0).value)), strict=True))
    begun = FAILED[0] - 10 * MINUTE + 2 * NS
    rows |= {begun: 25.0, begun + 2 * MINUTE: 2.4} if warns else {}
    return samples_of(sorted(rows), [rows[t] for t in sorted(rows)])


def _alarm(is_raised: bool) -> Samples:
    rows = [(FIRST, 0.0), *([(at("10"), 7.0), (at("10:05"), 0.0)] if is_raised else [])]
    return samples_of([t for t, _ in rows], [value for _, value in rows])


def _moving(mean: float) -> Samples:
    ts = list(range(FIRST, END, 10 * MINUTE))
    return samples_of(ts, [mean + shift for shift, _ in zip(cycle([0.0, 0.3, -0.2, 0.1]), ts, strict=False)])


def _counter(every: Iterable[int], by: Iterable[float], rest: tuple[int, int] | None = None) -> Samples:
    """Rises by the next of `by` after the next of `every` seconds, and rests meanwhile."""
    ts, values = [FIRST], [0.0]
    for seconds, step in zip(cycle(every), cycle(by), strict=False):
        after = ts[-1] + seconds * NS
        if rest is not None and rest[0] <= after < rest[1]:
            after = rest[1] + seconds * NS
        if after >= END:
            break
        ts.append(after)
        values.append(round(values[-1] + step, 3))
    return samples_of(ts, values)


def _facts(connection: str, series: Iterable[str]) -> ConnectionFacts:
    """Machines and stations report each change; a meter is read."""
    stated = {
        name: SeriesFacts(resolution=READ if name.split("/")[1] in METERS.values() else 0.0, time_error=0.0)
        for name in series
    }
    return ConnectionFacts(
        schema="floortruth/facts/1", connection=connection, protocol="modbus", series=stated
    )


def evidence(of: Plant, told: History) -> list[dict[str, Any]]:
    """What the engine computes of the day."""
    return [record.to_json() for record in assess(of, told, [WHOLE])]


def clauses(of: Plant, told: History) -> dict[str, dict[str, Any]]:
    """What the score says of each clause, by the bundled rules."""
    document = score_plant(of, MODEL, RULES, evidence(of, told))
    return {c["id"]: c for level in document["levels"] for s in level["subdomains"] for c in s["clauses"]}
