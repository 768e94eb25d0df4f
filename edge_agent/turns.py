"""What is to be asked for, and when: one queue per line, on the plant's monotonic clock."""

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field

from evidence_engine.vocabulary.clock import Clock


@dataclass(order=True)
class Turn:
    """One reading that is due; ns of plant time."""

    due: int
    order: int
    device: str = field(compare=False)
    tags: tuple[int, ...] = field(compare=False)
    """Empty: the first values of the device."""
    period: int = field(compare=False)
    """0: once."""


class Turns:
    """Ordered by time; a wait is shortened when something earlier is pushed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[Turn] = []
        self._orders = itertools.count()
        self._hurry = asyncio.Event()

    def clear(self) -> None:
        """Nothing is to be asked for."""
        self._heap = []

    def forget(self, device: str) -> None:
        """Nothing is to be asked of this device: its readings are laid down anew when it answers."""
        self._heap = [turn for turn in self._heap if turn.device != device]
        heapq.heapify(self._heap)

    def push(self, device: str, tags: tuple[int, ...], due: int, period: int = 0) -> None:
        """Ask at `due`."""
        heapq.heappush(self._heap, Turn(due, next(self._orders), device, tags, period))
        self._hurry.set()

    async def next(self) -> Turn:
        """Wait for the next that is due, and take it."""
        while True:
            self._hurry.clear()
            wait = self._clock.real_seconds(self._heap[0].due - self._clock.elapsed()) if self._heap else None
            if wait is not None and wait <= 0:
                return heapq.heappop(self._heap)
            try:
                await asyncio.wait_for(self._hurry.wait(), wait)
            except TimeoutError:
                continue
