"""`/events`: the fragments of one open page, rendered here, sent when they changed, at most once a second."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from collector.web.choice import BadWindow
from collector.web.page import mark_of
from collector.web.problem import NotThere
from collector.web.words import Words

if TYPE_CHECKING:
    from collector.web.pages import Pages

LEAST_PAUSE = 1.0
LONGEST_WAIT = 10.0
"""Real seconds: a page is looked at again even when nothing arrives, because what is unproven grows."""


def add_events(app: FastAPI, pages: "Pages", words_of: Callable[[Request], Words]) -> None:
    """Put `/events?path=…` on an app; `path` is the open page's own address."""

    @app.get("/events", response_class=EventSourceResponse, include_in_schema=False)
    async def events(request: Request, path: str = "/") -> AsyncIterator[ServerSentEvent]:
        async for fragments in changes(pages, path, words_of(request)):
            told = {name: {"mark": mark_of(html), "html": html} for name, html in fragments.items()}
            yield ServerSentEvent(event="fragments", raw_data=json.dumps(told, ensure_ascii=False))


async def changes(pages: "Pages", address: str, words: Words) -> AsyncIterator[dict[str, str]]:
    """The fragments that changed, by id, each time some did; the first are all that differ from nothing."""
    sent: dict[str, str] = {}
    while True:
        version = pages.board.version()
        fresh = await run_in_threadpool(rendered, pages, address, words)
        changed = {name: html for name, html in fresh.items() if sent.get(name) != html}
        sent = fresh
        if changed:
            yield changed
        await asyncio.sleep(LEAST_PAUSE)
        await changed_or_late(pages, version)


async def changed_or_late(pages: "Pages", version: int) -> None:
    """Wait for a newer version, but not for ever."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await pages.board.wait_changed(version)
    except TimeoutError:
        return


def rendered(pages: "Pages", address: str, words: Words) -> dict[str, str]:
    """Every live fragment of the page at an address; nothing where the page is gone meanwhile."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    try:
        return pages.fragments(parts.path, query, words)
    except (NotThere, BadWindow):
        return {}
