"""A notice: the verdicts that changed since the last one, each from what it was to what it is, with every cause between.

Example of the document that a webhook gets:
{"schema": "floortruth/notice/1", "site": "S1", "id": "S1/412", "changes_from": 409, "changes_to": 412,
 "level": {"low": 1, "high": 3}, "total": {"low": 1.04, "high": 3.2},
 "verdicts": [{"clause": "M2-7.2c", "wording": {"zh": "…", "en": "…"}, "at": "2026-11-24T08:00:00.000000000Z",
   "before": {"verdict": "met", "score": {"low": 1.0, "high": 1.0}, "by": "data"}, "after": {…},
   "causes": [{"kind": "figure", "zh": "…", "en": "…", "evidence": "sha256:…"}], "url": "http://…/assessment/M2-7.2c"}]}
The same `id` twice is the same notice: a receiver that failed after taking it may get it again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from collector.journal import Change
from evidence_engine.maturity.summary import WORDS
from evidence_engine.vocabulary.instants import format_instant

Json = dict[str, Any]

SCHEMA = "floortruth/notice/1"
CAUSES = 6
"""So many of a verdict's causes stand in an e-mail."""


def notice_of(
    site: str,
    changes: Sequence[Change],
    score: Json | None,
    wording: Callable[[str], Mapping[str, str]],
    pages: str = "",
) -> Json | None:
    """One notice of changes in their order; None where nothing is left to tell. wording: of a clause, zh and en."""
    by_clause: dict[str, list[Change]] = {}
    for change in changes:
        if not change.change["first"] and change.change["before"] is not None:
            by_clause.setdefault(change.clause, []).append(change)
    verdicts = [
        _verdict(clause, found, dict(wording(clause)), pages)
        for clause, found in by_clause.items()
        if _stands(found[0].change["before"]) != _stands(found[-1].change["after"])
    ]
    if not verdicts:
        return None
    upto = changes[-1].id
    return {
        "schema": SCHEMA,
        "site": site,
        "id": f"{site}/{upto}",
        "changes_from": changes[0].id,
        "changes_to": upto,
        "level": None if score is None else score["level"],
        "total": None if score is None else score["total"],
        "verdicts": verdicts,
    }


def _stands(state: Json) -> Json:
    return {key: state[key] for key in ("verdict", "score", "by")}


def _verdict(clause: str, found: Sequence[Change], wording: Json, pages: str) -> Json:
    last = found[-1]
    return {
        "clause": clause,
        "wording": wording,
        "at": format_instant(last.at),
        "before": _stands(found[0].change["before"]),
        "after": _stands(last.change["after"]) | {"because": last.change["after"]["because"]},
        "causes": [cause for change in found for cause in change.change["causes"]],
        "url": f"{pages.rstrip('/')}/assessment/{clause}" if pages else "",
    }


_TEXTS = {
    "one": ("{site}：{clause} {before} → {after}", "{site}: {clause} {before} → {after}"),
    "many": ("{site}：{n} 个条款的判定变了", "{site}: {n} verdicts changed"),
    "level": (
        "等级区间 {low}–{high}，总分 S {least}–{most}",
        "level range {low} to {high}, total S {least} to {most}",
    ),
    "causes": ("原因", "because"),
    "more": ("……另 {n} 处，见页面", "… and {n} more, see the page"),
    "foot": (
        "由车间实证自动发出。本结果为评估做准备，不颁发等级。",
        "Sent by FloorTruth. It prepares an assessment; it issues no level.",
    ),
}


def subject_of(notice: Json, lang: str) -> str:
    """One line: what changed."""
    verdicts = notice["verdicts"]
    if len(verdicts) > 1:
        return _say("many", lang, site=notice["site"], n=len(verdicts))
    (one,) = verdicts
    return _say(
        "one",
        lang,
        site=notice["site"],
        clause=one["clause"],
        before=_word(one["before"], lang),
        after=_word(one["after"], lang),
    )


def body_of(notice: Json, lang: str) -> str:
    """The notice as text to read."""
    lines = []
    if notice["level"] is not None:
        level, total = notice["level"], notice["total"]
        told = {"low": level["low"], "high": level["high"]}
        lines += [_say("level", lang, **told, least=f"{total['low']:.2f}", most=f"{total['high']:.2f}"), ""]
    for verdict in notice["verdicts"]:
        lines += [*_lines(verdict, lang), ""]
    return "\n".join([*lines, _say("foot", lang)]) + "\n"


def _lines(verdict: Json, lang: str) -> Iterable[str]:
    wording = verdict["wording"].get(lang, "")
    yield f"{verdict['clause']} {wording}".rstrip()
    yield f"  {_word(verdict['before'], lang)} → {_word(verdict['after'], lang)}"
    yield f"  {verdict['after']['because'].get(lang, '')}".rstrip()
    for cause in verdict["causes"][:CAUSES]:
        yield f"  - {cause[lang]}"
    if len(verdict["causes"]) > CAUSES:
        yield f"  - {_say('more', lang, n=len(verdict['causes']) - CAUSES)}"
    if verdict["url"]:
        yield f"  {verdict['url']}"


def _word(state: Json, lang: str) -> str:
    word = WORDS[state["verdict"]][lang != "zh"]
    low, high = state["score"]["low"], state["score"]["high"]
    return f"{word} [{low:g}]" if low == high else f"{word} [{low:g}–{high:g}]"


def _say(key: str, lang: str, **values: object) -> str:
    return _TEXTS[key][lang != "zh"].format(**values)
