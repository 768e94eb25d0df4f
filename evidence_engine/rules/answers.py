"""People's answers: a YAML file of clause ids with score, reason, who, when and a file to look at; or one by one.

A sheet (XLSX) with the same columns is read by `answer_rows`.

Example:
schema: floortruth/answers/1
answers:
  P1.1a: {score: 1, reason: 规划已批准, who: 王工, when: 2026-11-20, file: plan.pdf}
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from ruamel.yaml import YAML

from evidence_engine.documents import BadInput, read_yaml
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


def _a_digest(text: str) -> str:
    if text and not re.fullmatch("sha256:[0-9a-f]{64}", text):
        raise ValueError(f"'{text}', expected sha256: and 64 lower-case hex digits")
    return text


class WrittenAnswer(BaseModel):
    """One answer as written."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    score: Annotated[Fraction, BeforeValidator(_a_score)]
    reason: Annotated[str, AfterValidator(_a_reason)]
    who: str = ""
    when: Annotated[str, BeforeValidator(_a_day)] = ""
    file: str = ""
    digest: Annotated[str, AfterValidator(_a_digest)] = ""

    def answer(self) -> Answer:
        """As the scoring takes it."""
        return Answer(self.score, self.reason, self.who, self.when, self.file, self.digest)


class AnswerFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["floortruth/answers/1"] = Field(alias="schema")
    answers: dict[str, WrittenAnswer]


def read_answers(text: str, name: str, clauses: Collection[str]) -> dict[str, Answer]:
    """Answers by clause id; BadInput where one is wrong, lacks its reason, or names no clause."""
    known = Annotated[str, AfterValidator(_check_clause(clauses))]
    file = create_model("Answers", __base__=AnswerFile, answers=(dict[known, WrittenAnswer], ...))
    return {clause: written.answer() for clause, written in read_yaml(text, name, file).answers.items()}


def check_answer(clause: str, words: Mapping[str, Any], clauses: Collection[str]) -> Answer:
    """One answer as an API or a sheet brings it; BadInput says each thing that is wrong, one line each."""
    try:
        _check_clause(clauses)(clause)
        told = WrittenAnswer.model_validate(dict(words))
    except ValidationError as errors:
        raise BadInput("\n".join(f"{clause}: {_problem(error)}" for error in errors.errors())) from None
    except ValueError as error:
        raise BadInput(f"{clause}: {error}") from None
    return told.answer()


def _problem(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"{field}: is missing"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{field}'{did_you_mean(field, list(WrittenAnswer.model_fields))}"
    if error["type"] == "value_error":
        return f"{field}: {error['ctx']['error']}"
    return f"{field}: {error['msg'][0].lower()}{error['msg'][1:]}"


def answers_text(answers: Mapping[str, Answer]) -> str:
    """The YAML of an answers file: what `read_answers` reads back, for answers that came one by one."""
    tree = {
        "schema": "floortruth/answers/1",
        "answers": {clause: _written(answer) for clause, answer in answers.items()},
    }
    text = StringIO()
    yaml = YAML()
    yaml.width = 10_000
    yaml.dump(tree, text)
    return text.getvalue()


def _written(answer: Answer) -> dict[str, str]:
    parts = {key: getattr(answer, key) for key in ("reason", "who", "when", "file", "digest")}
    return {"score": f"{float(answer.score):g}"} | {key: part for key, part in parts.items() if part}


def _check_clause(clauses: Collection[str]) -> Callable[[str], str]:
    def check(clause: str) -> str:
        if clause not in clauses:
            raise ValueError(f"no such clause{did_you_mean(clause, clauses)}")
        return clause

    return check
