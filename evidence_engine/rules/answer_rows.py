"""People's answers as a sheet: a row per clause, with the headings clause, score, reason, who, when, file, digest.

Chinese headings stand for the same: 条款 得分 理由 评定人 日期 文件 摘要. Every wrong row is told with its number.
"""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from evidence_engine.documents import BadInput
from evidence_engine.maturity.verdict import Answer
from evidence_engine.rules.answers import check_answer
from evidence_engine.vocabulary.roles import did_you_mean

COLUMNS = ("clause", "score", "reason", "who", "when", "file", "digest")
HEADINGS = dict(zip(("条款", "得分", "理由", "评定人", "日期", "文件", "摘要"), COLUMNS, strict=True))

Row = tuple[int, Sequence[Any]]
"""Its number in the sheet, its cells."""


def read_answer_sheet(data: bytes, name: str, clauses: Collection[str]) -> dict[str, Answer]:
    """Answers by clause id from the first sheet of an XLSX; BadInput lists every wrong row, one line each."""
    return read_answer_rows(_sheet(data, name), name, clauses)


def read_answer_rows(rows: Iterable[Row], name: str, clauses: Collection[str]) -> dict[str, Answer]:
    """Answers by clause id from rows, the first one with the headings."""
    filled = ((number, cells) for number, cells in rows if any(_text(cell) for cell in cells))
    first = next(filled, None)
    if first is None:
        raise BadInput(f"{name}:1: no rows, expected a line of headings: {', '.join(COLUMNS)}")
    headings = _headings(f"{name}:{first[0]}", first[1])
    answers: dict[str, Answer] = {}
    problems = []
    for number, cells in filled:
        try:
            clause, words = _row(headings, cells)
            if clause in answers:
                raise ValueError(f"{clause}: stands twice")
            answers[clause] = check_answer(clause, words, clauses)
        except ValueError as error:
            problems += [f"{name}:{number}: {line}" for line in str(error).splitlines()]
    if problems:
        raise BadInput("\n".join(problems))
    return answers


def _headings(place: str, cells: Sequence[Any]) -> list[str]:
    headings = [HEADINGS.get(_text(cell), _text(cell)) for cell in cells]
    for heading in filter(None, headings):
        if heading not in COLUMNS:
            raise BadInput(f"{place}: unknown heading '{heading}'{did_you_mean(heading, COLUMNS)}")
        if headings.count(heading) > 1:
            raise BadInput(f"{place}: heading '{heading}' stands twice")
    for needed in COLUMNS[:3]:
        if needed not in headings:
            raise BadInput(f"{place}: heading '{needed}' is missing, expected {', '.join(COLUMNS)}")
    return headings


def _row(headings: Sequence[str], cells: Sequence[Any]) -> tuple[str, Mapping[str, str]]:
    """The clause and the rest of the row; a cell without a heading must be empty."""
    words = {}
    for place, cell in enumerate(cells):
        text = _text(cell)
        heading = headings[place] if place < len(headings) else ""
        if text and not heading:
            raise ValueError(f"'{text}' stands under no heading")
        if text:
            words[heading] = text
    if "clause" not in words:
        raise ValueError("clause: is missing")
    return words.pop("clause"), words


def _text(cell: Any) -> str:
    """A cell as somebody reads it: a sheet keeps dates and whole numbers as such."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _sheet(data: bytes, name: str) -> Iterator[Row]:
    import openpyxl  # loaded only where somebody brings a sheet
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"{name}: not readable as XLSX: {error}") from None
    try:
        yield from enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
    finally:
        book.close()
