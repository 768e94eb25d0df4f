"""What every dense kernel takes: the columns of a series, and the spans of time that say what its samples prove.

A span holds samples that are read alike: start <= ts < end, their knowledge ends at `stop` at the latest (FIRST: they
prove nothing), or `hold` ns after them; the spans tile all time. A regime holds r and e from its start on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops


class Series(NamedTuple):
    """Columns of n samples, ascending in ts: int64, float64, uint8."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]


SPAN_COLUMNS = 9
START, STOP, HOLD, R, E, ACCEPTS, LOOSE, BASE, END = range(SPAN_COLUMNS)
"""Columns of a span, int64[k, SPAN_COLUMNS], ascending in START, the first at FIRST; END: where the next one starts.

ACCEPTS: the worst quality that counts as good · LOOSE: 1 without a link · BASE: what a declared exchange adds.
"""

REGIME_COLUMNS = 3
"""Columns of a regime: start, r, e: int64[k, 3], ascending, the first at FIRST."""


class Proof(NamedTuple):
    """spans and regimes of one series."""

    spans: NDArray[np.int64]
    regimes: NDArray[np.int64]


@only_for_loops
def span_after(spans: NDArray[np.int64], k: int, ts: int) -> int:
    """The index of the span that holds `ts`, at or after span k."""
    while spans[k, END] <= ts:
        k += 1
    return k


@compiled
def until_of(spans: NDArray[np.int64], k: int, ts: NDArray[np.int64], i: int) -> int:
    """When knowledge of a good sample i ends, which lies in span k (D3, D5)."""
    following = ts[i + 1] if i + 1 < len(ts) else 2**62
    end = min(spans[k, STOP], following, ts[i] + spans[k, HOLD])
    return int(max(end, ts[i]))


@compiled
def largest(regimes: NDArray[np.int64], column: int, first: int, last: int) -> int:
    """The largest r (column 1) or e (2) of the regimes that hold in [first, last) or at `first` (D31)."""
    at = len(regimes) - 1
    while at > 0 and regimes[at, 0] >= last and regimes[at, 0] > first:
        at -= 1
    found = regimes[at, column]
    while at > 0 and regimes[at, 0] > first:
        at -= 1
        found = max(found, regimes[at, column])
    return int(found)


@compiled
def worst(proof: Proof, k: int, ts: int, until: int) -> tuple[int, int]:
    """The largest r and e while a sample of span k is known, from `ts` until then (D31)."""
    if until <= proof.spans[k, END]:  # a span lies in one regime
        return proof.spans[k, R], proof.spans[k, E]
    return largest(proof.regimes, 1, ts, until), largest(proof.regimes, 2, ts, until)


@only_for_loops
def lower_bound(ts: NDArray[np.int64], instant: int, first: int) -> int:
    """The first sample at or after an instant, searched from behind `first` on."""
    low, step = first, 1
    while low + step < len(ts) and ts[low + step] < instant:
        low += step
        step *= 2
    high = min(low + step, len(ts))
    while low + 1 < high:
        middle = (low + high) // 2
        if ts[middle] < instant:
            low = middle
        else:
            high = middle
    return low + 1


@only_for_loops
def set_row(row: NDArray[np.int64], to: NDArray[np.int64]) -> None:
    """A row set to another as long. `rows[i] = other` compiles for seconds: what to say where the two don't fit."""
    for column in range(len(row)):
        row[column] = to[column]


@only_for_loops
def grown(rows: NDArray[np.int64], used: int) -> NDArray[np.int64]:
    """The same rows with room for row number `used`, twice the room each time: sparse lists never overflow."""
    size, columns = rows.shape
    if used < size:
        return rows
    room = 2 * size
    while used >= room:
        room *= 2
    larger = np.empty((room, columns), np.int64)
    for row in range(size):
        set_row(larger[row], rows[row])
    return larger
