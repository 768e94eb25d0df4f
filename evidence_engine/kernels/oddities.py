"""What is odd about the columns of a window, each question in one pass: values that never move, steps that never differ,
rises of a machine that surely rests, levels that stay low while it surely works.

Every kernel finds its rows itself: those with start <= ts < end of `window`, (start, end). Good is quality 0 alone.
"""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled
from evidence_engine.kernels.held import level_of
from evidence_engine.kernels.series import Series, grown

Held = tuple[NDArray[np.int64], NDArray[np.uint64]]
"""Segments [border[i], border[i + 1]) of a held value, and the mask of what may be in each; beyond them anything."""


@compiled
def unmoved(of: Series, window: tuple[int, int]) -> tuple[int, int, int]:
    """Rows of the first and the last good reading, and how many there are; 0 where they are not all of one value."""
    first, last, count = -1, -1, 0
    for i in range(np.searchsorted(of.ts, window[0]), np.searchsorted(of.ts, window[1])):
        if of.quality[i] != 0:
            continue
        if first < 0:
            first = i
        if of.value[i] != of.value[first]:  # NaN never equals
            return first, i, 0
        last, count = i, count + 1
    return first, last, count


@compiled
def equal_steps(
    of: Series, window: tuple[int, int], scale: int, too_large: float, least: int
) -> NDArray[np.int64]:
    """Where at least `least` changes in a row took the same time and the same amount as the change before: int64[m, 3].

    Rows of samples: where the first of these steps begins, where it ends, and the change after the last of them (that
    one's own end where none follows). A repeated level is no change; the first good reading counts as one.
    """
    found = np.empty((4, 3), np.int64)
    m, equal = 0, 0
    head, second, last, level = -1, -1, -1, 0
    distance, amount = 0, 0
    for i in range(np.searchsorted(of.ts, window[0]), np.searchsorted(of.ts, window[1])):
        if of.quality[i] != 0 or not abs(of.value[i]) < too_large:
            continue
        here = level_of(of.value[i], scale)
        if last < 0:
            head, last, level = i, i, here
        if here == level:
            continue
        took, rose = of.ts[i] - of.ts[last], here - level
        if took == distance and rose == amount:
            equal += 1
        else:
            if equal >= least:
                found = grown(found, m)
                found[m, 0], found[m, 1], found[m, 2] = head, second, i
                m += 1
            head, second, equal = last, i, 0
            distance, amount = took, rose
        last, level = i, here
    if equal >= least:
        found = grown(found, m)
        found[m, 0], found[m, 1], found[m, 2] = head, second, last
        m += 1
    return found[:m].copy()


@compiled
def may_be_equal(of: Series, window: tuple[int, int], scale: int, too_large: float, least: int) -> bool:
    """False where `equal_steps` finds nothing; True only where half of `least`, which is 2 or more, are equal in a row.

    So long a row holds a row of samples that is looked at, every half of `least` of them, with as many steps after it.
    """
    end, half = np.searchsorted(of.ts, window[1]), least // 2
    for begin in range(np.searchsorted(of.ts, window[0]), end, half):
        changes, equal, last, level = -1, 0, 0, 0
        distance, amount = 0, 0
        for i in range(begin, end):
            if of.quality[i] != 0 or not abs(of.value[i]) < too_large:
                continue
            here = level_of(of.value[i], scale)
            if changes >= 0 and here == level:
                continue
            changes += 1  # the first one may repeat the level before it, so that no step can begin with it
            took, rose = of.ts[i] - of.ts[last], here - level
            if changes > 2:
                if took != distance or rose != amount:
                    break
                equal += 1
            distance, amount, last, level = took, rose, i, here
            if equal >= least - half:
                return True
    return False


@compiled
def resting_rises(of: Series, window: tuple[int, int], state: Held, works: np.uint64, before: int) -> int:
    """Rises between neighbouring good readings that lie, with `before` ns before them, where nothing of `works` may be."""
    ts, (border, may) = of.ts, state
    found, k = 0, max(int(np.searchsorted(border, window[0], "right")) - 1, 0)
    i, end = int(np.searchsorted(ts, window[0])), int(np.searchsorted(ts, window[1]))
    while k < len(may) and i < end:
        rests = k
        while k < len(may) and not may[k] & works:
            k += 1
        if k == rests:
            k += 1
            continue
        while i < end and ts[i] < border[rests] + before:
            i += 1
        last = -1
        while i < end and ts[i] <= border[k]:
            if of.quality[i] == 0 and np.isfinite(of.value[i]):
                if last >= 0 and of.value[i] > of.value[last]:
                    found += 1
                last = i
            i += 1
    return found


@compiled
def low_while(
    of: Series, window: tuple[int, int], state: Held, wanted: np.uint64, level: float, enough: int
) -> bool:
    """Whether the value read last, good or bad, is `level` at most for `enough` ns of the time that can only be `wanted`."""
    ts, (border, may), (start, end) = of.ts, state, window
    time = 0
    i = max(int(np.searchsorted(ts, start, "right")) - 1, 0)
    for k in range(max(int(np.searchsorted(border, start, "right")) - 1, 0), len(may)):
        if border[k] >= end:
            break
        if may[k] != wanted:
            continue
        begin, stop = max(border[k], start), min(border[k + 1], end)
        while i + 1 < len(ts) and ts[i + 1] <= begin:
            i += 1
        while i < len(ts) and ts[i] < stop:
            following = ts[i + 1] if i + 1 < len(ts) else stop
            if of.value[i] <= level:
                time += min(following, stop) - max(ts[i], begin)
            if following >= stop:
                break
            i += 1
        if time >= enough:
            return True
    return False
