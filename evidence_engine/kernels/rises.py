"""Ordinary rises of a counter: sums and single steps read off its samples, whatever the number of rises between.

A rise is the sample that shows it, row k of a run FIRST_ROW < k <= LAST_ROW; its interval is that of a seen step
(D10). Within the runs of one counter rows, starts and ends ascend together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops
from evidence_engine.kernels.counting import (
    BEFORE,
    FIRST_ROW,
    LAST_ROW,
    LEVEL,
    RUN_COLUMNS,
    RUN_E,
    RUN_R,
    RUN_T1,
    RUN_T2,
)
from evidence_engine.kernels.held import level_of
from evidence_engine.kernels.series import grown


class Ordinary(NamedTuple):
    """Samples of a counter and the runs of ordinary rises in them, int64[m, RUN_COLUMNS]."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    scale: int
    runs: NDArray[np.int64]


BY_T2, BY_END, BY_START = 0, 1, 2
"""Which rises count as before an instant t: t2 <= t, end <= t, start < t."""


@only_for_loops
def start_of(of: Ordinary, run: int, row: int) -> int:
    """Where the interval of a rise begins (D10)."""
    r, e = of.runs[run, RUN_R], of.runs[run, RUN_E]
    return int(min(max(of.ts[row - 1], of.ts[row] - r) - e, of.ts[row] - 1))


@only_for_loops
def _is_before(of: Ordinary, run: int, row: int, t: int, how: int) -> bool:
    if how == BY_T2:
        return bool(of.ts[row] <= t)
    if how == BY_END:
        return bool(of.ts[row] + of.runs[run, RUN_E] <= t)
    return start_of(of, run, row) < t


@only_for_loops
def _rows_before(of: Ordinary, run: int, t: int, how: int, low: int) -> int:
    """The last row of a run that is before t, not before `low`.

    Often the next row is not; else, since samples come about evenly, it looks first where t would be if they did, then
    in steps that double.
    """
    last, ts = of.runs[run, LAST_ROW], of.ts
    if low >= last or not _is_before(of, run, low + 1, t, how):
        return low
    if _is_before(of, run, last, t, how):
        return int(last)
    share = (t - ts[low]) / (ts[last] - ts[low])
    guess = min(max(low + int(share * (last - low)), low + 1), last - 1)
    step, high = 1, last
    if guess == low + 1 or _is_before(of, run, guess, t, how):
        low = guess
        while low + step < high and _is_before(of, run, low + step, t, how):
            low += step
            step *= 2
        high = min(low + step, high)
    else:
        high = guess
        while high - step > low and not _is_before(of, run, high - step, t, how):
            high -= step
            step *= 2
        low = max(high - step, low)
    while low + 1 < high:
        middle = (low + high) // 2
        if _is_before(of, run, middle, t, how):
            low = middle
        else:
            high = middle
    return int(low)


@only_for_loops
def place_of(of: Ordinary, t: int, how: int, run: int, row: int) -> tuple[int, int]:
    """(run, row) of the last rise before t, but not before the place (run, row); (-1, -1) where there is none.

    row may be the run's FIRST_ROW where only earlier runs' rises are before t.
    """
    m = len(of.runs)
    if m == 0 or (run < 0 and not _begins(of, 0, t, how)):
        return -1, -1
    low, step = max(run, 0), 1
    while low + step < m and _begins(of, low + step, t, how):
        low += step
        step *= 2
    high = min(low + step, m)
    while low + 1 < high:
        middle = (low + high) // 2
        if _begins(of, middle, t, how):
            low = middle
        else:
            high = middle
    return low, _rows_before(of, low, t, how, row if low == run else of.runs[low, FIRST_ROW])


@only_for_loops
def _begins(of: Ordinary, run: int, t: int, how: int) -> bool:
    """Whether the first rise of a run is before t."""
    runs = of.runs
    if how == BY_T2:
        return bool(runs[run, RUN_T2] <= t)
    if how == BY_END:
        return bool(runs[run, RUN_T2] + runs[run, RUN_E] <= t)
    start = max(runs[run, RUN_T1], runs[run, RUN_T2] - runs[run, RUN_R]) - runs[run, RUN_E]
    return bool(min(start, runs[run, RUN_T2] - 1) < t)


@only_for_loops
def sum_upto(of: Ordinary, run: int, row: int) -> int:
    """The sum of all rises up to a place."""
    if run < 0:
        return 0
    return int(of.runs[run, BEFORE] + level_of(of.value[row], of.scale) - of.runs[run, LEVEL])


@compiled
def touching(of: Ordinary, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """(run, row) of each rise whose interval shares time with one of the stretches, which ascend."""
    out = np.empty((16, 2), np.int64)
    m = 0
    a = low = -1
    for q in range(len(start)):
        a, low = place_of(of, start[q], BY_END, a, low)
        run, row = max(a, 0), low
        if m and (out[m - 1, 0] > run or (out[m - 1, 0] == run and out[m - 1, 1] > row)):
            run, row = out[m - 1, 0], out[m - 1, 1]  # taken already
        elif a < 0 and len(of.runs):
            row = of.runs[0, FIRST_ROW]
        while run < len(of.runs):
            row += 1
            if row > of.runs[run, LAST_ROW]:
                run += 1
                if run < len(of.runs):
                    row = of.runs[run, FIRST_ROW]
                continue
            if start_of(of, run, row) >= end[q]:
                break
            if _amount(of, row) != 0:
                out = grown(out, m)
                out[m, 0], out[m, 1] = run, row
                m += 1
    return out[:m].copy()


def crossing(of: Ordinary, instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """(run, row) of each rise whose interval begins before and ends after one of the instants, which ascend."""
    return touching(of, instants, instants)


@compiled
def _amount(of: Ordinary, row: int) -> int:
    return level_of(of.value[row], of.scale) - level_of(of.value[row - 1], of.scale)


STEP_COLUMNS = 5
T1, T2, START, END, AMOUNT = range(STEP_COLUMNS)


@compiled
def steps_at(of: Ordinary, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rises at (run, row) as steps, int64[m, STEP_COLUMNS]."""
    out = np.empty((len(places), STEP_COLUMNS), np.int64)
    for s in range(len(places)):
        run, row = places[s, 0], places[s, 1]
        out[s, T1], out[s, T2] = of.ts[row - 1], of.ts[row]
        out[s, START], out[s, END] = start_of(of, run, row), of.ts[row] + of.runs[run, RUN_E]
        out[s, AMOUNT] = _amount(of, row)
    return out


@compiled
def without(of: Ordinary, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The runs without the rises at these places, which ascend: a run is parted at each."""
    runs = of.runs
    out = np.empty((len(runs) + len(places), RUN_COLUMNS), np.int64)
    m = p = taken = 0
    for run in range(len(runs)):
        first, last, level = runs[run, FIRST_ROW], runs[run, LAST_ROW], runs[run, LEVEL]
        before = runs[run, BEFORE] - taken
        while True:
            is_cut = p < len(places) and places[p, 0] == run
            stop = places[p, 1] - 1 if is_cut else last
            if stop > first:
                r, e = runs[run, RUN_R], runs[run, RUN_E]
                out[m, FIRST_ROW], out[m, LAST_ROW], out[m, BEFORE], out[m, LEVEL] = (
                    first,
                    stop,
                    before,
                    level,
                )
                out[m, RUN_R], out[m, RUN_E] = r, e
                out[m, RUN_T1], out[m, RUN_T2] = of.ts[first], of.ts[first + 1]
                m += 1
            if not is_cut:
                break
            here = level_of(of.value[stop], of.scale)
            before += here - level
            first, level = places[p, 1], level_of(of.value[places[p, 1]], of.scale)
            taken += level - here
            p += 1
    return out[:m].copy()


@compiled
def every(of: Ordinary) -> NDArray[np.int64]:
    """(run, row) of all rises."""
    room = 0
    for run in range(len(of.runs)):
        room += of.runs[run, LAST_ROW] - of.runs[run, FIRST_ROW]
    out = np.empty((room, 2), np.int64)
    m = 0
    for run in range(len(of.runs)):
        for row in range(of.runs[run, FIRST_ROW] + 1, of.runs[run, LAST_ROW] + 1):
            if _amount(of, row) != 0:
                out[m, 0], out[m, 1] = run, row
                m += 1
    return out[:m].copy()


@compiled
def between(of: Ordinary, start: int, end: int) -> NDArray[np.int64]:
    """The runs of the rises whose interval lies within [start, end]; sums begin anew, at nothing."""
    runs = of.runs
    out = np.empty((len(runs), RUN_COLUMNS), np.int64)
    m = base = 0
    a, low = place_of(of, start, BY_START, -1, -1)
    b, high = place_of(of, end, BY_END, a, low)
    for run in range(max(a, 0), b + 1):
        first = max(runs[run, FIRST_ROW], low) if run == a else runs[run, FIRST_ROW]
        last = high if run == b else runs[run, LAST_ROW]
        if first < last:
            out[m, RUN_R], out[m, RUN_E] = runs[run, RUN_R], runs[run, RUN_E]
            out[m, FIRST_ROW], out[m, LAST_ROW] = first, last
            out[m, RUN_T1], out[m, RUN_T2] = of.ts[first], of.ts[first + 1]
            out[m, LEVEL] = level_of(of.value[first], of.scale)
            out[m, BEFORE] = runs[run, BEFORE] + out[m, LEVEL] - runs[run, LEVEL]
            if m == 0:
                base = out[m, BEFORE]
            out[m, BEFORE] -= base
            m += 1
    return out[:m].copy()


LAID_COLUMNS = 6
LAID_START, LAID_END, LOW, HIGH, SUM, WEIGHT = range(LAID_COLUMNS)
"""Columns of rises laid over stretches: the stretch, the sums of all rises up to its first and its last one, what the
stretches before it hold, and what a rise counts in it."""

INSIDE, T2_IN = 0, 1
"""Which rises a stretch holds: those whose interval lies in it, or those with start < t2 <= end."""


@compiled
def lay(
    of: Ordinary,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    weight: NDArray[np.int64],
    how: int,
) -> NDArray[np.int64]:
    """Rises laid over stretches, which ascend and are disjoint: int64[k, LAID_COLUMNS]."""
    out = np.empty((len(start), LAID_COLUMNS), np.int64)
    opens, closes = (BY_T2, BY_T2) if how == T2_IN else (BY_START, BY_END)
    total = 0
    run = row = -1
    for q in range(len(start)):
        run, row = place_of(of, start[q], opens, run, row)
        first = sum_upto(of, run, row)
        run, row = place_of(of, end[q], closes, run, row)
        last = sum_upto(of, run, row)
        out[q, LAID_START], out[q, LAID_END], out[q, WEIGHT] = start[q], end[q], weight[q]
        out[q, LOW], out[q, HIGH], out[q, SUM] = first, last, total
        total += weight[q] * (last - first)
    return out


@compiled
def sums_at(of: Ordinary, instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of all rises with t2 up to each instant; they ascend."""
    out = np.empty(len(instants), np.int64)
    run = row = -1
    for q in range(len(instants)):
        run, row = place_of(of, instants[q], BY_T2, run, row)
        out[q] = sum_upto(of, run, row)
    return out


@compiled
def lay_at(
    instants: NDArray[np.int64],
    sums: NDArray[np.int64],
    stretches: NDArray[np.int64],
    weight: NDArray[np.int64],
) -> NDArray[np.int64]:
    """What `lay` finds by t2, read off the sums at instants among which are all edges of the stretches."""
    out = np.empty((len(stretches), LAID_COLUMNS), np.int64)
    total = at = 0
    for q in range(len(stretches)):
        out[q, LAID_START], out[q, LAID_END] = stretches[q, 0], stretches[q, 1]
        for side in range(2):
            while at < len(instants) and instants[at] < stretches[q, side]:
                at += 1
            if at == len(instants) or instants[at] != stretches[q, side]:
                raise ValueError("an edge at which nothing was summed up")
            out[q, LOW + side] = sums[at]
        out[q, SUM], out[q, WEIGHT] = total, weight[q]
        total += weight[q] * (out[q, HIGH] - out[q, LOW])
    return out


@compiled
def _upto(laid: NDArray[np.int64], s: int, amount: int) -> int:
    """What the stretches up to s hold of the rises that sum up to `amount`."""
    if s < 0:
        return 0
    inside = min(max(amount, laid[s, LOW]), laid[s, HIGH]) - laid[s, LOW]
    return int(laid[s, SUM] + laid[s, WEIGHT] * inside)


@only_for_loops
def _stretch_before(laid: NDArray[np.int64], t: int, s: int) -> int:
    """The last stretch that starts before t, searched from s on; -1 where none does."""
    if len(laid) == 0 or laid[0, LAID_START] >= t:
        return -1
    low, step = max(s, 0), 1
    while low + step < len(laid) and laid[low + step, LAID_START] < t:
        low += step
        step *= 2
    high = min(low + step, len(laid))
    while low + 1 < high:
        middle = (low + high) // 2
        if laid[middle, LAID_START] < t:
            low = middle
        else:
            high = middle
    return low


@compiled
def held_by(
    of: Ordinary,
    laid: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    how: int,
) -> NDArray[np.int64]:
    """Of the rises in the stretches, × weight, those in each [start, end] by the same rule; these ascend, disjoint too."""
    out = np.empty(len(start), np.int64)
    opens, closes = (BY_T2, BY_T2) if how == T2_IN else (BY_START, BY_END)
    run = row = s = -1
    for q in range(len(start)):
        run, row = place_of(of, start[q], opens, run, row)
        s = _stretch_before(laid, start[q], s)
        before = _upto(laid, s, sum_upto(of, run, row))
        run, row = place_of(of, end[q], closes, run, row)
        s = _stretch_before(laid, end[q], s)
        out[q] = _upto(laid, s, sum_upto(of, run, row)) - before
    return out
