"""One asset on one axis of time: its state, its good pieces, its power and its link, unknown hatched in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from collector.web import glyphs, lanes
from collector.web.figures import round_above
from collector.web.lanes import Bars, Line, Spans
from collector.web.machines import Machine
from collector.web.view import View
from evidence_engine.vocabulary.samples import GOOD

SLOTS = 48
"""Pieces are counted in so many columns of the axis."""

_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of the timeline: name, unit, its drawing."""

    name: str
    unit: str
    drawing: Markup


def strips(view: View, m: Machine) -> list[Strip]:
    """What is known of the asset, a row each; a row that it cannot have is left out."""
    words, found = view.words, []
    if m.has_states or m.asset.is_production:
        found.append(Strip(words("strip.state"), "", m.lane))
    if lanes.has_series(view.knowing.history, m.id, "count_good"):
        found.append(pieces(view, m))
    if lanes.has_series(view.knowing.history, m.id, "power_active"):
        found.append(power_strip(view, m.id, words("strip.power")))
    found += [
        Strip(words("strip.link"), name if len(m.connections) > 1 else "", link(view, name))
        for name in m.connections
    ]
    return found


def power_strip(view: View, asset: str, name: str) -> Strip:
    """Active power as a line that stops where nothing is known; the hatch stands there instead."""
    axis = view.choice.axis
    line = view.knowing.power(view.plant, asset, axis, view.now)
    top = round_above(float(np.nanmax(line.value)) * 1.1) if np.isfinite(line.value).any() else 1.0
    label = view.words("power.label", name=asset, top=f"{top:g}")
    frame = Bars(axis[0], axis[1], {})
    hatch = "".join(_hatch(frame, a, b, "3em") for a, b in dark(line, min(view.now, axis[1])))
    curve = f'<path class="line" d="{_curve(frame, line, top)}"/>'
    inner = (
        f'<svg width="100%" height="3em" viewBox="0 0 {_SCALE} 100" preserveAspectRatio="none">{curve}</svg>'
    )
    body = _base("3em") + hatch + inner + glyphs.now_line(frame, view.now, "3.1em")
    return Strip(name, f"0–{top:g} kW", _svg("strip-svg tall", label, body))


def dark(line: Line, stop: int) -> Spans:
    """The stretches of a line where nothing is known."""
    if not len(line.at):
        return []
    edges = [*line.at.tolist(), max(stop, int(line.at[-1]))]
    found: Spans = []
    for i, missing in enumerate(np.isnan(line.value)):
        if missing and found and found[-1][1] == edges[i]:
            found[-1] = (found[-1][0], edges[i + 1])
        elif missing:
            found.append((edges[i], edges[i + 1]))
    return found


def _curve(frame: Bars, line: Line, top: float) -> str:
    pieces, pen = [], "M"
    for at, value in zip(line.at.tolist(), line.value.tolist(), strict=True):
        if value != value:
            pen = "M"
            continue
        pieces.append(f"{pen}{round(frame.share(at) * _SCALE)} {100 - min(max(value / top, 0), 1) * 96:.1f}")
        pen = "L"
    return "".join(pieces)


def pieces(view: View, m: Machine) -> Strip:
    """Good pieces per column, as the counter rose by its good samples; hatched where its links prove nothing."""
    axis = view.choice.axis
    frame = Bars(axis[0], axis[1], {})
    edges = np.linspace(axis[0], axis[1], SLOTS + 1).astype(np.int64)
    counts = rises(view, m.id, edges)
    top = round_above(float(max(counts.max(), 1)))
    width = 100 / SLOTS
    columns = "".join(
        f'<rect class="piece" x="{i * width + 0.15:.2f}%" width="{width - 0.3:.2f}%" '
        f'y="{2.4 * (1 - n / top):.2f}em" height="{2.4 * n / top:.2f}em"/>'
        for i, n in enumerate(counts.tolist())
        if n > 0
    )
    hatch = "".join(_hatch(frame, a, b, "2.4em") for a, b in unproven(view, m))
    body = _base("2.4em") + hatch + columns + glyphs.now_line(frame, view.now, "2.5em")
    span = round((axis[1] - axis[0]) / SLOTS / 60e9)
    name = view.words.term("good count")
    label = view.words("pieces.label", name=m.id, n=int(counts.sum()))
    return Strip(
        name, view.words("pieces.per", minutes=span, top=f"{top:g}"), _svg("strip-svg mid", label, body)
    )


def rises(
    view: View, asset: str, edges: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How far the good counter rose in each column; falls add nothing here (the records judge them, D11)."""
    samples = view.knowing.history.of(f"{asset}/count_good").between(
        int(edges[0]) - lanes.MARGIN, int(edges[-1])
    )
    good = samples.quality == GOOD
    ts, value = samples.ts[good], samples.value[good]
    step = np.maximum(np.diff(value), 0)
    place = np.searchsorted(edges, ts[1:], side="left") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    found = np.zeros(len(edges) - 1)
    np.add.at(found, place[inside], step[inside])
    return found


def unproven(view: View, m: Machine) -> Spans:
    """Where not all of an asset's links were proven up."""
    axis = view.choice.axis
    bars = [view.knowing.link(view.plant, name, axis, view.now) for name in m.connections]
    spans = sorted(
        span for b in bars for word in (lanes.UNKNOWN_WORD, "down") for span in b.by_state.get(word, [])
    )
    return joined(spans)


def joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Ascending spans with overlaps merged."""
    found: Spans = []
    for a, b in spans:
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], b))
        else:
            found.append((a, b))
    return found


def link(view: View, connection: str) -> Markup:
    """A link: a low bar where proven up, a high one where proven down, hatch where neither."""
    bars = view.knowing.link(view.plant, connection, view.choice.axis, view.now)
    return link_strip(view, connection, bars)


def link_strip(view: View, connection: str, bars: Bars) -> Markup:
    """The strip of a link over any axis."""
    parts = [_hatch(bars, a, b, "1em") for a, b in bars.by_state.get(lanes.UNKNOWN_WORD, [])]
    for word, y, height in (("up", ".3em", ".7em"), ("down", "0", "1em")):
        parts += [
            f'<rect class="link-{word}" x="{bars.share(a) * 100:.3f}%" '
            f'width="{max((bars.share(b) - bars.share(a)) * 100, 0.05):.3f}%" y="{y}" height="{height}"/>'
            for a, b in bars.by_state.get(word, [])
        ]
    total = sum(bars.total(word) for word in bars.by_state) or 1
    label = view.words("link.label", name=connection, up=f"{bars.total('up') / total * 100:.1f}%")
    return _svg("strip-svg low", label, "".join(parts) + glyphs.now_line(bars, view.now, "1.1em"))


def _hatch(frame: Bars, a: int, b: int, height: str) -> str:
    x, w = frame.share(a) * 100, (frame.share(b) - frame.share(a)) * 100
    return (
        f'<rect class="st-unknown" x="{x:.3f}%" width="{w:.3f}%" y="0" height="{height}"/>'
        if w > 0.04
        else ""
    )


def _base(y: str) -> str:
    return f'<line class="base" x1="0" x2="100%" y1="{y}" y2="{y}"/>'


def _svg(kind: str, label: str, body: str) -> Markup:
    return Markup(f'<svg class="{kind}" role="img" aria-label="{escape(label)}">{body}</svg>')
