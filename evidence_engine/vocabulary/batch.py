"""The batch: what an agent emits at each flush, numbered so that a repeat is harmless (D18, delivery)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BatchId:
    """Who sent it and which one it is: (agent, epoch, sequence) names a batch for ever.

    `epoch` is new whenever the agent's spool begins anew; for an import it is the digest of the file (D6).
    """

    agent: str
    epoch: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of many series, sorted by (series, ts).

    names: the distinct series · series: int32[n] index into names · ts: int64[n] · value: float64[n] ·
    text: n strings or None, or None for all · quality: uint8[n].
    """

    id: BatchId
    names: tuple[str, ...]
    series: NDArray[np.int32]
    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: tuple[str | None, ...] | None = None
    sent_at: int = 0
    """The agent's clock when it was cut, ns: says how late it came, is part of no figure."""
    boot: str = ""
    """Names one run of the agent, for a clock that was set in between (PITFALLS: boxes without a clock)."""

    def __len__(self) -> int:
        return len(self.ts)
