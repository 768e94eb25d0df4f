"""People's answers: a YAML file of clause ids with score, reason, who, when and a file to look at.

Example: `answers: {P1.1a: {score: 1, reason: "规划已批准", who: 王工, when: 2026-11-20, file: plan.pdf}}`.
"""

from collections.abc import Collection
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.maturity.verdict import SCORE_OF, Answer
from evidence_engine.vocabulary.roles import did_you_mean


def _a_score(value: object) -> Fraction:
    try:
        score = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"score '{value}' is not a number") from None
    if score not in SCORE_OF.values():
        raise ValueError(f"score {value}, expected 0, 0.5, 0.8 or 1")
    return score


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class WrittenAnswer(_Written):
    """One answer as written."""

    score: Annotated[Fraction, BeforeValidator(_a_score)]
    reason: str = Field(min_length=1)
    who: str = ""
    when: str = ""
    file: str = ""


class AnswerFile(_Written):
    """The whole file."""

    schema_: Literal["floortruth/answers/1"] = Field(alias="schema")
    answers: dict[str, WrittenAnswer]


def read_answers(text: str, name: str, clauses: Collection[str]) -> dict[str, Answer]:
    """Answers by clause id; BadInput where one is wrong, lacks its reason, or names no clause."""
    answers = read_yaml(text, name, AnswerFile).answers
    for clause in answers:
        if clause not in clauses:
            raise BadInput(f"{name}: answers.{clause}: no such clause{did_you_mean(clause, clauses)}")
    return {
        clause: Answer(answer.score, answer.reason, answer.who, answer.when, answer.file)
        for clause, answer in answers.items()
    }
