"""What changed in the plant between two scores stands on the second, with before and after."""

import json
from typing import Any

import pytest

from evidence_engine.maturity import summary
from evidence_engine.rules import facts_changed, facts_of, load_rules, score_plant
from tests.evidence_engine.rules.rule_cases import MODEL, PLANT, covered, plant

RULES = load_rules(MODEL)
STATED = """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
default_calendar: two
calendars:
  two: {shifts: [{name: early, start: "06:00", end: "14:00"}, {name: late, start: "14:00", end: "22:00"}]}
products: {A: {name: {zh: 甲, en: A}}}
assets:
  K.1: {kind: cnc, name: {zh: 一, en: one}, key: true, rated_power: 50, ideal_cycle: {A: 30}}
  K2: {kind: cnc, name: {zh: 二, en: two}}
  EM: {kind: electricity_meter, name: {zh: 电, en: power}, rated_power: 500}
"""


def changed(*replaced: tuple[str, str]) -> list[dict[str, Any]]:
    text = STATED
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return facts_changed({"facts": facts_of(plant(STATED))}, {"facts": facts_of(plant(text))})


def test_nothing_changed_says_nothing() -> None:
    assert changed() == []


def test_names_are_no_facts() -> None:
    assert (
        changed(("zh: 一, en: one", "zh: 壹, en: first"), ("zh: 厂, en: plant", "zh: 工厂, en: works")) == []
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "before", "after", "en"),
    [
        ("{A: 30}", "{A: 36}", "assets.K.1.ideal_cycle.A", 30.0, 36.0, "K.1: ideal cycle A, 30 → 36"),
        (
            "rated_power: 50,",
            "rated_power: 49,",
            "assets.K.1.rated_power",
            50.0,
            49.0,
            "K.1: rated power, 50 → 49",
        ),
        (" key: true,", "", "assets.K.1.key", True, None, "K.1: key, true → —"),
        (
            'end: "22:00"',
            'end: "20:00"',
            "calendars.two.shifts.1.end",
            "22:00",
            "20:00",
            "two: shifts 1 end, 22:00 → 20:00",
        ),
        ("default_calendar: two\n", "", "default_calendar", "two", None, "default calendar: two → —"),
    ],
)
def test_a_fact_that_changed_with_before_and_after(
    old: str, new: str, place: str, before: object, after: object, en: str
) -> None:
    (row,) = changed((old, new))
    assert (row["place"], row["before"], row["after"], row["en"]) == (place, before, after, en)
    assert row["zh"] != row["en"]


def test_a_register_that_shrank_comes_first() -> None:
    found = changed(("{A: 30}", "{A: 36}"), ("  K2: {kind: cnc, name: {zh: 二, en: two}}\n", ""))
    assert [row["place"] for row in found] == ["assets", "assets.K2", "assets.K.1.ideal_cycle.A"]
    assert (found[0]["before"], found[0]["after"]) == (3, 2)
    assert found[0]["zh"] == "登记表：3 → 2 项"
    assert found[1]["en"] == "the register: K2 left"
    assert found[1]["before"] == {"kind": "cnc"}


def test_a_register_that_grew_is_told_too() -> None:
    found = changed(("  K2:", "  K3: {kind: press, name: {zh: 三, en: three}, key: true}\n  K2:"))
    assert [row["place"] for row in found] == ["assets", "assets.K3"]
    assert found[1]["after"] == {"kind": "press", "key": True}


def test_one_machine_exchanged_for_another_is_no_silent_change() -> None:
    found = changed(("  K2: {kind: cnc", "  K9: {kind: cnc"))
    assert [row["place"] for row in found] == ["assets.K2", "assets.K9"]


def test_the_score_lists_them_against_an_earlier_score() -> None:
    before = json.loads(json.dumps(score_plant(plant(), MODEL, RULES, [])))
    same = score_plant(plant(), MODEL, RULES, [], since=before)
    assert same["facts_changed"] == []
    smaller = plant(PLANT.replace("  K3: {kind: press, name: {zh: 三, en: three}, key: true}\n", ""))
    found = score_plant(smaller, MODEL, RULES, [], since=before)["facts_changed"]
    assert [row["place"] for row in found] == ["assets", "assets.K3"]


def test_without_an_earlier_score_nothing_is_claimed() -> None:
    assert score_plant(plant(), MODEL, RULES, [])["facts_changed"] is None


def test_other_rules_another_model_and_what_was_left_out_are_told_too() -> None:
    before = score_plant(plant(), MODEL, RULES, [])
    after = score_plant(plant(), MODEL, RULES, [], exclude=["M3"])
    other = before | {"rules": "own@3", "model": {"id": "m", "version": "2"}}
    found = facts_changed(other, after)
    assert [(row["place"], row["before"]) for row in found] == [
        ("excluded", []),
        ("rules", "own@3"),
        ("model", "m@2"),
    ]
    assert found[0]["en"] == "sub-domains left out: — → M3-1"


def test_an_asset_with_evidence_that_the_register_lacks_is_named_without_an_earlier_score() -> None:
    smaller = plant(PLANT.replace("  K3: {kind: press, name: {zh: 三, en: three}, key: true}\n", ""))
    found = score_plant(smaller, MODEL, RULES, covered(1, 1, 1, 1))
    assert found["outside_register"] == ["K3"]
    assert "the register lacks: K3" in summary(found, "en")
    assert score_plant(plant(), MODEL, RULES, covered(1, 1, 1, 1))["outside_register"] == []
