"""Times of an import (D1): every usual format, the stated or the plant's zone; what may mean two instants is refused."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.importing.times import guess_format, parse_times
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import format_instant, from_datetime, parse_instant, to_datetime
from tests.collector.import_cases import PLANT, Reading, load_text

EIGHT = parse_instant("2026-11-24T08:00:00", PLANT.zone)
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-11-24T08:00:00", "iso"),
        ("2026-11-24T00:00:00Z", "iso"),
        ("2026-11-24 01:00:00+01:00", "iso"),
        ("2026/11/24 8:00:00", "ymd"),
        ("2026.11.24 8:00", "ymd"),
        ("2026年11月24日 8时0分0秒", "ymd"),
        ("24.11.2026 08:00", "dmy"),
        ("24/11/2026 08:00:00,000", "dmy"),
        ("11/24/2026 8:00:00 AM", "mdy"),
        ("20261124080000", "compact"),
        ("1795478400", "epoch_s"),
        ("1795478400.0", "epoch_s"),
        ("1795478400000", "epoch_ms"),
        ("1795478400000000", "epoch_us"),
        ("1795478400000000000", "epoch_ns"),
    ],
)
def test_every_usual_format_is_recognised(text: str, form: str) -> None:
    column = pa.array([text, "", text])
    assert guess_format(column, "h.csv:2") == form
    ts, wrong = parse_times(column, form, ZONE)
    assert (ts[0], ts[2], list(wrong)) == (EIGHT, EIGHT, [1])


def test_excels_days_are_read_where_stated() -> None:
    for column in (pa.array(["46350,3333333333"]), pa.array([46350 + 1 / 3])):
        ts, wrong = parse_times(column, "excel", ZONE)
        assert (int(ts[0]), wrong) == (EIGHT, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("03/04/2026 08:00", "may be day or month first; say --time-format dmy or --time-format mdy"),
        ("46350.333", "is no time that can be told; say --time-format"),
        ("soon", "is no time that can be told"),
        ("", "the column of times is empty"),
    ],
)
def test_a_guess_that_is_not_safe_is_refused_with_the_way_out(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        guess_format(pa.array([text]), "h.csv:2")


def test_one_stray_date_does_not_decide_between_day_and_month() -> None:
    with pytest.raises(BadInput, match="day or month first"):
        guess_format(pa.array(["03/04/2026 08:00"] * 500 + ["24/04/2026 08:00"]), "h.csv:2")


@pytest.mark.parametrize(
    "text", ["2026-13-01 00:00", "2026-02-29 00:00", "2026-11-24 24:00", "2026-11-24 08:60", "99999-01-01", "x"]
)  # fmt: skip
def test_what_is_no_date_of_the_calendar_is_wrong(text: str) -> None:
    _, wrong = parse_times(pa.array(["2026-11-24 08:00", text]), "iso", ZONE)
    assert wrong == {1: f"'{text}' is not a time, expected e.g. 2026-11-24T08:00 or 2026-11-24T00:00:00Z"}


def test_a_wall_clock_time_that_never_was_or_was_twice_is_refused() -> None:
    column = pa.array(["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-10-25 03:30:00"])
    ts, wrong = parse_times(column, "iso", "Europe/Berlin")
    assert "does not exist (the clocks went forward) in Europe/Berlin" in wrong[0]
    assert "happened twice (the clocks went back) in Europe/Berlin" in wrong[1]
    assert format_instant(int(ts[2]))[:19] == "2026-10-25T02:30:00"
    assert parse_times(column, "iso", "+01:00")[1] == {}


def test_a_stated_zone_goes_before_the_plants(tmp_path: Path) -> None:
    text = "ts,asset,role,value\n2026-11-24T08:00:00,CNC-01,state,3\n"
    kept, report = load_text(tmp_path, text, Reading(zone="UTC"))
    assert kept.rows()[0][1] == EIGHT + 8 * 3600 * 10**9
    assert "zone UTC" in ", ".join(report.understood)
    _, report = load_text(tmp_path, text)
    assert "zone Asia/Shanghai (the plant's)" in ", ".join(report.understood)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 4 * 10**18), min_size=1), st.sampled_from(["Asia/Shanghai", "America/St_Johns"])
)
def test_whole_columns_agree_with_reading_one_by_one(instants: list[int], zone: str) -> None:
    """The twin: the same instants written with their offset, in two ways, and read back."""
    from zoneinfo import ZoneInfo

    moments = [to_datetime(ns, ZoneInfo(zone)) for ns in instants]
    expected = [from_datetime(moment.replace(microsecond=0)) for moment in moments]
    iso = pa.array([moment.isoformat(sep=" ", timespec="seconds") for moment in moments])
    other = pa.array([f"{m.day}.{m.month}.{m.year} {m.hour}:{m.minute}:{m.second} {m:%z}" for m in moments])
    short = [row for row, moment in enumerate(moments) if len(f"{moment:%z}") == 5]
    assert parse_times(iso, "iso", "UTC")[0][short].tolist() == [expected[row] for row in short]
    assert parse_times(other, "dmy", "UTC")[0][short].tolist() == [expected[row] for row in short]
