"""The one clock that a process of ours is given: plant time, which a demo may let run faster (D32).

Nothing here reads a real clock: the process hands in its sources, so the engine stays pure and a test owns time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evidence_engine.vocabulary.instants import NS


@dataclass(frozen=True, slots=True)
class Clock:
    """plant instant = plant_origin + (real wall − real_origin) × speed; with speed 1 and equal origins: wall time.

    wall, monotonic: sources of real nanoseconds (`time.time_ns`, `time.monotonic_ns`).
    """

    wall: Callable[[], int]
    monotonic: Callable[[], int]
    real_origin: int = 0
    plant_origin: int = 0
    speed: int = 1

    def now(self) -> int:
        """The plant instant, ns UTC."""
        return self.plant_origin + (self.wall() - self.real_origin) * self.speed

    def elapsed(self) -> int:
        """Monotonic nanoseconds of plant time since an arbitrary origin: for periods, blind to clock steps."""
        return self.monotonic() * self.speed

    def plant_ns(self, real_seconds: float) -> int:
        """An interval of a configuration (real seconds) in ns of plant time."""
        return round(real_seconds * NS) * self.speed

    def real_seconds(self, plant_ns: int) -> float:
        """How long a span of plant time takes in reality."""
        return plant_ns / (NS * self.speed)

    def to_text(self) -> str:
        """`real_origin,plant_origin,speed`: how a demo hands its clock to another process."""
        return f"{self.real_origin},{self.plant_origin},{self.speed}"


def clock_of_text(text: str, wall: Callable[[], int], monotonic: Callable[[], int]) -> Clock:
    """Read what `to_text` wrote; ValueError with one sentence where it is something else."""
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() for part in parts) or int(parts[2]) < 1:
        raise ValueError(f"clock '{text}', expected real_origin,plant_origin,speed in whole nanoseconds")
    real, plant, speed = (int(part) for part in parts)
    return Clock(wall, monotonic, real, plant, speed)
