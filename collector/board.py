"""The board: what the collector knows at this moment, read by pages and API; it changes in the event loop only."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from collector.journal import Journal
from evidence_engine.maturity.model import Model
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

Json = dict[str, Any]


class Board(Protocol):
    """What pages read. Reading is allowed from any thread."""

    plant: Plant
    clock: Clock
    journal: Journal
    """What people said, how the score went, which verdicts changed."""
    model: Model | None
    """The model of the score, None before the first one."""
    takes_answers: bool
    """Whether anybody may answer clauses on the page."""

    def version(self) -> int:
        """Rises when anything changed."""
        ...

    async def wait_changed(self, version: int) -> int:
        """Wait until the version is another one; the new version."""
        ...

    def history(self) -> History:
        """The newest columns."""
        ...

    def windows(self) -> list[Window]:
        """All that have records, ascending."""
        ...

    def records(
        self, *, kpi: str | None = None, asset: str | None = None, window: Window | None = None
    ) -> list[Json]:
        """Record documents (Record.to_json()), filtered."""
        ...

    def record(self, id: str) -> Json | None:
        """One record by its id."""
        ...

    def score(self) -> Json | None:
        """The score document (D30), None before the first assessment."""
        ...

    def agents(self) -> dict[str, Json]:
        """The last status of each agent, with `received_at`."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as the board keeps it: its text is a fifth of the document in memory."""

    id: str
    kpi: str
    asset: str | None
    text: str

    @staticmethod
    def of(document: Json) -> "Kept":
        """Keep a document."""
        asset = document["subject"].get("asset")
        return Kept(document["id"], document["kpi"], asset, json.dumps(document, ensure_ascii=False))


class LiveBoard:
    """The board of a running collector. `read`: gives the newest History; without a journal nothing was ever said."""

    def __init__(
        self, plant: Plant, clock: Clock, read: Callable[[], History], journal: Journal | None = None
    ) -> None:
        self.plant = plant
        self.clock = clock
        self.journal = journal or Journal(None)
        self.model: Model | None = None
        self.takes_answers = False
        self._read = read
        self._version = 1
        self._changed = asyncio.Event()
        self._records: dict[Window, tuple[Kept, ...]] = {}
        self._places: dict[str, Window] = {}
        self._score: Json | None = None
        self._agents: dict[str, Json] = {}

    def version(self) -> int:
        """Rises when anything changed."""
        return self._version

    async def wait_changed(self, version: int) -> int:
        """Wait until the version is another one."""
        while self._version == version:
            changed = self._changed
            await changed.wait()
        return self._version

    def history(self) -> History:
        """The newest columns."""
        return self._read()

    def windows(self) -> list[Window]:
        """All that have records, ascending."""
        return sorted(self._records)

    def records(
        self, *, kpi: str | None = None, asset: str | None = None, window: Window | None = None
    ) -> list[Json]:
        """Record documents, filtered; a window is found by its instants, whatever it is called."""
        return [json.loads(kept.text) for kept in self.kept(kpi=kpi, asset=asset, window=window)]

    def kept(
        self, *, kpi: str | None = None, asset: str | None = None, window: Window | None = None
    ) -> list[Kept]:
        """As records(), still as text."""
        records = self._records
        spans = [
            w for w in sorted(records) if window is None or (w.start, w.end) == (window.start, window.end)
        ]
        if window in records:
            spans = [window]
        return [
            kept
            for span in spans
            for kept in records.get(span, ())
            if kpi in (None, kept.kpi) and asset in (None, kept.asset)
        ]

    def record(self, id: str) -> Json | None:
        """One record by its id."""
        window = self._places.get(id)
        found = (kept for kept in self._records.get(window, ()) if kept.id == id) if window else iter(())
        kept = next(found, None)
        return None if kept is None else dict(json.loads(kept.text))

    def score(self) -> Json | None:
        """The score document."""
        return self._score

    def agents(self) -> dict[str, Json]:
        """The last status of each agent."""
        return dict(self._agents)

    def touch(self) -> None:
        """Something changed: wake all who wait."""
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def put_records(self, fresh: Mapping[Window, Iterable[Kept]], keep: Iterable[Window]) -> None:
        """Take in the records of some windows; windows that are neither fresh nor in `keep` are dropped."""
        records = {window: self._records[window] for window in keep if window in self._records}
        records |= {window: tuple(kept) for window, kept in fresh.items()}
        places = {kept.id: window for window, all_kept in records.items() for kept in all_kept}
        self._records, self._places = records, places
        self.touch()

    def put_score(self, score: Json) -> None:
        """Take in a score document."""
        self._score = score
        self.touch()

    def put_status(self, agent: str, status: Json) -> None:
        """Take in what an agent says about itself."""
        self._agents = self._agents | {agent: status | {"received_at": format_instant(self.clock.now())}}
        self.touch()
