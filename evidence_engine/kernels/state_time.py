"""How long a held value was what, over some stretches of time, one loop over its segments."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evidence_engine.kernels.stays import FIRST, LAST, Line

MOST_VALUES = 64


@njit(nogil=True, cache=True)
def time_of(
    line: Line, stretches: NDArray[np.int64], full: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """ns by value + 1 of the plain reading, and by mask up to `full`, which may hold before and after all segments."""
    seen, masks = np.zeros(MOST_VALUES + 1, np.int64), np.zeros(full + 1, np.int64)
    n = len(line.may)
    i, q = -1, 0
    while q < len(stretches):
        value, mask = -1, full
        if 0 <= i < n:
            value, mask = int(line.plain[i]), int(line.may[i])
        start = line.border[i] if i >= 0 else FIRST
        end = line.border[i + 1] if i < n else LAST
        inside = 0
        while q < len(stretches) and stretches[q, 0] < end:
            inside += max(0, min(end, stretches[q, 1]) - max(start, stretches[q, 0]))
            if stretches[q, 1] > end:
                break
            q += 1
        seen[value + 1] += inside
        masks[mask] += inside
        i = i + 1 if i >= 0 else _segment_at(line.border, stretches[0, 0])
    return seen, masks


@njit(nogil=True, cache=True)
def _segment_at(border: NDArray[np.int64], instant: int) -> int:
    """The first segment that ends after an instant."""
    low, high = 0, len(border)
    while low < high:
        middle = (low + high) // 2
        if border[middle] <= instant:
            low = middle + 1
        else:
            high = middle
    return max(low - 1, 0)
