"""Sampled numbers such as power: the level by the plain reading, and between which it lies by the careful (D5, D31)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.held import Coding
from evidence_engine.kernels.overlay import overlay_ranges
from evidence_engine.knowledge.held import segments_of
from evidence_engine.knowledge.quanta import LARGEST, scale_of
from evidence_engine.knowledge.reading import Links, changes_of, margins_of, read, sight_of
from evidence_engine.knowledge.stretches import inside, joined, segments_at
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name


@dataclass(frozen=True, slots=True)
class Numbers:
    """Segments [border[i], border[i + 1]) of a level in quanta of its role; outside of them nothing is known.

    plain[n], where known[n] · low[n], high[n]: the careful reading, where bounded[n]; 0 where not.
    """

    border: NDArray[np.int64]
    plain: NDArray[np.int64]
    known: NDArray[np.bool_]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    bounded: NDArray[np.bool_]
    limitations: tuple[str, ...] = ()

    def at(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """The segment of each instant, -1 where nothing is known."""
        return segments_at(self.border, instants)


def coding_of(role: str) -> Coding:
    """Levels in quanta of the role; NaN, infinities and beyond ±2**62 quanta are none (D5)."""
    scale = scale_of(role)
    return Coding(np.empty(0, np.float64), np.empty(0, np.int64), scale, LARGEST / scale)


def numbers_of(history: History, plant: Plant, asset: str, role: str, links: Links | None = None) -> Numbers:
    """A sampled series as segments; NaN, infinities and text are unknown (D5)."""
    sight = sight_of(links or Links(history, plant), series_name(asset, role))
    reading, flags, _ = read(sight, coding_of(role))
    level = reading.what
    rows, start, end = changes_of(reading)
    margins = margins_of(reading)
    border, held_by = segments_of(reading, np.concatenate([start, end, margins.ravel()]))
    known = held_by >= 0
    plain = np.where(known, level[held_by], 0) if len(held_by) else level[:0]
    first, last = np.searchsorted(border, start), np.searchsorted(border, end)
    low, high = overlay_ranges(plain, first, last, level[rows], level[rows - 1])
    bounded = known & ~inside(joined(margins), border[:-1])
    return Numbers(
        border=border,
        plain=plain,
        known=known,
        low=np.where(bounded, low, 0),
        high=np.where(bounded, high, 0),
        bounded=bounded,
        limitations=tuple(sorted(sight.limitations(flags))),
    )
