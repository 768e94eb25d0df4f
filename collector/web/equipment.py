"""Equipment: the register `/equipment`, and one asset `/equipment/<asset>`: what happened, where did the time go?"""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import glyphs, losses, machines, timeline
from collector.web.figures import Shown, minutes
from collector.web.lanes import UNKNOWN_WORD, Bars
from collector.web.machines import Machine
from collector.web.page import Page
from collector.web.trend import oee_trend
from collector.web.view import Json, View

FIGURES = (
    "equipment.availability",
    "equipment.effectiveness",
    "quality.quality_ratio",
    "production.count_good",
    "production.throughput",
    "production.schedule_attainment",
    "energy.electricity",
    "energy.per_good_piece",
    "equipment.mtbf",
    "equipment.mttr",
    "data.completeness",
)

"""What the asset's page shows beside its OEE; the factors once more, each over all of its own known time."""

PARTS = (("availability", "A", ""), ("effectiveness", "E", "×"), ("quality", "Q", "×"))


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of the OEE: term, letter, the sign before it, its figure and caliper."""

    name: str
    sign: str
    shown: Shown
    caliper: Markup


def register_page(view: View) -> Page:
    """Every asset of the register."""
    rows = [machines.machine(view, name) for name in view.plant.assets]
    makers = [m for m in rows if m.asset.is_production]
    counts = machines.state_counts(makers)
    context: dict[str, Any] = {
        "title": view.words("page.equipment"),
        "h1": register_heading(view, makers),
        "rows": makers,
        "others": [m for m in rows if not m.asset.is_production],
        "counts": counts,
        "ruler": machines.ruler(view),
        "key_mark": glyphs.key_mark,
    }
    return Page(
        "equipment",
        "equipment.html",
        {"head": "head.html", "fleet": "fleet.html", "rest": "others.html"},
        context,
    )


def register_heading(view: View, makers: list[Machine]) -> str:
    """How many machines are registered, connected and known."""
    if not makers:
        return view.words("overview.no_register")
    connected = sum(m.connected for m in makers)
    unknown = sum(m.state == UNKNOWN_WORD for m in makers)
    return view.words("equipment.h1", n=len(makers), connected=connected, unknown=unknown)


def asset_page(view: View, name: str) -> Page:
    """One asset."""
    m = machines.machine(view, name)
    records = asset_records(view, name)
    context: dict[str, Any] = {
        "title": name,
        "m": m,
        "h1_rest": asset_heading(view, m),
        "strips": timeline.strips(view, m),
        "ruler": machines.ruler(view),
        "state_minutes": state_minutes(view, m.bars),
        "losses": losses.tree(view, m),
        "stopped": losses.stopped(view, name),
        "oee": m.oee,
        "parts": [] if m.oee is None else parts_of(view, m.oee.record),
        "figures": [f for kpi in FIGURES if (f := view.figure(kpi, name)) is not None],
        "records": records,
        "facts": facts_of(view, m),
        "trend": oee_trend(view, name),
        "key_mark": glyphs.key_mark,
        "minutes": minutes,
    }
    fragments = {
        "head": "asset_head.html",
        "timeline": "asset_timeline.html",
        "losses": "asset_losses.html",
        "stops": "asset_stops.html",
        "figures": "asset_figures.html",
        "oee": "asset_oee.html",
        "evidence": "asset_evidence.html",
        "trend": "trend.html",
    }
    return Page("equipment", "equipment_asset.html", fragments, context)


def asset_heading(view: View, m: Machine) -> str:
    """What it has been doing, and for how long."""
    if not m.has_states:
        return view.words("asset.no_state")
    if not m.since_text:
        return ""
    return view.words("asset.since", at=m.since_text, long=minutes(view.now - m.since))


def asset_records(view: View, name: str) -> list[Json]:
    """The asset's evidence in this window."""
    return [record for (_, asset), record in sorted(view.records.items()) if asset == name]


def state_minutes(view: View, bars: Bars) -> list[tuple[str, str, int]]:
    """(state word, name, ns) in the calendar, for the legend and the table twin."""
    return [(word, view.words.state(word), bars.total(word)) for word in glyphs.HEIGHTS if bars.total(word)]


def parts_of(view: View, record: Json) -> list[Part]:
    """A × E × Q = OEE as the record has them."""
    found = []
    for key, letter, sign in PARTS:
        figure = view.part(record, key)
        if figure is not None:
            name = f"{view.words.term('quality ratio' if key == 'quality' else key)} {letter}"
            found.append(Part(name, sign, figure, view.caliper(figure, name)))
    return found


def facts_of(view: View, m: Machine) -> list[tuple[str, str]]:
    """What the plant file states about the asset."""
    asset, words = m.asset, view.words
    step = view.plant.steps.get(asset.step or "")
    rows = [
        (words("facts.name"), m.name),
        (words.term("step"), "" if step is None else words.name(step.name)),
        (words.term("key equipment"), words("yes") if asset.key else ""),
        (
            words.term("connection"),
            words("list.comma").join(m.connections) or words.term("not connected yet"),
        ),
        (words.term("rated power"), f"{asset.rated_power:g} kW" if asset.rated_power else ""),
        (words.term("ideal cycle time"), cycles_text(view, asset.ideal_cycle)),
        (words("facts.fed_by"), asset.fed_by or ""),
    ]
    return [(name, value) for name, value in rows if value]


def cycles_text(view: View, cycles: dict[str, float]) -> str:
    """`P1 90 s, P2 108 s`."""
    return view.words("list.comma").join(f"{product} {cycle:g} s" for product, cycle in cycles.items())
