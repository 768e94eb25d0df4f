"""Calendars: shifts, breaks, exceptions, daylight saving (D9)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from evidence_engine.vocabulary.calendar import Calendar
from evidence_engine.vocabulary.instants import HOUR, MINUTE, format_instant
from evidence_engine.vocabulary.shifts import calendar_time, shifts_between, shifts_touching

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def two_shifts(**extra: object) -> Calendar:
    return Calendar.model_validate(
        {
            "shifts": [
                {
                    "name": "day",
                    "start": "08:00",
                    "end": "20:00",
                    "breaks": [{"start": "12:00", "end": "12:30"}],
                },
                {
                    "name": "night",
                    "start": "20:00",
                    "end": "08:00",
                    "breaks": [{"start": "00:00", "end": "00:30"}],
                },
            ],
            **extra,
        }
    )


def test_D9_a_night_shift_belongs_to_the_date_it_starts_on_and_its_break_lies_in_it() -> None:
    day, night = shifts_between(two_shifts(), SHANGHAI, date(2026, 11, 24), date(2026, 11, 25))
    assert (day.name, night.name, night.day) == ("day", "night", date(2026, 11, 24))
    assert format_instant(night.start) == "2026-11-24T12:00:00.000000000Z"
    assert night.end - night.start == 12 * HOUR
    assert format_instant(night.breaks[0][0]) == "2026-11-24T16:00:00.000000000Z"


def test_D9_daylight_saving_nights_have_seven_and_nine_hours() -> None:
    night = Calendar.model_validate({"shifts": [{"name": "n", "start": "22:00", "end": "06:00"}]})
    spring, *_ = shifts_between(night, BERLIN, date(2026, 3, 28), date(2026, 3, 29))
    autumn, *_ = shifts_between(night, BERLIN, date(2026, 10, 24), date(2026, 10, 25))
    assert (spring.end - spring.start, autumn.end - autumn.start) == (7 * HOUR, 9 * HOUR)


def test_D9_start_equal_to_end_is_a_whole_day() -> None:
    whole = Calendar.model_validate({"shifts": [{"name": "all", "start": "00:00", "end": "00:00"}]})
    shift, *_ = shifts_between(whole, SHANGHAI, date(2026, 11, 24), date(2026, 11, 25))
    assert shift.end - shift.start == 24 * HOUR


def test_D9_a_holiday_has_the_shifts_that_its_exception_names() -> None:
    calendar = two_shifts(exceptions=[{"date": "2026-10-01"}, {"date": "2026-10-02", "shifts": ["day"]}])
    shifts = list(shifts_between(calendar, SHANGHAI, date(2026, 10, 1), date(2026, 10, 3)))
    assert [(shift.day.day, shift.name) for shift in shifts] == [(2, "day")]


def test_calendar_time_is_shifts_less_breaks_cut_to_the_window() -> None:
    calendar = two_shifts()
    day, _ = shifts_between(calendar, SHANGHAI, date(2026, 11, 24), date(2026, 11, 25))
    window = (day.start + 3 * HOUR, day.start + 5 * HOUR)
    stretches = calendar_time(shifts_touching(calendar, SHANGHAI, *window), *window)
    assert (stretches - day.start).tolist() == [[3 * HOUR, 4 * HOUR], [4 * HOUR + 30 * MINUTE, 5 * HOUR]]


@pytest.mark.parametrize(
    "shifts",
    [
        [{"name": "a", "start": "08:00", "end": "17:00"}, {"name": "b", "start": "16:00", "end": "20:00"}],
        [{"name": "a", "start": "08:00", "end": "17:00"}, {"name": "a", "start": "18:00", "end": "20:00"}],
        [{"name": "a", "start": "8", "end": "17:00"}],
        [],
    ],
)
def test_overlapping_twice_named_unreadable_or_no_shifts_are_errors(shifts: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate({"shifts": shifts})
