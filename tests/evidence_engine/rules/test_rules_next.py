"""What next, from the register to the sentence: doing what the list says, and nothing else, reaches the level."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.maturity import Answer, summary
from evidence_engine.maturity.verdict import SCORE_OF
from evidence_engine.rules import RuleFile, load_rules, read_rules, score_plant
from evidence_engine.rules.evaluate import examine
from evidence_engine.rules.ways import ways_of
from tests.evidence_engine.rules.rule_cases import (
    KEY,
    MODEL,
    PLANT,
    T,
    covered,
    day,
    plant,
    record,
    rules_text,
    written,
)

RULES = load_rules(MODEL)
Records = list[dict[str, Any]]
Answers = dict[str, Answer]


def rules(*changes: Mapping[str, Any]) -> RuleFile:
    return read_rules(rules_text(*(written(**change) for change in changes)), "rules.yaml", MODEL)


def steps(
    records: Records, answers: Answers | None = None, file: RuleFile = RULES, text: str = PLANT
) -> dict[str, dict[str, Any]]:
    document = score_plant(plant(text), MODEL, file, records, answers)
    return {step["clause"]: step for goal in document["next"] for step in goal["steps"]}


def step(clause: str, records: Records, file: RuleFile, answers: Answers | None = None) -> dict[str, Any]:
    """The way of one clause, whether the shortest list needs it or not."""
    examined = examine(plant(), file.rules, records)
    return dict(ways_of(MODEL, examined, answers or {}, "S1")[clause].to_json())


def test_data_that_covers_too_little() -> None:
    found = step("M2-4.3b", covered(1, 1, 1, 0.62), rules({}))
    assert found["effort"] == "coverage"
    assert found["do"]["en"] == (
        "raise the coverage of OEE to ≥ 90%: K4 (62.0%) → equipment management 3b becomes met"
    )
    assert found["do"]["zh"] == "把设备综合效率的数据覆盖提到 ≥ 90%：K4 (62.0%) → 设备管理 3b 成为满足"
    assert found["subjects"] == [{"kpi": "equipment.oee", "asset": "K4"}]
    assert not found["person"]


def test_a_figure_that_is_too_low_and_one_that_covers_too_little() -> None:
    items = [{"kpi": "data.completeness", "over": "key_production", "test": "figure", "at_least": 0.9}]
    up = [record("data.completeness", key, value=0.99) for key in KEY[:2]]
    low = [
        record("data.completeness", "K3", value=0.5),
        record("data.completeness", "K4", value=0.99, coverage=0.4),
    ]
    found = step("M2-4.3b", [*up, *low], rules({"items": items, "least_coverage": 0.8}))
    assert found["effort"] == "coverage"
    assert found["do"]["en"].startswith(
        "bring the low bound of data completeness to ≥ 90%: K3 (50.0%); "
        "raise the coverage of data completeness to ≥ 80%: K4 (40.0%) →"
    )


def test_assets_that_are_not_connected() -> None:
    found = step("M2-4.3b", covered(1), rules({}))
    assert found["effort"] == "connect"
    assert found["do"]["en"].startswith(
        "connect 3 of 4 key production assets (those of key steps included): K2, K3, K4 →"
    )


def test_connected_but_nothing_gives_the_figure() -> None:
    up = record("data.completeness", "K4", value=0.99)
    found = step("M2-4.3b", [*covered(1, 1, 1), up], rules({}))
    assert found["effort"] == "system"
    assert found["do"]["en"].startswith("K4: no OEE yet, add the tags or the system that give it →")


def test_only_as_many_as_the_best_word_asks_for_the_easiest_first() -> None:
    found = step("M2-4.3b", covered(0, 0.8, 0.5), rules({"verdicts": {"met": 0.5, "partly": 0.25}}))
    assert [s["asset"] for s in found["subjects"]] == ["K2", "K3"]
    assert found["effort"] == "coverage"


def test_a_register_without_what_is_asked_for() -> None:
    text = PLANT.replace("  ENV: {kind: environment_station, name: {zh: 环, en: air}}\n", "")
    items = [{"kpi": "data.completeness", "over": "environment_stations", "test": "figure", "at_least": 0.9}]
    found = steps([], file=rules({"items": items, "clause": "T1.3a"}), text=text)["T1.3a"]
    assert found["effort"] == "system"
    assert found["do"]["en"].startswith("register and connect environment stations (the register has none) →")


def test_a_sign_needs_a_person_with_the_card() -> None:
    card = {"look_at": {"zh": "台账", "en": "the register"}, "sample": {"zh": "抽一台", "en": "one machine"}}
    file = rules({"says": "indicates", "card": card, "clause": "T1.2a"})
    found = step("T1.2a", covered(1, 1, 1, 1), file)
    assert (found["effort"], found["person"], found["subjects"]) == ("person", True, [])
    assert found["do"]["en"].startswith(
        "have a person confirm it: look at the register; sample: one machine →"
    )


def test_a_rule_that_proves_a_part_needs_a_person_for_the_rest() -> None:
    file = rules({"at_best": "partly"})
    found = step("M2-4.3b", covered(1, 1, 1, 1), file)
    assert (found["effort"], found["person"]) == ("person", True)
    below = step("M2-4.3b", covered(0.5, 0, 0, 0), file)
    assert [s["asset"] for s in below["subjects"]] == ["K1", "K2"]  # half of them is what `partly` asks for
    assert below["person"]


def test_a_person_cannot_override_what_the_data_rules_out() -> None:
    said = {"M2-4.3b": Answer(SCORE_OF["met"], "looked fine")}
    found = step("M2-4.3b", covered(1, 1, 1, 0.5), rules({}), said)
    assert (found["effort"], found["person"]) == ("coverage", False)


def test_an_answer_under_the_data_is_to_be_settled() -> None:
    said = {"M2-4.3b": Answer(SCORE_OF["partly"], "two in use")}
    document = score_plant(plant(), MODEL, rules({}), covered(1, 1, 1, 1), said)
    assert document["disagreements"] == ["M2-4.3b"]
    assert "settle first: M2-4.3b" in summary(document, "en")
    found = step("M2-4.3b", covered(1, 1, 1, 1), rules({}), said)
    assert found["do"]["en"].startswith("judged 0.5 (two in use): improve it, or settle it with the data")


def test_what_data_could_show_but_no_rule_reads_needs_a_system() -> None:
    every = steps([])
    for clause, found in every.items():
        if clause not in {rule.clause for rule in RULES.rules}:
            assert found["effort"] == ("person" if MODEL.clauses[clause].live_data == "N" else "system")


def perfect(kpi: str, asset: str) -> dict[str, Any]:
    return record(kpi, asset, value=1.0, coverage=1.0)


def applied(records: Records, answers: Answers, document: Mapping[str, Any], level: int) -> int:
    """Do what the list says: records as if the assets were connected, answers where a person must; score again."""
    goal = next(goal for goal in document["next"] if goal["level"] == level)
    chosen = [s for g in document["next"] for s in g["steps"] if s["clause"] in goal["clauses"]]
    by_key = {(r["kpi"], r["subject"].get("asset", "")): r for r in records}
    for found in chosen:
        by_key |= {(s["kpi"], s["asset"]): perfect(s["kpi"], s["asset"]) for s in found["subjects"]}
    told = answers | {s["clause"]: Answer(SCORE_OF["met"], "done") for s in chosen if s["person"]}
    after = score_plant(plant(), MODEL, RULES, list(by_key.values()), told)
    found_after = {c["id"]: c for lv in after["levels"] for s in lv["subdomains"] for c in s["clauses"]}
    named = [c for c in goal["clauses"] if c in {s["clause"] for s in chosen}]
    assert [c for c in named if found_after[c]["score"]["low"] != 1] == []
    return int(after["level"]["low"])


ASSETS = [*KEY, "PACK", "EM", "GAS", "ENV", "AIR"]
KPIS = ["equipment.oee", "equipment.availability", "data.completeness", "energy.electricity"]
RECORDS = st.lists(
    st.builds(
        lambda kpi, asset, coverage: record(kpi, asset, value=coverage, coverage=coverage, at=day(0)),
        st.sampled_from(KPIS),
        st.sampled_from(ASSETS),
        st.sampled_from([0.0, 0.4, 0.85, 1.0]),
    ),
    max_size=40,
    unique_by=lambda r: (r["kpi"], r["subject"]["asset"]),
)
ANSWERS = st.dictionaries(
    st.sampled_from(sorted(MODEL.clauses)),
    st.sampled_from(sorted(SCORE_OF.values())).map(lambda score: Answer(score, "said")),
    max_size=150,
)


@given(records=RECORDS, answers=ANSWERS)
@settings(max_examples=12, deadline=None)
def test_doing_what_the_list_says_reaches_each_level(records: Records, answers: Answers) -> None:
    document = score_plant(plant(), MODEL, RULES, records, answers)
    for goal in document["next"]:
        assert applied(records, answers, document, goal["level"]) >= goal["level"]


def test_the_summary_shows_the_first_steps() -> None:
    text = summary(score_plant(plant(), MODEL, RULES, covered(1, 1)), "en")
    assert "next: 28 clauses lead to level 1" in text
    assert "… and 22 more: see next in --json" in text


def test_a_rule_must_be_able_to_give_its_best_word() -> None:
    with pytest.raises(ValueError, match="at_best is 'met', but verdicts give no threshold for it"):
        rules({"verdicts": {"partly": 0.5}, "card": {"look_at": T, "sample": T}})
