"""The processes of a demo: started with their output in log files, ended in order, never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from evidence_engine.documents import BadInput
from floortruth.asked import Asked
from floortruth.tied import TIED

POLL = 0.02
"""Seconds between two looks at what is waited for."""

PATIENCE = 1.0
"""Seconds that all children together may take to end when nobody waits for what they still have to say."""


class Stopped(Exception):
    """Somebody asked the demo to end, while it was busy with something else."""


class Children:
    """Child processes by name; leaving the block ends all that still run."""

    def __init__(self, logs: Path, stop: Asked) -> None:
        self._logs, self._stop = logs, stop
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, words: Sequence[str], env: dict[str, str] | None = None) -> None:
        """Run `floortruth words…` with its output in `<name>.log`; Ctrl-C reaches the parent only, its end the child too."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "floortruth", *words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | {TIED: "1"} | (env or {}),
                start_new_session=True,
            )

    def go_on(self) -> None:
        """Raises Stopped once somebody asked for the end."""
        if self._stop.is_set():
            raise Stopped

    def check(self) -> None:
        """Raises BadInput where a child died by itself, Stopped after Ctrl-C."""
        self.go_on()
        self.all_alive()

    def all_alive(self) -> None:
        """Raises BadInput with the last line that a child said when it died by itself."""
        for name, child in self._running.items():
            if child.poll() is not None:
                raise BadInput(
                    f"{name} stopped by itself (status {child.returncode}): {self.last_words(name)}"
                )

    def wait_for(self, path: Path, seconds: float, what: str) -> None:
        """Until a file appears; BadInput when a child dies or time is up."""
        deadline = time.monotonic() + seconds
        while not path.exists():
            self.check()
            if time.monotonic() > deadline:
                raise BadInput(
                    f"{what} did not come within {seconds:.0f} s; it last said: {self.last_words('sim')}"
                )
            time.sleep(POLL)

    def ask(self, name: str) -> None:
        """Ask one to end, without waiting."""
        child = self._running.get(name)
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)

    def stop(self, name: str, seconds: float) -> int | None:
        """Ask one to end, wait so long, then force it; its status, None where it does not run."""
        self.ask(name)
        child = self._running.pop(name, None)
        if child is None:
            return None
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()
        finally:
            assert child.stdin is not None
            child.stdin.close()

    def last_words(self, name: str) -> str:
        """The last line of a child's log."""
        lines = (
            (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        )
        return lines[-1] if lines else "it said nothing"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """All are asked at once and share one patience."""
        deadline = time.monotonic() + PATIENCE
        for name in self._running:
            self.ask(name)
        for name in list(self._running):
            self.stop(name, max(0.0, deadline - time.monotonic()))
