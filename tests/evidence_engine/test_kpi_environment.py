"""Limits exceeded and stations live: hand-worked days, and signals of which every second is known (D5, D31, D34)."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.knowledge.numbers import numbers_of
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.failures import failures_in, stops_of
from evidence_engine.kpis.watching.conditions import any_of, condition_of_numbers, times_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.monitoring import Limit
from tests.evidence_engine.small_plant import DAY, HOUR, MINUTE, NS, T0, WHOLE, at, history_of, small_plant
from tests.evidence_engine.test_kpi_alarms import runs

NOISE = {"role": "noise", "high": 85.0, "min_time": 300.0}
Rows = list[tuple[int, float | str]]


def records(
    history: History, *, limits: tuple[dict[str, Any], ...] = (NOISE,)
) -> dict[tuple[str, str], Record]:
    plant = small_plant(assets={"ENV": {"kind": "environment_station", "limits": list(limits)}})
    every = Assessor(plant, history, [WHOLE]).records(WHOLE)
    return {(r.subject.get("asset", ""), r.kpi): r for r in every if r.kpi.startswith("environment.")}


def loud(
    resolution: float = 0.0, up: tuple[tuple[int, int], ...] = ((T0 - HOUR, T0 + DAY + HOUR),)
) -> History:
    """Above 85 from 09:00 to 10:00 and for three minutes at 14:00; exactly 85 is not above."""
    rows: Rows = [(at(9), 90.0), (at(10), 85.0), (at(14), 86.0), (at(14) + 3 * MINUTE, 60.0)]
    begin: Rows = [(start + 2 * NS, 60.0) for start, _ in up]
    return history_of({"ENV/noise": sorted(begin + rows)}, up, resolution=resolution)


def test_one_exceedance_of_an_hour_and_one_too_short_to_count() -> None:
    found = records(loud())
    for subject in ("ENV", ""):
        time, times = found[subject, "environment.exceeded_time"], found[subject, "environment.exceedances"]
        assert (time.result.low, time.result.value, time.result.high) == (1.05, 1.05, 1.05)
        assert (times.result.low, times.result.value, times.result.high) == (1.0, 1.0, 1.0)
        assert found[subject, "environment.within_limits"].result.value == 0.95625
    assert found["", "environment.points_live"].result.low == 1.0
    assert found["ENV", "environment.exceeded_time"].parts == {"hours_noise": 1.05}


def test_D31_between_two_readings_it_may_have_been_above_all_the_while() -> None:
    """Looks every 60 s: each of the four changes may lie up to a minute before its reading."""
    found = records(loud(resolution=60.0))["ENV", "environment.exceeded_time"].result
    assert found.value == 1.05
    assert found.low == pytest.approx(1.05 - 2 / 60)
    assert found.high == pytest.approx(1.05 + 2 / 60)


def test_D5_unknown_time_may_hide_an_exceedance_and_is_in_no_value() -> None:
    up = ((T0 - HOUR, at(11)), (at(12), T0 + DAY + HOUR))
    whole, cut = records(loud()), records(loud(up=up))
    time, times = cut["ENV", "environment.exceeded_time"], cut["ENV", "environment.exceedances"]
    assert (time.result.low, time.result.value) == (1.05, 1.05)
    assert time.result.high == pytest.approx(2.05, abs=1e-3)
    assert (times.result.low, times.result.high) == (1.0, 1.0 + 12)
    assert cut["ENV", "environment.point_live"].result.low < whole["ENV", "environment.point_live"].result.low  # type: ignore[operator]
    assert time.coverage == pytest.approx(23 / 24, abs=1e-3)


def test_several_limits_of_a_point_add_their_times_but_leave_one_time_within() -> None:
    night = {"role": "noise", "high": 55.0, "min_time": 60.0}
    found = records(loud(), limits=(NOISE, night))
    assert found["ENV", "environment.exceeded_time"].result.value == pytest.approx(1.05 + 24)
    assert found["ENV", "environment.within_limits"].result.value == 0.0


def test_a_station_of_the_register_without_data_stays_in_the_denominator() -> None:
    plant = small_plant(
        assets={
            "ENV": {"kind": "environment_station", "limits": [NOISE]},
            "ENV-2": {"kind": "environment_station"},
        }
    )
    found = {r.kpi: r for r in Assessor(plant, loud(), [WHOLE]).records(WHOLE) if "asset" not in r.subject}
    live = found["environment.points_live"].result
    assert (live.low, live.value, live.high) == (0.5, 0.5, 0.5)
    assert found["environment.within_limits"].parts["without_limit"] == 1


def test_a_condition_limit_of_a_machine_is_no_matter_of_the_environment() -> None:
    vibration = {"role": "vibration", "high": 4.0, "purpose": "condition"}
    plant = small_plant(assets={"M1": {"limits": [vibration]}})
    history = history_of({"M1/vibration": [(T0, 9.0)]})
    assert not [
        r for r in Assessor(plant, history, [WHOLE]).records(WHOLE) if r.kpi.startswith("environment.")
    ]


# ----------------------------------------------------------------- every second known

POLL, MIN_TIME, LENGTH = 5, 10, 120
LEVELS = (1.0, 2.0, 3.0)
LIMIT = Limit(role="noise", high=2.5, low=1.5, min_time=float(MIN_TIME))


def signal(chance: random.Random, gaps: list[tuple[int, int]]) -> list[float]:
    """A level per second; between two looks it only goes from the one to the other, in a gap anything."""
    looks = [chance.choice(LEVELS) for _ in range(LENGTH // POLL + 2)]
    found: list[float] = []
    for before, after in pairwise(looks):
        change = chance.randint(1, POLL)
        found += [before] * change + [after] * (POLL - change)
    for start, end in gaps:
        inside = range(start // POLL * POLL + 1, end)
        for second in inside:
            found[second] = chance.choice(LEVELS) if chance.random() < 0.3 else found[second - 1]
    return found[:LENGTH]


def looked_at(true: list[float], gaps: list[tuple[int, int]]) -> History:
    """Polled every five seconds; the link is cut in gaps."""
    seconds = [t for t in range(0, LENGTH, POLL) if not any(a < t < b for a, b in gaps)]
    edges = [0, *(edge for gap in gaps for edge in gap), LENGTH - POLL]
    up = [(T0 + a * NS, T0 + b * NS) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return history_of({"ENV/noise": [(T0 + t * NS, true[t]) for t in seconds]}, up, resolution=float(POLL))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.booleans())
def test_low_and_high_hold_the_truth(seed: int, is_cut: bool) -> None:
    chance = random.Random(seed)
    gaps = [(40, 40 + POLL * chance.randint(2, 8))] if is_cut else []
    true = signal(chance, gaps)
    plant = small_plant(assets={"ENV": {"kind": "environment_station"}})
    outside = condition_of_numbers(numbers_of(looked_at(true, gaps), plant, "ENV", "noise"), LIMIT)
    stops = stops_of(outside, ALWAYS, MIN_TIME * NS)
    is_out = [level > 2.5 or level < 1.5 for level in true]
    for _ in range(6):
        start = chance.randint(0, LENGTH - 2)
        end = chance.randint(start + 1, LENGTH - 1)
        _, _, surely, perhaps = times_of(outside, T0 + start * NS, T0 + end * NS)
        assert surely <= sum(is_out[start:end]) * NS <= perhaps
        found = failures_in(stops, ALWAYS, T0 + start * NS, T0 + end * NS)
        count = len(runs(["D" if out else "P" for out in is_out], MIN_TIME, start, end))
        assert count <= found.most
        assert found.least <= count or is_out[-1]  # a stay that the end of the signal cuts goes on in truth


def test_any_of_is_on_with_one_and_off_with_all() -> None:
    plant = small_plant(assets={"ENV": {"kind": "environment_station"}})
    history = history_of({"ENV/noise": [(T0, 90.0), (at(2), 60.0)], "ENV/humidity": [(at(1), 20.0)]})
    noise = condition_of_numbers(numbers_of(history, plant, "ENV", "noise"), Limit(role="noise", high=85.0))
    dry = condition_of_numbers(
        numbers_of(history, plant, "ENV", "humidity"), Limit(role="humidity", low=30.0)
    )
    both = any_of([noise, dry])
    assert times_of(both, at(0), at(1)) == (HOUR, HOUR, HOUR, HOUR)  # one is on, the other is not known
    assert times_of(both, at(2), at(3)) == (HOUR, HOUR, HOUR, HOUR)
    assert times_of(any_of([]), at(0), at(1)) == (0, 0, 0, HOUR)
