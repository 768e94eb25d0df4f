"""The store's interface: append a batch, read the columns of a series, name the snapshot; and what may go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import Window


class StoreError(Exception):
    """Base of what a store raises; str() is one sentence."""


class StoreFull(StoreError):
    """There is no room: nothing was stored, keep the batch and send it again later."""


class StoreInUse(StoreError):
    """Another process owns this store: stop it, or send to it over HTTP."""


class StoreDamaged(StoreError):
    """A file of the store is not what was written; the sentence names it. Nothing was deleted."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a store has taken in since it was made (conflicts: since it was opened)."""

    arrivals: int
    """Batches, the number of the last one."""
    rows: int
    """Samples held, each (series, ts) once."""
    conflicts: int
    """Samples that a later arrival with other content replaced (D6)."""
    quarantined: int
    """Rows set aside because their time cannot be."""
    gaps: int
    """Times that an agent's sequence had a hole (D2)."""
    waiting: int
    """Bytes in the inbox that are not sealed yet."""


class Store(Protocol):
    """What the collector, `import` and `evidence` need of a store. All methods may be called from any thread."""

    def append(self, batch: Batch, *, body: bytes | None = None, aside: Batch | None = None) -> bool:
        """Keep a batch, durably when this returns; False where (agent, epoch, sequence) was already there.

        body: the bytes that decode to the batch, where they are at hand · aside: rows of the same batch whose time cannot be; kept apart, part of no series. Raises StoreFull.
        """
        ...

    def read(self, series: str, window: Window) -> Samples:
        """The samples with start <= ts < end, each ts once; none where there is no such series."""
        ...

    def series(self) -> list[str]:
        """The names of all series, sorted."""
        ...

    def columns(self, since: Mapping[str, int] | None = None) -> tuple[Mapping[str, Samples], str]:
        """Every series as it stands at one moment, and the name of that snapshot (D7). Read-only views.

        since: series → the instant from which on its rows are wanted; of others all of them.
        """
        ...

    def snapshot(self) -> str:
        """The name of what the store holds now: the same name, the same samples."""
        ...

    def take_touched(self) -> int | None:
        """The earliest instant of which more is known than at the last call, None where nothing came."""
        ...

    def statistics(self) -> Statistics:
        """Counters for the health page."""
        ...

    def close(self) -> None:
        """Let go of all files; safe twice."""
        ...
