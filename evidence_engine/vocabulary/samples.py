"""Samples of one series as columns: what every reader of a store gets and every kernel takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

GOOD, UNCERTAIN, BAD = 0, 1, 2
"""Quality codes, as in the digest (D19)."""

QUALITY_WORDS = ("good", "uncertain", "bad")


@dataclass(frozen=True, slots=True)
class Samples:
    """One series, ascending in `ts`, no two rows at the same ts.

    ts: int64[n] ns UTC · value: float64[n], NaN where text · quality: uint8[n] 0 good, 1 uncertain, 2 bad ·
    text: n strings or None (only roles of text carry them; None for a series of numbers).
    """

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: Sequence[str | None] | None = field(default=None)

    def __len__(self) -> int:
        return len(self.ts)

    def between(self, start: int, end: int) -> "Samples":
        """The rows with start <= ts < end, as views."""
        i, j = np.searchsorted(self.ts, [start, end])
        text = None if self.text is None else self.text[i:j]
        return Samples(self.ts[i:j], self.value[i:j], self.quality[i:j], text)


def samples_of(
    ts: Sequence[int],
    value: Sequence[float],
    quality: Sequence[int] | None = None,
    text: Sequence[str | None] | None = None,
) -> Samples:
    """Columns from plain lists; quality is good unless told."""
    codes = np.zeros(len(ts), np.uint8) if quality is None else np.asarray(quality, np.uint8)
    return Samples(np.asarray(ts, np.int64), np.asarray(value, np.float64), codes, text)


NO_SAMPLES = samples_of([], [])
