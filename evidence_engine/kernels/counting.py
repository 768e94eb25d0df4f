"""A counter in one pass: its ordinary rises stay what they are, runs of samples; all else becomes a row (D10–D12).

Ordinary is a seen rise of a positive counter that is surely within D12's limit. The sum of ordinary rises between two
samples of a run is the difference of their levels, so that nothing has to be kept for each of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import counters
from evidence_engine.kernels.compiling import compiled, only_for_loops
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
    lower_bound,
    span_after,
    until_of,
    worst,
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
_AT_ONCE = 8
"""Readings that are judged at first; eight times as many where they don't tell."""

HELD = 3
FULL, EMPTY, SINCE = range(HELD)
"""What the bucket of D12 holds, that of a net register's falls, and since when: int64[HELD]."""


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

    rows: int64[m, counters.COLUMNS] · runs: of ordinary rises · known: runs of knowledge · jumped: samples left out,
    int64[m, 1] · disproved: instants (D12), int64[m, 1]; not complete where summary[SUSPECT] · summary: int64[SUMMARY].
    """

    rows: NDArray[np.int64]
    runs: NDArray[np.int64]
    known: NDArray[np.int64]
    jumped: NDArray[np.int64]
    disproved: NDArray[np.int64]
    summary: NDArray[np.int64]


@only_for_loops
def drained(level: int, passed: int, bucket: Bucket) -> int:
    """The level of a bucket after some time without a step."""
    while passed > 0 and level > 0:
        step = min(passed, LONGEST)
        level = max(level - (step >> bucket.shift) * bucket.drain, 0)
        passed -= step
    return level


@only_for_loops
def _is_good(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> bool:
    value = of.value[i]
    if of.quality[i] > spans[k, ACCEPTS] or not abs(value) < counter.too_large:
        return False
    return counter.net == 1 or level_of(value, counter.scale) >= 0


@only_for_loops
def next_good(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> tuple[int, int]:
    """The first good sample at or after i, and its span; len(ts) where there is none."""
    while i < len(of.ts):
        k = span_after(spans, k, of.ts[i])
        if _is_good(of, counter, spans, k, i):
            return i, k
        i += 1
    return i, k


@only_for_loops
def flags_of(of: Series, counter: Counter, spans: NDArray[np.int64], k: int, i: int) -> int:
    """What a good sample tells the limitations."""
    found = LOOSE_GOOD if spans[k, LOOSE] == 1 else 0
    if of.quality[i] > 0:
        found |= UNCERTAIN_GOOD
    if abs(level_of(of.value[i], counter.scale)) > EXACT:
        found |= INEXACT
    return found


@only_for_loops
def readings_from(
    of: Series, proof: Proof, counter: Counter, i: int, k: int, count: int
) -> tuple[Readings, int]:
    """At most `count` good readings from sample i of span k on, and the kernels' flags."""
    rows = np.empty((count + 1, counters.READ_COLUMNS), np.int64)
    spans, n, flags, known = proof.spans, 0, 0, 0
    i, k = next_good(of, counter, spans, k, i)
    while n < count and i < len(of.ts):
        until = until_of(spans, k, of.ts, i)
        flags |= flags_of(of, counter, spans, k, i)
        rows[n, counters.TS], rows[n, counters.UNTIL] = of.ts[i], until
        rows[n, counters.VALUE] = level_of(of.value[i], counter.scale) + spans[k, BASE]
        rows[n, counters.BASE] = spans[k, BASE]
        rows[n, counters.RESOLUTION], rows[n, counters.ERROR] = spans[k, R], spans[k, E]
        rows[n, counters.LOOKS], rows[n, counters.OFF] = worst(proof, k, of.ts[i], until)
        rows[n, counters.KNOWN] = known
        rows[n, counters.SAMPLE], rows[n, counters.SPAN] = i, k
        known += until - of.ts[i]
        n += 1
        i, k = next_good(of, counter, spans, k, i + 1)
    rows[n, counters.KNOWN] = known
    return Readings(rows[: n + 1], 1 if i >= len(of.ts) else 0), flags


@compiled
def rising(
    of: Series,
    scale: int,
    span: NDArray[np.int64],
    rows: tuple[int, int],
    bucket: Bucket,
    held: NDArray[np.int64],
) -> tuple[int, bool]:
    """Over ordinary rises from the first of these samples, a good one: (the last one, whether the bucket ran over).

    rows: of one span, until its end · held: the bucket; it stops where that holds more than D12 allows. Levels are
    rounded by adding and taking away 2**52, which is right for those below it; larger ones are not ordinary.

    The bucket never looks back: after each sample it holds (level - drained) less the least that this was right
    before a sample, all counted from `base` and `since`. A rise into a bucket that then holds no more than its own
    interval allows is surely within D12's limit; only the others are looked at.
    """
    _, unit, drain, shift, burst, cap = bucket
    last, stop = rows
    accepts, hold, r, e2 = span[ACCEPTS], span[HOLD], span[R], 2 * span[E]
    sure, mark = burst + (e2 >> shift) * drain, burst + ((r + e2) >> shift) * drain
    slack = drain if shift > 0 else 0  # two instants rounded down may seem further apart than they are
    longest = min(_FULL // max(drain, 1), _FULL >> shift) << shift
    while last + 1 < stop and held[FULL] <= _FULL:
        before, since = of.ts[last], of.ts[last + 1]
        end = stop if of.ts[stop - 1] - since <= longest else lower_bound(of.ts, since + longest, last)
        ts, value, quality = of.ts[last + 1 : end], of.value[last + 1 : end], of.quality[last + 1 : end]
        base = (of.value[last] * scale + MAGIC) - MAGIC
        top = min(base + cap, MAGIC)
        full = drained(held[FULL], since - held[SINCE], bucket)
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
                    held[FULL], held[SINCE] = holds, t
                    return last + 1 + i, True
            units, before, level, full, seen = more, t, x, holds, i + 1
        if seen == 0:
            break
        held[FULL], held[SINCE] = full, before
        last += seen
        if seen < len(ts) and not x > top:
            break
    return last, False


class Step(NamedTuple):
    """A rise from one good sample to the next: that sample and its span, and what a row says of it."""

    to: int
    span: int
    start: int
    end: int
    seen: int
    amount: int
    reach: int


@only_for_loops
def step_from(of: Series, proof: Proof, counter: Counter, i: int, k: int) -> Step:
    """The step from good sample i of span k to the next good one; `to` is len(ts) where there is none (D10)."""
    spans, ts = proof.spans, of.ts
    j, next_k = next_good(of, counter, spans, k, i + 1)
    if j >= len(ts):
        return Step(j, next_k, 0, 0, 0, 0, 0)
    until = until_of(spans, k, ts, i)
    looks, off = worst(proof, k, ts[i], until)
    level, base = level_of(of.value[i], counter.scale), spans[k, BASE]
    amount = level_of(of.value[j], counter.scale) + spans[next_k, BASE] - level - base
    resolution, error = max(looks, spans[next_k, R]), max(off, spans[next_k, E])
    seen = 1 if until == ts[j] else 0
    if seen == 1:
        start = min(max(ts[i], ts[j] - resolution) - error, ts[j] - 1)
    else:
        start = max(ts[i] - off, until - max(looks + off, 1))
    return Step(j, next_k, start, ts[j] + spans[next_k, E], seen, amount, resolution + 2 * error)


@only_for_loops
def runs_over(held: NDArray[np.int64], at: int, amount: int, allowed: int, bucket: Bucket) -> int:
    """1 where a seen step at an instant shows that D12 is disproved, -1 where that takes a closer look.

    allowed: what may come at once besides the burst, in units.
    """
    is_small = abs(amount) <= bucket.cap and max(held[FULL], held[EMPTY]) <= _FULL
    passed, units = at - held[SINCE], amount * bucket.unit if is_small else 0
    held[SINCE] = at
    held[FULL] = max(drained(held[FULL], passed, bucket) + units, 0)
    held[EMPTY] = max(drained(held[EMPTY], passed, bucket) - units, 0)
    if not is_small:
        return -1
    return 1 if max(held[FULL], held[EMPTY]) > bucket.burst + allowed else 0


@compiled
def tail_of(proof: Proof, k: int, ts: int, until: int) -> int:
    """How much of the end of knowledge of a sample of span k is not sure."""
    looks, off = worst(proof, k, ts, until)
    return looks + off


@compiled
def count(of: Series, proof: Proof, counter: Counter, limit: Limit, bucket: Bucket) -> Counted:
    """1. Run over ordinary rises as far as they go. 2. A credible rise that is none of them gets a row.

    3. What is no credible rise is judged, as far as it takes. And again.
    """
    ts, spans, n = of.ts, proof.spans, len(of.ts)
    rows, runs = np.empty((64, counters.COLUMNS), np.int64), np.empty((64, RUN_COLUMNS), np.int64)
    known, jumped = np.empty((64, KNOWN_COLUMNS), np.int64), np.empty((16, 1), np.int64)
    disproved = np.empty((16, 1), np.int64)
    m_rows, m_runs, m_known, m_jumped, m_disproved, total = 0, 0, 0, 0, 0, 0
    summary, held = np.zeros(SUMMARY, np.int64), np.zeros(HELD, np.int64)
    plain, pair = np.empty((1, counters.COLUMNS), np.int64), np.empty((2, counters.READ_COLUMNS), np.int64)
    pair[1, counters.VERDICT] = counters.BELIEVED
    i, k = next_good(of, counter, spans, 0, 0)
    summary[FIRST_GOOD] = i if i < n else -1
    is_open, begin, head, until = False, 0, 0, 0
    of_span, stop = -1, 0
    goes_on = i < n
    while goes_on:
        until = until_of(spans, k, ts, i)
        if not is_open and until > ts[i]:
            begin, head, is_open = ts[i], spans[k, E], True
        summary[FLAGS] |= flags_of(of, counter, spans, k, i)
        if counter.net == 0 and is_open:  # (1)
            if of_span != k:
                of_span, stop = k, lower_bound(ts, min(spans[k, STOP], spans[k, END]), i)
            last, is_over = rising(of, counter.scale, spans[k], (i, stop), bucket, held)
            while is_over:
                disproved = grown(disproved, m_disproved)
                disproved[m_disproved, 0] = held[SINCE]
                m_disproved += 1
                last, is_over = rising(of, counter.scale, spans[k], (last, stop), bucket, held)
            start, level = level_of(of.value[i], counter.scale), level_of(of.value[last], counter.scale)
            if level > start:
                runs = grown(runs, m_runs)
                runs[m_runs, FIRST_ROW], runs[m_runs, LAST_ROW] = i, last
                runs[m_runs, BEFORE], runs[m_runs, LEVEL] = total, start
                runs[m_runs, RUN_R], runs[m_runs, RUN_E] = spans[k, R], spans[k, E]
                runs[m_runs, RUN_T1], runs[m_runs, RUN_T2] = ts[i], ts[i + 1]
                m_runs += 1
                total += level - start
            if spans[k, ACCEPTS] > 0:
                for j in range(i, last + 1):
                    summary[FLAGS] |= UNCERTAIN_GOOD if of.quality[j] > 0 else 0
            if last > i:
                i, until = last, until_of(spans, k, ts, last)
        step = step_from(of, proof, counter, i, k)
        summary[LAST_GOOD] = i
        if step.to >= n:
            break
        most = counters.most(limit, step.end - step.start, limit.factor)
        is_rise = step.amount >= 0 or counter.net == 1
        if is_rise and (limit.bounded == 0 or abs(step.amount) <= most):  # (2)
            plain[0, counters.FROM], plain[0, counters.TO] = i, step.to
            plain[0, counters.START], plain[0, counters.END] = step.start, step.end
            plain[0, counters.SEEN], plain[0, counters.KIND], plain[0, counters.BOUNDED] = step.seen, 0, 1
            for column in (counters.AMOUNT, counters.LOW, counters.HIGH):
                plain[0, column] = step.amount
            pair[1, counters.SAMPLE], pair[1, counters.SPAN] = step.to, step.span
            found, read, to = plain[: 1 if step.amount != 0 else 0], pair, 1
        else:  # (3)
            size, ended = _AT_ONCE, counters.NEEDS_MORE
            while ended == counters.NEEDS_MORE:
                readings, flags = readings_from(of, proof, counter, i, k, size)
                found, ended, to = counters.judge(readings, limit)
                size *= 8
            read = readings.rows[:-1]
            summary[FLAGS] |= flags
            summary[LAST_GOOD] = read[-1, counters.SAMPLE]
            goes_on = ended == counters.GOES_ON
        rows = grown(rows, m_rows + len(found))
        for s in range(len(found)):
            for column in range(counters.COLUMNS):
                rows[m_rows, column] = found[s, column]
            m_rows += 1
            if found[s, counters.SEEN] == 1 and limit.bounded == 1:
                a, b = ts[found[s, counters.FROM]], ts[found[s, counters.TO]]
                allowed = (reach_of(proof.regimes, a, b) >> bucket.shift) * bucket.drain
                over = runs_over(held, b, found[s, counters.AMOUNT], allowed, bucket)
                if over < 0:
                    summary[SUSPECT] = 1
                if over > 0:
                    disproved = grown(disproved, m_disproved)
                    disproved[m_disproved, 0] = b
                    m_disproved += 1
        jumped, known = grown(jumped, m_jumped + len(read)), grown(known, m_known + len(read))
        for s in range(1, len(read)):
            j = read[s, counters.SAMPLE]
            if read[s, counters.VERDICT] == counters.JUMPED:
                jumped[m_jumped, 0] = j
                m_jumped += 1
            if s > to or read[s, counters.VERDICT] != counters.BELIEVED:
                continue
            after = until_of(spans, read[s, counters.SPAN], ts, j)
            if is_open and (until != ts[j] or after == ts[j]):
                known[m_known, 0], known[m_known, 1], known[m_known, 2] = begin, until, head
                known[m_known, 3] = tail_of(proof, k, ts[i], until)
                m_known += 1
                is_open = False
            i, k, until = j, read[s, counters.SPAN], after
            if not is_open and until > ts[j]:
                begin, head, is_open = ts[j], spans[k, E], True
    summary[LAST_BELIEVED] = i if summary[FIRST_GOOD] >= 0 else -1
    if m_rows > 0 and rows[m_rows - 1, counters.KIND] == counters.UNDECIDED:
        summary[IS_UNDECIDED] = 1
    if is_open:
        known = grown(known, m_known)
        known[m_known, 0], known[m_known, 1], known[m_known, 2] = begin, until, head
        known[m_known, 3] = tail_of(proof, k, ts[i], until)
        m_known += 1
    if m_disproved > 0 and bucket.exact == 0:
        summary[SUSPECT] = 1
    return Counted(
        rows[:m_rows], runs[:m_runs], known[:m_known], jumped[:m_jumped], disproved[:m_disproved], summary
    )


@compiled
def reach_of(regimes: NDArray[np.int64], first: int, last: int) -> int:
    """r + 2e of a seen step: the largest that hold from the reading before it to its own."""
    return largest(regimes, 1, first, last + 1) + 2 * largest(regimes, 2, first, last + 1)
