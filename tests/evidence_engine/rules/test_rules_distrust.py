"""Evidence that can't be true decides nothing: a disproved limit leaves the clause open, another doubt its own subject."""

from fractions import Fraction as F

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.kpis.tables import plausibility
from evidence_engine.rules import read_rules
from evidence_engine.rules.evaluate import examine
from evidence_engine.rules.rule import Distrust
from evidence_engine.rules.ways import ways_of
from tests.evidence_engine.rules.rule_cases import (
    KEY,
    MODEL,
    covered,
    judge,
    plant,
    record,
    rules_text,
    written,
)

DISPROVED = record(asset="K4", limits=["limit_disproved"])
MISREAD = record(asset="K4", limits=["glitch"])
DOUBTS_GLITCH = {"clause": [], "subject": ["glitch"]}


def test_a_disproved_limit_makes_the_clause_insufficient_d12() -> None:
    found = judge(written(), [*covered(1, 1, 1), DISPROVED])
    assert (found.verdict, found.low, found.high, found.by) == ("insufficient", F(0), F(1), "none")
    assert found.because["en"].startswith("not believed: K4: the readings disprove the stated limit")
    assert found.because["zh"].startswith("不予采信，K4：读数证明申明的上限不成立")
    assert len(found.evidence) == 4


def test_without_it_the_same_clause_is_met() -> None:
    assert judge(written(), [*covered(1, 1, 1), record(asset="K4")]).verdict == "met"


def test_a_limitation_that_the_rule_does_not_name_changes_nothing() -> None:
    assert judge(written(), [*covered(1, 1, 1), MISREAD]).verdict == "met"


def test_a_doubted_subject_is_undecided_and_the_reason_says_so() -> None:
    found = judge(written(distrust=DOUBTS_GLITCH), [*covered(1, 1, 1), MISREAD])
    assert (found.verdict, found.low, found.high, found.by) == ("partly", F(1, 2), F(1), "data")
    assert found.because["en"] == (
        "3 sure, 1 perhaps, of 4; not believed: K4: a counter fell and came back; taken for a misreading"
    )


def test_where_every_subject_is_doubted_the_clause_is_insufficient() -> None:
    records = [record(asset=asset, limits=["glitch"]) for asset in KEY]
    found = judge(written(distrust=DOUBTS_GLITCH), records)
    assert found.verdict == "insufficient"
    assert found.because["en"].count("K4: ") == 1


def test_the_rest_missing_is_insufficient_too_and_tells_both() -> None:
    found = judge(written(distrust=DOUBTS_GLITCH), [MISREAD])
    assert found.verdict == "insufficient"
    assert found.because["en"].startswith("no evidence record; not believed: K4: ")


def test_a_sign_is_no_sign_on_evidence_that_is_not_believed() -> None:
    rule = written(says="indicates", verdicts={"partly": 0.5})
    assert judge(rule, [*covered(1, 1, 1), DISPROVED]).verdict == "insufficient"


def test_the_files_list_holds_for_rules_without_their_own() -> None:
    text = rules_text(written(), written(clause="M2-4.4b", distrust=DOUBTS_GLITCH))
    file = read_rules(
        text.replace('"version"', '"distrust": {"clause": ["glitch"]}, "version"'), "rules.yaml", MODEL
    )
    assert [rule.distrusts.clause for rule in file.rules] == [["glitch"], []]
    assert [rule.distrusts.subject for rule in file.rules] == [Distrust().subject, ["glitch"]]


def test_unless_told_a_disproved_limit_is_never_believed() -> None:
    (rule,) = read_rules(rules_text(written()), "rules.yaml", MODEL).rules
    assert rule.distrusts.clause == ["limit_disproved"]


def test_unless_told_what_should_not_be_believed_is_not() -> None:
    """Every limitation that the plausibility of data gives, but one: stamps were corrected by the offset measured."""
    doubted = {*plausibility.CODES, "meters_disagree"} - {"clock_offset_beyond_error"}
    assert doubted == set(Distrust().subject)


@pytest.mark.parametrize("code", Distrust().subject)
def test_each_doubt_leaves_its_subject_undecided(code: str) -> None:
    found = judge(written(), [*covered(1, 1, 1), record(asset="K4", limits=[code])])
    assert (found.verdict, found.high) == ("partly", F(1))


def test_an_unknown_limitation_is_named() -> None:
    with pytest.raises(BadInput) as error:
        read_rules(rules_text(written(distrust={"clause": ["limit_disprove"]})), "rules.yaml", MODEL)
    assert str(error.value) == (
        "rules.yaml:1: rules.0.distrust.clause.0: "
        "unknown limitation 'limit_disprove', did you mean 'limit_disproved'?"
    )


def test_what_next_asks_to_settle_the_doubt_first() -> None:
    rules = read_rules(rules_text(written()), "rules.yaml", MODEL).rules
    examined = examine(plant(), rules, [*covered(1, 1, 0.5), DISPROVED])
    way = ways_of(MODEL, examined, {}, "S1")["M2-4.3b"]
    assert way.effort == "coverage"
    assert [(lack.asset, lack.asks) for lack in way.lacks] == [("K4", "trust"), ("K3", "coverage")]
    assert way.do["en"].startswith(
        "check and correct what was stated or how it is measured (not believed: K4: the readings disprove"
    )
