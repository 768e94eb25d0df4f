"""Instants: text and back, plant zone for what is naive (D1)."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.vocabulary.instants import format_instant, parse_instant, to_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_what_is_written_reads_back_to_the_nanosecond(ns: int) -> None:
    assert parse_instant(format_instant(ns), SHANGHAI) == ns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T08:00", "2026-11-24T00:00:00.000000000Z"),
        ("2026-11-24", "2026-11-23T16:00:00.000000000Z"),
        ("2026-11-24T08:00:00.5+01:00", "2026-11-24T07:00:00.500000000Z"),
        ("2026-11-24 08:00:00,000000001Z", "2026-11-24T08:00:00.000000001Z"),
    ],
)
def test_naive_means_the_plants_zone(text: str, expected: str) -> None:
    assert format_instant(parse_instant(text, SHANGHAI)) == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "2026-11-24T25:00", "24.11.2026"])
def test_what_is_no_instant_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text, SHANGHAI)


def test_before_the_epoch() -> None:
    assert format_instant(-1) == "1969-12-31T23:59:59.999999999Z"
    assert to_datetime(0, SHANGHAI).hour == 8
