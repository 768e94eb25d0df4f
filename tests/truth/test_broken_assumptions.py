"""Each assumption of the record, broken on purpose by the plant: the record says so (issue 6, the simulated plant; D12, D25)."""

from dataclasses import replace

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE
from evidence_engine.vocabulary.window import Window
from tests.truth.pasts import CUT, RESET, Past, broken_plant, codes_of, polled

WIRED = ("PRESS-01", "CNC-01", "CNC-02", "CNC-03", "FURN-01", "IMM-01", "IMM-02", "ROBOT-01", "PACK-01")
CUT_OFF = ("CNC-01", "CNC-02", "CNC-03")
POLL_S = 15


@pytest.fixture(scope="session")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Cycles at 45 % of the ideal for twenty minutes of each hour; one counter is reset."""
    return broken_plant("fast_cycle", tmp_path_factory.mktemp("fast"), [RESET])


@pytest.fixture(scope="session")
def over(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Power at 125 % of the rated; one cell is cut off for a while."""
    return broken_plant("over_power", tmp_path_factory.mktemp("over"), [CUT])


@pytest.fixture(scope="session")
def flicker(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Three seconds of idle after one piece in ten."""
    return broken_plant("flicker", tmp_path_factory.mktemp("flicker"))


# --- fast_cycle: D12's fastest cycle is not true ---


def test_a_machine_faster_than_its_ideal_cycle_is_told(fast: Past) -> None:
    found = fast.assessed()
    told = {
        record["subject"]["asset"]
        for record in found.of("production.throughput", *WIRED)
        if "limit_disproved" in codes_of(record)
    }
    assert told == set(WIRED)


def test_no_high_rests_on_a_cycle_that_was_disproved(fast: Past) -> None:
    """What the reset lost could only be bounded by the cycle: null, not a wrong figure."""
    found = fast.assessed()
    unbounded = [r for r in found.of("production.throughput", *WIRED) if r["result"]["high"] is None]
    assert {record["subject"]["asset"] for record in unbounded} == {"CNC-02"}
    assert all({"reset", "limit_disproved"} <= codes_of(record) for record in unbounded)


def test_the_truth_of_every_connected_machine_lies_within_its_bounds(fast: Past) -> None:
    """Of a machine that nobody is connected to, nobody can tell that it is faster than stated; its record says that

    nothing is known. Its step and the site hold it.
    """
    found = fast.assessed()
    fastest = [k["value"] for k in fast.truth["kpis"] if k["kpi"] == "equipment.effectiveness"]
    assert max(fastest) > 1.0
    broken = [violation.key for violation in found.comparison.violations]
    assert {key[1] for key in broken} == {"GRIND-01", "step grinding", ""}
    kpis = {key[0] for key in broken}
    assert all("nothing_known" in codes_of(record) for kpi in kpis for record in found.of(kpi, "GRIND-01"))
    assert not found.comparison.missing


# --- over_power: D12's and D25's rated power is not true ---


def test_a_register_above_its_rated_power_is_told(over: Past) -> None:
    found = over.assessed()
    told = [r for r in found.of("energy.electricity", *WIRED) if "limit_disproved" in codes_of(r)]
    assert {record["subject"]["asset"] for record in told} == set(WIRED)
    bridged = [r for r in found.of("energy.electricity", *CUT_OFF) if "bridged" in codes_of(r)]
    assert {record["subject"]["asset"] for record in bridged} == set(CUT_OFF)
    beyond = Window(
        over.end - HOUR, over.end + MINUTE
    )  # what that last minute took, only the rating could tell
    records = Assessor(over.plant, over.history).records(beyond)
    highs = {r.subject.get("asset"): r.result.high for r in records if r.kpi == "energy.electricity"}
    assert {highs[asset] for asset in WIRED} == {None}


def test_known_power_above_the_rated_leaves_no_high(over: Past) -> None:
    """Without its register the energy is the integral of the power (D25)."""
    series = {name: rows for name, rows in over.history.series.items() if not name.endswith("/energy_active")}
    found = over.assessed(replace(over.history, series=series))
    above = [r for r in found.of("energy.electricity", *WIRED) if "power_above_rated" in codes_of(r)]
    assert {record["subject"]["asset"] for record in above} == set(WIRED)
    assert {record["result"]["high"] for record in above} == {None}


def test_the_truth_still_lies_within_the_bounds_of_a_plant_above_its_rating(over: Past) -> None:
    found = over.assessed()
    assert found.comparison.holds, found.comparison.report()


# --- flicker: states shorter than the looks, assumption (a) ---


def test_a_log_of_changes_misses_no_flicker(flicker: Past) -> None:
    """Looked at without gap, the assumption is not needed."""
    found = flicker.assessed()
    assert found.comparison.holds, found.comparison.report()
    assert not [r for r in found.records if "assumes_stamps_and_looks" in codes_of(r)]


def test_states_shorter_than_the_looks_break_the_bounds_and_the_record_names_the_assumption(
    flicker: Past,
) -> None:
    """What came and went between two looks nobody can know; but the stays that a look did hit were too short."""
    history, plant = polled(flicker, {"CNC-01": POLL_S})
    found = flicker.assessed(history, plant)
    broken = {violation.key for violation in found.comparison.violations}
    assert broken, "idle time between the looks must be missing somewhere"
    assert {key[1] for key in broken} == {"CNC-01", "step machining"}
    of_state = ("equipment.availability", "equipment.effectiveness", "equipment.oee", "equipment.mtbf")
    assert {key[0] for key in broken} <= set(of_state)
    for kpi in of_state:
        assert all("assumes_stamps_and_looks" in codes_of(record) for record in found.of(kpi, "CNC-01"))
        assert not any("assumes_stamps_and_looks" in codes_of(record) for record in found.of(kpi, "CNC-02"))


def test_the_same_looks_at_a_plant_that_keeps_its_promise_name_nothing(fast: Past) -> None:
    """Its states stay two minutes, the looks come every 15 s."""
    history: History
    history, plant = polled(fast, {"IMM-01": POLL_S})
    found = fast.assessed(history, plant)
    assert not [r for r in found.of("equipment.availability") if "assumes_stamps_and_looks" in codes_of(r)]
    assert not [v for v in found.comparison.violations if v.key[0] == "equipment.availability"]
