"""A calendar cut into cells at everything that changes, each with a word of bits that says what holds in it; sums of those.

Cells are int64[n, 3]: start, end, word; ascending and disjoint, in real time or end to end (x).
"""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled
from evidence_engine.kernels.series import set_row
from evidence_engine.kernels.stretches import holder
from evidence_engine.vocabulary.states import UNKNOWN, State

Cells = NDArray[np.int64]
Ints = NDArray[np.int64]

STATE_BITS = (
    *("C", "known", "producing", "planned", "operating", "sure_p", "sure_n", "must"),
    *("may_p", "may_n", "both", "op_sure", "op_may", "unsure"),
)
"""What `state_words` says of a state, from the lowest bit on."""

_P, _N = 1 << State.PRODUCING, 1 << State.PLANNED_STOP
_OPERATING = 1 << State.PRODUCING | 1 << State.SETUP
_PRODUCING, _PLANNED, _SETUP = int(State.PRODUCING), int(State.PLANNED_STOP), int(State.SETUP)


@compiled
def state_words(plain: Ints, may: Ints) -> Ints:
    """The bits of each segment's state: its plain category, and the mask of all that may hold."""
    out = np.empty(len(plain), np.int64)
    for i in range(len(plain)):
        p, m = plain[i], may[i]
        can_p, can_n = m & _P != 0, m & _N != 0
        word = 1
        word |= (p != UNKNOWN) << 1
        word |= (p == _PRODUCING) << 2
        word |= (p == _PLANNED) << 3
        word |= (p in (_PRODUCING, _SETUP)) << 4
        word |= (m == _P) << 5
        word |= (m == _N) << 6
        word |= (m == _P | _N) << 7
        word |= (can_p and m != _P) << 8
        word |= (can_n and not can_p and m != _N) << 9
        word |= (can_p and can_n) << 10
        word |= (m & ~_OPERATING == 0) << 11
        word |= (m & _OPERATING != 0) << 12
        word |= (m & (m - 1) != 0) << 13
        out[i] = word
    return out


@compiled
def lay(calendar: Ints, border: Ints, words: Ints, lists: Ints, places: Ints, conclusions: Ints) -> Cells:
    """Cells of the calendar, stretches int64[n, 2]: a new one where the word changes.

    A word holds in each [border[i], border[i + 1]), the last of them everywhere else. `lists` holds stretches, list after
    list; places, int64[k, 3]: first and last row of each list, and the bits that it sets.
    conclusions, int64[c, 2]: where all bits of the first are set, those of the second are, one after another.
    """
    out = np.empty((len(calendar) + len(border) + 2 * len(lists), 3), np.int64)
    near = places[:, 0].copy()
    segment, n = 0, 0
    for c in range(len(calendar)):
        at, end = calendar[c, 0], calendar[c, 1]
        begun = n
        while at < end:
            until = end
            while segment < len(border) and border[segment] <= at:
                segment += 1
            word = words[-1]
            if 0 < segment < len(border):
                word = words[segment - 1]
            if segment < len(border):
                until = min(until, border[segment])
            for k in range(len(near)):
                while near[k] < places[k, 1] and lists[near[k], 1] <= at:
                    near[k] += 1
                if near[k] < places[k, 1]:
                    if lists[near[k], 0] <= at:
                        word |= places[k, 2]
                        until = min(until, lists[near[k], 1])
                    else:
                        until = min(until, lists[near[k], 0])
            for k in range(len(conclusions)):
                if word & conclusions[k, 0] == conclusions[k, 0]:
                    word |= conclusions[k, 1]
            if n > begun and out[n - 1, 2] == word:
                out[n - 1, 1] = until
            else:
                out[n, 0], out[n, 1], out[n, 2] = at, until, word
                n += 1
            at = until
    return out[:n].copy()


@compiled
def end_to_end(cells: Cells) -> Cells:
    """The same in x, which begins at 0: time between the cells left out, neighbours with the same word made one."""
    out = np.empty_like(cells)
    n, x = 0, 0
    for i in range(len(cells)):
        if n == 0 or out[n - 1, 2] != cells[i, 2]:
            out[n, 0], out[n, 2] = x, cells[i, 2]
            n += 1
        x += cells[i, 1] - cells[i, 0]
        out[n - 1, 1] = x
    return out[:n].copy()


EVERY = 16
"""Totals are kept before each so many cells; what is between is summed when it is asked for."""


@compiled
def totals(cells: Cells, kinds: int) -> Ints:
    """Time in which each of the lowest `kinds` bits is set, before cell 0, EVERY, 2 × EVERY …: int64[m, kinds]."""
    out = np.zeros((len(cells) // EVERY + 1, kinds), np.int64)
    for i in range(len(cells) // EVERY * EVERY):
        block, length, word = i // EVERY + 1, cells[i, 1] - cells[i, 0], cells[i, 2]
        if i % EVERY == 0:
            set_row(out[block], out[block - 1])
        for kind in range(kinds):
            out[block, kind] += length * (word >> kind & 1)
    return out


@compiled
def upto(cells: Cells, before: Ints, kinds: Ints, instants: Ints) -> Ints:
    """Time in which each of some bits is set, before each instant: int64[len(kinds), m]; `before` is what `totals` says."""
    out = np.empty((len(kinds), len(instants)), np.int64)
    last = -1
    for q in range(len(instants)):
        last = holder(cells, instants[q], last)
        block = max(last, 0) // EVERY
        for row in range(len(kinds)):
            out[row, q] = before[block, kinds[row]]
        for i in range(block * EVERY, last + 1):
            length, word = min(cells[i, 1], instants[q]) - cells[i, 0], cells[i, 2]
            for row in range(len(kinds)):
                out[row, q] += length * (word >> kinds[row] & 1)
    return out


@compiled
def chosen(cells: Cells, bits: int) -> Ints:
    """The time in which one of the bits is set, as stretches; neighbours that touch are made one."""
    out = np.empty((len(cells), 2), np.int64)
    n = 0
    for i in range(len(cells)):
        if cells[i, 2] & bits != 0:
            if n > 0 and out[n - 1, 1] == cells[i, 0]:
                out[n - 1, 1] = cells[i, 1]
            else:
                out[n, 0], out[n, 1] = cells[i, 0], cells[i, 1]
                n += 1
    return out[:n].copy()
