"""Evidence: the search `/evidence`, and one record `/evidence/<id>`: can I trust this figure?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from collector.web.figures import Shown, shown
from collector.web.level import clauses_of
from collector.web.page import Page
from collector.web.view import Fig, Json, View, percent, subject_key

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One record in the list."""

    fig: Fig
    subject: str
    window: str
    id: str


@dataclass(frozen=True, slots=True)
class Support:
    """A clause that the record supports, as the score document says."""

    id: str
    wording: str
    verdict: str
    because: str


def list_page(view: View) -> Page:
    """The records of the window, filtered by KPI and asset."""
    kpi, asset = view.query.get("kpi", ""), view.query.get("asset", "")
    records = [r for r in _sorted(view) if kpi in ("", r["kpi"]) and asset in ("", subject_key(r))]
    at = _page_number(view, len(records))
    context: dict[str, Any] = {
        "title": view.words("page.evidence"),
        "h1": view.words("evidence.h1", n=len(records)) if records else view.words("evidence.none_here"),
        "lead": view.words("evidence.lead"),
        "rows": [row(view, r) for r in records[at * PER_PAGE : (at + 1) * PER_PAGE]],
        "at": at,
        "pages": max(-(-len(records) // PER_PAGE), 1),
        "kpi": kpi,
        "asset": asset,
        "kpis": sorted({k for k, _ in view.records}),
        "subjects": subjects(view),
    }
    return Page("evidence", "evidence.html", {}, context, live=False)


def subjects(view: View) -> list[tuple[str, str]]:
    """(key, name) of every asset and step that has a record."""
    found = {subject_key(r): subject_text(view, r) for r in _sorted(view)}
    return [(key, name) for key, name in found.items() if key]


def _sorted(view: View) -> list[Json]:
    """Site figures first, then asset by asset in the order of the register."""
    place = {"": -1} | {name: i for i, name in enumerate(view.plant.assets)}
    return sorted(view.records.values(), key=lambda r: (place.get(subject_key(r), -1), r["kpi"]))


def _page_number(view: View, count: int) -> int:
    text = view.query.get("page", "0")
    asked = int(text) if text.isdecimal() and len(text) < 7 else 0
    return min(asked, max(-(-count // PER_PAGE) - 1, 0))


def row(view: View, record: Json) -> Row:
    """A record as a row."""
    return Row(view.fig(record), subject_text(view, record), view.record_window(record), record["id"])


def subject_text(view: View, record: Json) -> str:
    """The asset, the step's name, or the site's."""
    subject = record["subject"]
    if "step" in subject:
        step = view.plant.steps.get(subject["step"])
        return subject["step"] if step is None else view.words.name(step.name)
    return subject.get("asset") or view.words.name(view.plant.site.name)


def record_page(view: View, record: Json) -> Page:
    """One record: result, parts, inputs, clauses, limitations."""
    fig = view.fig(record)
    context: dict[str, Any] = {
        "title": f"{fig.name} {subject_text(view, record)}",
        "r": record,
        "f": fig,
        "subject": subject_text(view, record),
        "window": view.record_window(record),
        "parts": list(parts(view, record)),
        "supports": supports(view, record),
        "limits": [view.words.pick(item) for item in record["limitations"]],
        "coverage": percent(record["coverage"]),
        "replaced": view.board.record(record["id"]) is None,
    }
    return Page("evidence", "evidence_record.html", {}, context, live=False, windowed=False)


def parts(view: View, record: Json) -> Iterator[tuple[str, Shown | None, str]]:
    """(name, figure or None, plain text) of each part of a result."""
    known = {"availability": "availability", "effectiveness": "effectiveness", "quality": "quality ratio"}
    for key, value in sorted(record["parts"].items()):
        name = view.words.term(known[key]) if key in known else view.words.part(key)
        value = view.words.part_value(value)
        if isinstance(value, dict):
            yield name, shown(value), ""
        else:
            yield name, None, "—" if value is None else f"{value}"


def supports(view: View, record: Json) -> list[Support]:
    """The clauses whose score names this record."""
    if view.score is None:
        return []
    return [
        Support(
            clause["id"],
            view.clause_text(clause),
            clause["verdict"],
            view.words.pick(clause.get("because")),
        )
        for _, _, clause in clauses_of(view.score)
        if record["id"] in clause["evidence"]
    ]
