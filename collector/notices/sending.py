"""Tells each channel what it has not been told yet, again and again until it is taken; the journal is the queue.

For each channel: (1) changes after the last one told; (2) wait until the oldest of them is `gather` old, in real time
since it was seen; (3) one notice of all of them; (4) told, or again later: 1, 2, 4 … times `retry`, at most `retry_most`.
The journal remembers how far each channel has come, so a restart loses nothing and tells nothing twice on purpose.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.journal import Journal
from collector.notices.config import Notices
from collector.notices.notice import notice_of
from collector.notices.webhook import NotTold
from collector.worker import Worker

_log = logging.getLogger(__name__)

MOST = 2000
"""So many changes go into one notice at most."""

Json = dict[str, Any]
Tell = Callable[[Json], None]
"""Sends one notice, raises NotTold."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel: its name in the journal, and how a notice goes out by it."""

    name: str
    tell: Tell


@dataclass(slots=True)
class Sending:
    """The loop. score: the newest score document; wording: of a clause."""

    journal: Journal
    config: Notices
    site: str
    ways: Sequence[Way]
    score: Callable[[], Json | None]
    wording: Callable[[str], Mapping[str, str]]
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; without a channel there is nothing to do."""
        if not self.ways:
            return
        async with asyncio.TaskGroup() as tasks:
            for way in self.ways:
                tasks.create_task(self._serve(way, stop))

    async def _serve(self, way: Way, stop: asyncio.Event) -> None:
        """One channel; a journal that can't be written for now (a full disk) is told once and tried again."""
        worker, failed = Worker(f"notices {way.name}"), ""
        while not stop.is_set():
            try:
                await self._next(way, worker, stop)
                failed = ""
            except sqlite3.Error as error:
                if str(error) != failed:
                    _log.error("notices by %s wait: %s", way.name, error)
                failed = str(error)
                await _pause(stop, self.config.retry_most)

    async def _next(self, way: Way, worker: Worker, stop: asyncio.Event) -> None:
        """(1) and (2), then one attempt."""
        channel = self.journal.channel(way.name)
        if not self.journal.changes_after(channel.told, 1):
            await _first(stop.wait(), self._news.wait())
            return
        wait = self.config.gather if not channel.failures else self.pause(channel.failures)
        if not await _pause(stop, wait):
            await worker.run(lambda: self.tell(way))

    def wake(self) -> None:
        """There are changes; called in the event loop by whoever added them."""
        self._news.set()
        self._news = asyncio.Event()

    def pause(self, failures: int) -> float:
        """Real seconds until the next attempt."""
        return float(min(self.config.retry * 2 ** min(failures - 1, 30), self.config.retry_most))

    def tell(self, way: Way) -> None:
        """One attempt at everything that a channel has not been told."""
        channel = self.journal.channel(way.name)
        changes = self.journal.changes_after(channel.told, MOST)
        if not changes:
            return
        notice = notice_of(self.site, changes, self.score(), self.wording, self.config.pages)
        try:
            if notice is not None:
                way.tell(notice)
        except NotTold as error:
            if str(error) != channel.error:
                _log.warning("a notice waits: %s", error)
            self.journal.not_told(way.name, str(error))
            return
        if channel.failures:
            _log.info("notices by %s go out again", way.name)
        self.journal.told(way.name, changes[-1].id)


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Whether it is to end."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


async def _first(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
