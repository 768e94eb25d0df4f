"""Connections `/connections`: why is there no data? Links over the last 24 hours, and the agents' own reports."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import lanes, machines, timeline
from collector.web.agents import Agent, agents_of, device_of, tags_to_show
from collector.web.figures import seconds
from collector.web.page import Page
from collector.web.view import View
from evidence_engine.vocabulary.instants import DAY

OK, STALE, DOWN, NEVER = "ok", "stale", "down", "never"
STAGES = ("device", "agent", "spool", "collector", "store")
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
    trouble: str
    stages: list[tuple[str, str]]


def page(view: View) -> Page:
    """The connections page."""
    agents = agents_of(view)
    tags, tag_count = tags_to_show(agents)
    rows = sorted(
        (row(view, agents, name) for name in names(view)), key=lambda r: (ORDER.index(r.state), r.name)
    )
    lonely = [n for n in view.plant.production_assets() if not view.knowing.connections(view.plant, n)]
    context: dict[str, Any] = {
        "title": view.words("page.connections"),
        "h1": heading(view, rows, lonely),
        "rows": rows,
        "lonely": lonely,
        "agents": agents,
        "tags": tags,
        "tag_count": tag_count,
        "lead": view.words("connections.lead"),
    }
    fragments = {
        "head": "head.html",
        "links": "connections_links.html",
        "agents": "connections_agents.html",
        "tags": "connections_tags.html",
    }
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


def row(view: View, agents: list[Agent], name: str) -> Row:
    """One connection."""
    axis = (view.now - DAY, view.now)
    bars = view.knowing.link(view.plant, name, axis, view.now)
    announced = view.knowing.history.facts.get(name)
    facts = announced[-1][1] if announced else view.plant.connections.get(name)
    hung = [] if facts is None else list(facts.series)
    assets = dict.fromkeys(s.rsplit("/", 1)[0] for s in hung)
    state, proof = standing(view, name, bars)
    found = device_of(agents, name)
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
        trouble="" if found is None or state == OK else found[1].trouble,
        stages=stages(view, agents, name, state),
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


def stages(view: View, agents: list[Agent], name: str, state: str) -> list[tuple[str, str]]:
    """(stage, how it is) from the device to the store: `ok` proven, `stop` where data stops, `dry` behind it.

    Empty where no agent speaks of the link: imported history has no way to show.
    """
    found = device_of(agents, name)
    if found is None:
        return []
    names = [view.words(f"stage.{word}") for word in STAGES]
    if state == OK:
        return [(stage, "ok") for stage in names]
    at = 0 if found[0].fresh else 1
    return [(stage, "stop" if i == at else "dry" if i > at else "open") for i, stage in enumerate(names)]
