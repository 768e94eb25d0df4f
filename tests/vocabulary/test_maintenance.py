"""Planned maintenance: dated and recurring stretches, and taking them out of calendar time (D9)."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evidence_engine.vocabulary.instants import DAY, HOUR, local_midnight
from evidence_engine.vocabulary.maintenance import Maintenance, maintained, without

SHANGHAI = ZoneInfo("Asia/Shanghai")


def plan(**fields: Any) -> Maintenance:
    return Maintenance.model_validate({key.rstrip("_"): value for key, value in fields.items()})


def days_of(found: Maintenance, months: int = 2) -> list[str]:
    begin = local_midnight(date(2026, 1, 1), SHANGHAI)
    return [
        f"{date(1970, 1, 1) + timedelta(days=(a + 8 * HOUR) // DAY)}"
        for a, _ in found.spans(SHANGHAI, begin, begin + months * 29 * DAY).tolist()
    ]


def test_maintenance_comes_on_weekdays_every_second_week_or_on_the_nth() -> None:
    morning = {"start": "06:00", "end": "10:00"}
    assert days_of(plan(days=["sun"], **morning), 1)[:2] == ["2026-01-04", "2026-01-11"]
    assert days_of(plan(days=["sat"], weeks=2, since="2026-01-10", **morning))[:2] == [
        "2026-01-10",
        "2026-01-24",
    ]
    assert days_of(plan(days=["mon"], nth=[1], **morning)) == ["2026-01-05", "2026-02-02"]
    assert days_of(plan(days=["mon"], until="2026-01-12", **morning)) == ["2026-01-05", "2026-01-12"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "expected from and to, or days, start and end"),
        ({"from_": "2026-01-01"}, "expected from and to, or days, start and end"),
        ({"from_": "2026-01-02", "to": "2026-01-01"}, "to '2026-01-01' is not after from '2026-01-02'"),
        ({"from_": "soon", "to": "2026-01-01"}, "'soon' is not a time"),
        ({"days": ["sun"], "start": "06:00", "end": "10:00", "to": "2026-01-01"}, "got both to and days"),
        ({"days": ["sun"], "start": "06:00", "end": "10:00", "weeks": 2}, "counted from which one"),
    ],
)
def test_maintenance_that_says_too_little_or_too_much_is_told(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        plan(**fields)


HOURS = st.tuples(st.integers(0, 40), st.integers(1, 6)).map(lambda at: (at[0], at[0] + at[1]))


@settings(deadline=None, max_examples=50)
@given(st.lists(HOURS, max_size=5), st.lists(HOURS, max_size=5))
def test_what_is_taken_out_is_taken_out_hour_by_hour(
    kept: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> None:
    def union(rows: list[tuple[int, int]]) -> Any:
        dated = [Maintenance.model_validate({"from": _utc(a), "to": _utc(b)}) for a, b in rows]
        return maintained(dated, ZoneInfo("UTC"), 0, 100 * HOUR)

    hours = {h for a, b in kept for h in range(a, b)} - {h for a, b in taken for h in range(a, b)}
    found = without(union(kept), union(taken))
    assert [h for a, b in (found // HOUR).tolist() for h in range(a, b)] == sorted(hours)


def _utc(hour: int) -> str:
    return f"1970-01-{1 + hour // 24:02}T{hour % 24:02}:00"
