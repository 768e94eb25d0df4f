"""The claims file: what a good one gives, and one sentence with its line for each wrong one."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evidence_engine.claims import read_claims
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.plant import Plant
from tests.evidence_engine.claims.claim_cases import AFTER, BEFORE, DATA, PLANT, claim, text, written

CONFIGS = Path(__file__).parents[3] / "configs"


def test_the_example_reads() -> None:
    plant = read_yaml((CONFIGS / "plant.example.yaml").read_text("utf-8"), "plant.example.yaml", Plant)
    example = (CONFIGS / "claims.example.yaml").read_text("utf-8")
    claims = read_claims(example, "claims.example.yaml", plant)
    assert [c.written.id for c in claims] == ["oee-up", "networked", "energy-down", "slower-repair"]
    assert claims[0].written.change.least == Fraction("0.12")
    assert claims[1].written.change.least == Fraction("0.8")
    assert claims[2].written.change.least == Fraction("-0.2")


def test_windows_are_plant_time_and_subjects_are_of_the_plant() -> None:
    found = claim(subjects=["K1", "milling", "site", "S1"])
    assert (found.baseline.start, found.baseline.end) == (BEFORE.start, BEFORE.end)
    assert found.comparison.start == AFTER.start
    assert found.subjects == ({"asset": "K1"}, {"step": "milling"}, {}, {})


@pytest.mark.parametrize("number", ["12 %", "12%", "0.12", 0.12, "+0.12", "3/25"], ids=lambda n: f"{n!r}")
def test_numbers_are_read_exactly(number: object) -> None:
    assert claim(change={"relative": number}).written.change.least == Fraction(3, 25)


def test_a_time_that_yaml_reads_as_such() -> None:
    yaml = (
        text(written()).replace('"2026-11-01"', "2026-11-01 00:00:00").replace('"2026-11-02"', "2026-11-02")
    )
    assert read_claims(yaml, "claims.yaml", PLANT)[0].baseline.start == BEFORE.start


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kpi": "equipment.oe"}, "kpi: unknown KPI 'equipment.oe', did you mean 'equipment.oee'?"),
    ({"subjects": ["K9"]}, "subjects: 'K9' is no asset, no step and not 'site', did you mean 'K"),
    (
        {"comparison": {"from": "2026-11-01T12:00", "to": "2026-11-04"}},
        "baseline and comparison overlap: the comparison begins 2026-11-01T12:00:00, before the baseline ends "
        "2026-11-02T00:00:00",
    ),
    (
        {"comparison": {"from": "2026-10-01", "to": "2026-10-02"}},
        "the comparison lies before the baseline: exchange them",
    ),
    (
        {"baseline": {"from": "2026-10-01", "to": "2026-10-02"}},
        "baseline lies before any data, which begins 2026-11-01T00:00:00: import history for it, or move it",
    ),
    (
        {"comparison": {"from": "2026-12-01", "to": "2026-12-02"}},
        "comparison lies after all data, which ends 2026-11-11T00:00:00: move it, or wait",
    ),
    (
        {"baseline": {"from": "2026-11-02", "to": "2026-11-01"}},
        "baseline: window ends before it begins, expected from < to",
    ),
    ({"baseline": {"from": "soon", "to": "2026-11-02"}}, "baseline: 'soon' is not a time"),
    (
        {"change": {"relative": "-12 %"}},
        "change: of 'equipment.oee' more is better, so an improvement is a rise: expected a positive change (or "
        "means: deterioration)",
    ),
    (
        {"kpi": "equipment.mttr", "change": {"absolute": 0.5}},
        "change: of 'equipment.mttr' less is better, so an improvement is a fall: expected a negative change",
    ),
    ({"means": "deterioration"}, "so a deterioration is a fall: expected a negative change"),
    ({"change": {"before": 0.9, "after": 0.8}}, "so an improvement is a rise: expected a positive change"),
    ({"change": {"relative": 0}}, "change: claims no change at all"),
    ({"change": {"relative": 12}}, "change: relative: 1200% can't be meant; write 12 % or 0.12"),
    ({"change": {"relative": "12 %", "absolute": 1}}, "expected relative, or absolute, or before and after"),
    ({"change": {"before": 0.2}}, "expected relative, or absolute, or before and after"),
    ({"change": {}}, "expected relative, or absolute, or before and after"),
    ({"change": {"relative": "much"}}, "'much' is not a number, expected e.g. 0.12 or 12 %"),
    ({"change": {"absolute": 12}}, "is a share from 0 to 1; write 0.05 or 5 % for 5 points"),
    ({"normalise": "per_day"}, "normalise: 'per_day' is for energy.balance_difference,"),
    ({"normalise": "product_mix"}, "'product_mix' is not offered: no figure per product is in the evidence"),
    ({"normalise": "degree_days"}, "'degree_days' is not offered: it needs a heating base load"),
    (
        {
            "kpi": "energy.electricity",
            "change": {"relative": "-2 %"},
            "comparison": {"from": "2026-11-03", "to": "2026-11-05"},
        },
        "'energy.electricity' is an amount and the windows differ in length: write normalise: per_day or "
        "per_good_piece",
    ),
    ({"base_line": {}}, "unknown key 'base_line', did you mean 'baseline'?"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_a_wrong_claim_is_one_sentence_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as error:
        claim(**changes)
    said = str(error.value)
    assert said.startswith("claims.yaml:1: claims.0")
    assert message in said
    assert "\n" not in said


def test_the_line_is_that_of_the_claim() -> None:
    good, bad = text(written()), text(written(id="second", kpi="nonsense"))
    yaml = f"schema: floortruth/claims/1\nclaims:\n- {good[good.index('[{') + 1 : -2]}\n- {bad[bad.index('[{') + 1 : -2]}\n"
    with pytest.raises(BadInput, match=r"^claims\.yaml:4: claims\.1: kpi: unknown KPI 'nonsense'"):
        read_claims(yaml, "claims.yaml", PLANT, DATA)


def test_a_claim_twice() -> None:
    with pytest.raises(BadInput, match="claim 'oee-up' stands twice"):
        read_claims(text(written(), written()), "claims.yaml", PLANT, DATA)
