"""Keeps the figures current: recomputes the windows that new data touches, then the score, and shows them on the board."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from collector.board import Json, Kept, LiveBoard
from collector.config import CollectorConfig
from collector.history import history_of
from collector.journal import Change, Journal
from collector.scoring import Scoring, scoring_of
from collector.store.base import Store
from collector.windows import SETTLED, open_since, touched_by, wanted_windows
from collector.worker import Worker
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import Window

if TYPE_CHECKING:
    from collector.score_history import ScoreHistory
    from evidence_engine.tail import Tail

WINDOWS_PER_PASS = 24
"""So many, then what is open is looked at anew: a long past is worked off without making the present old."""
WINDOWS_AT_ONCE = 6
"""So many windows are shown together: small enough that the end is never far."""
LAG_SECONDS = 10.0
"""Real seconds in which data is on its way rather than missing."""
SCORED_KINDS = ("shift", "day", "history")
"""Unless the rules say which."""

_log = logging.getLogger(__name__)


class Assessing(Protocol):
    """What the engine offers: all records of a window over one history."""

    def records(self, window: Window) -> Iterable[Record]:
        """The records of all KPIs and subjects."""
        ...

    def tail(self, before: int) -> "Tail | None":
        """How much of the history is enough for windows that start at or after `before`."""
        ...


MakeAssessor = Callable[[Plant, History, Sequence[Window]], Assessing]
Score = Callable[[Sequence[Json]], Json]


@dataclass(slots=True)
class Progress:
    """What the health page tells."""

    passes: int = 0
    windows: int = 0
    """Computed since the start."""
    waiting: int = 0
    """Windows that the next pass takes up."""
    seconds: float = 0.0
    """Real, of the last pass."""
    error: str = ""
    """Why the last pass failed."""


@dataclass(slots=True)
class Assessment:
    """The loop. `make`, `score`: the engine, loaded in the thread when first needed."""

    config: CollectorConfig
    plant: Plant
    plan: Sequence[PlanEntry]
    store: Store
    clock: Clock
    board: LiveBoard
    make: MakeAssessor | None = None
    score: Score | None = None
    papers: Papers = field(default_factory=Papers)
    journal: Journal | None = None
    """Where answers are read from, and the history of the score and its verdicts is kept."""
    on_changes: Callable[[], None] = lambda: None
    """Called in the event loop when verdicts changed."""
    progress: Progress = field(default_factory=Progress)
    _stale: set[Window] = field(default_factory=set)
    """Shown, but data has come since that may change them."""
    _tail: "Tail | None" = None
    """All that what is open needs of the history; None: nobody knows yet, all of it."""
    _worker: Worker = field(default_factory=lambda: Worker("assess"))
    _history: "ScoreHistory | None" = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Somebody said something: look at once; called in the event loop."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Pass after pass until `stop`; a pass that fails is told once and tried again."""
        while not stop.is_set():
            began, left = self.clock.monotonic(), 0
            try:
                left = await self.once(stop)
                self._healed()
            except Exception as error:  # noqa: BLE001  the supervisor's: receiving goes on whatever the engine does
                self._failed(error)
            self.progress.seconds = (self.clock.monotonic() - began) / 1e9
            if not left:
                await _pause(stop, self._woken, max(self.config.assess.interval, self.progress.seconds))
            self._woken.clear()

    async def once(self, stop: asyncio.Event | None = None) -> int:
        """One pass over what matters most; the number of windows left for the next.

        What is open is computed from the tail of the history, where one is known; then what is older, from all of it.
        """
        touched, history = await self._worker.run(self._look)
        self._stale |= touched_by(self.board.windows(), touched)
        wanted = self._wanted(history)
        self._stale &= set(wanted)
        near, far = self._todo(wanted)
        now, left = [*near, *far][:WINDOWS_PER_PASS], [*near, *far][WINDOWS_PER_PASS:]
        for part, read in ((near, lambda: history), (far, self.history)):
            if chosen := [window for window in part if window in now]:
                await self._compute_all(await self._worker.run(read), wanted, chosen, stop)
        if set(self.board.windows()) - set(wanted):
            self.board.put_records({}, wanted)
        await self._rescore(now)
        self.progress.passes += 1
        self.progress.waiting = len(left)
        return len(left)

    def _todo(self, wanted: Sequence[Window]) -> tuple[list[Window], list[Window]]:
        """The windows to compute: those for which the history at hand is enough, and those that need all of it.

        The latter are shown when they end, and once more when no row on its way may change them.
        """
        have = set(self.board.windows()) - self._stale
        todo = [window for window in wanted if window not in have]
        if self._tail is None:
            return todo, []
        before, now = self._tail.before, self.clock.now()
        far = [w for w in todo if w.start < before and not (w in self._stale and w.end + SETTLED > now)]
        return [w for w in todo if w.start >= before], far

    async def _compute_all(
        self, history: History, wanted: Sequence[Window], now: Sequence[Window], stop: asyncio.Event | None
    ) -> None:
        """Compute windows and show them, a few at a time."""
        make = self.make or engine_assessor
        assessor = await self._worker.run(lambda: make(self.plant, history, wanted))
        for at in range(0, len(now), WINDOWS_AT_ONCE):
            if stop is not None and stop.is_set():
                return
            part = now[at : at + WINDOWS_AT_ONCE]
            fresh = await self._worker.run(lambda part=part: self._compute(assessor, part))  # type: ignore[misc]
            self.board.put_records(fresh, _not_superseded(self.board.windows(), part))
            self._stale -= set(part)
            self.progress.windows += len(part)
        before, is_ending = open_since(wanted, self.clock.now()), stop is not None and stop.is_set()
        if not is_ending and (self._tail is None or before > self._tail.before):
            self._tail = await self._worker.run(lambda: assessor.tail(before))

    def history(self) -> History:
        """Everything collected, as it stands."""
        return self._history_of(*self.store.columns())

    def _history_of(self, columns: Mapping[str, Samples], snapshot: str) -> History:
        return history_of(columns, snapshot, self.plant, self.plan, papers=self.papers)

    def _look(self) -> tuple[int | None, History]:
        """What was touched, then what there is: rows between the two are looked at twice, never not at all."""
        touched = self.store.take_touched()
        if self._tail is not None:
            history = self._tail.of(self._history_of(*self.store.columns(self._tail.first)))
            if self._tail.stands(history.facts, touched):
                return touched, history
            self._tail = None
        return touched, self.history()

    def _wanted(self, history: History) -> list[Window]:
        recent = round(self.config.assess.recent_days * DAY)
        return wanted_windows(self.plant, history, self.clock.now(), recent, self.clock.plant_ns(LAG_SECONDS))

    def _compute(self, assessor: Assessing, windows: Sequence[Window]) -> dict[Window, list[Kept]]:
        found: dict[Window, list[Kept]] = {}
        for window in windows:
            records = list(assessor.records(window))
            found[window] = [Kept.of(record.to_json()) for record in records]
            if self.config.assess.out is not None and window.kind != "custom":
                _write_records(self.config.at(self.config.assess.out) / "evidence", records)
        return found

    async def _rescore(self, computed: Sequence[Window]) -> None:
        kinds = self.score.kinds if isinstance(self.score, Scoring) else SCORED_KINDS
        is_touched = self.board.score() is None or any(w.kind in kinds for w in computed)
        if not is_touched and not await self._worker.run(self._has_answers):
            return
        windows = [w for w in self.board.windows() if w.kind in kinds]
        documents = [doc for w in windows for doc in self.board.records(window=w)]
        document, changes = await self._worker.run(lambda: self._scored(documents))
        self.board.put_score(document)
        if changes:
            self.on_changes()
        if self.config.assess.out is not None:
            write_json(self.config.at(self.config.assess.out) / "score.json", document)

    def _has_answers(self) -> bool:
        """Whether somebody has said something that the score does not know yet."""
        return isinstance(self.score, Scoring) and self.score.has_news()

    def _scored(self, documents: Sequence[Json]) -> tuple[Json, Sequence[Change]]:
        """The score, kept in the journal with the verdicts that changed."""
        if self.score is None:
            self.score = scoring_of(self.config, self.plant, self.journal or Journal(None))
        document = self.score(documents)
        if isinstance(self.score, Scoring):
            self.board.model = self.score.model
        if self.journal is None:
            return document, ()
        if self._history is None:
            from collector.score_history import ScoreHistory

            self._history = ScoreHistory(self.journal)
        return document, self._history.take(document, documents, self.clock.now())

    def _failed(self, error: Exception) -> None:
        sentence = f"{type(error).__name__}: {error}".splitlines()[0]
        if sentence != self.progress.error:
            _log.error("figures are not up to date: %s", sentence, exc_info=error)
            self.progress.error = sentence
            self.board.touch()

    def _healed(self) -> None:
        if self.progress.error:
            _log.info("figures are up to date again")
            self.progress.error = ""
            self.board.touch()


def engine_assessor(plant: Plant, history: History, windows: Sequence[Window]) -> Assessing:
    """The engine's own; imported here, so that the collector listens before numba is loaded."""
    from evidence_engine.assess import Assessor

    return Assessor(plant, history, windows)


def write_json(path: Path, document: Any) -> None:
    """A file that stands whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    os.replace(fresh, path)


def _write_records(folder: Path, records: Iterable[Record]) -> None:
    from evidence_engine.evidence.files import write_records

    write_records(folder, records)


def _not_superseded(have: Iterable[Window], fresh: Iterable[Window]) -> list[Window]:
    """Windows that no fresh one of the same kind and name replaces: the open shift of a moment ago goes at once."""
    names = {(w.kind, w.name) for w in fresh}
    return [w for w in have if (w.kind, w.name) not in names]


async def _pause(stop: asyncio.Event, woken: asyncio.Event, seconds: float) -> None:
    """So long, or until it is to end, or somebody said something."""
    waits = [asyncio.ensure_future(event.wait()) for event in (stop, woken)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
