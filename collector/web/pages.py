"""The pages' addresses on the collector's app: each renders a `View` of the board; `/events` keeps them live."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from collector.web import (
    assessment,
    connections,
    energy,
    equipment,
    evidence,
    modes,
    overview,
    peers,
    problem,
)
from collector.web.choice import BadWindow
from collector.web.clause import Form
from collector.web.frame import fragments_html, render_page
from collector.web.knowing import Knowing
from collector.web.live import add_events
from collector.web.page import ASSETS, Page, asset_text
from collector.web.problem import NotThere
from collector.web.report import report_html
from collector.web.view import Json, View
from collector.web.words import Lang, Words, lang_of

if TYPE_CHECKING:
    from collector.board import Board

COOKIE = "lang"
YEAR = 365 * 24 * 3600

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline style or script anywhere, nothing from another host."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

Builder = Callable[[View], Page]


class Pages:
    """Renders the pages of one board, one at a time: what the knowledge room answers is shared between them."""

    def __init__(self, board: "Board", lang: Lang) -> None:
        self.board = board
        self.lang = lang
        self._knowing = Knowing()
        self._lock = threading.Lock()

    def view(self, query: Mapping[str, str], words: Words) -> View:
        """A look at the board now."""
        return View(self.board, words, query, self._knowing)

    def build(self, path: str, query: Mapping[str, str], words: Words) -> tuple[View, Page]:
        """The page of a path; NotThere where there is none, BadWindow where the window asked for is none."""
        view = self.view(query, words)
        return view, builder_of(path, view)(view)

    def html(self, path: str, query: Mapping[str, str], words: Words) -> tuple[str, int]:
        """A whole page and its status; what is wrong with the address becomes a page that says so."""
        other = "?" + urlencode({**query, "lang": words.other.lang})
        with self._lock:
            try:
                view, page = self.build(path, query, words)
                return render_page(view, page, other), 200
            except BadWindow as error:
                said, status = str(error), 400
            except NotThere as error:
                said, status = str(error), 404
            view = self.view({}, words)
            return render_page(view, problem.page(view, said), other), status

    async def refused(
        self, request: Request, clause: str, values: Mapping[str, str], wrong: str, status: int
    ) -> Response:
        """A clause's page again, with what somebody wrote in its form and what is wrong with it."""
        words = words_of(request, self.lang)
        html, status = await run_in_threadpool(self._refused, clause, Form(values, wrong), words, status)
        return HTMLResponse(html, status, HEADERS)

    def _refused(self, clause: str, form: Form, words: Words, status: int) -> tuple[str, int]:
        with self._lock:
            view = self.view({}, words)
            other = "?" + urlencode({"lang": words.other.lang})
            if assessment.find(view, clause) is None:
                said = view.words("problem.not_there", what=clause)
                return render_page(view, problem.page(view, said), other), 404
            return render_page(view, assessment.clause_page(view, clause, form), other), status

    def fragments(self, path: str, query: Mapping[str, str], words: Words) -> dict[str, str]:
        """The live fragments of a page by id; raises as `build` does."""
        with self._lock:
            view, page = self.build(path, query, words)
            return fragments_html(view, page) if page.live else {}

    def report(self, words: Words) -> str:
        """The report as the report file has it."""
        with self._lock:
            return report_html(self.board, words.lang, home="/")

    def record(self, identity: str) -> Json | None:
        """A record of the board, or one that some page showed a while ago."""
        return self.board.record(identity) or self._knowing.remembered(identity)


def builder_of(path: str, view: View) -> Builder:
    """Which page a path means."""
    room, _, rest = path.strip("/").partition("/")
    match room, rest:
        case "", "":
            return overview.page
        case "equipment", "":
            return equipment.register_page
        case "equipment", asset if asset in view.plant.assets:
            return lambda v: equipment.asset_page(v, asset)
        case "energy", "":
            return energy.page
        case "evidence", "":
            return evidence.list_page
        case "evidence", identity if (record := view.record(identity)) is not None:
            return lambda v: evidence.record_page(v, record)
        case "assessment", "":
            return assessment.page
        case "assessment", "peers":
            return peers.page
        case "assessment", sub if (found := view_of(view, sub)) is not None:
            return lambda v: modes.page(v, found)
        case "assessment", clause if assessment.find(view, clause) is not None:
            return lambda v: assessment.clause_page(v, clause)
        case "connections", "":
            return connections.page
    raise NotThere(view.words("problem.not_there", what=rest or room))


def view_of(view: View, rest: str) -> Json | None:
    """The view of `/assessment/views/<id>`, as it stands now."""
    room, _, identity = rest.partition("/")
    return modes.find(view, identity) if room == "views" else None


def add_pages(app: FastAPI, board: "Board", lang: Lang = "zh") -> "Pages":
    """Put the pages on an app. Language: `?lang=`, else the cookie, else `lang`."""
    pages = Pages(board, lang)

    async def page(request: Request) -> Response:
        words = words_of(request, lang)
        query = dict(request.query_params)
        html, status = await run_in_threadpool(pages.html, request.url.path, query, words)
        response = HTMLResponse(html, status, HEADERS)
        if query.get("lang") == words.lang:
            response.set_cookie(COOKIE, words.lang, max_age=YEAR, samesite="lax", httponly=True)
        return response

    async def record_json(identity: str) -> Response:
        found = pages.record(identity)
        if found is None:
            return JSONResponse({"detail": f"no evidence record '{identity}'"}, 404, HEADERS)
        return JSONResponse(found, headers=HEADERS)

    async def report(request: Request) -> Response:
        words = words_of(request, lang)
        html = await run_in_threadpool(pages.report, words)
        policy = POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'")
        return HTMLResponse(html, headers=HEADERS | {"Content-Security-Policy": policy})

    app.add_api_route("/report", report, include_in_schema=False)
    app.add_api_route("/evidence/{identity}/record.json", record_json, include_in_schema=False)
    for path in ("/", "/equipment", "/energy", "/evidence", "/assessment", "/connections"):
        app.add_api_route(path, page, include_in_schema=False)
    for path in (
        "/equipment/{asset}",
        "/evidence/{identity}",
        "/assessment/{clause}",
        "/assessment/views/{view}",
    ):
        app.add_api_route(path, page, include_in_schema=False)
    app.add_api_route("/static/{name}", static, include_in_schema=False)
    app.add_api_route("/favicon.ico", favicon, include_in_schema=False)
    add_events(app, pages, lambda request: words_of(request, lang))
    return pages


def words_of(request: Request, otherwise: Lang) -> Words:
    """The language of a request."""
    kept = lang_of(request.cookies.get(COOKIE), otherwise)
    return Words(lang_of(request.query_params.get("lang"), kept))


async def static(name: str) -> Response:
    """One of our few static files; its address carries its digest, so it may be kept."""
    if name not in ASSETS:
        return Response(status_code=404, headers=HEADERS)
    kind = TYPES[name.rsplit(".", 1)[1]]
    headers = HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset_text(name), media_type=kind, headers=headers)


async def favicon() -> Response:
    """For what asks without being told."""
    return await static("logo.svg")
