"""同比 and 环比: which period compares with which, the bounds of a change, and the Spring Festival that moves."""

from datetime import date, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import get_holiday_detail

from evidence_engine.kpis.energies.change import (
    SPRING_FESTIVAL,
    Against,
    change,
    compare,
    earlier,
    festival_days,
)
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import format_instant, local_midnight

SHANGHAI = ZoneInfo("Asia/Shanghai")


def span(first: str, last: str) -> tuple[int, int]:
    """From one local date to another."""
    start, end = (local_midnight(date.fromisoformat(day), SHANGHAI) for day in (first, last))
    return start, end


@pytest.mark.parametrize(
    ("kind", "period", "before", "year"),
    [
        ("day", ("2026-03-01", "2026-03-02"), ("2026-02-28", "2026-03-01"), ("2025-03-01", "2025-03-02")),
        ("day", ("2024-02-29", "2024-03-01"), ("2024-02-28", "2024-02-29"), None),
        ("week", ("2026-11-16", "2026-11-23"), ("2026-11-09", "2026-11-16"), ("2025-11-17", "2025-11-24")),
        ("week", ("2026-12-28", "2027-01-04"), ("2026-12-21", "2026-12-28"), None),
        ("month", ("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01"), ("2025-03-01", "2025-04-01")),
        ("month", ("2026-01-01", "2026-02-01"), ("2025-12-01", "2026-01-01"), ("2025-01-01", "2025-02-01")),
        ("quarter", ("2026-01-01", "2026-04-01"), ("2025-10-01", "2026-01-01"), ("2025-01-01", "2025-04-01")),
        ("year", ("2026-01-01", "2027-01-01"), ("2025-01-01", "2026-01-01"), ("2025-01-01", "2026-01-01")),
        ("shift", ("2026-01-01", "2026-01-02"), None, None),
    ],
)
def test_which_period_compares_with_which(
    kind: str, period: tuple[str, str], before: tuple[str, str] | None, year: tuple[str, str] | None
) -> None:
    sides: list[tuple[Against, tuple[str, str] | None]] = [("before", before), ("year", year)]
    for against, expected in sides:
        found = earlier(span(*period), kind, against, SHANGHAI)
        assert found == (None if expected is None else span(*expected))


def test_a_change_holds_every_pair_of_what_both_may_be() -> None:
    found = change(Figure(11.0, 10.0, 12.0, "kWh"), Figure(10.0, 8.0, 11.0, "kWh"))
    assert found is not None
    assert found.value == pytest.approx(0.1)
    pairs = [now / before - 1 for now, before in product((10.0, 11.0, 12.0), (8.0, 9.5, 11.0))]
    assert found.low is not None
    assert found.high is not None
    assert found.low <= min(pairs) + 1e-15
    assert found.high >= max(pairs) - 1e-15
    assert (found.low, found.high) == (pytest.approx(10 / 11 - 1), 0.5)


def test_a_change_of_a_third_is_rounded_outward() -> None:
    found = change(Figure(1.0, 1.0, 1.0), Figure(3.0, 3.0, 3.0))
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.high


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (Figure(1.0, 1.0, None), Figure(2.0, 1.0, 4.0), (-0.5, -0.75, None)),
        (Figure(1.0, 1.0, 2.0), Figure(2.0, 1.0, None), (-0.5, -1.0, 1.0)),
        (Figure(1.0, 1.0, 2.0), Figure(0.0, 0.0, 4.0), (None, -0.75, None)),
        (Figure(None, 0.0, 2.0), Figure(None, 1.0, 4.0), (None, -1.0, 1.0)),
    ],
)
def test_what_is_open_or_may_be_nothing_leaves_the_change_open(
    now: Figure, before: Figure, expected: tuple[float | None, ...]
) -> None:
    found = change(now, before)
    assert found is not None
    assert (found.value, found.low, found.high) == expected


def test_what_may_be_below_nothing_has_no_relative_change() -> None:
    assert change(Figure(1.0, -1.0, 2.0), Figure(2.0, 1.0, 4.0)) is None
    assert change(Figure(1.0, None, 2.0), Figure(2.0, 1.0, 4.0)) is None


@pytest.mark.parametrize("year", range(2015, 2027))
def test_the_festival_lies_in_the_holidays_of_its_year(year: int) -> None:
    day = SPRING_FESTIVAL[year]
    assert get_holiday_detail(day)[1] == "Spring Festival"
    assert get_holiday_detail(day - timedelta(days=10))[1] != "Spring Festival"


def test_festival_days_of_two_januaries() -> None:
    assert festival_days(span("2025-01-01", "2025-02-01"), SHANGHAI) == 4  # 28 to 31 January
    assert festival_days(span("2026-01-01", "2026-02-01"), SHANGHAI) == 0


def record(first: str, last: str, kind: str, value: float, **changes: Any) -> dict[str, Any]:
    start, end = span(first, last)
    return {
        "kpi": "energy.electricity",
        "method": "floortruth.electricity@1",
        "subject": {"site": "S"},
        "window": {"from": format_instant(start), "to": format_instant(end), "kind": kind},
        "result": {"value": value, "low": value - 1, "high": value + 1, "unit": "kWh"},
        "id": f"{first} {kind}",
        **changes,
    }


def test_a_month_is_compared_with_two_others_and_says_what_is_missing() -> None:
    now = record("2026-02-01", "2026-03-01", "month", 110)
    others = [
        record("2026-01-01", "2026-02-01", "month", 100),
        record("2025-02-01", "2025-03-01", "month", 90, subject={"site": "S", "asset": "E1"}),
        record("2025-02-01", "2025-02-08", "week", 20),
    ]
    before, year = compare(now, others, SHANGHAI)
    assert (before.against, before.before, before.festival) == ("before", "2026-01-01 month", True)
    assert before.figure is not None
    assert before.figure.value == pytest.approx(0.1)
    assert (year.against, year.before, year.figure) == ("year", None, None)


def test_another_method_is_not_compared() -> None:
    now = record("2026-03-01", "2026-04-01", "month", 110)
    old = record("2026-02-01", "2026-03-01", "month", 100, method="floortruth.electricity@2")
    assert compare(now, [old], SHANGHAI)[0].figure is None


def test_a_year_has_one_comparison_and_a_shift_none() -> None:
    assert len(compare(record("2026-01-01", "2027-01-01", "year", 5), [], SHANGHAI)) == 1
    assert compare(record("2026-01-01", "2026-01-02", "shift", 5), [], SHANGHAI) == []
