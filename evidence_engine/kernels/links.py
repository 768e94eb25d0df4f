"""The heartbeats of a connection in one pass: stretches proven up and down, and those that it speaks for (D2, D3)."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops
from evidence_engine.kernels.series import Series, grown, lower_bound

UP, DOWN, SPEAKS = 0, 1, 2


@only_for_loops
def _beat(of: Series, i: int) -> int:
    """1, 0 or -1; a row that is not good, or says anything else, proves nothing: 0."""
    if of.quality[i] != 0:
        return 0
    if of.value[i] == 1.0:
        return 1
    return -1 if of.value[i] == -1.0 else 0


@only_for_loops
def _ones(of: Series, first: int, last: int, longest: int) -> int:
    """The last of the 1s that follow the one at `first` up to `last`, each at most `longest` after the one before."""
    before = of.ts[first]
    ts, value, quality = (
        of.ts[first + 1 : last + 1],
        of.value[first + 1 : last + 1],
        of.quality[first + 1 : last + 1],
    )
    for j in range(len(ts)):
        if value[j] != 1.0 or quality[j] != 0 or ts[j] - before > longest:
            return first + j
        before = ts[j]
    return first + len(ts)


@compiled
def _add(rows: NDArray[np.int64], m: int, what: int, start: int, end: int) -> int:
    """The number of rows with this stretch, if it is one; there is room for it."""
    if start >= end:
        return m
    rows[m, 0], rows[m, 1], rows[m, 2] = what, start, end
    return m + 1


@compiled
def proofs(
    of: Series, since: NDArray[np.int64], timeout: NDArray[np.int64], between: int
) -> NDArray[np.int64]:
    """Stretches int64[m, 3] of (UP | DOWN | SPEAKS, start, end), each kind ascending.

    timeout[k] holds from since[k] on, since[0] before all rows · between: how far apart two failed attempts prove
    that it was down between them.
    """
    n, turns = len(of.ts), len(since)
    rows = np.empty((64, 3), np.int64)
    m, k, i = 0, 0, 0
    before = 1  # the beat of the row before, none: not a 0 to reach back to
    while i < n:
        beat = _beat(of, i)
        first = i
        if beat == 1:
            is_whole = False
            while not is_whole:
                while k + 1 < turns and since[k + 1] <= of.ts[i]:
                    k += 1
                edge = n if k + 1 == turns else lower_bound(of.ts, since[k + 1], i)
                i = _ones(of, i, min(edge, n - 1), timeout[k])
                is_whole = i < edge
            rows = grown(rows, m + 1)
            m = _add(rows, m, UP, of.ts[first], of.ts[i])
            m = _add(rows, m, SPEAKS, of.ts[first - 1] if before == 0 else of.ts[first], of.ts[i])
        elif beat == -1:
            while i + 1 < n and _beat(of, i + 1) == -1 and of.ts[i + 1] - of.ts[i] <= between:
                i += 1
            rows = grown(rows, m)
            m = _add(rows, m, DOWN, of.ts[first], of.ts[i])
        before = beat
        i += 1
    return rows[:m]
