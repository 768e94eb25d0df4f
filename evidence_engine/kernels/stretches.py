"""Few stretches at a time, many thousand times: joined, cut, clipped and asked for in one call each.

Stretches are int64[n, 2] of half-open [start, end), ascending and disjoint unless a function says otherwise; instants are
int64[n]. All are contiguous, so that each loop is compiled once.
"""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops

Rows = NDArray[np.int64]
Instants = NDArray[np.int64]


@compiled
def in_order(rows: Rows) -> Rows:
    """Rows int64[n, k] by their first column: what is in order already stays as it is, runs in order are merged."""
    ends = np.empty(len(rows) + 1, np.int64)
    runs = 0
    for i in range(1, len(rows)):
        if rows[i, 0] < rows[i - 1, 0]:
            ends[runs] = i
            runs += 1
    ends[runs] = len(rows)
    runs += 1
    while runs > 1:
        out = np.empty_like(rows)
        start, left = 0, 0
        for run in range(0, runs, 2):
            middle = ends[run]
            end = ends[min(run + 1, runs - 1)]
            a, b = start, middle
            for place in range(start, end):
                if a < middle and (b == end or rows[a, 0] <= rows[b, 0]):
                    of, a = a, a + 1
                else:
                    of, b = b, b + 1
                for column in range(rows.shape[1]):  # a row set to a row would compile for seconds
                    out[place, column] = rows[of, column]
            ends[left] = end
            start, left = end, left + 1
        rows, runs = out, left
    return rows


@compiled
def ascending(instants: Instants) -> Instants:
    """Any instants in order, each once."""
    rows = in_order(instants.reshape(-1, 1))
    out = np.empty(len(rows), np.int64)
    n = 0
    for i in range(len(rows)):
        if i == 0 or rows[i, 0] != rows[i - 1, 0]:
            out[n] = rows[i, 0]
            n += 1
    return out[:n]


@compiled
def stretches_of(start: Instants, end: Instants) -> Rows:
    """Two columns, the empty ones left out."""
    out = np.empty((len(start), 2), np.int64)
    n = 0
    for i in range(len(start)):
        if start[i] < end[i]:
            out[n, 0], out[n, 1] = start[i], end[i]
            n += 1
    return out[:n]


@compiled
def joined(stretches: Rows) -> Rows:
    """Any stretches, ordered or not, overlapping or touching, as the fewest that cover the same time."""
    rows = in_order(stretches)
    out = np.empty((len(rows), 2), np.int64)
    n = 0
    for i in range(len(rows)):
        if rows[i, 0] >= rows[i, 1]:
            continue
        if n > 0 and rows[i, 0] <= out[n - 1, 1]:
            out[n - 1, 1] = max(out[n - 1, 1], rows[i, 1])
        else:
            out[n, 0], out[n, 1] = rows[i, 0], rows[i, 1]
            n += 1
    return out[:n]


@only_for_loops
def first_after(rows: Rows, column: int, instant: int) -> int:
    """The first row whose column, ascending, is after an instant."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) >> 1
        if rows[middle, column] > instant:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def clip(stretches: Rows, start: int, end: int) -> Rows:
    """What lies in [start, end)."""
    first = first_after(stretches, 1, start)
    last = first_after(stretches, 0, end - 1)
    if start >= end or first >= last:
        return np.empty((0, 2), np.int64)
    out = stretches[first:last].copy()
    out[0, 0] = max(out[0, 0], start)
    out[-1, 1] = min(out[-1, 1], end)
    return out


@compiled
def complement(stretches: Rows, start: int, end: int) -> Rows:
    """The time of [start, end) that lies in none."""
    within = clip(stretches, start, end)
    out = np.empty((len(within) + 1, 2), np.int64)
    n, at = 0, start
    for i in range(len(within)):
        if at < within[i, 0]:
            out[n, 0], out[n, 1] = at, within[i, 0]
            n += 1
        at = within[i, 1]
    if at < end:
        out[n, 0], out[n, 1] = at, end
        n += 1
    return out[:n]


@compiled
def intersect(one: Rows, other: Rows) -> Rows:
    """The time that lies in both, neighbours that touch made one; neither is empty."""
    out = np.empty((len(one) + len(other), 2), np.int64)
    i, j, n = first_after(one, 1, other[0, 0]), first_after(other, 1, one[0, 0]), 0
    while i < len(one) and j < len(other):
        start, end = max(one[i, 0], other[j, 0]), min(one[i, 1], other[j, 1])
        if start < end:
            if n > 0 and out[n - 1, 1] == start:
                out[n - 1, 1] = end
            else:
                out[n, 0], out[n, 1] = start, end
                n += 1
        if one[i, 1] < other[j, 1]:
            i += 1
        else:
            j += 1
    return out[:n]


@compiled
def cut(stretches: Rows, borders: Instants) -> Rows:
    """The same time in pieces that no border crosses; borders need no order, stretches are not empty."""
    ordered = in_order(borders.reshape(-1, 1))
    out = np.empty((len(stretches) + len(borders), 2), np.int64)
    k, n = first_after(ordered, 0, stretches[0, 0]), 0
    for i in range(len(stretches)):
        at, end = stretches[i, 0], stretches[i, 1]
        while k < len(ordered) and ordered[k, 0] < end:
            border = ordered[k, 0]
            if border > at:
                out[n, 0], out[n, 1] = at, border
                n, at = n + 1, border
            k += 1
        out[n, 0], out[n, 1] = at, end
        n += 1
    return out[:n]


@only_for_loops
def holder(stretches: Rows, instant: int, near: int) -> int:
    """The last stretch that begins at or before an instant, -1 for none; `near`: one to look at first, or -1."""
    begun = near >= 0 and stretches[near, 0] <= instant
    if begun and (near + 1 == len(stretches) or instant < stretches[near + 1, 0]):
        return near
    return first_after(stretches, 0, instant) - 1


@compiled
def inside(stretches: Rows, instants: Instants) -> NDArray[np.bool_]:
    """Which instants lie in a stretch."""
    out = np.zeros(len(instants), np.bool_)
    at = -1
    for i in range(len(instants)):
        at = holder(stretches, instants[i], at)
        out[i] = at >= 0 and instants[i] < stretches[at, 1]
    return out


@compiled
def holding(stretches: Rows, start: Instants, end: Instants) -> NDArray[np.bool_]:
    """Which [start, end) lie wholly in one stretch."""
    out = np.zeros(len(start), np.bool_)
    at = -1
    for i in range(len(start)):
        at = holder(stretches, start[i], at)
        out[i] = at >= 0 and end[i] <= stretches[at, 1]
    return out


@compiled
def lengths_before(stretches: Rows) -> Instants:
    """How much of the stretches lies before the start of each."""
    out = np.empty(len(stretches), np.int64)
    before = 0
    for i in range(len(stretches)):
        out[i] = before
        before += stretches[i, 1] - stretches[i, 0]
    return out


@compiled
def to_x(stretches: Rows, x: Instants, instants: Instants) -> Instants:
    """How much of the stretches lies before each instant; x: the same at the start of each stretch."""
    out = np.zeros(len(instants), np.int64)
    at = -1
    for i in range(len(instants)):
        at = holder(stretches, instants[i], at)
        if at >= 0:
            out[i] = x[at] + min(instants[i], stretches[at, 1]) - stretches[at, 0]
    return out
