"""A plant's past written as files, imported and assessed in this process: one that breaks a promise, or a damaged one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np

from collector.history import history_of
from collector.importing import import_file
from collector.plan import read_plan
from collector.store.opening import open_store, read_store
from evidence_engine.assess import assess
from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import standard_windows
from floortruth.demo_files import DEMO as CONFIGS
from floortruth.files import read_plant
from simulators.history import reachable, write_history, write_plan
from simulators.history.damage import damage_of
from simulators.history.rows import links
from simulators.model.parts import HOUR, MINUTE, SECOND, HistoryFault
from simulators.model.trace import Register
from simulators.truth import BandHours, Limit, Tariff, Terms, truth_document
from tests.truth.compare import Comparison, Json, compare
from tests.truth.record import Record, record_of

Times = np.ndarray[tuple[int], np.dtype[np.int64]]
BEGIN = int(datetime(2026, 9, 15, 1, tzinfo=UTC).timestamp()) * SECOND
"""Tuesday 09:00 in the plant."""
HOURS = 8
CUT = HistoryFault("link_cut", 50 * MINUTE, 25 * MINUTE, link="cell-a")
"""A gap over an edge of hours, across which a register is bridged."""
RESET = HistoryFault("counter_reset", 90 * MINUTE, 0, asset="CNC-02", roles=("count_total", "count_good"))
"""What a reset lost is bounded by the limit alone."""

AUTUMN = frozenset({3, 4, 5, 9, 10, 11})
AGREED = Terms(
    Tariff(
        (
            BandHours("peak", AUTUMN, 15 * 60, 22 * 60),
            BandHours("valley", AUTUMN, 2 * 60, 6 * 60),
            BandHours("valley", AUTUMN, 10 * 60, 14 * 60),
        ),
        {band: Fraction(price) for band, price in (("peak", "1"), ("flat", "0.6"), ("valley", "0.3"))},
    ),
    (Limit("ENV-01", "noise", 82.0, 300 * SECOND),),
)
"""What the plant file says of tariff and noise in these months, told once more to the plant's own truth."""


@dataclass(frozen=True)
class Past:
    """A plant, what was kept of it, and its truth."""

    record: Record
    plant: Plant
    history: History
    truth: Json
    end: int
    damage: Sequence[HistoryFault] | None

    def assessed(self, history: History | None = None, plant: Plant | None = None) -> "Assessed":
        """The records of this or another history."""
        windows = standard_windows(self.plant, BEGIN, self.end)
        found = assess(plant or self.plant, history or self.history, windows)
        records = [record.to_json() for record in found]
        return Assessed(records, compare(self.truth["kpis"], records))


@dataclass(frozen=True)
class Assessed:
    """Records and how they stand to the truth."""

    records: Sequence[Json]
    comparison: Comparison

    def of(self, kpi: str, *assets: str) -> list[Json]:
        """The records of a KPI, of some assets or of all."""
        return [
            record
            for record in self.records
            if record["kpi"] == kpi and (not assets or record["subject"].get("asset") in assets)
        ]


def codes_of(record: Json) -> set[str]:
    """The codes of a record's limitations."""
    return {limitation["code"] for limitation in record["limitations"]}


def broken_plant(name: str, folder: Path, damage: Sequence[HistoryFault] = ()) -> Past:
    """The demo's plant with one of its promises broken."""
    return past_of(folder, 1, HOURS, frozenset({name}), damage)


def past_of(
    folder: Path,
    seed: int,
    hours: int,
    broken: frozenset[str] = frozenset(),
    damage: Sequence[HistoryFault] | None = None,
) -> Past:
    """The demo's plant from BEGIN on, brought in by the way of `floortruth import`.

    damage: what is wrong with the files; None stands for what the plant file says.
    """
    end = BEGIN + hours * HOUR
    record = record_of(seed, BEGIN, end, broken)
    plant = read_plant(CONFIGS / "plant.yaml")
    store = open_store(str(folder / "store"))
    try:
        for path in write_history(record.plant, BEGIN, end, folder / "history", damage):
            report = import_file(plant, path, store.append)
            assert not report.rejects
    finally:
        store.close()
    columns, snapshot = read_store(str(folder / "store"))
    write_plan(record.plant.spec, BEGIN, end, folder / "plan.csv")
    plan = read_plan((folder / "plan.csv").read_text(encoding="utf-8"), "plan.csv", plant)
    up = reachable(record.plant.spec, BEGIN, end, damage)
    truth = truth_document(record.plant, BEGIN, end, [], up, AGREED)
    return Past(record, plant, history_of(columns, snapshot, plant, plan), truth, end, damage)


def polled(past: Past, periods_s: Mapping[str, int]) -> tuple[History, Plant]:
    """Some assets as an agent would have kept them that looks every so many seconds only, and the facts that say so."""
    plant = past.plant
    series = dict(past.history.series)
    for asset, period_s in periods_s.items():
        looks = _looks(past, asset, period_s * SECOND)
        for name in [name for name in series if name.split("/")[0] == asset]:
            series[name] = _looked_at(past, name, looks)
        plant = _stating(plant, asset, period_s * 1.5)
    facts = {name: [(0, each)] for name, each in plant.connections.items()}
    return replace(past.history, series=series, facts=facts), plant


def _looks(past: Past, asset: str, period: int) -> Times:
    """When the agent looked: while the link was up, and right after each connect."""
    damage = damage_of(past.record.plant.spec, BEGIN, past.end, past.damage)
    grid = np.arange(BEGIN, past.end + 1, period, dtype=np.int64)
    found = []
    for begin, end in damage.up(links(past.record.plant.spec)[asset]):
        first = begin if begin == BEGIN else begin + SECOND
        last = end + 1 if end == past.end else end
        if first < last:
            found += [np.array([first], np.int64), grid[(grid > first) & (grid < last)]]
    return np.concatenate(found)


def _looked_at(past: Past, series: str, looks: Times) -> Samples:
    """What each look shows; a register moves between its rows as well."""
    samples = past.history.series[series]
    at = np.searchsorted(samples.ts, looks, "right") - 1
    asset, _, role = series.partition("/")
    trace = past.record.plant.trace(asset, role)
    value = samples.value[at]
    if isinstance(trace, Register):
        value = np.array([float(trace.at(look)) for look in looks.tolist()])
    text = None if samples.text is None else [samples.text[row] for row in at.tolist()]
    return Samples(looks, value, samples.quality[at], text)


def _stating(plant: Plant, asset: str, resolution_s: float) -> Plant:
    """The plant file with another resolution for one asset's series."""
    connections: Mapping[str, ConnectionFacts] = {
        name: facts.model_copy(
            update={
                "series": {
                    series: each.model_copy(update={"resolution": resolution_s})
                    if series.split("/")[0] == asset
                    else each
                    for series, each in facts.series.items()
                }
            }
        )
        for name, facts in plant.connections.items()
    }
    return plant.model_copy(update={"connections": connections})
