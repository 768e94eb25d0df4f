"""A sampled level over time: exact integrals of the plain reading and of what either-stretches add or take (D5, D25).

Sums of level × ns are kept in limbs of 31 bits, three of them, so that no level and no length overflows (D18). Every
EVERY samples the sums so far are put down; what lies between is summed again when somebody asks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops
from evidence_engine.kernels.held import EXACT, INEXACT, LOOSE_GOOD, UNCERTAIN_GOOD, Coding, level_of
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
    set_row,
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
_HALF, _LOW = 20, 2**20 - 1
_LARGE, _LONG = float(2**33), 2**40
"""Levels and lengths below them are summed in two halves, EVERY of them without a carry: 33 + 20 + 8 bits."""


class Power(NamedTuple):
    """A sampled series: `rated` in quanta, 2**62 where nothing is rated · resolution, error: the largest r and e."""

    of: Series
    proof: Proof
    coding: Coding
    rated: int
    resolution: int
    error: int


@compiled
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


@only_for_loops
def _span_near(spans: NDArray[np.int64], k: int, ts: int) -> int:
    while spans[k, START] > ts:
        k -= 1
    return span_after(spans, k, ts)


@only_for_loops
def _until(of: Series, spans: NDArray[np.int64], too_large: float, k: int, i: int) -> int:
    """When knowledge of sample i ends, its own ts where it is not good."""
    if of.quality[i] > spans[k, ACCEPTS] or not abs(of.value[i]) < too_large:
        return int(of.ts[i])
    return until_of(spans, k, of.ts, i)


@only_for_loops
def _follows(of: Series, spans: NDArray[np.int64], too_large: float, k: int, m: int) -> bool:
    """Whether sample m and the time right before it are known; k: a span near it."""
    if m < 1 or m >= len(of.ts):
        return False
    one, other = _span_near(spans, k, of.ts[m - 1]), _span_near(spans, k, of.ts[m])
    upto = _until(of, spans, too_large, one, m - 1)
    return bool(upto == of.ts[m] and _until(of, spans, too_large, other, m) > upto)


@compiled
def _either(of: Series, proof: Proof, scale: int, k: int, m: int) -> tuple[int, int, int, int]:
    """(start, end, lower, higher) of the change between the samples m - 1 and m of one run of knowledge (D5)."""
    ts, here = of.ts, _span_near(proof.spans, k, of.ts[m])
    resolution = max(largest(proof.regimes, 1, ts[m - 1], ts[m]), proof.spans[here, R])
    error = max(largest(proof.regimes, 2, ts[m - 1], ts[m]), proof.spans[here, E])
    one, other = level_of(of.value[m - 1], scale), level_of(of.value[m], scale)
    start = max(ts[m - 1], ts[m] - resolution) - error
    return start, ts[m] + error, min(one, other), max(one, other)


class Near(NamedTuple):
    """Changes that may overlap the time of a sample: a ring of (start, end, lower, higher), int64[2**q, 4], change m in
    row m % 2**q; held: the first change in it, and the one after the last."""

    rows: NDArray[np.int64]
    held: NDArray[np.int64]


@only_for_loops
def nothing_near() -> Near:
    """A ring without a change."""
    return Near(np.empty((8, 4), np.int64), np.zeros(2, np.int64))


@only_for_loops
def _in_more_room(near: Near) -> Near:
    """The same changes in a larger ring, if this one is full."""
    rows, first, last = near.rows, near.held[0], near.held[1]
    if last - first < len(rows):
        return near
    larger = np.empty((2 * len(rows), 4), np.int64)
    for m in range(first, last):
        set_row(larger[m & len(larger) - 1], rows[m & len(rows) - 1])
    return Near(larger, near.held)


@only_for_loops
def _gathered(power: Power, k: int, i: int, span: tuple[int, int], near: Near) -> Near:
    """The ring with every change that overlaps a part of sample i's time; the next part may hold some of them too."""
    of, proof, held, (start, end) = power.of, power.proof, near.held, span
    ts, too_large = of.ts, power.coding.too_large
    if not held[0] - 1 <= i < held[1]:
        first = i
        while ts[first] > start - power.error and _follows(of, proof.spans, too_large, k, first):
            first -= 1
        held[0] = held[1] = first + 1
    while held[0] <= i and ts[held[0]] <= start - power.error:
        held[0] += 1
    m = held[1]
    while m < len(ts) and max(ts[m - 1], ts[m] - power.resolution) - power.error < end:
        if not _follows(of, proof.spans, too_large, k, m):
            break
        near = _in_more_room(near)
        rows, row = near.rows, m & len(near.rows) - 1
        rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3] = _either(of, proof, power.coding.scale, k, m)
        m += 1
        held[1] = m
    return near


@only_for_loops
def add_known(
    power: Power, k: int, i: int, span: tuple[int, int], sums: NDArray[np.int64], near: Near
) -> Near:
    """The part [start, end) of the time in which good sample i of span k is known; parts ascend as long as a ring lasts."""
    start, end = span
    level = level_of(power.of.value[i], power.coding.scale)
    add(sums, VALUE, level, end - start)
    sums[KNOWN] += end - start
    if level > power.rated:
        sums[OVER] += end - start
    near = _gathered(power, k, i, span, near)
    rows, first, last = near.rows, near.held[0], near.held[1]
    while start < end:
        upto, low, high = end, level, level
        for m in range(first, last):
            row = m & len(rows) - 1
            if rows[row, 0] > start:
                upto = min(upto, rows[row, 0])
            elif rows[row, 1] > start:
                upto = min(upto, rows[row, 1])
                low, high = min(low, rows[row, 2]), max(high, rows[row, 3])
        if low < level:
            add(sums, BELOW, level - low, upto - start)
        if high > level:
            add(sums, ABOVE, high - level, upto - start)
        start = upto
    return near


@only_for_loops
def _flags(power: Power, k: int, i: int) -> int:
    found = LOOSE_GOOD if power.proof.spans[k, LOOSE] == 1 else 0
    if power.of.quality[i] > 0:
        found |= UNCERTAIN_GOOD
    if abs(level_of(power.of.value[i], power.coding.scale)) > EXACT:
        found |= INEXACT
    return found


@compiled
def _goes_on(power: Power, k: int, first: int, last: int) -> int:
    """The last sample up to `last` that good sample `first` of span k goes on to without a gap and beyond no limit.

    With e above 0 no two changes on the way overlap, and none reaches into the time before or after it.
    """
    spans, scale = power.proof.spans, float(power.coding.scale)
    edge, accepts, e = min(spans[k, STOP], spans[k, END]), spans[k, ACCEPTS], spans[k, E]
    apart, room = (spans[k, R] + 2 * e if e > 0 else 0), min(spans[k, HOLD], _LONG)
    before, n = power.of.ts[first], last - first
    ts, value = power.of.ts[first + 1 : last + 1], power.of.value[first + 1 : last + 1]
    quality = power.of.quality[first + 1 : last + 1]
    for i in range(len(ts)):
        length = ts[i] - before
        if ts[i] >= edge or quality[i] > accepts or not abs(value[i] * scale) < _LARGE:
            n = i
            break
        if length > room or length < apart:
            n = i
            break
        before = ts[i]
    if e == 0 or n == 0:
        return first + n
    after = first + n + 1
    is_free = after < len(power.of.ts) and power.of.ts[after] < edge and power.of.ts[after] - before >= apart
    return first + n if is_free else first + n - 1


@compiled
def steady(power: Power, k: int, first: int, last: int, sums: NDArray[np.int64]) -> int:
    """From good sample `first` of span k on over known samples up to `last`, EVERY at most; returns where it ends.

    The time of each sample that it goes past is summed, the last one's is not. It goes on while changes keep apart: then
    each is in doubt r + e before it, in the time of one level, and e after it, in the time of the other.
    """
    spans, scale, rated = power.proof.spans, float(power.coding.scale), power.rated
    r, e, entered = spans[k, R], spans[k, E], 0
    before, x = power.of.ts[first], power.of.value[first] * scale
    if e < power.error or not abs(x) < _LARGE:
        return first
    if e > 0 and _follows(power.of, spans, power.coding.too_large, k, first):
        earlier = power.of.value[first - 1] * scale
        if before - power.of.ts[first - 1] < r + 2 * e or not abs(earlier) < _LARGE:
            return first
        entered = int((x + _ROUND) - _ROUND) - int((earlier + _ROUND) - _ROUND)
    at = _goes_on(power, k, first, last)
    if at == first:
        return first
    begin, level, came = before, int((x + _ROUND) - _ROUND), 0
    low, high, below_low, below_high, above_low, above_high, over, moved = 0, 0, 0, 0, 0, 0, 0, 0
    ts, value = power.of.ts[first + 1 : at + 1], power.of.value[first + 1 : at + 1]
    for i in range(len(ts)):
        length = ts[i] - before
        low += level * (length & _LOW)
        high += level * (length >> _HALF)
        over += length if level > rated else 0
        following = int((value[i] * scale + _ROUND) - _ROUND)
        came, reach = following - level, min(length, r)
        below_low += max(-came, 0) * (reach & _LOW)
        below_high += max(-came, 0) * (reach >> _HALF)
        above_low += max(came, 0) * (reach & _LOW)
        above_high += max(came, 0) * (reach >> _HALF)
        moved += abs(came)
        level, before = following, ts[i]
    sums[KNOWN] += before - begin
    sums[OVER] += over
    add(sums, VALUE, high, 1 << _HALF)
    add(sums, VALUE, low, 1)
    if r + e > 0:
        add(sums, BELOW, below_high, 1 << _HALF)
        add(sums, BELOW, below_low, 1)
        add(sums, ABOVE, above_high, 1 << _HALF)
        add(sums, ABOVE, above_low, 1)
        add(sums, BELOW, moved + max(entered, 0) - max(came, 0), e)
        add(sums, ABOVE, moved + max(-entered, 0) - max(-came, 0), e)
    return at


RUN_COLUMNS = 4
"""Columns of a run of knowledge: start, end, and how much of its head and of its tail is not sure (D5)."""


@compiled
def integrate(power: Power) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Sums before sample 0, EVERY, 2 × EVERY …: int64[m, SUMS]; the runs of knowledge; the kernels' flags."""
    ts, spans, regimes = power.of.ts, power.proof.spans, power.proof.regimes
    n = len(ts)
    marks = np.zeros((n // EVERY + 1, SUMS), np.int64)
    runs = np.empty((64, RUN_COLUMNS), np.int64)
    sums = np.zeros(SUMS, np.int64)
    near = nothing_near()
    m, flags, k, i, marked = 0, 0, 0, 0, 0
    begin, head, end, tail = 0, 0, -(2**62), 0
    while i < n:
        if i == marked:
            set_row(marks[i // EVERY], sums)
            marked += EVERY
        k = span_after(spans, k, ts[i])
        if power.of.quality[i] > spans[k, ACCEPTS] or not abs(power.of.value[i]) < power.coding.too_large:
            i += 1
            continue
        flags |= _flags(power, k, i)
        until = until_of(spans, k, ts, i)
        if until > ts[i]:
            if end != ts[i]:
                if end > begin:
                    if m == len(runs):
                        runs = grown(runs, m)
                    runs[m, 0], runs[m, 1], runs[m, 2], runs[m, 3] = begin, end, head, tail
                    m += 1
                begin, head = ts[i], spans[k, E]
            if until == (ts[i + 1] if i + 1 < n else -1):
                at = steady(power, k, i, min(marked, n - 1), sums)
                if spans[k, ACCEPTS] > 0 and (power.of.quality[i : at + 1] > 0).any():
                    flags |= UNCERTAIN_GOOD
                if at > i:
                    i, end = at, ts[at]
                    continue
            near = add_known(power, k, i, (ts[i], until), sums, near)
            end = until
            tail = largest(regimes, 1, ts[i], until) + largest(regimes, 2, ts[i], until)
        i += 1
    if end > begin:
        if m == len(runs):
            runs = grown(runs, m)
        runs[m, 0], runs[m, 1], runs[m, 2], runs[m, 3] = begin, end, head, tail
        m += 1
    return marks, runs[:m].copy(), flags


@compiled
def sums_at(power: Power, marks: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums before each instant, int64[q, SUMS]; the instants ascend."""
    ts, spans = power.of.ts, power.proof.spans
    out = np.zeros((len(instants), SUMS), np.int64)
    sums, near = np.zeros(SUMS, np.int64), nothing_near()
    k, i = 0, 0
    for q in range(len(instants)):
        row = np.searchsorted(ts, instants[q], "right") - 1
        if row < 0:
            continue
        if q == 0 or row // EVERY != i // EVERY or i > row:
            i = row // EVERY * EVERY
            set_row(sums, marks[i // EVERY])
        while i < row:
            k = _span_near(spans, k, ts[i])
            until = _until(power.of, spans, power.coding.too_large, k, i)
            if until > ts[i]:
                at = i
                if until == ts[i + 1]:
                    at = steady(power, k, i, row, sums)
                if at > i:
                    i = at
                    continue
                near = add_known(power, k, i, (ts[i], until), sums, near)
            i += 1
        k = _span_near(spans, k, ts[row])
        until = min(_until(power.of, spans, power.coding.too_large, k, row), instants[q])
        set_row(out[q], sums)
        if until > ts[row]:
            near = add_known(power, k, row, (ts[row], until), out[q], near)
    return out
