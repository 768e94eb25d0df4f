"""The demos with the bundled schedule of faults, one per seed, two at a time."""

import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import simulators
from tests.truth.runs import Finished, Running, start_demo

SCHEDULE = Path(simulators.__file__).parent / "plants" / "demo.faults.yaml"
STARTING_MIN = 15
"""Plant minutes until agent and collector are up; the schedule begins after them, so that all of it is seen."""
SEEDS = (1, 2, 3)
ORIGIN = "2026-09-15T10:00:00"
"""A Tuesday in the day shift: with the day before it, all of the history is working time."""
WHOLE_SCHEDULE_S = (STARTING_MIN + 120) * 60
"""Plant time that holds the bundled schedule and two ended hours."""


class FaultRuns:
    """The demos with the fault schedule, by seed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._running: list[Running] = []
        self._found: dict[int, Future[Finished]] = {}

    def of(self, seed: int) -> Finished:
        """The run of one seed; the first call starts them all."""
        if not self._found:
            for each in SEEDS:
                self._found[each] = self._pool.submit(self._run, each)
        return self._found[seed].result()

    def _run(self, seed: int) -> Finished:
        running = start_demo(
            self._folder / f"seed-{seed}",
            ORIGIN,
            WHOLE_SCHEDULE_S,
            settings={"seed": seed, "faults": self._later()},
        )
        self._running.append(running)
        return running.finish()

    def close(self) -> None:
        """Nothing of them stays behind."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for running in self._running:
            running.abandon()

    def _later(self) -> Path:
        """The bundled schedule, each fault STARTING_MIN later."""
        text = SCHEDULE.read_text(encoding="utf-8")
        later = re.sub(r"at: (\d+) min", lambda found: f"at: {int(found[1]) + STARTING_MIN} min", text)
        path = self._folder / "later.faults.yaml"
        path.write_text(later, encoding="utf-8")
        return path
