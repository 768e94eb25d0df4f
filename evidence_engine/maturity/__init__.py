"""Maturity: models as data, and the exact scoring of what is known about their clauses, with bounds (D30)."""

from evidence_engine.maturity.model import BadModel, Clause, Model, load_model
from evidence_engine.maturity.scoring import score
from evidence_engine.maturity.summary import summary

__all__ = ["BadModel", "Clause", "Model", "load_model", "score", "summary"]
