"""What people write in calendars: times of day and dates, checked where they stand, unknown keys refused."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict

from evidence_engine.vocabulary.instants import from_datetime
from evidence_engine.vocabulary.wall_clock import MINUTES_A_DAY

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: list[Weekday] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Days = NDArray[np.int64]
"""Dates as days since 1970-01-01, a Thursday."""
_EPOCH_DAY, _EPOCH_WEEKDAY = date(1970, 1, 1).toordinal(), 3


def _clock_text(text: str) -> str:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) <= 24 and int(minute) < 60):
        raise ValueError(f"'{text}' is not a time of day, expected e.g. \"08:00\" in quotes")
    if int(hour) == 24 and int(minute):
        raise ValueError(f"'{text}' is later than 24:00")
    return f"{int(hour):02}:{minute:0>2}"  # 8:00 and 08:00 are one time, and compare as text


def _date_text(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"'{text}' is not a date, expected e.g. \"2026-10-01\" in quotes") from None


TimeOfDay = Annotated[str, AfterValidator(_clock_text)]
"""`08:00`, up to `24:00`."""
DateText = Annotated[str, AfterValidator(_date_text)]
"""`2026-10-01`."""


class WrittenModel(BaseModel):
    """Base of the models of this kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def wall(text: str, day: date, zone: ZoneInfo) -> int:
    """The instant of a wall-clock time on a local date, fold 0 (D9)."""
    hour, minute = int(text[:2]), int(text[3:])
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return from_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone))


def minutes_of(start: str, end: str) -> tuple[int, int]:
    """Two times of day as minutes after the midnight before the first: end <= start means the next day."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return first, last + MINUTES_A_DAY * (last <= first)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def date_of(number: int) -> date:
    """The date of that many days since 1970-01-01."""
    return date.fromordinal(number + _EPOCH_DAY)


def weekdays_of(days: Days) -> Days:
    """0 for Mondays to 6 for Sundays, as in WEEKDAYS."""
    return (days + _EPOCH_WEEKDAY) % 7


def in_weeks(days: Days, weeks: int, since: str | None) -> NDArray[np.bool_]:
    """Which days lie in every `weeks`-th week, counted from the week of `since`."""
    if weeks == 1 or since is None:
        return np.ones(len(days), np.bool_)
    first = date.fromisoformat(since)
    found: NDArray[np.bool_] = (days - day_number(first) + first.weekday()) // 7 % weeks == 0
    return found
