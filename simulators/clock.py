"""Plant time: one scaled clock that all processes of a demo work out by the same formula (D32)."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000
MAX_SPEED = 600

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class PlantClock:
    """plant_ns = plant_origin_ns + (wall − real_origin_ns) × speed; `wall` gives UTC ns."""

    plant_origin_ns: int
    real_origin_ns: int
    speed: int
    wall: Callable[[], int] = time.time_ns

    def __post_init__(self) -> None:
        if not 1 <= self.speed <= MAX_SPEED:
            raise ValueError(f"speed: got {self.speed}, expected a whole number from 1 to {MAX_SPEED}")

    def now(self) -> int:
        """Plant time now, UTC ns."""
        return self.plant_origin_ns + (self.wall() - self.real_origin_ns) * self.speed

    def real_seconds(self, plant_ns: int) -> float:
        """How many real seconds a span of `plant_ns` lasts."""
        return plant_ns / SECOND / self.speed


def instant(text: str) -> int:
    """UTC ns of an instant with its zone, as `2026-11-24T08:00:00Z` or `…+08:00` (D1).

    Raises ValueError where the text is no instant or names no zone.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"got {text!r}, expected an instant with its zone, as 2026-11-24T08:00:00Z")
    whole, fraction, zone = match.groups()
    moment = datetime.fromisoformat(whole + ("+00:00" if zone == "Z" else zone))
    return (moment - EPOCH) // timedelta(seconds=1) * SECOND + int((fraction or "0").ljust(9, "0"))


def instant_text(ns: int) -> str:
    """The instant as JSON files carry it: `2026-11-24T08:00:00.000000000Z` (D1)."""
    seconds, rest = divmod(ns, SECOND)
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def utc(ns: int) -> datetime:
    """An aware datetime, cut to the microsecond that libraries can carry."""
    return EPOCH + timedelta(microseconds=ns // 1000)
