"""Rules: data that says which figures, over which assets, answer which clause of a maturity model."""

from evidence_engine.rules.answer_rows import read_answer_rows, read_answer_sheet
from evidence_engine.rules.answers import answers_text, check_answer, read_answers
from evidence_engine.rules.assessment import score_plant
from evidence_engine.rules.bundled import rules_for
from evidence_engine.rules.evaluate import evaluate
from evidence_engine.rules.plant_facts import facts_changed, facts_of
from evidence_engine.rules.rule import Rule, RuleFile, load_rules, read_rules
from evidence_engine.rules.support import supports_of

__all__ = [
    "Rule",
    "RuleFile",
    "answers_text",
    "check_answer",
    "evaluate",
    "facts_changed",
    "facts_of",
    "load_rules",
    "read_answer_rows",
    "read_answer_sheet",
    "read_answers",
    "read_rules",
    "rules_for",
    "score_plant",
    "supports_of",
]
