"""The demos that the truth tests share: each runs once, one at a time, since a second one stalls the first."""

import re
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import simulators
from tests.truth.runs import Finished, Running, start_demo

SCHEDULE = Path(simulators.__file__).parent / "plants" / "demo.faults.yaml"
SEEDS = (1, 2, 3)
CLEAN = "clean"
ORIGIN = "2026-09-15T09:45:00"
"""A Tuesday in the day shift: with the day before it, nearly all of the history is working time."""
STARTING_MIN = 15
"""Plant minutes until agent and collector are up; the schedule begins after them, at 10:00, so that all of it is seen."""
TWO_HOURS_S = (STARTING_MIN + 124) * 60
"""Plant time that holds the schedule and the ended hours from 10:00 to 12:00."""
CLEAN_ORIGIN = "2026-09-15T09:30:00"
ONE_HOUR_S = 93 * 60
"""Plant time that holds the start and the ended hour from 10:00 to 11:00, looked at over both its edges."""

OVER_THE_EDGE = """
# What a truth can tell best: faults that lie over 11:00, the edge of two windows.
- {at: 50 min, for: 620 s, kind: clock_step, device: cell-b, by: 90}   # set back at 11:00:20, just after a keyframe
- {at: 56 min, for: 8 min, kind: frozen_value, device: cell-a, asset: CNC-01, signal: [state, count_total, count_good]}
- {at: 57 min, for: 6 min, kind: link_cut, device: press}
- {at: 58 min, for: 4 min, kind: bad_quality, device: furnace}
"""


class Demos:
    """Demos by name: `clean` without faults, `1`, `2`, `3` with the bundled schedule and that seed."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._folder = folder
        self._schedule = _schedule(folder / "later.faults.yaml")
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._running: list[Running] = []
        self._found: dict[str, Future[Finished]] = {
            name: self._pool.submit(self._run, name) for name in names
        }

    def of(self, name: str) -> Finished:
        """What a demo left, once it has ended; DemoFailed where it failed."""
        return self._found[name].result()

    def _run(self, name: str) -> Finished:
        out = self._folder / name
        if name == CLEAN:
            running = start_demo(out, CLEAN_ORIGIN, ONE_HOUR_S, words=["--history-clean"])
        else:
            settings = {"seed": name, "faults": self._schedule}
            running = start_demo(out, ORIGIN, TWO_HOURS_S, settings=settings)
        self._running.append(running)
        return running.finish()

    def close(self) -> None:
        """Nothing of them stays behind."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for running in self._running:
            running.abandon()


def _schedule(path: Path) -> Path:
    """The bundled schedule and what lies over the edge, each fault STARTING_MIN later, as a file."""
    text = SCHEDULE.read_text(encoding="utf-8") + OVER_THE_EDGE
    later = re.sub(r"at: (\d+) min", lambda found: f"at: {int(found[1]) + STARTING_MIN} min", text)
    path.write_text(later, encoding="utf-8")
    return path
