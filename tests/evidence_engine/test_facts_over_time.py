"""Facts of the plant that change: which of them a window uses, and windows that a change crosses (D8)."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import assess
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.as_of import PlantInTime
from evidence_engine.vocabulary.instants import format_instant, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import (
    DAY,
    HOUR,
    MINUTE,
    T0,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

NOON = format_instant(T0 + 12 * HOUR)[:16]
BEFORE, AFTER = Window(at(8), at(12)), Window(at(12), at(16))
BOTH = Window(at(8), at(16))


def changed(plant: Plant | None = None, **asset: Any) -> Plant:
    """The small plant, in which facts of M1 change at noon."""
    return small_plant(assets={"M1": asset})


def dated(*values: Any) -> list[dict[str, Any]]:
    """Values from the beginning, from noon, and so on by the hour."""
    times = [format_instant(T0 + (12 + n) * HOUR)[:16] for n in range(len(values) - 1)]
    return [
        {"value": values[0]},
        *({"valid_from": t, "value": v} for t, v in zip(times, values[1:], strict=True)),
    ]


def cycles(*values: Mapping[str, float]) -> list[dict[str, Any]]:
    return [{**entry.pop("value"), **entry} for entry in dated(*values)]


def found(plant: Plant, window: Window, kpi: str = "equipment.oee", **rows: Any) -> Record:
    history = history_of(
        {
            "M1/state": keyframes("producing"),
            "M1/product": keyframes("A"),
            "M1/count_total": rising(at(0), at(24), 2 * MINUTE),
            "M1/count_good": rising(at(0), at(24), 2 * MINUTE),
            **rows,
        }
    )
    return next(r for r in assess(plant, history, [window]) if (r.kpi, r.subject.get("asset")) == (kpi, "M1"))


def codes(record: Record) -> set[str]:
    return {limitation.code for limitation in record.limitations}


def test_D8_a_window_uses_the_cycle_that_is_valid_in_it() -> None:
    plant = changed(ideal_cycle=cycles({"A": 60.0}, {"A": 30.0}))
    assert plant.assets["M1"].ideal_cycle == {"A": 30.0}, "what stands last is the asset's own"
    assert found(plant, BEFORE).result.value == 0.5
    assert found(plant, AFTER).result.value == 0.25
    assert "facts_changed" not in codes(found(plant, BEFORE)) | codes(found(plant, AFTER))


def test_D8_a_window_that_a_change_crosses_covers_both_and_takes_the_value_that_is_worse_for_the_claim() -> (
    None
):
    record = found(changed(ideal_cycle=cycles({"A": 60.0}, {"A": 30.0})), BOTH)
    result = record.result
    assert (result.low, result.value, result.high) == (0.25, 0.25, 0.5)
    assert "facts_changed" in codes(record)
    truth = (0.5 * 4 + 0.25 * 3.5) / 7.5
    assert result.low <= truth <= result.high


def test_D8_figures_that_a_change_leaves_alone_say_nothing_of_it() -> None:
    plant = changed(ideal_cycle=cycles({"A": 60.0}, {"A": 30.0}))
    record = found(plant, BOTH, "equipment.availability")
    assert record.result.value == 1.0
    assert "facts_changed" not in codes(record)


def test_D8_facts_that_never_changed_give_the_same_bytes_as_without_lists() -> None:
    plain = found(changed(), BOTH).to_json()
    assert found(changed(ideal_cycle=[{"A": 60.0}], rated_power=[{"value": 10.0}]), BOTH).to_json() == plain
    same = changed(ideal_cycle=cycles({"A": 60.0}, {"A": 60.0}), key=dated(False, True))
    assert found(same, BOTH).to_json() == plain


def test_D12_a_step_into_the_slower_time_may_hold_what_the_faster_time_allows() -> None:
    """Dark from 11:00 to 13:00, 120 pieces in between; all of them may have been made in the hour of the fast cycle."""
    counter = [*rising(at(0), at(11), 2 * MINUTE), *rising(at(13), at(24), 2 * MINUTE, 330 + 120)]
    up = ((T0 - HOUR, at(11) + 1), (at(13) - 1, T0 + DAY))
    rows = {f"M1/{role}": counter for role in ("count_total", "count_good")}
    history = history_of({"M1/state": keyframes("producing"), "M1/product": keyframes("A"), **rows}, up=up)
    for before, after in (({"A": 60.0}, {"A": 30.0}), ({"A": 30.0}, {"A": 60.0})):
        plant = changed(ideal_cycle=cycles(before, after))
        for window in (BEFORE, AFTER):
            record = next(
                r
                for r in assess(plant, history, [window])
                if (r.kpi, r.subject.get("asset")) == ("production.count_good_window", "M1")
            )
            seen = record.result.value or 0
            outside, inside = (before, after) if window is AFTER else (after, before)
            fits_outside = HOUR // 10**9 / outside["A"]
            fits_inside = HOUR // 10**9 / inside["A"]
            low, high = record.result.low or 0, record.result.high or 0
            least, most = seen + max(0, 120 - fits_outside), seen + min(120, fits_inside)
            assert low <= least + 1
            assert high >= most - 1


SECONDS = st.sampled_from([20.0, 30.0, 45.0, 60.0])
BOTH_CYCLES = st.fixed_dictionaries({"A": SECONDS, "B": SECONDS})


@settings(max_examples=10, deadline=None)
@given(BOTH_CYCLES, BOTH_CYCLES, st.lists(st.sampled_from("AB"), min_size=8, max_size=8), st.integers(1, 5))
def test_D8_what_each_piece_earned_by_the_cycle_of_its_own_time_lies_in_the_bounds(
    before: Mapping[str, float], after: Mapping[str, float], made: list[str], minutes: int
) -> None:
    plant = changed(ideal_cycle=cycles(before, after))
    counter = rising(at(0), at(24), minutes * MINUTE)
    product = [(at(8 + hour), name) for hour, name in enumerate(made)]
    rows = {"M1/count_total": counter, "M1/count_good": counter, "M1/product": product}
    inside = [t for t, _ in counter if at(8) < t <= at(12) or at(12.5) < t <= at(16)]
    earned = sum((before if t <= at(12) else after)[made[(t - 1 - at(8)) // HOUR]] for t in inside)
    result = found(plant, BOTH, **rows).result
    assert result.low is not None
    assert result.high is not None
    assert result.low <= earned / (7.5 * 3600) <= result.high


def test_D8_rated_power_bounds_unknown_energy_by_the_rating_of_the_window() -> None:
    plant = changed(rated_power=dated(10.0, 20.0))
    highs = [found(plant, window, "energy.electricity").result.high for window in (BEFORE, AFTER, BOTH)]
    assert highs == [40.0, 80.0, 160.0]


def test_D8_two_facts_that_change_in_one_window_are_taken_in_every_combination() -> None:
    plant = changed(ideal_cycle=cycles({"A": 60.0}, {"A": 30.0}), rated_power=dated(10.0, 20.0))
    plants = PlantInTime(plant).of(BOTH.start, BOTH.end)
    assert sorted((p.assets["M1"].ideal_cycle["A"], p.assets["M1"].rated_power) for p in plants) == [
        (30.0, 10.0),
        (30.0, 20.0),
        (60.0, 10.0),
        (60.0, 20.0),
    ]


def test_D8_products_take_least_and_most_each_for_itself() -> None:
    plant = changed(ideal_cycle=cycles({"A": 60.0, "B": 30.0}, {"A": 50.0, "B": 40.0, "*": 9.0}))
    least, most = (p.assets["M1"] for p in PlantInTime(plant).of(BOTH.start, BOTH.end))
    assert (least.ideal_cycle, most.ideal_cycle) == ({"A": 50.0, "B": 30.0}, {"A": 60.0, "B": 40.0})
    assert least.pace.fastest == most.pace.fastest == 9.0
    assert (most.pace.smallest, most.pace.largest) == (9.0, 60.0)


def test_D8_a_cycle_that_was_not_stated_at_some_time_limits_nothing() -> None:
    plant = changed(ideal_cycle=cycles({}, {"A": 60.0}))
    (before,) = PlantInTime(plant).of(BEFORE.start, BEFORE.end)
    assert (before.assets["M1"].ideal_cycle, before.assets["M1"].pace.fastest) == ({}, None)
    assert "no_ideal_cycle" in codes(found(plant, BEFORE))
    assert found(plant, BOTH).result.high is None


def test_D8_what_was_key_at_any_time_of_a_window_is_key_in_it() -> None:
    plants = PlantInTime(changed(key=dated(True, False)))
    keys = [plants.of(w.start, w.end)[0].assets["M1"].key for w in (BEFORE, BOTH, AFTER)]
    assert keys == [True, True, False]


def test_D8_a_calendar_that_changes_is_exact_even_in_the_window_that_it_crosses() -> None:
    early = {"shifts": [{"name": "early", "start": "06:00", "end": "14:00"}]}
    late = {"shifts": [{"name": "late", "start": "14:00", "end": "22:00"}]}
    plant = small_plant(
        calendars={"one": early, "two": late},
        assets={"M1": {"calendar": [{"value": "one"}, {"valid_from": _date(1), "value": "two"}]}},
    )
    record = found(plant, Window(T0, T0 + 2 * DAY), "production.throughput")
    assert record.result.value == 30.0
    assert record.coverage == 16.5 / 16 - 8.5 / 16, "the second day's shift lies after the history's proofs"
    assert "facts_changed" not in codes(record)


def _date(days: int) -> str:
    return format_instant(T0 + days * DAY)[:10]


def test_D9_planned_maintenance_is_no_calendar_time_and_the_record_says_how_much() -> None:
    times = {"from": format_instant(at(14))[:16], "to": format_instant(at(17))[:16]}
    record = found(changed(maintenance=[times]), BOTH, "production.throughput")
    assert "planned_maintenance" in codes(record)
    assert record.to_json()["parts"]["planned_maintenance"] == {
        "value": 2.0,
        "low": 2.0,
        "high": 2.0,
        "unit": "h",
    }
    pieces = found(changed(maintenance=[times]), BOTH, "production.count_total").result.value
    assert pieces == 5.5 * 30
    energy = found(changed(maintenance=[times]), BOTH, "energy.electricity")
    assert "planned_maintenance" not in codes(energy)


def test_D9_a_year_without_announced_holidays_is_named_in_the_record() -> None:
    pytest.importorskip("chinese_calendar")
    shift = {"name": "day", "start": "08:00", "end": "16:00"}
    plant = small_plant(calendars={"one": {"shifts": [shift], "holidays": ["china"]}})
    known = found(plant, BOTH)
    later = Window(parse_instant("2099-01-01", plant.zone), parse_instant("2099-01-02", plant.zone))
    assert "holidays_unknown" not in codes(known)
    assert "holidays_unknown" in codes(found(plant, later))


YAML = """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
products: {P1: {name: {zh: a, en: a}}}
assets:
  M1:
    kind: cnc
    name: {zh: a, en: a}
"""


def read(lines: str) -> Plant:
    return read_yaml(YAML + "".join(f"    {line}\n" for line in lines.splitlines()), "plant.yaml", Plant)


def test_a_plant_file_states_former_facts_as_lists() -> None:
    asset = read(
        "rated_power: [{value: 22}, {valid_from: '2026-06-01', value: 25}]\n"
        "ideal_cycle:\n  - {P1: 90}\n  - {valid_from: '2026-06-01', P1: 80}"
    ).assets["M1"]
    assert (asset.rated_power, asset.ideal_cycle) == (25, {"P1": 80})
    again = Plant.model_validate(
        read("rated_power: [{value: 22}, {valid_from: '2026-06-01', value: 25}]").model_dump(by_alias=True)
    )
    assert again.assets["M1"].earlier.rated_power[0].value == 22


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("rated_power: []", "plant.yaml:5: assets.M1: rated_power: the list is empty"),
        ("rated_power: [{value: 1, valid_from: '2026-06-01'}]", "rated_power: entry 1 is the first and has no valid_from"),
        ("rated_power: [{value: 1}, {value: 2}]", "rated_power: entry 2 needs a valid_from"),
        ("rated_power: [1, 2]", "rated_power: entry 1: expected {valid_from: …, value: …}, got 1"),
        ("rated_power: [{value: 1}, {valid_from: '2026-06-01', watts: 2}]", "entry 2: expected the key value, got watts"),
        ("rated_power: [{value: 1}, {valid_from: 'June', value: 2}]", "assets.M1.rated_power.valid_from: 'June' is not a time"),
        (
            "rated_power: [{value: 1}, {valid_from: '2026-06-01', value: 2}, {valid_from: '2026-05-01', value: 2}]",
            "assets.M1.rated_power: each valid_from must come after the one before it",
        ),
        ("rated_power: [{value: -1}, {valid_from: '2026-06-01', value: 2}]", "plant.yaml:5: assets.M1.earlier.rated_power.0.value"),
        ("ideal_cycle: [{P2: 1}, {valid_from: '2026-06-01', P1: 2}]", "assets.M1.ideal_cycle: unknown product 'P2', did you mean 'P1'?"),
        ("calendar: [{value: a}, {valid_from: '2026-06-01', value: null}]", "assets.M1.calendar: unknown calendar 'a'"),
    ],
)  # fmt: skip
def test_a_list_of_facts_that_is_wrong_is_told_with_its_place(lines: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(lines)
    assert message in str(refused.value)


def test_D21_pieces_that_earn_more_than_their_time_in_either_part_fit_under_the_high() -> None:
    """Dark from 10:00 to 14:00. In each part the slow product is made at the pace of the fast one, as D12 allows: pieces of
    60 s each 30 s, whatever the most of each cycle over both parts may say."""
    plant = changed(ideal_cycle=cycles({"A": 60.0, "B": 30.0}, {"A": 30.0, "B": 60.0}))
    up = ((T0 - HOUR, at(10) + 1), (at(14) - 1, T0 + DAY))
    before, after = 2 * 3600 // 30, 90 * 60 // 30
    counter = [(at(0), 0.0), (at(10), 0.0), (at(14), float(before + after))]
    history = history_of(
        {
            "M1/state": [(at(0), "producing"), (at(14), "producing")],
            "M1/product": [(at(0), "A"), (at(14), "B")],
            "M1/count_total": counter,
            "M1/count_good": counter,
        },
        up=up,
    )
    record = next(
        r
        for r in assess(plant, history, [BOTH])
        if (r.kpi, r.subject.get("asset")) == ("equipment.oee", "M1")
    )
    truth = 60 * (before + after) / (7.5 * 3600)
    assert record.result.high is not None
    assert record.result.low is not None
    assert record.result.low <= truth <= record.result.high
