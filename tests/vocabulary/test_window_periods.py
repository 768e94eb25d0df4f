"""Windows longer than a day: ISO weeks, months, quarters and years of plant time, and how far windows may reach."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.vocabulary.instants import DAY, HOUR, local_midnight, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import (
    EARLIEST,
    LATEST,
    PeriodKind,
    Window,
    WindowKind,
    dates_of,
    period_name,
    period_of,
    standard_windows,
)

NAME = {"zh": "名", "en": "name"}


def plant_in(zone: str, **more: Any) -> Plant:
    site = {"id": "S", "name": NAME, "time_zone": zone}
    return Plant.model_validate({"schema": "floortruth/plant/1", "site": site, "assets": {}, **more})


SHANGHAI, BERLIN, KATHMANDU = map(plant_in, ("Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu"))
LONG: tuple[WindowKind, ...] = ("week", "month", "quarter", "year")


def names(plant: Plant, first: str, last: str, *kinds: WindowKind) -> list[str]:
    span = (parse_instant(first, plant.zone), parse_instant(last, plant.zone))
    return [window.name for window in standard_windows(plant, *span, kinds)]


def test_D9_a_week_is_an_iso_week_and_bears_the_year_of_its_thursday() -> None:
    assert names(SHANGHAI, "2026-12-21", "2027-01-11", "week") == ["2026-W52", "2026-W53", "2027-W01"]


def test_D9_only_periods_that_lie_wholly_in_the_span_and_have_ended() -> None:
    assert names(SHANGHAI, "2026-01-01T00:01", "2026-05-01", *LONG)[-3:] == ["2026-02", "2026-03", "2026-04"]
    assert names(SHANGHAI, "2026-01-01", "2027-01-01", "quarter", "year") == [
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
        "2026-Q4",
        "2026",
    ]
    assert names(SHANGHAI, "2026-01-01", "2026-12-31T23:59", "year") == []


def test_D28_the_kinds_come_in_the_order_of_their_length_and_the_whole_last() -> None:
    start = parse_instant("2026-10-01", SHANGHAI.zone)
    kinds = [w.kind for w in standard_windows(SHANGHAI, start, start + 100 * DAY)]
    assert list(dict.fromkeys(kinds)) == ["hour", "day", "week", "month", "quarter", "history"]


def test_D9_a_month_with_a_clock_change_has_an_hour_more_or_less() -> None:
    march, october = (
        period_of("month", BERLIN, parse_instant(d, BERLIN.zone)) for d in ("2026-03-15", "2026-10-15")
    )
    assert (march.end - march.start, october.end - october.start) == (31 * DAY - HOUR, 31 * DAY + HOUR)


def test_the_crew_stands_in_the_name_of_its_shift() -> None:
    shifts = [
        {"name": "day", "start": "08:00", "end": "20:00"},
        {"name": "night", "start": "20:00", "end": "08:00"},
    ]
    rotation = {"pattern": "两班倒", "since": "2026-11-23", "crews": ["甲", "乙"]}
    calendars = {"one": {"shifts": shifts, "rotation": rotation}}
    plant = plant_in("Asia/Shanghai", calendars=calendars, default_calendar="one")
    assert names(plant, "2026-11-29T08:00", "2026-12-01", "shift") == [
        "2026-11-29-day-甲",
        "2026-11-29-night-乙",
        "2026-11-30-day-乙",
    ]


KINDS = st.sampled_from(["day", "week", "month", "quarter", "year"])
DATES = st.dates(date(1998, 1, 1), date(2100, 1, 1))


@settings(deadline=None, max_examples=50)
@given(KINDS, DATES)
def test_periods_tile_time_without_gap_or_overlap(kind: PeriodKind, day: date) -> None:
    first, after = dates_of(kind, day)
    assert first <= day < after
    assert dates_of(kind, first) == dates_of(kind, after - timedelta(days=1)) == (first, after)
    assert period_name(kind, first) != period_name(kind, after)


@settings(deadline=None, max_examples=50)
@given(KINDS, DATES, st.sampled_from([SHANGHAI, BERLIN, KATHMANDU]))
def test_D33_windows_of_a_kind_touch_one_another(kind: PeriodKind, day: date, plant: Plant) -> None:
    start = local_midnight(day, plant.zone)
    found = standard_windows(plant, start, start + 800 * DAY, [kind])
    assert all(a.end == b.start for a, b in pairwise(found))
    assert found
    assert all(period_of(kind, plant, w.start + HOUR) == w for w in found)


def test_a_window_of_two_hundred_years_is_one_and_one_beyond_the_instants_is_told() -> None:
    ends = [parse_instant(text, SHANGHAI.zone) for text in ("1900-01-01", "2100-01-01")]
    assert ends[1] - ends[0] > 199 * 365 * DAY
    Window(ends[0], ends[1]).check_reach()
    for start, end in (
        (EARLIEST - 1, 0),
        (0, LATEST + 1),
        (parse_instant("2026-01-01", SHANGHAI.zone), 10**20),
    ):
        with pytest.raises(
            ValueError, match="window reaches beyond what can be computed, expected from 1897 to 2115"
        ):
            Window(start, end).check_reach()


@pytest.mark.parametrize("end", [0, -1])
def test_a_window_of_no_length_is_told(end: int) -> None:
    with pytest.raises(ValueError, match="window ends before it begins, expected from < to"):
        Window(0, end)
