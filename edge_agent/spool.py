"""The queue on disk: encoded batches in order, kept until the collector has them; the only queue that we have.

A SQLite file in WAL mode, synchronous=FULL, one connection in one thread. Tables: `meta(key, value)` with the epoch
(made when the file is made) and the next sequence number; `batch(sequence, data)`; `aside(sequence, data, why)`: what
the collector refused for good. A ballast file beside it makes room when the disk is full, since then even a delete
would fail.
"""

import asyncio
import errno
import logging
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.batch import BatchId

log = logging.getLogger("edge_agent.spool")
T = TypeVar("T")

BALLAST = 1024 * 1024
"""Bytes that are given back to a full disk, so that deleting works."""
WAL_PAGES = 64
"""A checkpoint needs room for what stands in the WAL: keep that well under the ballast."""
CORRUPT = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE"})

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS aside (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL, why TEXT NOT NULL);
"""


class _Replaced(Exception):
    """The file was found corrupt at work and a new one was begun."""


class SpoolFull(Exception):
    """No room, and the config says to refuse what is new."""


@dataclass(slots=True)
class SpoolStatistics:
    """What is shown; bytes are those of the batches."""

    batches: int = 0
    used: int = 0
    limit: int = 0
    dropped_batches: int = 0
    """Oldest batches that made room."""
    refused_batches: int = 0
    """New batches that found none."""
    set_aside: int = 0
    corrupt_files: int = 0
    hours_left: float | None = None
    """Until it is full at the rate of this run; None while that is unknown."""


class Spool:
    """Open with `await Spool.open(…)`; every call runs in the spool's own thread."""

    def __init__(self, path: Path, agent: str, max_bytes: int, when_full: str) -> None:
        self._path, self._agent, self._when_full = path, agent, when_full
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self.statistics = SpoolStatistics(limit=max_bytes)
        self.epoch = ""
        self._is_closed = False
        self._next = 1
        self._acknowledged = 0  # what a full disk did not let us delete
        self._began, self._written = time.monotonic(), 0

    @classmethod
    async def open(cls, path: str | Path, agent: str, max_bytes: int, when_full: str) -> "Spool":
        """Open or make the file; a corrupt one is set aside under another name, never deleted. BadInput."""
        spool = cls(Path(path), agent, max_bytes, when_full)
        try:
            await spool._run(spool._open)
        except BaseException:
            spool._thread.shutdown(wait=False)
            raise
        return spool

    async def append(self, encode: Callable[[BatchId], bytes]) -> int:
        """Number a batch, encode it, keep it durably; its sequence number. SpoolFull, where that is the policy."""
        return await self._run(lambda: self._append(encode))

    async def oldest(self, most: int) -> list[tuple[int, bytes]]:
        """The oldest batches that are not acknowledged, as (sequence, bytes)."""
        return await self._run(lambda: self._oldest(most))

    async def acknowledge(self, sequences: Sequence[int]) -> None:
        """The collector has these durably: forget them."""
        await self._run(lambda: self._acknowledge(sequences))

    async def set_aside(self, sequence: int, why: str) -> None:
        """The collector refused this batch for good: keep it out of the way, for a person to look at."""
        await self._run(lambda: self._put_aside(sequence, why))

    async def aclose(self) -> None:
        """Close the file; safe twice."""
        if not self._is_closed:
            self._is_closed = True
            await self._run(self._close)
            self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # --- in the spool's thread ---

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") not in CORRUPT:
                raise BadInput(_opening(self._path, error)) from None
            self._replace_corrupt(str(error))

    def _connect(self) -> None:
        self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")  # a second agent on this file must not start
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                f"wal_autocheckpoint={WAL_PAGES}",
                "journal_size_limit=0",
            ):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
            problem = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                error = sqlite3.DatabaseError(problem)
                error.sqlite_errorname = "SQLITE_CORRUPT"
                raise error
            self._db.executescript(_SCHEMA)
            self._read_meta()
        except BaseException:
            self._db.close()
            raise
        self._make_ballast()

    def _read_meta(self) -> None:
        meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
        if "epoch" not in meta:
            meta = {"epoch": uuid.uuid4().hex, "next": "1"}
            self._db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        self.epoch, self._next = meta["epoch"], int(meta["next"])
        count, used = self._db.execute(
            "SELECT count(*), coalesce(sum(length(data)), 0) FROM batch"
        ).fetchone()
        self.statistics.batches, self.statistics.used = count, used
        self.statistics.set_aside = self._db.execute("SELECT count(*) FROM aside").fetchone()[0]

    def _replace_corrupt(self, why: str) -> None:
        """Set the file aside and begin a new one, with a new epoch."""
        self._db.close()
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.corrupt-{number}")).exists():
            number += 1
        for suffix in ("", "-wal", "-shm"):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        log.error("spool corrupt file=%s why=%s set_aside=%s", self._path, why, aside)
        self.statistics.corrupt_files += 1
        self._acknowledged = 0
        self._connect()

    def _append(self, encode: Callable[[BatchId], bytes]) -> int:
        sequence = self._next
        self._next += 1  # used up even if refused: the collector sees the hole, and writes a 0 (D2)
        data = encode(BatchId(self._agent, self.epoch, sequence))
        try:
            self._make_room(len(data))
            self._guarded(lambda: self._insert(sequence, data), can_drop=True)
        except _Replaced:
            return self._append(encode)  # under the new file's epoch
        self._written += len(data)
        self._reckon()
        return sequence

    def _insert(self, sequence: int, data: bytes) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO batch VALUES (?, ?)", (sequence, data))
        self._db.execute("UPDATE meta SET value = ? WHERE key = 'next'", (str(sequence + 1),))
        self._db.execute("COMMIT")
        self.statistics.batches += 1
        self.statistics.used += len(data)

    def _make_room(self, size: int) -> None:
        """The byte limit: drop the oldest, or refuse the new."""
        statistics = self.statistics
        if size > statistics.limit:
            statistics.refused_batches += 1
            raise SpoolFull(f"{self._path}: a batch of {size} bytes, limit {statistics.limit}")
        over = statistics.used + size - statistics.limit
        if over > 0:
            self._drop_or_refuse(over)

    def _drop_or_refuse(self, size: int) -> None:
        if self._when_full == "refuse_new" or not self.statistics.batches:
            self.statistics.refused_batches += 1
            raise SpoolFull(f"{self._path}: {self.statistics.used} of {self.statistics.limit} bytes used")
        victims, freed = [], 0
        for sequence, length in self._db.execute(
            "SELECT sequence, length(data) FROM batch ORDER BY sequence"
        ).fetchall():
            victims.append(sequence)
            freed += length
            if freed >= size:
                break
        self._guarded(lambda: self._forget(victims))
        self.statistics.dropped_batches += len(victims)

    def _guarded(self, write: Callable[[], None], *, can_drop: bool = False) -> None:
        """Do one write; on a full disk give the ballast back, by the policy drop the oldest, and try once more."""
        try:
            write()
            return
        except sqlite3.Error as error:
            self._roll_back()
            self._raise_unless_full(error)
        if can_drop and self._when_full == "refuse_new":
            self.statistics.refused_batches += 1
            raise SpoolFull(f"{self._path}: the disk is full")
        self._ballast.unlink(missing_ok=True)
        self._checkpoint()
        try:
            if can_drop:
                self._drop_or_refuse(max(BALLAST, self.statistics.used // 10))
                self._checkpoint()
            write()
        except sqlite3.Error as error:
            self._roll_back()
            self._raise_unless_full(error)
            self.statistics.refused_batches += can_drop
            raise SpoolFull(f"{self._path}: the disk is full") from None
        self._make_ballast()

    def _raise_unless_full(self, error: sqlite3.Error) -> None:
        name = getattr(error, "sqlite_errorname", "")
        if name in CORRUPT:
            self._replace_corrupt(str(error))
            raise _Replaced from None
        if name not in FULL:
            raise error

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # a full disk has rolled back by itself
            self._db.execute("ROLLBACK")

    def _checkpoint(self) -> None:
        """Move the WAL into the file and give its room back, as far as the disk allows."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            self._raise_unless_full(error)

    def _make_ballast(self) -> None:
        """Real bytes, not a hole in a file; where there is no room for them now, later."""
        if self._ballast.exists():
            return
        try:
            with self._ballast.open("wb") as file:
                file.write(os.urandom(BALLAST))
                os.fsync(file.fileno())
        except OSError as error:
            self._ballast.unlink(missing_ok=True)
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise BadInput(f"{self._ballast}: {error.strerror}") from None

    @property
    def _ballast(self) -> Path:
        return self._path.with_name(self._path.name + ".ballast")

    def _oldest(self, most: int) -> list[tuple[int, bytes]]:
        query = "SELECT sequence, data FROM batch WHERE sequence > ? ORDER BY sequence LIMIT ?"
        try:
            return self._db.execute(query, (self._acknowledged, most)).fetchall()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") not in CORRUPT:
                raise
            self._replace_corrupt(str(error))
            return []

    def _acknowledge(self, sequences: Sequence[int]) -> None:
        try:
            self._guarded(lambda: self._forget(sequences))
        except SpoolFull:
            self._acknowledged = max(sequences)
        except _Replaced:
            return  # they are in the file that was set aside

    def _put_aside(self, sequence: int, why: str) -> None:
        try:
            self._guarded(lambda: self._set_aside(sequence, why))
        except SpoolFull:
            self._acknowledged = sequence
        except _Replaced:
            return

    def _forget(self, sequences: Sequence[int]) -> None:
        marks = ",".join("?" * len(sequences))
        self._db.execute("BEGIN IMMEDIATE")
        sizes = self._db.execute(
            f"SELECT count(*), coalesce(sum(length(data)), 0) FROM batch WHERE sequence IN ({marks})",
            sequences,
        ).fetchone()
        self._db.execute(f"DELETE FROM batch WHERE sequence IN ({marks})", sequences)
        self._db.execute("COMMIT")
        self.statistics.batches -= sizes[0]
        self.statistics.used -= sizes[1]

    def _set_aside(self, sequence: int, why: str) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        size = self._db.execute("SELECT length(data) FROM batch WHERE sequence = ?", (sequence,)).fetchone()[
            0
        ]
        self._db.execute(
            "INSERT INTO aside SELECT sequence, data, ? FROM batch WHERE sequence = ?", (why, sequence)
        )
        self._db.execute("DELETE FROM batch WHERE sequence = ?", (sequence,))
        self._db.execute("COMMIT")
        self.statistics.set_aside += 1
        self.statistics.batches -= 1
        self.statistics.used -= size

    def _reckon(self) -> None:
        hours = (time.monotonic() - self._began) / 3600
        rate = self._written / hours if hours > 0 else 0.0
        left = self.statistics.limit - self.statistics.used
        self.statistics.hours_left = round(left / rate, 1) if rate > 0 else None

    def _close(self) -> None:
        self._db.close()


def _opening(path: Path, error: sqlite3.DatabaseError) -> str:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return f"{path}: another agent is using this spool; give each its own spool.path"
    return f"{path}: cannot open the spool: {error}"
