"""Text with separators, as historians and spreadsheets write it, in blocks: Arrow parses, lines keep their numbers.

One line is one row. A line with an odd number of quotation marks is set aside instead of swallowing all that follows.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from collector.importing.encodings import BLOCK, blocks, scan
from collector.importing.pieces import Lines, Malformed, Piece
from collector.importing.reading import Reading
from evidence_engine.documents import BadInput

SEPARATORS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
_LOOKED_AT = 20


class CsvFile:
    """See Source."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self._path, self._name = path, path.name
        seen = scan(path, reading.encoding)
        self.digest, self._size, self._encoding = seen.digest, seen.size, seen.encoding
        self._lines = max(seen.lines, 1)
        first = next(blocks(path, self._encoding))
        head = io.StringIO(_text(first[: 1 << 20]), newline="").readlines()
        self.header_line = reading.mapping.header or _header_line(head, self._name)
        if self.header_line > len(head):
            raise BadInput(f"{self._name}: header: {self.header_line}, but it has {len(head)} lines")
        titles = head[self.header_line - 1 :]
        self._header_lines = _closed_at(titles)
        self._separator = reading.separator or _separator(head, titles, self._header_lines, self._name)
        self.titles = next(csv.reader(titles, delimiter=self._separator))
        self.titles = [title.strip() for title in self.titles]
        self.comma_separates = self._separator == ","
        self.said = [self._encoding.upper(), f"separator {SEPARATORS.get(self._separator, self._separator)}"]

    def pieces(self) -> Iterator[Piece]:
        """See Source."""
        skip = self.header_line - 1 + self._header_lines
        line = 1
        for block in blocks(self._path, self._encoding):
            count = block.count(b"\n") + (not block.endswith(b"\n"))
            body, start = block, line
            while skip and body:
                body = body[body.find(b"\n") + 1 :] if b"\n" in body else b""
                skip, start = skip - 1, start + 1
            line += count
            if body:
                yield self._parse(body, start, min(1.0, line / self._lines))

    def _parse(self, block: bytes, first: int, done: float) -> Piece:
        malformed: list[Malformed] = []
        lines: Lines | None = None
        if b'"' in block:
            block, lines = _without_open_quotes(block, first, malformed)
        table, numbers = self._table(block, malformed, first, lines)
        if lines is None:
            lines = np.arange(first, first + table.num_rows + len(numbers), dtype=np.int64)
        lines = np.delete(lines, numbers)[: table.num_rows]
        columns = [column.combine_chunks() for column in table.columns]
        cut = _Raw(block, numbers)
        return Piece(columns, lines, cut, malformed, done)

    def _table(
        self, block: bytes, malformed: list[Malformed], first: int, lines: Lines | None
    ) -> tuple[Any, list[int]]:
        """The parsed block, and which of its lines were left out."""
        bad: list[int] = []

        def set_aside(row: Any) -> str:
            at = row.number - 1
            line = first + at if lines is None else int(lines[at])
            why = f"{row.actual_columns} cells, expected {row.expected_columns}"
            bad.append(at)
            malformed.append(Malformed(line, why, row.text))
            return "skip"

        names = [str(number) for number in range(len(self.titles))]
        try:
            table = pa.csv.read_csv(
                pa.py_buffer(block),
                pa.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(block) + BLOCK),
                pa.csv.ParseOptions(
                    delimiter=self._separator, invalid_row_handler=set_aside, ignore_empty_lines=False
                ),
                pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
            )  # fmt: skip
        except pa.ArrowException as error:
            raise BadInput(f"{self._name}:{first}: not readable: {error}".splitlines()[0]) from None
        return table, bad


def _text(block: bytes) -> str:
    """Text of the file's beginning, without the mark that some encodings have there."""
    return block.decode("utf-8", "ignore").lstrip("\ufeff")


class _Raw:
    """What stood in a row; the block is cut into lines only when somebody asks."""

    def __init__(self, block: bytes, left_out: list[int]) -> None:
        self._block, self._left_out = block, left_out
        self._lines: list[bytes] = []

    def __call__(self, row: int) -> str:
        if not self._lines:
            out = set(self._left_out)
            self._lines = [t for n, t in enumerate(self._block.split(b"\n")) if n not in out]
        return self._lines[row].decode("utf-8", "replace").rstrip("\r")


def _header_line(head: list[str], name: str) -> int:
    """The first line that says something: not empty, no `sep=;` of Excel, no comment."""
    for number, text in enumerate(head, 1):
        bare = text.strip().strip(",;\t ")
        if bare and not bare.startswith("#") and not bare.lower().startswith("sep="):
            return number
    raise BadInput(f"{name}: no line with titles")


def _closed_at(titles: list[str]) -> int:
    """How many lines the titles take: Excel breaks them inside quotation marks."""
    quotes = 0
    for number, text in enumerate(titles, 1):
        quotes += text.count('"')
        if quotes % 2 == 0:
            return number
    return 1


def _separator(head: list[str], titles: list[str], taken: int, name: str) -> str:
    """Said by `sep=`, or the one that cuts titles and first rows into the same number of cells."""
    for text in head:
        if text.lower().startswith("sep="):
            return text.rstrip("\r\n")[4:5] or ","
    rows = titles[: taken + _LOOKED_AT]
    counts = {mark: _cells(rows, mark) for mark in SEPARATORS}
    even = {mark: found for mark, found in counts.items() if found[0] > 1 and set(found[1:]) <= {found[0]}}
    fits = even or {mark: found for mark, found in counts.items() if found[0] > 1}
    if not fits:
        raise BadInput(f"{name}:1: one column only; say --separator (mapping file: separator)")
    most = max(found[0] for found in fits.values())
    best = [mark for mark, found in fits.items() if found[0] == most]
    if len(best) > 1:
        shown = " and ".join(SEPARATORS[mark] for mark in best)
        raise BadInput(f"{name}:1: {shown} both cut it into {most} columns; say --separator")
    return best[0]


def _cells(rows: list[str], mark: str) -> list[int]:
    return [len(row) for row in csv.reader(rows, delimiter=mark) if row]


def _without_open_quotes(block: bytes, first: int, malformed: list[Malformed]) -> tuple[bytes, Lines]:
    """The block less the lines whose quotation marks don't close, and the numbers of those that stay."""
    texts = block.split(b"\n")
    if texts[-1] == b"":
        texts.pop()
    open_ones = {row for row, text in enumerate(texts) if text.count(b'"') % 2}
    for row in sorted(open_ones):
        shown = texts[row].decode("utf-8", "replace").rstrip("\r")
        malformed.append(Malformed(first + row, "a quotation mark does not close on this line", shown))
    lines = np.delete(np.arange(first, first + len(texts), dtype=np.int64), sorted(open_ones))
    if open_ones:
        block = b"\n".join(text for row, text in enumerate(texts) if row not in open_ones) + b"\n"
    return block, lines
