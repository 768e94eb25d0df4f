"""How long signals were live, and whether what had to be sent came: sweeps over stretches of time, int64[n, 2]."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops

Stretches = NDArray[np.int64]


class Signs(NamedTuple):
    """Stretches of g signals one after the other, ascending and disjoint in each: those of signal k of `known` are
    known[known_of[k]:known_of[k + 1]]."""

    known: Stretches
    known_of: NDArray[np.int64]
    dead: Stretches
    dead_of: NDArray[np.int64]


@only_for_loops
def _not_over(stretches: Stretches, first: int, last: int, instant: int) -> int:
    """The first of the stretches in [first, last) that ends after the instant, `last` where none does."""
    while first < last:
        middle = (first + last) // 2
        if stretches[middle, 1] <= instant:
            first = middle + 1
        else:
            last = middle
    return first


@compiled
def _look(stretches: Stretches, at: int, last: int, instant: int) -> tuple[int, bool, int]:
    """From stretch `at` on: the first that is not over at the instant, whether it holds it, and until when that is so."""
    while at < last and stretches[at, 1] <= instant:
        at += 1
    if at == last:
        return at, False, 2**62
    holds = stretches[at, 0] <= instant
    return at, bool(holds), int(stretches[at, 1] if holds else stretches[at, 0])


@compiled
def live_time(time: Stretches, signs: Signs, start: int, end: int) -> NDArray[np.int64]:
    """ns of `time` in [start, end), int64[g + 1, 2]: of each signal known, and proven dead without being known; in the
    last row all of them known together, and any of them dead."""
    known, known_of, dead, dead_of = signs
    count = len(known_of) - 1
    found, says = np.zeros((count + 1, 2), np.int64), np.zeros((count + 1, 2), np.int64)
    at = np.empty((count, 2), np.int64)
    for g in range(count):
        at[g, 0] = _not_over(known, known_of[g], known_of[g + 1], start)
        at[g, 1] = _not_over(dead, dead_of[g], dead_of[g + 1], start)
    for s in range(_not_over(time, 0, len(time), start), len(time)):
        instant, stop = max(time[s, 0], start), min(time[s, 1], end)
        while instant < stop:
            until = stop
            says[count, 0], says[count, 1] = 1, 0
            for g in range(count):
                at[g, 0], is_known, known_until = _look(known, at[g, 0], known_of[g + 1], instant)
                at[g, 1], is_dead, dead_until = _look(dead, at[g, 1], dead_of[g + 1], instant)
                says[g, 0], says[g, 1] = is_known, is_dead and not is_known
                says[count, 0] &= says[g, 0]
                says[count, 1] |= says[g, 1]
                until = min(until, known_until, dead_until)
            found += says * (until - instant)
            instant = until
        if stop >= end:
            break
    return found


@compiled
def came(
    ts: NDArray[np.int64], up: Stretches, down: Stretches, length: int, start: int, end: int
) -> tuple[int, int, int]:
    """Of the periods of `length` ns on the clock's grid that lie in [start, end): with a row; without one though all of it
    lies in one stretch of `up`; without one and neither in a stretch of `up` nor of `down`."""
    begin = -(-start // length) * length
    row = np.searchsorted(ts, begin)
    u, d = _not_over(up, 0, len(up), begin), _not_over(down, 0, len(down), begin)
    arrived, lost, unproven = 0, 0, 0
    while begin + length <= end:
        stop = begin + length
        while row < len(ts) and ts[row] < begin:
            row += 1
        if row < len(ts) and ts[row] < stop:
            arrived += 1
        else:
            u, is_up, up_until = _look(up, u, len(up), begin)
            d, is_down, down_until = _look(down, d, len(down), begin)
            if is_up and stop <= up_until:
                lost += 1
            elif not (is_down and stop <= down_until):
                unproven += 1
        begin = stop
    return arrived, lost, unproven
