"""Assessment: the map `/assessment` and a clause `/assessment/<id>`: which level, and what next?"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import course, glyphs, modes
from collector.web.clause import (
    SCORES,
    Card,
    Form,
    Found,
    answers_of,
    card_of,
    course_of_clause,
    is_disputed,
)
from collector.web.level import LEVELS, clauses_of, level_of, span_text
from collector.web.page import Page
from collector.web.view import Json, View

VERDICTS = ("met", "mostly", "partly", "not", "indicated", "insufficient", "not_assessed")
NEXT_STEPS = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """One sub-domain at one level: its score, its clauses' marks, where it leads."""

    href: str
    bar: Markup
    score: str
    marks: list[Markup]
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class MapRow:
    """One sub-domain: element (only on its first row), id, name, a cell per level or None."""

    element: str
    id: str
    name: str
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next: the clause, its wording, what to do, what it takes, what it adds to its level's low."""

    id: str
    wording: str
    verdict: str
    do: str
    effort: str
    gain: str


@dataclass(frozen=True, slots=True)
class Goal:
    """The first level that is not surely reached: how many clauses lead there, the steps of its own."""

    level: int
    count: int
    steps: list[Step]
    rest: list[Step]


def page(view: View) -> Page:
    """The map."""
    return _page(view, None, Form())


def clause_page(view: View, identity: str, form: Form | None = None) -> Page:
    """The map with one clause's card beside it."""
    kept = Form(kept="said" in view.query)
    return _page(view, find(view, identity), form or kept)


def _page(view: View, chosen: Found | None, form: Form) -> Page:
    score, identity = view.score, "" if chosen is None else chosen[2]["id"]
    context: dict[str, Any] = {
        "title": identity or view.words("page.assessment"),
        "score": score,
        "level": level_of(view),
        "gauge": wide_gauge(view),
        "h1": heading(view),
        "lead": "" if score is None else model_text(view, score),
        "levels": [view.words(key) for key in LEVELS],
        "target": target_of(score),
        "map": [] if score is None else map_rows(view, score, identity),
        "totals": [] if score is None else totals(score),
        "tally": tally(view, score),
        "said_by": said_by(view, score),
        "goal": None if score is None else goal_of(view, score),
        "disputes": [] if score is None else disputes(view, score),
        "facts": [] if score is None else [view.words.pick(row) for row in score.get("facts_changed") or ()],
        "card": None if chosen is None else card_of(view, chosen),
        "open_points": [] if score is None else open_points(view, score),
        "form": form,
        "scores": [(value, view.words.verdict(word)) for value, word in SCORES],
        "answers": answers_of(view, identity) if identity else [],
        "clause_course": course_of_clause(view, identity) if identity else [],
        "views": modes.groups(view),
        **course.context_of(view),
    }
    fragments = {
        "head": "head.html",
        "disputes": "assessment_disputes.html",
        "level": "assessment_level.html",
        "next": "assessment_next.html",
        "map": "assessment_map.html",
        "views": "assessment_views.html",
        "turns": "assessment_turns.html",
        "card": "assessment_card.html",
        "said": "assessment_said.html",
    }
    return Page("assessment", "assessment.html", fragments, context, windowed=False)


def wide_gauge(view: View) -> Markup:
    """The level's range with the levels' names, where there is room for them."""
    level = level_of(view)
    if level is None:
        return Markup()
    names = [view.words(key) for key in LEVELS]
    return glyphs.gauge(names, level.low, level.high, level.total, level.text)


def find(view: View, identity: str) -> Found | None:
    """(level, sub-domain, clause) of a clause id."""
    if view.score is None:
        return None
    return next((found for found in clauses_of(view.score) if found[2]["id"] == identity), None)


def heading(view: View) -> str:
    """The level's range."""
    level = level_of(view)
    return view.words("level.not_yet") if level is None else view.words("assessment.h1", level=level.text)


def model_text(view: View, score: Json) -> str:
    """Which model and how many open points: always said."""
    model = score["model"]
    told = view.words(
        "assessment.model",
        model=model["id"],
        version=model["version"],
        industry=view.words(f"industry.{score['industry']}"),
        n=len(model["open_points"]),
    )
    corrected = model.get("corrected")
    if corrected is None:
        return told
    rows, file, source = len(corrected["rows"]), corrected["file"], corrected["source"]
    return told + view.words("assessment.corrected", file=file, n=rows, source=source)


def open_points(view: View, score: Json) -> list[str]:
    """The model's open points in this language."""
    return [view.words.pick(p) if isinstance(p, dict) else str(p) for p in score["model"]["open_points"]]


def target_of(score: Json | None) -> int:
    """The level to work on: the first that is not surely met."""
    if score is None:
        return 1
    return min(int(score["level"]["low"]) + 1, 5)


def map_rows(view: View, score: Json, current: str) -> list[MapRow]:
    """A row per sub-domain, in the model's order."""
    by_id: dict[str, dict[int, Json]] = {}
    for level in score["levels"]:
        for sub in level["subdomains"]:
            by_id.setdefault(sub["id"], {})[int(level["level"])] = sub
    rows, last = [], ""
    order = {identity: place for place, identity in enumerate(view.wording.order())}
    for identity, by_level in sorted(
        by_id.items(), key=lambda item: (order.get(item[0], len(order)), item[0])
    ):
        first = next(iter(by_level.values()))
        element = view.wording.element(identity, view.words.lang)
        cells = [cell(view, by_level.get(n), n, current) for n in range(1, 6)]
        rows.append(MapRow("" if element == last else element, identity, _name(view, first), cells))
        last = element
    return rows


def _name(view: View, sub: Json) -> str:
    return view.wording.subdomain(sub["id"], view.words.lang)


def cell(view: View, sub: Json | None, level: int, current: str) -> Cell | None:
    """A sub-domain at a level; None where the model asks nothing there."""
    if sub is None or not sub["clauses"]:
        return None
    low, high = float(sub["score"]["low"]), float(sub["score"]["high"])
    counts = Counter(clause["verdict"] for clause in sub["clauses"])
    said = view.words("list.comma").join(
        f"{view.words.verdict(v)} {counts[v]}" for v in VERDICTS if counts[v]
    )
    first = next(
        (c for c in sub["clauses"] if c["verdict"] not in ("met", "not_assessed")), sub["clauses"][0]
    )
    return Cell(
        href=f"/assessment/{first['id']}",
        bar=glyphs.score_bar(low, high),
        score=score_text(view, low, high),
        marks=[glyphs.verdict(clause["verdict"]) for clause in sub["clauses"]],
        label=view.words("assessment.cell", name=_name(view, sub), level=level, verdicts=said),
        current=any(clause["id"] == current for clause in sub["clauses"]),
    )


def score_text(view: View, low: float, high: float) -> str:
    """`0.70–0.95`; the word where all is open."""
    if (low, high) == (0.0, 1.0):
        return view.words("assessment.open")
    return span_text(low, high)


def totals(score: Json) -> list[tuple[Markup, str]]:
    """Each level's weighted score."""
    found = []
    for level in sorted(score["levels"], key=lambda item: int(item["level"])):
        low, high = float(level["score"]["low"]), float(level["score"]["high"])
        found.append((glyphs.score_bar(low, high), span_text(low, high)))
    return found


def tally(view: View, score: Json | None) -> list[tuple[Markup, str, int]]:
    """How many clauses have each verdict."""
    counts = Counter() if score is None else Counter(c["verdict"] for _, _, c in clauses_of(score))
    return [(glyphs.verdict(v), view.words.verdict(v), counts[v]) for v in VERDICTS]


def said_by(view: View, score: Json | None) -> list[tuple[str, int]]:
    """Who said it: data, a person, both, nobody."""
    counts = Counter() if score is None else Counter(c["by"] for _, _, c in clauses_of(score))
    return [(view.words(f"by.{who}"), counts[who]) for who in ("data", "person", "both", "none")]


def goal_of(view: View, score: Json) -> Goal | None:
    """The first level that is not reached, as the score document's `next` has it; None where there is no list."""
    goals = score.get("next") or []
    if not goals:
        return None
    verdicts = {clause["id"]: clause["verdict"] for _, _, clause in clauses_of(score)}
    steps = [
        Step(
            step["clause"],
            view.wording.clause(step["clause"], view.words.lang),
            verdicts.get(step["clause"], "not_assessed"),
            view.words.pick(step["do"]),
            view.words(f"effort.{step['effort']}"),
            f"+{step['gain']:.3f}",
        )
        for step in goals[0]["steps"]
    ]
    return Goal(int(goals[0]["level"]), int(goals[0]["count"]), steps[:NEXT_STEPS], steps[NEXT_STEPS:])


def disputes(view: View, score: Json) -> list[Card]:
    """Clauses in which a person and data disagree: what to settle first."""
    return [card_of(view, found) for found in clauses_of(score) if is_disputed(found[2])]
