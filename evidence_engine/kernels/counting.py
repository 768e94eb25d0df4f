"""A counter in one pass: its ordinary rises stay what they are, runs of samples; all else becomes a row (D10–D12).

Ordinary is a seen rise of a positive counter that is surely within D12's limit. The sum of ordinary rises between two
samples of a run is the difference of their levels, so that nothing has to be kept for each of them.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evidence_engine.kernels import counters
from evidence_engine.kernels.counters import Limit, Readings
from evidence_engine.kernels.held import EXACT, INEXACT, LOOSE_GOOD, UNCERTAIN_GOOD, level_of
from evidence_engine.kernels.series import (
    ACCEPTS,
    BASE,
    HOLD,
    LOOSE,
    STOP,
    E,
    Proof,
    R,
    Series,
    grown,
    largest,
    span_after,
    span_end,
    until_of,
)

RUN_COLUMNS = 6
FIRST_ROW, LAST_ROW, BEFORE, LEVEL, RUN_R, RUN_E = range(RUN_COLUMNS)
"""Columns of a run: samples FIRST_ROW to LAST_ROW, the first of which stands at LEVEL; BEFORE: ordinary rises until then."""

KNOWN_COLUMNS = 4
"""Columns of a run of knowledge: start, end, and how much of its head and of its tail is not sure (D5)."""

SUMMARY = 6
FLAGS, SUSPECT, FIRST_GOOD, LAST_BELIEVED, LAST_GOOD, IS_UNDECIDED = range(SUMMARY)

LONGEST = 2**42
"""ns; longer is drained in pieces, so that no product overflows."""
_FULL = 2**61


class Bucket(NamedTuple):
    """D12's limit for a quick and safe look: amounts × unit against (length >> shift) × drain + burst.

    exact: 1 where this is D12 itself, 0 where it lets through less · cap: larger amounts are no quick matter ·
    burst: in units. Without a limit unit and drain are 0.
    """

    exact: int
    unit: int
    drain: int
    shift: int
    burst: int
    cap: int


class Counter(NamedTuple):
    """How the values of a counter are read: scale to quanta, values of `too_large` and beyond are none."""

    scale: int
    too_large: float
    net: int


class Counted(NamedTuple):
    """What the pass found.

    rows: int64[m, counters.COLUMNS], FROM and TO being samples · runs: of ordinary rises · known: runs of knowledge ·
    jumped: samples left out · disproved: instants (D12); not complete where summary[SUSPECT] · summary: int64[SUMMARY].
    """

    rows: NDArray[np.int64]
    runs: NDArray[np.int64]
    known: NDArray[np.int64]
    jumped: NDArray[np.int64]
    disproved: NDArray[np.int64]
    summary: NDArray[np.int64]


@njit(nogil=True, cache=True)
def drained(level: int, passed: int, bucket: Bucket) -> int:
    """The level of a bucket after some time without a step."""
    while passed > 0 and level > 0:
        step = min(passed, LONGEST)
        level = max(level - (step >> bucket.shift) * bucket.drain, 0)
        passed -= step
    return level


@njit(nogil=True, cache=True)
def _is_good(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> bool:
    value = of.value[i]
    if of.quality[i] > spans[k, ACCEPTS] or not abs(value) < counter.too_large:
        return False
    return counter.net == 1 or level_of(value, counter.scale) >= 0


@njit(nogil=True, cache=True)
def next_good(
    of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int
) -> tuple[int, int]:
    """The first good sample at or after i, and its span; len(ts) where there is none."""
    while i < len(of.ts):
        k = span_after(spans, k, of.ts[i])
        if _is_good(of, counter, spans, k, i):
            return i, k
        i += 1
    return i, k


@njit(nogil=True, cache=True)
def readings_from(
    of: Series, proof: Proof, counter: Counter, i: int, k: int, count: int
) -> tuple[Readings, NDArray[np.int64], int]:
    """At most `count` good readings from sample i of span k on, the sample and span of each, and the kernels' flags."""
    columns = np.empty((9, count + 1), np.int64)
    place = np.empty((count, 2), np.int64)
    spans, n, flags, known = proof.spans, 0, 0, 0
    while n < count:
        i, k = next_good(of, counter, spans, k, i)
        if i >= len(of.ts):
            break
        level, until = level_of(of.value[i], counter.scale), until_of(spans, k, of.ts, i)
        if abs(level) > EXACT:
            flags |= INEXACT
        if spans[k, LOOSE] == 1:
            flags |= LOOSE_GOOD
        if of.quality[i] > 0:
            flags |= UNCERTAIN_GOOD
        columns[0, n], columns[1, n] = of.ts[i], level + spans[k, BASE]
        columns[2, n], columns[3, n] = spans[k, BASE], until
        columns[4, n], columns[5, n] = spans[k, R], spans[k, E]
        columns[6, n] = largest(proof.regimes, 1, of.ts[i], until)
        columns[7, n] = largest(proof.regimes, 2, of.ts[i], until)
        columns[8, n] = known
        place[n, 0], place[n, 1] = i, k
        known += until - of.ts[i]
        n += 1
        i += 1
    columns[8, n] = known
    following, _ = next_good(of, counter, spans, k, i)
    found = Readings(
        columns[0, :n],
        columns[1, :n],
        columns[2, :n],
        columns[3, :n],
        columns[4, :n],
        columns[5, :n],
        columns[6, :n],
        columns[7, :n],
        columns[8, : n + 1],
        1 if following >= len(of.ts) else 0,
    )
    return found, place[:n], flags


@njit(nogil=True, cache=True, error_model="numpy")
def count(of: Series, proof: Proof, counter: Counter, limit: Limit, bucket: Bucket) -> Counted:
    """1. Run over ordinary rises as far as they go. 2. Judge what comes then, as far as it takes. And again."""
    spans, n = proof.spans, len(of.ts)
    rows, runs = np.empty((16, counters.COLUMNS), np.int64), np.empty((16, RUN_COLUMNS), np.int64)
    known = np.empty((16, KNOWN_COLUMNS), np.int64)
    jumped, disproved = np.empty((16, 1), np.int64), np.empty((16, 1), np.int64)
    m_rows, m_runs, m_known, m_jumped, m_disproved = 0, 0, 0, 0, 0
    summary = np.zeros(SUMMARY, np.int64)
    i, k = next_good(of, counter, spans, 0, 0)
    summary[FIRST_GOOD] = i if i < n else -1
    summary[LAST_BELIEVED] = summary[LAST_GOOD] = summary[FIRST_GOOD]
    total, full, empty, drained_at = 0, 0, 0, -(2**62)
    cells = min(EXACT / counter.scale, counter.too_large)
    run_start, run_head, is_open, until = 0, 0, False, 0
    while i < n:
        until = until_of(spans, k, of.ts, i)
        if not is_open and until > of.ts[i]:
            run_start, run_head, is_open = of.ts[i], spans[k, E], True
        if spans[k, LOOSE] == 1:
            summary[FLAGS] |= LOOSE_GOOD
        if counter.net == 0 and is_open:  # (1)
            edge, hold, accepts = min(span_end(spans, k), spans[k, STOP]), spans[k, HOLD], spans[k, ACCEPTS]
            r, e = spans[k, R], spans[k, E]
            mark = bucket.burst + ((r + 2 * e) >> bucket.shift) * bucket.drain
            first, level = i, level_of(of.value[i], counter.scale)
            at_first, before, worst = level, of.ts[i], 0
            while i + 1 < n:
                ts, value = of.ts[i + 1], of.value[i + 1]
                if ts >= edge or of.quality[i + 1] > accepts or not (value >= 0.0 and value < cells):
                    break
                if ts - before > hold:
                    break
                rise = level_of(value, counter.scale) - level
                if rise != 0:
                    length = max(min(min(ts - before, r) + 2 * e, LONGEST), 1)
                    if rise < 0 or rise > bucket.cap:
                        break
                    if rise * bucket.unit > (length >> bucket.shift) * bucket.drain + bucket.burst:
                        break
                    if full > _FULL:
                        break
                    full = drained(full, ts - drained_at, bucket) + rise * bucket.unit
                    drained_at = ts
                    if full > mark:
                        disproved = grown(disproved, m_disproved)
                        disproved[m_disproved, 0] = ts
                        m_disproved += 1
                level += rise
                before = ts
                worst |= of.quality[i + 1]
                i += 1
            if worst:
                summary[FLAGS] |= UNCERTAIN_GOOD
            if i > first:
                if level > at_first:
                    runs = grown(runs, m_runs)
                    runs[m_runs] = first, i, total, at_first, r, e
                    m_runs += 1
                    total += level - at_first
                until = until_of(spans, k, of.ts, i)
        size = 8 if counter.net == 0 else 1024
        while True:  # (2)
            readings, place, flags = readings_from(of, proof, counter, i, k, size)
            found, verdict, ended, to = counters.judge(readings, limit)
            if ended != counters.NEEDS_MORE:
                break
            size *= 4
        summary[FLAGS] |= flags
        for s in range(len(found)):
            rows = grown(rows, m_rows)
            rows[m_rows] = found[s]
            rows[m_rows, counters.FROM] = place[found[s, counters.FROM], 0]
            rows[m_rows, counters.TO] = place[found[s, counters.TO], 0]
            m_rows += 1
            if found[s, counters.SEEN] == 1 and limit.bounded == 1:
                a, b = found[s, counters.FROM], found[s, counters.TO]
                amount, ts = found[s, counters.AMOUNT], readings.ts[b]
                looks, off = max(readings.looks[a], readings.resolution[b]), max(readings.off[a], readings.error[b])
                if abs(amount) > bucket.cap or full > _FULL or empty > _FULL:
                    summary[SUSPECT] = 1
                    amount = 0
                passed = ts - drained_at
                full = drained(full, passed, bucket) + amount * bucket.unit
                empty = drained(empty, passed, bucket) - amount * bucket.unit if counter.net == 1 else 0
                drained_at = ts
                if max(full, empty) > bucket.burst + ((looks + 2 * off) >> bucket.shift) * bucket.drain:
                    disproved = grown(disproved, m_disproved)
                    disproved[m_disproved, 0] = ts
                    m_disproved += 1
        for s in range(1, len(readings.ts)):
            if verdict[s] == counters.JUMPED:
                jumped = grown(jumped, m_jumped)
                jumped[m_jumped, 0] = place[s, 0]
                m_jumped += 1
            if s > to or verdict[s] != counters.BELIEVED:
                continue
            if is_open and (until != readings.ts[s] or readings.until[s] == readings.ts[s]):
                known = grown(known, m_known)
                tail = largest(proof.regimes, 1, of.ts[i], until) + largest(proof.regimes, 2, of.ts[i], until)
                known[m_known] = run_start, until, run_head, tail
                m_known += 1
                is_open = False
            i, k, until = place[s, 0], place[s, 1], readings.until[s]
            if not is_open and until > readings.ts[s]:
                run_start, run_head, is_open = readings.ts[s], readings.error[s], True
        summary[LAST_BELIEVED] = i
        summary[LAST_GOOD] = max(i, place[len(place) - 1, 0]) if ended == counters.ENDED else i
        if ended == counters.ENDED:
            break
    if m_rows > 0 and rows[m_rows - 1, counters.KIND] == counters.UNDECIDED:
        summary[IS_UNDECIDED] = 1
    if is_open:
        known = grown(known, m_known)
        tail = largest(proof.regimes, 1, of.ts[i], until) + largest(proof.regimes, 2, of.ts[i], until)
        known[m_known] = run_start, until, run_head, tail
        m_known += 1
    if m_disproved > 0 and bucket.exact == 0:
        summary[SUSPECT] = 1
    return Counted(
        rows[:m_rows].copy(),
        runs[:m_runs].copy(),
        known[:m_known].copy(),
        jumped[:m_jumped, 0].copy(),
        disproved[:m_disproved, 0].copy(),
        summary,
    )
