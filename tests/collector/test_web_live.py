"""Live updates: fragments by id, only those that changed, and never a dead stream."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from collector.web import live
from collector.web.live import changes
from collector.web.pages import Pages, add_pages
from collector.web.words import Words
from evidence_engine.vocabulary.instants import MINUTE
from tests.collector.sample_board import SampleBoard


async def test_only_what_changed_is_sent() -> None:
    board = SampleBoard()
    stream = changes(Pages(board, "en"), "/", Words("en"))
    async with asyncio.timeout(20):
        first = await anext(stream)
        assert {"head", "figures", "fleet", "todo", "context"} <= set(first)
        board.now += MINUTE
        board.touch()
        second = await anext(stream)
    assert "fleet" in second
    assert "level" not in second
    await stream.aclose()


async def test_an_address_that_is_none_sends_nothing() -> None:
    assert live.rendered(Pages(SampleBoard(), "en"), "/equipment/NO", Words("en")) == {}
    assert live.rendered(Pages(SampleBoard(), "en"), "/?from=x&to=y", Words("en")) == {}


@pytest.fixture
async def served() -> AsyncIterator[tuple[str, SampleBoard]]:
    board, app = SampleBoard(), FastAPI()
    add_pages(app, board)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{port}", board
        finally:
            server.should_exit = True
            await task


async def test_events_stream_over_http(served: tuple[str, SampleBoard]) -> None:
    url, _ = served
    async with (
        asyncio.timeout(20),
        httpx2.AsyncClient() as client,
        client.stream("GET", f"{url}/events", params={"path": "/energy?lang=en", "lang": "en"}) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        async for line in lines:
            if line.startswith("data: "):
                fragments = json.loads(line.removeprefix("data: "))
                break
    assert "Where the electricity went" in fragments["tree"]["html"]
