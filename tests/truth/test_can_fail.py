"""The comparison can fail: an engine whose known time is a minute off is caught, by the same code that passes otherwise."""

from dataclasses import replace

import pytest

from evidence_engine.assess import assess
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import standard_windows
from tests.truth.compare import Comparison, compare
from tests.truth.runs import Finished

pytestmark = pytest.mark.timeout(600)  # the first to ask waits for all demos

MINUTE = 60 * 10**9
LIVE_HOUR = "2026-09-15T02:00:00.000000000Z"
"""Its start, 10:00 in the plant."""


def _compared(run: Finished, history: History) -> Comparison:
    """The figures of another history in the run's own windows."""
    start, end = run.history.start, run.history.end
    assert start is not None
    assert end is not None
    records = assess(run.plant, history, standard_windows(run.plant, start, end))
    return compare(run.truth["kpis"], [record.to_json() for record in records])


def _shifted(samples: Samples, by: int) -> Samples:
    return Samples(samples.ts + by, samples.value, samples.quality, samples.text)


def _later(history: History, by: int) -> History:
    """Every sample and announcement `by` ns later."""
    series = {name: _shifted(samples, by) for name, samples in history.series.items()}
    facts = {name: [(start + by, each) for start, each in rows] for name, rows in history.facts.items()}
    return replace(history, series=series, facts=facts)


def test_the_history_as_it_is_passes(clean_run: Finished) -> None:
    """So what fails below fails by the shift alone."""
    found = _compared(clean_run, clean_run.history)
    assert found.holds, found.report()


@pytest.mark.parametrize("by", [MINUTE, -MINUTE], ids=["late", "early"])
def test_known_time_a_minute_off_is_found(clean_run: Finished, by: int) -> None:
    found = _compared(clean_run, _later(clean_run.history, by))
    excluded = {violation.key[0] for violation in found.violations}
    assert {
        "equipment.availability",
        "equipment.oee",
        "production.count_good",
        "energy.electricity",
    } <= excluded
    assert len(found.violations) > found.compared // 10, found.report()


def test_what_came_over_the_sockets_is_found_as_well(clean_run: Finished) -> None:
    """The live hour alone. Five minutes: a stall of the machine may leave a minute at its edges open, rightly."""
    found = _compared(clean_run, _later(clean_run.history, 5 * MINUTE))
    live = {violation.key[1] for violation in found.violations if violation.key[2] == LIVE_HOUR}
    assert live, found.report()


def test_one_asset_a_minute_off_is_found(clean_run: Finished) -> None:
    """The states of one machine alone."""
    name = "CNC-01/state"
    series = dict(clean_run.history.series)
    series[name] = _shifted(series[name], MINUTE)
    found = _compared(clean_run, replace(clean_run.history, series=series))
    assert "equipment.availability" in {violation.key[0] for violation in found.violations}
    excluded = {violation.key[1] for violation in found.violations}
    assert {"CNC-01"} <= excluded <= {"CNC-01", "step machining", ""}, found.report()
