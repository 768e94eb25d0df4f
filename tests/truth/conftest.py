"""The demos that the truth tests share: each runs once, and those of the fault schedule two at a time."""

from collections.abc import Iterator

import pytest

from tests.truth.fault_runs import FaultRuns
from tests.truth.runs import Finished, start_demo


@pytest.fixture(scope="session")
def fault_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultRuns]:
    """Demos with the bundled schedule of faults."""
    runs = FaultRuns(tmp_path_factory.mktemp("faults"))
    yield runs
    runs.close()


@pytest.fixture(scope="session")
def clean_run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A demo without faults, its history without damage: live from 09:45 until past 11:00."""
    out = tmp_path_factory.mktemp("clean") / "out"
    return start_demo(out, "2026-09-15T09:45:00", 78 * 60, words=["--history-clean"]).finish()
