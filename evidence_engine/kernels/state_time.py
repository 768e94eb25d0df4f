"""How long a held value was what, over some stretches of time, one loop over its segments."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled
from evidence_engine.kernels.stays import Line

MOST_VALUES = 64


@compiled
def time_of(line: Line, stretches: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """ns by value + 1 of the plain reading, and by mask: none is above the first one, which holds before all samples."""
    seen, masks = np.zeros(MOST_VALUES + 1, np.int64), np.zeros(line.may[0] + 1, np.int64)
    i = q = 0
    high = len(line.may) if len(stretches) else 0
    while i + 1 < high:  # the segment that holds the first instant
        middle = (i + high) // 2
        if line.border[middle] <= stretches[0, 0]:
            i = middle
        else:
            high = middle
    while q < len(stretches):
        start, end = line.border[i], line.border[i + 1]
        inside = 0
        while q < len(stretches) and stretches[q, 0] < end:
            inside += max(0, min(end, stretches[q, 1]) - max(start, stretches[q, 0]))
            if stretches[q, 1] > end:
                break
            q += 1
        seen[line.plain[i] + 1] += inside
        masks[line.may[i]] += inside
        i += 1
    return seen, masks
