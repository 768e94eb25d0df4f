"""The answer: by the bound that is worse for the claim, whatever the truth inside the bounds turns out to be."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.claims import judge, summary, windows_of
from evidence_engine.documents import BadInput
from tests.evidence_engine.claims.claim_cases import AFTER, BEFORE, PLANT, answer, claim, record, verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.5, 0.5), (0.56, 0.56), "supported"),  # exactly 12 %
        ((0.5, 0.5), (0.5599, 0.5599), "contradicted"),
        ((0.49, 0.51), (0.58, 0.60), "supported"),  # 0.58 ÷ 0.51 − 1 = 13.7 %
        ((0.49, 0.51), (0.55, 0.60), "not_decidable"),  # 7.8 % … 22.4 %
        ((0.49, 0.51), (0.50, 0.54), "contradicted"),  # at most 10.2 %
        ((0.0, 1.0), (0.0, 1.0), "not_decidable"),
        ((0.0, 0.0), (0.5, 0.5), "not_decidable"),  # from nothing: no ratio
        ((0.0, 0.1), (0.5, 0.6), "supported"),
    ],
)
def test_a_relative_rise(before: tuple[float, float], after: tuple[float, float], expected: str) -> None:
    assert verdict(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((2.0, 2.0), (1.5, 1.5), "supported"),
        ((2.0, 2.2), (1.4, 1.5), "supported"),
        ((2.0, 2.2), (1.4, 1.6), "not_decidable"),
        ((2.0, 2.2), (1.8, None), "contradicted"),
        ((2.0, None), (0.0, 1.5), "supported"),
        ((2.0, None), (0.5, 1.6), "not_decidable"),
    ],
)
def test_an_absolute_fall(
    before: tuple[float, float | None], after: tuple[float, float | None], expected: str
) -> None:
    assert verdict(before, after, kpi="equipment.mttr", change={"absolute": -0.5}) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.2, 0.2), (1.0, 1.0), "supported"),
        ((0.1, 0.2), (1.0, 1.0), "supported"),
        ((0.3, 0.3), (1.0, 1.0), "contradicted"),  # it was better before than claimed
        ((0.1, 0.1), (0.95, 0.95), "contradicted"),  # a great change, but 100 % is not reached
        ((0.1, 0.3), (1.0, 1.0), "not_decidable"),
    ],
)
def test_a_before_and_after_table(
    before: tuple[float, float], after: tuple[float, float], expected: str
) -> None:
    assert verdict(before, after, change={"before": "20 %", "after": "100 %"}) == expected


ENDS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)).map(sorted)
CHANGES = st.sampled_from([{"relative": "12 %"}, {"absolute": "5 %"}, {"before": "20 %", "after": "60 %"}])


@given(before=ENDS, after=ENDS, change=CHANGES)
def test_no_truth_inside_the_bounds_disagrees_with_a_verdict(
    before: list[int], after: list[int], change: dict[str, str]
) -> None:
    b, a = ([Fraction(n, 40) for n in three] for three in (before, after))
    found = verdict((float(b[0]), float(b[2])), (float(a[0]), float(a[2])), change=change)
    if "relative" in change:
        holds = b[1] > 0 and a[1] >= b[1] * Fraction("1.12")
        is_told = b[1] > 0
    elif "absolute" in change:
        holds, is_told = a[1] - b[1] >= Fraction("0.05"), True
    else:
        holds, is_told = a[1] - b[1] >= Fraction("0.4") and a[1] >= Fraction("0.6"), True
    if is_told and found != "not_decidable":
        assert holds == (found == "supported")


def test_the_whole_answer() -> None:
    before = record(BEFORE, 0.49, 0.51, 0.5, coverage=0.97)
    after = record(AFTER, 0.55, 0.60, 0.58, coverage=0.9, provisional=True)
    found = answer([before, after])
    assert list(found) == [
        *("id", "statement", "kpi", "name", "unit", "normalise", "claimed", "verdict", "subjects")
    ]
    (subject,) = found["subjects"]
    assert subject["subject"] == {"site": "S1", "asset": "K1"}
    assert subject["change"]["value"] == pytest.approx(0.16)
    assert subject["change"]["low"] == pytest.approx(0.55 / 0.51 - 1)
    assert subject["baseline"] == {
        "window": {"from": "2026-10-31T16:00:00.000000000Z", "to": "2026-11-01T16:00:00.000000000Z"},
        "result": {"value": 0.5, "low": 0.49, "high": 0.51},
        "coverage": 0.97,
        "provisional": False,
        "evidence": [before["id"]],
        "limitations": [],
    }
    assert subject["comparison"]["provisional"]
    assert subject["because"]["en"] == (
        "changed by +7.84% … +22.45%, claimed a rise of at least 12.00%: what is claimed lies inside the bounds "
        "(before 49.00% … 51.00%, after 55.00% … 60.00%)"
    )
    assert [told["en"] for told in subject["would_decide"]] == [
        "supported if the comparison were at least 57.12% (proven: 55.00% … 60.00%)",
        "supported if the baseline were at most 49.11% (proven: 49.00% … 51.00%)",
        "contradicted if the comparison were under 54.88%",
        "3.00% of the time of the baseline is unknown: import the missing history, or choose a window that is covered better",
        "10.00% of the time of the comparison is unknown: import the missing history, or choose a window that is covered better",
    ]
    assert json.loads(json.dumps(found)) == found


@given(before=ENDS, after=ENDS)
def test_what_would_decide_does_decide(before: list[int], after: list[int]) -> None:
    """A comparison at the figure named turns the claim to supported; a hair under the other one, to contradicted."""
    if verdict((before[0] / 40, before[2] / 40), (after[0] / 40, after[2] / 40)) != "not_decidable":
        return
    needed = Fraction(before[2], 40) * Fraction("1.12")
    other = Fraction(before[0], 40) * Fraction("1.12") - Fraction(1, 1000)
    if before[2]:
        bounds = (before[0] / 40, before[2] / 40)
        assert verdict(bounds, (float(needed + Fraction(1, 10**9)),) * 2) == "supported"
        if other >= 0:
            assert verdict(bounds, (float(other),) * 2) == "contradicted"


def test_every_subject_must_hold() -> None:
    k1 = [record(BEFORE, 0.5, 0.5), record(AFTER, 0.6, 0.6)]
    good = [record(BEFORE, 0.5, 0.5, asset="K2"), record(AFTER, 0.7, 0.7, asset="K2")]
    bad = [record(BEFORE, 0.5, 0.5, asset="K2"), record(AFTER, 0.4, 0.4, asset="K2")]
    assert answer([*k1, *good], subjects=["K1", "K2"])["verdict"] == "supported"
    assert answer([*k1, *bad], subjects=["K1", "K2"])["verdict"] == "contradicted"
    missing = answer(k1, subjects=["K1", "K2"])
    assert missing["verdict"] == "not_decidable"
    assert missing["subjects"][1]["would_decide"][0]["en"] == (
        "the baseline has no OEE of this subject: connect the tags that give it, or import history"
    )


def test_a_figure_that_does_not_apply() -> None:
    found = answer([record(BEFORE, None, None), record(AFTER, 0.6, 0.6)])
    assert found["verdict"] == "not_decidable"
    assert found["subjects"][0]["would_decide"][0]["en"].startswith("OEE does not apply in the baseline")


def test_a_step_and_the_site() -> None:
    records = [
        record(w, *b, asset=None, step=step)
        for step in (None, "milling")
        for w, b in ((BEFORE, (0.5, 0.5)), (AFTER, (0.6, 0.6)))
    ]
    assert answer(records, subjects=["site", "milling"])["verdict"] == "supported"


def energy(kpi: str, before: float, after: float, **where: Any) -> list[dict[str, Any]]:
    return [record(BEFORE, before, before, kpi=kpi, **where), record(AFTER, after, after, kpi=kpi, **where)]


def test_electricity_per_good_piece_is_the_figure_with_joint_bounds() -> None:
    claimed = {"kpi": "energy.electricity", "change": {"relative": "-20 %"}, "normalise": "per_good_piece"}
    found = answer(energy("energy.per_good_piece", 1.0, 0.8), **claimed)
    assert (found["verdict"], found["unit"]) == ("supported", "kWh/{piece}")


def test_gas_per_good_piece_is_divided_by_the_pieces_of_the_output() -> None:
    claimed = {"kpi": "energy.gas", "change": {"relative": "-20 %"}, "normalise": "per_good_piece"}
    gas = energy("energy.gas", 100, 96, asset=None)
    pieces = energy("production.count_good_window", 100, 120, asset="PACK")
    found = answer([*gas, *pieces], subjects=["site"], **claimed)
    assert (found["verdict"], found["unit"]) == ("supported", "m3/{piece}")  # 1 → 0.8
    assert len(found["subjects"][0]["baseline"]["evidence"]) == 2
    open_ = [record(w, 0, None, kpi="production.count_good_window", asset="PACK") for w in (BEFORE, AFTER)]
    assert answer([*gas, *open_], subjects=["site"], **claimed)["verdict"] == "not_decidable"
    assert answer(gas, subjects=["site"], **claimed)["verdict"] == "not_decidable"


def test_amounts_of_windows_of_different_length_are_compared_per_day() -> None:
    claimed = {
        "kpi": "energy.electricity",
        "change": {"relative": "-10 %"},
        "normalise": "per_day",
        "comparison": {"from": "2026-11-03", "to": "2026-11-05"},
    }
    long = claim(**claimed).comparison
    records = [
        record(BEFORE, 100, 100, kpi="energy.electricity"),
        record(long, 180, 180, kpi="energy.electricity"),
    ]
    assert answer(records, **claimed)["verdict"] == "supported"
    assert answer(records, **claimed)["subjects"][0]["comparison"]["result"]["low"] == 90.0


def test_windows_are_asked_for_once() -> None:
    assert len(windows_of([claim(), claim(id="again")])) == 2


def test_two_different_records_of_one_figure() -> None:
    with pytest.raises(BadInput, match=r"two different evidence records of equipment\.oee .* keep one"):
        judge(PLANT, [claim()], [record(BEFORE, 0.5, 0.5), record(BEFORE, 0.6, 0.6)])


def test_evidence_of_another_version() -> None:
    with pytest.raises(BadInput, match="schema 'floortruth/evidence/0', expected 'floortruth/evidence/1'"):
        judge(PLANT, [claim()], [record(BEFORE, 0.5, 0.5) | {"schema": "floortruth/evidence/0"}])


def test_evidence_of_another_site_is_passed_over() -> None:
    other = record(BEFORE, 0.5, 0.5) | {"subject": {"site": "S2", "asset": "K1"}}
    assert judge(PLANT, [claim()], [other])["claims"][0]["verdict"] == "not_decidable"


def test_the_text_in_both_languages() -> None:
    records = [record(BEFORE, 0.5, 0.5), record(AFTER, 0.6, 0.6, provisional=True)]
    document = judge(PLANT, [claim()], records)
    english, chinese = summary(document, "en"), summary(document, "zh")
    assert english.startswith("oee-up: supported    up\n  K1         supported: changed by +20.00%, claimed")
    assert "coverage: before 100.0%, after 100.0%; provisional" in english
    assert "支持" in chinese
    assert "上升至少 12.00%" in chinese
