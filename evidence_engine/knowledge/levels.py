"""A sampled level summed over time: exact integrals of the plain and of the careful reading up to any instant (D5, D25)."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import power as kernel
from evidence_engine.kernels.held import Coding
from evidence_engine.kernels.series import Proof, Series
from evidence_engine.knowledge.numbers import coding_of
from evidence_engine.knowledge.reading import Links, margins, sight_of
from evidence_engine.knowledge.stretches import Stretches, joined
from evidence_engine.vocabulary.roles import series_name

UNRATED = 2**62


class Upto(NamedTuple):
    """Before an instant: level × ns by the plain reading, its least and its most where bounded; ns known, bounded, and
    known to be above the rating."""

    value: int
    low: int
    high: int
    known: int
    bounded: int
    over: int


@dataclass(frozen=True)
class LevelTime:
    """marks: the kernel's sums every so many samples · unsure: the head and the tail of each run of knowledge."""

    power: kernel.Power
    marks: NDArray[np.int64]
    unsure: Stretches
    limitations: tuple[str, ...] = ()

    def upto(self, *instants: int) -> list[Upto]:
        """The sums before each of these instants, which ascend."""
        rows = self._rows(np.array(instants, np.int64))
        return [self._bounded(instant, *row) for instant, row in zip(instants, rows, strict=True)]

    def _rows(self, instants: NDArray[np.int64]) -> list[tuple[int, int, int, int, int]]:
        """(value, low, high, known, over), unsure time included."""
        sums = kernel.sums_at(self.power, self.marks, instants)
        return [_row(row) for row in sums.tolist()]

    def _bounded(self, instant: int, value: int, low: int, high: int, known: int, over: int) -> Upto:
        at = bisect_right(self._starts, instant) - 1
        if at < 0:
            return Upto(value, low, high, known, known, over)
        is_inside = instant < int(self.unsure[at, 1])
        out = self._before[at + (not is_inside)]
        start = self._edges[2 * at]
        inner = [(now - then) * is_inside for now, then in zip((low, high, known), start[1:4], strict=True)]
        return Upto(
            value, low - out[0] - inner[0], high - out[1] - inner[1], known, known - out[2] - inner[2], over
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [int(start) for start in self.unsure[:, 0]]

    @cached_property
    def _edges(self) -> list[tuple[int, int, int, int, int]]:
        return self._rows(self.unsure.ravel())

    @cached_property
    def _before(self) -> list[tuple[int, int, int]]:
        """(low, high, ns) in the unsure stretches before each."""
        pairs = zip(self._edges[::2], self._edges[1::2], strict=True)
        held = [(end[1] - start[1], end[2] - start[2], end[3] - start[3]) for start, end in pairs]
        return list(accumulate(held, lambda a, b: (a[0] + b[0], a[1] + b[1], a[2] + b[2]), initial=(0, 0, 0)))


def _row(sums: list[int]) -> tuple[int, int, int, int, int]:
    value, below, above = (sums[k] + (sums[k + 1] << 31) + (sums[k + 2] << 62) for k in (0, 3, 6))
    return value, value - below, value + above, sums[kernel.KNOWN], sums[kernel.OVER]


def level_time(links: Links, asset: str, role: str, rated: int | None) -> LevelTime:
    """A sampled series in quanta of its role; `rated` in the same."""
    sight = sight_of(links, series_name(asset, role))
    found, flags = levels_of(sight.series, sight.proof, coding_of(role), rated)
    return LevelTime(found.power, found.marks, found.unsure, tuple(sorted(sight.limitations(flags))))


def levels_of(series: Series, proof: Proof, coding: Coding, rated: int | None) -> tuple[LevelTime, int]:
    """Columns summed over time, and the kernel's flags."""
    resolution, error = proof.regimes[:, 1:].max(axis=0).tolist()
    power = kernel.Power(series, proof, coding, UNRATED if rated is None else rated, resolution, error)
    marks, runs, flags = kernel.integrate(power)
    unsure = joined(margins(runs[:, 0], runs[:, 1], runs[:, 2], runs[:, 3]))
    return LevelTime(power, marks, unsure), flags
