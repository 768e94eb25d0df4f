"""A score that somebody has half made: every verdict occurs in it (tests of the pages)."""

import random
from typing import Any

from evidence_engine.maturity import load_model, score
from evidence_engine.maturity.verdict import NOT_ASSESSED, SCORE_OF, ClauseResult, Verdict

VERDICTS: tuple[Verdict, ...] = (
    "met",
    "mostly",
    "partly",
    "not",
    "insufficient",
    "indicated",
    "not_assessed",
)
CHANCES = [
    [9, 2, 0.2, 0.2, 0, 0, 0],
    [9, 2, 1, 0.2, 0.5, 0, 0],
    [4, 3, 1, 1, 2, 1, 1],
    [1, 1, 1, 2, 1, 1, 6],
    [0, 0, 0, 1, 0, 0, 9],
]
"""By level: how often a clause has each verdict."""


def sample_score(evidence: list[str]) -> dict[str, Any]:
    """The score of a plant that somebody has half assessed: every verdict occurs in it."""
    rng = random.Random(3)
    model = load_model()
    results = {c.id: _result(rng, c.id, c.level, evidence) for c in model.clauses.values()}
    return score(model, results)


def _result(rng: random.Random, identity: str, level: int, evidence: list[str]) -> ClauseResult:
    verdict = rng.choices(VERDICTS, CHANCES[level - 1])[0]
    if identity == "M2-4.3b":
        verdict = "insufficient"
    if verdict == "not_assessed":
        return NOT_ASSESSED
    because = {
        "zh": "6 台关键设备中 4 台达到，2 台数据不足",
        "en": "4 of 6 key machines reach it, 2 lack data",
    }
    if verdict in ("insufficient", "indicated"):
        return ClauseResult(verdict, by="none", because=because, evidence=evidence)
    exact = SCORE_OF[verdict]
    return ClauseResult(
        verdict,
        exact,
        exact,
        "person",
        {"zh": "评估师意见", "en": "assessor's view"},
        person={"score": float(exact), "who": "李工", "reason": "现场查看"},
    )
