"""Each machine as a row: what it does now and since when, its lane over the window, its OEE, its connection."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from collector.web import glyphs, lanes
from collector.web.choice import ticks
from collector.web.figures import minutes
from collector.web.lanes import UNKNOWN_WORD, Bars
from collector.web.view import Fig, View
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.instants import HOUR, MINUTE
from evidence_engine.vocabulary.plant import Asset

NO_FACTS_GRACE = 3 * MINUTE


@dataclass(frozen=True, slots=True)
class Machine:
    """One asset of the register on a page. `state` is a state word, `unknown` included; `since` an instant."""

    id: str
    asset: Asset
    name: str
    connections: tuple[str, ...]
    connected: bool
    state: str
    word: str
    since: int
    since_text: str
    lane: Markup
    bars: Bars
    oee: Fig | None
    has_states: bool
    in_calendar: bool


def machine(view: View, name: str) -> Machine:
    """One machine's row."""
    asset = view.plant.assets[name]
    axis = view.choice.axis
    links = view.knowing.connections(view.plant, name)
    bars = view.knowing.states(view.plant, name, axis, view.now)
    state, since = now_of(view, name, links)
    word = view.words.state(state)
    return Machine(
        id=name,
        asset=asset,
        name=view.words.name(asset.name),
        connections=tuple(links),
        connected=bool(links),
        state=state,
        word=word,
        since=since,
        since_text=view.clock_time(since) if view.now - since < 12 * HOUR else "",
        lane=lane_of(view, name, bars),
        bars=bars,
        oee=view.figure("equipment.oee", name),
        has_states=lanes.has_series(view.knowing.history, name, "state"),
        in_calendar=in_calendar(view, name),
    )


def now_of(view: View, name: str, links: Iterable[str]) -> tuple[str, int]:
    """(state, since) of an asset as it stands now."""
    return view.knowing.now(view.plant, name, view.now, grace(view, links))


def grace(view: View, links: Iterable[str]) -> int:
    """How old the last proof may be before what it proved is called unknown: twice the links' timeout, and what the
    way through spool and collector takes."""
    timeouts = [
        seconds_to_ns(announced[-1][1].timeout)
        for link in links
        if (announced := view.knowing.history.facts.get(link))
    ]
    return 2 * max(timeouts, default=NO_FACTS_GRACE) + view.board.clock.plant_ns(5)


def in_calendar(view: View, name: str) -> bool:
    """Whether the asset's calendar works at this moment."""
    return bool(lanes.calendar_spans(view.plant, name, view.now, view.now + 1))


def lane_of(view: View, name: str, bars: Bars) -> Markup:
    """An asset's lane, its minutes per state in the label."""
    label = view.words("lane.label", name=name, states=states_text(view, bars))
    spans = view.knowing.calendar(view.plant, name, view.choice.axis)
    return glyphs.lane(lanes.coarse(bars), spans, view.now, label)


def states_text(view: View, bars: Bars) -> str:
    """`producing 259 min, set-up 14 min`."""
    totals = [(word, bars.total(word)) for word in glyphs.HEIGHTS]
    said = [f"{view.words.state(word)} {minutes(total)}" for word, total in totals if total]
    return view.words("list.comma").join(said) or view.words("nothing.known")


def ruler(view: View) -> Markup:
    """The axis of the window's lanes, now marked."""
    start, end = view.choice.axis
    now = None
    if start <= view.now < end:
        now = ((view.now - start) / (end - start), view.words("now"))
    return glyphs.ruler(ticks(view.choice.axis, view.plant), now)


def production_machines(view: View) -> list[Machine]:
    """Every registered production asset, in the order of the register: machines never move."""
    return [machine(view, name) for name in view.plant.production_assets()]


def state_counts(machines: Iterable[Machine]) -> dict[str, int]:
    """How many machines are in each state now, every state named."""
    counts = dict.fromkeys(glyphs.HEIGHTS, 0)
    for m in machines:
        counts[m.state] += 1
    return counts


def is_unknown(m: Machine) -> bool:
    """Nothing is proven about it now."""
    return m.state == UNKNOWN_WORD
