"""The lake, the embedded default: an inbox of batches as they came, and closed hours sealed into a Delta table.

Folder: `inbox.db` (SQLite), `lake/` (Delta table), `ballast`, `lock`. The columns of all series are kept in memory (about 17 bytes
per number), built at start from the lake and then, in order of arrival, from the inbox. Compacting hours to days, and
windows so long that their columns do not fit, are a later matter.
"""

import fcntl
import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from shutil import disk_usage
from threading import Lock

import pyarrow as pa

from collector.store.base import Statistics, StoreFull, StoreInUse
from collector.store.columns import Columns, split
from collector.store.delta import SealedTable, sealed_rows
from collector.store.inbox import Inbox, Kept
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.samples import NO_SAMPLES, Samples
from evidence_engine.vocabulary.window import Window

ROWS_PER_SEAL = 4_000_000
ROWS_IN_NEED = 200_000
"""So few that their files fit into the place of the ballast."""
BALLAST = 8 << 20
CLOSE_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Lake:
    """A store in one folder, owned by one process."""

    def __init__(self, folder: Path, max_inbox_bytes: int | None = None) -> None:
        """Open or make it. Raises StoreInUse, StoreDamaged, StoreFull, OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = _own(folder / "lock")
        self._lock, self._sealing = Lock(), Lock()
        self._inbox = Inbox(folder / "inbox.db", max_inbox_bytes)
        self._table = SealedTable(folder / "lake")
        self._ballast = _Ballast(folder / "ballast")
        self._finish_seal()
        self._columns = _load(self._table, self._inbox.kept())

    def append(self, batch: Batch, *, body: bytes | None = None, aside: Batch | None = None) -> bool:
        """Keep a batch: see Store."""
        with self._lock:
            added = self._inbox.put(batch, body, aside)
            for one in added:
                self._columns.add(one)
        return bool(added)

    def read(self, series: str, window: Window) -> Samples:
        """The samples of a series in a window: see Store."""
        with self._lock:
            samples = self._columns.get(series)
        return (NO_SAMPLES if samples is None else samples).between(window.start, window.end)

    def series(self) -> list[str]:
        """The names of all series, sorted."""
        with self._lock:
            return self._columns.names()

    def columns(self, since: Mapping[str, int] | None = None) -> tuple[Mapping[str, Samples], str]:
        """All series at one moment, and the snapshot's name: see Store."""
        with self._lock:
            return self._columns.views(since), self._snapshot()

    def snapshot(self) -> str:
        """`arrival-<number of the last batch>`: sealing moves rows and changes nothing."""
        with self._lock:
            return self._snapshot()

    def take_touched(self) -> int | None:
        """The earliest instant of which more is known than at the last call, None where nothing came."""
        with self._lock:
            return self._columns.take_touched()

    def statistics(self) -> Statistics:
        """Counters: see Store."""
        with self._lock:
            inbox, columns = self._inbox, self._columns
            return Statistics(
                inbox.last_arrival(),
                columns.rows,
                columns.conflicts,
                inbox.quarantined(),
                inbox.gaps(),
                inbox.waiting(),
            )

    def seal(self, until: int) -> int:
        """Move the hours that ended by `until` from the inbox to the lake; the number of seals made.

        Appends go on meanwhile. Killed at any moment it is taken up where it was.
        """
        made = 0
        border = until // HOUR * HOUR
        with self._sealing:
            while self._seal_with_room(border):
                made += 1
            self._ballast.restore()
        return made

    def close(self) -> None:
        """Close the files; safe twice. A seal under way is left to itself: it survives the end of the process."""
        if not self._sealing.acquire(timeout=CLOSE_SECONDS):
            return
        try:
            with self._lock:
                self._inbox.close()
                self._lock_file.close()
        finally:
            self._sealing.release()

    def __enter__(self) -> "Lake":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _snapshot(self) -> str:
        return f"arrival-{self._inbox.last_arrival()}"

    def _seal_with_room(self, border: int) -> bool:
        """On a full disk the ballast gives the room that sealing takes before it gives any, a little at a time."""
        try:
            return self._seal_once(border, ROWS_PER_SEAL if self._ballast.exists() else ROWS_IN_NEED)
        except StoreFull:
            dropped = self._ballast.drop()
            with self._lock:
                self._inbox.cancel_seal(self._table.sealed())
            if not dropped:
                raise
            return self._seal_once(border, ROWS_IN_NEED)

    def _seal_once(self, border: int, max_rows: int) -> bool:
        """1 decide and write it down · 2 write the lake, durably · 3 only then forget."""
        with self._lock:  # (1)
            seal = self._inbox.begin_seal(border, max_rows)
            if seal is None:
                return False
            kept = self._inbox.kept(seal)
        rows = sealed_rows(kept, seal.until)
        if len(rows) and self._table.sealed() < seal.number:  # (2)
            self._table.write(seal.number, rows)
        with self._lock:  # (3)
            self._inbox.end_seal(seal)
        pa.default_memory_pool().release_unused()
        return True

    def _finish_seal(self) -> None:
        """A seal that was under way when the process ended: the lake has it whole, or it is written again."""
        pending = self._inbox.pending_seal()
        if pending is None:
            return
        torn = self._table.mend(pending.number)
        if torn is not None:
            _log.warning(
                "last commit of the lake was torn by a power cut, set aside and written again: %s", torn
            )
        try:
            self._seal_once(pending.until, ROWS_PER_SEAL)
        except StoreFull as error:
            _log.error("hours stay in the inbox for now: %s", error)  # what both hold is the same


def _load(table: SealedTable, open_batches: Iterable[Kept]) -> Columns:
    """Sealed rows first: what the inbox holds beside them arrived later."""
    columns = Columns()
    for name, rows in table.series():
        columns.extend(name, rows)
    for kept in open_batches:
        for name, rows in split(kept.batch):
            opened = rows if kept.sealed_to is None else rows.take(rows.ts >= kept.sealed_to)
            columns.extend(name, opened)
    columns.conflicts = 0
    pa.default_memory_pool().release_unused()  # Arrow keeps what it freed
    return columns


def read_lake(folder: Path) -> tuple[Mapping[str, Samples], str]:
    """Every series and the snapshot's name of a lake that another process may be writing to; holds nothing open.

    Raises FileNotFoundError where there is no lake.
    """
    if not (folder / "inbox.db").is_file():
        raise FileNotFoundError(f"{folder}: no store here, expected a folder with inbox.db")
    table = SealedTable(folder / "lake")
    while True:
        with closing(Inbox(folder / "inbox.db", read_only=True)) as inbox:
            kept, arrival, seal = inbox.at_once()
            columns = _load(table, kept)
            if inbox.last_seal() == seal:  # else rows moved meanwhile: look again
                return columns.views(), f"arrival-{arrival}"


def _own(path: Path) -> "_LockFile":
    lock = _LockFile(path)
    lock.acquire()
    return lock


class _Ballast:
    """Bytes that hold nothing but a place on the disk: given up when it is full, so that there is a way out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.restore()

    def exists(self) -> bool:
        """Whether there is something to give up."""
        return self._path.exists()

    def restore(self) -> None:
        """Take the place again, where there is ten times as much."""
        if not self._path.exists() and disk_usage(self._path.parent).free > 10 * BALLAST:
            self._path.write_bytes(bytes(BALLAST))

    def drop(self) -> bool:
        """Give it up; False where it is given up already."""
        there = self._path.exists()
        self._path.unlink(missing_ok=True)
        return there


class _LockFile:
    """One process at a time: SQLite in WAL mode and the Delta log both want a single writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def acquire(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise StoreInUse(
                f"{self._path.parent}: another process has this store open, expected one: stop it first"
            ) from None

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
