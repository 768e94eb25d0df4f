"""Looks at another process: its memory now and at most, and the CPU seconds of all its threads."""

import time
from dataclasses import dataclass

import psutil

LOOK = 0.25
"""Seconds between two looks at the memory."""
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory in MB (10^6 bytes, resident set), CPU as seconds per second of wall time."""

    peak: float
    last: float
    cpu: float
    seconds: float
    threads: int


class Watch:
    """From its making on the peak is kept; `measure` takes the CPU of a stretch."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0.0

    def look_for(self, seconds: float) -> None:
        """Watch the memory so long; psutil.NoSuchProcess when the process dies."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._peak = max(self._peak, self._memory())
            time.sleep(min(LOOK, left))

    def measure(self, seconds: float) -> Usage:
        """CPU over this stretch, memory at its end and the peak since the watch began."""
        begin, before = time.monotonic(), self._cpu()
        self.look_for(seconds)
        wall = time.monotonic() - begin
        used = self._cpu() - before
        last = self._memory()
        return Usage(max(self._peak, last), last, used / wall, wall, self._process.num_threads())

    def _memory(self) -> float:
        return float(self._process.memory_info().rss) / MB

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)
