"""The inbox: batches as they came, in SQLite, durable before they are acknowledged, numbered by arrival.

Tables: `batch` (bodies that are not sealed yet), `received` (runs of sequence numbers per agent and epoch, so that a
repeat is known for ever), `run` (the first number of each run of an agent, so that a number used again for other rows
is told from a repeat), `link` (the row of each link that came last, for D2's 0 where a batch is missing), `aside` (rows whose
time cannot be), `seal` (what is being moved to the lake). One connection, one owner; WAL, synchronous FULL.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from collector.store.base import StoreDamaged, StoreError, StoreFull
from collector.store.columns import split
from evidence_engine.encoding import decode_batch, encode_batch
from evidence_engine.vocabulary.batch import Batch, BatchId

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL, row_count INTEGER NOT NULL,
    sealed_to INTEGER, body BLOB NOT NULL, UNIQUE (agent, epoch, sequence));
CREATE TABLE IF NOT EXISTS received (
    agent TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (agent, epoch, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
    agent TEXT NOT NULL, epoch TEXT NOT NULL, boot TEXT NOT NULL, first INTEGER NOT NULL,
    PRIMARY KEY (agent, epoch, boot)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (
    agent TEXT NOT NULL, series TEXT NOT NULL, last_ts INTEGER NOT NULL, PRIMARY KEY (agent, series)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aside (
    id INTEGER PRIMARY KEY, agent TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    row_count INTEGER NOT NULL, first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS seal (
    number INTEGER PRIMARY KEY, until INTEGER NOT NULL, arrival INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0);
"""
COLLECTOR = "@collector"
"""The agent of the batches that the collector itself writes: a 0 on each link where a batch is missing (D2)."""

_OWN_FILES = ("import", COLLECTOR)
"""Agents of whom each file is an epoch of its own, whole in itself."""
_FIRST_SEQUENCES = (0, 1)
_SPARE_PAGES = 64
_ROOM_ERRORS = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC")


@dataclass(frozen=True, slots=True)
class Seal:
    """Rows with ts < until of all batches with number <= arrival; `number` makes a repeat harmless."""

    number: int
    until: int
    arrival: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch of the inbox. Its rows before `sealed_to` are in the lake already."""

    arrival: int
    sealed_to: int | None
    batch: Batch


class Inbox:
    """The inbox's file. Not thread-safe: its owner holds a lock."""

    def __init__(self, path: Path, max_bytes: int | None = None, *, read_only: bool = False) -> None:
        self._path = path
        self._max_pages = 0
        self._told: set[tuple[str, str]] = set()
        with self._errors_named():
            self._db = _connect(path, read_only)
            if not read_only:
                self._prepare(max_bytes)

    def put(self, batch: Batch, body: bytes | None = None, aside: Batch | None = None) -> list[Batch]:
        """Keep a batch (`body`: the bytes that it came in); all that was added to the series, in order of arrival: the batch, then perhaps the 0s of a
        hole before it. Empty where it was there already. Durable when this returns."""
        with self._transaction():
            named = self._named_apart(batch)
            if named is not batch:
                batch, body = named, None
            if self._has(batch.id):
                return []
            zeros = self._missing_before(batch)
            self._insert(batch, encode_batch(batch) if body is None else body)
            for one in zeros:
                self._insert(one, encode_batch(one))
            if aside is not None:
                self._set_aside(aside)
        return [batch, *zeros]

    def kept(self, seal: Seal | None = None) -> Iterator[Kept]:
        """All batches with open rows by arrival, or those that a seal concerns: as of now, decoded one by one."""
        query = "SELECT arrival, sealed_to, body FROM batch"
        limits: tuple[int, ...] = ()
        if seal is not None:
            query += " WHERE arrival <= ? AND coalesce(sealed_to, first_ts) < ?"
            limits = (seal.arrival, seal.until)
        rows = self._db.execute(f"{query} ORDER BY arrival", limits).fetchall()
        return (Kept(arrival, sealed_to, decode_batch(body)) for arrival, sealed_to, body in rows)

    def at_once(self) -> tuple[list[Kept], int, Seal | None]:
        """All batches with open rows, the last arrival and the last seal, as of one moment."""
        self._db.execute("BEGIN")
        try:
            return list(self.kept()), self.last_arrival(), self.last_seal()
        finally:
            self._db.execute("COMMIT")

    def last_seal(self) -> Seal | None:
        """The last seal that was ended."""
        query = "SELECT number, until, arrival FROM seal WHERE done = 1 ORDER BY number DESC LIMIT 1"
        row = self._db.execute(query).fetchone()
        return None if row is None else Seal(*row)

    def begin_seal(self, until: int, max_rows: int) -> Seal | None:
        """Decide what is sealed next and write it down; a seal that was begun and not ended comes first.

        None where there is nothing to seal.
        """
        pending = self.pending_seal()
        if pending is not None:
            return pending
        arrival = self._reach(until, max_rows)
        if arrival is None:
            return None
        with self._transaction(bookkeeping=True):
            row = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM seal").fetchone()
            seal = Seal(int(row[0]), until, arrival)
            self._db.execute(
                "INSERT INTO seal(number, until, arrival) VALUES (?, ?, ?)", (seal.number, until, arrival)
            )
        return seal

    def pending_seal(self) -> Seal | None:
        """The seal that was begun and not ended, if any."""
        row = self._db.execute("SELECT number, until, arrival FROM seal WHERE done = 0").fetchone()
        return None if row is None else Seal(*row)

    def cancel_seal(self, sealed: int) -> None:
        """Take back a seal that was begun, unless the lake holds it: `sealed` is the last one that it has."""
        with self._transaction(bookkeeping=True):
            self._db.execute("DELETE FROM seal WHERE done = 0 AND number > ?", (sealed,))

    def end_seal(self, seal: Seal) -> None:
        """Forget what the lake now holds durably."""
        with self._transaction(bookkeeping=True):
            self._db.execute(
                "DELETE FROM batch WHERE arrival <= ? AND last_ts < ?", (seal.arrival, seal.until)
            )
            self._db.execute(
                "UPDATE batch SET sealed_to = ? WHERE arrival <= ? AND coalesce(sealed_to, first_ts) < ?",
                (seal.until, seal.arrival, seal.until),
            )
            self._db.execute("UPDATE seal SET done = 1 WHERE number = ?", (seal.number,))
            self._db.execute("DELETE FROM seal WHERE number < ?", (seal.number,))

    def last_arrival(self) -> int:
        """The number of the newest batch, 0 before the first."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batch'").fetchone()
        return 0 if row is None else int(row[0])

    def quarantined(self) -> int:
        """Rows that were set aside."""
        return int(self._db.execute("SELECT coalesce(sum(row_count), 0) FROM aside").fetchone()[0])

    def gaps(self) -> int:
        """Holes that were found in sequences."""
        query = "SELECT count(*) FROM received WHERE agent = ?"
        return int(self._db.execute(query, (COLLECTOR,)).fetchone()[0])

    def waiting(self) -> int:
        """Bytes of bodies that are not sealed."""
        return int(self._db.execute("SELECT coalesce(sum(length(body)), 0) FROM batch").fetchone()[0])

    def close(self) -> None:
        """Close the file; safe twice."""
        self._db.close()

    def _prepare(self, max_bytes: int | None) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA journal_size_limit=16777216")
        self._db.executescript(_SCHEMA)
        if max_bytes is not None:
            page = int(self._db.execute("PRAGMA page_size").fetchone()[0])
            self._max_pages = max(max_bytes // page, 16)

    def _has(self, identity: BatchId) -> bool:
        query = "SELECT 1 FROM received WHERE agent = ? AND epoch = ? AND first <= ? AND last >= ?"
        key = (identity.agent, identity.epoch, identity.sequence, identity.sequence)
        return self._db.execute(query, key).fetchone() is not None

    def _named_apart(self, batch: Batch) -> Batch:
        """A number that another run of the agent has used already is no repeat: a copy of its spool is at work, or an
        old one was put back. Its rows are kept, in an epoch of their own, which begins with a hole (D2)."""
        agent, epoch, sequence = batch.id.agent, batch.id.epoch, batch.id.sequence
        if not batch.boot or not self._has(batch.id):
            return batch
        query = (
            "SELECT boot FROM run WHERE agent = ? AND epoch = ? AND first <= ? ORDER BY first DESC LIMIT 1"
        )
        owner = self._db.execute(query, (agent, epoch, sequence)).fetchone()
        if owner is None or owner[0] == batch.boot:
            return batch
        if (agent, batch.boot) not in self._told:
            self._told.add((agent, batch.boot))
            _log.warning(
                "agent %s: batch %d came before, with other rows: do two agents share this name and a copy of one spool, "
                "or was an old spool put back? Give each agent its own name and spool",
                agent,
                sequence,
            )
        return replace(batch, id=BatchId(agent, f"{epoch}/{batch.boot}", sequence))

    def _insert(self, batch: Batch, body: bytes) -> None:
        self._note_received(batch.id)
        if batch.boot:
            self._db.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first)",
                (batch.id.agent, batch.id.epoch, batch.boot, batch.id.sequence),
            )
        if not len(batch):
            return
        key = (batch.id.agent, batch.id.epoch, batch.id.sequence)
        span = (int(batch.ts.min()), int(batch.ts.max()), len(batch))
        self._db.execute(
            "INSERT INTO batch(agent, epoch, sequence, first_ts, last_ts, row_count, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, *span, body),
        )
        if batch.id.agent != COLLECTOR:
            self._note_links(batch)

    def _note_received(self, identity: BatchId) -> None:
        """Join the sequence number to the runs beside it."""
        agent, epoch, first = identity.agent, identity.epoch, identity.sequence
        last = first
        query = "SELECT first, last FROM received WHERE agent = ? AND epoch = ? AND (last = ? OR first = ?)"
        for start, end in self._db.execute(query, (agent, epoch, first - 1, first + 1)).fetchall():
            self._db.execute(
                "DELETE FROM received WHERE agent = ? AND epoch = ? AND first = ?", (agent, epoch, start)
            )
            first, last = min(first, start), max(last, end)
        self._db.execute("INSERT INTO received VALUES (?, ?, ?, ?)", (agent, epoch, first, last))

    def _note_links(self, batch: Batch) -> None:
        for name, rows in split(batch):
            if name.startswith("@") and name.endswith("/link"):
                self._db.execute(
                    "INSERT INTO link VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last_ts = excluded.last_ts",
                    (batch.id.agent, name, int(rows.ts[-1])),
                )

    def _missing_before(self, batch: Batch) -> list[Batch]:
        """D2: a batch is missing before this one → a 0 right after the last row of each of the agent's links.

        The first of a new epoch says that the agent's spool is another one: nobody knows what the old one still held.
        """
        agent, epoch, sequence = batch.id.agent, batch.id.epoch, batch.id.sequence
        is_first = sequence in _FIRST_SEQUENCES
        if self._has(BatchId(agent, epoch, sequence - 1)) or (is_first and agent in _OWN_FILES):
            return []
        query = "SELECT series, last_ts FROM link WHERE agent = ? ORDER BY series"
        links = self._db.execute(query, (agent,)).fetchall()
        if is_first and not links:
            return []
        return [_zeros(BatchId(COLLECTOR, f"{agent}/{epoch}", sequence), links)]

    def _set_aside(self, rows: Batch) -> None:
        key = (rows.id.agent, rows.id.epoch, rows.id.sequence)
        span = (len(rows), int(rows.ts.min()), int(rows.ts.max()))
        self._db.execute(
            "INSERT INTO aside(agent, epoch, sequence, row_count, first_ts, last_ts, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*key, *span, encode_batch(rows)),
        )

    def _reach(self, until: int, max_rows: int) -> int | None:
        """The arrival up to which one seal goes: at most about max_rows rows, at least one batch."""
        query = (
            "SELECT arrival, row_count FROM batch WHERE coalesce(sealed_to, first_ts) < ? ORDER BY arrival"
        )
        rows, reach = 0, None
        for arrival, count in self._db.execute(query, (until,)).fetchall():
            if reach is not None and rows + count > max_rows:
                return int(reach)
            rows, reach = rows + count, arrival
        return None if reach is None else int(reach)

    @contextmanager
    def _transaction(self, *, bookkeeping: bool = False) -> Iterator[None]:
        """bookkeeping: may go a little over the limit, since forgetting takes room before it gives any."""
        with self._errors_named():
            if self._max_pages:
                pages = self._max_pages + (_SPARE_PAGES if bookkeeping else 0)
                self._db.execute(f"PRAGMA max_page_count={pages}").fetchone()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # SQLITE_FULL has rolled back already
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorname", "")
            if code in _ROOM_ERRORS:
                raise StoreFull(f"{self._path}: no room to store a batch ({error})") from error
            if code in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
                raise StoreDamaged(f"{self._path}: {error}") from error
            raise StoreError(f"{self._path}: {error}") from error


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA busy_timeout=2000")
    return db


def _zeros(identity: BatchId, links: Sequence[tuple[str, int]]) -> Batch:
    n = len(links)
    return Batch(
        identity,
        tuple(name for name, _ in links),
        np.arange(n, dtype=np.int32),
        np.array([ts + 1 for _, ts in links], np.int64),
        np.zeros(n),
        np.zeros(n, np.uint8),
    )
