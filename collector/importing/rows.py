"""A piece of a file becomes rows of series: times, names, cells and qualities read, what is wrong set aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from collector.importing.cells import Cells, read_cells, read_quality
from collector.importing.layout import Layout, LongColumns
from collector.importing.numbers import guess_decimal
from collector.importing.pieces import Piece
from collector.importing.reading import Reading
from collector.importing.register import Register, Series, Unknown
from collector.importing.rejects import Reject, Rejects
from collector.importing.times import guess_format, parse_times
from evidence_engine.vocabulary.samples import BAD

SAMPLES = 200_000
"""About how many become one batch."""


@dataclass(slots=True)
class Rows:
    """Rows of several series in the order of the file: columns of the same length, `series` an index into `names`."""

    names: list[str]
    series: NDArray[np.int32]
    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: NDArray[np.object_] | None
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ts)


@dataclass(slots=True)
class _Problems:
    """What is wrong in one piece: row → (column, why). A `lost` row leaves nothing, another a bad sample."""

    found: dict[int, tuple[str, str]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)

    def add(self, column: str, problems: dict[int, str], *, lost: bool = False) -> None:
        for row, why in problems.items():
            self.found.setdefault(row, (column, why))
        if lost:
            self.lost.update(problems)


class RowReader:
    """Reads the pieces of one file; how times and decimals are written is settled at the first."""

    def __init__(
        self, name: str, layout: Layout, reading: Reading, zone: str, register: Register, rejects: Rejects
    ) -> None:
        self._name, self._layout, self._reading, self._zone = name, layout, reading, zone
        self._register, self._rejects = register, rejects
        self._time_format = reading.time_format or ""
        self._decimal = reading.decimal or ""

    def settle(self, piece: Piece, header_line: int, *, comma_separates: bool) -> list[str]:
        """Look at the first rows; what was decided, for people. BadInput where nothing can be told for sure."""
        place = f"{self._name}:{header_line + 1}"
        if not self._time_format:
            self._time_format = guess_format(self._times(piece), place)
        if not self._decimal:
            self._decimal = "." if comma_separates else self._guess_decimal(piece, place)
        own = "" if self._reading.zone else " (the plant's)"
        zone = "" if self._time_format.startswith("epoch") else f", zone {self._zone}{own}"
        return [f"times as {self._time_format}{zone}", f"decimal {self._decimal}"]

    def rows(self, piece: Piece) -> Iterator[Rows]:
        """The rows of a piece, in parts of about SAMPLES; rejects are added on the way."""
        for wrong in piece.malformed:
            self._rejects.add(Reject(self._name, wrong.line, "", wrong.why, wrong.row))
        step = max(1, SAMPLES // max(1, len(self._layout.wide)))
        for start in range(0, len(piece.lines), step):
            part = Piece(
                [column.slice(start, step) for column in piece.columns],
                piece.lines[start : start + step],
                partial(_raw_from, piece, start),
            )
            yield self._read(part)

    def _read(self, piece: Piece) -> Rows:
        problems = _Problems()
        ts, wrong = parse_times(self._times(piece), self._time_format, self._zone)
        problems.add(" + ".join(self._title(at) for at in self._layout.time), wrong, lost=True)
        long = self._layout.long
        rows = self._long(piece, long, ts, problems) if long is not None else self._wide(piece, ts, problems)
        self._tell(piece, problems)
        return rows

    def _title(self, at: int) -> str:
        return self._layout.titles[at]

    def _times(self, piece: Piece) -> Any:
        columns = [piece.columns[at] for at in self._layout.time]
        if len(columns) == 1:
            return columns[0]
        texts = [column.cast(pa.string()).fill_null("") for column in columns]
        texts[0] = pc.replace_substring_regex(texts[0], "[ T]00:00:00$", "")  # a day that Excel gave a time
        return pc.binary_join_element_wise(*texts, " ")

    def _guess_decimal(self, piece: Piece, place: str) -> str:
        long = self._layout.long
        places = [long.value] if long is not None else [
            column.at for column in self._layout.wide if not column.series.is_text
        ]  # fmt: skip
        for at in places:
            column = piece.columns[at]
            if pa.types.is_string(column.type) and guess_decimal(column, place) == ",":
                return ","
        return "."

    def _long(self, piece: Piece, told: LongColumns, ts: NDArray[np.int64], problems: _Problems) -> Rows:
        index, series = self._series(piece, told, problems)
        cells = self._cells(piece, told.value, index, series, told.text)
        problems.add(self._title(told.value), cells.problems)
        quality, wrong = read_quality(_at(piece, told.quality), len(ts), self._reading.mapping.quality)
        problems.add("" if told.quality is None else self._title(told.quality), wrong)
        keep = np.ones(len(ts), bool)
        keep[list(problems.lost)] = False
        unread = [row for row in problems.found if row not in problems.lost]
        cells.value[unread], quality[unread] = np.nan, BAD
        _mark_nothing(cells, quality, np.array([*(one.is_text for one in series), True])[index])
        rows = Rows([one.name for one in series], index, ts, cells.value, quality, cells.text, piece.lines)
        return rows if keep.all() else _only(rows, keep)

    def _series(
        self, piece: Piece, told: LongColumns, problems: _Problems
    ) -> tuple[NDArray[np.int32], list[Series]]:
        """int32[n] into the list of series, −1 where a row's name is none."""
        if told.tag is not None:
            codes, first = _encoded(piece.columns[told.tag])
            keys = [(name, "") for name in first]
        else:
            codes, keys = _pairs(_encoded(_at(piece, told.asset)), _encoded(_at(piece, told.role)))
        find = self._register.tag if told.tag is not None else None
        series: list[Series] = []
        places: dict[str, int] = {}
        target = np.full(len(keys), -1, np.int32)
        unknown: dict[int, Unknown] = {}
        for number, (name, role) in enumerate(keys):
            found = find(name) if find is not None else self._register.row(name, role)
            if isinstance(found, Unknown):
                unknown[number] = found
                continue
            if found.name not in places:
                places[found.name] = len(series)
                series.append(found)
            target[number] = places[found.name]
        index = target[codes] if len(keys) else np.zeros(0, np.int32)
        self._add_unknown(codes, unknown, told, problems)
        return index, series

    def _add_unknown(
        self, codes: NDArray[np.int32], unknown: dict[int, Unknown], told: LongColumns, problems: _Problems
    ) -> None:
        if not unknown:
            return
        places = {"asset": told.asset, "role": told.role, "tag": told.tag}
        rows = np.flatnonzero(np.isin(codes, list(unknown)))
        for row, code in zip(rows.tolist(), codes[rows].tolist(), strict=True):
            at = places[unknown[code].column]
            problems.add("" if at is None else self._title(at), {row: unknown[code].why}, lost=True)

    def _cells(
        self, piece: Piece, at: int, index: NDArray[np.int32], series: Sequence[Series], text: int | None
    ) -> Cells:
        told = self._reading.mapping.thousands
        return read_cells(piece.columns[at], index, series, _at(piece, text), self._decimal, told)

    def _wide(self, piece: Piece, ts: NDArray[np.int64], problems: _Problems) -> Rows:
        parts = [
            self._column(piece, number, ts, sorted(problems.lost)) for number in range(len(self._layout.wide))
        ]
        found = [problem for _, ours in parts for problem in ours]
        for row, column, why in found:
            self._reject(piece, row, column, why)
        return _joined([column.series.name for column in self._layout.wide], [rows for rows, _ in parts])

    def _column(
        self, piece: Piece, number: int, ts: NDArray[np.int64], lost: list[int]
    ) -> tuple[Rows, list[tuple[int, str, str]]]:
        """The samples of one column, and its cells that can't be read."""
        told = self._layout.wide[number]
        n = len(ts)
        cells = self._cells(piece, told.at, np.zeros(n, np.int32), [told.series], None)
        quality, wrong = read_quality(_at(piece, told.quality), n, self._reading.mapping.quality)
        keep = np.ones(n, bool) if told.series.empty == "bad" else _filled(piece.columns[told.at])
        keep[lost] = False
        problems = [(row, self._title(told.at), why) for row, why in cells.problems.items() if keep[row]]
        if told.quality is not None:
            problems += [(row, self._title(told.quality), why) for row, why in wrong.items() if keep[row]]
        unread = [row for row, _, _ in problems]
        cells.value[unread], quality[unread] = np.nan, BAD
        _mark_nothing(cells, quality, np.full(n, told.series.is_text))
        index = np.full(n, number, np.int32)
        rows = Rows([], index, ts, cells.value, quality, cells.text, piece.lines)
        return (rows if keep.all() else _only(rows, keep)), problems

    def _tell(self, piece: Piece, problems: _Problems) -> None:
        for row in sorted(problems.found):
            if row in problems.lost and not piece.raw(row).strip(' ,;|\t\r"'):
                continue  # spreadsheets end with rows of nothing
            self._reject(piece, row, *problems.found[row])

    def _reject(self, piece: Piece, row: int, column: str, why: str) -> None:
        self._rejects.add(Reject(self._name, int(piece.lines[row]), column, why, piece.raw(row)))


def _raw_from(piece: Piece, start: int, row: int) -> str:
    return piece.raw(start + row)


def _at(piece: Piece, at: int | None) -> Any:
    return None if at is None else piece.columns[at]


def _encoded(column: Any) -> tuple[NDArray[np.int32], list[str]]:
    """Which of the different texts each row has, and these."""
    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, [name.strip() for name in encoded.dictionary.to_pylist()]


def _pairs(
    assets: tuple[NDArray[np.int32], list[str]], roles: tuple[NDArray[np.int32], list[str]]
) -> tuple[NDArray[np.int32], list[tuple[str, str]]]:
    """Which of the different pairs each row has, and these."""
    (a, names), (r, words) = assets, roles
    joint = a.astype(np.int64) * max(len(words), 1) + r
    if len(names) * len(words) <= 4 * len(joint):  # a table is faster than sorting
        seen = np.flatnonzero(np.bincount(joint, minlength=1))
        place = np.zeros(int(seen[-1]) + 1 if len(seen) else 1, np.int32)
        place[seen] = np.arange(len(seen), dtype=np.int32)
        codes = place[joint]
    else:
        seen, inverse = np.unique(joint, return_inverse=True)
        codes = inverse.astype(np.int32)
    return codes, [(names[pair // len(words)], words[pair % len(words)]) for pair in seen.tolist()]


def _mark_nothing(cells: Cells, quality: NDArray[np.uint8], is_text: NDArray[np.bool_]) -> None:
    """No number where one belongs, and no word for it, is no good reading, whatever stands beside it (D5)."""
    nothing = np.isnan(cells.value) & ~is_text
    if cells.text is not None:
        rows = np.flatnonzero(nothing)
        nothing[rows] = [cells.text[row] is None for row in rows.tolist()]
    quality[nothing] = BAD


def _filled(column: Any) -> NDArray[np.bool_]:
    """Cells that say something."""
    if pa.types.is_string(column.type):
        column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    out: NDArray[np.bool_] = pc.is_valid(column).to_numpy(zero_copy_only=False).copy()
    return out


def _only(rows: Rows, keep: NDArray[np.bool_]) -> Rows:
    text = None if rows.text is None else rows.text[keep]
    return Rows(
        rows.names,
        rows.series[keep],
        rows.ts[keep],
        rows.value[keep],
        rows.quality[keep],
        text,
        rows.lines[keep],
    )


def _joined(names: list[str], parts: list[Rows]) -> Rows:
    text = None
    if any(part.text is not None for part in parts):
        text = np.concatenate([np.full(len(p), None, object) if p.text is None else p.text for p in parts])
    return Rows(
        names,
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.ts for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.quality for part in parts]),
        text,
        np.concatenate([part.lines for part in parts]),
    )
