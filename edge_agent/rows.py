"""Samples waiting for the next flush, as columns; a cut turns them into the body of a batch."""

from dataclasses import dataclass, field

import numpy as np

from evidence_engine.vocabulary.batch import Batch, BatchId


@dataclass(slots=True)
class Rows:
    """Every series of the agent by number, and the rows that are not yet in a batch."""

    names: list[str] = field(default_factory=list)
    series: list[int] = field(default_factory=list)
    ts: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    total: int = 0
    """Rows ever added."""

    def number(self, name: str) -> int:
        """A new series; its number."""
        self.names.append(name)
        return len(self.names) - 1

    def add(self, series: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """One row."""
        self.series.append(series)
        self.ts.append(ts)
        self.value.append(value)
        self.text.append(text)
        self.quality.append(quality)

    def cut(self, sent_at: int, boot: str) -> Batch | None:
        """All waiting rows as a batch without a number yet, sorted by (series, ts); None where none waits.

        Of two rows of one series at one instant the later stays, as the store would have it (D6).
        """
        if not self.series:
            return None
        series, ts, value, text, quality = self._take()
        self.total += len(series)
        rank = np.empty(len(self.names), np.int32)
        rank[sorted(range(len(self.names)), key=self.names.__getitem__)] = np.arange(len(self.names))
        ranks, stamps = rank[series], np.array(ts, np.int64)
        order = np.lexsort((stamps, ranks))
        order = order[_last_of_each(ranks[order], stamps[order])]
        used, places = np.unique(ranks[order], return_inverse=True)
        by_rank = sorted(self.names)
        return Batch(
            BatchId("", "", 0),
            tuple(by_rank[i] for i in used),
            places.astype(np.int32),
            stamps[order],
            np.array(value, np.float64)[order],
            np.array(quality, np.uint8)[order],
            None if all(t is None for t in text) else tuple(text[i] for i in order),
            sent_at,
            boot,
        )

    def _take(self) -> tuple[list[int], list[int], list[float], list[str | None], list[int]]:
        columns = self.series, self.ts, self.value, self.text, self.quality
        self.series, self.ts, self.value, self.text, self.quality = [], [], [], [], []
        return columns


def _last_of_each(ranks: np.ndarray, stamps: np.ndarray) -> np.ndarray:
    """bool[n]: the last row of each run of equal (series, ts)."""
    last = np.ones(len(ranks), bool)
    last[:-1] = (ranks[1:] != ranks[:-1]) | (stamps[1:] != stamps[:-1])
    return last
