"""The plant file, with the holiday, tariff and coefficient files that it names, becomes one plant; disk and network are the caller's.

A holiday file is a CSV of two columns, in Chinese or English, for whatever year and country:

    date,kind
    2027-01-01,holiday
    2027-02-20,workday

A reader must reject: no column `date` (日期) or `kind` (类型), what is no date, another kind than holiday (休) or
workday (班), and a date that is both.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.plant_energy import with_energy_files
from evidence_engine.vocabulary.calendar import Calendar, CalendarVersion
from evidence_engine.vocabulary.holidays import CHINA, DayKind, china_is_installed
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean

ReadText = Callable[[str], str]
"""The text of a file beside the plant file, by its name; BadInput where there is none."""

_KINDS: dict[str, DayKind] = {
    "holiday": "holiday",
    "workday": "workday",
    "休": "holiday",
    "假": "holiday",
    "休息": "holiday",
    "节假日": "holiday",
    "班": "workday",
    "上班": "workday",
    "调休上班": "workday",
    "工作日": "workday",
}
_TITLES = {"date": "date", "日期": "date", "kind": "kind", "类型": "kind"}


def read_plant_file(text: str, name: str, read: ReadText) -> Plant:
    """The plant of a YAML text. Raises BadInput."""
    plant = read_yaml(text, name, Plant)
    calendars = {
        key: _with_days(calendar, f"{name}: calendars.{key}", read)
        for key, calendar in plant.calendars.items()
    }
    energy = with_energy_files(plant.energy, f"{name}: energy", read)
    return plant.model_copy(update={"calendars": calendars, "energy": energy})


def _with_days(calendar: Calendar, place: str, read: ReadText) -> Calendar:
    later = [
        version.model_copy(update=_days_of(version, f"{place}.later", read)) for version in calendar.later
    ]
    return calendar.model_copy(update={**_days_of(calendar, place, read), "later": later})


def _days_of(version: CalendarVersion, place: str, read: ReadText) -> dict[str, object]:
    """What changes once the files are read: their days join `days`, and nothing but `china` is left in `holidays`."""
    kept = [name for name in version.holidays if name == CHINA]
    if kept and not china_is_installed():
        raise BadInput(
            f"{place}.holidays: {CHINA} needs the package chinesecalendar (pip install 'floortruth[server]');"
            " or name a file of your own with the columns date, kind"
        )
    days: dict[str, DayKind] = {}
    for file in version.unread:
        if not file.lower().endswith(".csv"):
            raise BadInput(f"{place}.holidays: '{file}' is neither {CHINA} nor the name of a .csv file")
        days |= read_days(read(file), file)
    return {"holidays": kept, "days": {**days, **version.days}}


def read_days(text: str, name: str) -> dict[str, DayKind]:
    """Holidays and make-up workdays by date; BadInput names file, line and column."""
    rows = enumerate(csv.reader(text.lstrip("\ufeff").splitlines()), start=1)
    filled = [(line, [cell.strip() for cell in row]) for line, row in rows if any(map(str.strip, row))]
    if not filled:
        raise BadInput(f"{name}:1: expected the columns date, kind, got nothing")
    line, titles = filled[0]
    places = {_TITLES.get(title.lower(), title): at for at, title in enumerate(titles)}
    for wanted in ("date", "kind"):
        if wanted not in places:
            near = did_you_mean(wanted, titles)
            raise BadInput(f"{name}:{line}: column '{wanted}' is missing, got {', '.join(titles)}{near}")
    return dict(_days(filled[1:], places["date"], places["kind"], name))


def _days(
    rows: list[tuple[int, list[str]]], at_date: int, at_kind: int, name: str
) -> Iterator[tuple[str, DayKind]]:
    seen: dict[str, DayKind] = {}
    for line, row in rows:
        if len(row) <= max(at_date, at_kind):
            raise BadInput(f"{name}:{line}: {len(row)} cells, expected date and kind")
        day, kind = _day(row[at_date], f"{name}:{line}"), _kind(row[at_kind], f"{name}:{line}")
        if seen.setdefault(day, kind) != kind:
            raise BadInput(f"{name}:{line}: date: {day} is a holiday and a workday")
        yield day, kind


def _day(text: str, place: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(f"{place}: date: '{text}' is not a date, expected e.g. 2027-01-01") from None


def _kind(word: str, place: str) -> DayKind:
    kind = _KINDS.get(word.lower())
    if kind is None:
        near = did_you_mean(word, _KINDS) or ", expected holiday or workday"
        raise BadInput(f"{place}: kind: unknown kind '{word}'{near}")
    return kind
