"""Stretches of time, int64[n, 2] of half-open [start, end), ascending and disjoint: cut, joined, summed."""

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.int64]
Stretches = NDArray[np.int64]

FIRST, LAST = -(2**62), 2**62
"""Before and after every instant, far enough from int64's ends to add lengths to."""

NEVER: Stretches = np.empty((0, 2), np.int64)


def stretches_of(start: Instants, end: Instants) -> Stretches:
    """Two columns as stretches, the empty ones left out."""
    both = np.stack([start, end], axis=1).astype(np.int64, copy=False)
    return both[both[:, 0] < both[:, 1]]


def ascending(*instants: Instants) -> Instants:
    """All of them in order, each once."""
    every = np.sort(np.concatenate(instants))
    new = np.append(True, every[1:] != every[:-1])[: len(every)]
    found: Instants = every[new]
    return found


def clip(stretches: Stretches, start: int, end: int) -> Stretches:
    """What lies in [start, end)."""
    first = np.searchsorted(stretches[:, 1], start, "right")
    last = np.searchsorted(stretches[:, 0], end, "left")
    cut = stretches[first:last].copy()
    if len(cut) and start < end:
        cut[0, 0] = max(cut[0, 0], start)
        cut[-1, 1] = min(cut[-1, 1], end)
        return cut
    return NEVER


def total(stretches: Stretches) -> int:
    """Length in ns."""
    return int((stretches[:, 1] - stretches[:, 0]).sum())


def joined(stretches: Stretches) -> Stretches:
    """Any stretches, ordered or not, overlapping or touching, as the fewest that cover the same time."""
    if not len(stretches):
        return NEVER
    ordered = stretches[np.argsort(stretches[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    new = np.append(True, ordered[1:, 0] > reach[:-1])
    return stretches_of(ordered[new, 0], reach[np.append(new[1:], True)])


def merged(stretches: Stretches) -> Stretches:
    """Ascending, disjoint stretches with those that touch made one."""
    if not len(stretches):
        return NEVER
    parts = np.flatnonzero(stretches[1:, 0] != stretches[:-1, 1])
    start = np.append(stretches[:1, 0], stretches[parts + 1, 0])
    return np.stack([start, np.append(stretches[parts, 1], stretches[-1:, 1])], axis=1)


def inside(stretches: Stretches, instants: Instants) -> NDArray[np.bool_]:
    """Which instants lie in a stretch."""
    if not len(stretches):
        return np.zeros(len(instants), np.bool_)
    at = np.searchsorted(stretches[:, 0], instants, "right") - 1
    found: NDArray[np.bool_] = (at >= 0) & (instants < stretches[at, 1])
    return found


def intersect(one: Stretches, other: Stretches) -> Stretches:
    """The time that lies in both."""
    pieces = cut(one, other.ravel())
    return joined(pieces[inside(other, pieces[:, 0])])


def complement(stretches: Stretches, start: int, end: int) -> Stretches:
    """The time of [start, end) that lies in none."""
    within = clip(stretches, start, end)
    return stretches_of(np.append(start, within[:, 1]), np.append(within[:, 0], end))


def cut(stretches: Stretches, *borders: Instants) -> Stretches:
    """The same time in pieces that no border crosses; borders need no order."""
    if not len(stretches):
        return NEVER
    edges = ascending(stretches.ravel(), *(within(b, stretches) for b in borders))
    pieces = np.stack([edges[:-1], edges[1:]], axis=1)
    return pieces[inside(stretches, pieces[:, 0])]


def within(instants: Instants, stretches: Stretches) -> Instants:
    """The instants from the first stretch's start to the last one's end; nothing more is needed to cut them."""
    sliced: Instants = instants[(instants >= stretches[0, 0]) & (instants <= stretches[-1, 1])]
    return sliced


def segments_at(border: Instants, instants: Instants) -> NDArray[np.int64]:
    """The index of the segment [border[i], border[i + 1]) that holds each instant; -1 outside."""
    at = np.searchsorted(border, instants, "right") - 1
    return np.where((at >= 0) & (at < len(border) - 1), at, -1).astype(np.int64)


def where(border: Instants, chosen: NDArray[np.bool_]) -> Stretches:
    """The chosen segments [border[i], border[i + 1]), neighbours made one; borders ascend."""
    turns = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return border[turns].reshape(-1, 2)
