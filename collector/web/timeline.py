"""One asset on one axis of time: its state, its good pieces, its power and its link, unknown hatched in each."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from collector.web import glyphs, lanes
from collector.web.figures import round_above
from collector.web.lanes import Bars, Line, Spans
from collector.web.machines import Machine
from collector.web.view import View

COUNTERS = ("count_good", "count_total")
"""What is shown as pieces: the first that is collected."""

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
    role = next((r for r in COUNTERS if lanes.has_series(view.knowing.history, m.id, r)), None)
    if role is not None:
        found.append(pieces(view, m, role))
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


def pieces(view: View, m: Machine, role: str) -> Strip:
    """Pieces per column as the counter's seen steps book them; hatched where the counter is not known. What was made
    in there has no known moment: it is told in words, not drawn (D10)."""
    axis = view.choice.axis
    frame = Bars(axis[0], axis[1], {})
    found = view.knowing.pieces(view.plant, m.id, role, axis, min(view.now, axis[1]))
    top = round_above(float(max(found.seen.max(), 1)))
    width = 100 / len(found.seen)
    columns = "".join(
        f'<rect class="piece" x="{i * width + 0.15:.2f}%" width="{width - 0.3:.2f}%" '
        f'y="{2.4 * (1 - n / top):.2f}em" height="{2.4 * n / top:.2f}em"/>'
        for i, n in enumerate(found.seen.tolist())
        if n > 0
    )
    hatch = "".join(_hatch(frame, a, b, "2.4em") for a, b in found.dark)
    body = _base("2.4em") + columns + hatch + glyphs.now_line(frame, view.now, "2.5em")
    span = round((axis[1] - axis[0]) / len(found.seen) / 60e9)
    words = view.words
    unit = words("pieces.per", minutes=span, top=f"{top:g}")
    unit += words("pieces.bridged", n=found.bridged) if found.bridged else ""
    label = words("pieces.label", name=m.id, n=int(found.seen.sum()), bridged=found.bridged)
    name = words.term("good count" if role == "count_good" else "total count")
    return Strip(name, unit, _svg("strip-svg mid", label, body))


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
