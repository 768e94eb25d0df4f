"""A plant of two machines and a meter, and histories for it, made by hand for tests of the figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window

T0 = 20_000 * DAY
"""A midnight UTC: the small plant lives in UTC, its shift is 08:00 to 16:00 with a break from 12:00 to 12:30."""

SHIFT = Window(T0 + 8 * HOUR, T0 + 16 * HOUR, "shift", "day")
WHOLE = Window(T0, T0 + DAY, "day", "1")

_NAME = {"zh": "名", "en": "name"}


def small_plant(**changes: Any) -> Plant:
    """`changes` replace whole top-level keys; `assets` are merged by name and by field."""
    assets: dict[str, dict[str, Any]] = {
        "M1": {
            "kind": "cnc",
            "name": _NAME,
            "step": "cutting",
            "rated_power": 10.0,
            "ideal_cycle": {"A": 60.0},
            "output": True,
        },
        "M2": {"kind": "press", "name": _NAME, "step": "cutting", "ideal_cycle": {"A": 30.0, "B": 60.0}},
        "E1": {"kind": "electricity_meter", "name": _NAME, "rated_power": 20.0, "site_meter": True},
    }
    for name, fields in changes.pop("assets", {}).items():
        assets[name] = {**assets.get(name, {"name": _NAME}), **fields}
    tree = {
        "schema": "floortruth/plant/1",
        "site": {"id": "S", "name": _NAME, "time_zone": "UTC"},
        "default_calendar": "one",
        "calendars": {"one": {"shifts": [_SHIFT]}},
        "steps": {"cutting": {"name": _NAME}},
        "products": {"A": {"name": _NAME, "code": 1}, "B": {"name": _NAME, "code": 2}},
        "assets": assets,
    }
    return Plant.model_validate({**tree, **changes})


_SHIFT = {"name": "day", "start": "08:00", "end": "16:00", "breaks": [{"start": "12:00", "end": "12:30"}]}


def at(hours: float) -> int:
    """An instant of the day."""
    return T0 + round(hours * 3600) * NS


def beats(up: Sequence[tuple[int, int]]) -> Samples:
    """Link rows: at each stretch a 0 at its start, a 1 every 30 s, a 0 right after its last 1."""
    rows: dict[int, float] = {}
    for start, end in up:
        rows[start] = 0.0
        rows |= dict.fromkeys(range(start + NS, end, 30 * NS), 1.0)
        rows[end] = 1.0
        rows[end + 1] = 0.0
    ts = sorted(rows)
    return samples_of(ts, [rows[t] for t in ts])


def history_of(
    rows: Mapping[str, Sequence[tuple[int, float | str]]],
    up: Sequence[tuple[int, int]] = ((T0 - HOUR, T0 + DAY + HOUR),),
    plan: Sequence[PlanEntry] = (),
    **facts: Any,
) -> History:
    """A history of one connection `c`; `facts` hold for all its series (seconds)."""
    series = {name: _samples(list(points)) for name, points in rows.items()}
    stated = {name: SeriesFacts(**({"resolution": 0.0} | facts)) for name in rows}
    announced = ConnectionFacts(schema="floortruth/facts/1", connection="c", protocol="modbus", series=stated)
    series["@c/link"] = beats(up)
    return History(series, {"c": [(min(a for a, _ in up) - HOUR, announced)]}, plan, "snapshot-1")


def _samples(points: list[tuple[int, float | str]]) -> Samples:
    ts = [instant for instant, _ in points]
    if any(isinstance(value, str) for _, value in points):
        return samples_of(ts, [float("nan")] * len(ts), None, [str(value) for _, value in points])
    return samples_of(ts, [float(value) for _, value in points])


def rising(start: int, end: int, every: int, first: int = 0) -> list[tuple[int, float | str]]:
    """A counter that rises by one each `every` ns."""
    return [(instant, float(first + n)) for n, instant in enumerate(range(start, end + 1, every))]


def keyframes(value: float | str, start: int = T0 - HOUR + 2 * NS) -> list[tuple[int, float | str]]:
    """One value, stated once: under a link it holds."""
    return [(start, value)]


__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "NS",
    "SHIFT",
    "T0",
    "WHOLE",
    "at",
    "beats",
    "history_of",
    "keyframes",
    "rising",
    "small_plant",
]
