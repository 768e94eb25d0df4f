"""Every series as growing columns in memory, sorted and each (series, ts) once, the later arrival winning (D6).

Views handed out stay as they are: new rows are written behind their end, and rows out of order make a new copy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.samples import Samples

Texts = Sequence[str | None]

EVER = -(2**63)
"""Before every instant."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one series, ascending in ts, perhaps the same ts twice. text: object[n], or None for none at all."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, which: Any) -> "Rows":
        """The rows at an index, mask or slice."""
        text = None if self.text is None else self.text[which]
        return Rows(self.ts[which], self.value[which], self.quality[which], text)

    def texts(self) -> NDArray[np.object_]:
        """object[n], None where there is no text."""
        return np.full(len(self), None, object) if self.text is None else self.text


class Column:
    """One series."""

    __slots__ = ("_buffer", "_length", "_view")

    def __init__(self) -> None:
        self._buffer = _room(64, with_text=False)
        self._length = 0
        self._view: tuple[int, Samples] | None = None

    def __len__(self) -> int:
        return self._length

    @property
    def last_ts(self) -> int | None:
        """The newest instant, None where there is no row."""
        return int(self._buffer.ts[self._length - 1]) if self._length else None

    def append(self, rows: Rows) -> int:
        """Add rows that arrived after all that is here; the number of samples replaced by other content."""
        if not len(rows):
            return 0
        self._view = None
        conflicts = 0
        last = self.last_ts
        if (last is not None and int(rows.ts[0]) <= last) or bool(np.any(rows.ts[1:] == rows.ts[:-1])):
            rows, conflicts = self._merge(rows)
        self._write(rows)
        return conflicts

    def view(self, since: int = EVER) -> Samples:
        """The column from an instant on as it stands, read-only and for ever."""
        if self._view is None or self._view[0] != since:
            first = int(np.searchsorted(self._buffer.ts[: self._length], since))
            rows = self._buffer.take(slice(first, self._length))
            for array in (rows.ts, rows.value, rows.quality):
                array.flags.writeable = False
            text = None if rows.text is None else tuple(rows.text.tolist())
            self._view = since, Samples(rows.ts, rows.value, rows.quality, text)
        return self._view[1]

    def _merge(self, rows: Rows) -> tuple[Rows, int]:
        """Take back the rows from the first new ts on, join them with the new ones, in a fresh buffer."""
        kept = int(np.searchsorted(self._buffer.ts[: self._length], rows.ts[0]))
        tail = self._buffer.take(slice(kept, self._length))
        head = self._buffer.take(slice(0, kept))
        joined, conflicts = deduplicate(_join(tail, rows))
        self._buffer = _room(2 * (kept + len(joined)), with_text=self._buffer.text is not None)
        self._length = 0
        self._write(head)
        return joined, conflicts

    def _write(self, rows: Rows) -> None:
        start, end = self._length, self._length + len(rows)
        with_text = self._buffer.text is not None or rows.text is not None
        if end > len(self._buffer) or with_text != (self._buffer.text is not None):
            old = self._buffer.take(slice(0, start))
            self._buffer = _room(max(2 * end, 64), with_text=with_text)
            _copy(old, self._buffer, 0)
        _copy(rows, self._buffer, start)
        self._length = end


class Columns:
    """All series. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._touched: int | None = None
        self.conflicts = 0
        self.rows = 0

    def add(self, batch: Batch) -> None:
        """Take in a batch; it arrived after all that is here."""
        for name, rows in split(batch):
            self.extend(name, rows)

    def extend(self, name: str, rows: Rows) -> None:
        """Take in rows of one series."""
        column = self._columns.setdefault(name, Column())
        before, last = len(column), column.last_ts
        if len(rows) and not name.endswith(("/facts", "/clock_offset")):
            first = int(rows.ts[0])
            self._touch(first if last is None else min(first, last))
        self.conflicts += column.append(rows)
        self.rows += len(column) - before

    def take_touched(self) -> int | None:
        """The earliest instant whose knowledge may have changed since the last call: a new row, or the one before it."""
        touched, self._touched = self._touched, None
        return touched

    def views(self, since: Mapping[str, int] | None = None) -> dict[str, Samples]:
        """Every series as it stands, from an instant of its own on where `since` names one."""
        first = since or {}
        return {name: self._columns[name].view(first.get(name, EVER)) for name in sorted(self._columns)}

    def get(self, name: str) -> Samples | None:
        """One series, None where there is none."""
        return self._columns[name].view() if name in self._columns else None

    def names(self) -> list[str]:
        """Sorted."""
        return sorted(self._columns)

    def _touch(self, ts: int) -> None:
        self._touched = ts if self._touched is None else min(self._touched, ts)


def split(batch: Batch) -> Iterator[tuple[str, Rows]]:
    """The rows of each series of a batch, in its order."""
    if not len(batch):
        return
    text = None if batch.text is None else np.array(batch.text, object)
    borders = [0, *(np.flatnonzero(np.diff(batch.series)) + 1).tolist(), len(batch)]
    for start, end in pairwise(borders):
        part = slice(start, end)
        texts = None if text is None or all(t is None for t in text[part]) else text[part]
        yield (
            batch.names[batch.series[start]],
            Rows(batch.ts[part], batch.value[part], batch.quality[part], texts),
        )


def deduplicate(rows: Rows) -> tuple[Rows, int]:
    """One row per ts, the last of equals in the order of arrival, and how many were replaced by other content."""
    rows = rows.take(np.argsort(rows.ts, kind="stable"))
    same = rows.ts[1:] == rows.ts[:-1]
    keep = np.append(~same, True)
    return rows.take(keep), int(np.count_nonzero(same & ~_equal_neighbours(rows)))


def _equal_neighbours(rows: Rows) -> NDArray[np.bool_]:
    """Whether each row says the same as the next (one NaN, −0 is 0: D19)."""
    a, b = rows.value[:-1], rows.value[1:]
    equal = ((a == b) | (np.isnan(a) & np.isnan(b))) & (rows.quality[:-1] == rows.quality[1:])
    texts = rows.texts()
    return np.asarray(equal & np.equal(texts[:-1], texts[1:]).astype(bool))


def _join(first: Rows, second: Rows) -> Rows:
    text = None
    if first.text is not None or second.text is not None:
        text = np.concatenate([first.texts(), second.texts()])
    return Rows(
        np.concatenate([first.ts, second.ts]),
        np.concatenate([first.value, second.value]),
        np.concatenate([first.quality, second.quality]),
        text,
    )


def _room(size: int, *, with_text: bool) -> Rows:
    text = np.full(size, None, object) if with_text else None
    return Rows(np.empty(size, np.int64), np.empty(size, np.float64), np.empty(size, np.uint8), text)


def _copy(rows: Rows, into: Rows, at: int) -> None:
    part = slice(at, at + len(rows))
    into.ts[part], into.value[part], into.quality[part] = rows.ts, rows.value, rows.quality
    if into.text is not None:
        into.text[part] = rows.texts()
