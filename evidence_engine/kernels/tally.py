"""Steps of a register over many parts of time at once: what is in each, surely, at most and by the plain reading (D10, D12).

Time is cut into cells, each with a bit for every part that it belongs to: a stretch of a part is a run of cells with its
bit. One walk over the cells of a step tells for all parts how much of its interval lies inside.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.allowed import Allowed, Lies, most_in, part_of
from evidence_engine.kernels.compiling import compiled, only_for_loops


class Cells(NamedTuple):
    """border: int64[m + 1], ascending · bits: of the parts that each cell belongs to, int64[m] · parts: how many."""

    border: NDArray[np.int64]
    bits: NDArray[np.int64]
    parts: int


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


@only_for_loops
def _bounds(step: NDArray[np.int64], allowed: Allowed, lies: Lies) -> tuple[int, int, bool]:
    """(least, most, endless) of a step, or of open time, that lies in a part so."""
    if step[FLAGS] & OPEN == 0:
        endless = step[FLAGS] & ENDLESS != 0 or (allowed.broken == 1 and step[FLAGS] & RESTS != 0)
        return part_of(allowed, (step[LOW], step[HIGH], step[SIGN]), endless, lies)
    if allowed.den == 0:
        return 0, 0, True
    most = most_in(allowed, lies.inside, lies.stretches)
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
                lies = Lies(length, stop - begin - length, stretches, edges)
                low, high, endless = _bounds(step, allowed, lies)
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
