"""Stretches of time, int64[n, 2] of half-open [start, end), ascending and disjoint: cut, joined, summed."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stretches as kernel

Instants = NDArray[np.int64]
Stretches = NDArray[np.int64]

FIRST, LAST = -(2**62), 2**62
"""Before and after every instant, far enough from int64's ends to add lengths to."""

NEVER: Stretches = np.empty((0, 2), np.int64)


def stretches_of(start: Instants, end: Instants) -> Stretches:
    """Two columns as stretches, the empty ones left out."""
    return kernel.stretches_of(in_a_row(start), in_a_row(end)) if len(start) else NEVER


def in_a_row(instants: Instants) -> Instants:
    """The same instants in memory without gaps, as the loops take them; a column of a table has gaps."""
    return np.ascontiguousarray(instants, np.int64)


def ascending(*instants: Instants) -> Instants:
    """All of them in order, each once."""
    return kernel.ascending(np.concatenate(instants))


def clip(stretches: Stretches, start: int, end: int) -> Stretches:
    """What lies in [start, end)."""
    return kernel.clip(stretches, start, end) if len(stretches) else NEVER


def total(stretches: Stretches) -> int:
    """Length in ns."""
    return int((stretches[:, 1] - stretches[:, 0]).sum())


def joined(stretches: Stretches) -> Stretches:
    """Any stretches, ordered or not, overlapping or touching, as the fewest that cover the same time."""
    return kernel.joined(stretches) if len(stretches) else NEVER


def inside(stretches: Stretches, instants: Instants) -> NDArray[np.bool_]:
    """Which instants lie in a stretch."""
    if not len(stretches):
        return np.zeros(len(instants), np.bool_)
    return kernel.inside(stretches, in_a_row(instants))


def intersect(one: Stretches, other: Stretches) -> Stretches:
    """The time that lies in both."""
    return kernel.intersect(one, other) if len(one) and len(other) else NEVER


def complement(stretches: Stretches, start: int, end: int) -> Stretches:
    """The time of [start, end) that lies in none."""
    return kernel.complement(stretches, start, end)


def cut(stretches: Stretches, *borders: Instants) -> Stretches:
    """The same time in pieces that no border crosses; borders need no order."""
    if not len(stretches):
        return NEVER
    return kernel.cut(stretches, np.concatenate(borders) if len(borders) > 1 else in_a_row(borders[0]))


def segments_at(border: Instants, instants: Instants) -> NDArray[np.int64]:
    """The index of the segment [border[i], border[i + 1]) that holds each instant; -1 outside."""
    at = np.searchsorted(border, instants, "right") - 1
    return np.where((at >= 0) & (at < len(border) - 1), at, -1).astype(np.int64)


def where(border: Instants, chosen: NDArray[np.bool_]) -> Stretches:
    """The chosen segments [border[i], border[i + 1]), neighbours made one; borders ascend."""
    turns = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return border[turns].reshape(-1, 2)
