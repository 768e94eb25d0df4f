"""Tariffs: which half hour is which band, by month, kind of day and date of the notice; and what a file may not say."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.instants import HOUR, parse_instant
from evidence_engine.vocabulary.tariff import Tariff, exact

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXAMPLE = Path(__file__).parents[2] / "configs" / "tariff.example.yaml"


def example() -> Tariff:
    return read_yaml(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name, Tariff)


def day(tariff: Tariff, text: str) -> list[tuple[str, str, str]]:
    """(from, to, band) of a local date."""
    start = parse_instant(text, SHANGHAI)
    end = start + 24 * HOUR
    found = []
    for time in tariff.times(SHANGHAI, start, end):
        clock = [
            f"{(at - start) // HOUR:02}:{(at - start) % HOUR * 60 // HOUR:02}"
            for at in (time.start, time.end)
        ]
        found.append((clock[0], clock[1], time.band))
    return found


def test_a_day_of_july_in_jiangsu() -> None:
    assert day(example(), "2026-07-08") == [
        ("00:00", "06:00", "valley"),
        ("06:00", "11:00", "flat"),
        ("11:00", "13:00", "valley"),
        ("13:00", "14:00", "flat"),
        ("14:00", "15:00", "sharp"),
        ("15:00", "19:30", "peak"),
        ("19:30", "21:30", "sharp"),
        ("21:30", "22:00", "peak"),
        ("22:00", "24:00", "flat"),
    ]


def test_a_holiday_of_october_has_a_deep_valley_at_noon() -> None:
    workday, holiday = day(example(), "2026-10-13"), day(example(), "2026-10-03")
    assert ("10:00", "14:00", "valley") in workday
    assert ("10:00", "14:00", "deep_valley") in holiday
    assert [row for row in workday if row[2] != "valley"] == [
        row for row in holiday if row[2] not in ("valley", "deep_valley")
    ]


def test_before_the_notice_nothing_is_known() -> None:
    start = parse_instant("2025-05-31", SHANGHAI)
    times = list(example().times(SHANGHAI, start, start + 30 * HOUR))
    assert times[0].start == parse_instant("2025-06-01", SHANGHAI)
    assert times[-1].end == start + 30 * HOUR


def test_prices_are_what_the_file_writes() -> None:
    start = parse_instant("2026-07-08T14:00", SHANGHAI)
    (time,) = example().times(SHANGHAI, start, start + HOUR // 2)
    assert time.price == exact(1.2)
    assert exact(0.1) * 3 == exact(0.3)


def tariff(**version: Any) -> dict[str, Any]:
    first = {"valid_from": "2025-01-01", "source": "s", **version}
    return {"schema": "floortruth/tariff/1", "versions": [first]}


def test_a_later_version_takes_over_on_its_date() -> None:
    tree = tariff(hours=[{"band": "peak", "hours": ["00:00-24:00"]}])
    tree["versions"].append({"valid_from": "2026-01-01", "source": "t"})
    found = Tariff.model_validate(tree)
    assert day(found, "2025-12-31") == [("00:00", "24:00", "peak")]
    assert day(found, "2026-01-01") == [("00:00", "24:00", "flat")]
    assert found.version_of(date(2024, 12, 31)) is None


def test_weekends_and_workdays_and_a_zone_with_daylight_saving() -> None:
    tree = tariff(hours=[{"band": "valley", "days": "weekend", "hours": ["02:00-06:00"]}])
    found = Tariff.model_validate(tree)
    berlin = ZoneInfo("Europe/Berlin")
    start, end = (parse_instant(text, berlin) for text in ("2026-03-29", "2026-03-30"))
    times = list(found.times(berlin, start, end))
    assert sum(time.end - time.start for time in times) == 23 * HOUR
    assert [(time.end - time.start) // HOUR for time in times if time.band == "valley"] == [3]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{band: peek, hours: ["08:00-10:00"]}', "peek"),
        ('{band: peak, hours: ["08:10-10:00"]}', "half hours of one day"),
        ('{band: peak, hours: ["22:00-02:00"]}', "half hours of one day"),
        ('{band: peak, months: [13], hours: ["08:00-10:00"]}', "12"),
        ('{band: peak, hour: ["08:00-10:00"]}', "did you mean 'hours'?"),
    ],
)
def test_wrong_hours_are_named_with_their_line(line: str, said: str) -> None:
    text = (
        "schema: floortruth/tariff/1\nversions:\n"
        f'  - valid_from: "2025-01-01"\n    source: s\n    hours:\n      - {line}\n'
    )
    with pytest.raises(BadInput, match=r"^t\.yaml:6: ") as error:
        read_yaml(text, "t.yaml", Tariff)
    assert said in str(error.value)


def test_a_band_without_a_price_and_a_date_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="no price for flat"):
        Tariff.model_validate(
            tariff(hours=[{"band": "peak", "hours": ["08:00-10:00"]}], prices={"peak": 1.0})
        )
    tree = tariff()
    tree["versions"] *= 2
    with pytest.raises(ValueError, match="two begin on 2025-01-01"):
        Tariff.model_validate(tree)
    with pytest.raises(ValueError, match="only the table of the standard"):
        Tariff.model_validate({**tariff(), "power_factor_standard": 0.85})
