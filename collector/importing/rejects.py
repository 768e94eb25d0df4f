"""Rows that were set aside: each with file, line, column and reason; a million of them cost no memory (D29)."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from evidence_engine.documents import BadInput

KEPT = 100
"""Rejects that stay in memory; the file has all."""
NAMES = 100_000
"""Different unknown names that are counted; beyond that the sentence says 'more than'."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was set aside. `line` counts from 1, the header is line 1; `row` is what stood there."""

    file: str
    line: int
    column: str
    why: str
    row: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return place + (f"{self.column}: {self.why}" if self.column else self.why)


@dataclass(slots=True)
class Rejects:
    """All that one import set aside: the first ones, how many of which column, and the names nobody knows."""

    path: Path | None = None
    """Where all of them are written, made at the first one; None: nowhere."""
    most_names: int = NAMES
    first: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, None] = field(default_factory=dict)
    """Names that are not in the register, in order of appearance, at most `most_names` of them."""
    _file: IO[str] | None = None
    _writer: Any = None

    def __len__(self) -> int:
        return self.counts.total()

    def add(self, reject: Reject) -> None:
        """Keep one."""
        self.counts[reject.column] += 1
        if len(self.first) < KEPT:
            self.first.append(reject)
        if self.path is not None:
            self._open(self.path).writerow((reject.file, reject.line, reject.column, reject.why, reject.row))

    def add_unknown(self, name: str) -> None:
        """A name that stands in no register."""
        if len(self.unknown) < self.most_names:
            self.unknown[name] = None

    def about_unknown(self) -> str:
        """One sentence about the names, however many there are."""
        count = f"{len(self.unknown):,}" + (" or more" if len(self.unknown) >= self.most_names else "")
        shown = ", ".join(f"'{name[:40]}'" for name in list(self.unknown)[:3])
        return f"{count} different names are not in the register, the first: {shown}"

    def close(self) -> None:
        """Close the file; safe twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, path: Path) -> Any:
        if self._file is None:
            try:  # with a mark in front: Chinese Excel takes a file without one for GBK
                self._file = path.open("w", encoding="utf-8-sig", newline="")
            except OSError as error:
                raise BadInput(
                    f"--rejects {path}: {(error.strerror or str(error)).lower()}; name another file"
                ) from None
            self._writer = csv.writer(self._file)
            self._writer.writerow(("file", "line", "column", "why", "row"))
        return self._writer
