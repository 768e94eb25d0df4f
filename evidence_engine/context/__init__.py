"""Context: who else was assessed, what authorities offer, what others achieved. Orientation, never part of a score.

Nothing that scores imports this room; `lint-imports` and a test hold that. Data files with their source: `data/`.
"""

from evidence_engine.context.files import Case, Company, Context, Mode, Policy, load_context
from evidence_engine.context.search import Found, Peers, peers_of, search
from evidence_engine.context.summary import context_json, context_text

__all__ = [
    "Case",
    "Company",
    "Context",
    "Found",
    "Mode",
    "Peers",
    "Policy",
    "context_json",
    "context_text",
    "load_context",
    "peers_of",
    "search",
]
