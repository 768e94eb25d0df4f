"""A sampled level over time: exact integrals of the plain reading and of what either-stretches add or take (D5, D25).

Sums of level × ns are kept in limbs of 31 bits, three of them, so that no level and no length overflows (D18). Every
EVERY samples the sums so far are put down; what lies between is summed again when somebody asks.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evidence_engine.kernels.held import EXACT, INEXACT, LOOSE_GOOD, UNCERTAIN_GOOD, Coding, decoded, level_of
from evidence_engine.kernels.series import (
    ACCEPTS,
    END,
    HOLD,
    LOOSE,
    START,
    STOP,
    E,
    Proof,
    R,
    Series,
    grown,
    largest,
    span_after,
    until_of,
)

EVERY = 256
"""Samples between two sums that are put down."""

SUMS = 11
VALUE, BELOW, ABOVE, KNOWN, OVER = 0, 3, 6, 9, 10
"""Columns of sums: three limbs each of level × ns by the plain reading, and of how far the either-stretches reach
below and above it; then ns in which it is known, and known to be above the rating."""

_LIMB, _MASK = 31, 2**31 - 1
_ROUND = float(3 * 2**51)
_SMALL = float(2**50)


class Power(NamedTuple):
    """A sampled series: `rated` in quanta, 2**62 where nothing is rated · error: the largest e of its regimes."""

    of: Series
    proof: Proof
    coding: Coding
    rated: int
    error: int


@njit(nogil=True, cache=True)
def add(sums: NDArray[np.int64], at: int, level: int, length: int) -> None:
    """level × length, both below 2**62."""
    high, low = level >> _LIMB, level & _MASK
    d1, d0 = length >> _LIMB, length & _MASK
    carry = sums[at] + low * d0
    sums[at] = carry & _MASK
    carry = (carry >> _LIMB) + sums[at + 1] + low * d1
    sums[at + 2] += high * d1 + (carry >> _LIMB)
    carry = (carry & _MASK) + (high * d0 & _MASK)
    sums[at + 1] = carry & _MASK
    sums[at + 2] += (high * d0 >> _LIMB) + (carry >> _LIMB)


@njit(nogil=True, cache=True)
def _span_near(spans: NDArray[np.int64], k: int, ts: int) -> int:
    while spans[k, START] > ts:
        k -= 1
    return span_after(spans, k, ts)


@njit(nogil=True, cache=True)
def _until(power: Power, k: int, i: int) -> int:
    """When knowledge of sample i ends, its own ts where it is not good."""
    _, fits = decoded(power.of.value[i], power.coding)
    if not fits or power.of.quality[i] > power.proof.spans[k, ACCEPTS]:
        return int(power.of.ts[i])
    return until_of(power.proof.spans, k, power.of.ts, i)


@njit(nogil=True, cache=True)
def _follows(power: Power, k: int, m: int) -> bool:
    """Whether sample m and the time right before it are known; k: a span near it."""
    ts = power.of.ts
    if m < 1 or m >= len(ts):
        return False
    one, other = _span_near(power.proof.spans, k, ts[m - 1]), _span_near(power.proof.spans, k, ts[m])
    return bool(_until(power, one, m - 1) == ts[m] and _until(power, other, m) > ts[m])


@njit(nogil=True, cache=True)
def _either(power: Power, k: int, m: int) -> tuple[int, int, int, int]:
    """(start, end, lower, higher) of the change between the samples m - 1 and m of one run of knowledge (D5)."""
    ts, spans, regimes = power.of.ts, power.proof.spans, power.proof.regimes
    here = _span_near(spans, k, ts[m])
    resolution = max(largest(regimes, 1, ts[m - 1], ts[m]), spans[here, R])
    error = max(largest(regimes, 2, ts[m - 1], ts[m]), spans[here, E])
    one = level_of(power.of.value[m - 1], power.coding.scale)
    other = level_of(power.of.value[m], power.coding.scale)
    start = max(ts[m - 1], ts[m] - resolution) - error
    return start, ts[m] + error, min(one, other), max(one, other)


@njit(nogil=True, cache=True)
def add_known(power: Power, k: int, i: int, span: tuple[int, int], sums: NDArray[np.int64]) -> None:
    """The part [start, end) of the time in which good sample i of span k is known."""
    ts, (start, end) = power.of.ts, span
    level = level_of(power.of.value[i], power.coding.scale)
    add(sums, VALUE, level, end - start)
    sums[KNOWN] += end - start
    if level > power.rated:
        sums[OVER] += end - start
    first, last = i, i
    while ts[first] > start - power.error and _follows(power, k, first):
        first -= 1
    while ts[last] < end + power.error and _follows(power, k, last + 1):
        last += 1
    if first == last:
        return
    near = np.empty((last - first, 4), np.int64)
    for m in range(first + 1, last + 1):
        near[m - first - 1] = _either(power, k, m)
    while start < end:
        upto, low, high = end, level, level
        for m in range(len(near)):
            if near[m, 0] > start:
                upto = min(upto, near[m, 0])
            elif near[m, 1] > start:
                upto = min(upto, near[m, 1])
                low, high = min(low, near[m, 2]), max(high, near[m, 3])
        if low < level:
            add(sums, BELOW, level - low, upto - start)
        if high > level:
            add(sums, ABOVE, high - level, upto - start)
        start = upto


@njit(nogil=True, cache=True)
def _flags(power: Power, k: int, i: int) -> int:
    found = LOOSE_GOOD if power.proof.spans[k, LOOSE] == 1 else 0
    if power.of.quality[i] > 0:
        found |= UNCERTAIN_GOOD
    if abs(level_of(power.of.value[i], power.coding.scale)) > EXACT:
        found |= INEXACT
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def steady(power: Power, k: int, first: int, last: int, sums: NDArray[np.int64]) -> int:
    """From good sample `first` of span k on over known samples up to `last`, where e is 0; returns where it ends.

    The time of each sample that it goes past is summed, the last one's is not.
    """
    ts, value, quality = power.of.ts, power.of.value, power.of.quality
    spans, scale, rated = power.proof.spans, power.coding.scale, power.rated
    edge = min(spans[k, STOP], spans[k, END])
    accepts, hold, r = spans[k, ACCEPTS], spans[k, HOLD], spans[k, R]
    if not abs(value[first] * scale) < _SMALL:
        return first
    level, before = int((value[first] * scale + _ROUND) - _ROUND), ts[first]
    v0, v1, known, over, at = 0, 0, 0, 0, first
    for i in range(first + 1, last + 1):
        x = value[i] * scale
        t = ts[i]
        length = t - before
        if t >= edge or quality[i] > accepts or not abs(x) < _SMALL or length > hold:
            break
        following = int((x + _ROUND) - _ROUND)
        if level >> _LIMB != 0 or length >> 42 != 0:
            add(sums, VALUE, level, length)
        else:
            v0 += level * (length & _MASK)
            v1 += level * (length >> _LIMB) + (v0 >> _LIMB)
            v0 &= _MASK
        known += length
        if level > rated:
            over += length
        if r > 0 and following != level:
            if following < level:
                add(sums, BELOW, level - following, min(length, r))
            else:
                add(sums, ABOVE, following - level, min(length, r))
        level, before, at = following, t, i
    add(sums, VALUE, v1, 1 << _LIMB)
    add(sums, VALUE, v0, 1)
    sums[KNOWN] += known
    sums[OVER] += over
    return at


RUN_COLUMNS = 4
"""Columns of a run of knowledge: start, end, and how much of its head and of its tail is not sure (D5)."""


@njit(nogil=True, cache=True)
def integrate(power: Power) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Sums before sample 0, EVERY, 2 × EVERY …: int64[m, SUMS]; the runs of knowledge; the kernels' flags."""
    ts, spans, regimes = power.of.ts, power.proof.spans, power.proof.regimes
    n = len(ts)
    marks = np.zeros((n // EVERY + 1, SUMS), np.int64)
    runs = np.empty((64, RUN_COLUMNS), np.int64)
    sums = np.zeros(SUMS, np.int64)
    m, flags, k, i, marked = 0, 0, 0, 0, 0
    begin, head, end, tail = 0, 0, -(2**62), 0
    while i < n:
        if i == marked:
            marks[i // EVERY] = sums
            marked += EVERY
        k = span_after(spans, k, ts[i])
        _, fits = decoded(power.of.value[i], power.coding)
        if not fits or power.of.quality[i] > spans[k, ACCEPTS]:
            i += 1
            continue
        flags |= _flags(power, k, i)
        until = until_of(spans, k, ts, i)
        if until > ts[i]:
            if end != ts[i]:
                if end > begin:
                    if m == len(runs):
                        runs = grown(runs, m)
                    runs[m] = begin, end, head, tail
                    m += 1
                begin, head = ts[i], spans[k, E]
            if power.error == 0 and until == (ts[i + 1] if i + 1 < n else -1):
                at = steady(power, k, i, min(marked, n - 1), sums)
                if spans[k, ACCEPTS] > 0 and (power.of.quality[i : at + 1] > 0).any():
                    flags |= UNCERTAIN_GOOD
                if at > i:
                    i, end = at, ts[at]
                    continue
            add_known(power, k, i, (ts[i], until), sums)
            end = until
            tail = largest(regimes, 1, ts[i], until) + largest(regimes, 2, ts[i], until)
        i += 1
    if end > begin:
        if m == len(runs):
            runs = grown(runs, m)
        runs[m] = begin, end, head, tail
        m += 1
    return marks, runs[:m].copy(), flags


@njit(nogil=True, cache=True)
def sums_at(power: Power, marks: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums before each instant, int64[q, SUMS]; the instants ascend."""
    ts, spans = power.of.ts, power.proof.spans
    out = np.zeros((len(instants), SUMS), np.int64)
    sums = np.zeros(SUMS, np.int64)
    k, i = 0, 0
    for q in range(len(instants)):
        row = np.searchsorted(ts, instants[q], "right") - 1
        if row < 0:
            continue
        if q == 0 or row // EVERY != i // EVERY or i > row:
            i = row // EVERY * EVERY
            sums[:] = marks[i // EVERY]
        while i < row:
            k = _span_near(spans, k, ts[i])
            until = _until(power, k, i)
            if until > ts[i]:
                at = i
                if power.error == 0 and until == ts[i + 1]:
                    at = steady(power, k, i, row, sums)
                if at > i:
                    i = at
                    continue
                add_known(power, k, i, (ts[i], until), sums)
            i += 1
        k = _span_near(spans, k, ts[row])
        until = min(_until(power, k, row), instants[q])
        out[q] = sums
        if until > ts[row]:
            add_known(power, k, row, (ts[row], until), out[q])
    return out
