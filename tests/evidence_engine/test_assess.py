"""From samples to record documents on a small plant, end to end (D7, D15–D17, D27)."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from evidence_engine.assess import Assessor, assess
from evidence_engine.evidence.canonical import canonical
from evidence_engine.evidence.files import BadRecord, read_records, record_path, write_records
from evidence_engine.evidence.record import Record
from evidence_engine.kpis import KPIS
from evidence_engine.kpis.limitations import EVERY
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.window import Window, standard_windows
from tests.evidence_engine.small_plant import (
    HOUR,
    MINUTE,
    NS,
    SHIFT,
    T0,
    WHOLE,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)


def day() -> History:
    """M1 works from 08:00 to 15:00, stands still for set-up from 10:00 to 11:00, and is down from 15:00 to 15:30."""
    states = [
        (T0, "off"),
        (at(8), "producing"),
        (at(10), "setup"),
        (at(11), "producing"),
        (at(15), "down"),
        (at(15.5), "planned_stop"),
        (at(16), "off"),
    ]
    good = [*rising(at(8), at(10), 2 * MINUTE), *rising(at(11) + 2 * MINUTE, at(15), 2 * MINUTE, 61)]
    reject = [(at(8), 0.0), (at(9) + NS, 1.0), (at(13) + NS, 2.0)]
    return history_of(
        {
            "M1/state": states,
            "M1/product": keyframes("A"),
            "M1/count_good": good,
            "M1/count_reject": reject,
            "M1/power_active": [(T0, 0.0), (at(8), 6.0), (at(16), 0.0)],
        }
    )


def by_kpi(history: History, window: Window = SHIFT, asset: str | None = "M1") -> dict[str, Record]:
    records = list(Assessor(small_plant(), history).records(window))
    return {r.kpi: r for r in records if r.subject.get("asset") == asset and "step" not in r.subject}


def test_a_shift_by_hand() -> None:
    found = by_kpi(day())
    assert all(r.result.low == r.result.high or r.kpi == "equipment.mtbf" for r in found.values())
    calendar, planned, producing = 7.5, 0.5, 5.5  # hours; the break lies in producing time
    assert found["equipment.availability"].result.value == producing / (calendar - planned)
    assert found["equipment.mttr"].result.value == 0.5
    assert found["equipment.mtbf"].result.value == producing + 1
    good = 60 + 120 - 15  # less the break's
    assert found["production.count_good"].result.value == good
    assert found["quality.quality_ratio"].result.value == good / (good + 2)
    assert found["equipment.oee"].result.value == good * 60 / ((calendar - planned) * 3600)
    assert found["equipment.effectiveness"].result.value == (good + 2) * 60 / (producing * 3600)
    assert found["energy.electricity"].result.value == 48.0
    assert all(r.coverage == 1.0 for r in found.values() if r.kpi.startswith("equipment"))


def test_D21_availability_times_effectiveness_times_quality_is_oee() -> None:
    oee = by_kpi(day())["equipment.oee"]
    product = 1.0
    for name in ("availability", "effectiveness", "quality"):
        part = oee.parts[name]
        assert not isinstance(part, (float, int, str, type(None)))
        assert part.value is not None
        assert part.low is not None
        assert part.low <= part.value
        product *= part.value
    assert product == pytest.approx(oee.result.value, rel=1e-15)


def test_D15_low_value_high_in_every_record() -> None:
    cut = history_of(
        {
            "M1/state": [(T0, "producing"), (at(10) + 1, "down"), (at(13), "producing")],
            "M1/count_good": [(T0, 0.0), *rising(at(10) + 1, at(16), 3 * MINUTE, 40)],
            "M1/count_total": [(T0, 0.0), *rising(at(10) + 1, at(16), 3 * MINUTE, 41)],
        },
        [(T0 - HOUR, at(9)), (at(10), at(14)), (at(14.5), T0 + 25 * HOUR)],
        resolution=20.0,
        time_error=3.0,
    )
    plant = small_plant()
    for record in assess(plant, cut, standard_windows(plant, T0, T0 + 24 * HOUR)):
        bounds = [b for b in (record.result.low, record.result.value, record.result.high) if b is not None]
        assert all(a <= b for a, b in pairwise(bounds)), record
        assert 0 <= record.coverage <= 1
        raw = "known_time" in record.parts
        assert raw == ("value_moved_to_bound" in {one.code for one in record.limitations})


def test_D16_no_data_at_all_answers_that_nothing_is_known() -> None:
    found = by_kpi(History({}))
    for kpi in ("equipment.availability", "equipment.oee", "quality.quality_ratio", "quality.reject_ratio"):
        result = found[kpi].result
        assert (result.value, result.low, result.high) == (None, 0.0, 1.0)
        assert "nothing_known" in {one.code for one in found[kpi].limitations}
    for record in found.values():
        assert record.result.value is None or record.kpi == "data.completeness"
        assert record.inputs == ()
    site = by_kpi(History({}), asset=None)
    assert site["network.networking_rate"].result.high == 1.0
    assert site["equipment.oee"].result.high == 1.0


def test_D16_a_window_far_from_all_data_does_too() -> None:
    far = Window(T0 + 400 * 24 * HOUR + 8 * HOUR, T0 + 400 * 24 * HOUR + 16 * HOUR, "custom", "far")
    assessor = Assessor(small_plant(), day())
    found = {r.kpi: r for r in assessor.records(far) if r.subject.get("asset") == "M1"}
    assert (found["equipment.oee"].result.low, found["equipment.oee"].result.high) == (0.0, 1.0)
    again = {r.kpi: r for r in assessor.records(SHIFT) if r.subject.get("asset") == "M1"}
    assert again["equipment.oee"].to_json() == by_kpi(day())["equipment.oee"].to_json()


def test_no_calendar_is_told() -> None:
    plant = small_plant(calendars={}, default_calendar=None)
    found = {r.kpi: r for r in Assessor(plant, day()).records(SHIFT) if r.subject.get("asset") == "M1"}
    assert found["equipment.oee"].result.high is None
    assert "no_calendar" in {one.code for one in found["equipment.oee"].limitations}
    assert found["production.count_good_window"].result.value == 180


def test_a_meter_has_no_oee_and_a_production_asset_has() -> None:
    records = list(Assessor(small_plant(), day()).records(SHIFT))
    kpis = {asset: {r.kpi for r in records if r.subject.get("asset") == asset} for asset in ("E1", "M2")}
    assert kpis["E1"] == {"energy.electricity", "collection.required_roles"}
    assert {"equipment.oee", "data.completeness", "production.count_good"} <= kpis["M2"]
    assert {r.kpi for r in records} <= set(KPIS)


def test_D7_provisional_until_every_input_has_something_after_the_end() -> None:
    assert not by_kpi(day())["equipment.availability"].provisional  # the state at 16:00 is the window's end
    assert by_kpi(day())["production.count_good"].provisional


def test_inputs_name_the_series_and_its_link() -> None:
    record = by_kpi(day())["equipment.availability"]
    assert [one.series for one in record.inputs] == ["@c/link", "M1/state"]
    oee = by_kpi(day())["equipment.oee"]
    assert {"M1/count_good", "M1/count_reject", "M1/state"} <= {one.series for one in oee.inputs}


def test_the_same_input_gives_the_same_bytes_in_any_order_of_windows() -> None:
    plant, history = small_plant(), day()
    windows = standard_windows(plant, T0, T0 + 24 * HOUR)
    forward = {record_path(r): canonical(r.to_json()) for r in assess(plant, history, windows)}
    assessor = Assessor(plant, history)
    backward = {
        record_path(r): canonical(r.to_json()) for w in reversed(windows) for r in assessor.records(w)
    }
    assert forward == backward
    assert len(forward) == sum(len(list(assessor.records(w))) for w in windows)  # no two share a path


def test_D18_a_window_longer_by_an_hour_of_nothing_changes_no_count() -> None:
    short = by_kpi(day(), SHIFT)["production.count_good"]
    longer = by_kpi(day(), WHOLE)["production.count_good"]
    assert short.result == longer.result


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    records = list(Assessor(small_plant(), day()).records(SHIFT))
    assert write_records(tmp_path / "out", records) == len(records)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "day.M1.equipment.oee.json" in names
    assert not any(":" in name or "/" in name for name in names)
    documents = list(read_records(tmp_path / "out"))
    assert {d["id"] for d in documents} == {r.to_json()["id"] for r in records}


def test_names_that_no_file_system_takes_stay_apart(tmp_path: Path) -> None:
    plant = small_plant(assets={"a/b": {"kind": "cnc"}, "a:b": {"kind": "cnc"}, "NUL": {"kind": "cnc"}})
    records = list(Assessor(plant, day()).records(SHIFT))
    assert write_records(tmp_path, records) == len(records) == len(list(tmp_path.iterdir()))
    assert not any(set(path.name) & set('<>:"/\\|?*') for path in tmp_path.iterdir())
    assert not any(path.name.split(".")[1].upper() == "NUL" for path in tmp_path.iterdir())


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(BadRecord, match=r"a\.json: not readable as JSON"):
        list(read_records(tmp_path))
    (tmp_path / "a.json").write_text(json.dumps({"schema": "other"}))
    with pytest.raises(BadRecord, match=r"a\.json: schema is 'other'"):
        list(read_records(tmp_path))


def test_every_limitation_speaks_both_languages() -> None:
    assert all(zh and en for zh, en in EVERY.values())
    assert all(k.name_zh and k.name_en and k.formula for k in KPIS.values())


@pytest.mark.parametrize("page", ["definitions.md", "definitions.zh-CN.md"])
def test_the_page_of_definitions_names_every_figure(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    assert [kpi for kpi in KPIS if f"`{kpi}" not in text] == []
