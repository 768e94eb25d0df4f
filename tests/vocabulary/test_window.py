"""Windows: each ended clock hour, shift and day, and the whole history (D28)."""

from pathlib import Path

from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.instants import DAY, HOUR, format_instant, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import standard_windows

PLANT = read_yaml(
    (Path(__file__).parents[2] / "configs" / "demo" / "plant.yaml").read_text(encoding="utf-8"),
    "plant.yaml",
    Plant,
)


def test_D28_hours_shifts_days_and_the_whole() -> None:
    start = parse_instant("2026-11-23T10:00", PLANT.zone)  # a Monday
    windows = standard_windows(PLANT, start, start + DAY + HOUR // 2)
    kinds = [window.kind for window in windows]
    assert (kinds.count("hour"), kinds.count("shift"), kinds.count("day"), kinds[-1]) == (24, 1, 0, "history")
    night = next(window for window in windows if window.kind == "shift")
    assert night.name == "2026-11-23-night"
    assert format_instant(night.start) == "2026-11-23T12:00:00.000000000Z"
    assert windows[-1].end == start + DAY


def test_a_day_of_plant_time_begins_at_its_local_midnight() -> None:
    start = parse_instant("2026-11-23", PLANT.zone)
    day, *_ = [w for w in standard_windows(PLANT, start, start + DAY) if w.kind == "day"]
    assert (day.start, day.end, day.name) == (start, start + DAY, "2026-11-23")


def test_nothing_ended_gives_no_window() -> None:
    start = parse_instant("2026-11-23", PLANT.zone)
    assert standard_windows(PLANT, start, start + HOUR - 1) == []


def test_the_hour_that_a_clock_set_back_shows_twice_has_two_names() -> None:
    site = PLANT.site.model_copy(update={"time_zone": "Europe/Berlin"})
    berlin = PLANT.model_copy(update={"site": site})
    start = parse_instant("2026-10-25", berlin.zone)
    names = [w.name for w in standard_windows(berlin, start, start + 5 * HOUR) if w.kind == "hour"]
    assert names == [f"2026-10-25T{hour}" for hour in ("00", "01", "02", "02-again", "03")]
