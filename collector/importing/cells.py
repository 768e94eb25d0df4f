"""Cells of one or many series → value, text and quality, whole columns at once; what can't be read becomes unknown.

A cell that should be a number and is not, a word for the quality that nobody explained: the row is set aside, and in its
place stands a bad sample, because the value before it ended there (D5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from collector.importing.mapping import QualityWords
from collector.importing.numbers import parse_numbers
from collector.importing.register import Series
from evidence_engine.vocabulary.roles import Kind
from evidence_engine.vocabulary.samples import BAD, GOOD, QUALITY_WORDS, UNCERTAIN

EXACT = float(2**53)
"""From here on a float64 does not hold every whole number."""


@dataclass(slots=True)
class Cells:
    """value: float64[n] · text: object[n] or None · problems: row → why."""

    value: NDArray[np.float64]
    text: NDArray[np.object_] | None
    problems: dict[int, str]


def read_cells(
    column: Any,
    index: NDArray[np.int32],
    series: Sequence[Series],
    texts: Any | None,
    decimal: str,
    thousands: str | None,
) -> Cells:
    """index: int32[n], which of `series` each row belongs to, −1 for none (its cell is not looked at)."""
    typed = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    is_text = _per_row([one.is_text for one in series], index)
    is_held = _per_row([one.kind is Kind.HELD for one in series], index)
    if typed:
        value = np.array(column.cast(pa.float64()).fill_null(np.nan))
        wrong = np.isinf(value)
        written = None
    else:
        written = column.cast(pa.string()).fill_null("")
        numbers = pc.if_else(pa.array(is_text), None, written) if is_text.any() else written
        value, wrong = parse_numbers(numbers, decimal, thousands)
    cells = Cells(value, _texts(texts, len(index)), {})
    if written is not None:
        _take_texts(cells, written, is_text, wrong & is_held & ~is_text)
        wrong &= ~(is_held | is_text)
    wrong = _treat(cells, column if typed else written, index, series, wrong & (index >= 0))
    for row in np.flatnonzero(wrong).tolist():
        cells.problems[row] = f"'{column[row]}' is not a finite number"
    _refuse_inexact(cells, index, series, column)
    return cells


def read_quality(column: Any | None, n: int, words: QualityWords) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """uint8[n] and the rows whose word nobody explained; no column: all good; empty: good (D29)."""
    if column is None:
        return np.zeros(n, np.uint8), {}
    known: dict[str, int] = {"": GOOD} | {word: code for code, word in enumerate(QUALITY_WORDS)}
    stated = ((words.good, GOOD), (words.uncertain, UNCERTAIN), (words.bad, BAD))
    own = {word.strip().lower(): code for several, code in stated for word in several}
    if pa.types.is_integer(column.type) and not own:
        known |= {"0": GOOD, "1": UNCERTAIN, "2": BAD}  # as our own columns have them
    known |= own
    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    seen = [word.strip().lower() for word in encoded.dictionary.to_pylist()]
    codes = np.array([known.get(word, 255) for word in seen], np.uint8)
    quality = codes[encoded.indices.to_numpy(zero_copy_only=False)] if n else np.zeros(0, np.uint8)
    expected = "expected good, uncertain or bad, or words that the mapping file explains (quality)"
    unread = np.flatnonzero(quality == 255).tolist()
    quality[unread] = BAD
    return quality, {row: f"'{column[row]}', {expected}" for row in unread}


def _per_row(flags: list[bool], index: NDArray[np.int32]) -> NDArray[np.bool_]:
    out: NDArray[np.bool_] = np.array([*flags, False], bool)[index]
    return out


def _texts(texts: Any | None, n: int) -> NDArray[np.object_] | None:
    """The column of texts, None where it is empty throughout."""
    if texts is None:
        return None
    written = texts.cast(pa.string()).fill_null("")
    if not pc.any(pc.not_equal(written, "")).as_py():
        return None
    return np.array([text or None for text in written.to_pylist()], object)


def _take_texts(cells: Cells, written: Any, is_text: NDArray[np.bool_], is_word: NDArray[np.bool_]) -> None:
    """Texts of roles of text, and words where a held role has no number: `ACTIVE` for a state (D26)."""
    rows = np.flatnonzero(is_text | is_word)
    if not len(rows):
        return
    if cells.text is None:
        cells.text = np.full(len(is_text), None, object)
    found = written.take(pa.array(rows)).to_pylist()
    for row, text in zip(rows.tolist(), found, strict=True):
        cells.text[row] = cells.text[row] or text.strip() or None


def _treat(
    cells: Cells,
    written: Any,
    index: NDArray[np.int32],
    series: Sequence[Series],
    wrong: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Words of the mapping, values that mean none, scales: for the series that have any."""
    for number, one in enumerate(series):
        if one.is_plain:
            continue
        rows = np.flatnonzero(index == number)
        raw = cells.value[rows]
        none = np.isin(raw, one.invalid)
        cells.value[rows] = np.where(none, np.nan, raw * one.scale)
        if one.values:
            wrong[rows] &= ~_translate(cells, written.take(pa.array(rows)), rows, one)
    return wrong


def _translate(cells: Cells, written: Any, rows: NDArray[np.int64], one: Series) -> NDArray[np.bool_]:
    """Words to values; which rows had one."""
    encoded = written.cast(pa.string()).fill_null("").dictionary_encode()
    index = encoded.indices.to_numpy(zero_copy_only=False)
    had = np.zeros(len(rows), bool)
    for number, word in enumerate(encoded.dictionary.to_pylist()):
        value = one.values.get(word.strip(), one.values.get(word.strip().removesuffix(".0")))
        if value is None:
            continue
        these = rows[index == number]
        had |= index == number
        is_word = isinstance(value, str)
        cells.value[these] = np.nan if isinstance(value, str) else float(value)
        if cells.text is None:
            cells.text = np.full(len(cells.value), None, object)
        cells.text[these] = value if is_word else None
    return had


def _refuse_inexact(cells: Cells, index: NDArray[np.int32], series: Sequence[Series], column: Any) -> None:
    """A counter beyond 2⁵³ would be rounded, and its small steps with it."""
    large = np.abs(cells.value) >= EXACT
    if not large.any():
        return
    counted = _per_row([one.kind is Kind.CUMULATIVE for one in series], index)
    for row in np.flatnonzero(large & counted).tolist():
        cells.value[row] = np.nan
        cells.problems[row] = f"'{column[row]}' is too large to be exact, expected less than 2^53"
