"""Verdicts on clauses: the words, their scores, and how data's and a person's verdict are joined (D30)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

Verdict = Literal["met", "mostly", "partly", "not", "indicated", "insufficient", "not_assessed"]
"""The last three leave a clause open, 0 to 1: data shows a sign, data does not suffice, nothing was said."""
By = Literal["data", "person", "both", "none"]

SCORE_OF: dict[Verdict, Fraction] = {
    "met": Fraction(1),
    "mostly": Fraction(4, 5),
    "partly": Fraction(1, 2),
    "not": Fraction(0),
}
"""The four words that score (GB/T 39117)."""
WORD_OF = {score: word for word, score in SCORE_OF.items()}


def shown_range(low: Fraction, high: Fraction) -> dict[str, float]:
    """`{"low": 0.5, "high": 1.0}`, each end rounded once; equal ranges are one object, which nobody changes."""
    return _shown(*low.as_integer_ratio(), *high.as_integer_ratio())


@lru_cache(maxsize=10_000)
def _shown(a: int, b: int, c: int, d: int) -> dict[str, float]:
    return {"low": a / b, "high": c / d}


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What is known about one clause: the range of its score, the word, who said it, by which evidence, and why."""

    verdict: Verdict
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(1)
    by: By = "none"
    because: dict[str, str] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    """Ids of evidence records."""
    machine: dict[str, Any] | None = None
    """What the data said where a person's answer stands on top of it: an override never deletes."""
    person: dict[str, Any] | None = None
    """The person's own words: score, reason, who, when, file."""

    @property
    def is_disputed(self) -> bool:
        """A person's score lies outside of what the data allows."""
        return self.person is not None and self.machine is not None and self.low != self.high

    def to_json(self, clause: str = "") -> dict[str, Any]:
        """As in the score document, with the clause's id where it is given; `machine` and `person` only where they are."""
        body: dict[str, Any] = {"id": clause} if clause else {}
        body["score"] = shown_range(self.low, self.high)
        body["verdict"] = self.verdict
        body["by"] = self.by
        body["evidence"] = list(self.evidence)
        body["because"] = self.because
        if self.machine is not None:
            body["machine"] = self.machine
        if self.person is not None:
            body["person"] = self.person
        return body


NOT_ASSESSED = ClauseResult(
    "not_assessed",
    because={"zh": "没有数据能说明，也没有人评过", "en": "no data speaks to it, and nobody has judged it"},
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's verdict on one clause: a score of the method, with the reason; who and when, a file to look at.

    file: its name or where it is; digest: `sha256:…` of its bytes, so that another file can't take its place.
    """

    score: Fraction
    reason: str
    who: str = ""
    when: str = ""
    file: str = ""
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in the score document; `digest` only where there is one."""
        body = {
            "score": float(self.score),
            "reason": self.reason,
            "who": self.who,
            "when": self.when,
            "file": self.file,
        }
        return body | ({"digest": self.digest} if self.digest else {})


def join(data: ClauseResult | None, answer: Answer | None) -> ClauseResult:
    """Data's result with a person's answer (D30).

    An answer inside data's range settles it; outside, they disagree: the range spans both and the reason says so first.
    """
    if answer is None:
        return data or NOT_ASSESSED
    machine = data.to_json() if data is not None else None
    evidence = data.evidence if data is not None else ()
    score, said = answer.score, _said(answer)
    by: By
    if data is None or data.by == "none":
        by, low, high, because = "person", score, score, said
    elif data.low <= score <= data.high:
        by, low, high, because = "both", score, score, said
    else:
        by, low, high = "both", min(data.low, score), max(data.high, score)
        because = _disagreement(said, data.because)
    return ClauseResult(WORD_OF[low], low, high, by, because, evidence, machine, answer.to_json())


def _said(answer: Answer) -> dict[str, str]:
    who = f" ({answer.who})" if answer.who else ""
    return {"zh": f"{answer.reason}{who}", "en": f"{answer.reason}{who}"}


def _disagreement(said: dict[str, str], measured: dict[str, str]) -> dict[str, str]:
    return {
        "zh": f"人与数据不一致。人：{said['zh']}；数据：{measured.get('zh', '')}",
        "en": f"person and data disagree. Person: {said['en']}; data: {measured.get('en', '')}",
    }
