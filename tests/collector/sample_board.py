"""A board without a collector: a small plant with a seeded shift of data, hand-made records and a score (tests, docs)."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from collector.journal import Journal
from evidence_engine.evidence.record import Input, Record
from evidence_engine.maturity import load_model
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.figure import Figure, Limitation
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS, format_instant, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window, standard_windows
from tests.collector.sample_score import sample_journal, sample_score

MACHINES = {
    "CNC-01": ("cnc", "cnc-a", True),
    "CNC-02": ("cnc", "cnc-a", True),
    "CNC-03": ("cnc", "cnc-a", True),
    "CNC-04": ("cnc", "cnc-b", True),
    "GRD-01": ("grinder", "grind-gw", False),
    "HTF-01": ("furnace", "wash-ht", True),
    "ROB-01": ("robot_cell", "cell", False),
    "PRS-01": ("press", "", False),
}
STATES = {"0": "off", "1": "idle", "2": "setup", "3": "producing", "4": "down", "5": "planned_stop"}
CODE = {word: float(code) for code, word in STATES.items()}


def sample_plant() -> Plant:
    """Eight machines, three meters, two shifts a day."""
    assets: dict[str, Any] = {
        name: {
            "kind": kind,
            "name": {"zh": f"设备 {name}", "en": f"Machine {name}"},
            "key": key,
            "step": "machining",
            "rated_power": 22.0,
            "ideal_cycle": {"P1": 90.0},
            "states": STATES,
            "fed_by": "EM-01",
        }
        for name, (kind, _, key) in MACHINES.items()
    }
    assets["EM-00"] = {
        "kind": "electricity_meter",
        "name": {"zh": "总表", "en": "Main meter"},
        "site_meter": True,
        "rated_power": 400.0,
    }
    assets["EM-01"] = {
        "kind": "electricity_meter",
        "name": {"zh": "机加线电表", "en": "Line meter"},
        "fed_by": "EM-00",
        "rated_power": 300.0,
    }
    shift = [{"start": "12:00", "end": "12:30"}]
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {
                "id": "S1",
                "name": {"zh": "东区一车间", "en": "East shop 1"},
                "time_zone": "Asia/Shanghai",
            },
            "calendars": {
                "two": {
                    "shifts": [
                        {"name": "day", "start": "08:00", "end": "20:00", "breaks": shift},
                        {"name": "night", "start": "20:00", "end": "08:00"},
                    ]
                }
            },
            "default_calendar": "two",
            "steps": {"machining": {"name": {"zh": "机加工", "en": "Machining"}, "key": True}},
            "products": {"P1": {"name": {"zh": "泵壳", "en": "Pump housing"}, "code": 1}},
            "assets": assets,
        }
    )


PLANT = sample_plant()
NOW = parse_instant("2026-11-24T14:32", PLANT.zone)
START = NOW - 8 * DAY


def _states(rng: random.Random, start: int, end: int) -> Samples:
    ts, code, at = [], [], start
    while at < end:
        word = rng.choices(["producing", "idle", "setup", "down", "planned_stop"], [10, 4, 1, 0.4, 0.3])[0]
        ts.append(at)
        code.append(CODE[word])
        at += round(rng.uniform(4, 50 if word == "producing" else 14) * MINUTE)
    return samples_of(ts, code)


def _beats(start: int, end: int, gaps: list[tuple[int, int]]) -> Samples:
    ts = np.arange(start, end, 30 * NS)
    kept = np.ones(len(ts), bool)
    for a, b in gaps:
        kept &= ~((ts >= a) & (ts < b))
    ts = ts[kept]
    return Samples(ts, np.ones(len(ts)), np.zeros(len(ts), np.uint8))


def _stopped(samples: Samples, at: int) -> Samples:
    return samples.between(int(samples.ts[0]), at)


def _counts(states: Samples, end: int) -> Samples:
    ts: list[int] = []
    for i, at in enumerate(states.ts.tolist()):
        if states.value[i] == CODE["producing"]:
            until = int(states.ts[i + 1]) if i + 1 < len(states) else end
            ts += list(range(at + 95 * NS, until, 95 * NS))
    return samples_of(ts, [float(n) for n in range(1, len(ts) + 1)])


def _power(rng: random.Random, start: int, end: int, kw: float) -> Samples:
    ts = list(range(start, end, 5 * MINUTE))
    return samples_of(ts, [kw * rng.uniform(0.7, 1.0) for _ in ts])


def sample_history(seed: int = 1) -> History:
    """A day and a half before NOW; GRD-01's gateway went silent at 13:21, CNC-04 is down since 13:58."""
    rng = random.Random(seed)
    begin, silent = NOW - 36 * HOUR, NOW - 71 * MINUTE
    series: dict[str, Samples] = {}
    facts: dict[str, list[tuple[int, ConnectionFacts]]] = {}
    for name, (_, connection, _) in MACHINES.items():
        if not connection:
            continue
        states = _states(rng, begin, NOW)
        if name == "CNC-04":
            states = _stopped(states, NOW - 34 * MINUTE)
            states = samples_of(
                [*states.ts.tolist(), NOW - 34 * MINUTE], [*states.value.tolist(), CODE["down"]]
            )
        if name == "GRD-01":
            states = _stopped(states, silent)
        series[f"{name}/state"] = states
        series[f"{name}/count_good"] = _counts(states, NOW)
        series[f"{name}/power_active"] = _power(rng, begin, silent if name == "GRD-01" else NOW, 15)
    for meter, kw in (("EM-00", 320.0), ("EM-01", 240.0)):
        series[f"{meter}/power_active"] = _power(rng, begin, NOW, kw)
    for connection in ("cnc-a", "cnc-b", "grind-gw", "wash-ht", "cell", "meters"):
        gaps = [(NOW - 5 * HOUR, NOW - 5 * HOUR + 25 * MINUTE)] if connection == "cnc-b" else []
        series[f"@{connection}/link"] = _beats(begin, silent if connection == "grind-gw" else NOW, gaps)
        own = [n for n, (_, c, _) in MACHINES.items() if c == connection] or ["EM-00", "EM-01"]
        roles = ("state", "count_good", "power_active")
        hung = {s: SeriesFacts(resolution=0) for n in own for role in roles if (s := f"{n}/{role}") in series}
        hung |= {s: SeriesFacts(resolution=600) for s in hung if s.startswith("EM-")}
        facts[connection] = [(begin, ConnectionFacts(connection=connection, protocol="opcua", series=hung))]
    return History(series, facts, snapshot="8f3c21d0")


def _figure(rng: random.Random, low: float, high: float, unit: str, exact: bool) -> Figure:
    value = rng.uniform(low, high)
    wide = 0.0 if exact else (high - low) * rng.uniform(0.02, 0.3)
    return Figure(
        value, max(value - wide, low), value + wide / 2 if unit != "1" else min(value + wide / 2, 1.0), unit
    )


LIMIT = Limitation(
    "time_error_assumed", "时间误差是默认值，没有实测", "the time error is a default that nobody measured"
)


def sample_records(windows: list[Window]) -> Iterator[dict[str, Any]]:
    """Records of every window: the site's and each machine's."""
    rng = random.Random(7)
    for window in windows:
        late = window.end > NOW - HOUR
        yield _site(
            rng,
            window,
            "network.networking_rate",
            Figure(0.75, 0.75, 0.875),
            late,
            {"connected": 6, "registered": 8},
        )
        yield _site(rng, window, "equipment.oee", _figure(rng, 0.6, 0.8, "1", False), late)
        hours = (window.end - window.start) / HOUR
        yield _site(
            rng,
            window,
            "energy.electricity",
            Figure(320.0 * hours, 318.0 * hours, 330.0 * hours, "kWh"),
            late,
        )
        yield _site(rng, window, "energy.per_good_piece", _figure(rng, 10, 14, "kWh/{piece}", False), late)
        yield _site(
            rng,
            window,
            "energy.coal_equivalent",
            Figure(39.3 * hours, 39.0 * hours, 41.0 * hours, "kgce"),
            late,
            {"coefficient": "0.1229 kgce/kWh", "source": "GB/T 2589-2020"},
        )
        for meter, kw in (("EM-00", 320.0), ("EM-01", 240.0)):
            figure = Figure(kw * hours, kw * hours * 0.99, kw * hours * 1.02, "kWh")
            yield _of(window, "energy.electricity", meter, figure, late)
        for name, (_, connection, _) in MACHINES.items():
            yield from _machine(rng, window, name, bool(connection), late)


def _machine(
    rng: random.Random, window: Window, name: str, known: bool, late: bool
) -> Iterator[dict[str, Any]]:
    if not known:
        yield _of(window, "equipment.oee", name, Figure(None, 0.0, 1.0), late, coverage=0.0)
        return
    parts = {
        "availability": _figure(rng, 0.7, 0.9, "1", False),
        "effectiveness": _figure(rng, 0.8, 0.95, "1", False),
        "quality": _figure(rng, 0.95, 1.0, "1", True),
    }
    yield _of(window, "equipment.oee", name, _figure(rng, 0.55, 0.85, "1", False), late, parts)
    yield _of(window, "equipment.availability", name, parts["availability"], late)
    yield _of(window, "production.count_good", name, Figure(812.0, 812.0, 830.0, "{piece}"), late)
    yield _of(window, "equipment.mtbf", name, Figure(11.25, 9.5, None, "h"), late)
    hours = (window.end - window.start) / HOUR
    yield _of(
        window, "energy.electricity", name, Figure(12.5 * hours, 12.4 * hours, 13.1 * hours, "kWh"), late
    )


def _site(
    rng: random.Random,
    window: Window,
    kpi: str,
    figure: Figure,
    late: bool,
    parts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return _record({"site": "S1"}, window, kpi, figure, rng.uniform(0.85, 0.99), late, parts or {})


def _of(
    window: Window,
    kpi: str,
    asset: str,
    figure: Figure,
    late: bool,
    parts: dict[str, Any] | None = None,
    coverage: float = 0.93,
) -> dict[str, Any]:
    return _record({"site": "S1", "asset": asset}, window, kpi, figure, coverage, late, parts or {})


def _record(
    subject: dict[str, str],
    window: Window,
    kpi: str,
    figure: Figure,
    coverage: float,
    late: bool,
    parts: dict[str, Any],
) -> dict[str, Any]:
    inputs = (Input(f"{subject.get('asset', '@cnc-a')}/state", 412, "sha256:" + "a91f" * 16),)
    return Record(
        kpi,
        f"floortruth.{kpi.rpartition('.')[2]}@1",
        subject,
        window,
        figure,
        coverage,
        parts,
        inputs,
        (LIMIT,),
        late,
        "8f3c21d0",
    ).to_json()


def sample_status(now: int) -> dict[str, Any]:
    """What an agent posts about itself: GRD-01's gateway does not answer."""
    devices = []
    for connection in ("cnc-a", "cnc-b", "grind-gw", "wash-ht", "cell"):
        silent = connection == "grind-gw"
        tags = [
            {
                "series": f"{name}/{role}",
                "last_look": format_instant(now - 2 * NS),
                "value": None if silent else 3.0,
                "quality": "bad" if silent else "good",
                "error": "no answer within 3 s" if silent else "",
            }
            for name, (_, c, _) in MACHINES.items()
            if c == connection
            for role in ("state", "count_good")
        ]
        trouble = "unit 3 does not answer; the gateway does" if silent else ""
        devices.append(
            {
                "link": connection,
                "state": "closed" if silent else "open",
                "trouble": trouble,
                "last_proof": None,
                "tags": tags,
            }
        )
    return {
        "schema": "floortruth/status/1",
        "agent": "edge-01",
        "received_at": format_instant(now - 3 * NS),
        "spool": {"batches": 2, "used": 4096, "limit": 1 << 30, "dropped_batches": 0},
        "sender": {"sent_batches": 812, "trouble": ""},
        "connections": [{"name": "line", "protocol": "opcua", "trouble": "", "devices": devices}],
    }


class SampleBoard:
    """What the pages read, without a collector. `empty`: a plant about which nothing is known."""

    def __init__(self, empty: bool = False, plant: Plant = PLANT, now: int = NOW) -> None:
        self.plant = plant
        self.now = now
        self.clock = Clock(wall=lambda: self.now, monotonic=lambda: self.now)
        self._history = History({}) if empty else sample_history()
        self._windows = [] if empty else self._open_windows()
        self._records = [] if empty else list(sample_records(self._windows))
        self.model = None if empty else load_model()
        self.takes_answers = True
        self.journal = Journal(None) if empty else sample_journal(now - 6 * DAY, DAY)
        self._score = None if empty else sample_score([self._records[1]["id"]])
        self._version = 1
        self._changed = asyncio.Event()

    def _open_windows(self) -> list[Window]:
        hour = self.now - self.now % HOUR
        ended = [w for w in standard_windows(self.plant, START, hour) if w.kind != "hour"]
        shift = parse_instant("2026-11-24T08:00", self.plant.zone)
        day = parse_instant("2026-11-24", self.plant.zone)
        return sorted(
            [*ended, Window(shift, hour, "shift", "2026-11-24-day"), Window(day, hour, "day", "2026-11-24")]
        )

    def touch(self) -> None:
        """Something changed."""
        self._version += 1
        self._changed.set()

    def version(self) -> int:
        return self._version

    async def wait_changed(self, version: int) -> int:
        while self._version == version:
            self._changed.clear()
            await self._changed.wait()
        return self._version

    def history(self) -> History:
        return self._history

    def windows(self) -> list[Window]:
        return self._windows

    def records(
        self, *, kpi: str | None = None, asset: str | None = None, window: Window | None = None
    ) -> list[dict[str, Any]]:
        return [r for r in self._records if _matches(r, kpi, asset, window, self.plant)]

    def record(self, id: str) -> dict[str, Any] | None:
        return next((r for r in self._records if r["id"] == id), None)

    def score(self) -> dict[str, Any] | None:
        return self._score

    def agents(self) -> dict[str, dict[str, Any]]:
        return {} if not len(self._history.series) else {"edge-01": sample_status(self.now)}


def _matches(
    r: dict[str, Any], kpi: str | None, asset: str | None, window: Window | None, plant: Plant
) -> bool:
    span = r["window"]
    return (
        kpi in (None, r["kpi"])
        and asset in (None, r["subject"].get("asset"))
        and (
            window is None
            or (parse_instant(span["from"], plant.zone), parse_instant(span["to"], plant.zone))
            == (window.start, window.end)
        )
    )
