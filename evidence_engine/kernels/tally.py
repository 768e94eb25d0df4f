"""Steps of a register over many parts of time at once: what is in each, surely, at most and by the plain reading (D10, D12).

Time is cut into cells, each with a bit for every part that it belongs to: a stretch of a part is a run of cells with its
bit. One walk over the cells of a step tells for all parts how much of its interval lies inside.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled


class Cells(NamedTuple):
    """border: int64[m + 1], ascending · bits: of the parts that each cell belongs to, int64[m] · parts: how many."""

    border: NDArray[np.int64]
    bits: NDArray[np.int64]
    parts: int


class Allowed(NamedTuple):
    """D12 as ⌊length × num ÷ den⌋ + burst per unbroken stretch; den 0: no limit. num < 2**40, den < 2**42.

    broken: 1 where the limit is disproved, so that what rests on it has no bound · net: 1 where the register may fall.
    """

    num: int
    den: int
    burst: int
    broken: int
    net: int


STEP_COLUMNS = 8
BEGIN, STOP, T2, LOW, HIGH, AMOUNT, SIGN, FLAGS = range(STEP_COLUMNS)
"""Columns of a step; LOW, HIGH and AMOUNT carry the sign."""

SEEN, ENDLESS, RESTS, UNDECIDED, BREAK, OPEN = 1, 2, 4, 8, 16, 32
"""Flags of a step. RESTS: its high rests on the limit · BREAK: it ends a run of the register · OPEN: no step, but time in which nothing is counted."""

TALLY_COLUMNS = 12
TIME, STRETCHES, KNOWN, LEAST, MOST, PLAIN, BRIDGED, ANY, NO_LOW, NO_HIGH, DOUBTS, BREAKS = range(
    TALLY_COLUMNS
)
"""Columns of a part: its ns in the window, its stretches that share time with it, ns known by the plain reading; the
bounds; what is seen at t2, what is bridged, and whether there was any; 1 where it has no low, no high; how many steps of
the window are undecided, and how many end a run, whatever the part."""


@compiled
def _most(allowed: Allowed, length: int, stretches: int) -> int:
    """What D12 allows; where num × rest may have more than 62 bits, it is divided in two steps."""
    num, den = allowed.num, allowed.den
    whole = length // den
    rest = length - whole * den
    if num < 2**20:
        return int(num * whole + num * rest // den + stretches * allowed.burst)
    first = num * (rest >> 20)
    left = (first % den << 20) + num * (rest & 2**20 - 1)
    return int(num * whole + (first // den << 20) + left // den + stretches * allowed.burst)


@compiled
def _inside(
    step: NDArray[np.int64], allowed: Allowed, length: int, stretches: int, edges: int
) -> tuple[int, int, bool]:
    """(least, most, endless) of a step with `length` ns in `stretches` of a part and `edges` ends outside of it."""
    low, high, outside = step[LOW], step[HIGH], step[STOP] - step[BEGIN] - length
    endless = step[FLAGS] & ENDLESS != 0 or (allowed.broken == 1 and step[FLAGS] & RESTS != 0)
    if outside == 0:
        return low, high, endless
    if allowed.den == 0 and allowed.net == 1:
        return min(low, 0), max(high, 0), True
    if allowed.den == 0:
        return min(low, 0) if step[SIGN] < 0 else 0, max(high, 0) if step[SIGN] > 0 else 0, endless
    inner, outer = _most(allowed, length, stretches), _most(allowed, outside, stretches - 1 + edges)
    if allowed.net == 1:
        return (
            (-inner, inner, False) if endless else (max(low - outer, -inner), min(high + outer, inner), False)
        )
    if step[SIGN] < 0:
        low, high = -high, -low
    least = max(0, low - outer)
    most = max(inner if endless else min(high, inner), least)
    return (-most, -least, False) if step[SIGN] < 0 else (least, most, False)


@compiled
def _lay_out(
    cells: Cells,
    risen: NDArray[np.int64],
    known: NDArray[np.int64],
    window: tuple[int, int],
    out: NDArray[np.int64],
) -> None:
    """The parts themselves in a window, and the ordinary rises of its cells, none of which crosses a border."""
    (start, end), border = window, cells.border
    begin, before, z = int(np.searchsorted(border, start, "right")) - 1, 0, 0
    for c in range(max(begin, 0), max(begin, 0) + len(risen)):
        first, last, told, bits = max(border[c], start), min(border[c + 1], end), 0, cells.bits[c]
        while z < len(known) and known[z, 0] < last:
            told += max(min(known[z, 1], last) - max(known[z, 0], first), 0)
            if known[z, 1] > last:
                break
            z += 1
        rise = risen[c - max(begin, 0)]
        for p in range(cells.parts):
            if bits >> p & 1:
                one = out[p]
                one[TIME] += last - first
                one[KNOWN] += told
                one[STRETCHES] += 1 - (before >> p & 1)
                one[PLAIN] += rise
                one[ANY] |= rise != 0
        before = bits
    for p in range(cells.parts):
        out[p, LEAST] = out[p, MOST] = out[p, PLAIN]


@compiled
def _bounds(
    step: NDArray[np.int64], allowed: Allowed, length: int, stretches: int, edges: int
) -> tuple[int, int, bool]:
    """(least, most, endless) of a step, or of open time, of which a part holds `length` ns."""
    if step[FLAGS] & OPEN == 0:
        return _inside(step, allowed, length, stretches, edges)
    if allowed.den == 0:
        return 0, 0, True
    most = _most(allowed, length, stretches)
    is_up, is_down = allowed.net == 1 or step[SIGN] > 0, allowed.net == 1 or step[SIGN] < 0
    return -most if is_down else 0, most if is_up else 0, False


@compiled
def tally(
    steps: NDArray[np.int64],
    cells: Cells,
    risen: NDArray[np.int64],
    known: NDArray[np.int64],
    window: tuple[int, int],
    allowed: Allowed,
) -> NDArray[np.int64]:
    """Of every part in the window (start, end]: int64[parts, TALLY_COLUMNS].

    steps: int64[n, STEP_COLUMNS] · risen: the sum of the ordinary rises in each cell of the window · known: stretches
    of the window in which the register is known. Parts that hold the same cells of a step are worked out together.
    """
    border, bits, (start, end) = cells.border, cells.bits, window
    out = np.zeros((cells.parts, TALLY_COLUMNS), np.int64)
    _lay_out(cells, risen, known, window, out)
    for s in range(len(steps)):
        step = steps[s]
        begin, stop, t2, flags = step[BEGIN], step[STOP], step[T2], step[FLAGS]
        if flags & OPEN:
            begin, stop = max(begin, start), min(stop, end)
        if begin >= end or stop <= start:
            continue
        out[:, DOUBTS] += flags & UNDECIDED != 0
        out[:, BREAKS] += flags & BREAK != 0
        head, opening = max(int(np.searchsorted(border, begin, "right")) - 1, 0), max(begin, start)
        tail, todo = head, bits[head]
        while tail + 1 < len(bits) and border[tail + 1] < stop:
            tail += 1
            todo |= bits[tail]
        is_counted = flags & OPEN == 0 and start < t2 <= end
        for p in range(cells.parts):
            if todo >> p & 1 == 0:
                continue
            alike, length, stretches, whole, is_at = todo, 0, 0, 0, False
            for c in range(head, tail + 1):
                if bits[c] >> p & 1 == 0:
                    alike &= ~bits[c]
                    continue
                alike &= bits[c]
                first, last = max(border[c], opening), min(border[c + 1], stop, end)
                whole += min(border[c + 1], stop) - max(border[c], begin)
                is_at |= border[c] < t2 <= border[c + 1]
                if last > first:
                    length += last - first
                    stretches += first == opening or bits[c - 1] >> p & 1 == 0
            todo &= ~alike
            low, high, endless = 0, 0, False
            if length > 0:
                edges = int(begin < start or bits[head] >> p & 1 == 0)
                edges += int(stop > end or bits[tail] >> p & 1 == 0)
                low, high, endless = _bounds(step, allowed, length, stretches, edges)
            is_seen = flags & SEEN != 0
            is_in = is_counted and (is_at if is_seen else begin >= start and whole == stop - begin)
            for q in range(p, cells.parts):
                if alike >> q & 1:
                    one = out[q]
                    one[LEAST] += low
                    one[MOST] += high
                    one[NO_LOW] |= endless and (allowed.net == 1 or step[SIGN] < 0)
                    one[NO_HIGH] |= endless and (allowed.net == 1 or step[SIGN] > 0)
                    one[PLAIN] += step[AMOUNT] if is_in and is_seen else 0
                    one[BRIDGED] += step[AMOUNT] if is_in and not is_seen else 0
                    one[ANY] |= is_in
    return out
