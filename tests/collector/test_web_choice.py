"""The windows of the calendar that a page offers: this week and month so far, the last ones that have ended."""

import pytest

from collector.web.choice import LONGER, BadWindow, Choice, choose
from collector.web.view import View
from collector.web.words import Lang, Words
from evidence_engine.vocabulary.calendar import Calendar
from evidence_engine.vocabulary.instants import HOUR, format_instant, parse_instant
from evidence_engine.vocabulary.window import Window, period_of
from tests.collector.sample_board import PLANT, SampleBoard

NOW = parse_instant("2026-11-26T10:17", PLANT.zone)  # a Thursday


def chosen(key: str, *windows: Window, now: int = NOW) -> Choice:
    return choose({"w": key}, PLANT, windows, now, Words("en"))


def local(instant: int) -> str:
    return format_instant(instant + 8 * HOUR)[:16]


@pytest.mark.parametrize(("key", "start"), [("week", "2026-11-23T00:00"), ("month", "2026-11-01T00:00")])
def test_what_runs_reaches_to_the_last_full_hour_and_is_worked_out_when_asked(key: str, start: str) -> None:
    found = chosen(key)
    assert found.asked is not None
    assert (local(found.asked.start), local(found.asked.end)) == (start, "2026-11-26T10:00")
    assert (local(found.axis[0]), local(found.axis[1])) == (start, "2026-11-26T11:00")


@pytest.mark.parametrize(
    ("key", "name", "start", "end"),
    [
        ("lastweek", "2026-W47", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("lastmonth", "2026-10", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("lastquarter", "2026-Q3", "2026-07-01T00:00", "2026-10-01T00:00"),
        ("lastyear", "2025", "2025-01-01T00:00", "2026-01-01T00:00"),
    ],
)
def test_what_has_ended_is_the_boards_and_only_a_short_one_is_worked_out(
    key: str, name: str, start: str, end: str
) -> None:
    kind = LONGER[key][0]
    kept = period_of(kind, PLANT, parse_instant(start, PLANT.zone))
    assert (kept.name, local(kept.start), local(kept.end)) == (name, start, end)
    assert chosen(key, kept).window == kept
    missing = chosen(key)
    assert missing.window is None
    assert missing.axis == (kept.start, kept.end)
    assert missing.asked == (kept if key in ("lastweek", "lastmonth") else None)


def test_a_week_that_has_just_begun_is_an_hour_long() -> None:
    monday = parse_instant("2026-11-23T00:05", PLANT.zone)
    found = chosen("week", now=monday)
    assert found.asked is not None
    assert found.asked.end - found.asked.start == HOUR


def test_a_window_of_ones_own_beyond_what_can_be_computed_is_told() -> None:
    with pytest.raises(
        BadWindow, match="window reaches beyond what can be computed, expected from 1897 to 2115"
    ):
        choose({"from": "9998-01-01", "to": "9998-01-02"}, PLANT, [], NOW, Words("en"))


@pytest.mark.parametrize(("lang", "words"), [("zh", "夜班 乙"), ("en", "night shift 乙")])
def test_the_shift_that_is_shown_names_its_crew(lang: Lang, words: str) -> None:
    rotation = {"pattern": "两班倒", "since": "2026-11-25", "crews": ["甲", "乙"]}
    shifts = [
        {"name": "day", "start": "08:00", "end": "20:00"},
        {"name": "night", "start": "20:00", "end": "08:00"},
    ]
    calendar = Calendar.model_validate({"shifts": shifts, "rotation": rotation})
    plant = PLANT.model_copy(update={"calendars": {"one": calendar}, "default_calendar": "one"})
    found = choose({"w": "last"}, plant, [], NOW, Words(lang))
    assert found.shift == "night-乙"
    board = SampleBoard(empty=True)
    assert View(board, Words(lang), {}).shift_word(found.shift) == words
