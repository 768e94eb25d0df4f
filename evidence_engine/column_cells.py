"""Cells of Arrow columns become what samples are made of: instants, numbers, words, qualities, whole columns at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import MINUTE, from_datetime, parse_instant
from evidence_engine.vocabulary.roles import Kind, Role
from evidence_engine.vocabulary.samples import QUALITY_WORDS

EXACT = float(2**53)
"""From here on a float64 does not hold every whole number."""
_QUARTER = 15 * MINUTE
"""No zone changes its offset inside a quarter of an hour of its wall clock."""


@dataclass(slots=True)
class Cells:
    """value: float64[n], NaN where there is none · text: object[n] of str or None, or None for all."""

    value: NDArray[np.float64]
    text: NDArray[np.object_] | None


def read_instants(column: Any, zone: ZoneInfo) -> NDArray[np.int64]:
    """int64[n] ns UTC. BadInput names the row."""
    if column.null_count:
        raise BadInput(f"column 'ts', row {_first(pc.is_null(column))}: nothing stands there")
    if pa.types.is_timestamp(column.type):
        try:
            ns = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_numpy()
        except pa.ArrowException:
            raise BadInput(
                "column 'ts': an instant lies beyond what int64 nanoseconds hold, 1678 to 2262"
            ) from None
        return ns if column.type.tz is not None else _from_wall(ns, zone)
    if pa.types.is_integer(column.type):
        found: NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
        return found
    if pa.types.is_string(column.type):
        return np.array([_instant(text, row, zone) for row, text in enumerate(column.to_pylist())], np.int64)
    raise BadInput(f"column 'ts': expected timestamps, int64 ns or text, got {column.type}")


def _instant(text: str, row: int, zone: ZoneInfo) -> int:
    try:
        found = parse_instant(text, zone)
    except ValueError as error:
        raise BadInput(f"column 'ts', row {row}: {error}") from None
    if not -(2**63) <= found < 2**63:
        raise BadInput(
            f"column 'ts', row {row}: '{text}' lies beyond what int64 nanoseconds hold, 1678 to 2262"
        )
    return found


def _from_wall(ns: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Wall-clock ns of a zone as UTC, fold 0 (D1)."""
    quarters, place = np.unique(ns // _QUARTER, return_inverse=True)
    starts = quarters * _QUARTER
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock's, the zone comes next
    utc = [
        from_datetime((epoch + timedelta(microseconds=start // 1000)).replace(tzinfo=zone).astimezone(UTC))
        for start in starts.tolist()
    ]
    found: NDArray[np.int64] = ns + (np.array(utc, np.int64) - starts)[place]
    return found


def read_values(column: Any, texts: Any | None, roles: Sequence[Role], codes: NDArray[np.int32]) -> Cells:
    """Numbers, and words where a role takes them: a product, a state (D26). BadInput names the row."""
    words = _words(texts) if texts is not None else None
    if pa.types.is_string(column.type):
        cells = _from_texts(column.to_pylist(), words, roles, codes)
    elif (
        pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)
    ):
        value = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)
        cells = Cells(value, words)
    else:
        raise BadInput(f"column 'value': expected numbers or text, got {column.type}")
    _refuse_inexact(cells.value, roles, codes)
    return cells


def _words(texts: Any) -> NDArray[np.object_]:
    return np.array([text or None for text in texts.cast(pa.string()).to_pylist()], object)


def _from_texts(
    written: Sequence[str | None],
    words: NDArray[np.object_] | None,
    roles: Sequence[Role],
    codes: NDArray[np.int32],
) -> Cells:
    value = np.full(len(written), np.nan)
    text = np.full(len(written), None, object) if words is None else words
    for row, (cell, code) in enumerate(zip(written, codes.tolist(), strict=True)):
        word = (cell or "").strip()
        role = roles[code]
        if not word:
            continue
        if role.is_text:
            text[row] = text[row] or word
            continue
        try:
            value[row] = float(word)
        except ValueError:
            if role.kind is not Kind.HELD:
                raise BadInput(
                    f"column 'value', row {row}: '{word}' is no number, role '{role.name}' takes numbers"
                ) from None
            text[row] = text[row] or word
    return Cells(value, text)


def _refuse_inexact(value: NDArray[np.float64], roles: Sequence[Role], codes: NDArray[np.int32]) -> None:
    counted = np.array([role.kind is Kind.CUMULATIVE for role in roles], np.bool_)
    large = np.isfinite(value) & (np.abs(value) >= EXACT)
    if large.any() and (wrong := np.flatnonzero(large & counted[codes])).size:
        raise BadInput(f"column 'value', row {wrong[0]}: too large to be exact, expected less than 2^53")


def read_quality(column: Any | None, n: int) -> NDArray[np.uint8]:
    """uint8[n]; none: all good; an empty cell: good (D29). BadInput names the row."""
    if column is None:
        return np.zeros(n, np.uint8)
    known = {"": 0, **{word: code for code, word in enumerate(QUALITY_WORDS)}, "0": 0, "1": 1, "2": 2}
    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    codes = np.array([known.get(word, 255) for word in encoded.dictionary.to_pylist()], np.uint8)
    quality = codes[encoded.indices.to_numpy(zero_copy_only=False)] if n else np.zeros(0, np.uint8)
    if (wrong := np.flatnonzero(quality == 255)).size:
        raise BadInput(
            f"column 'quality', row {wrong[0]}: '{column[int(wrong[0])]}', expected good, uncertain or bad"
        )
    return quality


def _first(flags: Any) -> int:
    return int(pc.index(flags, True).as_py())
