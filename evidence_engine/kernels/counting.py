"""A counter in one pass: its ordinary rises stay what they are, runs of samples; all else becomes a row (D10–D12).

Ordinary is a seen rise of a positive counter that is surely within D12's limit. The sum of ordinary rises between two
samples of a run is the difference of their levels, so that nothing has to be kept for each of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import counters
from evidence_engine.kernels.compiling import compiled
from evidence_engine.kernels.counters import Limit, Readings
from evidence_engine.kernels.held import EXACT, INEXACT, LOOSE_GOOD, UNCERTAIN_GOOD, level_of
from evidence_engine.kernels.series import (
    ACCEPTS,
    BASE,
    END,
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
    until_of,
)

RUN_COLUMNS = 8
FIRST_ROW, LAST_ROW, BEFORE, LEVEL, RUN_R, RUN_E, RUN_T1, RUN_T2 = range(RUN_COLUMNS)
"""Columns of a run: samples FIRST_ROW to LAST_ROW, the first of which stands at LEVEL; BEFORE: ordinary rises until then;
r and e; the instants of its first two samples, so that a search among runs need not look at samples."""

KNOWN_COLUMNS = 4
"""Columns of a run of knowledge: start, end, and how much of its head and of its tail is not sure (D5)."""

SUMMARY = 6
FLAGS, SUSPECT, FIRST_GOOD, LAST_BELIEVED, LAST_GOOD, IS_UNDECIDED = range(SUMMARY)

MAGIC = float(2**52)
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


@compiled
def drained(level: int, passed: int, bucket: Bucket) -> int:
    """The level of a bucket after some time without a step."""
    while passed > 0 and level > 0:
        step = min(passed, LONGEST)
        level = max(level - (step >> bucket.shift) * bucket.drain, 0)
        passed -= step
    return level


@compiled
def _is_good(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> bool:
    value = of.value[i]
    if of.quality[i] > spans[k, ACCEPTS] or not abs(value) < counter.too_large:
        return False
    return counter.net == 1 or level_of(value, counter.scale) >= 0


@compiled
def next_good(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> tuple[int, int]:
    """The first good sample at or after i, and its span; len(ts) where there is none."""
    while i < len(of.ts):
        k = span_after(spans, k, of.ts[i])
        if _is_good(of, counter, spans, k, i):
            return i, k
        i += 1
    return i, k


@compiled
def flags_of(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> int:
    """What a good sample tells the limitations."""
    found = LOOSE_GOOD if spans[k, LOOSE] == 1 else 0
    if of.quality[i] > 0:
        found |= UNCERTAIN_GOOD
    if abs(level_of(of.value[i], counter.scale)) > EXACT:
        found |= INEXACT
    return found


@compiled
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
        flags |= flags_of(of, counter, spans, k, i)
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


@compiled
def rising(
    of: Series, scale: int, span: NDArray[np.int64], first: int, bucket: Bucket, held: tuple[int, int]
) -> tuple[int, int, int, bool]:
    """From good sample `first` on over ordinary rises, while the span lasts: (last sample, held, whether it ran over).

    held: what the bucket holds, and since when; it stops where that is more than D12 allows. Levels are rounded by
    adding and taking away 2**52, which is right for those below it; larger ones are not ordinary.

    The bucket never looks back: after each sample it holds (level - drained) less the least that this was right
    before a sample, all counted from `base` and `since`. A rise into a bucket that then holds no more than its own
    interval allows is surely within D12's limit; only the others are looked at.
    """
    _, unit, drain, shift, burst, cap = bucket
    full, at = held
    accepts, hold, r, e2 = span[ACCEPTS], span[HOLD], span[R], 2 * span[E]
    sure, mark = burst + (e2 >> shift) * drain, burst + ((r + e2) >> shift) * drain
    slack = drain if shift > 0 else 0  # two instants rounded down may seem further apart than they are
    longest = min(_FULL // max(drain, 1), _FULL >> shift) << shift
    stop = lower_bound(of.ts, min(span[STOP], span[END]), first)
    last = first
    while last + 1 < stop and full <= _FULL:
        before, since = of.ts[last], of.ts[last + 1]
        end = stop if of.ts[stop - 1] - since <= longest else lower_bound(of.ts, since + longest, last)
        ts, value, quality = of.ts[last + 1 : end], of.value[last + 1 : end], of.quality[last + 1 : end]
        base = (of.value[last] * scale + MAGIC) - MAGIC
        top = min(base + cap, MAGIC)
        full, at = drained(full, since - at, bucket), since
        least, level, units, seen = -full, base, 0, 0
        for i in range(len(ts)):
            x = (value[i] * scale + MAGIC) - MAGIC
            t = ts[i]
            if quality[i] > accepts or not (level <= x <= top) or t - before > hold:
                break
            gone = ((t - since) >> shift) * drain
            least = min(least, units - gone)
            more = int(x - base) * unit
            holds = more - gone - least + slack
            if holds > sure and holds > burst + ((min(t - before, r) + e2) >> shift) * drain:
                length = max(min(t - before, r) + e2, 1)
                rise = more - units
                if rise > burst and (length > LONGEST or rise > (length >> shift) * drain + burst):
                    break
                if rise > 0 and holds > mark:
                    return last + 1 + i, holds, t, True
            units, before, level, full, seen = more, t, x, holds, i + 1
        if seen == 0:
            break
        last, at = last + seen, before
    return last, full, at, False


@compiled
def lower_bound(ts: NDArray[np.int64], instant: int, first: int) -> int:
    """The first sample at or after an instant, searched from `first` on."""
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


class Step(NamedTuple):
    """A rise from one good sample to the next: that sample and its span, and what a row says of it."""

    to: int
    span: int
    start: int
    end: int
    seen: int
    amount: int
    reach: int


@compiled
def step_from(of: Series, proof: Proof, counter: Counter, i: int, k: int) -> Step:
    """The step from good sample i of span k to the next good one; `to` is len(ts) where there is none (D10)."""
    spans, ts = proof.spans, of.ts
    j, next_k = next_good(of, counter, spans, k, i + 1)
    if j >= len(ts):
        return Step(j, next_k, 0, 0, 0, 0, 0)
    until = until_of(spans, k, ts, i)
    looks, off = largest(proof.regimes, 1, ts[i], until), largest(proof.regimes, 2, ts[i], until)
    level, base = level_of(of.value[i], counter.scale), spans[k, BASE]
    amount = level_of(of.value[j], counter.scale) + spans[next_k, BASE] - level - base
    resolution, error = max(looks, spans[next_k, R]), max(off, spans[next_k, E])
    seen = 1 if until == ts[j] else 0
    if seen == 1:
        start = min(max(ts[i], ts[j] - resolution) - error, ts[j] - 1)
    else:
        start = max(ts[i] - off, until - max(looks + off, 1))
    return Step(j, next_k, start, ts[j] + spans[next_k, E], seen, amount, resolution + 2 * error)


@compiled
def tail_of(regimes: NDArray[np.int64], ts: int, until: int) -> int:
    """How much of the end of knowledge of a sample is not sure."""
    return largest(regimes, 1, ts, until) + largest(regimes, 2, ts, until)


@compiled
def count(of: Series, proof: Proof, counter: Counter, limit: Limit, bucket: Bucket) -> Counted:
    """1. Run over ordinary rises as far as they go. 2. A credible rise that is none of them gets a row.

    3. What is no credible rise is judged, as far as it takes. And again.
    """
    spans, n = proof.spans, len(of.ts)
    rows, runs = np.empty((64, counters.COLUMNS), np.int64), np.empty((64, RUN_COLUMNS), np.int64)
    known, jumped = np.empty((64, KNOWN_COLUMNS), np.int64), np.empty((16, 1), np.int64)
    disproved = np.empty((16, 1), np.int64)
    m_rows, m_runs, m_known, m_jumped, m_disproved = 0, 0, 0, 0, 0
    summary = np.zeros(SUMMARY, np.int64)
    i, k = next_good(of, counter, spans, 0, 0)
    summary[FIRST_GOOD] = i if i < n else -1
    total, full, empty, drained_at = 0, 0, 0, -(2**62)
    is_open, begin, head, until = False, 0, 0, 0
    goes_on = i < n
    while goes_on:
        until = until_of(spans, k, of.ts, i)
        if not is_open and until > of.ts[i]:
            begin, head, is_open = of.ts[i], spans[k, E], True
        summary[FLAGS] |= flags_of(of, counter, spans, k, i)
        if counter.net == 0 and is_open:  # (1)
            last, is_over = i, True
            while is_over:
                last, full, drained_at, is_over = rising(
                    of, counter.scale, spans[k], last, bucket, (full, drained_at)
                )
                if is_over:
                    if m_disproved == len(disproved):
                        disproved = grown(disproved, m_disproved)
                    disproved[m_disproved, 0] = drained_at
                    m_disproved += 1
            if last > i:
                start, level = level_of(of.value[i], counter.scale), level_of(of.value[last], counter.scale)
                if level > start:
                    if m_runs == len(runs):
                        runs = grown(runs, m_runs)
                    runs[m_runs] = i, last, total, start, spans[k, R], spans[k, E], of.ts[i], of.ts[i + 1]
                    m_runs += 1
                    total += level - start
                if spans[k, ACCEPTS] > 0 and (of.quality[i : last + 1] > 0).any():
                    summary[FLAGS] |= UNCERTAIN_GOOD
                i = last
                until = until_of(spans, k, of.ts, i)
        step = step_from(of, proof, counter, i, k)
        summary[LAST_GOOD] = i
        if step.to >= n:
            break
        most = counters.most(limit, step.end - step.start, limit.factor)
        is_rise = step.amount >= 0 or counter.net == 1
        if is_rise and (limit.bounded == 0 or abs(step.amount) <= most):  # (2)
            found = np.zeros((1, counters.COLUMNS), np.int64)
            found[0, counters.FROM], found[0, counters.TO] = 0, 1
            found[0, counters.START], found[0, counters.END] = step.start, step.end
            found[0, counters.SEEN], found[0, counters.BOUNDED] = step.seen, 1
            found[0, counters.AMOUNT] = found[0, counters.LOW] = found[0, counters.HIGH] = step.amount
            found = found[: 1 if step.amount != 0 else 0]
            place = np.array([[i, k], [step.to, step.span]])
            verdict, to = np.ones(2, np.int8), 1
        else:  # (3)
            size, ended = 32, counters.NEEDS_MORE
            while ended == counters.NEEDS_MORE:
                readings, place, flags = readings_from(of, proof, counter, i, k, size)
                found, verdict, ended, to = counters.judge(readings, limit)
                size *= 4
            summary[FLAGS] |= flags
            summary[LAST_GOOD] = place[len(place) - 1, 0]
            goes_on = ended == counters.GOES_ON
        for s in range(len(found)):
            if m_rows == len(rows):
                rows = grown(rows, m_rows)
            a, b = place[found[s, counters.FROM], 0], place[found[s, counters.TO], 0]
            rows[m_rows] = found[s]
            rows[m_rows, counters.FROM], rows[m_rows, counters.TO] = a, b
            m_rows += 1
            if found[s, counters.SEEN] == 1 and limit.bounded == 1:
                amount, passed = found[s, counters.AMOUNT], of.ts[b] - drained_at
                if abs(amount) > bucket.cap or full > _FULL or empty > _FULL:
                    summary[SUSPECT] = 1
                    amount = 0
                full = drained(full, passed, bucket) + amount * bucket.unit
                empty = drained(empty, passed, bucket) - amount * bucket.unit if counter.net == 1 else 0
                drained_at = of.ts[b]
                reach = reach_of(proof.regimes, of.ts[a], of.ts[b])
                if max(full, empty) > bucket.burst + (reach >> bucket.shift) * bucket.drain:
                    if m_disproved == len(disproved):
                        disproved = grown(disproved, m_disproved)
                    disproved[m_disproved, 0] = drained_at
                    m_disproved += 1
        for s in range(1, len(place)):
            if verdict[s] == counters.JUMPED:
                if m_jumped == len(jumped):
                    jumped = grown(jumped, m_jumped)
                jumped[m_jumped, 0] = place[s, 0]
                m_jumped += 1
            if s > to or verdict[s] != counters.BELIEVED:
                continue
            j, ts = place[s, 0], of.ts[place[s, 0]]
            after = until_of(spans, place[s, 1], of.ts, j)
            if is_open and (until != ts or after == ts):
                if m_known == len(known):
                    known = grown(known, m_known)
                known[m_known] = begin, until, head, tail_of(proof.regimes, of.ts[i], until)
                m_known += 1
                is_open = False
            i, k, until = j, place[s, 1], after
            if not is_open and until > ts:
                begin, head, is_open = ts, spans[k, E], True
    summary[LAST_BELIEVED] = i if summary[FIRST_GOOD] >= 0 else -1
    if m_rows > 0 and rows[m_rows - 1, counters.KIND] == counters.UNDECIDED:
        summary[IS_UNDECIDED] = 1
    if is_open:
        if m_known == len(known):
            known = grown(known, m_known)
        known[m_known] = begin, until, head, tail_of(proof.regimes, of.ts[i], until)
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


@compiled
def reach_of(regimes: NDArray[np.int64], first: int, last: int) -> int:
    """r + 2e of a seen step: the largest that hold from the reading before it to its own."""
    return largest(regimes, 1, first, last + 1) + 2 * largest(regimes, 2, first, last + 1)
