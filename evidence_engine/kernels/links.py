"""The heartbeats of a connection in one pass: stretches proven up and down, and those that it speaks for (D2, D3)."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled
from evidence_engine.kernels.series import Series, grown

UP, DOWN, SPEAKS = 0, 1, 2


@compiled
def _beat(of: Series, i: int) -> int:
    """1, 0 or -1; a row that is not good, or says anything else, proves nothing: 0."""
    if of.quality[i] != 0:
        return 0
    if of.value[i] == 1.0:
        return 1
    return -1 if of.value[i] == -1.0 else 0


@compiled
def proofs(
    of: Series, since: NDArray[np.int64], timeout: NDArray[np.int64], between: int
) -> NDArray[np.int64]:
    """Stretches int64[m, 3] of (UP | DOWN | SPEAKS, start, end), each kind ascending.

    timeout[k] holds from since[k] on, since[0] before all rows · between: how far apart two failed attempts prove
    that it was down between them.
    """
    n = len(of.ts)
    rows = np.empty((64, 3), np.int64)
    m, k, i = 0, 0, 0
    before = 0  # the beat of the row before, none: not a 0 to reach back to
    has_before = False
    while i < n:
        beat = _beat(of, i)
        first = i
        if beat == 1:
            while True:
                while k + 1 < len(since) and since[k + 1] <= of.ts[i]:
                    k += 1
                edge = since[k + 1] if k + 1 < len(since) else np.int64(2**62)
                longest = timeout[k]
                while (
                    i + 1 < n
                    and of.ts[i] < edge
                    and of.value[i + 1] == 1.0
                    and of.quality[i + 1] == 0
                    and of.ts[i + 1] - of.ts[i] <= longest
                ):
                    i += 1
                if of.ts[i] < edge:
                    break
            start = of.ts[first - 1] if has_before and before == 0 else of.ts[first]
            rows = grown(grown(rows, m), m + 1)
            if i > first:
                rows[m] = UP, of.ts[first], of.ts[i]
                m += 1
            if start < of.ts[i]:
                rows[m] = SPEAKS, start, of.ts[i]
                m += 1
        elif beat == -1:
            while i + 1 < n and _beat(of, i + 1) == -1 and of.ts[i + 1] - of.ts[i] <= between:
                i += 1
            if i > first:
                rows = grown(rows, m)
                rows[m] = DOWN, of.ts[first], of.ts[i]
                m += 1
        before, has_before = beat, True
        i += 1
    return rows[:m].copy()
