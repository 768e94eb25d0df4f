"""The OEE of the last fourteen shifts, each with its bounds, as a small chart and as its table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from collector.web.figures import Shown, shown
from collector.web.view import View
from evidence_engine.vocabulary.window import Window

SHIFTS = 14
TOP, BOTTOM = 10.0, 150.0


@dataclass(frozen=True, slots=True)
class Point:
    """One shift: label below, full name, its figure and where its evidence is."""

    label: str
    name: str
    figure: Shown
    provisional: bool
    id: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The chart and its points."""

    points: list[Point]
    chart: Markup


def oee_trend(view: View, asset: str = "") -> Trend | None:
    """The last shifts that have a record, None where there is none."""
    windows = [w for w in view.board.windows() if w.kind == "shift"][-SHIFTS:]
    points = [p for w in windows if (p := _point(view, w, asset)) is not None]
    return Trend(points, _chart(view, points)) if points else None


def _point(view: View, window: Window, asset: str) -> Point | None:
    found = view.board.records(kpi="equipment.oee", asset=asset or None, window=window)
    record = next(
        (r for r in found if r["subject"].get("asset", "") == asset and "step" not in r["subject"]), None
    )
    if record is None:
        return None
    name = window.name.removeprefix(f"{view.local(window.start):%Y-%m-%d}-")
    word = view.shift_word(name)
    label = word[0] if view.words.lang == "zh" else word[:1].upper()
    return Point(
        label,
        f"{_day(view.local(window.start).date())} {word}",
        shown(record["result"]),
        bool(record["provisional"]),
        record["id"],
    )


def _day(day: date) -> str:
    return f"{day:%m-%d}"


def _scale(points: list[Point]) -> tuple[float, float]:
    """The chart's (least, most) in percent: tens around what is shown."""
    lows = [p.figure.at_low for p in points]
    highs = [p.figure.at_high for p in points]
    low, high = int(min(lows) // 10 * 10), int(-(-max(highs) // 10) * 10)
    return float(low), float(max(high, low + 20))


def _chart(view: View, points: list[Point]) -> Markup:
    low, high = _scale(points)

    def y(value: float) -> float:
        return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 1)

    step = 10 if high - low <= 50 else 20
    parts = [_grid(y(v), f"{v}") for v in range(int(low), int(high) + 1, step)]
    wide = 92 / len(points)
    parts += [_mark(8 + wide * (i + 0.5), p, y) for i, p in enumerate(points)]
    label = escape(view.words("trend.label", n=len(points)))
    return Markup(f'<svg class="plot" height="176" role="img" aria-label="{label}">{"".join(parts)}</svg>')


def _grid(y: float, text: str) -> str:
    line = f'<line class="grid" x1="8%" x2="100%" y1="{y}" y2="{y}"/>'
    return f'{line}<text x="7%" y="{y + 4}" text-anchor="end">{text}</text>'


def _mark(x: float, p: Point, y: Callable[[float], float]) -> str:
    low, high = y(p.figure.at_low), y(p.figure.at_high)
    left, right = f"{x - 0.9:.2f}%", f"{x + 0.9:.2f}%"
    parts = [f'<rect class="zone" x="{left}" width="1.8%" y="{high}" height="{max(low - high, 0):.1f}"/>']
    parts += [f'<line class="jaw" x1="{left}" x2="{right}" y1="{v}" y2="{v}"/>' for v in (low, high)]
    if p.figure.at is not None:
        kind = "dot prov" if p.provisional else "dot"
        parts.append(f'<circle class="{kind}" cx="{x:.2f}%" cy="{y(p.figure.at)}" r="4"/>')
    parts.append(f'<text x="{x:.2f}%" y="170" text-anchor="middle">{escape(p.label)}</text>')
    return "".join(parts)
