"""Wall-clock times as instants, in columns: what datetime and zoneinfo say of one, said of many at once (D9)."""

from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.instants import NS, wall_offset

Minutes = NDArray[np.int64]
"""Minutes that a wall clock shows since its 1970-01-01T00:00, as if no hour were ever left out or shown twice."""

MINUTES_A_DAY = 1440


def instants_of(wall: Minutes, zone: ZoneInfo) -> NDArray[np.int64]:
    """The instant of each wall-clock time, fold 0 (D9): the first of an hour shown twice; in an hour left out, as if the
    clock had not been set yet."""
    if not wall.size:
        return np.zeros(wall.shape, np.int64)
    first, last = (int(edge) // MINUTES_A_DAY for edge in (wall.min(), wall.max()))
    since, offset = _offsets(zone, first // _DAYS, last // _DAYS)
    return (wall * 60 - offset[np.searchsorted(since, wall, "right") - 1]) * NS


_DAYS = 366
"""Offsets are looked up this many days at once, and kept."""


@lru_cache(maxsize=4096)
def _offsets(zone: ZoneInfo, first: int, last: int) -> tuple[Minutes, NDArray[np.int64]]:
    """From which wall-clock minute on the clock is ahead of UTC by how many seconds, from spell `first` to `last`."""
    found = [row for spell in range(first, last + 1) for row in _spell(zone, spell)]
    since, offset = np.array(found, np.int64).T
    return since, offset


@lru_cache(maxsize=4096)
def _spell(zone: ZoneInfo, number: int) -> list[tuple[int, int]]:
    """The same of one spell of days.

    Asking each midnight misses no change: no zone ever set its clock twice within three days.
    """
    days = range(number * _DAYS, (number + 1) * _DAYS + 1)
    rows = [(day * MINUTES_A_DAY, wall_offset(day * MINUTES_A_DAY, zone)) for day in days]
    changes = [_change(zone, before, after) for before, after in pairwise(rows) if before[1] != after[1]]
    return [rows[0], *changes]


def _change(zone: ZoneInfo, before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    """The first minute with the offset of `after`, by halving."""
    low, high = before[0], after[0]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wall_offset(middle, zone) == before[1] else (low, middle)
    return high, after[1]
