"""Low and high hold the truth of a machine that is known to the second, however badly it was looked at; and can fail to."""

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from tests.evidence_engine.small_plant import HOUR, MINUTE, NS, T0, small_plant
from tests.evidence_engine.true_machine import WINDOWS, Agent, busy, collected, cuts, machine, truth

ALWAYS_UP = [(T0 - HOUR, T0 + 25 * HOUR)]


def violations(agent: Agent, seed: int) -> list[str]:
    """Figures whose bounds leave out the truth."""
    of = machine(seed)
    assessor = Assessor(small_plant(), collected(of, agent, seed), WINDOWS)
    found = []
    for window in WINDOWS:
        expected = truth(of, window)
        for record in assessor.records(window):
            true = expected.get(record.kpi) if record.subject.get("asset") == "M1" else None
            if true is not None and not _holds(record.result.low, true, record.result.high):
                found.append(f"{window.name} {record.kpi}: {true} not in {record.result}")
    return found


def _holds(low: float | None, true: float, high: float | None) -> bool:
    slack = 1e-9 * max(1.0, abs(true))  # the truth is summed in floats
    return (low is None or low <= true + slack) and (high is None or true <= high + slack)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize(("poll", "error"), [(2.0, 0.0), (10.0, 1.0), (20.0, 15.0)])
def test_bounds_hold_the_truth(poll: float, error: float, seed: int) -> None:
    assert violations(Agent(poll, error, ALWAYS_UP), seed) == []


@pytest.mark.parametrize("seed", [11, 12, 13, 14, 15, 16])
def test_bounds_hold_the_truth_across_cuts_of_the_link(seed: int) -> None:
    assert violations(Agent(10.0, 1.0, cuts(seed)), seed) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_stamps_a_minute_off_are_found_out(seed: int) -> None:
    """The same comparison must be able to fail: stamps are further off than stated."""
    assert violations(Agent(2.0, 0.5, ALWAYS_UP, shift=MINUTE), seed)


@pytest.mark.parametrize("seed", [1, 2])
def test_with_quick_looks_the_bounds_are_narrow(seed: int) -> None:
    """Looked at each second, a change leaves at most one second open, in numerator and in denominator."""
    of = machine(seed)
    assessor = Assessor(small_plant(), collected(of, Agent(1.0, 0.0, ALWAYS_UP), seed), WINDOWS)
    for window in WINDOWS:
        open_time = sum(window.start <= ts <= window.end + NS for ts, _ in of.states) * NS
        (result,) = [r.result for r in assessor.records(window) if _is_availability(r)]
        if (time := busy(of, window) - open_time) > 0:
            assert result.low is not None
            assert result.high is not None
            assert result.high - result.low <= 2 * open_time / time


def _is_availability(record: Record) -> bool:
    return record.kpi == "equipment.availability" and record.subject.get("asset") == "M1"
