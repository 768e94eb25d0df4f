"""Data that should not be believed: each doubt fires on made data and is silent on the plant's clean day (D7)."""

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kernels.series import Series
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.regularity import IN_A_ROW, is_too_regular
from evidence_engine.kpis.plausibility.window import doubts_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import BAD, GOOD, Samples, samples_of
from evidence_engine.vocabulary.window import Window, standard_windows
from floortruth.files import read_plant
from simulators.history.damage import damage_of
from simulators.history.files import series
from simulators.history.rows import Rows
from tests.evidence_engine.small_plant import (
    MINUTE,
    NS,
    SHIFT,
    T0,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)
from tests.simulators.week import BEGIN, DAY, new_plant

DEMO = Path(__file__).parents[2] / "configs" / "demo" / "plant.yaml"
Points = Sequence[tuple[int, float | str]]


def found_in(rows: dict[str, Points], window: Window = SHIFT, plant: Plant | None = None) -> set[str]:
    history = history_of(rows)
    assessor = Assessor(plant or small_plant(), history)
    found = AssetWindow(assessor._books_for(window)["M1"], window)
    return {doubt.code for doubt in doubts_of(found)}


def records(history: History, window: Window = SHIFT) -> dict[str, Record]:
    found = Assessor(small_plant(), history).records(window)
    return {r.kpi: r for r in found if r.subject.get("asset") == "M1"}


def codes(record: Record) -> set[str]:
    return {one.code for one in record.limitations}


def readings(value: float, spread: float, every: int = 5 * MINUTE) -> Points:
    chance = random.Random(3)
    return [(t, value + spread * chance.random()) for t in range(at(8), at(16) + 1, every)]


def test_a_power_that_keeps_every_digit_while_producing_is_frozen() -> None:
    states = {"M1/state": [(T0, "off"), (at(8), "producing"), (at(16), "off")]}
    assert found_in({**states, "M1/power_active": readings(6.125, 0)}) == {"frozen_value"}
    assert found_in({**states, "M1/power_active": readings(6.125, 0.25)}) == set()
    assert found_in({**states, "M1/power_active": [*readings(6.125, 0)[:-1], (at(15.99), 6.0)]}) == set()
    idle: dict[str, Points] = {
        "M1/state": [(T0, "off"), (at(8), "producing"), (at(9.5), "idle"), (at(16), "off")]
    }
    assert found_in({**idle, "M1/power_active": readings(6.125, 0)}) == set()


def test_pieces_while_it_surely_makes_none_contradict_the_state() -> None:
    states = [(T0, "off"), (at(8), "producing"), (at(9), "down"), (at(12), "producing"), (at(16), "off")]
    wrong = rising(at(9) + 5 * MINUTE, at(10), 2 * MINUTE)
    assert found_in({"M1/state": states, "M1/count_total": wrong}) == {"count_without_producing"}
    assert found_in({"M1/state": states, "M1/count_total": wrong[:4]}) == set()  # three pieces by hand
    right = rising(at(8), at(9) + 30 * NS, MINUTE + 30 * NS)
    assert found_in({"M1/state": states, "M1/count_total": right}) == set()
    unknown: dict[str, Points] = {
        "M1/state": [(at(12), "producing"), (at(16), "off")],
        "M1/count_total": wrong,
    }
    assert found_in(unknown) == set()


def test_producing_needs_power() -> None:
    states = [(T0, "off"), (at(8), "producing"), (at(16), "off")]
    weak: Points = [(T0, 0.05), (at(9), 8.0), (at(16), 0.0)]
    assert found_in({"M1/state": states, "M1/power_active": weak}) == {"producing_without_power"}
    assert found_in({"M1/state": states, "M1/power_active": [(T0, 0.2), (at(16), 0.0)]}) == set()
    idle = [(T0, "off"), (at(8), "idle"), (at(9), "producing"), (at(16), "off")]
    assert found_in({"M1/state": idle, "M1/power_active": weak}) == set()


def test_more_pieces_than_the_time_allows_are_not_credible() -> None:
    states = {"M1/state": [(T0, "off"), (at(8), "producing"), (at(16), "off")]}
    assert found_in({**states, "M1/count_total": rising(at(8), at(16), 50 * NS)}) == {"cycle_not_credible"}
    assert found_in({**states, "M1/count_total": rising(at(8), at(16), 60 * NS)}) == set()
    one = Window(at(8) + 30 * NS, at(8) + 61 * NS, "custom", "a piece in work at the beginning")
    assert found_in({**states, "M1/count_total": rising(at(8), at(16), 60 * NS)}, one) == set()


def counter(n: int, distances: Sequence[int], amounts: Sequence[float], begin: int = T0 + 7) -> Samples:
    ts = list(accumulate(distances, initial=begin))[:n]
    return samples_of(ts, list(accumulate(amounts, initial=17.0))[:n])


def is_regular(samples: Samples, role: str) -> bool:
    columns = Series(samples.ts, samples.value, samples.quality)
    return is_too_regular(columns, role, (FIRST, LAST))


def test_steps_that_never_differ_are_too_regular_to_be_measured() -> None:
    n = IN_A_ROW + 1
    same = counter(n, [50 * NS] * n, [1.0] * n)
    assert is_regular(same, "count_total")
    assert not is_regular(counter(n - 1, [50 * NS] * n, [1.0] * n), "count_total")
    jitter = [50 * NS + (k % 7) for k in range(n)]
    assert not is_regular(counter(n, jitter, [1.0] * n), "count_total")
    logged = counter(n, [60 * NS] * n, [1.0] * n, begin=T0)
    assert not is_regular(logged, "count_total"), "stamps in whole minutes could not differ"
    energy = counter(n, [900 * NS] * n, [0.731] * n, begin=T0)
    assert not is_regular(energy, "energy_active"), "731 ways are not many enough"
    assert is_regular(counter(n, [900 * NS] * n, [1.7312] * n, begin=T0), "energy_active")
    repeated = samples_of(
        [t for ts in same.ts.tolist() for t in (ts, ts + 9)], np.repeat(same.value, 2).tolist()
    )
    assert is_regular(repeated, "count_total")
    bad = Samples(same.ts, same.value, np.where(np.arange(n) == n // 2, BAD, GOOD).astype(np.uint8))
    assert not is_regular(bad, "count_total")


def test_a_clock_that_is_further_off_than_stated() -> None:
    rows: dict[str, Points] = {
        "M1/state": keyframes("producing"),
        "@c/clock_offset": [(at(9), -4.0), (at(10), 3.5)],
    }
    off = history_of(rows, time_error=2.0)
    assert "clock_offset_beyond_error" in codes(records(off)["equipment.availability"])
    assert "@c/clock_offset" in {one.series for one in records(off)["equipment.availability"].inputs}
    near = history_of(
        {**rows, "@c/clock_offset": [(at(9), -4.0), (at(10), 1.5), (at(11), 1.0)]}, time_error=2.0
    )
    assert "clock_offset_beyond_error" not in codes(records(near)["equipment.availability"])
    elsewhen = Window(at(13), at(14), "hour", "13")
    assert "clock_offset_beyond_error" not in codes(records(off, elsewhen)["equipment.availability"])


def test_D7_a_doubt_is_a_limitation_of_what_rests_on_it_and_names_what_it_was_seen_in() -> None:
    states = [(T0, "off"), (at(8), "producing"), (at(9), "down"), (at(12), "producing"), (at(16), "off")]
    history = history_of(
        {
            "M1/state": states,
            "M1/count_total": rising(at(9) + 5 * MINUTE, at(10), 2 * MINUTE),
            "M1/power_active": readings(6.0, 1.0),
        }
    )
    found = records(history)
    code = "count_without_producing"
    assert code in codes(found["production.count_total"])
    assert code in codes(found["equipment.availability"])
    assert code not in codes(found["energy.electricity"])
    assert code not in codes(found["data.completeness"])
    assert "M1/state" in {one.series for one in found["production.count_total"].inputs}
    assert found["production.count_total"].result.value == 27.0


def samples(rows: Rows) -> Samples:
    quality = [BAD if bad else GOOD for bad in rows.bad]
    if rows.value and isinstance(rows.value[0], str):
        return samples_of(rows.ts, [float("nan")] * len(rows.ts), quality, [str(v) for v in rows.value])
    return samples_of(rows.ts, [float(v) for v in rows.value], quality)


@cache
def clean_day() -> tuple[Plant, History]:
    """A day of the demo's plant as its history is written, without damage."""
    simulated, plant = new_plant(), read_plant(DEMO)
    simulated.advance(BEGIN + DAY)
    every = series(simulated, damage_of(simulated.spec, BEGIN, BEGIN + DAY, ()))
    columns = {f"{rows.asset}/{rows.role}": samples(rows) for rows in every}
    facts = {name: [(0, stated)] for name, stated in plant.connections.items()}
    return plant, History(columns, facts)


@pytest.mark.parametrize("kind", ["shift", "day", "hour"])
def test_the_clean_day_raises_no_doubt(kind: str) -> None:
    plant, history = clean_day()
    windows = [w for w in standard_windows(plant, BEGIN, BEGIN + DAY) if w.kind == kind]
    assert windows
    assessor = Assessor(plant, history, windows)
    known = AssetWindow(assessor._books_for(windows[-1])["CNC-01"], windows[-1]).time
    assert known["known"] == known["C"] > 0
    found = {
        (w.name, name, doubt.code)
        for w in windows
        for name, book in assessor._books_for(w).items()
        for doubt in doubts_of(AssetWindow(book, w))
    }
    assert found == set()
