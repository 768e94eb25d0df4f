"""The collector's app: batches and status come in with a token; series, evidence, score and events go out; pages on top."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from collector.answering import Answering, add_answers
from collector.assess import Assessment
from collector.board import LiveBoard
from collector.config import CollectorConfig, Secrets
from collector.intake import Forbidden, Intake
from collector.queries import Problem, add_queries
from collector.store.base import Store, StoreError, StoreFull
from evidence_engine.documents import BadInput
from evidence_engine.encoding import BadBatch
from evidence_engine.vocabulary.roles import split_series

STATUS_BYTES = 1 << 20


@dataclass(slots=True)
class Collector:
    """The parts of a running collector, as the app needs them."""

    config: CollectorConfig
    secrets: Secrets
    store: Store
    board: LiveBoard
    intake: Intake
    assessment: Assessment
    stopping: asyncio.Event
    """Set when the process is to end: open streams watch it."""


def create_app(collector: Collector) -> FastAPI:
    """The whole app. No page of it needs another host: the interactive docs, which do, are off."""
    app = FastAPI(title="FloorTruth collector", docs_url=None, redoc_url=None)
    app.add_exception_handler(Problem, _answer_problem)
    _add_intake(app, collector)
    _add_agents(app, collector)
    _add_health(app, collector)
    _add_events(app, collector)
    add_queries(app, collector.store, collector.board)
    from collector.web.pages import add_pages

    pages = add_pages(app, collector.board, "en" if collector.config.lang == "en" else "zh")
    answering = Answering(collector.config, collector.secrets, collector.board, collector.assessment)
    add_answers(app, answering, pages)
    _add_context(app)
    return app


def _add_context(app: FastAPI) -> None:
    @app.get("/api/context")
    def context(
        q: str = "", province: str = "", industry: str = "", level: int | None = None
    ) -> dict[str, Any]:
        """Peers, policies and cases to compare oneself with; no score uses them."""
        from evidence_engine.context import context_json, load_context, search

        try:
            found = search(load_context(), q.split(), province, industry, level)
        except BadInput as error:
            raise Problem(400, str(error)) from None
        return context_json(load_context(), found)


def _add_intake(app: FastAPI, collector: Collector) -> None:
    @app.post("/api/batches")
    async def batches(request: Request) -> dict[str, Any]:
        """One Arrow IPC batch, durable when this answers 200; `stored` false: it was there already."""
        agents = _agents_of(request, collector.secrets)
        body = await _body(request, collector.config.max_body)
        digest = request.headers.get("floortruth-digest", "")
        try:
            taken = await asyncio.to_thread(collector.intake.take, body, digest, agents)
        except BadBatch as error:
            raise Problem(400, str(error)) from None
        except Forbidden as error:
            raise Problem(403, str(error)) from None
        except StoreFull as error:
            raise Problem(507, str(error)) from None
        except StoreError as error:
            raise Problem(503, str(error)) from None
        if taken.stored:
            collector.board.touch()
        return asdict(taken)


def _add_agents(app: FastAPI, collector: Collector) -> None:
    @app.post("/api/agents/{name}/status")
    async def status(name: str, request: Request) -> dict[str, bool]:
        """What an agent says about itself; only the last is kept."""
        if not _agents_of(request, collector.secrets) & {"*", name}:
            raise Problem(403, f"this token is not for agent '{name}'")
        body = await _body(request, STATUS_BYTES)
        try:
            told = json.loads(body)
        except ValueError:
            raise Problem(400, "the status is not JSON") from None
        if not isinstance(told, dict):
            raise Problem(400, "the status is not a JSON object")
        collector.board.put_status(name, told)
        return {"kept": True}

    @app.get("/api/agents")
    async def agents() -> dict[str, Any]:
        """The last status of each agent."""
        return collector.board.agents()


def _add_health(app: FastAPI, collector: Collector) -> None:
    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        """Whether it works, and its counters."""
        store = await asyncio.to_thread(collector.store.statistics)
        series = await asyncio.to_thread(collector.store.series)
        progress = collector.assessment.progress
        return {
            "status": "degraded" if progress.error else "ok",
            "version": collector.board.version(),
            "store": asdict(store),
            "assess": asdict(progress),
            "not_in_register": _strangers(series, collector.board.plant.assets),
        }


def _strangers(series: Iterable[str], register: Collection[str]) -> list[str]:
    """Assets that send and are in no register: no figure counts them."""
    assets = {split_series(name)[0] for name in series if not name.startswith("@")}
    return sorted(assets - set(register))


def _add_events(app: FastAPI, collector: Collector) -> None:
    @app.get("/api/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[ServerSentEvent]:
        """A `version` event at once and whenever something changed, at most once a second."""
        version = collector.board.version()
        while not collector.stopping.is_set():
            yield ServerSentEvent(event="version", raw_data=str(version))
            await _first(collector.stopping.wait(), collector.board.wait_changed(version))
            await _first(collector.stopping.wait(), asyncio.sleep(1))
            version = collector.board.version()


async def _first(*waits: Any) -> None:
    """Until one of them is over."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _agents_of(request: Request, secrets: Secrets) -> set[str]:
    """Whom the request may speak for; refused before its body is read."""
    kind, _, shown = request.headers.get("authorization", "").partition(" ")
    agents = secrets.agents(shown.strip()) if kind.lower() == "bearer" else set()
    if not agents:
        raise Problem(
            401, "token missing or wrong, expected 'Authorization: Bearer <token>' as in the config"
        )
    return agents


async def _body(request: Request, limit: int) -> bytes:
    """The body, read only as far as the limit."""
    too_large = Problem(413, f"the body is larger than {limit} bytes, send smaller batches")
    if int(request.headers.get("content-length", "0")) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


async def _answer_problem(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return JSONResponse({"error": problem.sentence}, problem.status, headers)
