"""What people write in calendars: times of day and dates, checked where they stand, unknown keys refused."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict

from evidence_engine.vocabulary.instants import from_datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: list[Weekday] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


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


def span(start: str, end: str, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Two wall-clock times from a local date on: end <= start means the next day, start = end 24 h."""
    return wall(start, day, zone), wall(end, day + timedelta(days=end <= start), zone)


def falls_in_week(day: date, weeks: int, since: str | None) -> bool:
    """Whether a date lies in every `weeks`-th week, counted from the week of `since`."""
    if weeks == 1 or since is None:
        return True
    first = date.fromisoformat(since)
    return (day - (first - timedelta(days=first.weekday()))).days // 7 % weeks == 0
