"""A score that somebody has half made: every verdict occurs in it (tests of the pages)."""

import random
from fractions import Fraction
from typing import Any

from collector.journal import Journal
from collector.score_history import change_of, point_of
from evidence_engine.maturity import Answer, load_model, score
from evidence_engine.maturity.next_steps import EFFORTS, next_goals
from evidence_engine.maturity.verdict import NOT_ASSESSED, SCORE_OF, ClauseResult, Verdict, join
from evidence_engine.rules import load_rules

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
    results[DISPUTED] = join(
        _by_data(evidence), Answer(Fraction(1), "现场查看", "李工", "2026-11-20", "p.pdf")
    )
    efforts = {clause: rng.choice(EFFORTS) for clause in model.clauses}
    return score(model, results) | {
        "site": "S1",
        "rules": "gbt39116-2020@1",
        "asked": {rule.clause: rule.to_json() for rule in load_rules(model).rules},
        "disagreements": [DISPUTED],
        "facts_changed": [{"zh": "CNC-01：理想节拍 P1，80 → 90", "en": "CNC-01: ideal cycle P1, 80 → 90"}],
        "next": [
            {
                "level": goal.level,
                "count": len(goal.clauses),
                "shortest": True,
                "clauses": list(goal.clauses),
                "steps": [
                    {"clause": step.clause, "gain": float(step.gain), "effort": step.effort, "do": DO}
                    for step in goal.steps
                ],
            }
            for goal in next_goals(model, results, efforts)
        ],
    }


DISPUTED = "M2-7.2c"
DO = {
    "zh": "接入 4 台重点用能设备中的 3 台：COMP-01, COMP-02, CHIL-01 → 能源管理 2c 成为满足",
    "en": "connect 3 of 4 high users of energy: COMP-01, COMP-02, CHIL-01 → energy management 2c becomes met",
}


def _by_data(evidence: list[str]) -> ClauseResult:
    because = {"zh": "3 台重点用能设备中 1 台被监测", "en": "1 of 3 high users of energy is monitored"}
    return ClauseResult("not", Fraction(0), Fraction(1, 2), "data", because, evidence)


def sample_journal(at: int, step: int) -> Journal:
    """A journal in memory: the score rose over six steps, two verdicts changed, a clause was answered twice."""
    journal, document = Journal(None), sample_score([])
    for place in range(6):
        point = point_of(document)
        point["total"] = {"low": 0.5 + place * 0.4, "high": 4.6 - place * 0.2}
        journal.add(at + place * step, point, [])
    before = {
        "verdict": "met",
        "score": {"low": 1.0, "high": 1.0},
        "by": "data",
        "because": {"zh": "全部达到", "en": "all reach it"},
        "model": "gbt39116-2020@1",
        "rules": "gbt39116-2020@1",
        "figures": [sample_figure(0.98, 0.99)],
    }
    after = before | {
        "verdict": "insufficient",
        "score": {"low": 0.0, "high": 1.0},
        "by": "none",
        "figures": [sample_figure(None, 0.31)],
    }
    journal.add(at + 3 * step, None, [("M2-4.3b", change_of(None, before, is_first=True))])
    journal.add(at + 5 * step, None, [("M2-4.3b", change_of(before, after))])
    first = Answer(Fraction(1, 2), "一半设备", "王工", "2026-11-19")
    journal.say("M2-4.3b", first, "评估组", at + step)
    journal.say(
        "M2-4.3b", Answer(Fraction(4, 5), "复核", "王工", file="https://dms.plant/7"), "评估组", at + 2 * step
    )
    journal.withdraw("M2-4.3b", "样本选错了", "评估组", at + 4 * step)
    journal.channel("webhook")
    journal.not_told("webhook", "http://dms.plant/hook answered 503 Service Unavailable")
    return journal


def sample_figure(value: float | None, coverage: float) -> dict[str, Any]:
    """A figure as the history keeps it."""
    return {
        "evidence": "sha256:" + "0" * 64,
        "kpi": "equipment.oee",
        "asset": "CNC-01",
        "window": "day – 2026-11-23T16:00Z",
        "value": value,
        "low": value and value - 0.02,
        "high": 1.0 if value is None else value + 0.01,
        "unit": "1",
        "coverage": coverage,
        "limitations": [],
    }


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
