"""Tells that the wall clock was set, by how far it has left the monotonic one (D2)."""

from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS

STEP = NS
"""Real ns by which the wall clock may leave the monotonic one before it counts as set."""


class ClockWatch:
    """Asked as often as one likes: each step is told once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apart = clock.wall() - clock.monotonic()

    def step(self) -> int:
        """Real ns by which the wall clock was set since it was last asked; 0 where it was not."""
        apart = self._clock.wall() - self._clock.monotonic()
        moved = apart - self._apart
        if abs(moved) <= STEP:
            return 0
        self._apart = apart
        return moved
