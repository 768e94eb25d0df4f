"""What is lost never makes a figure of collection, maintenance, environment, traceability or the plan look better."""

import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis import KPIS
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.work_orders import WorkOrder
from tests.evidence_engine.small_plant import DAY, HOUR, NS, T0, at, history_of, small_plant

DOMAINS = ("collection.", "maintenance.", "environment.", "traceability.", "planning.")
WINDOW = Window(T0, at(18), "custom", "most of the day")
Rows = list[tuple[int, float | str]]
Key = tuple[str, str]
NAME = {"zh": "名", "en": "name"}
FROM = T0 - 30 * HOUR


def plant() -> Plant:
    steps = {"cutting": {"name": NAME, "key": True}, "packing": {"name": NAME}}
    vibration = {"role": "vibration", "high": 4.0, "purpose": "condition"}
    return small_plant(
        steps=steps,
        assets={
            "M1": {"alarms": {"7": "alarm", "5": "warning"}, "limits": [vibration]},
            "M2": {"alarms": {"7": "alarm"}},
            "P1": {"kind": "packaging_line", "step": "packing", "ideal_cycle": {"*": 10.0}},
            "ENV": {"kind": "environment_station", "limits": [{"role": "noise", "high": 80.0}]},
        },
    )


def drawn(chance: random.Random, values: list[float | str], mean: float) -> Rows:
    """Held values with stays of some minutes."""
    rows: Rows = []
    now = FROM + 2 * NS
    while now < T0 + DAY:
        rows.append((now, chance.choice(values)))
        now += (60 + int(chance.expovariate(1 / mean))) * NS
    return rows


def day(seed: int) -> History:
    chance = random.Random(seed)
    batches: Rows = [(FROM + 2 * NS + n * 47 * 60 * NS, f"B{n}") for n in range(60)]
    packed: Rows = [(ts + 50 * 60 * NS, value) for ts, value in batches if chance.random() < 0.8]
    rows: dict[str, Rows] = {
        "M1/state": drawn(chance, ["producing", "idle", "down"], 1500),
        "M1/alarm": drawn(chance, [0.0, 0.0, 7.0, 5.0], 1500),
        "M1/vibration": drawn(chance, [1.0, 3.0, 5.0], 900),
        "M1/batch": batches,
        "M1/product": [(FROM + 2 * NS, "A")],
        "M1/count_good": [(FROM + 2 * NS, 0.0), *((ts, float(n + 1)) for n, ts in enumerate(range(at(8), at(24), 90 * NS)))],
        "M2/state": drawn(chance, ["producing", "down"], 4000),
        "M2/alarm": drawn(chance, [0.0, 7.0], 4000),
        "P1/batch": packed,
        "ENV/noise": drawn(chance, [60.0, 90.0], 2000),
    }  # fmt: skip
    raised = [ts for ts, value in rows["M1/alarm"] if value == 7.0]
    orders = [
        WorkOrder(f"W{n}", "M1", "corrective", ts + 600 * NS, ts, ts + 900 * NS, ts + 1800 * NS, ts + 3600 * NS, "", "Li")
        for n, ts in enumerate(raised)
        if chance.random() < 0.7
    ]  # fmt: skip
    plan = [PlanEntry(asset="M1", product="A", start=at(8), end=at(20), quantity=chance.randint(300, 600))]
    found = history_of(rows, [(FROM, T0 + DAY + HOUR)], plan)
    return replace(found, papers=Papers(work_orders=tuple(orders)))


def without(history: History, start: int, end: int, only: str = "") -> History:
    """A stretch is lost, of all series or of one asset's; the collector breaks the link's proof there (D2)."""
    series = {
        name: _cut(samples, start, end) if name.startswith("@") or name.startswith(only) else samples
        for name, samples in history.series.items()
    }
    link = series["@c/link"]
    ts = np.append(link.ts, [start - 1, end]).tolist()
    value = np.append(link.value, [0.0, 0.0]).tolist()
    rows = dict(sorted(zip(ts, value, strict=True)))
    series["@c/link"] = samples_of(list(rows), list(rows.values()))
    return replace(history, series=series)


def _cut(samples: Samples, start: int, end: int) -> Samples:
    keep = (samples.ts < start) | (samples.ts >= end)
    text = None if samples.text is None else [t for t, kept in zip(samples.text, keep, strict=True) if kept]
    return Samples(samples.ts[keep], samples.value[keep], samples.quality[keep], text)


def figures(history: History) -> Mapping[Key, Record]:
    records = Assessor(plant(), history, [WINDOW]).records(WINDOW)
    return {
        (r.subject.get("asset") or r.subject.get("step", ""), r.kpi): r
        for r in records
        if r.kpi.startswith(DOMAINS)
    }


def worse(record: Record) -> float:
    """The bound that is worse for the claim, so that more is always better; a high that is not bounded is worst."""
    if KPIS[record.kpi].better == "more":
        return -1e300 if record.result.low is None else record.result.low
    return -1e300 if record.result.high is None else -record.result.high


@pytest.mark.parametrize("seed", range(5))
def test_a_lost_stretch_never_raises_the_worse_bound(seed: int) -> None:
    chance = random.Random(seed)
    whole = day(seed)
    before = figures(whole)
    for _ in range(3):
        start = chance.randint(T0 - 20 * HOUR, at(17))
        end = start + chance.choice([5, 60, 1200, 14_400]) * NS
        after = figures(without(whole, start, end))
        for key, record in before.items():
            if record.result.low is not None or record.result.high is not None:
                assert worse(after[key]) <= worse(record), (key, start, end)
