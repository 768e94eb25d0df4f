"""Parquet, a hundred thousand rows at a time; a row's line is its number, the titles being line 1."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from collector.importing.encodings import scan
from collector.importing.pieces import Piece
from evidence_engine.documents import BadInput

ROWS = 100_000


class ParquetSource:
    """See Source."""

    header_line = 1
    comma_separates = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.digest = scan(path, None, is_text=False).digest
        self.said = ["Parquet"]
        with self._open() as file:
            self.titles: list[str] = file.schema_arrow.names

    def pieces(self) -> Iterator[Piece]:
        """See Source."""
        with self._open() as file:
            rows, total = 0, max(file.metadata.num_rows, 1)
            batches = file.iter_batches(batch_size=ROWS)
            while (batch := self._next(batches)) is not None:
                lines = np.arange(rows + 2, rows + 2 + batch.num_rows, dtype=np.int64)
                rows += batch.num_rows
                yield Piece(
                    [_plain(column) for column in batch.columns], lines, _Row(batch), done=rows / total
                )

    def _open(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path)
        except (pa.ArrowException, OSError) as error:
            raise self._refused(error) from None

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> BadInput:
        return BadInput(f"{self._path.name}: not readable: {error}".splitlines()[0])


class _Row:
    """A row as text."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch

    def __call__(self, row: int) -> str:
        return ",".join(
            "" if (cell := column[row].as_py()) is None else str(cell) for column in self._batch.columns
        )


def _plain(column: pa.Array) -> pa.Array:
    """Dictionaries as what they stand for, the long and the short kinds of text as one."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    return column
