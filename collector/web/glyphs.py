"""The small marks as inline SVG: caliper, state lane, level gauge, verdict and attention marks, lines over time.

No style attributes and no script, so that a strict CSP holds: colours come from classes, positions from percent and em.
What is unknown is hatched, always by the one pattern `#hx` (or `#hs` in marks), which every page's foot defines.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from collector.web.figures import Shown
from collector.web.lanes import Bars, Spans

HEIGHTS = {
    "producing": 78,
    "setup": 54,
    "idle": 30,
    "down": 100,
    "planned_stop": 10,
    "off": 4,
    "unknown": 100,
}
"""Percent of the lane: the shape that tells a state apart in grey print."""

_CLASS = {"planned_stop": "planned"}
_SCALE = 10_000


def state_class(word: str) -> str:
    """The CSS class of a state."""
    return f"st-{_CLASS.get(word, word)}"


def caliper(figure: Shown, label: str, provisional: bool = False, target: float | None = None) -> Markup:
    """卡尺: track, hatch between the jaws, jaws at low and high, a dot at the value (hollow: provisional)."""
    parts = [
        '<line class="track" x1="0" x2="100%" y1=".8em" y2=".8em"/>',
        '<line class="track" x1="0" x2="0" y1=".55em" y2="1.05em"/>',
        '<line class="track" x1="100%" x2="100%" y1=".55em" y2="1.05em"/>',
    ]
    low, high = figure.at_low, figure.at_high
    if target is not None:
        parts.append(_goal(target))
    if high > low:
        parts.append(f'<rect class="zone" x="{low}%" width="{high - low:.2f}%" y=".4em" height=".8em"/>')
        parts += [
            f'<line class="rim" x1="{low}%" x2="{high}%" y1="{y}em" y2="{y}em"/>' for y in (".4", "1.2")
        ]
    jaws = ([low, high] if figure.bounded else [low]) if figure.jaws else []
    parts += [f'<line class="jaw" x1="{x}%" x2="{x}%" y1=".15em" y2="1.45em"/>' for x in jaws]
    if figure.at is not None:
        kind = "val prov" if provisional else "val"
        parts.append(f'<circle class="{kind}" cx="{figure.at}%" cy=".8em" r=".34em"/>')
    return _svg("cal", label, "".join(parts))


def _goal(at: float) -> str:
    return (
        f'<svg x="{at}%" y="-.12em" width="1em" height=".7em" viewBox="0 0 10 7" preserveAspectRatio="xMinYMin">'
        '<path class="goal" d="M-4.6,0h9.2l-4.6,6.6z"/></svg>'
    )


def _svg(kind: str, label: str, body: str, extra: str = "") -> Markup:
    return Markup(f'<svg class="{kind}" role="img" aria-label="{escape(label)}"{extra}>{body}</svg>')


def lane(bars: Bars, calendar: Spans, now: int | None, label: str) -> Markup:
    """One machine over the axis: recessed back where the calendar works, a height per state, hatch where unknown."""
    back = "".join(_back(bars, a, b) for a, b in calendar)
    known = "".join(
        f'<path class="{state_class(word)}" d="{_path(bars, word)}"/>'
        for word in HEIGHTS
        if word != "unknown" and word in bars.by_state
    )
    unknown = "".join(
        f'<rect class="st-unknown" x="{x}%" width="{w}%" y="0" height="2em"/>'
        for x, w in (_place(bars, a, b) for a, b in bars.by_state.get("unknown", ()))
        if w > 0
    )
    body = f'{back}<svg width="100%" height="2em" viewBox="0 0 {_SCALE} 100" preserveAspectRatio="none">{known}</svg>'
    return _svg("lane-svg", label, body + unknown + now_line(bars, now, "2.1em"))


def _place(bars: Bars, start: int, end: int) -> tuple[float, float]:
    """x and width in percent of the axis."""
    x = bars.share(start)
    return round(x * 100, 3), round((bars.share(end) - x) * 100, 3)


def _back(bars: Bars, start: int, end: int) -> str:
    x, w = _place(bars, start, end)
    return (
        f'<rect class="bk" x="{x}%" width="{w}%" y=".44em" height="1.56em"/>'
        f'<line class="base" x1="{x}%" x2="{round(x + w, 3)}%" y1="2em" y2="2em"/>'
    )


def _path(bars: Bars, word: str) -> str:
    height = HEIGHTS[word]
    pieces = []
    for start, end in bars.by_state[word]:
        x = round(bars.share(start) * _SCALE)
        w = max(round(bars.share(end) * _SCALE) - x, 4)
        pieces.append(f"M{x} {100 - height}h{w}v{height}h-{w}z")
    return "".join(pieces)


def now_line(bars: Bars, now: int | None, bottom: str) -> str:
    """The line at now, where now lies on the axis."""
    if now is None or not bars.start <= now < bars.end:
        return ""
    x = round(bars.share(now) * 100, 3)
    return f'<line class="nowline" x1="{x}%" x2="{x}%" y1="-.1em" y2="{bottom}"/>'


def ruler(ticks: Iterable[tuple[float, str]], now: tuple[float, str] | None = None) -> Markup:
    """The axis of time above or below lanes: (share, text) per tick; a tick too near to now gives way."""
    shown = [(x, text, "") for x, text in ticks if now is None or abs(x - now[0]) > 0.09]
    shown += [(now[0], now[1], ' class="nowt"')] if now else []
    texts = "".join(
        f'<text x="{x * 100:.2f}%" y="1em" text-anchor="{_anchor(x)}"{kind}>{escape(text)}</text>'
        for x, text, kind in shown
    )
    return Markup(f'<svg class="ruler" aria-hidden="true">{texts}</svg>')


def _anchor(share: float) -> str:
    return "start" if share < 0.03 else "end" if share > 0.97 else "middle"


_ARC = {
    "met": '<circle cx="8" cy="8" r="7.4" class="f"/>',
    "mostly": '<circle cx="8" cy="8" r="6.6" class="o"/><path class="f" d="M8 8V1.4A6.6 6.6 0 1 1 1.4 8Z"/>',
    "partly": '<circle cx="8" cy="8" r="6.6" class="o"/><path class="f" d="M8 1.4A6.6 6.6 0 0 1 8 14.6Z"/>',
    "not": '<circle cx="8" cy="8" r="6.6" class="o"/><path class="o" d="M5 5l6 6M11 5l-6 6"/>',
    "insufficient": '<path class="h o" d="M8 .8L15.2 8L8 15.2L.8 8Z"/>',
    "indicated": '<path class="o" d="M8 .8L15.2 8L8 15.2L.8 8Z"/><circle cx="8" cy="8" r="2.4" class="f"/>',
    "not_assessed": '<circle cx="8" cy="8" r="6.6" class="o d"/>',
}


def verdict(word: str) -> Markup:
    """The mark of a verdict; its word stands beside it or in the label of what holds it."""
    return Markup(f'<svg class="vd v-{word}" viewBox="0 0 16 16" aria-hidden="true">{_ARC[word]}</svg>')


_MARKS = {
    "alarm": '<path class="f" d="M10 1L19.5 18.5H.5Z"/><path class="n" d="M9 7h2v6H9zM9 14.3h2v2H9z"/>',
    "unknown": '<path class="h o" d="M10 1L19 10L10 19L1 10Z"/>',
    "warn": '<path class="o" d="M1.5 1.5h17v17h-17z"/><path class="f" d="M9 5h2v6.5H9zM9 13h2v2H9z"/>',
}


def mark(kind: str, word: str) -> Markup:
    """Attention: ▲ alarm, ◇ unknown, □ warning; `word` is read aloud."""
    return _svg(f"mk mk-{kind}", word, _MARKS[kind], ' viewBox="0 0 20 20"')


def key_mark(word: str) -> Markup:
    """A state in a legend: its colour at its height."""
    height = HEIGHTS[word] * 0.13
    return Markup(
        f'<svg aria-hidden="true"><rect class="{state_class(word)}" y="{1.3 - height / 10:.2f}em" width="1.1em" '
        f'height="{height / 10:.2f}em"/></svg>'
    )


def gauge(levels: Sequence[str], low: int, high: int, total: tuple[float, float], label: str) -> Markup:
    """Five segments: solid reached, hatched possible, empty; two marks at the least and most total score S."""
    parts = []
    for i, name in enumerate(levels):
        kind = "got" if i < low else "may" if i < high else "seg"
        bold = ' class="b"' if low <= i + 1 <= high else ""
        parts.append(f'<rect class="{kind}" x="{i * 20}%" width="20%" y="26" height="18"/>')
        parts.append(f'<text x="{i * 20 + 10}%" y="16" text-anchor="middle"{bold}>{escape(name)}</text>')
    for score, side in zip(total, ("end", "start"), strict=True):
        x = min(max(score / 5 * 100, 0), 100)
        text = f"S {score:.2f}" if side == "end" else f"{score:.2f}"
        anchor = "start" if x < 12 else "end" if x > 92 else side
        parts.append(f'<line class="s" x1="{x:.2f}%" x2="{x:.2f}%" y1="22" y2="50"/>')
        if side == "end" or total[1] > total[0]:
            parts.append(f'<text x="{x:.2f}%" y="66" text-anchor="{anchor}">{text}</text>')
    return _svg("gauge plot", label, "".join(parts), ' height="74"')


def score_bar(low: float, high: float, threshold: float = 0.8) -> Markup:
    """A score 0 to 1: solid to low, hatch to high, a line at the pass mark."""
    return Markup(
        '<svg class="bar" aria-hidden="true"><rect class="tr" width="100%" height="100%"/>'
        f'<rect class="lo" width="{low * 100:.2f}%" height="100%"/>'
        f'<rect class="hi" x="{low * 100:.2f}%" width="{(high - low) * 100:.2f}%" height="100%"/>'
        f'<line class="th" x1="{threshold * 100:.0f}%" x2="{threshold * 100:.0f}%" y1="0" y2="100%"/></svg>'
    )


def band_bar(figure: Shown, kind: str = "lo") -> Markup:
    """A quantity as a bar: solid to low, hatch from low to high, open to the end where there is no high."""
    width = figure.at_high - figure.at_low
    return Markup(
        '<svg class="bar tall" aria-hidden="true">'
        f'<rect class="{kind}" width="{figure.at_low}%" height="100%"/>'
        f'<rect class="hi" x="{figure.at_low}%" width="{width:.2f}%" height="100%"/></svg>'
    )


def span_bar(start: float, width: float, kind: str) -> Markup:
    """A piece of a whole (loss tree): from `start`, `width` wide, both as shares."""
    return Markup(
        '<svg class="bar tall" aria-hidden="true">'
        f'<rect class="{kind}" x="{start * 100:.2f}%" width="{max(width, 0) * 100:.2f}%" height="100%"/></svg>'
    )
