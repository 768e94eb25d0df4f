"""Change of a figure against an earlier period: 同比 against the same period of last year, 环比 against the period before.

Which period compares with which, by the plant's calendar:
  period   环比 before        同比 a year before
  day      the day before     the same date; 29 February has none
  week     the ISO week before   the ISO week of the same number; week 53 may have none
  month, quarter, year   the one before   the same one of the year before
change = now ÷ before − 1. low: the least now over the most before · high: the most now over the least before. Two periods
share no time, so both ends are reached; a step that was bridged across their border is in both with all that it may be, and
can make them wider. Null where before may be nothing, or either may be below nothing.
Spring Festival 春节 moves between January and February: where one of two periods holds more of its week than the other, the
comparison says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import inf, nextafter
from typing import Any, Literal
from zoneinfo import ZoneInfo

from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import local_midnight, parse_instant, to_datetime

Against = Literal["before", "year"]
"""环比, 同比."""
Span = tuple[int, int]

SPRING_FESTIVAL = {
    2015: date(2015, 2, 19),
    2016: date(2016, 2, 8),
    2017: date(2017, 1, 28),
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
"""First day of the lunar year, by the calendar of GB/T 33661-2017."""
FESTIVAL_DAYS = range(-1, 7)
"""From the eve to the sixth day after: a week in which most plants stand still."""


def earlier(span: Span, kind: str, against: Against, zone: ZoneInfo) -> Span | None:
    """The period that one of `kind` compares with; None where there is none."""
    first = to_datetime(span[0], zone).date()
    last = to_datetime(span[1], zone).date()
    days = _days_before(first, last, kind) if against == "before" else _days_of_last_year(first, kind)
    return None if days is None else (local_midnight(days[0], zone), local_midnight(days[1], zone))


def _days_before(first: date, last: date, kind: str) -> tuple[date, date] | None:
    match kind:
        case "day" | "week":
            return first - (last - first), first
        case "month":
            return _months(first, -1), first
        case "quarter":
            return _months(first, -3), first
        case "year":
            return _months(first, -12), first
        case _:
            return None


def _days_of_last_year(first: date, kind: str) -> tuple[date, date] | None:
    match kind:
        case "day":
            same = _same_date(first, first.year - 1)
            return None if same is None else (same, same + timedelta(days=1))
        case "week":
            year, week, _ = first.isocalendar()
            return _iso_week(year - 1, week)
        case "month" | "quarter" | "year":
            length = {"month": 1, "quarter": 3, "year": 12}[kind]
            start = _months(first, -12)
            return start, _months(start, length)
        case _:
            return None


def _months(day: date, months: int) -> date:
    """The first of the month so many months away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _same_date(day: date, year: int) -> date | None:
    return None if (day.month, day.day) == (2, 29) and not _is_leap(year) else day.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _iso_week(year: int, week: int) -> tuple[date, date] | None:
    weeks = date(year, 12, 28).isocalendar().week
    if week > weeks:
        return None
    monday = date.fromisocalendar(year, week, 1)
    return monday, monday + timedelta(days=7)


def change(now: Figure, before: Figure) -> Figure | None:
    """now ÷ before − 1 with bounds rounded outward; None where either may be below nothing."""
    if any(side is not None and side < 0 for side in (now.low, before.low)) or now.low is None:
        return None
    return Figure(
        _rounded(_relative(now.value, before.value), 0),
        _rounded(_relative(now.low, before.high), -1) if before.high is not None else -1.0,
        _rounded(_relative(now.high, before.low), 1),
    )


def _relative(now: float | None, before: float | None) -> Fraction | None:
    if now is None or not before:
        return None
    return Fraction(now) / Fraction(before) - 1


def _rounded(exact: Fraction | None, direction: int) -> float | None:
    """The nearest float, or the one beyond the exact number in a direction."""
    if exact is None:
        return None
    near = float(exact)
    if direction * (Fraction(near) - exact) < 0:
        return nextafter(near, direction * inf)
    return near


def festival_days(span: Span, zone: ZoneInfo) -> int:
    """How many days of a Spring Festival's week begin in a period; of the years that are known."""
    years = range(to_datetime(span[0], zone).year, to_datetime(span[1], zone).year + 1)
    known = [SPRING_FESTIVAL[year] for year in years if year in SPRING_FESTIVAL]
    days = [local_midnight(day + timedelta(days=n), zone) for day in known for n in FESTIVAL_DAYS]
    return sum(span[0] <= at < span[1] for at in days)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure against an earlier one. before: the earlier record's id, None where there is no such record."""

    against: Against
    span: Span
    before: str | None
    figure: Figure | None
    festival: bool


def compare(
    record: Mapping[str, Any], others: Iterable[Mapping[str, Any]], zone: ZoneInfo
) -> list[Comparison]:
    """A record of a day, week, month, quarter or year against those among `others` of the same figure and subject."""
    span, kind = span_of(record, zone), str(record["window"].get("kind", ""))
    found = {span_of(one, zone): one for one in others if _is_same(record, one)}
    compared = []
    for against in ("before", "year"):
        other = earlier(span, kind, against, zone)
        if other is not None and not (kind == "year" and against == "year"):
            compared.append(_one(record, found.get(other), against, span, other, zone))
    return compared


def _is_same(record: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(record["kpi"] == other["kpi"] and record["subject"] == other["subject"])


def _one(
    record: Mapping[str, Any],
    other: Mapping[str, Any] | None,
    against: Against,
    span: Span,
    before: Span,
    zone: ZoneInfo,
) -> Comparison:
    figure = None
    if other is not None and record["method"] == other["method"]:
        figure = change(figure_of(record), figure_of(other))
    return Comparison(
        against,
        before,
        None if other is None else str(other["id"]),
        figure,
        festival_days(span, zone) != festival_days(before, zone),
    )


def span_of(record: Mapping[str, Any], zone: ZoneInfo) -> Span:
    """The window of a record."""
    window = record["window"]
    return parse_instant(window["from"], zone), parse_instant(window["to"], zone)


def figure_of(record: Mapping[str, Any]) -> Figure:
    """The result of a record."""
    return Figure(**record["result"])
