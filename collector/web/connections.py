"""Connections `/connections`: why is there no data? Links over the last 24 hours, and the agents' own reports."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import lanes, machines, timeline
from collector.web.figures import seconds
from collector.web.page import Page
from collector.web.view import View
from evidence_engine.vocabulary.instants import DAY

OK, STALE, DOWN, NEVER = "ok", "stale", "down", "never"
ORDER = (DOWN, STALE, NEVER, OK)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One connection: how it stands, since when nothing is proven, what hangs on it, its last 24 hours."""

    name: str
    protocol: str
    state: str
    word: str
    proof: str
    assets: str
    series: int
    strip: Markup
    share: str


def page(view: View) -> Page:
    """The connections page."""
    rows = sorted((row(view, name) for name in names(view)), key=lambda r: (ORDER.index(r.state), r.name))
    lonely = [n for n in view.plant.production_assets() if not view.knowing.connections(view.plant, n)]
    context: dict[str, Any] = {
        "title": view.words("page.connections"),
        "h1": heading(view, rows, lonely),
        "rows": rows,
        "lonely": lonely,
        "agents": agents(view),
        "lead": view.words("connections.lead"),
    }
    fragments = {"head": "head.html", "links": "connections_links.html", "agents": "connections_agents.html"}
    return Page("connections", "connections.html", fragments, context, windowed=False)


def heading(view: View, rows: list[Row], lonely: list[str]) -> str:
    """How many connections give nothing, and how many machines have none."""
    if not rows and not lonely:
        return view.words("connections.none")
    broken = sum(r.state != OK for r in rows)
    said = (
        view.words("connections.broken", n=broken)
        if broken
        else view.words("connections.all_ok", n=len(rows))
    )
    return said + (view.words("connections.lonely", n=len(lonely)) if lonely else "")


def names(view: View) -> list[str]:
    """Every connection that was announced or stated."""
    history = view.knowing.history
    linked = [
        s[1:].removesuffix("/link") for s in history.series if s.startswith("@") and s.endswith("/link")
    ]
    return list(dict.fromkeys([*history.facts, *view.plant.connections, *linked]))


def row(view: View, name: str) -> Row:
    """One connection."""
    axis = (view.now - DAY, view.now)
    bars = view.knowing.link(view.plant, name, axis, view.now)
    announced = view.knowing.history.facts.get(name)
    facts = announced[-1][1] if announced else view.plant.connections.get(name)
    hung = [] if facts is None else list(facts.series)
    assets = dict.fromkeys(s.rsplit("/", 1)[0] for s in hung)
    state, proof = standing(view, name, bars)
    up, total = bars.total("up"), sum(bars.total(w) for w in bars.by_state) or 1
    return Row(
        name=name,
        protocol="" if facts is None else facts.protocol,
        state=state,
        word=view.words(f"link.{state}"),
        proof=proof,
        assets=view.words("list.comma").join(assets),
        series=len(hung),
        strip=timeline.link_strip(view, name, bars),
        share=f"{up / total * 100:.1f}%",
    )


def standing(view: View, name: str, bars: lanes.Bars) -> tuple[str, str]:
    """(state, last proof in words) of a link."""
    ups, downs = bars.by_state.get("up", []), bars.by_state.get("down", [])
    last = ups[-1][1] if ups else None
    if downs and (last is None or downs[-1][1] > last):
        return DOWN, view.words("link.last_proof", at=view.clock_time(last)) if last else view.words(
            "link.no_proof"
        )
    if last is None:
        return NEVER, view.words("link.no_proof")
    age = view.now - last
    state = OK if age <= machines.grace(view, [name]) else STALE
    return state, view.words("link.age", age=seconds(age))


def agents(view: View) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each agent last said about itself: plain values only, in its own words."""
    return [(name, list(_plain(status))) for name, status in sorted(view.board.agents().items())]


def _plain(status: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The status flattened one step; lists and deeper maps are told by their size."""
    found = []
    for key, value in status.items():
        if isinstance(value, dict) and not prefix:
            small = _plain(value, f"{key}.")
            found += small if len(small) <= 8 else [(key, f"{len(value)}")]
        elif isinstance(value, list | dict):
            found.append((prefix + key, f"{len(value)}"))
        else:
            found.append((prefix + key, f"{value}"))
    return found
