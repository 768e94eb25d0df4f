"""People's answers: a YAML file of clause ids with score, reason, who, when and a file to look at.

Example:
schema: floortruth/answers/1
answers:
  P1.1a: {score: 1, reason: 规划已批准, who: 王工, when: 2026-11-20, file: plan.pdf}
"""

from collections.abc import Callable, Collection
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from evidence_engine.documents import read_yaml
from evidence_engine.maturity.model import exact
from evidence_engine.maturity.verdict import SCORE_OF, Answer
from evidence_engine.vocabulary.roles import did_you_mean


def _a_score(value: object) -> Fraction:
    score = exact(value)
    if score not in SCORE_OF.values():
        raise ValueError(f"score {value}, expected 0, 0.5, 0.8 or 1")
    return score


def _a_reason(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty, an answer needs its reason")
    return text.strip()


def _a_day(value: object) -> object:
    """YAML reads 2026-11-20 as a date, not as text."""
    return value.isoformat() if isinstance(value, date) else value


class WrittenAnswer(BaseModel):
    """One answer as written."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    score: Annotated[Fraction, BeforeValidator(_a_score)]
    reason: Annotated[str, AfterValidator(_a_reason)]
    who: str = ""
    when: Annotated[str, BeforeValidator(_a_day)] = ""
    file: str = ""


class AnswerFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["floortruth/answers/1"] = Field(alias="schema")
    answers: dict[str, WrittenAnswer]


def read_answers(text: str, name: str, clauses: Collection[str]) -> dict[str, Answer]:
    """Answers by clause id; BadInput where one is wrong, lacks its reason, or names no clause."""
    known = Annotated[str, AfterValidator(_check_clause(clauses))]
    file = create_model("Answers", __base__=AnswerFile, answers=(dict[known, WrittenAnswer], ...))
    return {
        clause: Answer(answer.score, answer.reason, answer.who, answer.when, answer.file)
        for clause, answer in read_yaml(text, name, file).answers.items()
    }


def _check_clause(clauses: Collection[str]) -> Callable[[str], str]:
    def check(clause: str) -> str:
        if clause not in clauses:
            raise ValueError(f"no such clause{did_you_mean(clause, clauses)}")
        return clause

    return check
