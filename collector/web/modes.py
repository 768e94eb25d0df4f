"""Views of one score: assessments, the three system levels, the eight modes; how far their prerequisites are met."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from collector.web import glyphs
from collector.web.level import LEVELS, level_text, span_text
from collector.web.page import Page
from collector.web.view import Json, View
from evidence_engine.context import load_context
from evidence_engine.maturity import Model, apply_all, load_views
from evidence_engine.maturity.views import View as Views

KINDS = ("assessment", "system", "mode")


@dataclass(frozen=True, slots=True)
class ModeRow:
    """One view: its level range, how many prerequisites have its next level, what live data says of its clauses."""

    id: str
    name: str
    level: str
    bar: Markup
    met: str
    live: str
    submodes: str


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One sub-domain that a view rests on."""

    id: str
    name: str
    level: str
    href: str
    decided: int
    indicated: int
    insufficient: int
    could: int
    person: int
    clauses: int


def documents(view: View) -> list[Json]:
    """Every view's document, none before the first score or without the model's files."""
    score, model = view.score, view.wording.model
    if score is None or model is None:
        return []
    return apply_all(model, _views_of(model), score)


_READ: dict[int, tuple[Model, dict[str, Views]]] = {}
"""The views of each model that was ever shown: pages are drawn each second, the file is read once."""


def _views_of(model: Model) -> dict[str, Views]:
    key = id(model)  # the model is kept beside its views, so no other one can take its place in memory
    if key not in _READ:
        _READ[key] = model, load_views(model)
    return _READ[key][1]


def groups(view: View) -> list[tuple[str, list[ModeRow]]]:
    """The views by kind, in the order of the model's file."""
    every = documents(view)
    found = [(kind, [_row(view, d) for d in every if d["kind"] == kind]) for kind in KINDS]
    return [(view.words(f"views.{kind}"), rows) for kind, rows in found if rows]


def _row(view: View, document: Json) -> ModeRow:
    lang, words = view.words.lang, view.words
    low, high = document["level"]["low"], document["level"]["high"]
    target = _target(document)
    live = [item["live"] for item in document["prerequisites"]]
    said = sum(counts["decided"] + counts["indicated"] for counts in live)
    could = sum(item["could"] for item in document["prerequisites"])
    return ModeRow(
        id=document["id"],
        name=document[lang],
        level=f"{low}" if low == high else f"{low}–{high}",
        bar=glyphs.score_bar(target["score"]["low"], target["score"]["high"]),
        met=words(
            "views.met", met=target["met"], of=target["of"], level=target["level"], perhaps=target["perhaps"]
        ),
        live=words("views.live", said=said, could=could),
        submodes=words("list.comma").join(submode[lang] for submode in document["submodes"]),
    )


def _target(document: Json) -> Json:
    """The first level of the view that is not met by all its prerequisites for sure; its last one if all are."""
    levels: list[Json] = document["levels"]
    return next((item for item in levels if item["met"] < item["of"]), levels[-1])


def find(view: View, identity: str) -> Json | None:
    """A view's document by its id."""
    return next((document for document in documents(view) if document["id"] == identity), None)


def page(view: View, document: Json) -> Page:
    """One view: its levels, and each prerequisite with what live data covers."""
    lang = view.words.lang
    context: dict[str, Any] = {
        "title": document[lang],
        "h1": view.words("views.h1", name=document[lang], level=_level(view, document)),
        "lead": view.words("views.lead"),
        "document": document,
        "levels": [
            (
                view.words(LEVELS[item["level"] - 1]),
                glyphs.score_bar(item["score"]["low"], item["score"]["high"]),
                span_text(**item["score"]),
                item,
            )
            for item in document["levels"]
        ],
        "submodes": [submode[lang] for submode in document["submodes"]],
        "steps": steps_of(view, document["id"]),
        "prerequisites": [prerequisite(view, item) for item in document["prerequisites"]],
    }
    return Page(
        "assessment", "view.html", {"head": "head.html", "view": "view_body.html"}, context, windowed=False
    )


def steps_of(view: View, identity: str) -> list[tuple[str, list[str], list[str]]]:
    """(sub-mode, its steps, our figures for it) of a mode as the report has them: orientation, never scored."""
    lang = view.words.lang
    mode = next((mode for mode in load_context().modes if mode.id == identity), None)
    paths = () if mode is None else mode.paths
    return [
        (
            getattr(path, lang),
            [getattr(step, lang) for step in path.steps],
            [view.words.kpi(k) for k in path.kpis],
        )
        for path in paths
    ]


def _level(view: View, document: Json) -> str:
    return level_text(view, document["level"]["low"], document["level"]["high"])


def prerequisite(view: View, item: Json) -> Prerequisite:
    """One row of a view's page."""
    low, high, live = item["level"]["low"], item["level"]["high"], item["live"]
    model = view.wording.model
    clauses = [] if model is None else [c for c in model.clauses.values() if c.subdomain == item["id"]]
    first = next((c.id for c in clauses if c.level > low), clauses[-1].id if clauses else "")
    return Prerequisite(
        id=item["id"],
        name=item[view.words.lang],
        level=f"{low}" if low == high else f"{low}–{high}",
        href=f"/assessment/{first}" if first else "",
        decided=live["decided"],
        indicated=live["indicated"],
        insufficient=live["insufficient"],
        could=item["could"],
        person=item["by_person"],
        clauses=item["clauses"],
    )
