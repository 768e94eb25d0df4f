"""Maturity: models as data, and the exact scoring of what is known about their clauses, with bounds (D30)."""

from evidence_engine.maturity.loading import load_model
from evidence_engine.maturity.model import BadModel, Clause, Model
from evidence_engine.maturity.score_document import score
from evidence_engine.maturity.scoring import Scored, calculate
from evidence_engine.maturity.summary import summary
from evidence_engine.maturity.tree import tree
from evidence_engine.maturity.verdict import Answer, ClauseResult
from evidence_engine.maturity.view_summary import view_summary, views_summary
from evidence_engine.maturity.views import apply_all, apply_view, choose, load_views

__all__ = [
    "Answer",
    "BadModel",
    "Clause",
    "ClauseResult",
    "Model",
    "Scored",
    "apply_all",
    "apply_view",
    "calculate",
    "choose",
    "load_model",
    "load_views",
    "score",
    "summary",
    "tree",
    "view_summary",
    "views_summary",
]
