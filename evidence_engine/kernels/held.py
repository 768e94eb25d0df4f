"""A held or sampled series in one pass: kept are the samples that begin a value, end it, or stand before a change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops
from evidence_engine.kernels.series import (
    ACCEPTS,
    END,
    HOLD,
    LOOSE,
    STOP,
    E,
    Proof,
    R,
    Series,
    span_after,
    until_of,
    worst,
)

HELD_COLUMNS = 7
TS, CATEGORY, UNTIL, RESOLUTION, ERROR, LOOKS, OFF = range(HELD_COLUMNS)
"""Columns of a kept sample: its knowledge ends at UNTIL, r and e at it, and their largest while it is known."""

LOOSE_GOOD, UNCERTAIN_GOOD, MANY_UNMAPPED, INEXACT = 1, 2, 4, 8
"""Flags: a good sample without a link · one of uncertain quality · more unmapped values than are listed · a level
beyond 2**53 quanta."""

MOST_UNMAPPED = 64
EXACT = 2**53


class Coding(NamedTuple):
    """What a value stands for: the category beside its code, or where `scale` is not 0, value × scale as a level.

    Levels of `too_large` and beyond, and what is no number, are none.
    """

    codes: NDArray[np.float64]
    category: NDArray[np.int64]
    scale: int
    too_large: float


@compiled
def level_of(value: float, scale: int) -> int:
    """A value in quanta, rounded once (D18)."""
    return int(np.rint(value * scale))


@compiled
def decoded(value: float, coding: Coding) -> tuple[int, bool]:
    """The category or level of a value, and whether it has one."""
    if coding.scale:
        fits = abs(value) < coding.too_large
        return (level_of(value, coding.scale) if fits else 0), fits
    for k in range(len(coding.codes)):
        if coding.codes[k] == value:
            return int(coding.category[k]), coding.category[k] >= 0
    return -1, False


@compiled
def _write(rows: NDArray[np.int64], m: int, of: Series, proof: Proof, at: tuple[int, int], what: int) -> None:
    """Row m of HELD_COLUMNS: a known sample; at: its span, and itself."""
    k, i = at
    ts, until = of.ts[i], until_of(proof.spans, k, of.ts, i)
    rows[m, TS], rows[m, CATEGORY], rows[m, UNTIL] = ts, what, until
    rows[m, RESOLUTION], rows[m, ERROR] = proof.spans[k, R], proof.spans[k, E]
    rows[m, LOOKS], rows[m, OFF] = worst(proof, k, ts, until)


@only_for_loops
def _write_run(
    rows: NDArray[np.int64], m: int, of: Series, proof: Proof, at: tuple[int, int, int], what: int
) -> int:
    """The first and the last of known samples of one value, from row m on; at: their span, and these two; the next row."""
    k, first, last = at
    _write(rows, m, of, proof, (k, first), what)
    if last == first:
        return m + 1
    rows[m, UNTIL] = of.ts[last]
    _write(rows, m + 1, of, proof, (k, last), what)
    return m + 2


@only_for_loops
def _note(unmapped: NDArray[np.float64], found: int, value: float) -> int:
    """Keep a value that has no category, once; the number of them, MOST_UNMAPPED + 1 where the list is full."""
    if value != value:
        return found
    for k in range(min(found, MOST_UNMAPPED)):
        if unmapped[k] == value:
            return found
    if found >= MOST_UNMAPPED:
        return MOST_UNMAPPED + 1
    unmapped[found] = value
    return found + 1


@compiled
def thin(of: Series, proof: Proof, coding: Coding) -> tuple[NDArray[np.int64], int, NDArray[np.float64]]:
    """Kept rows int64[m, HELD_COLUMNS], flags, and the values without a category in order of appearance.

    Two neighbours of one value between which
    knowledge goes on stand for all samples between them: the first one's UNTIL is then the last one's TS.
    """
    n = len(of.ts)
    spans = proof.spans
    rows = np.empty((n, HELD_COLUMNS), np.int64)  # at most all; memory that nobody touches costs nothing
    unmapped = np.empty(MOST_UNMAPPED, np.float64)
    m, flags, strange = 0, 0, 0
    k, i = 0, 0
    while i < n:
        k = span_after(spans, k, of.ts[i])
        value = of.value[i]
        what, fits = decoded(value, coding)
        if not fits and coding.scale == 0:
            strange = _note(unmapped, strange, value)
        if of.quality[i] > spans[k, ACCEPTS] or not fits:
            i += 1
            continue
        doubt = of.quality[i]
        if coding.scale and abs(what) > EXACT:
            flags |= INEXACT
        if spans[k, LOOSE] == 1:
            flags |= LOOSE_GOOD
        first = i
        if until_of(spans, k, of.ts, i) > of.ts[i]:
            edge = min(spans[k, END], spans[k, STOP])
            accepts, hold = spans[k, ACCEPTS], spans[k, HOLD]
            while (
                i + 1 < n
                and of.ts[i + 1] < edge
                and of.value[i + 1] == value
                and of.quality[i + 1] <= accepts
                and of.ts[i + 1] - of.ts[i] <= hold
            ):
                i += 1
                doubt |= of.quality[i]
            m = _write_run(rows, m, of, proof, (k, first, i), what)
        if doubt:
            flags |= UNCERTAIN_GOOD
        i += 1
    if strange > MOST_UNMAPPED:
        flags |= MANY_UNMAPPED
    return rows[:m], flags, unmapped[: min(strange, MOST_UNMAPPED)]


class Band(NamedTuple):
    """Levels of a quantity as three categories: within low and high (WITHIN), above, below; ±2**62 where there is no such
    edge. Levels of `too_large` and beyond, and what is no number, are none."""

    scale: int
    too_large: float
    low: int
    high: int


WITHIN, ABOVE, BELOW = range(3)


@only_for_loops
def _band_of(value: float, band: Band) -> tuple[int, int]:
    """The category of a value, -1 for none, and its flags."""
    if not abs(value) < band.too_large:
        return -1, 0
    level = level_of(value, band.scale)
    flags = INEXACT if abs(level) > EXACT else 0
    if level > band.high:
        return ABOVE, flags
    return (BELOW if level < band.low else WITHIN), flags


@compiled
def banded(of: Series, proof: Proof, band: Band) -> tuple[NDArray[np.int64], int]:
    """As `thin`, by these categories: of all samples in one band between which knowledge goes on only the first and the
    last are kept. int64[m, HELD_COLUMNS] and flags."""
    n, spans = len(of.ts), proof.spans
    rows = np.empty((n, HELD_COLUMNS), np.int64)
    m, flags, k, i = 0, 0, 0, 0
    while i < n:
        k = span_after(spans, k, of.ts[i])
        what, worst = _band_of(of.value[i], band)
        if what < 0 or of.quality[i] > spans[k, ACCEPTS]:
            i += 1
            continue
        flags |= worst
        if spans[k, LOOSE] == 1:
            flags |= LOOSE_GOOD
        first, uncertain = i, of.quality[i]
        if until_of(spans, k, of.ts, i) > of.ts[i]:
            edge = min(spans[k, END], spans[k, STOP])
            accepts, hold = spans[k, ACCEPTS], spans[k, HOLD]
            while i + 1 < n and of.ts[i + 1] < edge and of.quality[i + 1] <= accepts:
                following, worst = _band_of(of.value[i + 1], band)
                if following != what or of.ts[i + 1] - of.ts[i] > hold:
                    break
                i += 1
                flags |= worst
                uncertain |= of.quality[i]
            m = _write_run(rows, m, of, proof, (k, first, i), what)
        if uncertain:
            flags |= UNCERTAIN_GOOD
        i += 1
    return rows[:m], flags
