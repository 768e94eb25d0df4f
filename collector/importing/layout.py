"""Which column is what: long files (one reading a row) and wide ones (one time a row, a column per series)."""

from dataclasses import dataclass

from collector.importing.mapping import Long, Mapping, Target
from collector.importing.register import Register, Series
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.roles import did_you_mean

PLAIN = ("ts", "asset", "role", "value")
TIMES = ("ts", "time", "timestamp", "datetime", "时间", "时间戳", "日期时间")
"""Titles that are taken for the time where nothing is said."""


@dataclass(frozen=True, slots=True)
class LongColumns:
    """Places of the columns of a long file; None where it has none."""

    value: int
    asset: int | None = None
    role: int | None = None
    tag: int | None = None
    text: int | None = None
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class WideColumn:
    """One column of a wide file and its series."""

    at: int
    series: Series
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's columns. Either `long`, or at least one of `wide`."""

    titles: tuple[str, ...]
    time: tuple[int, ...]
    long: LongColumns | None = None
    wide: tuple[WideColumn, ...] = ()

    def said(self) -> str:
        """For people."""
        shown = " + ".join(self.titles[at] for at in self.time)
        if self.long is not None:
            return f"long, time in '{shown}'"
        return f"wide, time in '{shown}', {len(self.wide)} series"


class _Titles:
    """The titles of a file, and the sentence where one is missing."""

    def __init__(self, titles: list[str], place: str) -> None:
        self._titles, self._place = titles, place

    def at(self, title: str, more: str = "") -> int:
        """Its place. BadInput where it is missing, or stands twice."""
        places = [number for number, found in enumerate(self._titles) if found == title]
        if len(places) == 1:
            return places[0]
        if places:
            raise BadInput(f"{self._place}: column '{title}' stands {len(places)} times, expected once")
        known = [found for found in self._titles if found]
        raise BadInput(f"{self._place}: column '{title}' is missing{did_you_mean(title, known)}{more}")

    def maybe(self, title: str | None, *, usual: str = "") -> int | None:
        """Its place where it was named; else that of the usual title, if it is there."""
        if title is not None:
            return self.at(title)
        return self._titles.index(usual) if usual in self._titles else None


def layout_of(titles: list[str], place: str, mapping: Mapping, register: Register) -> Layout:
    """The layout by the mapping, else by the titles. BadInput says what is missing."""
    known = _Titles(titles, place)
    if mapping.columns:
        return _wide(titles, known, mapping, register, mapping.columns)
    if mapping.long is None and not set(titles) >= {"asset", "role"}:
        found = {title: Target(series=title) for title in titles if register.is_series(title)}
        if found:
            return _wide(titles, known, mapping, register, found)
    return _long(titles, known, mapping)


def _long(titles: list[str], known: _Titles, mapping: Mapping) -> Layout:
    more = f", expected {', '.join(PLAIN)}[, text][, quality]; a file of another shape needs --mapping"
    told = mapping.long or Long(asset="asset", role="role")
    value = known.at(told.value, more)
    columns = LongColumns(
        value,
        None if told.asset is None else known.at(told.asset, more),
        None if told.role is None else known.at(told.role, more),
        None if told.tag is None else known.at(told.tag),
        known.maybe(told.text, usual="text"),
        known.maybe(told.quality, usual="quality"),
    )
    return Layout(tuple(titles), _time(titles, known, mapping, more), columns)


def _wide(
    titles: list[str], known: _Titles, mapping: Mapping, register: Register, targets: dict[str, Target]
) -> Layout:
    columns = tuple(
        WideColumn(known.at(title), register.target(title, target), known.maybe(target.quality))
        for title, target in targets.items()
    )
    names = [column.series.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"columns: {names.count(name)} of them go to {name}, expected one")
    return Layout(tuple(titles), _time(titles, known, mapping, ""), None, columns)


def _time(titles: list[str], known: _Titles, mapping: Mapping, more: str) -> tuple[int, ...]:
    told = mapping.time.column
    if isinstance(told, str):
        return (known.at(told),)
    if told is not None:
        return tuple(known.at(title) for title in told)
    usual = [title for title in TIMES if title in [found.lower() for found in titles]]
    if len(usual) == 1:
        return ([found.lower() for found in titles].index(usual[0]),)
    return (known.at("ts", more),)
