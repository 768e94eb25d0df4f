"""Every figure that the plant's truth decides, over a night that was only written down: no sockets, so it is fast."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples
from simulators.model import load
from simulators.model.parts import MINUTE
from tests.truth.mishaps import mishaps, polls
from tests.truth.pasts import past_of, polled
from tests.truth.record import DEMO

NIGHT = 24
"""Hours that hold a shift, beside their own hours and the whole."""
LEAST_OF_EACH = {
    "equipment.availability": 450,
    "equipment.effectiveness": 250,
    "equipment.oee": 400,
    "equipment.mtbf": 15,
    "equipment.mttr": 15,
    "equipment.nee": 20,
    "equipment.setup_ratio": 20,
    "equipment.motbf": 20,
    "equipment.mttr_iso": 20,
    "quality.quality_ratio": 400,
    "quality.reject_ratio": 250,
    "production.count_good": 250,
    "production.count_good_window": 250,
    "production.count_total": 250,
    "production.throughput": 250,
    "production.schedule_attainment": 2,
    "planning.on_track": 40,
    "planning.reachable": 40,
    "network.networking_rate": 24,
    "network.networking_rate_digitised": 24,
    **dict.fromkeys(
        (f"losses.{name}" for name in ("stops", "minor_stops", "stop_time", "breakdown", "setup", "idling")),
        24,
    ),
    **dict.fromkeys((f"losses.{name}" for name in ("speed", "defects", "start_up", "effective_time")), 20),
    "losses.changeovers": 18,
    "energy.electricity": 400,
    "energy.per_good_piece": 250,
    "energy.coal_equivalent": 24,
    "energy.gas": 26,
    "energy.water": 26,
    "energy.balance_difference": 8,
    "energy.max_demand": 5,
    "energy.load_rate": 5,
    "energy.base_load": 5,
    **dict.fromkeys((f"energy.{name}" for name in ("idle", "planned_stop", "off_shift")), 24),
    "energy.producing_share": 22,
    **dict.fromkeys((f"energy.share_{band}" for band in ("peak", "flat", "valley")), 10),
    "energy.cost": 10,
    "environment.within_limits": 4,
    "environment.exceeded_time": 4,
    "environment.exceedances": 4,
}
"""Figures of each KPI that a night must compare, so that an empty comparison can't pass."""
UNMOVED = {
    "energy.balance_difference",
    "energy.idle",
    "energy.producing_share",
    "environment.exceedances",
    "losses.changeovers",
    "losses.defects",
    "losses.minor_stops",
    "losses.start_up",
    "network.networking_rate",
    "network.networking_rate_digitised",
    "planning.on_track",
    "planning.reachable",
}
"""What a minute need not move, or not beyond its bounds."""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_truth_of_a_damaged_and_slowly_polled_night_lies_within_its_bounds(
    tmp_path: Path, seed: int
) -> None:
    spec = load(DEMO)
    past = past_of(tmp_path, seed, NIGHT, damage=mishaps(spec, seed, NIGHT))
    found = past.assessed(*polled(past, polls(spec, seed)))
    assert found.comparison.holds, found.comparison.report()
    counted = Counter(truth["kpi"] for truth in past.truth["kpis"])
    assert set(counted) == set(LEAST_OF_EACH)
    assert not {kpi: counted[kpi] for kpi, least in LEAST_OF_EACH.items() if counted[kpi] < least}


def _later(history: History, by: int) -> History:
    series = {
        name: Samples(samples.ts + by, samples.value, samples.quality, samples.text)
        for name, samples in history.series.items()
    }
    return replace(history, series=series)


def test_a_minute_off_would_be_found_by_nearly_every_kpi(tmp_path: Path) -> None:
    """So the bounds of a history without damage are narrow enough to tell what the comparison is for."""
    past = past_of(tmp_path, 2, NIGHT, damage=())
    assert past.assessed().comparison.holds
    found = past.assessed(_later(past.history, MINUTE))
    excluded = {violation.key[0] for violation in found.comparison.violations}
    assert set(LEAST_OF_EACH) - UNMOVED <= excluded, found.comparison.report()
