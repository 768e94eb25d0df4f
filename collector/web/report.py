"""`report.html`: one file that opens without a network, Chinese and English inside, made for A4 paper too."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from collector.web import assessment, energy, machines, overview
from collector.web.clause import Card, card_of
from collector.web.evidence import row
from collector.web.knowing import Knowing
from collector.web.level import clauses_of, level_of
from collector.web.page import Page, asset_text, common, environment
from collector.web.trend import oee_trend
from collector.web.view import Json, View
from collector.web.words import LANGS, Lang, Words
from evidence_engine.vocabulary.instants import format_instant

if TYPE_CHECKING:
    from collector.board import Board

_LINK = re.compile(r'(<a\b[^>]*?) href="/[^"]*"')
"""Links of the fragments lead to pages; a file on its own has none."""

_ORDER = ("history", "day", "shift", "hour", "custom")


def write_report(board: "Board", path: str | Path, lang: Lang = "zh") -> None:
    """Write the report; `lang` is the side shown first, the other is one click away, without script."""
    Path(path).write_text(report_html(board, lang), encoding="utf-8")


def report_html(board: "Board", lang: Lang = "zh", home: str = "") -> str:
    """The report as one document with its styles inside; `home`: where its name leads, nowhere in a file."""
    knowing = Knowing()
    sections = {
        side: Markup(section(View(board, Words(side), report_query(board), knowing))) for side in LANGS
    }
    style = asset_text("tokens.css") + asset_text("pages.css") + asset_text("report.css")
    return (
        environment()
        .get_template("report.html")
        .render(
            home=home,
            t=Words(lang),
            lang=lang,
            sections=sections,
            words={side: Words(side) for side in LANGS},
            style=Markup(style),
        )
    )


def report_query(board: "Board") -> dict[str, str]:
    """The window that a report speaks of: the whole history, else the newest of the longest kind there is."""
    windows = board.windows()
    for kind in _ORDER:
        of_kind = [w for w in windows if w.kind == kind]
        if of_kind:
            newest = max(of_kind, key=lambda w: (w.end, w.end - w.start))
            return {"from": format_instant(newest.start), "to": format_instant(newest.end)}
    return {}


def section(view: View) -> str:
    """One language's side, from the pages' own fragments."""
    rows = machines.production_machines(view)
    base = overview.page(view)
    context: dict[str, Any] = {
        **base.context,
        "rows": rows,
        "site_rows": [row(view, r) for r in site_records(view)],
        "asset_rows": [(name, [row(view, r) for r in records]) for name, records in asset_records(view)],
        "clauses": decided(view),
        "model": "" if view.score is None else assessment.model_text(view, view.score),
        "open_points": [] if view.score is None else assessment.open_points(view, view.score),
        "limits": limits(view),
        "level": level_of(view),
        "users": energy.page(view).context["users"],
        "trend": oee_trend(view),
        "made": f"{view.local(view.now):%Y-%m-%d %H:%M}",
    }
    page = Page("report", "report_section.html", base.fragments, context, live=False)
    html = environment().get_template("report_section.html").render(common(view, page))
    return _LINK.sub(r"\1", html)


def site_records(view: View) -> list[Json]:
    """The site's figures."""
    return [r for (_, subject), r in sorted(view.records.items()) if not subject]


def asset_records(view: View) -> list[tuple[str, list[Json]]]:
    """Each asset's figures, in the order of the register."""
    found = [
        (name, [r for (_, s), r in sorted(view.records.items()) if s == name]) for name in view.plant.assets
    ]
    return [(name, records) for name, records in found if records]


def decided(view: View) -> list[Card]:
    """Every clause about which somebody or something has spoken, level by level."""
    if view.score is None:
        return []
    spoken = [found for found in clauses_of(view.score) if found[2]["verdict"] != "not_assessed"]
    return [card_of(view, found) for found in spoken]


def limits(view: View) -> list[tuple[str, int]]:
    """Every limitation of the window's records, with how many records it concerns."""
    counts: dict[str, int] = {}
    for record in view.records.values():
        for item in record["limitations"]:
            text = view.words.pick(item)
            counts[text] = counts.get(text, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
