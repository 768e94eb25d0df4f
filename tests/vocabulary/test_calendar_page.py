"""The page on calendars and its example say what the code does."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence_engine.vocabulary.rotation import CHINESE, PATTERNS
from evidence_engine.vocabulary.shifts import shifts_between
from floortruth.files import read_plant

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/calendars.md").read_text("utf-8")


def test_the_example_is_read_with_the_holiday_file_beside_it() -> None:
    pytest.importorskip("chinese_calendar")
    plant = read_plant(ROOT / "configs/plant.calendars.example.yaml")
    office = plant.calendars["office"]
    assert (office.holidays, office.days["2027-02-20"]) == (["china"], "workday")
    days = [s.day for s in shifts_between(office, plant.zone, date(2026, 12, 28), date(2027, 1, 5))]
    assert [day.day for day in days] == [28, 29, 30, 4], (
        "the last of the year by exception, the first by the file"
    )
    assert plant.assets["CNC-01"].earlier.ideal_cycle[0].value == {"P1": 90}


def test_the_table_of_four_crews_is_what_the_rotation_says() -> None:
    plant = read_plant(ROOT / "configs/plant.calendars.example.yaml")
    first = date(2026, 1, 1)
    shifts = list(shifts_between(plant.calendars["four-crews"], plant.zone, first, first + timedelta(days=8)))
    for crew in "甲乙丙丁":
        row = re.search(rf"^\| {crew} \| (.*) \|$", PAGE, re.MULTILINE)
        assert row is not None
        told = {first + timedelta(days=n): name for n, name in enumerate(row[1].split(" | "))}
        works = {shift.day: shift.name for shift in shifts if shift.crew == crew}
        assert {day: works.get(day, "–") for day in told} == told


def test_every_pattern_is_named_in_both_languages() -> None:
    assert all(f"`{word}`" in PAGE for word in (*PATTERNS, *CHINESE))


def test_D8_what_was_key_once_stays_key_for_the_rules() -> None:
    plant = read_plant(ROOT / "configs/plant.calendars.example.yaml")
    asset = plant.assets["CNC-01"]
    assert (asset.key, asset.key_ever) == (True, True)
    fallen = asset.model_copy(update={"key": False})
    assert not fallen.key_ever
    before = plant.assets["CNC-01"].earlier.key[0].model_copy(update={"value": True})
    dropped = fallen.model_copy(update={"earlier": asset.earlier.model_copy(update={"key": [before]})})
    assert dropped.key_ever
