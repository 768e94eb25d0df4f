"""Runs of `floortruth demo` for the truth tests: started as a user would, ended by Ctrl-C at an instant of plant time."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from floortruth.evidence import read_history
from floortruth.files import read_plant
from tests.truth.compare import Comparison, Json, compare, read_records, read_truth

__all__ = ["SPEED", "Finished", "Running", "start_demo"]

SPEED = 160
"""Plant seconds per second."""
SECOND = 10**9
READY_WITHIN = 120.0
"""Real seconds that a noisy machine may take to get from nothing to a live plant."""
ENDS_WITHIN = 120.0
"""Real seconds from Ctrl-C to evidence, score and report."""


class DemoFailed(AssertionError):
    """A demo did not do what it was asked; str() holds what it and its processes said."""


@dataclass(frozen=True)
class Finished:
    """What a demo left behind."""

    out: Path

    @cached_property
    def truth(self) -> Json:
        """The plant's own record."""
        return read_truth(self.out / "truth.json")

    @cached_property
    def records(self) -> list[Json]:
        """The evidence."""
        return read_records(self.out / "evidence")

    @cached_property
    def comparison(self) -> Comparison:
        """Every truth against its record."""
        return compare(self.truth["kpis"], self.records)

    @cached_property
    def plant(self) -> Plant:
        """The plant file that the engine read."""
        return read_plant(self.out / "work" / "plant.yaml")

    @cached_property
    def history(self) -> History:
        """All that was collected."""
        work = self.out / "work"
        return read_history(self.plant, str(work / "store"), work / "plan.csv")


@dataclass(frozen=True)
class Running:
    """A demo that was started; `finish` waits for the instant at which it is to be ended."""

    process: subprocess.Popen[bytes]
    out: Path
    live_s: int
    """Plant seconds from the live start to Ctrl-C."""

    def finish(self) -> Finished:
        """Live until its instant, then Ctrl-C; DemoFailed where it does not leave with 0."""
        try:
            self._wait_for_end()
            self.process.send_signal(signal.SIGINT)
            status = self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            raise DemoFailed(f"the demo did not end\n{self._said()}") from None
        finally:
            self.abandon()
        if status != 0:
            raise DemoFailed(f"the demo left with status {status}\n{self._said()}")
        return Finished(self.out)

    def abandon(self) -> None:
        """End it, whatever it does; nothing where it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _wait_for_end(self) -> None:
        ports = self.out / "work" / "ports.json"
        deadline = time.monotonic() + READY_WITHIN
        while not ports.exists():
            if time.monotonic() > deadline:
                raise DemoFailed(f"the plant was not live within {READY_WITHIN:.0f} s\n{self._said()}")
            self._let_pass(0.1)
        clock = json.loads(ports.read_text(encoding="utf-8"))["clock"]
        ends_ns = clock["real_origin_ns"] + self.live_s * SECOND // clock["speed"]
        self._let_pass(max(0.0, (ends_ns - time.time_ns()) / SECOND))

    def _let_pass(self, seconds: float) -> None:
        """Waits for the process itself, which must not end yet."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise DemoFailed(f"the demo ended by itself with status {status}\n{self._said()}")

    def _said(self) -> str:
        logs = [self.out.with_suffix(".log"), *sorted((self.out / "work" / "logs").glob("*.log"))]
        tails = [f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs if log.exists()]
        return "\n".join(tails)


def start_demo(
    out: Path,
    origin: str,
    live_s: int,
    words: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
) -> Running:
    """`floortruth demo` with one day of history, at SPEED unless `settings` say otherwise."""
    chosen: dict[str, object] = {"speed": SPEED, "history-days": 1, "origin": origin, "out": out}
    chosen |= {"port": _free_port()} | dict(settings or {})
    options = [part for name, value in chosen.items() for part in (f"--{name}", str(value))]
    with out.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "floortruth", "demo", *options, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Running(process, out, live_s)


def _free_port() -> int:
    """A port for the pages that no other demo of this machine is about to take."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
