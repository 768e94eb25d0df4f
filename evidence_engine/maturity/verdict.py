"""Verdicts on clauses: the words, their scores, and how data's and a person's verdict are joined (D30)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

SCORE_OF = {"met": Fraction(1), "mostly": Fraction(4, 5), "partly": Fraction(1, 2), "not": Fraction(0)}
"""The four words that score (GB/T 39117)."""

WORD_OF = {score: word for word, score in SCORE_OF.items()}
OPEN_WORDS = ("indicated", "insufficient", "not_assessed")
"""The words that leave a clause open: 0 to 1."""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What is known about one clause: the range of its score, the word, who said it, by which evidence, and why."""

    verdict: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(1)
    by: str = "none"
    """data | person | both | none."""
    because: dict[str, str] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    """Ids of evidence records."""
    machine: dict[str, Any] | None = None
    """What the data said where a person's answer stands on top of it: an override never deletes."""

    def to_json(self) -> dict[str, Any]:
        """As in the score document."""
        body: dict[str, Any] = {
            "score": {"low": float(self.low), "high": float(self.high)},
            "verdict": self.verdict,
            "by": self.by,
            "evidence": list(self.evidence),
            "because": self.because,
        }
        return body | ({"machine": self.machine} if self.machine is not None else {})


NOT_ASSESSED = ClauseResult(
    "not_assessed",
    because={"zh": "没有数据能说明，也没有人评过", "en": "no data speaks to it, and nobody has judged it"},
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's verdict on one clause: a score of the method, with the reason; who and when, a file to look at."""

    score: Fraction
    reason: str
    who: str = ""
    when: str = ""
    file: str = ""


def join(data: ClauseResult | None, answer: Answer | None) -> ClauseResult:
    """Data's result with a person's answer; where they disagree the range spans both and says so first (D30)."""
    if answer is None:
        return data or NOT_ASSESSED
    said = _said(answer)
    if data is None or data.by == "none":
        evidence = data.evidence if data is not None else ()
        machine = data.to_json() if data is not None else None
        return ClauseResult(
            WORD_OF[answer.score], answer.score, answer.score, "person", said, evidence, machine
        )
    low, high = min(data.low, answer.score), max(data.high, answer.score)
    agree = data.low <= answer.score <= data.high
    if agree:
        low = high = answer.score
    because = {
        lang: (said[lang] if agree else f"{first}{said[lang]} {data.because.get(lang, '')}")
        for lang, first in (("zh", "人与数据不一致："), ("en", "person and data disagree: "))
    }
    word = WORD_OF.get(low, data.verdict)
    return ClauseResult(word, low, high, "both", because, data.evidence, data.to_json())


def _said(answer: Answer) -> dict[str, str]:
    who = f" ({answer.who})" if answer.who else ""
    return {"zh": f"{answer.reason}{who}", "en": f"{answer.reason}{who}"}
