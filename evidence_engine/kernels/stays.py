"""How many failures the chains of a stop may hold in a window, one loop over their parts (D34)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEAST, LEAST_TIME, MOST, TIME = range(4)
"""Columns of what a chain may hold: failures at least, their time, at most, and the most time."""

FIRST, LAST = -(2**62), 2**62
"""A chain that begins or ends with the history may go on for ever."""


@njit(nogil=True, cache=True)
def calendar_before(stretches: NDArray[np.int64], x: NDArray[np.int64], instant: int) -> int:
    """Calendar ns before an instant; x: those before each stretch, int64[n, 2]."""
    low, high = 0, len(x)
    while low < high:
        middle = (low + high) // 2
        if stretches[middle, 0] <= instant:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return 0
    return int(x[low - 1] + min(instant, stretches[low - 1, 1]) - stretches[low - 1, 0])


@njit(nogil=True, cache=True)
def _between(stretches: NDArray[np.int64], x: NDArray[np.int64], start: int, end: int) -> int:
    if start >= end:
        return 0
    return calendar_before(stretches, x, end) - calendar_before(stretches, x, start)


@njit(nogil=True, cache=True)
def failures_of(
    parts: NDArray[np.int64],
    chain: NDArray[np.int64],
    calendar: tuple[NDArray[np.int64], NDArray[np.int64]],
    window: tuple[int, int],
    min_stop: int,
) -> NDArray[np.int64]:
    """int64[c, 4] of the chains chain[c] to chain[c + 1] of parts (start, end, sure).

    A stay begins in an unsure segment or with a sure run; runs that come later may go on with it, off-shift too. So
    their time may count once a beginning may lie in the window's calendar, and surely counts while all of them must.
    """
    stretches, x = calendar
    start, end = window
    out = np.zeros((len(chain) - 1, 4), np.int64)
    for c in range(len(chain) - 1):
        first, last = parts[chain[c], 0], parts[chain[c + 1] - 1, 1]
        is_open = first == FIRST or last == LAST
        may_reach = is_open or _between(stretches, x, first, last) >= min_stop
        before, may_count, must_count = first, False, True
        least_time, most, time, unsure_time = 0, 0, 0, 0
        for p in range(chain[c], chain[c + 1]):
            begin, stop = parts[p, 0], parts[p, 1]
            length = _between(stretches, x, begin, stop)
            inside = _between(stretches, x, max(begin, start), min(stop, end))
            if parts[p, 2] == 0:
                before = begin
                unsure_time += inside
                reaches = begin == FIRST or stop == LAST or length >= min_stop
                most += inside // min_stop
                if stop > end and inside > 0 and reaches:
                    most += 1
                may_count = may_count or inside > 0
                continue
            beginning = _between(stretches, x, max(before, start), min(begin + 1, end))
            if may_reach and beginning > 0:
                most += 1
            may_count = may_count or beginning > 0
            must_count = must_count and beginning == begin + 1 - before
            if may_count and may_reach:
                time += inside
            if must_count and length >= min_stop:
                least_time += inside
            before = stop
        time += unsure_time
        if last <= end:  # all of a failure that begins in the window lies in it
            most = min(most, time // min_stop)
        out[c, LEAST] = 1 if least_time > 0 else 0
        out[c, LEAST_TIME], out[c, MOST], out[c, TIME] = least_time, most, time if most > 0 else 0
    return out
