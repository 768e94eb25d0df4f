"""Calendars worked out in columns against one date after another: wall clocks, shifts, breaks, maintenance (D9)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.vocabulary.calendar import Calendar
from evidence_engine.vocabulary.instants import DAY, local_midnight, wall_offset
from evidence_engine.vocabulary.maintenance import Maintenance
from evidence_engine.vocabulary.shifts import calendar_time, shifts_between, shifts_touching
from evidence_engine.vocabulary.wall_clock import instants_of
from evidence_engine.vocabulary.written import WEEKDAYS
from tests.vocabulary import naive_calendar as naive

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Asia/Shanghai",  # summer time from 1986 to 1991
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",  # half an hour of summer time
        "Asia/Kathmandu",
        "Pacific/Apia",  # left out a whole day
        "Africa/Casablanca",  # winter time in Ramadan
        "America/St_Johns",  # changed one minute after midnight
        "Asia/Tehran",
    )
]
ZONE = st.sampled_from(ZONES)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _by_datetime(minute: int, zone: ZoneInfo) -> int:
    moment = (EPOCH + timedelta(minutes=minute)).replace(tzinfo=zone)
    return (moment - EPOCH) // timedelta(seconds=1) * 1_000_000_000


MINUTE_OF_A_CENTURY = st.integers(0, 131 * 365 * 1440)


@settings(deadline=None, max_examples=60)
@given(ZONE, st.lists(MINUTE_OF_A_CENTURY, max_size=4), st.integers(1970, 2100))
def test_D9_wall_clock_times_are_what_datetime_says(zone: ZoneInfo, minutes: list[int], year: int) -> None:
    first = (date(year, 1, 1) - date(1970, 1, 1)).days * 1440
    every = np.array([*minutes, *range(first, first + 366 * 1440, 1439)], np.int64)
    assert instants_of(every, zone).tolist() == [_by_datetime(minute, zone) for minute in every.tolist()]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
def test_D9_each_minute_around_a_change_of_the_clock_is_what_datetime_says(zone: ZoneInfo) -> None:
    days = [n * 1440 for n in range(131 * 365)]
    offsets = [wall_offset(day, zone) for day in days[::7]]
    changed = [7 * 1440 * row for row in range(len(offsets) - 1) if offsets[row] != offsets[row + 1]]
    for week in changed[:: max(1, len(changed) // 5)]:
        around = np.arange(week, week + 7 * 1440, 3)
        assert instants_of(around, zone).tolist() == [_by_datetime(m, zone) for m in around.tolist()]


def test_wall_clock_times_keep_their_shape() -> None:
    assert instants_of(np.empty((0, 2), np.int64), ZONES[0]).shape == (0, 2)
    assert instants_of(np.array([[0, 1], [2, 3]]), ZONES[0]).shape == (2, 2)


# --- calendars

SOME_DAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)
DATES = st.dates(date(2025, 10, 1), date(2026, 4, 30)).map(str)
QUARTERS = st.integers(0, 96).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")


@st.composite
def patterns(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to three shifts that follow one another around the clock, with breaks at their beginnings and ends."""
    borders = sorted(draw(st.lists(st.integers(0, 23), min_size=2, max_size=4, unique=True)))
    found: list[dict[str, Any]] = []
    for row, hour in enumerate(borders):
        after = borders[(row + 1) % len(borders)]
        pauses = [(hour, 15, hour, 45), (after - 1, 30, after - 1, 45), (hour, 30, hour, 59)]
        breaks = [
            {"start": f"{a % 24:02}:{b:02}", "end": f"{c % 24:02}:{d:02}"}
            for a, b, c, d in draw(st.lists(st.sampled_from(pauses), max_size=2))
        ]
        weeks = draw(st.integers(1, 2))
        shift = {
            "name": f"s{row}",
            "start": f"{hour:02}:00",
            "end": f"{after:02}:00",
            "days": draw(SOME_DAYS),
        }
        found.append({**shift, "breaks": breaks, "weeks": weeks, "since": draw(DATES)})
    return found[: draw(st.integers(1, len(found)))]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def version() -> dict[str, Any]:
        shifts = draw(patterns())
        names = st.lists(st.sampled_from([shift["name"] for shift in shifts]), unique=True)
        days = draw(st.dictionaries(DATES, st.sampled_from(["holiday", "workday"]), max_size=6))
        exceptions = draw(st.lists(st.fixed_dictionaries({"date": DATES, "shifts": names}), max_size=4))
        dated = {one["date"]: one for one in exceptions}
        more = {
            "days": days,
            "exceptions": list(dated.values()),
            "makeup_as": draw(st.sampled_from(WEEKDAYS)),
        }
        if len(shifts) in (2, 3):
            pattern = {2: "four_crews_two_shifts", 3: "three_shifts"}[len(shifts)]
            more["rotation"] = {"pattern": pattern, "since": draw(DATES)}
        return {"shifts": shifts, **more}

    later = sorted(draw(st.lists(DATES, max_size=2, unique=True)))
    return Calendar.model_validate(
        {**version(), "later": [{**version(), "valid_from": since} for since in later]}
    )


@settings(deadline=None, max_examples=60)
@given(calendars(), ZONE, st.dates(date(2025, 9, 20), date(2026, 4, 10)), st.integers(0, 60), st.data())
def test_D9_shifts_and_calendar_time_are_what_one_date_after_another_says(
    calendar: Calendar, zone: ZoneInfo, first: date, count: int, data: st.DataObject
) -> None:
    last = first + timedelta(days=count)
    expected = naive.shifts_between(calendar, zone, first, last)
    assert list(shifts_between(calendar, zone, first, last)) == expected
    begin, stop = local_midnight(first, zone) + 2 * DAY, local_midnight(last, zone)
    start = data.draw(st.integers(begin, max(begin, stop - DAY)))
    end = data.draw(st.integers(start + 1, max(start + 1, stop - DAY)))
    far = naive.shifts_between(calendar, zone, first - timedelta(days=4), last + timedelta(days=4))
    touching = shifts_touching(calendar, zone, start, end)
    assert list(touching) == [shift for shift in far if shift.end > start and shift.start < end]
    assert calendar_time(touching, start, end).tolist() == naive.calendar_time(list(touching), start, end)


@settings(deadline=None, max_examples=60)
@given(SOME_DAYS, QUARTERS, QUARTERS, st.integers(1, 3), DATES, st.sampled_from([[], [1], [2, 5]]), ZONE)
def test_D9_recurring_maintenance_is_what_one_date_after_another_says(
    days: list[str], start: str, end: str, weeks: int, since: str, nth: list[int], zone: ZoneInfo
) -> None:
    plan = Maintenance.model_validate(
        {"days": days, "start": start, "end": end, "weeks": weeks, "since": since, "nth": nth}
        | ({"until": "2026-03-10"} if weeks > 1 else {})
    )
    first, last = date(2025, 12, 1), date(2026, 4, 1)
    spans = [naive.span(day, start, end, zone) for day in naive.maintenance_days(plan, first, last)]
    begin, stop = local_midnight(first, zone) + 3 * DAY, local_midnight(last, zone) - 3 * DAY
    expected = [[a, b] for a, b in spans if a < b and a < stop and b > begin]
    assert plan.spans(zone, begin, stop).tolist() == expected
