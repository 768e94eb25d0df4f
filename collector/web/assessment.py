"""Assessment: the map `/assessment` and a clause `/assessment/<id>`: which level, and what next?"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import glyphs
from collector.web.evidence import Row, row
from collector.web.level import LEVELS, clauses_of, level_of
from collector.web.page import Page
from collector.web.view import Json, View

VERDICTS = ("met", "mostly", "partly", "not", "indicated", "insufficient", "not_assessed")
NEXT_STEPS = 6
PASS = 0.8
"""The pass mark of the method (GB/T 39117)."""


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
    """One thing to do next: the clause, its wording, why, and how much it can add to its level's low bound."""

    id: str
    wording: str
    verdict: str
    why: str
    gain: str


@dataclass(frozen=True, slots=True)
class Card:
    """One clause."""

    id: str
    wording: str
    verdict: str
    score: str
    by: str
    because: str
    subdomain: str
    level: str
    certainty: str
    rows: list[Row]
    window: str
    """The window of the evidence, where all of it has the same."""
    missing: int
    said: list[tuple[str, str]]
    """What data and a person each said, where both did: an override never deletes what it overrides."""


def page(view: View) -> Page:
    """The map."""
    return _page(view, None)


def clause_page(view: View, identity: str) -> Page:
    """The map with one clause's card beside it."""
    return _page(view, find(view, identity))


def _page(view: View, chosen: tuple[Json, Json, Json] | None) -> Page:
    score = view.score
    context: dict[str, Any] = {
        "title": view.words("page.assessment") if chosen is None else chosen[2]["id"],
        "score": score,
        "level": level_of(view),
        "gauge": wide_gauge(view),
        "h1": heading(view),
        "lead": "" if score is None else model_text(view, score),
        "levels": [view.words(key) for key in LEVELS],
        "target": target_of(score),
        "map": [] if score is None else map_rows(view, score, "" if chosen is None else chosen[2]["id"]),
        "totals": [] if score is None else totals(score),
        "tally": tally(view, score),
        "said_by": said_by(view, score),
        "steps": [] if score is None else next_steps(view, score),
        "card": None if chosen is None else card_of(view, chosen),
        "open_points": [] if score is None else open_points(view, score),
    }
    fragments = {
        "head": "head.html",
        "level": "assessment_level.html",
        "next": "assessment_next.html",
        "map": "assessment_map.html",
        "card": "assessment_card.html",
    }
    return Page("assessment", "assessment.html", fragments, context, windowed=False)


def wide_gauge(view: View) -> Markup:
    """The level's range with the levels' names, where there is room for them."""
    level = level_of(view)
    if level is None:
        return Markup()
    names = [view.words(key) for key in LEVELS]
    return glyphs.gauge(names, level.low, level.high, level.total, level.text)


def find(view: View, identity: str) -> tuple[Json, Json, Json] | None:
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
    return view.words(
        "assessment.model",
        model=model["id"],
        version=model["version"],
        industry=view.words(f"industry.{score['industry']}"),
        n=len(model["open_points"]),
    )


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
    return f"{low:.2f}" if low == high else f"{low:.2f}–{high:.2f}"


def totals(score: Json) -> list[tuple[Markup, str]]:
    """Each level's weighted score."""
    found = []
    for level in sorted(score["levels"], key=lambda item: int(item["level"])):
        low, high = float(level["score"]["low"]), float(level["score"]["high"])
        found.append((glyphs.score_bar(low, high), f"{low:.2f}" if low == high else f"{low:.2f}–{high:.2f}"))
    return found


def tally(view: View, score: Json | None) -> list[tuple[Markup, str, int]]:
    """How many clauses have each verdict."""
    counts = Counter() if score is None else Counter(c["verdict"] for _, _, c in clauses_of(score))
    return [(glyphs.verdict(v), view.words.verdict(v), counts[v]) for v in VERDICTS]


def said_by(view: View, score: Json | None) -> list[tuple[str, int]]:
    """Who said it: data, a person, both, nobody."""
    counts = Counter() if score is None else Counter(c["by"] for _, _, c in clauses_of(score))
    return [(view.words(f"by.{who}"), counts[who]) for who in ("data", "person", "both", "none")]


def next_steps(view: View, score: Json) -> list[Step]:
    """The clauses of the target level that can add most to its low bound; those that data can decide first."""
    target = target_of(score)
    found = [
        (_gain(view, score, sub, clause), sub, clause)
        for level, sub, clause in clauses_of(score)
        if int(level["level"]) == target and float(clause["score"]["low"]) < 1
    ]
    found.sort(key=lambda item: (_reach(view, item[2]), -item[0], item[2]["id"]))
    return [
        Step(
            clause["id"],
            view.clause_text(clause) or _name(view, sub),
            clause["verdict"],
            view.words.pick(clause.get("because")),
            f"+{gain:.3f}",
        )
        for gain, sub, clause in found[:NEXT_STEPS]
    ]


def _reach(view: View, clause: Json) -> int:
    """How near data is to deciding a clause: 0 it says something already, 1 it could, 2 a person must."""
    if clause["verdict"] in ("insufficient", "indicated") or clause["by"] in ("data", "both"):
        return 0
    row = view.wording.row(clause["id"])
    return 1 if row is not None and row.live_data == "F" else 2


def _gain(view: View, score: Json, sub: Json, clause: Json) -> float:
    """What full marks for a clause add to its level: its part of the sub-domain × the sub-domain's weight."""
    missing = 1 - float(clause["score"]["low"])
    return missing / len(sub["clauses"]) * view.wording.weight(sub["id"], score["industry"])


def card_of(view: View, found: tuple[Json, Json, Json]) -> Card:
    """A clause's card with its evidence."""
    level, sub, clause = found
    records = [r for identity in clause["evidence"] if (r := view.board.record(identity)) is not None]
    low, high = float(clause["score"]["low"]), float(clause["score"]["high"])
    return Card(
        id=clause["id"],
        wording=view.clause_text(clause),
        verdict=clause["verdict"],
        score=f"{low:.2f}" if low == high else f"{low:.2f}–{high:.2f}",
        by=view.words(f"by.{clause['by']}"),
        because=view.words.pick(clause.get("because")),
        subdomain=_name(view, sub),
        level=view.words(LEVELS[int(level["level"]) - 1]),
        certainty="" if (known := view.wording.row(clause["id"])) is None else known.certainty,
        rows=[row(view, r) for r in records],
        window=windows.pop() if len(windows := {view.record_window(r) for r in records}) == 1 else "",
        missing=len(clause["evidence"]) - len(records),
        said=said_of(view, clause),
    )


def said_of(view: View, clause: Json) -> list[tuple[str, str]]:
    """(who, what they said) where a person spoke, and what data said beneath it."""
    words, found = view.words, []
    machine, person = clause.get("machine"), clause.get("person")
    if machine is not None:
        found.append(
            (words("by.data"), f"{words.verdict(machine['verdict'])}: {words.pick(machine['because'])}")
        )
    if person is not None:
        keys = ("who", "when", "reason", "file")
        told = [str(person[key]) for key in keys if person.get(key)]
        found.append((words("by.person"), words("list.stop").join([f"{person['score']:g}", *told])))
    return found
