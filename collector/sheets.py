"""Small tables that people keep, CSV or XLSX: each row with its line and its words by heading."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zipfile import BadZipFile

from pydantic import ValidationError

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.roles import did_you_mean

T = TypeVar("T")
Words = Mapping[str, str]


class Columns(NamedTuple):
    """Headings that must stand there, that may, and other words for them."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    aliases: Mapping[str, str] = {}

    @property
    def every(self) -> tuple[str, ...]:
        """All that have a meaning."""
        return (*self.needed, *self.optional)


def read_rows(path: Path, columns: Columns, read: Callable[[Words], T]) -> list[T]:
    """`read` turns the words of a row into what it says, ValueError where they are wrong. BadInput lists every one."""
    lines = _xlsx(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    rows = ((line, cells) for line, cells in lines if any(cells))
    line, head = next(rows, (1, []))
    headings = _headings(head, f"{path.name}:{line}", columns)
    found, problems = [], []
    for line, cells in rows:
        try:
            found.append(read(dict(zip(headings, [*cells, *[""] * len(headings)], strict=False))))
        except ValidationError as error:
            problems.append(f"{path.name}:{line}: {_sentence(error)}")
        except ValueError as error:
            problems.append(f"{path.name}:{line}: {error}")
    if problems:
        raise BadInput("\n".join(problems))
    return found


def _headings(cells: Sequence[str], place: str, columns: Columns) -> list[str]:
    headings = [columns.aliases.get(cell.lower(), cell.lower()) for cell in cells]
    for heading in headings:
        if heading not in columns.every:
            raise BadInput(f"{place}: unknown column '{heading}'{did_you_mean(heading, columns.every)}")
        if headings.count(heading) > 1:
            raise BadInput(f"{place}: column '{heading}' stands twice")
    for needed in columns.needed:
        if needed not in headings:
            raise BadInput(f"{place}: column '{needed}' is missing, expected {', '.join(columns.needed)}")
    return headings


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    return f"{first['loc'][0]}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    reader = csv.reader(text.splitlines(), skipinitialspace=True)
    for cells in reader:
        yield reader.line_num, [cell.strip() for cell in cells]


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # loaded only where somebody brings a sheet
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadInput(f"{path.name}: not readable as XLSX: {error}") from None
    try:
        yield from enumerate((_texts(row) for row in book.worksheets[0].iter_rows(values_only=True)), 1)
    finally:
        book.close()


def _texts(cells: Iterable[Any]) -> list[str]:
    found = [_text(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _text(cell: Any) -> str:
    """A cell as somebody reads it: a sheet keeps times and whole numbers as such."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()
