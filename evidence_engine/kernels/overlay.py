"""Laying stretches over segments: which values may hold where either-stretches overlap (D5)."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled


@compiled
def overlay_masks(
    mask: NDArray[np.uint64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    bits: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """`mask`[n] with bits[k] set in the segments first[k] <= s < last[k] of each stretch k."""
    out = mask.copy()
    for k in range(len(bits)):
        for s in range(first[k], last[k]):
            out[s] |= bits[k]
    return out


@compiled
def overlay_ranges(
    level: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest of `level`[n] and of the two values of each stretch that covers a segment."""
    low = level.copy()
    high = level.copy()
    for k in range(len(one)):
        least = min(one[k], other[k])
        most = max(one[k], other[k])
        for s in range(first[k], last[k]):
            low[s] = min(low[s], least)
            high[s] = max(high[s], most)
    return low, high
