"""Rules as written: the bundled file holds together, and each mistake has its one sentence with the place."""

from pathlib import Path
from typing import Any

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.kpis import KPIS
from evidence_engine.rules import load_rules, read_rules
from evidence_engine.rules.rule import BUNDLED
from tests.evidence_engine.rules.rule_cases import MODEL, T, figure_rule, rules_text, written

RULES = load_rules(MODEL)


def test_every_clause_that_data_can_decide_has_a_rule() -> None:
    ruled = {rule.clause: rule.says for rule in RULES.rules}
    assert all(ruled[c.id] == "decides" for c in MODEL.clauses.values() if c.live_data == "F")


def test_no_rule_decides_what_data_can_only_indicate() -> None:
    """P: a document, a demonstration or an interview is still needed. N: data says nothing."""
    kinds = {rule.clause: MODEL.clauses[rule.clause].live_data for rule in RULES.rules}
    assert {kinds[rule.clause] for rule in RULES.rules if rule.says == "decides"} == {"F"}
    assert "N" not in kinds.values()


def test_at_least_thirty_rules_eleven_decide_and_at_least_eighteen_show_a_sign() -> None:
    says = [rule.says for rule in RULES.rules]
    assert (len(says) >= 30, says.count("decides"), says.count("indicates") >= 18) == (True, 11, True)


def test_the_first_six_subdomains_have_rules() -> None:
    assert {MODEL.clauses[rule.clause].subdomain for rule in RULES.rules} >= {
        *("R1", "R2", "T1", "M2-3", "M2-4", "M2-7")
    }


def test_every_text_is_there_in_both_languages() -> None:
    for rule in RULES.rules:
        for text in (rule.reason, rule.card.look_at, rule.card.sample, rule.parameters):
            assert text.zh.strip()
            assert text.en.strip()
            assert text.zh != text.en


def test_reading_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(rules_text(written()), encoding="utf-8")
    assert [rule.clause for rule in load_rules(MODEL, tmp_path / "own.yaml").rules] == ["M2-4.3b"]
    with pytest.raises(BadInput, match=r"^no rules file "):
        load_rules(MODEL, tmp_path / "none.yaml")
    assert load_rules(MODEL, BUNDLED) == RULES


def item(**changes: Any) -> list[dict[str, Any]]:
    return [{"kpi": "equipment.oee", "over": "key_production", "at_least": 0.9} | changes]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (written(clause="M2-4.3z"), "rules.0: unknown clause 'M2-4.3z', did you mean 'M2-4.3"),
        (
            written(items=item(kpi="equipment.oe")),
            "unknown KPI 'equipment.oe', did you mean 'equipment.oee'?",
        ),
        (written(items=[]), "rules.0.items: "),
        (
            written(items=item(at_least=1.1)),
            "rules.0.items.0.at_least: input should be less than or equal to 1",
        ),
        (written(items=item(at_least="most")), "rules.0.items.0.at_least: 'most' is not a number"),
        (written(items=item(over="everything")), "rules.0.items.0.over: input should be 'site'"),
        (
            written(items=item(over="high_energy")),
            "'rated_from' (kW) belongs to over 'high_energy', and only",
        ),
        (
            written(items=item(rated_from=50)),
            "'rated_from' (kW) belongs to over 'high_energy', and only there",
        ),
        (written(verdicts={}), "expected at least one of met, mostly, partly, each more than 0"),
        (
            written(verdicts={"met": 1, "partly": 0}),
            "expected at least one of met, mostly, partly, each more than 0",
        ),
        (written(verdicts={"met": 0.5, "partly": 0.8}), "expected a higher threshold for a better word"),
        (written(verdicts={"met": 0.8, "mostly": 0.8}), "expected a higher threshold for a better word"),
        (figure_rule(items=item(over="production")), "measure 'figure' needs exactly one item, over 'site'"),
        (figure_rule(items=item(over="site") * 2), "measure 'figure' needs exactly one item, over 'site'"),
        (
            written(items=item(kpi="equipment.mtbf", test="figure")),
            "'equipment.mtbf' is not a share of which more is better, expected test 'coverage'",
        ),
        (
            written(items=item(kpi="quality.reject_ratio", test="figure")),
            "'quality.reject_ratio' is not a share",
        ),
        (
            figure_rule(items=item(kpi="energy.electricity", over="site")),
            "'energy.electricity' is not a share",
        ),
        (
            written(reason={"zh": "{al}", "en": "x"}),
            "reason: unknown placeholder '{al}', did you mean 'all'?",
        ),
        (written(reason={"zh": "{", "en": "x"}), "reason: "),
        (
            written(items=[*item(), *item(at_least=0.5)], reason={"zh": "{least}", "en": "{least}"}),
            "reason: '{least}' needs the same 'at_least' in all items",
        ),
        (
            written(reason={"zh": "{rated_from}", "en": "x"}),
            "reason: '{rated_from}' needs an item over 'high_energy'",
        ),
        (written(windows=[]), "rules.0.windows: "),
        (written(windows=["fortnight"]), "rules.0.windows.0: "),
        (written(verdict={}), "rules.0.verdict: unknown key 'verdict', did you mean 'verdicts'?"),
        (written(reason={"zh": "只有中文"}), "rules.0.reason.en: is missing"),
    ],
)
def test_a_wrong_rule_is_one_sentence_with_its_place(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as error:
        read_rules(rules_text(rule), "rules.yaml", MODEL)
    assert str(error.value).startswith("rules.yaml:1: rules.0")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_clause_ruled_twice_is_named_with_its_line() -> None:
    one, two = rules_text(written()), rules_text(written())
    text = one.replace('"rules": [', '"rules": [\n').removesuffix("]}")
    text += ",\n" + two.split('"rules": [')[1]
    with pytest.raises(BadInput) as error:
        read_rules(text, "rules.yaml", MODEL)
    assert str(error.value) == "rules.yaml:3: rules.1: clause 'M2-4.3b' has two rules"


def test_a_file_read_twice_is_no_clause_ruled_twice() -> None:
    assert load_rules(MODEL) == load_rules(MODEL)


def test_rules_for_another_model_are_refused() -> None:
    with pytest.raises(BadInput) as error:
        read_rules(rules_text(written(), model="other"), "rules.yaml", MODEL)
    assert str(error.value) == "rules.yaml: rules are for model 'other', not 'gbt39116-2020'"


def test_another_schema_of_rules_is_refused() -> None:
    text = rules_text(written()).replace("floortruth/rules/1", "floortruth/rules/9")
    with pytest.raises(
        BadInput, match=r"^rules\.yaml:1: schema: .*floortruth/rules/1.*got 'floortruth/rules/9'$"
    ):
        read_rules(text, "rules.yaml", MODEL)


def test_thresholds_are_read_as_written() -> None:
    rule = read_rules(rules_text(written(items=item(at_least=0.95))), "rules.yaml", MODEL).rules[0]
    assert (rule.items[0].at_least.numerator, rule.items[0].at_least.denominator) == (19, 20)


def test_shares_are_all_that_a_figure_test_accepts() -> None:
    shares = [kpi for kpi in KPIS.values() if kpi.unit == "1" and kpi.better != "less"]
    rules = [written(items=item(kpi=kpi.id, test="figure"), reason=T) for kpi in shares]
    for rule in rules:
        assert read_rules(rules_text(rule), "rules.yaml", MODEL).rules
