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
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evidence_engine.evidence.record import Input
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.roles import role_of, split_series
from evidence_engine.vocabulary.samples import Samples

_NO_TEXT = struct.pack("<I", 0xFFFFFFFF)
_ONE_NAN = np.array([0x7FF8000000000000], np.uint64).view(np.float64)[0]


def block_digest(samples: Samples, *, is_text: bool) -> bytes:
    """SHA-256 of the samples of one hour, or of a part of it."""
    found = sha256(struct.pack("<Q", len(samples)))
    found.update(samples.ts.astype("<i8", copy=False).tobytes())
    found.update(_plain(samples.value).astype("<f8", copy=False).tobytes())
    found.update(samples.quality.astype(np.uint8, copy=False).tobytes())
    if is_text:
        found.update(_texts(samples.text, len(samples)))
    return found.digest()


def _plain(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """−0 as +0, and every NaN as the one NaN."""
    return np.where(np.isnan(value), _ONE_NAN, value + 0.0)


def _texts(texts: Sequence[str | None] | None, n: int) -> bytes:
    if texts is None:
        return _NO_TEXT * n
    return b"".join(_NO_TEXT if text is None else _counted(text) for text in texts)


def _counted(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data


class Digests:
    """Digests of the series of one history; each whole hour is hashed once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._hours: dict[tuple[str, int], bytes] = {}
        self._inputs: dict[tuple[str, int, int], Input | None] = {}

    def of(self, series: str, start: int, end: int) -> str:
        """`sha256:…` over the samples with start <= ts < end."""
        samples = self._history.of(series)
        first, last = np.searchsorted(samples.ts, [start, end]).tolist()
        return self._rows(series, samples, first, last)

    def input(self, series: str, start: int, end: int) -> Input | None:
        """What a record of the window [start, end) names; None where the series has no sample near it."""
        key = (series, start, end)
        if key not in self._inputs:
            self._inputs[key] = self._input(series, start, end)
        return self._inputs[key]

    def _input(self, series: str, start: int, end: int) -> Input | None:
        samples = self._history.of(series)
        first, last = np.searchsorted(samples.ts, [start, end]).tolist()
        first, last = max(0, first - 1), min(len(samples), last + 1)
        if first >= last:
            return None
        return Input(series, last - first, self._rows(series, samples, first, last))

    def _rows(self, series: str, samples: Samples, first: int, last: int) -> str:
        found = sha256(_counted(series))
        if first < last:
            begin, stop = int(samples.ts[first]) // HOUR, int(samples.ts[last - 1]) // HOUR
            edges = np.searchsorted(samples.ts, np.arange(begin, stop + 2, dtype=np.int64) * HOUR).tolist()
            for hour, (low, high) in enumerate(pairwise(edges), begin):
                rows = max(low, first), min(high, last)
                if rows[0] < rows[1]:
                    found.update(struct.pack("<q", hour * HOUR))
                    found.update(self._hour(series, samples, rows, hour, is_whole=rows == (low, high)))
        return f"sha256:{found.hexdigest()}"

    def _hour(
        self, series: str, samples: Samples, rows: tuple[int, int], hour: int, *, is_whole: bool
    ) -> bytes:
        is_text = role_of(split_series(series)[1]).is_text
        if not is_whole:
            return block_digest(_cut(samples, *rows), is_text=is_text)
        key = (series, hour)
        if key not in self._hours:
            self._hours[key] = block_digest(_cut(samples, *rows), is_text=is_text)
        return self._hours[key]


def _cut(samples: Samples, first: int, last: int) -> Samples:
    text = None if samples.text is None else samples.text[first:last]
    return Samples(samples.ts[first:last], samples.value[first:last], samples.quality[first:last], text)
