"""A sheet of an XLSX file, read cell by cell; dates come as Excel's wall clock, numbers as they were calculated."""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa

from collector.importing.encodings import scan
from collector.importing.pieces import Piece
from collector.importing.reading import Reading
from evidence_engine.documents import BadInput

ROWS = 20_000


class Sheet:
    """See Source."""

    comma_separates = True
    """Numbers are numbers here; texts that look like some need --decimal."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self._path, self._sheet, self._decimal = path, reading.mapping.sheet, reading.decimal or "."
        self.digest = scan(path, None, is_text=False).digest
        head = list(islice(self._rows(), max(reading.mapping.header or 0, 50)))
        self.header_line = reading.mapping.header or _first_filled(head, path.name)
        if self.header_line > len(head):
            raise BadInput(f"{path.name}: header: {self.header_line}, but the sheet has {len(head)} rows")
        self.titles = [text.strip() for text in head[self.header_line - 1]]
        while self.titles and not self.titles[-1]:
            self.titles.pop()
        self.said = [f"XLSX, sheet '{self._sheet or 'the first'}'"]

    def pieces(self) -> Iterator[Piece]:
        """See Source."""
        rows, line = self._rows(), self.header_line + 1
        for _ in islice(rows, self.header_line):
            pass
        while found := list(islice(rows, ROWS)):
            width = len(self.titles)
            filled = [(row + [""] * width)[:width] for row in found]
            columns = [pa.array(column, pa.string()) for column in zip(*filled, strict=True)]
            lines = np.arange(line, line + len(filled), dtype=np.int64)
            line += len(filled)
            yield Piece(columns, lines, partial(_joined, filled))

    def _rows(self) -> Iterator[list[str]]:
        import openpyxl  # 20 MB that most imports never need
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
        except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
            raise BadInput(f"{self._path.name}: not readable as XLSX: {error}") from None
        try:
            if self._sheet is not None and self._sheet not in book.sheetnames:
                names = ", ".join(f"'{name}'" for name in book.sheetnames)
                raise BadInput(f"{self._path.name}: no sheet '{self._sheet}', expected one of {names}")
            sheet = book[self._sheet] if self._sheet is not None else book.worksheets[0]
            sheet.reset_dimensions()  # some writers state a wrong size
            for row in sheet.iter_rows(values_only=True):
                yield [_cell(value, self._decimal) for value in row]
        finally:
            book.close()


def _joined(rows: list[list[str]], row: int) -> str:
    return ",".join(rows[row])


def _cell(value: Any, decimal: str) -> str:
    """A cell as a text file would have it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return repr(value).replace(".", decimal)
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _first_filled(head: list[list[str]], name: str) -> int:
    for number, row in enumerate(head, 1):
        if sum(bool(cell.strip()) for cell in row) > 1:
            return number
    raise BadInput(f"{name}: no row with titles in its first sheet")
