"""Rules: data that says which figures, over which assets, answer which clause of a maturity model."""

from evidence_engine.rules.answers import read_answers
from evidence_engine.rules.assessment import score_plant
from evidence_engine.rules.evaluate import evaluate
from evidence_engine.rules.rule import Rule, load_rules

__all__ = ["Rule", "evaluate", "load_rules", "read_answers", "score_plant"]
