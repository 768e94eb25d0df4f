"""Stays in one state, and the chains of time in which it may hold: laid out once, then counted in any window (D34).

A chain is maximal time in which the state may hold, made of parts: sure runs and unsure segments. All tables ascend.
`x` of an instant is the calendar time before it, so that in a window lengths are differences and no calendar is needed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops

FIRST, LAST = -(2**62), 2**62
"""A chain that begins or ends with the history may go on for ever."""


class Line(NamedTuple):
    """A held value over all time: plain[n], may[n] of each segment [border[i], border[i + 1]), from FIRST to LAST."""

    border: NDArray[np.int64]
    plain: NDArray[np.int16]
    may: NDArray[np.int64]


class Edges(NamedTuple):
    """A window, and x of its edges."""

    start: int
    end: int
    first: int
    last: int


START, END, X_START, X_END, X_BEGUN = range(5)
"""Columns of all tables: edges, x of them, and x one ns after START: a stay begins in the calendar if its first ns does."""

PART_COLUMNS = 7
X_ENDED, SURE = 5, 6
"""Columns of a part: x one ns after END · 1 where it is a sure run."""

STAY_COLUMNS = 14
(
    LENGTH,
    SURE_LENGTH,
    LATEST,
    EARLIEST_END,
    CHAIN_START,
    CHAIN_END,
    X_CHAIN,
    X_LATEST,
    PIECE,
) = range(5, STAY_COLUMNS)
"""Columns of a stay: calendar ns in the state, and surely so · by when it has surely begun, and from when on it may have
ended · its chain, and x at its start · x one ns after LATEST · its first piece."""

PIECE_COLUMNS = 4
"""A piece has no X_BEGUN."""


@compiled
def chains_of(line: Line, x: NDArray[np.int64], bit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """parts int64[m, PART_COLUMNS], and with which of them each chain begins, one more at the end: int64[c + 1].

    x: int64[2, n + 1], of each border and one ns after it.
    """
    n = len(line.may)
    m = c = room = 0
    for i in range(n):
        room += line.may[i] & bit != 0
    parts = np.empty((room, PART_COLUMNS), np.int64)
    chain = np.empty(room + 1, np.int64)
    is_open = False
    for i in range(n):
        if line.may[i] & bit == 0:
            is_open = False
            continue
        is_sure = 1 if line.may[i] == bit else 0
        if not is_open:
            chain[c] = m
            c += 1
        if not is_open or parts[m - 1, SURE] != is_sure:
            parts[m, START], parts[m, SURE] = line.border[i], is_sure
            parts[m, X_START], parts[m, X_BEGUN] = x[0, i], x[1, i]
            m += 1
        parts[m - 1, END] = line.border[i + 1]
        parts[m - 1, X_END], parts[m - 1, X_ENDED] = x[0, i + 1], x[1, i + 1]
        is_open = True
    chain[c] = m
    return parts[:m], chain[: c + 1]


@compiled
def stays_of(
    line: Line, x: NDArray[np.int64], state: int, parts: NDArray[np.int64], chain: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """pieces int64[p, PIECE_COLUMNS] in the state by the plain reading, and stays int64[s, STAY_COLUMNS].

    Unknown time (-1) between two pieces parts nothing.
    """
    count = 0
    for i in range(len(line.plain)):
        count += line.plain[i] == state
    pieces = np.empty((count, PIECE_COLUMNS), np.int64)
    stays = np.empty((count, STAY_COLUMNS), np.int64)
    p = s = c = run = 0
    is_open = False
    for i in range(len(line.plain)):
        if line.plain[i] != state:
            is_open = is_open and line.plain[i] < 0
            continue
        start, end = line.border[i], line.border[i + 1]
        pieces[p, START], pieces[p, END], pieces[p, X_START], pieces[p, X_END] = (
            start,
            end,
            x[0, i],
            x[0, i + 1],
        )
        if not is_open:
            stays[s, START], stays[s, X_START], stays[s, X_BEGUN] = start, x[0, i], x[1, i]
            stays[s, PIECE], stays[s, LENGTH] = p, 0
            s += 1
        stays[s - 1, END], stays[s - 1, X_END] = end, x[0, i + 1]
        stays[s - 1, LENGTH] += x[0, i + 1] - x[0, i]
        p += 1
        is_open = True
    for row in range(s):  # a sure run lies in one stay, and a stay in one chain
        while parts[chain[c + 1] - 1, END] <= stays[row, START]:
            c += 1
        run = _lay_over(stays[row], parts, max(run, chain[c]), chain[c], chain[c + 1])
    return pieces, stays[:s]


@only_for_loops
def _lay_over(stay: NDArray[np.int64], parts: NDArray[np.int64], run: int, first: int, until: int) -> int:
    """Fill in what its chain, the parts from `first` to `until`, says of a stay; the part after it, looked for from `run` on."""
    last = until - 1
    stay[CHAIN_START], stay[CHAIN_END], stay[X_CHAIN] = (
        parts[first, START],
        parts[last, END],
        parts[first, X_START],
    )
    stay[SURE_LENGTH], stay[EARLIEST_END] = 0, stay[START]
    stay[LATEST], stay[X_LATEST] = parts[last, END], parts[last, X_ENDED]
    is_begun = False
    while run < until and parts[run, START] < stay[END]:
        if parts[run, SURE] == 1 and parts[run, START] >= stay[START]:
            if not is_begun:
                stay[LATEST], stay[X_LATEST] = parts[run, START], parts[run, X_BEGUN]
            is_begun = True
            stay[SURE_LENGTH] += parts[run, X_END] - parts[run, X_START]
            stay[EARLIEST_END] = parts[run, END]
        run += 1
    return run


@compiled
def _within(x: int, edges: Edges) -> int:
    return max(min(x, edges.last), edges.first)


@compiled
def _inside(first: int, last: int, edges: Edges) -> int:
    """Of [first, last) in x, what lies in the window."""
    return _within(last, edges) - _within(first, edges)


CHAIN_COLUMNS = 10
LEAST, LEAST_TIME, MOST, TIME, MINOR, LONG_TIME, REACHING, SHORT_TIME = range(2, CHAIN_COLUMNS)
"""Columns of a chain in a window, after its edges: failures at least, their time, at most, and the most time · minor
stops at least · ns in sure runs of `min_stop` · all its ns if it may reach `min_stop` · else the sure ones."""


@compiled
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
        first, last = chain[c + row], chain[c + row + 1] - 1
        start, end = parts[first, START], parts[last, END]
        is_open = start == FIRST or end == LAST
        may_reach = is_open or parts[last, X_END] - parts[first, X_START] >= min_stop
        before, x_before, may_count, must_count = start, parts[first, X_START], False, True
        unsure_time = sure_time = 0
        for p in range(first, last + 1):
            length = parts[p, X_END] - parts[p, X_START]
            inside = _inside(parts[p, X_START], parts[p, X_END], edges)
            if parts[p, SURE] == 0:
                before, x_before = parts[p, START], parts[p, X_START]
                reaches = before == FIRST or parts[p, END] == LAST or length >= min_stop
                goes_on = parts[p, END] > edges.end and inside > 0 and reaches
                unsure_time += inside
                out[row, MOST] += inside // min_stop + (1 if goes_on else 0)
                may_count = may_count or inside > 0
                continue
            beginning = _inside(x_before, parts[p, X_BEGUN], edges)
            must_begin = beginning == parts[p, START] + 1 - before
            must_count = must_count and must_begin
            may_count = may_count or beginning > 0
            if p <= first + 1 and must_begin and not may_reach:
                out[row, MINOR] = 1
            if may_reach and beginning > 0:
                out[row, MOST] += 1
            if may_reach and may_count:
                out[row, TIME] += inside
            if length >= min_stop:
                out[row, LONG_TIME] += inside
                out[row, LEAST_TIME] += inside if must_count else 0
            sure_time += inside
            before, x_before = parts[p, END], parts[p, X_END]
        out[row, START], out[row, END] = start, end
        out[row, LEAST] = 1 if out[row, LEAST_TIME] > 0 else 0
        out[row, TIME] += unsure_time
        if end <= edges.end:  # all of a failure that begins in the window lies in it
            out[row, MOST] = min(out[row, MOST], out[row, TIME] // min_stop)
        if out[row, MOST] == 0:
            out[row, TIME] = 0
        if may_reach:
            out[row, REACHING] = sure_time + unsure_time
        else:
            out[row, SHORT_TIME] = sure_time
    return out


IN_COLUMNS = 8
ROW, INSIDE, LONG, SHORT, MAY_BE_SHORT, LONG_INSIDE, LONG_BEGUN, CUT = range(IN_COLUMNS)
"""Columns of a stay in a window: its row, and ns of the state in the window · whether it begins there and reaches `min_stop`,
or does not, or may not by the careful reading · of a long one, what lies in the window, the same if it begins there, and
then whether it goes on after it."""


@compiled
def stays_in(
    pieces: NDArray[np.int64], stays: NDArray[np.int64], edges: Edges, min_stop: int
) -> NDArray[np.int64]:
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
            inside += _inside(pieces[p, X_START], pieces[p, X_END], edges)
        is_here = edges.start <= stays[s, START] < edges.end
        begins = is_here and stays[s, X_BEGUN] > stays[s, X_START]  # the calendar holds its first ns
        is_long = stays[s, LENGTH] >= min_stop
        may_begin = _inside(stays[s, X_CHAIN], stays[s, X_LATEST], edges) > 0
        row = out[s - first]
        row[ROW], row[INSIDE] = s, inside
        row[LONG], row[SHORT] = 1 if begins and is_long else 0, 1 if begins and not is_long else 0
        row[MAY_BE_SHORT] = 1 if may_begin and stays[s, SURE_LENGTH] < min_stop else 0
        row[LONG_INSIDE] = inside if is_long else 0
        row[LONG_BEGUN] = inside * row[LONG]
        row[CUT] = 1 if row[LONG] == 1 and stays[s, END] > edges.end else 0
    return out
