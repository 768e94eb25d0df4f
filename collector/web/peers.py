"""Peers `/assessment/peers`: who else was assessed, what authorities offer, what others achieved; orientation only."""

from dataclasses import dataclass
from typing import Any

from collector.web.level import LEVELS
from collector.web.page import Page
from collector.web.view import View
from evidence_engine.context import Company, Context, Found, load_context, peers_of, search
from evidence_engine.documents import BadInput

MOST_COMPANIES = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """How many companies hold a level, and their share of all that were found, in percent."""

    name: str
    count: int
    share: float


def page(view: View) -> Page:
    """What the address asks for: `?q=&province=&industry=&level=`."""
    context, query = load_context(), view.query
    wrong, found = "", Found([], [], [], [])
    try:
        found = asked(context, query)
    except BadInput as error:
        wrong = str(error)
    values: dict[str, Any] = {
        "title": view.words("peers.title"),
        "h1": view.words("peers.h1", n=len(found.companies)),
        "lead": view.words("peers.orientation"),
        "wrong": wrong,
        "bars": bars(view, found.companies),
        "companies": found.companies[:MOST_COMPANIES],
        "rest": len(found.companies[MOST_COMPANIES:]),
        "policies": found.policies,
        "cases": found.cases,
        "context": context,
        "query": query,
        "provinces": sorted({c.province for c in context.companies} | {p.province for p in context.policies}),
    }
    return Page("assessment", "peers.html", {}, values, live=False, windowed=False)


def asked(context: Context, query: Any) -> Found:
    """The search of an address; BadInput where its words name nothing."""
    level = query.get("level", "")
    return search(
        context,
        query.get("q", "").split(),
        query.get("province", ""),
        query.get("industry", ""),
        int(level) if level in ("1", "2", "3", "4", "5") else None,
    )


def bars(view: View, companies: list[Company]) -> list[Bar]:
    """Companies by level."""
    peers = peers_of(companies)
    whole = max(peers.total, 1)
    return [Bar(view.words(LEVELS[level - 1]), n, n / whole) for level, n in peers.levels.items()]
