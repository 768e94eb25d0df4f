"""A file in pieces: columns of some thousand rows with the line that each row came from, for every kind of file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Lines = NDArray[np.int64]


@dataclass(slots=True)
class Malformed:
    """A line that is no row: too many cells or too few, an open quotation mark."""

    line: int
    why: str
    row: str


@dataclass(slots=True)
class Piece:
    """columns: Arrow arrays, by their place in the file · lines: int64[n] · raw: row number → what stood there."""

    columns: list[Any]
    lines: Lines
    raw: Callable[[int], str]
    malformed: list[Malformed] = field(default_factory=list)
    done: float = 0.0
    """The share of the file that is read with this piece."""


class Source(Protocol):
    """One open file."""

    titles: list[str]
    header_line: int
    said: list[str]
    """What was found out about the file, for people: `UTF-8`, `separator ;`."""
    digest: str
    comma_separates: bool
    """A comma in a cell can be no decimal comma."""

    def pieces(self) -> Iterator[Piece]:
        """Every row; the same file gives the same pieces."""


def source_of(path: Path, reading: Any) -> Source:
    """The file by the ending of its name: .parquet, .xlsx, else text. BadInput where it can't be read."""
    from collector.importing.csv_file import CsvFile
    from collector.importing.parquet_file import ParquetSource
    from collector.importing.sheet import Sheet

    match path.suffix.lower():
        case ".parquet":
            return ParquetSource(path)
        case ".xlsx" | ".xlsm":
            return Sheet(path, reading)
        case _:
            return CsvFile(path, reading)
