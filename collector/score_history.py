"""How the score went: each change of a clause's verdict with its cause, in words, found by comparing with the last.

A change, as the journal keeps it:
{"first": false, "before": {…}, "after": {…}, "causes": [{"kind": "figure", "zh": "…", "en": "…", "evidence": "sha256:…"}]}
before, after: {"verdict", "score": {"low", "high"}, "by", "because", "model", "rules", "person"?}; `after` with "figures":
[{"evidence", "kpi", "asset", "window", "value", "low", "high", "unit", "coverage", "limitations": [{"code", "zh", "en"}]}]
`before` is what was known right before; after a restart, what was known when the verdict last changed.
kinds of cause: model · rules · facts (what the plant states, `facts_changed` of the score) · answer · figure (a record that came, went or has other bounds or coverage) · limitation ·
words (nothing of these: the reason reads differently).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.journal import Change, Journal
from evidence_engine.kpis import KPIS

Json = dict[str, Any]

MOST_CAUSES = 12
"""So many are told one by one; the rest is counted."""


@dataclass(slots=True)
class ScoreHistory:
    """Compares each score with the one before it and keeps what changed."""

    journal: Journal
    _last: dict[str, Json] = field(default_factory=dict)
    _score: Json | None = None

    def __post_init__(self) -> None:
        self._last = {
            clause: change.change["after"] for clause, change in self.journal.last_changes().items()
        }
        points = self.journal.points(1)
        self._score = points[0].score if points else None

    def take(self, document: Json, records: Iterable[Mapping[str, Any]], at: int) -> list[Change]:
        """Keep a score document if it differs from the last; the verdicts that changed. records: those that it read."""
        found, point = states_of(document, records), point_of(document)
        is_first, facts = not self._last, self._facts_that_changed(document)
        changes = [
            (clause, change_of(self._last.get(clause), state, is_first, facts))
            for clause, state in found.items()
            if is_first or _differs(self._last.get(clause), state)
        ]
        kept = self.journal.add(at, None if point == self._score else point, changes)
        if "facts" in document:
            self.journal.add_facts(at, document["facts"])
        self._last, self._score = self._last | found, point
        return kept

    def _facts_that_changed(self, document: Json) -> list[Json]:
        """Those that this score is the first to rest on."""
        facts = document.get("facts")
        if facts is None or not self.journal.are_new(facts):
            return []
        rows = document.get("facts_changed") or []
        return [
            {"kind": "facts", "zh": f"工厂事实：{row['zh']}", "en": f"fact of the plant: {row['en']}"}
            for row in rows
        ]


def point_of(document: Json) -> Json:
    """What the history of the score keeps of a document."""
    return {
        "model": _name(document),
        "rules": document.get("rules", ""),
        "level": document["level"],
        "total": document["total"],
        "levels": [{"level": item["level"], "score": item["score"]} for item in document["levels"]],
    }


def states_of(document: Json, records: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """By clause, what a score document says of it, with the figures that it rests on."""
    clauses = [c for level in document["levels"] for s in level["subdomains"] for c in s["clauses"]]
    wanted = {identity for clause in clauses for identity in clause["evidence"]}
    figures = {record["id"]: figure_of(record) for record in records if record["id"] in wanted}
    common = {"model": _name(document), "rules": document.get("rules", "")}
    return {clause["id"]: _state(clause, figures) | common for clause in clauses}


def _name(document: Json) -> str:
    return f"{document['model']['id']}@{document['model']['version']}"


def _state(clause: Json, figures: Mapping[str, Json]) -> Json:
    kept = {key: clause[key] for key in ("verdict", "score", "by", "because")}
    if "person" in clause:
        kept["person"] = clause["person"]
    return kept | {"figures": [figures[i] for i in clause["evidence"] if i in figures]}


def figure_of(record: Mapping[str, Any]) -> Json:
    """A record's figure, small enough to keep."""
    return {
        "evidence": record["id"],
        "kpi": record["kpi"],
        "asset": record["subject"].get("asset", ""),
        "window": f"{record['window']['kind']} – {record['window']['to'][:16]}Z",
        **{key: record["result"][key] for key in ("value", "low", "high", "unit")},
        "coverage": record["coverage"],
        "limitations": list(record["limitations"]),
    }


def _differs(before: Json | None, after: Json) -> bool:
    if before is None:
        return True
    return any(before[key] != after[key] for key in ("verdict", "score", "by"))


def change_of(before: Json | None, after: Json, is_first: bool = False, facts: Sequence[Json] = ()) -> Json:
    """A change with its causes; `first`: of the first score ever, nothing to tell anybody."""
    causes = [] if before is None else [*facts, *causes_of(before, after)]
    more = len(causes) - MOST_CAUSES
    if more > 0:
        rest = {"kind": "more", "zh": f"另有 {more} 处变化", "en": f"{more} more things changed"}
        causes = [*causes[:MOST_CAUSES], rest]
    stood = None if before is None else {key: part for key, part in before.items() if key != "figures"}
    return {"first": is_first, "before": stood, "after": after, "causes": causes}


def causes_of(before: Json, after: Json) -> Iterator[Json]:
    """What differs beneath a verdict, the strongest first."""
    found = [
        *_renamed("model", "模型", before, after),
        *_renamed("rules", "规则", before, after),
        *_answered(before.get("person"), after.get("person")),
        *_measured(before, after),
    ]
    yield from found
    if not found:
        old, new = before["because"], after["because"]
        yield {
            "kind": "words",
            **{lang: f"{old.get(lang, '')} → {new.get(lang, '')}" for lang in ("zh", "en")},
        }


def _renamed(kind: str, zh: str, before: Json, after: Json) -> Iterator[Json]:
    old, new = before[kind], after[kind]
    if old != new:
        yield {"kind": kind, "zh": f"{zh} {old} → {new}", "en": f"{kind} {old} → {new}"}


def _answered(before: Json | None, after: Json | None) -> Iterator[Json]:
    if before != after:
        zh, en = _answer(before, "没有回答"), _answer(after, "没有回答")
        yield {
            "kind": "answer",
            "zh": f"人的回答：{zh} → {en}",
            "en": f"a person's answer: {_answer(before, 'none')} → {_answer(after, 'none')}",
        }


def _answer(answer: Json | None, none: str) -> str:
    if answer is None:
        return none
    who = f", {answer['who']}" if answer.get("who") else ""
    return f"{answer['score']:g} ({answer['reason']}{who})"


def _measured(before: Json, after: Json) -> Iterator[Json]:
    """Figures: those that came or went, then those whose bounds or coverage moved, then limitations."""
    old, new = _by_subject(before), _by_subject(after)
    for key in [key for key in old if key not in new]:
        yield _figure(key, old[key], None)
    for key in [key for key in new if key not in old]:
        yield _figure(key, None, new[key])
    both = [key for key in new if key in old and _numbers(old[key]) != _numbers(new[key])]
    for key in sorted(both, key=lambda key: -_distance(old[key], new[key])):
        yield _figure(key, old[key], new[key])
    for key in [key for key in new if key in old]:
        yield from _limited(key, old[key], new[key])


def _by_subject(state: Json) -> dict[tuple[str, str], Json]:
    return {(figure["kpi"], figure["asset"]): figure for figure in state["figures"]}


def _numbers(figure: Json) -> list[Any]:
    return [figure[key] for key in ("value", "low", "high", "coverage")]


def _distance(old: Json, new: Json) -> float:
    """How far the worse bound or the coverage fell, as shares of what they were: what most likely turned the verdict."""
    return max(_fall(old["low"], new["low"]), _fall(old["coverage"], new["coverage"]))


def _fall(old: float | None, new: float | None) -> float:
    a, b = old or 0.0, new or 0.0
    return abs(a - b) / max(abs(a), abs(b), 1e-9)


def _figure(key: tuple[str, str], old: Json | None, new: Json | None) -> Json:
    cause = {"kind": "figure", "zh": "", "en": "", "evidence": (new or old or {})["evidence"]}
    for lang in ("zh", "en"):
        cause[lang] = f"{_subject(key, lang)}{_shown(old, lang)} → {_shown(new, lang)}"
    return cause


def _limited(key: tuple[str, str], old: Json, new: Json) -> Iterator[Json]:
    for gone, item in [*_only(old, new, True), *_only(new, old, False)]:
        words = {
            "zh": "不再有限制" if gone else "新的限制",
            "en": "no longer limited" if gone else "newly limited",
        }
        yield {
            "kind": "limitation",
            "code": item["code"],
            "zh": f"{_subject(key, 'zh')}{words['zh']}：{item['zh']}",
            "en": f"{_subject(key, 'en')}{words['en']}: {item['en']}",
            "evidence": new["evidence"],
        }


def _only(here: Json, there: Json, gone: bool) -> list[tuple[bool, Json]]:
    codes = {item["code"] for item in there["limitations"]}
    return [(gone, item) for item in here["limitations"] if item["code"] not in codes]


def _subject(key: tuple[str, str], lang: str) -> str:
    kpi, asset = key
    known = KPIS.get(kpi)
    name = kpi if known is None else str(getattr(known, f"name_{lang}"))
    place = asset or ("全厂" if lang == "zh" else "site")
    return f"{place} {name}：" if lang == "zh" else f"{place} {name}: "


def _shown(figure: Json | None, lang: str) -> str:
    if figure is None:
        return "没有记录" if lang == "zh" else "no record"
    unit = figure["unit"]
    value, low, high = (_number(figure[key], unit) for key in ("value", "low", "high"))
    told = f"{value} [{low}–{high}]" + ("" if unit == "1" else f" {unit}")
    cover = f"{figure['coverage']:.1%}"
    return told + (
        f"，覆盖 {cover}（{figure['window']}）"
        if lang == "zh"
        else f", coverage {cover} ({figure['window']})"
    )


def _number(number: float | None, unit: str) -> str:
    if number is None:
        return "—"
    return f"{number:.1%}" if unit == "1" else f"{number:.4g}"
