"""From records to a clause's verdict: exact thresholds, what is missing, which window counts, whose record it is."""

from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.documents import BadInput
from evidence_engine.maturity import ClauseResult
from evidence_engine.maturity.verdict import SCORE_OF
from evidence_engine.rules import evaluate, read_rules
from evidence_engine.rules.rule import Item
from evidence_engine.rules.subjects import SITE, subjects
from tests.evidence_engine.rules.rule_cases import (
    KEY,
    MODEL,
    PLANT,
    covered,
    day,
    figure_rule,
    judge,
    plant,
    record,
    rules_text,
    window,
    written,
)


def ends(found: ClauseResult) -> tuple[str, F, F, str]:
    return found.verdict, found.low, found.high, found.by


MET, MOSTLY, PARTLY, NOT = F(1), F(4, 5), F(1, 2), F(0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.0, 1.0, ("met", MET, MET)),
        (0.9999999, 1.0, ("mostly", MOSTLY, MET)),
        (0.8, 0.99, ("mostly", MOSTLY, MOSTLY)),
        (0.7999999, 0.8, ("partly", PARTLY, MOSTLY)),
        (0.5, 0.5, ("partly", PARTLY, PARTLY)),
        (0.4999999, 0.5, ("not", NOT, PARTLY)),
        (0.0, 0.4999999, ("not", NOT, NOT)),
        (0.0, 1.0, ("not", NOT, MET)),
        (0.5, None, ("partly", PARTLY, MET)),
        (0.9, 1.3, ("mostly", MOSTLY, MET)),
    ],
)
def test_each_word_at_its_threshold(low: float, high: float | None, expected: tuple[str, F, F]) -> None:
    found = judge(figure_rule(), [record("network.networking_rate", value=low, bounds=(low, high))])
    assert ends(found) == (*expected, "data")


@pytest.mark.parametrize("threshold", [0.7, 0.9, 0.95])
def test_a_figure_reaches_the_threshold_that_is_written_like_it(threshold: float) -> None:
    """The doubles nearest to 0.7 and 0.95 lie below them: comparing binary would refuse a figure of exactly 19 ÷ 20."""
    rule = figure_rule(verdicts={"partly": threshold}, at_best="partly")
    assert judge(rule, [record("network.networking_rate", value=threshold)]).verdict == "partly"
    rule = written(items=[{"kpi": "equipment.oee", "over": "key_production", "at_least": threshold}])
    assert judge(rule, covered(*[threshold] * 4)).verdict == "met"


@pytest.mark.parametrize(
    ("coverages", "expected"),
    [
        ((1.0, 1.0, 1.0, 1.0), ("met", MET, MET)),
        ((0.9, 0.9, 0.9, 0.9), ("met", MET, MET)),
        ((0.9, 0.9, 0.9, 0.8999999), ("partly", PARTLY, PARTLY)),
        ((0.9, 0.9, 0.0, 0.0), ("partly", PARTLY, PARTLY)),
        ((0.9, 0.0, 0.0, 0.0), ("not", NOT, NOT)),
    ],
)
def test_a_share_of_the_declared_assets(coverages: tuple[float, ...], expected: tuple[str, F, F]) -> None:
    assert ends(judge(written(), covered(*coverages))) == (*expected, "data")


def test_the_reason_tells_the_counts_and_the_evidence_is_named() -> None:
    records = covered(1, 1, 0.2)
    found = judge(written(), records)
    assert found.because == {"zh": "2 1 4", "en": "2 sure, 1 perhaps, of 4"}
    assert found.evidence == tuple(r["id"] for r in records)


def test_percentages_in_a_reason_round_outward() -> None:
    found = judge(figure_rule(), [record("network.networking_rate", value=0.87, bounds=(0.86999, 0.90001))])
    assert found.because["en"] == "86.9% to 90.1%"


def test_an_asset_without_record_is_undecided_not_forgotten() -> None:
    found = judge(written(), covered(1, 1, 1))
    assert ends(found) == ("partly", PARTLY, MET, "data")  # 3 of 4 sure, 4 of 4 possible


def test_no_record_at_all_is_insufficient() -> None:
    found = judge(written(), [])
    assert ends(found) == ("insufficient", F(0), F(1), "none")
    assert found.because == {"zh": "没有证据记录", "en": "no evidence record"}


def test_nothing_known_of_any_asset_is_insufficient_and_names_the_records() -> None:
    records = [record(asset=a, value=None, bounds=(0.0, 1.0), coverage=0) for a in KEY]
    found = judge(written(), records)
    assert ends(found) == ("insufficient", F(0), F(1), "none")
    assert found.because["en"] == "nothing is known in this window"
    assert len(found.evidence) == 4


def test_nothing_known_of_one_asset_leaves_it_open() -> None:
    unknown = record(asset="K4", value=None, bounds=(0.0, 1.0), coverage=0)
    assert ends(judge(written(), [*covered(1, 1, 1), unknown])) == ("partly", PARTLY, MET, "data")


def test_not_applicable_is_neither_0_nor_1() -> None:
    idle = record(asset="K4", value=None, bounds=(None, None), coverage=0)
    assert ends(judge(written(), [*covered(1, 1, 1), idle])) == ("partly", PARTLY, MET, "data")
    every = [record(asset=a, value=None, bounds=(None, None), coverage=0) for a in KEY]
    assert ends(judge(written(), every)) == ("insufficient", F(0), F(1), "none")
    assert judge(written(), every).because["en"].startswith("not applicable")


def test_a_figure_not_applicable() -> None:
    found = judge(figure_rule(), [record("network.networking_rate", value=None, bounds=(None, None))])
    assert ends(found) == ("insufficient", F(0), F(1), "none")


def test_a_figure_with_nothing_known() -> None:
    found = judge(
        figure_rule(), [record("network.networking_rate", value=None, bounds=(0.0, 1.0), coverage=0)]
    )
    assert ends(found) == ("insufficient", F(0), F(1), "none")


def test_bounds_decide_even_where_no_value_is_known() -> None:
    found = judge(
        figure_rule(), [record("network.networking_rate", value=None, bounds=(0.8, 0.9), coverage=0)]
    )
    assert ends(found) == ("mostly", MOSTLY, MOSTLY, "data")
    found = judge(
        figure_rule(), [record("network.networking_rate", value=None, bounds=(0.0, 0.6), coverage=0)]
    )
    assert ends(found) == ("not", NOT, PARTLY, "data")


@pytest.mark.parametrize(("coverage", "verdict"), [(0.8, "met"), (0.7999999, "insufficient")])
def test_coverage_under_the_rules_least_is_insufficient(coverage: float, verdict: str) -> None:
    rule = figure_rule(least_coverage=0.8)
    found = judge(rule, [record("network.networking_rate", value=1.0, coverage=coverage)])
    assert found.verdict == verdict
    if verdict == "insufficient":
        assert found.because["en"] == "coverage is under the rule's least"
        assert (found.low, found.high) == (F(0), F(1))


def test_coverage_under_the_least_leaves_one_asset_of_a_share_open() -> None:
    items = [{"kpi": "data.completeness", "over": "key_production", "test": "figure", "at_least": 0.5}]
    rule = written(items=items, least_coverage=0.5)
    records = [record("data.completeness", a, value=1.0, coverage=0.4 if a == "K1" else 0.5) for a in KEY]
    assert ends(judge(rule, records)) == ("partly", PARTLY, MET, "data")


def test_the_bound_that_is_worse_for_the_claim_counts_per_asset() -> None:
    items = [{"kpi": "data.completeness", "over": "key_production", "test": "figure", "at_least": 0.5}]
    bounds = {"K1": (0.5, 0.6), "K2": (0.49, 0.51), "K3": (0.5, None), "K4": (0.1, 0.49)}
    records = [record("data.completeness", a, value=b[0], bounds=b) for a, b in bounds.items()]
    found = judge(written(items=items), records)
    assert ends(found) == ("partly", PARTLY, PARTLY, "data")
    assert found.because["en"] == "2 sure, 1 perhaps, of 4"


@pytest.mark.parametrize(
    ("coverages", "expected"),
    [
        ((1, 1, 1, 1), ("partly", PARTLY, MET)),
        ((1, 1, 0, 0), ("partly", PARTLY, MET)),
        ((1, 0, 0, 0), ("not", NOT, NOT)),
    ],
)
def test_at_best_caps_what_data_proves_and_leaves_the_rest_open(
    coverages: tuple[float, ...], expected: tuple[str, F, F]
) -> None:
    assert ends(judge(written(at_best="partly"), covered(*coverages))) == (*expected, "data")


@pytest.mark.parametrize(
    ("coverages", "verdict"),
    [((1, 1), "indicated"), ((1, 0, 0, 0), "not_assessed"), ((1, 0), "insufficient")],
)
def test_a_sign_scores_nothing(coverages: tuple[float, ...], verdict: str) -> None:
    found = judge(written(says="indicates", verdicts={"partly": 0.5}), covered(*coverages))
    assert ends(found) == (verdict, F(0), F(1), "none")
    assert found.evidence


def test_provisional_evidence_is_named() -> None:
    records = [record(asset=a, provisional=a == "K2") for a in KEY]
    assert judge(written(), records).because["en"] == "4 sure, 0 perhaps, of 4 (provisional)"
    assert judge(written(), covered(1, 1, 1, 1)).because["en"] == "4 sure, 0 perhaps, of 4"


def test_the_latest_window_counts() -> None:
    records = [
        *covered(1, 1, 1, 1, at=day(8)),
        *covered(0, 0, 0, 0, at=day(9)),
        *covered(1, 1, 1, 1, at=day(7)),
    ]
    assert judge(written(), records).verdict == "not"
    assert judge(written(), records[::-1]).verdict == "not"


def test_a_day_on_which_nobody_works_is_passed_over_and_a_silent_one_is_not() -> None:
    worked = [record("network.networking_rate", value=1.0, at=day(5))]
    free = record("network.networking_rate", value=None, bounds=(None, None), at=day(6))
    assert judge(figure_rule(), [*worked, free]).verdict == "met"
    silent = record("network.networking_rate", value=None, bounds=(0.0, 1.0), at=day(6))
    assert judge(figure_rule(), [*worked, silent]).verdict == "insufficient"
    assert judge(figure_rule(), [free]).verdict == "insufficient"


def test_the_preferred_kind_of_window_counts_before_the_later_one() -> None:
    records = [*covered(1, 1, 1, 1, at=day(1)), *covered(0, 0, 0, 0, at=window("history", 0, 9))]
    assert judge(written(), records).verdict == "met"
    assert judge(written(windows=["history", "day"]), records).verdict == "not"
    assert judge(written(windows=["shift", "history"]), records).verdict == "not"
    assert judge(written(windows=["shift"]), records).verdict == "insufficient"


def test_a_rule_may_ask_for_months_or_any_longer_window() -> None:
    for kind in ("week", "month", "quarter", "year"):
        records = [*covered(1, 1, 1, 1, at=window(kind, 0, 31)), *covered(0, 0, 0, 0, at=day(40))]
        assert judge(written(windows=[kind, "day"]), records).verdict == "met"


def test_windows_that_end_together_are_not_mixed() -> None:
    records = [
        *covered(1, 1, at=window("shift", 0, 2)),
        *[record(asset=a, coverage=0.0, at=window("shift", 1, 2)) for a in ("K3", "K4")],
    ]
    found = judge(written(windows=["shift"]), records)
    assert found.because["en"] == "0 sure, 2 perhaps, of 4"  # the one that began later


def test_a_window_in_which_only_another_figure_has_a_record_is_passed_over() -> None:
    records = [*covered(1, 1, 1, 1, at=day(1)), record("energy.electricity", "K1", at=day(5))]
    assert judge(written(), records).verdict == "met"


def test_process_steps_do_not_pass_for_the_site_or_an_asset() -> None:
    step = record() | {"subject": {"site": "S1", "step": "milling"}}
    assert judge(written(), [step]).verdict == "insufficient"


def test_evidence_of_another_plant_is_refused_by_name() -> None:
    other = record(asset="K1", site="S2")
    with pytest.raises(BadInput) as error:
        judge(written(), [*covered(1, 1), other])
    assert str(error.value) == (
        f"evidence record {other['id']} (equipment.oee) is of site 'S2', not of the plant 'S1'; "
        "give that plant's own folder"
    )


def test_a_rule_may_ask_about_key_process_steps() -> None:
    items = [{"kpi": "equipment.availability", "over": "key_steps", "at_least": 0.9}]
    milling = record("equipment.availability") | {"subject": {"site": "S1", "step": "milling"}}
    packing = record("equipment.availability", coverage=0) | {"subject": {"site": "S1", "step": "packing"}}
    assert judge(written(items=items), [milling, packing]).verdict == "met"
    assert judge(written(items=items), [packing]).verdict == "insufficient"


def test_evidence_of_another_schema_version_is_refused_by_name() -> None:
    newer = record(asset="K1") | {"schema": "floortruth/evidence/2"}
    with pytest.raises(BadInput) as error:
        judge(written(), [newer])
    assert str(error.value) == (
        f"evidence record {newer['id']}: schema 'floortruth/evidence/2', expected 'floortruth/evidence/1'; "
        "compute the evidence again with this version"
    )


def test_what_is_no_evidence_record_is_refused() -> None:
    with pytest.raises(BadInput, match="evidence record without id: schema 'None', expected"):
        judge(written(), [{"kpi": "equipment.oee"}])


def test_two_different_records_of_one_figure_are_refused() -> None:
    with pytest.raises(
        BadInput, match=r"two different evidence records of equipment\.oee for K1, day to .*keep one"
    ):
        judge(written(), [record(asset="K1"), record(asset="K1", snapshot="later")])
    assert judge(written(), [*covered(1, 1, 1, 1), *covered(1, 1, 1, 1)]).verdict == "met"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("site", [SITE]),
        ("production", [*KEY, "PACK"]),
        ("key_production", [*KEY]),  # K2 by its key step; AIR is key, but no production asset
        ("high_energy", ["K1", "K4", "AIR"]),  # from 50 kW on; a meter uses nothing itself
        ("key_steps", ["step/milling"]),
        ("output", ["PACK"]),
        ("electricity_meters", ["EM"]),
        ("carrier_meters", ["EM", "GAS"]),
        ("environment_stations", ["ENV"]),
    ],
)
def test_subjects_come_from_the_register(over: str, expected: list[str]) -> None:
    rated = {"rated_from": 50} if over == "high_energy" else {}
    item = Item.model_validate({"kpi": "energy.electricity", "over": over, **rated})
    assert subjects(plant(), item) == expected


def test_an_item_without_any_asset_in_the_register_decides_nothing() -> None:
    """A declared list is the denominator: where it is empty, the other items must not carry the clause alone."""
    items = [
        {"kpi": "equipment.oee", "over": "key_production", "at_least": 0.9},
        {"kpi": "production.schedule_attainment", "over": "output", "at_least": 0.9},
    ]
    text = PLANT.replace(", output: true", "")
    found = judge(written(items=items), covered(1, 1, 1, 1), text)
    assert ends(found) == ("insufficient", F(0), F(1), "none")
    assert found.because == {"zh": "登记表中没有产出设备", "en": "the register has no output assets"}


def test_several_items_share_one_denominator() -> None:
    items = [
        {"kpi": "equipment.oee", "over": "key_production", "at_least": 0.9},
        {"kpi": "energy.electricity", "over": "site", "at_least": 0.5},
    ]
    records = [*covered(1, 1, 1, 0), record("energy.electricity", value=812.5, coverage=0.5)]
    found = judge(written(items=items), records)
    assert ends(found) == ("mostly", MOSTLY, MOSTLY, "data")  # 4 of 5
    assert len(found.evidence) == 5


def test_every_rule_answers_and_only_rules_do() -> None:
    rules = read_rules(rules_text(written(), figure_rule(clause="R2.2a")), "rules.yaml", MODEL).rules
    assert set(evaluate(plant(), rules, [])) == {"M2-4.3b", "R2.2a"}


OPTION = st.sampled_from([None, 0.0, 0.5, 0.9, 1.0])
"""Coverage of an asset; None: no record."""


@given(
    known=st.lists(OPTION, min_size=4, max_size=4), data=st.data(), best=st.sampled_from(["met", "partly"])
)
def test_the_range_contains_what_missing_records_would_have_shown(
    known: list[float | None], data: st.DataObject, best: str
) -> None:
    filled = [c if c is not None else data.draw(st.sampled_from([0.0, 1.0])) for c in known]
    there = [record(asset=a, coverage=c) for a, c in zip(KEY, known, strict=True) if c is not None]
    rule: dict[str, Any] = written(at_best=best)
    wide, narrow = judge(rule, there), judge(rule, covered(*filled))
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    if wide.by == "data":
        assert SCORE_OF[wide.verdict] == wide.low
