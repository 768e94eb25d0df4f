"""The digest of a series in a window, by whole UTC hours that are hashed once and kept (D19).

Example, little-endian throughout: SHA-256 over
  name       u32 length, UTF-8
  per hour   i64 the hour's instant in ns · 32 bytes SHA-256 over
               n u64 · n × i64 ts · n × f64 value (−0 → +0, one NaN) · n × u8 quality (0 good, 1 uncertain, 2 bad)
               and for a role of text: n × (u32 length, UTF-8; 0xFFFFFFFF for none)
An input of a record covers the samples of the window and one more on each side, which D7 needs: the one before tells
the value at the start, the one after closes the last stretch. They are hashed as part of their own hours.
"""

import struct
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from evidence_engine.evidence.record import Input
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.roles import role_of, split_series
from evidence_engine.vocabulary.samples import Samples

_NO_TEXT = struct.pack("<I", 0xFFFFFFFF)
_ONE_NAN = np.array([0x7FF8000000000000], np.uint64).view(np.float64)[0]


def _plain(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """−0 as +0, and every NaN as the one NaN; the same column where neither can be in it."""
    if not (np.signbit(value).any() or np.isnan(value).any()):
        return value
    return np.where(np.isnan(value), _ONE_NAN, value + 0.0)


def _texts(texts: Sequence[str | None] | None, n: int) -> bytes:
    if texts is None:
        return _NO_TEXT * n
    return b"".join(_NO_TEXT if text is None else _counted(text) for text in texts)


def _counted(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data


class _Columns:
    """One series as the columns that are hashed, laid out once; most often they are those of the history itself."""

    def __init__(self, series: str, samples: Samples) -> None:
        self._ts = np.ascontiguousarray(samples.ts, "<i8").data
        self._value = np.ascontiguousarray(_plain(samples.value), "<f8").data
        self._quality = np.ascontiguousarray(samples.quality, np.uint8).data
        self._text = samples.text
        self._is_text = role_of(split_series(series)[1]).is_text
        self.name = _counted(series)
        self._of_hour: dict[int, bytes] = {}
        hours = samples.ts // HOUR
        new = [0, *(np.flatnonzero(hours[1:] != hours[:-1]) + 1).tolist()] if len(hours) else []
        self.hours: list[int] = hours[new].tolist()
        self.edges: list[int] = [*new, len(hours)]

    def block(self, first: int, last: int) -> bytes:
        """SHA-256 of these rows, which lie in one hour."""
        n, text = last - first, b""
        if self._is_text:
            text = _texts(None if self._text is None else self._text[first:last], n)
        columns = self._ts[first:last], self._value[first:last], self._quality[first:last]
        return sha256(b"".join((struct.pack("<Q", n), *columns, text))).digest()

    def digest(self, first: int, last: int) -> str:
        """`sha256:…` of the rows first to last, hour by hour; a whole hour is hashed once."""
        found = [self.name]
        at = bisect_right(self.edges, first) - 1
        while first < last:
            stop = min(self.edges[at + 1], last)
            found += (struct.pack("<q", self.hours[at] * HOUR), self._hour(at, first, stop))
            first, at = stop, at + 1
        return f"sha256:{sha256(b''.join(found)).hexdigest()}"

    def _hour(self, at: int, first: int, last: int) -> bytes:
        if (first, last) != (self.edges[at], self.edges[at + 1]):
            return self.block(first, last)
        if at not in self._of_hour:
            self._of_hour[at] = self.block(first, last)
        return self._of_hour[at]


class Digests:
    """Digests of the series of one history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._columns: dict[str, _Columns] = {}
        self._window: tuple[int, int] = (0, 0)
        self._inputs: dict[str, Input | None] = {}

    def of(self, series: str, start: int, end: int) -> str:
        """`sha256:…` over the samples with start <= ts < end (D19)."""
        first, last = np.searchsorted(self._history.of(series).ts, [start, end]).tolist()
        return self._of(series).digest(first, last)

    def input(self, series: str, start: int, end: int) -> Input | None:
        """What a record of the window [start, end) names; None where the series has no sample near it.

        Kept until another window is asked for: many records of a window name the same series.
        """
        if self._window != (start, end):
            self._window, self._inputs = (start, end), {}
        if series not in self._inputs:
            self._inputs[series] = self._input(series, start, end)
        return self._inputs[series]

    def _input(self, series: str, start: int, end: int) -> Input | None:
        ts = self._history.of(series).ts
        first, last = np.searchsorted(ts, [start, end]).tolist()
        first, last = max(0, first - 1), min(len(ts), last + 1)
        if first >= last:
            return None
        return Input(series, last - first, self._of(series).digest(first, last))

    def _of(self, series: str) -> _Columns:
        if series not in self._columns:
            self._columns[series] = _Columns(series, self._history.of(series))
        return self._columns[series]
