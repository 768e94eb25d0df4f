"""Sampled numbers such as power: the level by the plain reading, and between which it lies by the careful (D5, D31)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.overlay import overlay_ranges
from evidence_engine.knowledge.held import segments_of
from evidence_engine.knowledge.quanta import EXACT, to_quanta
from evidence_engine.knowledge.reading import changes_of, margins_of, read
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


def numbers_of(history: History, plant: Plant, asset: str, role: str) -> Numbers:
    """A sampled series as segments; NaN, infinities and text are unknown (D5)."""
    series = series_name(asset, role)
    level, fit = to_quanta(history.of(series).value, role)
    reading = read(history, plant, series, fit)
    differs = np.append(False, level[1:] != level[:-1])[: len(level)]
    rows, start, end = changes_of(reading, differs)
    margins = margins_of(reading)
    border, held_by = segments_of(reading, np.concatenate([start, end, margins.ravel()]))
    known = held_by >= 0
    plain = np.where(known, level[held_by], 0) if len(held_by) else level[:0]
    first, last = np.searchsorted(border, start), np.searchsorted(border, end)
    low, high = overlay_ranges(plain, first, last, level[rows], level[rows - 1])
    bounded = known & ~inside(joined(margins), border[:-1])
    too_large = ["precision_lost"] if (np.abs(level[reading.good]) > EXACT).any() else []
    return Numbers(
        border=border,
        plain=plain,
        known=known,
        low=np.where(bounded, low, 0),
        high=np.where(bounded, high, 0),
        bounded=bounded,
        limitations=tuple(sorted([*reading.limitations, *too_large])),
    )
