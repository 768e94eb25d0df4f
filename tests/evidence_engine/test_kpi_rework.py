"""Rework and scrap ratio: by hand, and against machines that are known to the piece (D16, D22)."""

import random
from bisect import bisect_right

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from tests.evidence_engine import true_machine
from tests.evidence_engine.small_plant import HOUR, MINUTE, SHIFT, T0, at, beats, history_of, small_plant
from tests.evidence_engine.true_machine import WORK, Agent, cuts, machine

PLANT = small_plant(assets={"M1": {"quality": "measured"}})
Rows = dict[str, list[tuple[int, float | str]]]


def records(history: History) -> dict[str, Record]:
    found = Assessor(PLANT, history, [SHIFT]).records(SHIFT)
    return {r.kpi: r for r in found if r.subject.get("asset") == "M1"}


def counted(*, upto: float = 16) -> Rows:
    """From 8 to 12 a piece each two minutes: 121 with the one at 8; each tenth rejected, each thirtieth reworked."""
    made = [at(8) + n * 2 * MINUTE for n in range(121)]
    rows: Rows = {}
    for role, every in (("count_total", 1), ("count_reject", 10), ("count_rework", 30)):
        points = [(at(-0.9), 0.0), *((ts, float((n + 1) // every)) for n, ts in enumerate(made))]
        rows[f"M1/{role}"] = [point for point in points if point[0] <= at(upto)]
    return rows


def test_scrap_is_what_is_rejected_and_not_reworked() -> None:
    found = records(history_of(counted()))
    rework, scrap = found["quality.rework_ratio"].result, found["quality.scrap_ratio"].result
    assert (rework.low, rework.value, rework.high) == (4 / 120, 4 / 120, 4 / 120)  # the piece at 8 is before
    assert (scrap.low, scrap.value, scrap.high) == (8 / 120, 8 / 120, 8 / 120)


def test_without_a_counter_of_rework_there_is_no_such_figure() -> None:
    rows = {name: points for name, points in counted().items() if "rework" not in name}
    assert not {"quality.rework_ratio", "quality.scrap_ratio"} & records(history_of(rows)).keys()


def test_what_is_bridged_is_known_as_a_sum() -> None:
    """A cut from 9 to 10 hides when the pieces were made, not how many."""
    rows = {name: [p for p in points if not at(9) <= p[0] < at(10)] for name, points in counted().items()}
    rows = {
        name: sorted({*points, (at(10), _last(counted()[name], at(10)))}) for name, points in rows.items()
    }
    up = [(T0 - HOUR, at(9)), (at(10), T0 + 25 * HOUR)]
    found = records(history_of(rows, up))
    assert found["quality.rework_ratio"].result.low == found["quality.rework_ratio"].result.high == 4 / 120
    assert found["quality.scrap_ratio"].coverage < 1


def _last(points: list[tuple[int, float | str]], ts: int) -> float | str:
    return [value for when, value in points if when <= ts][-1]


def test_unknown_time_at_the_end_leaves_rework_open() -> None:
    found = records(history_of(counted(upto=11), [(T0 - HOUR, at(11))]))
    rework = found["quality.rework_ratio"].result
    assert rework.high == 1.0
    assert rework.low is not None
    assert 0 < rework.low < 3 / 90


def test_D16_nothing_known_is_null() -> None:
    rows: Rows = {"M1/count_rework": [(at(20), 0.0)]}
    found = records(history_of(rows, [(at(20) - MINUTE, at(21))]))
    assert found["quality.scrap_ratio"].result.value is None
    assert (found["quality.rework_ratio"].result.low, found["quality.rework_ratio"].result.high) == (0.0, 1.0)


def polled(seed: int, agent: Agent) -> tuple[History, dict[str, float]]:
    """Three counters of one machine, looked at badly, and what they truly are in the calendar of the shift."""
    chance = random.Random(seed + 1000)
    pieces = [
        (ts, "good" if good else chance.choice(["rework", "scrap"])) for ts, good in machine(seed).pieces
    ]
    counts = {
        "count_total": [ts for ts, _ in pieces],
        "count_reject": [ts for ts, kind in pieces if kind != "good"],
        "count_rework": [ts for ts, kind in pieces if kind == "rework"],
    }
    series = {
        f"M1/{role}": true_machine._polled(lambda t, of=of: float(bisect_right(of, t)), agent, chance)  # type: ignore[misc]
        for role, of in counts.items()
    }
    facts = SeriesFacts(resolution=agent.poll, time_error=agent.error)
    announced = ConnectionFacts(
        schema="floortruth/facts/1", connection="c", series=dict.fromkeys(series, facts), protocol="modbus"
    )
    series["@c/link"] = beats(agent.up)
    inside = {
        role: sum(any(a < ts <= b for a, b in WORK) for ts in instants) for role, instants in counts.items()
    }
    truth = {
        "quality.rework_ratio": inside["count_rework"] / inside["count_total"],
        "quality.scrap_ratio": (inside["count_reject"] - inside["count_rework"]) / inside["count_total"],
    }
    return History(series, {"c": [(T0 - 2 * HOUR, announced)]}), truth


@pytest.mark.parametrize("seed", range(21, 29))
def test_bounds_hold_the_truth_across_cuts(seed: int) -> None:
    history, truth = polled(seed, Agent(10.0, 1.0, cuts(seed)))
    found = records(history)
    for kpi, true in truth.items():
        result = found[kpi].result
        assert result.low is None or result.low <= true + 1e-9
        assert result.high is None or true <= result.high + 1e-9
