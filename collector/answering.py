"""People's answers to clauses, one by one: by API (JSON) and from the form on a clause's page; kept, never overwritten."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from collector.assess import Assessment
from collector.board import LiveBoard
from collector.config import CollectorConfig, Secrets
from collector.journal import Change, Point, Said
from collector.queries import Problem
from collector.scoring import model_place
from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer, load_model
from evidence_engine.vocabulary.instants import format_instant, to_datetime
from evidence_engine.vocabulary.roles import did_you_mean

if TYPE_CHECKING:
    from collector.web.pages import Pages

ANSWER_BYTES = 1 << 16
NOBODY = "nobody may answer here yet: name somebody under 'assessors' in the collector's configuration"

Json = dict[str, Any]


@dataclass(slots=True)
class Answering:
    """Takes what a person says of a clause: checks it, keeps it, and has the score look at it."""

    config: CollectorConfig
    secrets: Secrets
    board: LiveBoard
    assessment: Assessment
    _clauses: set[str] = field(default_factory=set)

    def person(self, shown: str) -> str:
        """Whose token this is; Problem 403 where nobody may answer, 401 where it is nobody's."""
        if not self.secrets.has_assessors:
            raise Problem(403, NOBODY)
        name = self.secrets.assessor(shown)
        if name is None:
            raise Problem(
                401, "token missing or wrong, expected that of somebody under 'assessors' in the config"
            )
        return name

    def keep(self, words: Mapping[str, Any], by: str) -> Json:
        """Keep one answer or withdrawal; what was kept, what it overrides, what the machines say. Problem 400, 507."""
        told = {key: value for key, value in words.items() if value not in ("", None)}
        clause = str(told.pop("clause", ""))
        if not clause:
            raise Problem(400, 'clause: is missing, as in {"clause": "M2-7.2c", "score": 0.8, "reason": "…"}')
        journal, at = self.board.journal, self.board.clock.now()
        before = journal.standing().get(clause)
        try:
            if "withdraw" in told:
                id = journal.withdraw(clause, self._withdrawal(clause, told, before), by, at)
                answer = None
            else:
                answer = self._checked(clause, told, by, at)
                id = journal.say(clause, answer, by, at)
        except sqlite3.Error as error:
            raise Problem(507, f"the answer was not kept: {error}") from None
        data = self._data(clause)
        return {
            "id": id,
            "at": format_instant(at),
            "clause": clause,
            "by": by,
            "answer": None if answer is None else answer.to_json(),
            "overrides": None if before is None else before.to_json(),
            "data": data,
            "disagrees": answer is not None and data is not None and not _inside(answer, data),
        }

    def _checked(self, clause: str, told: Json, by: str, at: int) -> Answer:
        from evidence_engine.rules import check_answer

        try:
            answer = check_answer(clause, told, self.clauses())
        except BadInput as error:
            raise Problem(400, str(error)) from None
        today = f"{to_datetime(at, self.board.plant.zone):%Y-%m-%d}"
        return replace(answer, who=answer.who or by, when=answer.when or today)

    def _withdrawal(self, clause: str, told: Json, before: Answer | None) -> str:
        if set(told) != {"withdraw"}:
            raise Problem(
                400, f"{clause}: 'withdraw' is its reason and stands alone, without score and reason"
            )
        if before is None:
            raise Problem(400, f"{clause}: no answer given here stands, nothing to withdraw")
        return str(told["withdraw"])

    def _data(self, clause: str) -> Json | None:
        """What the machines say of a clause now, None where they say nothing that scores."""
        score = self.board.score()
        clauses = (
            []
            if score is None
            else [c for lv in score["levels"] for s in lv["subdomains"] for c in s["clauses"]]
        )
        found = next((c for c in clauses if c["id"] == clause), None)
        said = None if found is None else found.get("machine", found)
        if said is None or said["by"] != "data":
            return None
        return {key: said[key] for key in ("verdict", "score", "because", "evidence")}

    def clauses(self) -> set[str]:
        """The clauses of the model, known before the first score too."""
        if not self._clauses:
            self._clauses = set((self.board.model or load_model(model_place(self.config))).clauses)
        return self._clauses


def _inside(answer: Answer, data: Json) -> bool:
    return bool(data["score"]["low"] <= float(answer.score) <= data["score"]["high"])


def add_answers(app: FastAPI, answering: Answering, pages: "Pages") -> None:
    """Put answers, the history of the score and of verdicts, and the form's target on an app."""
    _add_reading(app, answering)

    @app.post("/api/answers", status_code=201)
    async def answer(request: Request) -> Json:
        """`{"clause", "score", "reason"[, "who", "when", "file", "digest"]}` or `{"clause", "withdraw": "why"}`."""
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        by = answering.person(shown.strip() if kind.lower() == "bearer" else "")
        try:
            told = json.loads(await _body(request))
        except ValueError:
            raise Problem(400, "the answer is not JSON") from None
        if not isinstance(told, dict):
            raise Problem(400, "the answer is not a JSON object")
        kept = await asyncio.to_thread(answering.keep, told, by)
        answering.assessment.wake()
        return kept

    @app.post("/assessment/{clause}", include_in_schema=False)
    async def form(clause: str, request: Request) -> Response:
        """The form of a clause's page: kept and shown, or shown again with what is wrong."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Problem(403, "this form was sent from another site's page")
        body = (await _body(request)).decode("utf-8", "replace")
        told = dict(parse_qsl(body, keep_blank_values=True))
        try:
            by = answering.person(told.pop("token", ""))
            await asyncio.to_thread(answering.keep, told | {"clause": clause}, by)
        except Problem as problem:
            return await pages.refused(request, clause, told, problem.sentence, problem.status)
        answering.assessment.wake()
        return RedirectResponse(f"/assessment/{clause}?said=1#said", 303)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise Problem(
                413, f"the answer is larger than {ANSWER_BYTES} bytes: name the file, don't send it"
            )
    return bytes(body)


def _add_reading(app: FastAPI, answering: Answering) -> None:
    journal = answering.board.journal

    def known(clause: str | None) -> str | None:
        if clause is not None and clause not in answering.clauses():
            raise Problem(404, f"no clause '{clause}'{did_you_mean(clause, answering.clauses())}")
        return clause

    @app.get("/api/answers")
    def answers(clause: str | None = None) -> Json:
        """Everything that was said here, the first first, and by clause what stands."""
        said = journal.said(known(clause))
        standing = {c: a.to_json() for c, a in journal.standing().items() if clause in (None, c)}
        return {"said": [said_json(item) for item in said], "standing": standing}

    @app.get("/api/score/history")
    def history(most: int = 400) -> Json:
        """How level and total went: each score that differed from the one before it."""
        return {"points": [point_json(point) for point in journal.points(most)]}

    @app.get("/api/changes")
    def changes(clause: str | None = None, most: int = 100) -> Json:
        """The last changes of verdicts with their causes, and how far each channel has told them."""
        found = journal.changes(known(clause), most)
        channels = [
            {"name": c.name, "told": c.told, "failures": c.failures, "error": c.error}
            for c in journal.channels()
        ]
        return {"changes": [change_json(change) for change in found], "channels": channels}


def said_json(said: Said) -> Json:
    """As the API gives it."""
    body = {"id": said.id, "at": format_instant(said.at), "clause": said.clause, "by": said.by}
    if said.answer is None:
        return body | {"withdrawn": said.withdrawn}
    return body | {"answer": said.answer.to_json()}


def point_json(point: Point) -> Json:
    """As the API gives it."""
    return {"at": format_instant(point.at)} | point.score


def change_json(change: Change) -> Json:
    """As the API gives it."""
    return {"id": change.id, "at": format_instant(change.at), "clause": change.clause} | change.change
