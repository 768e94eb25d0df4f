"""The lake's table: sealed rows as sorted Parquet in a Delta Lake table, on local disk, made durable by hand.

Columns `day: string (partition), series: string, ts: int64, value: float64, quality: int8, text: string,
arrival: int64`; sorted by (series, ts) in each file, each (series, ts) once in each seal, the later arrival having
won; across seals the row with the greater `arrival` holds. ts is an int64 because Delta cuts stamps to microseconds.
The package checks no transaction version and syncs no file: both are done here, under the lake's lock.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from collector.store.base import StoreDamaged, StoreFull
from collector.store.columns import Rows, deduplicate, split
from collector.store.inbox import Kept
from evidence_engine.vocabulary.instants import DAY

_APPLICATION = "floortruth-inbox"
_CONFIGURATION = {"delta.checkpointInterval": "20", "delta.logRetentionDuration": "interval 1 days"}
_WRITER = WriterProperties(compression="ZSTD", compression_level=3)
_SCHEMA = pa.schema(
    [
        ("day", pa.string()),
        ("series", pa.string()),
        ("ts", pa.int64()),
        ("value", pa.float64()),
        ("quality", pa.int8()),
        ("text", pa.string()),
        ("arrival", pa.int64()),
    ]
)


class SealedTable:
    """The Delta table in a folder; it is made by the first seal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sealed(self) -> int:
        """The number of the last seal that it holds, 0 for none."""
        table = self._open()
        return 0 if table is None else int(table.transaction_version(_APPLICATION) or 0)

    def write(self, number: int, rows: pa.Table) -> None:
        """Add the rows of one seal, durable when this returns. The caller knows that `number` is not there yet.
        StoreFull where it could not be written."""
        try:
            write_deltalake(
                str(self._folder),
                rows,
                mode="append",
                partition_by=["day"],
                configuration=_CONFIGURATION,
                writer_properties=_WRITER,
                commit_properties=CommitProperties(app_transactions=[Transaction(_APPLICATION, number)]),
            )
        except (DeltaError, OSError) as error:
            raise StoreFull(f"{self._folder}: not sealed: {str(error).splitlines()[0]}") from error
        self._sync()

    def series(self) -> Iterator[tuple[str, Rows]]:
        """All rows of each series, ascending, each ts once."""
        table = self._open()
        if table is None:
            return
        try:
            rows = table.to_pyarrow_dataset().to_table(columns=_SCHEMA.names[1:])
        except (OSError, pa.ArrowException) as error:
            raise StoreDamaged(f"{self._folder}: {str(error).splitlines()[0]}") from error
        yield from _by_series(rows)

    def mend(self, number: int) -> Path | None:
        """After a power cut in seal `number`: put its commit aside if it is torn, to be written again; its new name.

        Only to be called while the inbox still holds what was being sealed.
        """
        newest = max(self._log().glob("*.json"), default=None)
        if newest is None or _whole(newest, self._folder, number):
            return None
        aside = newest.with_suffix(".torn")
        newest.rename(aside)
        _sync_path(self._log())
        return aside

    def _open(self) -> DeltaTable | None:
        if not self._log().is_dir():
            return None
        try:
            return DeltaTable(str(self._folder))
        except TableNotFoundError:
            return None
        except (DeltaError, OSError) as error:
            raise StoreDamaged(
                f"{self._folder}: the lake's log is not readable: {str(error).splitlines()[0]}"
            ) from error

    def _log(self) -> Path:
        return self._folder / "_delta_log"

    def _sync(self) -> None:
        """fsync the newest commit, the files that it names, and every folder on the way."""
        newest = max(self._log().glob("*.json"))
        files = [self._folder / path for path, _ in _added(_actions(newest))]
        for path in [
            *files,
            newest,
            *self._log().glob("*.checkpoint.parquet"),
            self._log() / "_last_checkpoint",
        ]:
            if path.exists():
                _sync_path(path)
        for folder in {*(path.parent for path in files), self._log(), self._folder, self._folder.parent}:
            _sync_path(folder)


def sealed_rows(kept: Iterable[Kept], until: int) -> pa.Table:
    """The rows of a seal as the table has them: those before `until` that no earlier seal took."""
    parts: dict[str, list[tuple[int, Rows]]] = {}
    for one in kept:
        for name, rows in split(one.batch):
            start = 0 if one.sealed_to is None else int(np.searchsorted(rows.ts, one.sealed_to))
            rows = rows.take(slice(start, int(np.searchsorted(rows.ts, until))))
            if len(rows):
                parts.setdefault(name, []).append((one.arrival, rows))
    tables = [_series_table(name, parts[name]) for name in sorted(parts)]
    return pa.concat_tables(tables) if tables else _SCHEMA.empty_table()


def _series_table(name: str, parts: Sequence[tuple[int, Rows]]) -> pa.Table:
    ts = np.concatenate([rows.ts for _, rows in parts])
    arrival = np.concatenate([np.full(len(rows), number, np.int64) for number, rows in parts])
    order = np.argsort(ts, kind="stable")
    keep = order[np.append(ts[order][1:] != ts[order][:-1], True)]
    value = np.concatenate([rows.value for _, rows in parts])[keep]
    quality = np.concatenate([rows.quality for _, rows in parts])[keep]
    text = np.concatenate([rows.texts() for _, rows in parts])[keep]
    columns = [
        _days(ts[keep]),
        pa.repeat(pa.scalar(name, pa.string()), len(keep)),
        pa.array(ts[keep]),
        pa.array(value),
        pa.array(quality.astype(np.int8)),
        pa.array(text, pa.string()),
        pa.array(arrival[keep]),
    ]
    return pa.table(columns, schema=_SCHEMA)


def _days(ts: Any) -> pa.Array:
    """The UTC date of each row, as `2026-11-24`."""
    days = (ts // DAY).astype("datetime64[D]")
    distinct, index = np.unique(days, return_inverse=True)
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(distinct.astype(str))).cast(pa.string())


def _by_series(table: pa.Table) -> Iterator[tuple[str, Rows]]:
    names = table.column("series").combine_chunks().dictionary_encode()
    names = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    code = names.indices.to_numpy()
    ts, arrival = (table.column(column).to_numpy() for column in ("ts", "arrival"))
    order = np.lexsort((arrival, ts, code))
    columns = {
        "value": table.column("value").to_numpy()[order],
        "quality": table.column("quality").to_numpy().astype(np.uint8)[order],
    }
    ts, code = ts[order], code[order]
    texts = table.column("text")
    text = None if texts.null_count == len(texts) else np.array(texts.to_pylist(), object)[order]
    for number, name in enumerate(names.dictionary.to_pylist()):
        part = slice(*np.searchsorted(code, [number, number + 1]))
        own = None if text is None or all(t is None for t in text[part]) else text[part]
        yield name, deduplicate(Rows(ts[part], columns["value"][part], columns["quality"][part], own))[0]


def _actions(commit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in commit.read_text("utf-8").splitlines() if line]


def _added(actions: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Path and size of each file that a commit adds."""
    added = [action["add"] for action in actions if "add" in action]
    return [(unquote(add["path"]), int(add["size"])) for add in added]


def _whole(commit: Path, folder: Path, number: int) -> bool:
    """Whether a commit can be read and, if it is that of seal `number`, each file that it adds has its length."""
    try:
        actions = _actions(commit)
        versions = [action["txn"]["version"] for action in actions if "txn" in action]
        if versions and number not in versions:
            return True
        return bool(actions) and all((folder / p).stat().st_size == n for p, n in _added(actions))
    except (ValueError, KeyError, OSError):
        return False


def _sync_path(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
