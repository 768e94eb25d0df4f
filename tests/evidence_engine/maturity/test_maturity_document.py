"""The score document's shape, key by key (D30), and the screen of text made from it."""

from typing import Any

import pytest

from evidence_engine.maturity import ClauseResult, load_model, score, summary
from tests.evidence_engine.maturity.maturity_cases import (
    CLAUSES,
    WORKED,
    scored,
    small_model,
    with_settings,
    with_split,
)


def document(**settings: str) -> dict[str, Any]:
    return score(small_model(with_settings(**settings)), WORKED)


def test_keys_of_the_document() -> None:
    found = document()
    assert list(found) == ["schema", "model", "industry", "excluded", "level", "total", "levels"]
    assert found["schema"] == "floortruth/score/1"
    assert found["industry"] == "discrete"
    assert found["excluded"] == []
    assert found["level"] == {"low": 0, "high": 2}
    assert found["total"] == {"low": 0.668, "high": 2.0}


def test_model_with_version_settings_and_open_points() -> None:
    model = document()["model"]
    assert list(model) == ["id", "version", "settings", "open_points"]
    assert (model["id"], model["version"]) == ("small", "1")
    assert model["settings"] == {"empty_subdomain": "dropped", "above_first_unmet": "nothing"}
    assert model["open_points"][0] == {"id": "small", "zh": "小", "en": "small"}


def test_a_level_with_its_nodes() -> None:
    one = document()["levels"][0]
    assert list(one) == ["level", "score", "elements", "domains", "subdomains"]
    assert one["level"] == 1
    assert one["score"] == {"low": 0.668, "high": 0.863}
    assert one["elements"] == [
        {"id": "A", "score": {"low": 0.62, "high": 0.92}},
        {"id": "B", "score": {"low": 0.7, "high": 0.825}},
    ]
    assert [node["id"] for node in one["domains"]] == ["A", "B1", "B2"]
    assert [node["id"] for node in one["subdomains"]] == ["A1", "A2", "B1-1", "B2-1"]


def test_a_subdomain_with_its_clauses() -> None:
    known = ClauseResult(
        "mostly", scored("0.8").low, scored("1").high, "data", {"zh": "因", "en": "for"}, ("e1",)
    )
    found = score(small_model(), {"A1.1a": known})
    a1 = found["levels"][0]["subdomains"][0]
    assert list(a1) == ["id", "score", "clauses"]
    assert a1["score"] == {"low": 0.4, "high": 1.0}
    assert a1["clauses"] == [
        {
            "id": "A1.1a",
            "score": {"low": 0.8, "high": 1.0},
            "verdict": "mostly",
            "by": "data",
            "evidence": ["e1"],
            "because": {"zh": "因", "en": "for"},
        },
        {
            "id": "A1.1b",
            "score": {"low": 0.0, "high": 1.0},
            "verdict": "not_assessed",
            "by": "none",
            "evidence": [],
            "because": {
                "zh": "没有数据能说明，也没有人评过",
                "en": "no data speaks to it, and nobody has judged it",
            },
        },
    ]


def test_every_clause_of_the_real_model_stands_once() -> None:
    found = score(load_model(), {})
    ids = [c["id"] for level in found["levels"] for sub in level["subdomains"] for c in sub["clauses"]]
    assert sorted(ids) == sorted(load_model().clauses)


def test_what_is_left_out_is_named_and_its_clauses_are_gone() -> None:
    found = score(small_model(), WORKED, exclude=["B1"])
    assert found["excluded"] == ["B1-1"]
    assert "B1-1" not in {sub["id"] for level in found["levels"] for sub in level["subdomains"]}


def points(found: dict[str, Any]) -> dict[str, Any]:
    return {point["id"]: point for point in found["model"]["open_points"]}


@pytest.mark.parametrize(
    ("setting", "other", "level"),
    [("nothing", "own_score", {"low": 1, "high": 2}), ("own_score", "nothing", {"low": 0, "high": 2})],
)
def test_the_other_reading_is_told_where_it_gives_another_level(
    setting: str, other: str, level: dict[str, int]
) -> None:
    point = points(document(above_first_unmet=setting))["above_first_unmet_differs"]
    assert list(point) == ["id", "zh", "en", "level"]
    assert point["level"] == level
    assert f"above_first_unmet: {other}" in point["en"]
    assert f"{level['low']}–{level['high']}" in point["zh"]


def test_readings_that_agree_are_not_told() -> None:
    assert list(points(score(small_model(), {clause: scored("1") for clause in CLAUSES}))) == ["small"]


def test_readings_that_differ_in_the_total_only_are_not_told() -> None:
    assert document(empty_subdomain="met")["total"] != document()["total"]
    assert "empty_subdomain_differs" not in points(document())


def test_the_reading_of_empty_subdomains_is_told_where_it_gives_another_level() -> None:
    results = {clause: scored("1") for clause in CLAUSES} | {"A1.2a": scored("0.4")}
    found = score(small_model(), results)
    assert (
        found["levels"][1]["score"]["low"] == 0.76
    )  # A2, empty, would count as 1: 0.4 × 0.6 × 0.6 less, 0.856
    assert points(found)["empty_subdomain_differs"]["level"] == {"low": 2, "high": 2}


def test_an_open_split_is_one_more_open_point() -> None:
    assert points(score(small_model(with_split()), WORKED))["open_split"] == {
        "id": "open_split",
        "zh": "名",
        "en": "name",
    }


def test_summary_fits_a_screen_in_both_languages() -> None:
    found = score(load_model(), {"R1.2b": scored("0.5", "1")}, exclude=["M1"])
    english, chinese = summary(found, "en"), summary(found, "zh")
    for text in (english, chinese):
        assert len(text.splitlines()) < 24
        assert "gbt39116-2020@1" in text
        assert "R1.2b" in text
        assert "M1-1, M1-2" in text
    assert "level range  0–5" in english
    assert "it issues no level" in english
    assert "等级区间  0–5" in chinese
    assert "未评" in chinese


def test_summary_rounds_outward() -> None:
    """0.7999… must not read as the 0.8 that would meet the level."""
    results = {clause: scored("0.79999") for clause in CLAUSES}
    assert "L1  [0.799–0.800]" in summary(score(small_model(), results), "en")
