"""`floortruth demo` as a process of its own, and what is left of it."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

import psutil

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 150.0
"""Seconds that a machine busy with other tests may take from nothing to pages."""


class DemoRun:
    """A demo that was started; its messages are read as they come."""

    def __init__(self, process: subprocess.Popen[str], log: IO[str]) -> None:
        self.process, self._log = process, log
        self.began = time.monotonic()
        self.said = ""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def children(self) -> list[psutil.Process]:
        """What it has started and what still runs of that."""
        return list(psutil.Process(self.pid).children(recursive=True))

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Until it says something; AssertionError with all that it said where it ends before."""

        def found() -> re.Match[str] | None:
            ended = self.process.poll() is not None
            self.said += self._log.read()
            match = re.search(pattern, self.said)
            assert match or not ended, f"ended with {self.process.returncode}: {self.said}"
            return match

        return until(found, STARTS_WITHIN, lambda: f"no '{pattern}' in: {self.said}")

    def end_by(self, number: int) -> tuple[int, float]:
        """Send a signal; (exit status, seconds until it had ended)."""
        began = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(30)
        self.said += self._log.read()
        return status, time.monotonic() - began


def until(look: Callable[[], T | None], seconds: float, why: Callable[[], str]) -> T:
    """What `look` gives, once it gives something; AssertionError with `why` at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)
    return found


@contextmanager
def demo(
    folder: Path, *words: str, command: Sequence[str] = (sys.executable, "-m", "floortruth")
) -> Iterator[DemoRun]:
    """Run `floortruth demo words…` with its messages in `folder`; whatever happens, nothing of it stays."""
    path = folder / "said.txt"
    with path.open("w", encoding="utf-8") as out, path.open(encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "demo", "--lang", "en", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        )
        run = DemoRun(process, log)
        try:
            yield run
        finally:
            _clear_away(process)


def _clear_away(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for child in psutil.wait_procs(children, 10)[1]:
            child.kill()


def alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; what ended and was not yet collected does not."""
    return [process for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def page(url: str) -> str:
    """The text behind an address."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
