"""Stays in one state, and the chains of time in which it may hold: laid out once, then counted in any window (D34).

A chain is maximal time in which the state may hold, made of parts: sure runs and unsure segments. All tables ascend.
`x` of an instant is the calendar time before it, so that in a window lengths are differences and no calendar is needed.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

FIRST, LAST = -(2**62), 2**62
"""A chain that begins or ends with the history may go on for ever."""


class Line(NamedTuple):
    """A held value: plain and may of each segment [border[i], border[i + 1]); before and after them all of `full` may hold.

    There is one border at least.
    """

    border: NDArray[np.int64]
    plain: NDArray[np.int16]
    may: NDArray[np.int64]


class Days(NamedTuple):
    """Calendar time: disjoint stretches int64[n, 2], and x at the start of each."""

    stretches: NDArray[np.int64]
    x: NDArray[np.int64]


class Edges(NamedTuple):
    """A window, and x of its edges."""

    start: int
    end: int
    first: int
    last: int


PART_COLUMNS = 6
START, END, SURE, X_START, X_END, X_AFTER = range(PART_COLUMNS)
"""Columns of a part: X_AFTER is x one ns after its start, so a stay that begins there begins in the calendar, or not."""

PIECE_COLUMNS = 4
X_BEGIN, X_STOP = 2, 3
"""Columns of a piece after START and END."""

STAY_COLUMNS = 12
(
    LENGTH,
    SURE_LENGTH,
    LATEST,
    EARLIEST_END,
    CHAIN_START,
    CHAIN_END,
    X_CHAIN,
    X_LATEST,
    X_BEGUN,
    PIECE,
) = range(2, STAY_COLUMNS)
"""Columns of a stay after START and END: calendar ns in the state, and surely so · by when it has surely begun, and from
when on it may have ended · its chain, and x at its start · x one ns after LATEST and after START ·
its first piece."""


@njit(nogil=True, cache=True)
def x_at(days: Days, instant: int, near: int) -> tuple[int, int]:
    """(calendar ns before an instant, the stretch that begins last before it, -1 for none), searched from `near` on."""
    k, step = near, 1
    while k + step < len(days.x) and days.stretches[k + step, 0] <= instant:
        k += step
        step *= 2
    high = min(k + step, len(days.x))
    while k + 1 < high:
        middle = (k + high) // 2
        if days.stretches[middle, 0] <= instant:
            k = middle
        else:
            high = middle
    if k < 0:
        return 0, k
    return int(days.x[k] + min(instant, days.stretches[k, 1]) - days.stretches[k, 0]), k


@njit(nogil=True, cache=True)
def chains_of(line: Line, days: Days, bit: int, full: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """parts int64[m, PART_COLUMNS], and with which of them each chain begins, one more at the end: int64[c + 1]."""
    n = len(line.may)
    parts = np.empty((n + 2, PART_COLUMNS), np.int64)
    chain = np.empty(n + 3, np.int64)
    m = c = 0
    near = -1
    is_open = False
    for i in range(-1, n + 1):
        mask = line.may[i] if 0 <= i < n else full
        if mask & bit == 0:
            is_open = False
            continue
        start = line.border[i] if i >= 0 else FIRST
        end = line.border[i + 1] if i < n else LAST
        is_sure = 1 if mask == bit else 0
        if not is_open:
            chain[c] = m
            c += 1
        if not is_open or parts[m - 1, SURE] != is_sure:
            parts[m, START], parts[m, SURE] = start, is_sure
            parts[m, X_START], near = x_at(days, start, near)
            parts[m, X_AFTER], _ = x_at(days, start + 1, near)
            m += 1
        parts[m - 1, END] = end
        parts[m - 1, X_END], near = x_at(days, end, near)
        is_open = True
    chain[c] = m
    return parts[:m].copy(), chain[: c + 1].copy()


@njit(nogil=True, cache=True)
def stays_of(
    line: Line, days: Days, state: int, parts: NDArray[np.int64], chain: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """pieces int64[p, PIECE_COLUMNS] in the state by the plain reading, and stays int64[s, STAY_COLUMNS].

    Unknown time (-1) between two pieces parts nothing.
    """
    count = 0
    for i in range(len(line.plain)):
        count += line.plain[i] == state
    pieces = np.empty((count, PIECE_COLUMNS), np.int64)
    stays = np.empty((count, STAY_COLUMNS), np.int64)
    p = s = 0
    near = -1
    is_open = False
    for i in range(len(line.plain)):
        if line.plain[i] != state:
            is_open = is_open and line.plain[i] < 0
            continue
        pieces[p, START], pieces[p, END] = line.border[i], line.border[i + 1]
        pieces[p, X_BEGIN], near = x_at(days, line.border[i], near)
        if not is_open:
            stays[s, START], stays[s, PIECE], stays[s, LENGTH] = line.border[i], p, 0
            stays[s, X_BEGUN], _ = x_at(days, line.border[i] + 1, near)
            s += 1
        pieces[p, X_STOP], near = x_at(days, line.border[i + 1], near)
        stays[s - 1, END] = line.border[i + 1]
        stays[s - 1, LENGTH] += pieces[p, X_STOP] - pieces[p, X_BEGIN]
        p += 1
        is_open = True
    _lay_over(stays[:s], parts, chain, days)
    return pieces, stays[:s].copy()


@njit(nogil=True, cache=True)
def _lay_over(
    stays: NDArray[np.int64], parts: NDArray[np.int64], chain: NDArray[np.int64], days: Days
) -> None:
    """Fill in what the chain of each stay says of it: a sure run lies in one stay, and a stay in one chain."""
    c = p = 0
    near = -1
    for s in range(len(stays)):
        start, end = stays[s, START], stays[s, END]
        while parts[chain[c + 1] - 1, END] <= start:
            c += 1
        p = max(p, chain[c])
        stays[s, CHAIN_START], stays[s, X_CHAIN] = parts[chain[c], START], parts[chain[c], X_START]
        stays[s, CHAIN_END] = parts[chain[c + 1] - 1, END]
        stays[s, SURE_LENGTH], stays[s, EARLIEST_END] = 0, start
        found = -1
        while p < chain[c + 1] and parts[p, START] < end:
            if parts[p, SURE] == 1 and parts[p, START] >= start:
                found = p if found < 0 else found
                stays[s, SURE_LENGTH] += parts[p, X_END] - parts[p, X_START]
                stays[s, EARLIEST_END] = parts[p, END]
            p += 1
        if found >= 0:
            stays[s, LATEST], stays[s, X_LATEST] = parts[found, START], parts[found, X_AFTER]
        else:
            stays[s, LATEST] = stays[s, CHAIN_END]
            stays[s, X_LATEST], near = x_at(days, stays[s, CHAIN_END] + 1, near)


@njit(nogil=True, cache=True)
def _within(x: int, edges: Edges) -> int:
    return max(min(x, edges.last), edges.first)


@njit(nogil=True, cache=True)
def _inside(first: int, last: int, edges: Edges) -> int:
    """Of [first, last) in x, what lies in the window."""
    return _within(last, edges) - _within(first, edges)


CHAIN_COLUMNS = 10
LEAST, LEAST_TIME, MOST, TIME, MINOR, LONG_TIME, REACHING, SHORT_TIME = range(2, CHAIN_COLUMNS)
"""Columns of a chain in a window after START and END: failures at least, their time, at most, and the most time · minor
stops at least · ns in sure runs of `min_stop` · all its ns if it may reach `min_stop` · else the sure ones."""


@njit(nogil=True, cache=True)
def chains_in(
    parts: NDArray[np.int64], chain: NDArray[np.int64], edges: Edges, min_stop: int
) -> NDArray[np.int64]:
    """int64[c, CHAIN_COLUMNS] of the chains that share time with the window.

    A stay begins in an unsure segment or with a sure run; runs that come later may go on with it, off-shift too. So
    their time may count once a beginning may lie in the window's calendar, and surely counts while all of them must.
    """
    c, high = 0, len(chain) - 1
    while c < high:  # the first chain that ends after the window's start
        middle = (c + high) // 2
        if parts[chain[middle + 1] - 1, END] <= edges.start:
            c = middle + 1
        else:
            high = middle
    until = c
    while until < len(chain) - 1 and parts[chain[until], START] < edges.end:
        until += 1
    out = np.zeros((until - c, CHAIN_COLUMNS), np.int64)
    for row in range(until - c):
        _chain_in(out[row], parts[chain[c + row] : chain[c + row + 1]], edges, min_stop)
    return out


@njit(nogil=True, cache=True)
def _chain_in(out: NDArray[np.int64], parts: NDArray[np.int64], edges: Edges, min_stop: int) -> None:
    first, last = parts[0, START], parts[-1, END]
    may_reach = first == FIRST or last == LAST or parts[-1, X_END] - parts[0, X_START] >= min_stop
    before, x_before, may_count, must_count = first, parts[0, X_START], False, True
    least_time, most, time, unsure_time, long_time, sure_time = 0, 0, 0, 0, 0, 0
    minor = False
    for p in range(len(parts)):
        begin, stop = parts[p, START], parts[p, END]
        length = parts[p, X_END] - parts[p, X_START]
        inside = _inside(parts[p, X_START], parts[p, X_END], edges)
        if parts[p, SURE] == 0:
            before, x_before = begin, parts[p, X_START]
            unsure_time += inside
            reaches = begin == FIRST or stop == LAST or length >= min_stop
            most += inside // min_stop
            if stop > edges.end and inside > 0 and reaches:
                most += 1
            may_count = may_count or inside > 0
            continue
        beginning = _inside(x_before, parts[p, X_AFTER], edges)
        must_begin = beginning == begin + 1 - before
        if p <= 1:
            minor = must_begin and not may_reach
        if may_reach and beginning > 0:
            most += 1
        may_count = may_count or beginning > 0
        must_count = must_count and must_begin
        if may_count and may_reach:
            time += inside
        if length >= min_stop:
            long_time += inside
        if must_count and length >= min_stop:
            least_time += inside
        sure_time += inside
        before, x_before = stop, parts[p, X_END]
    time += unsure_time
    if last <= edges.end:  # all of a failure that begins in the window lies in it
        most = min(most, time // min_stop)
    out[LEAST], out[LEAST_TIME] = 1 if least_time > 0 else 0, least_time
    out[MOST], out[TIME] = most, time if most > 0 else 0
    out[START], out[END] = first, last
    out[MINOR], out[LONG_TIME] = 1 if minor else 0, long_time
    out[REACHING] = sure_time + unsure_time if may_reach else 0
    out[SHORT_TIME] = 0 if may_reach else sure_time


IN_COLUMNS = 4
ROW, INSIDE, BEGINS, MAY_BEGIN = range(IN_COLUMNS)
"""Columns of a stay in a window: its row · ns of the state in the window · whether it begins there, by the plain reading
and by the careful one."""


@njit(nogil=True, cache=True)
def stays_in(pieces: NDArray[np.int64], stays: NDArray[np.int64], edges: Edges) -> NDArray[np.int64]:
    """int64[k, IN_COLUMNS] of the stays whose chain shares time with the window."""
    first, high = 0, len(stays)
    while first < high:  # the first whose chain ends after the window's start
        middle = (first + high) // 2
        if stays[middle, CHAIN_END] <= edges.start:
            first = middle + 1
        else:
            high = middle
    last = first
    while last < len(stays) and stays[last, CHAIN_START] < edges.end:
        last += 1
    out = np.zeros((last - first, IN_COLUMNS), np.int64)
    for s in range(first, last):
        until = stays[s + 1, PIECE] if s + 1 < len(stays) else len(pieces)
        inside = 0
        for p in range(stays[s, PIECE], until):
            inside += _inside(pieces[p, X_BEGIN], pieces[p, X_STOP], edges)
        out[s - first, ROW], out[s - first, INSIDE] = s, inside
        is_here = edges.start <= stays[s, START] < edges.end
        is_open = stays[s, X_BEGUN] > pieces[stays[s, PIECE], X_BEGIN]  # the calendar holds its first ns
        out[s - first, BEGINS] = 1 if is_here and is_open else 0
        out[s - first, MAY_BEGIN] = 1 if _inside(stays[s, X_CHAIN], stays[s, X_LATEST], edges) > 0 else 0
    return out
