"""Three days of two machines in which nearly everything happens on the first day that a later window may still ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.states import STATE_WORDS, State

BEGIN = 20_700 * DAY
DAYS = 3
END = BEGIN + DAYS * DAY
TURN = 40 * MINUTE
"""Producing, a stop, waiting, set-up, and again."""

NAME = {"zh": "名", "en": "name"}
HELD = ("state", "product", "alarm", "stop_reason", "batch")


@dataclass
class Rows:
    """Rows of one series, in any order; of two at one instant the later one holds."""

    found: dict[int, tuple[float, int, str | None]] = field(default_factory=dict)

    def put(self, ts: int, value: float, quality: int = 0, text: str | None = None) -> None:
        self.found[ts] = (value, quality, text)

    def samples(self, end: int) -> Samples:
        rows = sorted((ts, *row) for ts, row in self.found.items() if ts < end)
        texts = [text for *_, text in rows]
        told = texts if any(text is not None for text in texts) else None
        return samples_of([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], told)


def plant() -> Plant:
    """Two machines in two steps that batches pass; stops have reasons, a temperature and an alarm warn."""
    asset = {
        "kind": "cnc",
        "name": NAME,
        "ideal_cycle": {"A": 50.0, "B": 40.0},
        "rated_power": 20.0,
        "states": {str(index): word for index, word in enumerate(STATE_WORDS)},
        "warm_up": 600.0,
        "planned_setup": {"*": 240.0},
        "key": True,
        "alarms": {"3": "warning", "4": "alarm"},
        "limits": [{"role": "temperature", "high": 60.0, "purpose": "condition", "min_time": 120.0}],
        "output": True,
    }
    tree = {
        "schema": "floortruth/plant/1",
        "site": {"id": "S", "name": NAME, "time_zone": "UTC"},
        "calendars": {"c": {"shifts": [{"name": "all", "start": "00:00", "end": "00:00"}]}},
        "default_calendar": "c",
        "monitoring": {"warning_horizon": 7200.0},
        "steps": {"one": {"name": NAME}, "two": {"name": NAME}},
        "products": {"A": {"name": NAME}, "B": {"name": NAME}},
        "assets": {"M1": asset | {"step": "one"}, "M2": asset | {"step": "two"}},
    }
    return Plant.model_validate(tree)


STOP = (BEGIN + 2 * DAY + 4 * HOUR, BEGIN + 2 * DAY + 10 * HOUR)
"""A stop so long that a window may begin in it, hours after what it was for was told."""


def state_at(ts: int) -> State:
    """25 minutes of producing, 6 down, 4 idle, 5 set-up; and one long stop."""
    if STOP[0] <= ts < STOP[1]:
        return State.DOWN
    at = (ts - BEGIN) % TURN // MINUTE
    return State.PRODUCING if at < 25 else State.DOWN if at < 31 else State.IDLE if at < 35 else State.SETUP


def _machine(name: str) -> Iterator[tuple[str, Rows]]:
    """Keyframes of five minutes, and a row for each change."""
    rows = {role: Rows() for role in (*HELD, "count_total", "count_good", "count_reject", "power_active")}
    rows["temperature"] = Rows()
    pieces = rejects = 0
    for ts in range(BEGIN, END, MINUTE):
        state = state_at(ts)
        is_new = ts % (5 * MINUTE) == 0 or state != state_at(ts - MINUTE)
        turn = (ts - BEGIN) // TURN
        if state is State.PRODUCING:
            pieces += 1
            rejects += pieces % 20 == 0
            rows["count_total"].put(ts + 7 * NS, pieces)
            rows["count_good"].put(ts + 7 * NS, pieces - rejects)
        if is_new:
            rows["state"].put(ts, state)
            rows["product"].put(ts, float("nan"), text="A" if turn % 3 else "B")
            rows["batch"].put(ts, float("nan"), text=f"L{(turn + 20 * (name == 'M1')) // 9}")
            rows["alarm"].put(ts, 4.0 if state is State.DOWN else 3.0 if turn % 5 == 4 else 0.0)
            rows["stop_reason"].put(ts, 7.0 if state is State.DOWN and ts < STOP[0] and turn % 2 else 0.0)
            rows["temperature"].put(ts, 65.0 if turn % 4 == 3 else 40.0 + turn % 3)
            rows["power_active"].put(ts, 12.0 if state is State.PRODUCING else 2.0)
            rows["count_reject"].put(ts + NS, rejects)
    rows["alarm"].put(STOP[0] - 20 * NS, 4.0)
    _first_day(rows)
    yield from ((f"{name}/{role}", each) for role, each in rows.items())


def _first_day(rows: dict[str, Rows]) -> None:
    """What no later row says again: codes without a meaning, a power fed back, a counter that began late."""
    rows["state"].put(BEGIN + 3 * HOUR, 99.0)
    rows["product"].put(BEGIN + 3 * HOUR, float("nan"), text="unheard of")
    rows["state"].put(BEGIN + 4 * HOUR + NS, state_at(BEGIN + 4 * HOUR), 1)
    rows["power_active"].put(BEGIN + 5 * HOUR, -3.0)
    late = BEGIN + 12 * HOUR
    rows["count_reject"].found = {ts: row for ts, row in rows["count_reject"].found.items() if ts > late}


def history(end: int = END) -> History:
    """What had come by an instant."""
    link, series = Rows(), dict[str, Samples]()
    for ts in range(BEGIN - MINUTE, END, 30 * NS):
        is_cut = ts % DAY // MINUTE in range(200, 212)
        link.put(ts, -1.0 if is_cut else 1.0)
    stated = SeriesFacts(resolution=2.0, time_error=0.5, accept_uncertain=True)
    for name, rows in [row for asset in ("M1", "M2") for row in _machine(asset)]:
        series[name] = rows.samples(end)
    facts = ConnectionFacts(
        schema="floortruth/facts/1", connection="c", protocol="opcua", series=dict.fromkeys(series, stated)
    )
    series["@c/link"] = link.samples(end)
    entry = PlanEntry(asset="M1", product="A", start=BEGIN + 50 * HOUR, end=END + HOUR, quantity=900)
    return History(series, {"c": [(BEGIN - HOUR, facts)]}, (entry,), "eventful")
