"""Calendars of real plants: crews that take turns, holidays and make-up days, planned maintenance, changes over time (D8, D9)."""

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.plant_file import read_days, read_plant_file
from evidence_engine.vocabulary.calendar import Calendar, years_without_holidays
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, local_midnight, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.rotation import CHINESE, PATTERNS
from evidence_engine.vocabulary.shifts import Shifts, calendar_time, shifts_between, shifts_touching
from evidence_engine.vocabulary.working_time import holiday_years, working_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)

TWO = [{"name": "day", "start": "08:00", "end": "20:00"}, {"name": "night", "start": "20:00", "end": "08:00"}]
THREE = [
    {"name": "early", "start": "07:00", "end": "15:00"},
    {"name": "late", "start": "15:00", "end": "23:00"},
    {"name": "night", "start": "23:00", "end": "07:00"},
]
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
ONE = [{"name": "day", "start": "08:00", "end": "16:00", "days": WORKDAYS}]


def calendar(shifts: list[dict[str, Any]], **more: Any) -> Calendar:
    return Calendar.model_validate({"shifts": shifts, **more})


def rotating(pattern: str, **more: Any) -> Calendar:
    shifts = THREE if PATTERNS[CHINESE.get(pattern, pattern)].shifts == 3 else TWO
    return calendar(shifts, rotation={"pattern": pattern, "since": "2026-11-23", **more})


def week_of(found: Calendar, crew: str, days: int = 8) -> list[str]:
    """What a crew works on each day, `-` for a day off."""
    shifts = shifts_between(found, SHANGHAI, MONDAY, MONDAY + timedelta(days=days))
    works = {shift.day: shift.name for shift in shifts if shift.crew == crew}
    return [works.get(MONDAY + timedelta(days=n), "-") for n in range(days)]


def starts(found: Calendar, first: date, last: date) -> list[tuple[int, str]]:
    return [(shift.day.day, shift.name) for shift in shifts_between(found, SHANGHAI, first, last)]


def test_D9_four_crews_three_shifts_work_two_of_each_and_rest_two() -> None:
    found = rotating("四班三运转", crews=["甲", "乙", "丙", "丁"])
    assert week_of(found, "甲") == ["early", "early", "late", "late", "night", "night", "-", "-"]
    assert week_of(found, "乙") == ["-", "-", "early", "early", "late", "late", "night", "night"]


def test_D9_four_crews_two_shifts_work_a_day_and_a_night_and_rest_two() -> None:
    assert week_of(rotating("四班两运转"), "A") == ["day", "night", "-", "-", "day", "night", "-", "-"]


def test_D9_two_and_three_shifts_change_each_week() -> None:
    assert week_of(rotating("两班倒"), "A", 14) == ["day"] * 7 + ["night"] * 7
    assert week_of(rotating("三班倒"), "B", 14) == ["night"] * 7 + ["early"] * 7


@pytest.mark.parametrize("pattern", PATTERNS)
def test_D9_every_shift_of_every_day_has_one_crew_and_no_crew_two_of_them(pattern: str) -> None:
    shifts = shifts_between(rotating(pattern), SHANGHAI, MONDAY - timedelta(days=30), MONDAY + timedelta(30))
    for _, of_day in itertools.groupby(shifts, key=lambda shift: shift.day):
        crews = [shift.crew for shift in of_day]
        assert len(set(crews)) == len(crews) == PATTERNS[pattern].shifts


def test_D9_the_crew_is_part_of_the_shifts_label() -> None:
    first, *_ = shifts_between(rotating("两班倒"), SHANGHAI, MONDAY, MONDAY + timedelta(days=1))
    assert first.label == "day-A"


@pytest.mark.parametrize(
    ("rotation", "message"),
    [
        (
            {"pattern": "四班二运转", "since": "2026-11-23"},
            r"unknown pattern '四班二运转', did you mean '四班",
        ),
        ({"pattern": "两班倒", "since": "23.11.2026"}, "is not a date, expected e.g."),
        ({"pattern": "两班倒", "since": "2026-11-23", "crews": ["甲"]}, "two_shifts has 2 crews, got 1"),
        ({"pattern": "三班倒", "since": "2026-11-23"}, "three_shifts has 3 shifts, got 2"),
    ],
)
def test_a_rotation_that_can_not_be_is_told(rotation: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        calendar(TWO, rotation=rotation)


def test_D9_chinas_holidays_have_no_shift_and_make_up_days_have_mondays() -> None:
    pytest.importorskip("chinese_calendar")
    found = calendar(ONE, holidays=["china"])
    days = [day for day, _ in starts(found, date(2026, 9, 30), date(2026, 10, 13))]
    assert days == [30, 8, 9, 10, 12]  # 1 to 7 October off, Saturday the 10th worked for it


def test_D9_ones_own_days_go_before_chinas_and_exceptions_before_all() -> None:
    pytest.importorskip("chinese_calendar")
    own = {"2026-10-02": "workday", "2026-10-09": "holiday", "2026-10-12": "holiday"}
    exceptions = [{"date": "2026-10-12", "shifts": ["day"]}]
    found = calendar(ONE, holidays=["china"], days=own, exceptions=exceptions)
    assert [day for day, _ in starts(found, date(2026, 10, 1), date(2026, 10, 13))] == [2, 8, 10, 12]


def test_D9_a_year_that_nobody_announced_follows_the_week_and_is_named() -> None:
    pytest.importorskip("chinese_calendar")
    found = calendar(ONE, holidays=["china"])
    assert [day for day, _ in starts(found, date(2199, 1, 1), date(2199, 1, 9))] == [1, 2, 3, 4, 7, 8]
    assert years_without_holidays(found, date(2026, 12, 1), date(2199, 1, 9))[-1] == 2199
    own = calendar(ONE, holidays=["china"], days={"2199-01-01": "holiday"})
    assert 2199 not in years_without_holidays(own, date(2199, 1, 1), date(2199, 1, 9))


PLANT = """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
default_calendar: one
calendars:
  one:
    holidays: [own.csv]
    shifts: [{name: day, start: "08:00", end: "16:00", days: [mon, tue, wed, thu, fri]}]
    later:
      - valid_from: "2026-12-01"
        holidays: [own.csv]
        shifts: [{name: day, start: "08:00", end: "20:00"}]
assets:
  M1: {kind: cnc, name: {zh: a, en: a}}
"""


def read_plant(own: str, text: str = PLANT) -> Plant:
    return read_plant_file(text, "plant.yaml", lambda name: {"own.csv": own}[name])


def test_D9_a_holiday_file_of_ones_own_is_read_beside_the_plant_file() -> None:
    found = read_plant("日期,类型\n2026-11-24,休\n2026-11-28,班\n2026-12-02,休\n").calendars["one"]
    assert [day for day, _ in starts(found, MONDAY, date(2026, 12, 4))] == [23, 25, 26, 27, 28, 30, 1, 3]


def test_a_holiday_file_that_nobody_read_is_not_taken_for_no_holidays() -> None:
    found = read_yaml(PLANT, "plant.yaml", Plant).calendars["one"]
    with pytest.raises(ValueError, match=r"the file 'own\.csv' was not read"):
        starts(found, MONDAY, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"own.csv:1: expected the columns date, kind, got nothing"),
        ("day,kind\n", r"own.csv:1: column 'date' is missing, got day, kind"),
        (
            "date,kind\n2027-1-1,holiday\n",
            r"own.csv:2: date: '2027-1-1' is not a date, expected e.g. 2027-01-01",
        ),
        (
            "date,kind\n\n2027-01-01,holyday\n",
            r"own.csv:3: kind: unknown kind 'holyday', did you mean 'holiday'\?",
        ),
        ("date,kind\n2027-01-01\n", r"own.csv:2: 1 cells, expected date and kind"),
        (
            "date,kind\n2027-01-01,休\n2027-01-01,班\n",
            r"own.csv:3: date: 2027-01-01 is a holiday and a workday",
        ),
    ],
)
def test_a_wrong_holiday_file_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_days(text, "own.csv")


def test_a_holiday_source_that_is_none_is_told_with_its_place() -> None:
    with pytest.raises(BadInput, match=r"plant.yaml: calendars.one.holidays: 'chna' is neither china nor"):
        read_plant(
            "date,kind\n",
            PLANT.replace("    holidays: [own.csv]\n    shifts", "    holidays: [chna]\n    shifts"),
        )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"exceptions": [{"date": "2026-10-10", "shifts": ["day", "long"]}]}, "overlap on 2026-10-10"),
        ({"later": [{"valid_from": "2026-10-10", "shifts": [*TWO, {**ONE[0], "name": "x"}]}]}, "overlap"),
        (
            {"later": [{"valid_from": d, "shifts": ONE} for d in ("2026-10-10", "2026-10-09")]},
            "must come after",
        ),
    ],
)
def test_D9_overlaps_on_exceptions_and_in_later_versions_are_errors(
    more: dict[str, Any], message: str
) -> None:
    long = {"name": "long", "start": "08:00", "end": "20:00", "days": ["sun"]}
    with pytest.raises(ValidationError, match=message):
        calendar([*ONE, long], **more)


def test_D9_overlapping_shifts_are_told_with_their_place_in_the_file() -> None:
    wrong = PLANT.replace(
        'shifts: [{name: day, start: "08:00", end: "20:00"}]',
        'shifts: [{name: day, start: "08:00", end: "20:00"}, {name: n, start: "19:00", end: "08:00"}]',
    )
    with pytest.raises(BadInput, match=r"plant.yaml:9: calendars.one.later.0: shifts 'day' and 'n' overlap"):
        read_plant("", wrong)


@pytest.mark.parametrize("pause", [("07:00", "09:00"), ("15:30", "16:30"), ("20:00", "20:30")])
def test_D9_a_break_outside_its_shift_is_an_error(pause: tuple[str, str]) -> None:
    breaks = [{"start": pause[0], "end": pause[1]}]
    with pytest.raises(
        ValidationError, match=f"the break {pause[0]} to {pause[1]} is not inside shift 'day'"
    ):
        calendar([{**ONE[0], "breaks": breaks}])


def test_D9_no_shift_overlaps_where_the_clock_is_set_forward() -> None:
    shifts = [
        {"name": "night", "start": "22:00", "end": "02:30"},
        {"name": "short", "start": "02:30", "end": "03:00"},
        {"name": "early", "start": "03:00", "end": "08:00"},
    ]
    found = list(shifts_between(calendar(shifts), BERLIN, date(2026, 3, 28), date(2026, 3, 30)))
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert [shift.name for shift in found if shift.day.day == 29] == ["early", "night"]
    assert [shift.name for shift in found if shift.day.day == 28][-1] == "night"


def test_D8_a_shift_that_runs_when_another_calendar_begins_ends_with_its_first() -> None:
    later = [{"valid_from": "2026-11-25", "shifts": [{"name": "new", "start": "06:00", "end": "14:00"}]}]
    *_, night, new, _ = shifts_between(calendar(TWO, later=later), SHANGHAI, MONDAY, date(2026, 11, 27))
    assert (night.name, new.name) == ("night", "new")
    assert night.end == new.start == parse_instant("2026-11-25T06:00", SHANGHAI)


SATURDAY = {
    "name": "sat",
    "start": "08:00",
    "end": "12:00",
    "days": ["sat"],
    "weeks": 2,
    "since": "2026-11-28",
}


def test_D9_every_other_saturday_is_worked() -> None:
    found = starts(calendar([*ONE, SATURDAY]), date(2026, 11, 23), date(2026, 12, 31))
    assert [day for day, name in found if name == "sat"] == [28, 12, 26]


def test_D9_shifts_of_alternate_weeks_do_not_overlap_those_of_one_week_do() -> None:
    other = {**SATURDAY, "name": "long", "end": "18:00"}
    with pytest.raises(ValidationError, match="shifts 'sat' and 'long' overlap"):
        calendar([SATURDAY, other])
    calendar([SATURDAY, {**other, "since": "2026-12-05"}])
    with pytest.raises(ValidationError, match="counted from which one"):
        calendar([{**SATURDAY, "since": None}])


def test_D9_an_extra_shift_is_one_that_only_an_exception_names() -> None:
    extra = {"name": "extra", "start": "18:00", "end": "22:00", "days": []}
    found = calendar([*ONE, extra], exceptions=[{"date": "2026-11-24", "shifts": ["day", "extra"]}])
    assert starts(found, MONDAY, date(2026, 11, 26)) == [(23, "day"), (24, "day"), (24, "extra"), (25, "day")]


# --- the working time of an asset


def plant_of(calendars: Mapping[str, Any], **asset: Any) -> Plant:
    name = {"zh": "名", "en": "name"}
    return Plant.model_validate(
        {
            "schema": "floortruth/plant/1",
            "site": {"id": "S", "name": name, "time_zone": "Asia/Shanghai"},
            "default_calendar": "one",
            "calendars": {"one": {"shifts": ONE}, **calendars},
            "assets": {"M1": {"kind": "cnc", "name": name, **asset}},
        }
    )


def hours_of(plant: Plant, first: str, last: str) -> list[tuple[float, float]]:
    """C in hours since `first`."""
    start, end = parse_instant(first, plant.zone), parse_instant(last, plant.zone)
    found = working_time(plant, plant.assets["M1"], start, end).stretches
    return [((a - start) / HOUR, (b - start) / HOUR) for a, b in found.tolist()]


def test_D9_planned_maintenance_of_calendar_and_asset_is_taken_out_of_calendar_time() -> None:
    calendars = {"one": {"shifts": ONE, "maintenance": [{"days": ["tue"], "start": "08:00", "end": "10:00"}]}}
    own = [{"from": "2026-11-24T15:00", "to": "2026-11-25T09:00"}]
    plant = plant_of(calendars, maintenance=own)
    assert hours_of(plant, "2026-11-24", "2026-11-26") == [(10, 15), (33, 40)]


def test_D8_each_calendar_holds_for_the_shifts_that_start_while_it_is_valid() -> None:
    lists = [{"value": "two"}, {"valid_from": "2026-11-25", "value": "one"}]
    plant = plant_of({"two": {"shifts": TWO}}, calendar=lists)
    assert plant.assets["M1"].calendar == "one"
    assert hours_of(plant, "2026-11-24", "2026-11-26") == [(0, 8), (8, 20), (20, 32), (32, 40)]


def test_D9_the_years_of_an_asset_without_holidays_are_those_of_its_own_calendar() -> None:
    pytest.importorskip("chinese_calendar")
    plant = plant_of({"one": {"shifts": ONE, "holidays": ["china"]}, "two": {"shifts": TWO}})
    start, end = parse_instant("2198-12-31T12:00", SHANGHAI), parse_instant("2199-01-01", SHANGHAI)
    assert holiday_years(plant, plant.assets["M1"], start, end) == [2198]
    other = plant.assets["M1"].model_copy(update={"calendar": "two"})
    assert holiday_years(plant, other, start, end) == []


DAYS = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True)


@settings(deadline=None, max_examples=50)
@given(DAYS, st.integers(0, 23), st.integers(1, 12), st.sampled_from([SHANGHAI, BERLIN]), st.integers(0, 400))
def test_D9_shifts_never_overlap_and_calendar_time_adds_up(
    days: list[str], hour: int, length: int, zone: ZoneInfo, offset: int
) -> None:
    end = f"{(hour + length) % 24:02}:00"
    found = calendar([{"name": "a", "start": f"{hour:02}:00", "end": end, "days": days}])
    start = local_midnight(date(2026, 1, 1) + timedelta(days=offset), zone)
    middle, stop = start + 30 * HOUR + 7 * MINUTE, start + 9 * DAY
    whole = shifts_touching(found, zone, start, stop)
    assert all(a.end <= b.start for a, b in itertools.pairwise(whole))
    assert _length(whole, start, stop) == _length(whole, start, middle) + _length(whole, middle, stop)
    parts = [shifts_touching(found, zone, *span) for span in ((start, middle), (middle, stop))]
    assert _length(whole, start, stop) == _length(parts[0], start, middle) + _length(parts[1], middle, stop)


def _length(shifts: Shifts, start: int, end: int) -> int:
    found = calendar_time(shifts, start, end)
    return int((found[:, 1] - found[:, 0]).sum())
