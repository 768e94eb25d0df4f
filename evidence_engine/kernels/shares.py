"""What of each step may lie inside a calendar and a window, by what D12 allows inside and outside of them (D10)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.allowed import Allowed, Lies, part_of
from evidence_engine.kernels.compiling import compiled, only_for_loops


class StepRows(NamedTuple):
    """Steps in the order of t2, int64[n] each; low, high: with the sign · marks: ENDLESS, RESTS and UNDECIDED.

    reach_end: the latest end of each and those before it · reach_start: the earliest start of it and those after it.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    sign: NDArray[np.int64]
    marks: NDArray[np.int64]
    reach_end: NDArray[np.int64]
    reach_start: NDArray[np.int64]


ENDLESS, RESTS, UNDECIDED = 1, 2, 8
"""Marks: the magnitude has no bound · none where D12's limit is disproved · a fall that is not decided yet."""


SHARE_COLUMNS = 4
ROW, LEAST, MOST, FLAGS = range(SHARE_COLUMNS)
"""Columns of a step's share: which step, at least and at most what of it, with its sign, and flags."""

UP, DOWN, WHOLE = 1, 2, 4
"""Flags beside UNDECIDED: no bound above, none below, and its interval lies wholly in the window."""


@compiled
def _before(calendar: NDArray[np.int64], column: int, t: int) -> int:
    """How many stretches start (column 0) or end (column 1) before t."""
    low, high = 0, len(calendar)
    while low < high:
        middle = (low + high) // 2
        if calendar[middle, column] < t:
            low = middle + 1
        else:
            high = middle
    return low


@only_for_loops
def _x_at(calendar: NDArray[np.int64], x: NDArray[np.int64], t: int) -> int:
    """Calendar ns before t."""
    at = _before(calendar, 0, t + 1) - 1
    return 0 if at < 0 else int(x[at] + min(t, calendar[at, 1]) - calendar[at, 0])


@compiled
def _holds(calendar: NDArray[np.int64], t: int) -> bool:
    at = _before(calendar, 0, t + 1) - 1
    return at >= 0 and t < calendar[at, 1]


@compiled
def shares_in(
    steps: StepRows,
    calendar: NDArray[np.int64],
    x: NDArray[np.int64],
    allowed: Allowed,
    start: int,
    end: int,
) -> NDArray[np.int64]:
    """Shares of the steps that touch (start, end] in the calendar, int64[m, SHARE_COLUMNS]; x: calendar ns before each stretch.

    num × den of the pace, and what it allows in the longest step, stay below 2**62.
    """
    first = np.searchsorted(steps.reach_end, start, "right")
    last = np.searchsorted(steps.reach_start, end, "left")
    out = np.empty((last - first if last > first else 0, SHARE_COLUMNS), np.int64)
    m = at = 0
    for row in range(first, last):
        begin, stop = steps.start[row], steps.end[row]
        is_whole = begin >= start and stop <= end
        if not is_whole and (stop <= start or begin >= end):
            continue
        marks, sign = steps.marks[row], steps.sign[row]
        low, high = steps.low[row], steps.high[row]
        endless = (marks & ENDLESS) != 0 or (allowed.broken != 0 and (marks & RESTS) != 0)
        while at + 1 < len(calendar) and calendar[at + 1, 0] <= begin:
            at += 1
        is_inside = is_whole and len(calendar) > 0 and calendar[at, 0] <= begin and stop <= calendar[at, 1]
        if not is_inside:
            a, b = max(begin, start), min(stop, end)
            length = _x_at(calendar, x, b) - _x_at(calendar, x, a)
            if length == 0:
                low, high, endless = 0, 0, False
            elif stop - begin > length:
                pieces = _before(calendar, 0, b) - _before(calendar, 1, a + 1)
                edges = int(not (start <= begin < end and _holds(calendar, begin)))
                edges += int(not (start <= stop - 1 < end and _holds(calendar, stop - 1)))
                lies = Lies(length, stop - begin - length, pieces, edges)
                low, high, endless = part_of(allowed, (low, high, sign), endless, lies)
        flags = (marks & UNDECIDED) | (WHOLE if is_whole else 0)
        if endless:
            flags |= (UP if allowed.net or sign > 0 else 0) | (DOWN if allowed.net or sign < 0 else 0)
        out[m, 0], out[m, 1], out[m, 2], out[m, 3] = row, low, high, flags
        m += 1
    return out[:m].copy()
