"""Tag lists as engineers keep them, CSV or XLSX, become rows of text with the place where each stands."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.roles import did_you_mean

HEADINGS = {
    "连接": "connection", "设备": "asset", "资产": "asset", "角色": "role", "地址": "address", "单元": "unit",
    "类型": "type", "字节序": "order", "系数": "scale", "偏移": "offset", "步长": "step", "模数": "modulus",
    "无效值": "invalid", "方向": "direction", "轮询": "poll", "主题": "topic", "路径": "path",
}  # fmt: skip
"""Chinese headings and the words that they stand for."""

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order: strict UTF-8 (with or without its mark), then what a Chinese Excel saves."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tag as written: cells by heading, empty ones left out."""

    place: str
    """`tags.csv:12`"""
    cells: dict[str, str]


def read_tag_list(path: Path, known: Sequence[str]) -> list[Row]:
    """All rows of a tag list; BadInput names file, row and the nearest known heading."""
    rows = _xlsx(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    numbered = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not numbered:
        raise BadInput(f"{path.name}:1: no rows, expected a line of headings: {', '.join(known)}")
    first, titles = numbered[0]
    headings = [HEADINGS.get(title.strip(), title.strip()) for title in titles]
    _check_headings(f"{path.name}:{first}", headings, known)
    return [_row(f"{path.name}:{number}", headings, cells) for number, cells in numbered[1:]]


def _row(place: str, headings: Sequence[str], cells: Sequence[str]) -> Row:
    if any(cell.strip() for cell in cells[len(headings) :]):
        raise BadInput(f"{place}: {len(cells)} cells under {len(headings)} headings")
    pairs = zip(headings, (cell.strip() for cell in cells), strict=False)
    return Row(place, {heading: cell for heading, cell in pairs if cell and heading})


def _check_headings(place: str, headings: Sequence[str], known: Sequence[str]) -> None:
    for heading in filter(None, headings):
        if heading not in known:
            raise BadInput(f"{place}: unknown heading '{heading}'{did_you_mean(heading, known)}")
        if headings.count(heading) > 1:
            raise BadInput(f"{place}: heading '{heading}' stands twice")


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(path)
    titles = next((line for line in text.splitlines() if not line.lstrip().startswith("#")), "")
    separator = ";" if ";" in titles and "," not in titles else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if not (row and row[0].lstrip().startswith("#")):
                yield reader.line_num, row
    except csv.Error as error:
        raise BadInput(f"{path.name}:{reader.line_num}: not readable as CSV: {error}") from None


def _decoded(path: Path) -> str:
    data = _bytes(path)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{path.name}:1: neither UTF-8 nor GB18030; save it as 'CSV UTF-8'")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def _xlsx(path: Path) -> list[tuple[int, list[str]]]:
    import openpyxl  # 20 MB that an agent with CSV lists never needs
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(_bytes(path)), read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"{path.name}:1: not readable as XLSX: {error}") from None
    try:
        return [
            (number, [_cell(value) for value in row])
            for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
        ]
    finally:
        book.close()


def _cell(value: object) -> str:
    """A cell as it would stand in a CSV file: whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
