"""Every energy figure holds the truth of a site that is known to the watt, however badly it was read; and can fail to."""

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import DAY, HOUR, MINUTE, SHIFT, T0
from tests.evidence_engine.true_energy import (
    WHOLE_DAY,
    Load,
    Meters,
    energy_plant,
    load_of,
    loads,
    read,
    truth,
)
from tests.evidence_engine.true_machine import Agent, cuts, machine

ALWAYS_UP = [(T0 - HOUR, T0 + 25 * HOUR)]
WINDOWS = [SHIFT, WHOLE_DAY, Window(T0 + 9 * HOUR + 7 * MINUTE, T0 + 13 * HOUR + 7 * MINUTE, "custom", "odd")]
EVERY = {
    "energy.idle",
    "energy.planned_stop",
    "energy.off_shift",
    "energy.producing_share",
    "energy.comprehensive",
    "energy.max_demand",
    "energy.load_rate",
    "energy.base_load",
    "energy.power_factor",
    "energy.balance_difference",
    "energy.cost",
    "energy.share_sharp",
    "energy.share_peak",
    "energy.share_flat",
    "energy.share_valley",
}


def misses(
    agent: Agent, meters: Meters, seed: int, told: tuple[Load, Load, Load] | None = None
) -> tuple[list[str], set[str]]:
    """(figures whose bounds leave out the truth, every KPI that was compared); told: loads that are read instead."""
    of = machine(seed)
    energy = loads(of, seed)
    assessor = Assessor(energy_plant(), read(of, told or energy, agent, meters, seed), WINDOWS)
    found, compared = [], set()
    for window in WINDOWS:
        expected = truth(of, energy, window)
        for record in assessor.records(window):
            true = expected.get((record.kpi, record.subject.get("asset", "")))
            if true is not None:
                compared.add(record.kpi)
                low, high = record.result.low, record.result.high
                slack = 1e-9 * max(1.0, abs(true))
                if (low is not None and true < low - slack) or (high is not None and true > high + slack):
                    found.append(
                        f"{record.kpi} {record.subject} {window.name}: {true} not in {low} to {high}"
                    )
    return found, compared


READINGS = [Meters(True, False, 1), Meters(False, True, 10_000), Meters(True, True, 1000)]


@pytest.mark.parametrize("meters", READINGS)
@pytest.mark.parametrize(("poll", "error", "seed"), [(10.0, 0.0, 1), (20.0, 4.0, 2), (90.0, 10.0, 3)])
def test_bounds_hold_the_truth(poll: float, error: float, seed: int, meters: Meters) -> None:
    found, compared = misses(Agent(poll, error, ALWAYS_UP), meters, seed)
    assert found == []
    assert compared == EVERY


@pytest.mark.parametrize("meters", READINGS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_bounds_hold_the_truth_across_cuts_of_the_link(seed: int, meters: Meters) -> None:
    found, _ = misses(Agent(20.0, 1.0, cuts(seed)), meters, seed)
    assert found == []


def test_a_meter_that_hides_a_tenth_is_found_out() -> None:
    """The same comparison must be able to fail."""
    of = machine(5)
    own, meter, lagging = loads(of, 5)
    less = load_of([(t, mw * 9 // 10) for t, mw in zip(meter.border, meter.level, strict=True)])
    found, _ = misses(Agent(10.0, 0.0, ALWAYS_UP), Meters(True, False, 1), 5, (own, less, lagging))
    assert {"energy.max_demand", "energy.cost"} <= {line.partition(" ")[0] for line in found}


def test_D33_the_same_bounds_whatever_was_asked_before() -> None:
    of = machine(7)
    history = read(of, loads(of, 7), Agent(20.0, 1.0, cuts(7)), READINGS[2], 7)
    fresh = [r.to_json() for r in Assessor(energy_plant(), history).records(WHOLE_DAY)]
    used = Assessor(energy_plant(), history, WINDOWS)
    for window in (SHIFT, Window(T0 - DAY, T0 + DAY, "custom", "wide")):
        list(used.records(window))
    assert [r.to_json() for r in used.records(WHOLE_DAY)] == fresh
