"""Views: which sub-domains each keeps, their weights scaled up, how far each is met; and one sentence for a bad one."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.documents import BadInput
from evidence_engine.maturity import (
    ClauseResult,
    apply_all,
    apply_view,
    calculate,
    choose,
    load_model,
    load_views,
    score,
    view_summary,
)
from evidence_engine.maturity.model import BadModel
from evidence_engine.maturity.verdict import SCORE_OF
from floortruth.__main__ import main
from tests.evidence_engine.maturity.maturity_cases import WORKED, scored, small_model, write_model

MODEL = load_model()
VIEWS = load_views(MODEL)
PTR = {"P1", "P2", "T1", "T2", "T3", "R1", "R2"}
PRODUCTION = {f"M2-{n}" for n in range(1, 8)}


def view(words: str, document: dict[str, Any]) -> dict[str, Any]:
    found, chosen = choose(MODEL, VIEWS, words)
    return apply_view(MODEL, found, document, chosen)


def kept(words: str, **arguments: Any) -> set[str]:
    return {item["id"] for item in view(words, score(MODEL, {}, **arguments))["prerequisites"]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("predefined", PTR | {"M1-2"} | PRODUCTION),
        ("ptr-production-n", PTR | PRODUCTION),
        ("ptr-production-n:M1,M3", PTR | PRODUCTION | {"M1-1", "M1-2", "M3-1"}),
        ("custom:R1,M5-1", {"R1", "M5-1"}),
        ("workshop", PTR | {"M1-2"} | PRODUCTION),
        ("factory:M3-1,M5", PTR | {"M1-2", "M3-1", "M5-1", "M5-2"} | PRODUCTION),
        ("supply-chain", {"T1", "T2", "T3", "R1", "R2", "M2-1", "M2-2", "M2-5", "M3-1", "M4-1"}),
        ("talent", {"P1", "P2"}),
        ("equipment-life-cycle", {"T1", "T2", "T3", "R1", "R2", "M2-4"}),
        ("digital-design", PTR | {"M1-1", "M1-2"}),
        ("flexible-production", PTR | {"M1-2", "M5-1"} | PRODUCTION),
        ("self-organised-logistics", PTR | {"M2-2", "M2-3", "M2-5", "M3-1"}),
        ("agile-supply-chain", PTR | {"M2-1", "M2-2", "M2-3", "M2-5", "M3-1", "M4-1"}),
        ("value-service", PTR | {"M1-1", "M4-1", "M5-1", "M5-2"}),
        ("sustainable-manufacturing", PTR | {"M2-6", "M2-7"}),
    ],
)
def test_sub_domains_of_each_view(words: str, expected: set[str]) -> None:
    assert kept(words) == expected


def test_self_diagnosis_has_every_sub_domain() -> None:
    assert kept("self-diagnosis") == {node.id for node in MODEL.file.subdomains}
    assert len(kept("self-diagnosis")) == 20


def test_predefined_has_14_where_the_scope_has_no_design() -> None:
    assert len(kept("predefined")) == 15
    assert len(kept("predefined", exclude=["M1"])) == 14
    found = view("predefined", score(MODEL, {}, exclude=["M1"]))
    assert found["left_out"] == ["M1-2"]


def test_there_are_eight_modes_with_their_sub_modes() -> None:
    modes = [v for v in VIEWS.values() if v.kind == "mode"]
    assert [len(mode.submodes) for mode in modes] == [0, 3, 5, 5, 3, 3, 4, 3]
    assert [mode.source for mode in modes] == [f"3.{n}" for n in range(1, 9)]


@pytest.mark.parametrize(
    ("name", "levels"), [("workshop", [2, 3]), ("factory", [2, 3, 4]), ("supply-chain", [3, 4])]
)
def test_levels_of_the_system_levels(name: str, levels: list[int]) -> None:
    found = view(name, score(MODEL, {}))
    assert [item["level"] for item in found["levels"]] == levels
    assert {lv["level"] for item in found["prerequisites"] for lv in item["levels"]} <= set(levels)


def test_a_view_worked_by_hand() -> None:
    """Of the small model A1 (60) and B2-1 (30 of B2) remain: A and B weigh 40 and 60, each is its one sub-domain."""
    model = small_model()
    document = score(model, WORKED)
    found, chosen = choose(model, load_views(model, "none"), "custom:A1,B2-1")
    one = apply_view(model, found, document, chosen)
    low = Fraction("0.4") * Fraction(1, 2) + Fraction("0.6") * Fraction(23, 30)  # 0.66
    high = Fraction("0.4") + Fraction("0.6") * Fraction(14, 15)  # 0.96
    assert one["levels"][0]["score"] == {"low": float(low), "high": float(high)}
    assert (one["levels"][0]["met"], one["levels"][0]["perhaps"], one["levels"][0]["of"]) == (0, 2, 2)
    assert one["chosen"] == ["A1", "B2-1"]
    assert [item["level"] for item in one["prerequisites"]] == [{"low": 0, "high": 2}, {"low": 0, "high": 2}]


def test_the_whole_document() -> None:
    said = {
        "T1.3a": scored("1"),
        "T1.2a": ClauseResult("indicated"),
        "T1.1a": ClauseResult("insufficient"),
        "T1.1b": ClauseResult("met", Fraction(1), Fraction(1), "person"),
    }
    found = view("equipment-life-cycle", score(MODEL, said) | {"asked": {"T1.3a": {}, "T1.2a": {}}})
    assert list(found) == [
        *("schema", "id", "kind", "zh", "en", "source", "chosen", "submodes", "left_out", "level", "total"),
        *("levels", "prerequisites"),
    ]
    item = found["prerequisites"][0]
    assert {key: item[key] for key in ("id", "clauses", "asked", "could", "live", "by_person")} == {
        "id": "T1",
        "clauses": 12,
        "asked": 2,
        "could": 10,
        "live": {"decided": 1, "indicated": 1, "insufficient": 1},
        "by_person": 1,
    }
    assert json.loads(json.dumps(found)) == found
    english, chinese = view_summary(found, "en"), view_summary(found, "zh")
    assert "predictive maintenance" in english
    assert "of 12 clauses data decides 1, indicates 1, does not suffice for 1, people answered 1" in english
    assert "设备全生命周期管理" in chinese


SCORES = st.dictionaries(
    st.sampled_from(sorted(MODEL.clauses)), st.sampled_from(sorted(SCORE_OF.values())).map(scored)
)


@given(results=SCORES, exclude=st.sampled_from([[], ["M1"], ["M3", "M5"]]))
@settings(max_examples=10, deadline=None)
def test_self_diagnosis_is_the_score_itself(results: dict[str, ClauseResult], exclude: list[str]) -> None:
    document = score(MODEL, results, exclude=exclude)
    found = view("self-diagnosis", document)
    assert (found["level"], found["total"]) == (document["level"], document["total"])
    assert [item["score"] for item in found["levels"]] == [item["score"] for item in document["levels"]]


def test_a_view_is_the_calculation_over_its_own() -> None:
    results = {"M2-7.1a": scored("1"), "P1.1a": scored("0.5")}
    found = view("sustainable-manufacturing", score(MODEL, results, "process"))
    only = calculate(MODEL, results, "process", only=PTR | {"M2-6", "M2-7"})
    assert found["total"] == {"low": float(only.total[0]), "high": float(only.total[1])}


def test_all_views_at_once() -> None:
    document = score(MODEL, {}, exclude=["M3", "M4", "M5"])
    names = [found["id"] for found in apply_all(MODEL, VIEWS, document)]
    assert names == [name for name in VIEWS if name != "custom"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("workshp", "view 'workshp', expected one of all, predefined, .*did you mean 'workshop'"),
        ("custom", "view 'custom' has no sub-domain of its own: write custom:ID,ID"),
        ("custom:R9", "view 'custom' has no optional sub-domain 'R9', did you mean 'R"),
        ("talent:M3", "view 'talent' has no optional sub-domain 'M3'"),
    ],
)
def test_a_wrong_choice(words: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        choose(MODEL, VIEWS, words)


def test_a_view_of_which_nothing_remains() -> None:
    with pytest.raises(BadInput, match="view 'custom': the company has none of its sub-domains"):
        view("custom:M3", score(MODEL, {}, exclude=["M3"]))


def own_views(folder: Path, *views: dict[str, Any], model: str = "small") -> Path:
    file = {"schema": "floortruth/views/1", "model": model, "views": list(views)}
    (write_model(folder) / "views.yaml").write_text(json.dumps(file), encoding="utf-8")
    return folder


OWN = {"id": "own", "kind": "mode", "zh": "自", "en": "own", "subdomains": ["A1"]}


def test_a_model_of_ones_own_brings_its_views(tmp_path: Path) -> None:
    model = load_model(own_views(tmp_path, OWN))
    assert list(load_views(model, tmp_path)) == ["own"]


def test_a_model_without_views_has_all_and_custom(tmp_path: Path) -> None:
    assert list(load_views(load_model(write_model(tmp_path)), tmp_path)) == ["self-diagnosis", "custom"]


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ([OWN | {"subdomains": ["A9"]}], "view 'own': unknown sub-domain 'A9', did you mean 'A"),
        ([OWN | {"levels": [7]}], "view 'own': unknown level 7"),
        ([OWN, OWN], "view 'own' stands twice"),
        (
            [OWN | {"kind": "moed"}],
            "views.yaml:1: views.0.kind: input should be 'assessment', 'system' or 'mode'",
        ),
    ],
)
def test_a_wrong_views_file(views: list[dict[str, Any]], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        load_views(small_model(), own_views(tmp_path, *views))


def test_views_of_another_model(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="views are for model 'big', not 'small'"):
        load_views(small_model(), own_views(tmp_path, OWN, model="big"))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant = str(Path(__file__).parents[3] / "configs" / "plant.example.yaml")
    words = ["score", plant, "--evidence", str(tmp_path), "--lang", "en"]
    assert main([*words, "--view", "all", "--json"]) == 0
    assert [found["id"] for found in json.loads(capsys.readouterr().out)] == [
        n for n in VIEWS if n != "custom"
    ]
    assert main([*words, "--view", "custom:R1,M5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [item["id"] for item in found["prerequisites"]] == ["R1", "M5-1", "M5-2"]
    assert main([*words, "--view", "all"]) == 0
    assert "closed loop of safety" in capsys.readouterr().out
    assert main([*words, "--view", "factroy"]) == 2
    assert "did you mean 'factory'?" in capsys.readouterr().err
