"""From records and answers to the score document, with the bundled rules; and back, from a record to its clauses."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.maturity import summary
from evidence_engine.rules import load_rules, read_answers, score_plant, supports_of
from tests.evidence_engine.rules.rule_cases import (
    KEY,
    MODEL,
    PLANT,
    covered,
    day,
    judge,
    plant,
    record,
    written,
)

RULES = load_rules(MODEL)
DISAGREE = """\
schema: floortruth/answers/1
answers:
  M2-4.3b: {score: 0.5, reason: 只有两台在用, who: 王工}
  R1.2a: {score: 0.8, reason: 看过, who: 李工}
  P1.1a: {score: 1, reason: 规划已批准}
"""
ANSWERS = read_answers(DISAGREE, "answers.yaml", MODEL.clauses)
UP = [record("data.completeness", asset, value=0.97, bounds=(0.97, 1.0)) for asset in KEY]


def clauses(document: Mapping[str, Any]) -> dict[str, Any]:
    levels = document["levels"]
    return {c["id"]: c for level in levels for sub in level["subdomains"] for c in sub["clauses"]}


def test_the_document_names_site_and_rules() -> None:
    document = score_plant(plant(), MODEL, RULES, [])
    assert document["site"] == "S1"
    assert document["rules"] == "gbt39116-2020@2"
    assert document["industry"] == "discrete"
    assert document["level"] == {"low": 0, "high": 5}


def test_every_threshold_stands_on_the_result() -> None:
    document = score_plant(plant(), MODEL, RULES, [])
    assert set(document["asked"]) == {rule.clause for rule in RULES.rules}
    asked = document["asked"]["M2-7.2c"]
    assert list(asked) == [
        *(
            "says",
            "items",
            "measure",
            "windows",
            "least_coverage",
            "verdicts",
            "at_best",
            "distrust",
            "parameters",
            "card",
            "window",
        )
    ]
    assert asked["items"] == [
        {
            "kpi": "energy.electricity",
            "over": "high_energy",
            "test": "coverage",
            "at_least": 0.9,
            "rated_from": 50.0,
        }
    ]
    assert asked["verdicts"] == {"met": 1.0, "mostly": 0.8, "partly": 0.5}
    assert asked["parameters"]["en"] == "thresholds are our own parameters; the standard states none"
    assert json.loads(json.dumps(document)) == document


def test_the_window_that_was_looked_at_stands_on_the_result() -> None:
    early, late = covered(1, 1, 1, 1, at=day(1)), covered(1, 1, 1, 1, at=day(2))
    asked = score_plant(plant(), MODEL, RULES, [*late, *early])["asked"]
    assert asked["M2-4.3b"]["window"] == {
        "kind": "day",
        "from": "1970-01-03T00:00:00.000000000Z",
        "to": "1970-01-04T00:00:00.000000000Z",
    }
    assert asked["M2-7.2a"]["window"] is None


def test_a_plant_without_any_evidence_is_unknown_not_zero() -> None:
    found = clauses(score_plant(plant(), MODEL, RULES, []))
    assert {clause["verdict"] for clause in found.values()} == {"insufficient", "not_assessed"}
    assert all(clause["score"] == {"low": 0.0, "high": 1.0} for clause in found.values())
    assert {key for key, c in found.items() if c["verdict"] == "insufficient"} == {
        r.clause for r in RULES.rules
    }


def test_data_alone() -> None:
    found = clauses(score_plant(plant(), MODEL, RULES, [*covered(1, 1, 1, 1), *UP]))
    assert found["M2-4.3b"]["verdict"] == "met"
    assert found["M2-4.3b"]["by"] == "data"
    assert len(found["M2-4.3b"]["evidence"]) == 4
    assert found["R1.2b"]["verdict"] == "met"
    assert found["R1.2a"]["verdict"] == "indicated"
    assert found["R1.2a"]["score"] == {"low": 0.0, "high": 1.0}


def test_a_person_disagrees_confirms_and_speaks_alone() -> None:
    found = clauses(score_plant(plant(), MODEL, RULES, [*covered(1, 1, 1, 1), *UP], ANSWERS))
    disputed = found["M2-4.3b"]
    assert (disputed["verdict"], disputed["by"]) == ("partly", "both")
    assert disputed["score"] == {"low": 0.5, "high": 1.0}
    assert disputed["because"]["zh"].startswith(
        "人与数据不一致。人：只有两台在用 (王工)；数据：4 台关键设备中 4 台"
    )
    assert disputed["machine"]["verdict"] == "met"
    assert (found["R1.2a"]["verdict"], found["R1.2a"]["by"]) == ("mostly", "person")
    assert found["R1.2a"]["machine"]["verdict"] == "indicated"
    assert (found["P1.1a"]["verdict"], found["P1.1a"]["by"]) == ("met", "person")
    assert "machine" not in found["P1.1a"]


def test_the_process_industry_is_taken_from_the_plant() -> None:
    process = plant(PLANT.replace("Asia/Shanghai}", "Asia/Shanghai, industry: process}"))
    document = score_plant(process, MODEL, RULES, [], exclude=["M3"])
    assert document["industry"] == "process"
    assert document["excluded"] == ["M1-1", "M3-1", "M5-2"]


def test_evidence_of_another_version_stops_the_score() -> None:
    with pytest.raises(BadInput, match="expected 'floortruth/evidence/1'"):
        score_plant(plant(), MODEL, RULES, [record() | {"schema": "floortruth/evidence/0"}])


def test_the_summary_of_a_score() -> None:
    text = summary(score_plant(plant(), MODEL, RULES, covered(1, 1, 1, 1), ANSWERS), "en")
    assert "person and data disagree" in text
    assert "M2-4.3b" in text


def test_a_record_knows_the_clauses_that_it_supports() -> None:
    records = covered(1, 1, 1, 1)
    supports = supports_of(score_plant(plant(), MODEL, RULES, records))
    assert set(supports) == {r["id"] for r in records}
    first = supports[records[0]["id"]]
    assert [(s["clause"], s["verdict"]) for s in first] == [
        ("T1.2b", "indicated"),
        ("M2-3.2b", "indicated"),
        ("M2-4.3b", "met"),
        ("M2-4.4b", "indicated"),
    ]
    assert list(first[0]) == ["clause", "verdict", "because"]
    assert first[2]["because"] == judge_text(records)


def judge_text(records: list[dict[str, Any]]) -> dict[str, str]:
    rule = next(rule for rule in RULES.rules if rule.clause == "M2-4.3b")
    return judge(written(reason=rule.reason.model_dump()), records).because


def test_a_record_supports_what_the_data_said_not_what_the_person_said() -> None:
    records = covered(1, 1, 1, 1)
    supports = supports_of(score_plant(plant(), MODEL, RULES, records, ANSWERS))
    said = {s["clause"]: s["verdict"] for s in supports[records[0]["id"]]}
    assert said["M2-4.3b"] == "met"


def test_a_record_that_shows_no_sign_supports_nothing() -> None:
    records = covered(0, 0, 0, 0)
    said = {
        s["clause"]: s["verdict"]
        for s in supports_of(score_plant(plant(), MODEL, RULES, records))[records[0]["id"]]
    }
    assert said == {"M2-4.3b": "not"}


def test_scores_do_not_depend_on_the_order_of_the_records() -> None:
    records = [*covered(1, 0.5, 1, 1), *UP]
    assert score_plant(plant(), MODEL, RULES, records) == score_plant(plant(), MODEL, RULES, records[::-1])
