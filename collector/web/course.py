"""How the score went: a small chart of the total's range over time, and the verdicts that changed, with their causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from collector.journal import Change, Point
from collector.web.level import span_text
from collector.web.view import Json, View

MOST_POINTS = 60
MOST_CHANGES = 8
TOP, BOTTOM = 8.0, 120.0
SCALE = 5.0
"""The highest total that there is."""


@dataclass(frozen=True, slots=True)
class Course:
    """The chart, its table (when, level range, total range), since when it goes."""

    chart: Markup
    rows: list[tuple[str, str, str]]
    since: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of a verdict: clause, wording, when, the words before and after, why."""

    clause: str
    wording: str
    when: str
    before: str | None
    after: str
    before_score: str
    after_score: str
    causes: list[str]


def course_of(view: View) -> Course | None:
    """How the total went, None while there was only one score."""
    points = view.board.journal.points(MOST_POINTS)
    if len(points) < 2:
        return None
    rows = [
        (view.clock_time(p.at), _range(p.score["level"], "d"), span_text(**p.score["total"])) for p in points
    ]
    return Course(_chart(view, points), rows[::-1], view.clock_time(points[0].at))


def _range(ends: Json, form: str) -> str:
    low, high = format(ends["low"], form), format(ends["high"], form)
    return low if low == high else f"{low}–{high}"


def _chart(view: View, points: Sequence[Point]) -> Markup:
    start, end = points[0].at, max(view.now, points[-1].at + 1)
    parts = [_grid(level) for level in range(6)]
    for point, after in zip(points, [*(p.at for p in points[1:]), end], strict=True):
        parts.append(_step(_x(point.at, start, end), _x(after, start, end), point.score["total"]))
    for at, anchor in ((start, "start"), (end, "end")):
        text = escape(view.clock_time(at))
        parts.append(
            f'<text x="{_x(at, start, end):.2f}%" y="{BOTTOM + 16}" text-anchor="{anchor}">{text}</text>'
        )
    total = points[-1].score["total"]
    said = view.words("course.label", low=f"{total['low']:.2f}", high=f"{total['high']:.2f}", n=len(points))
    return Markup(
        f'<svg class="plot" height="142" role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'
    )


def _x(at: int, start: int, end: int) -> float:
    return 6 + 94 * (at - start) / (end - start)


def _y(total: float) -> float:
    return round(BOTTOM - total / SCALE * (BOTTOM - TOP), 1)


def _grid(level: int) -> str:
    y = _y(level)
    line = f'<line class="grid" x1="6%" x2="100%" y1="{y}" y2="{y}"/>'
    return f'{line}<text x="4.5%" y="{y + 4}" text-anchor="end">{level}</text>'


def _step(left: float, right: float, total: Json) -> str:
    low, high = _y(total["low"]), _y(total["high"])
    width, height = max(right - left, 0.2), max(low - high, 0.0)
    zone = f'<rect class="zone" x="{left:.2f}%" width="{width:.2f}%" y="{high}" height="{height:.1f}"/>'
    ends = "".join(
        f'<line class="jaw" x1="{left:.2f}%" x2="{left + width:.2f}%" y1="{y}" y2="{y}"/>'
        for y in (low, high)
    )
    return zone + ends


def turns_of(view: View, clause: str | None = None) -> list[Turn]:
    """The last verdicts that changed, the newest first; of all clauses without the first score's."""
    changes = view.board.journal.changes(clause, 4 * MOST_CHANGES)
    kept = [change for change in changes if clause is not None or not change.change["first"]]
    return [turn(view, change) for change in kept[::-1][:MOST_CHANGES]]


def turn(view: View, change: Change) -> Turn:
    """One change in this language."""
    before, after = change.change["before"], change.change["after"]
    return Turn(
        change.clause,
        view.wording.clause(change.clause, view.words.lang),
        view.clock_time(change.at),
        None if before is None else before["verdict"],
        after["verdict"],
        "" if before is None else _range(before["score"], "g"),
        _range(after["score"], "g"),
        [str(cause[view.words.lang]) for cause in change.change["causes"]],
    )


def channels_that_fail(view: View) -> list[tuple[str, str]]:
    """(channel, why) of those whose notices wait."""
    return [(c.name, c.error) for c in view.board.journal.channels() if c.failures]


def context_of(view: View) -> dict[str, Any]:
    """What the templates of the course see."""
    return {"course": course_of(view), "turns": turns_of(view), "failing": channels_that_fail(view)}
