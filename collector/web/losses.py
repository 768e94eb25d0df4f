"""Where an asset's time went: the loss tree of its record, its stops one by one, and what they were for (D34)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from collector.web import glyphs
from collector.web.figures import minutes
from collector.web.lanes import UNKNOWN_WORD
from collector.web.machines import Machine
from collector.web.view import View
from evidence_engine.kpis.losses.reasons import Reason
from evidence_engine.kpis.losses.stops import Bar, Edge, Stop, pareto
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS

TREE = "losses.effective_time"
"""The record whose parts are the tree."""

LEAVES = (
    ("planned_stop", "st-planned"),
    ("off", "st-off"),
    ("breakdown", "st-down"),
    ("idling", "st-idle"),
    ("setup", "st-setup"),
    ("speed", "main"),
    ("defects", "main"),
    ("start_up", "main"),
    ("unrated", "hi"),
    ("unknown", "st-unknown"),
)
"""Parts in the order in which the calendar time loses them, each with the class of its bar."""

MAY_LACK = ("unrated", "off", "planned_stop")
"""Left out where there is none of it; the six losses are always told."""

STATES = ("planned_stop", "off", "down", "setup", "idle", UNKNOWN_WORD)
"""The same of the states alone, where no record tells more."""

LISTED = 25
"""So many stops are listed, the last ones; the minor ones are told as a sum."""

SURE = NS
"""An edge that is known to the second is shown as one."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One row of the loss tree: sign, name, length, its bounds where it has any, its share of the calendar and its bar."""

    sign: str
    name: str
    long: str
    band: str
    share: str
    bar: Markup
    strong: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One stop of the list; `edge`: between when it began, where that is not known to the second."""

    state: str
    word: str
    begin: str
    edge: str
    long: str
    band: str
    why: str
    known: bool


@dataclass(frozen=True, slots=True)
class Why:
    """One bar of the Pareto: reason, how often, how long, its share of all stops and its bar."""

    name: str
    count: int
    long: str
    share: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class Stopped:
    """What the stops of a window come to; more: how many are not listed."""

    count: int
    long: str
    minor: int
    minor_long: str
    rows: list[Row]
    more: int
    whys: list[Why]


def tree(view: View, m: Machine) -> list[Loss]:
    """From the calendar time down to what was earned; without a record down to producing."""
    record = view.records.get((TREE, m.id))
    parts: Mapping[str, object] = {} if record is None else record["parts"]
    return _told(view, parts) if _part(parts, "calendar") else _of_states(view, m)


def _told(view: View, parts: Mapping[str, object]) -> list[Loss]:
    whole = _part(parts, "calendar")
    rows = [_row(view.words("loss.calendar"), "", whole, whole, glyphs.span_bar(0, 1, "keep"), strong=True)]
    left = 1.0
    for name, kind in LEAVES:
        hours = _part(parts, name)
        if not hours and name in MAY_LACK:
            continue
        left -= hours / whole
        bar = glyphs.span_bar(max(left, 0), hours / whole, kind)
        sign = "?" if name in ("unknown", "unrated") else "−"
        rows.append(_row(view.words.part(name), sign, hours, whole, bar, _band(parts, name)))
    hours = _part(parts, "effective")
    bar = glyphs.span_bar(0, hours / whole, glyphs.state_class("producing"))
    band = _band(parts, "effective")
    return [*rows, _row(view.words.part("effective"), "=", hours, whole, bar, band, strong=True)]


def _part(parts: Mapping[str, object], name: str) -> float:
    """Hours of a leaf; 0 where the record has none."""
    part = parts.get(name)
    value = part.get("value") if isinstance(part, Mapping) else part
    return float(value) if isinstance(value, int | float) else 0.0


def _band(parts: Mapping[str, object], name: str) -> str:
    """`0 h 20 min – 0 h 40 min`, empty where low is high or the leaf has no bounds."""
    part = parts.get(name)
    if not isinstance(part, Mapping) or part["low"] is None or part["low"] == part["high"]:
        return ""
    high = "∞" if part["high"] is None else _hours(part["high"])
    return f"{_hours(part['low'])} – {high}"


def _hours(hours: float) -> str:
    return ("−" if hours < 0 else "") + minutes(round(abs(hours) * HOUR))


def _row(
    name: str, sign: str, hours: float, whole: float, bar: Markup, band: str = "", *, strong: bool = False
) -> Loss:
    return Loss(sign, name, _hours(hours), band, f"{hours / whole * 100:.1f}%", bar, strong)


def _of_states(view: View, m: Machine) -> list[Loss]:
    """From the calendar time down to producing, by the plain reading; unknown apart."""
    whole = sum(m.bars.total(word) for word in glyphs.HEIGHTS)
    if whole == m.bars.total(UNKNOWN_WORD):  # nothing known: no share of it is 0 %
        return []
    words, rows, left = view.words, [], 1.0
    rows.append(
        _row(
            words("loss.calendar"), "", whole / HOUR, whole / HOUR, glyphs.span_bar(0, 1, "keep"), strong=True
        )
    )
    for word in STATES:
        ns = m.bars.total(word)
        left -= ns / whole
        bar = glyphs.span_bar(left, ns / whole, glyphs.state_class(word))
        rows.append(
            _row(words.state(word), "?" if word == UNKNOWN_WORD else "−", ns / HOUR, whole / HOUR, bar)
        )
    ns = m.bars.total("producing")
    bar = glyphs.span_bar(0, ns / whole, glyphs.state_class("producing"))
    return [*rows, _row(words.state("producing"), "=", ns / HOUR, whole / HOUR, bar, strong=True)]


def stopped(view: View, name: str) -> Stopped | None:
    """The stops of the axis; None where the asset never told a state."""
    start, end = view.choice.axis
    until = min(end, view.now)
    if until <= start or not view.knowing.has_states(name):
        return None
    stops = view.knowing.stops(view.plant, name, (start, until))
    long = [stop for stop in stops if not stop.is_minor]
    minor = [stop for stop in stops if stop.is_minor]
    return Stopped(
        count=len(long),
        long=minutes(sum(stop.inside for stop in long)),
        minor=len(minor),
        minor_long=minutes(sum(stop.inside for stop in minor)),
        rows=[_stop(view, stop, until) for stop in reversed(long[-LISTED:])],
        more=max(0, len(long) - LISTED),
        whys=_whys(view, pareto(stops)),
    )


def _stop(view: View, stop: Stop, until: int) -> Row:
    word = stop.state.word
    length = minutes(stop.length)
    if stop.end.at >= until:
        length = view.words("stops.so_far", long=length)
    return Row(
        state=word,
        word=view.words.state(word),
        begin=f"{view.local(stop.begin.at):%m-%d %H:%M}",
        edge=_edge(view, stop.begin),
        long=length,
        band=_length_band(stop),
        why=reason_text(view, stop.reason),
        known=stop.reason.by != "unknown",
    )


def _edge(view: View, edge: Edge) -> str:
    """`13:57:50 – 13:58:20`, empty where the edge is known to the second."""
    if edge.earliest is not None and edge.latest is not None and edge.latest - edge.earliest <= SURE:
        return ""
    sides = ["…" if ns is None else f"{view.local(ns):%H:%M:%S}" for ns in (edge.earliest, edge.latest)]
    return " – ".join(sides)


def _length_band(stop: Stop) -> str:
    if stop.most is not None and stop.most - stop.least <= MINUTE:
        return ""
    return f"{minutes(stop.least)} – {'∞' if stop.most is None else minutes(stop.most)}"


def reason_text(view: View, reason: Reason) -> str:
    """The plant's own words, else the code and who gave it, else that nobody told."""
    if reason.reason in view.plant.stop_reasons:
        return view.words.name(view.plant.stop_reasons[reason.reason])
    if reason.by == "unknown":
        return view.words("stops.unknown")
    return view.words(f"stops.{reason.by}", code=reason.code)


def _whys(view: View, bars: Sequence[Bar]) -> list[Why]:
    """The same words are one bar, whoever gave them."""
    whole = sum(bar.time for bar in bars) or 1
    merged: dict[str, tuple[int, int]] = {}
    for bar in bars:
        text = reason_text(view, bar.reason)
        count, time = merged.get(text, (0, 0))
        merged[text] = count + bar.count, time + bar.time
    unknown = view.words("stops.unknown")
    order = sorted(merged.items(), key=lambda item: (-item[1][1], item[0]))
    return [
        Why(
            text,
            count,
            minutes(time),
            f"{time / whole * 100:.1f}%",
            glyphs.span_bar(0, time / whole, "hi" if text == unknown else "main"),
        )
        for text, (count, time) in order
    ]
