"""docs/rules.md: every rule with its clause, test, thresholds and assessor's card, written from the rules themselves.

`python -m evidence_engine.rules.describe > docs/rules.md`
"""

import sys
from collections.abc import Iterator
from fractions import Fraction

from evidence_engine.kpis import KPIS
from evidence_engine.kpis.limitations import EVERY
from evidence_engine.maturity.loading import load_model
from evidence_engine.maturity.model import Model
from evidence_engine.maturity.summary import WORDS
from evidence_engine.rules.rule import Item, Rule, RuleFile, load_rules
from evidence_engine.rules.subjects import NAMES

HEAD = """\
# 条款规则 · The rules

<!-- Written by `python -m evidence_engine.rules.describe > docs/rules.md`; a test checks that it is current. -->

Which figures, over which assets of the register, answer which clause of {name}
(rules `{rules}`, model `{model}`). A rule is data: `evidence_engine/rules/gbt39116-2020.yaml`; a plant may bring its
own file (`floortruth score --rules FILE`). No source states a threshold for any rate in the model, so every threshold
here is our own parameter. 阈值均为本产品自定参数，标准未给出。

How a rule is read:

- **Subjects** come from the register, not from what happens to have data. A rule whose list is empty answers nothing:
  *insufficient*.
- **Window**: of the first kind named, the latest window with a record; only if there is none, the next kind.
- **Test** per subject. *Coverage*: the record's coverage reaches the share. *Figure*: its low bound does (for sure) or
  its high bound does (perhaps). A subject without a record, of which nothing is known, or to which the figure does not
  apply, is undecided: perhaps. When all are undecided the clause is *insufficient*, 0 to 1.
- **Measure**: for sure ÷ all is its low, (for sure + perhaps) ÷ all its high; or the site's one figure with its bounds.
- **Verdict**: the word that the low reaches; the score runs from that word to the word that the high reaches.
  {words}.
- **At best**: where data speaks to a part of the clause only, it proves no more than this word, and the score stays
  open up to 1 for a person to settle.
- A rule that only **indicates** shows a sign, never a score: a person must confirm. Where the high measure reaches the
  sign and the low does not, data is *insufficient* to say.
- Evidence that may still change is used, and the reason then ends in *(provisional)*.
- **Not believed** 不予采信: evidence with one of these limitations decides nothing, and the reason says whose. Of the
  whole clause, which is then *insufficient*: {clause_codes}. Of its own subject, which is then undecided:
  {subject_codes}. A rules file or a single rule may name its own (`distrust:`).
- What the register or the plant's facts were at an earlier score is compared on request (`floortruth score --since`), and
  each change is listed with before and after: no data can tell that a fact was changed to look better.

| limitation | says |
|---|---|
{codes}
"""


def describe(model: Model, rules: RuleFile) -> str:
    """The page, in the order of the rules file, a section per rule under its sub-domain."""
    words = ", ".join(f"{WORDS[word][0]} {WORDS[word][1]} {score}" for word, score in _SCORES)
    lines = [
        HEAD.format(
            name=model.file.name.zh, rules=rules.version, model=rules.model, words=words, **_doubts(rules)
        )
    ]
    names = {node.id: f"{node.zh} {node.en}" for node in model.file.subdomains}
    seen = ""
    for rule in rules.rules:
        subdomain = model.clauses[rule.clause].subdomain
        lines += [] if subdomain == seen else [f"## {subdomain} {names[subdomain]}", ""]
        lines += [*_section(model, rules, rule), ""]
        seen = subdomain
    return "\n".join(lines)


def _doubts(rules: RuleFile) -> dict[str, str]:
    listed = rules.distrust
    rows = [
        f"| `{code}` | {EVERY[code][0]} · {EVERY[code][1]} |" for code in [*listed.clause, *listed.subject]
    ]
    return {
        "clause_codes": ", ".join(f"`{code}`" for code in listed.clause),
        "subject_codes": ", ".join(f"`{code}`" for code in listed.subject),
        "codes": "\n".join(rows),
    }


_SCORES = (("met", "1"), ("mostly", "0.8"), ("partly", "0.5"), ("not", "0"))


def _section(model: Model, rules: RuleFile, rule: Rule) -> Iterator[str]:
    clause = model.clauses[rule.clause]
    yield f"### {rule.clause} {clause.zh}"
    yield ""
    yield f"{clause.en}. Level {clause.level}, certainty {clause.certainty}, live data {clause.live_data}."
    yield ""
    yield f"- {'判定 decides' if rule.says == 'decides' else '有迹象 indicates'}: {_verdicts(rule)}"
    yield from (f"- {_item(rule, item)}" for item in rule.items)
    if rule.distrusts != rules.distrust:
        yield f"- not believed: {', '.join([*rule.distrusts.clause, *rule.distrusts.subject])}"
    yield f"- window: {', else '.join(rule.windows)}{_least(rule)}"
    yield f"- reason: {rule.reason.zh}<br>{rule.reason.en}"
    yield f"- 看 look at: {rule.card.look_at.zh} · {rule.card.look_at.en}"
    yield f"- 抽 sample: {rule.card.sample.zh} · {rule.card.sample.en}"
    yield f"- {rule.parameters.zh} · {rule.parameters.en}"


def _verdicts(rule: Rule) -> str:
    given = ", ".join(f"{word} from {_percent(threshold)}" for word, threshold in rule.verdicts.given())
    if rule.says == "indicates":
        return f"a sign from {_percent(rule.verdicts.given()[-1][1])}"
    return given + ("" if rule.at_best == "met" else f"; at best {rule.at_best}, the rest is for a person")


def _item(rule: Rule, item: Item) -> str:
    kpi, (zh, en) = KPIS[item.kpi], NAMES[item.over]
    rated = "" if item.rated_from is None else f" (rated ≥ {float(item.rated_from):g} kW)"
    asked = "its own figure" if rule.measure == "figure" else f"{item.test} ≥ {_percent(item.at_least)}"
    return f"`{item.kpi}` {kpi.name_zh} {kpi.name_en}, over {zh} {en}{rated}: {asked}"


def _least(rule: Rule) -> str:
    return f"; coverage at least {_percent(rule.least_coverage)}" if rule.least_coverage else ""


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):g} %"


if __name__ == "__main__":
    bundled = load_model()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(describe(bundled, load_rules(bundled)))
