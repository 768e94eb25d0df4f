"""A score document as one screen of text, in zh or en."""

from collections import Counter
from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from evidence_engine.maturity.model import exact

NEXT_SHOWN = 6
CLAUSES_SHOWN = 24
"""So many clauses fit a screen; the tree has them all."""

WORDS = {
    "met": ("满足", "met"),
    "mostly": ("大部分满足", "mostly met"),
    "partly": ("部分满足", "partly met"),
    "not": ("不满足", "not met"),
    "indicated": ("有迹象", "indicated"),
    "insufficient": ("数据不足", "insufficient data"),
    "not_assessed": ("未评", "not assessed"),
}
BY = {
    "data": ("数据", "data"),
    "person": ("人工", "a person"),
    "both": ("数据与人工", "both"),
    "none": ("无人判定", "nobody"),
}
_TEXTS = {
    "level": ("等级区间", "level range"),
    "total": ("总分", "total"),
    "excluded": ("未计入的子域：", "sub-domains left out: "),
    "open": ("待核：", "open points:"),
    "disagree": ("人与数据不一致，先核：", "person and data disagree, settle first: "),
    "changed": ("工厂事实的变化（前 → 后）：", "facts of the plant that changed (before → after):"),
    "outside": ("有证据但登记表中没有：", "there is evidence of, but the register lacks: "),
    "unchanged": ("无", "none"),
    "next": ("下一步：到 {} 级还差 {} 条", "next: {1} clauses lead to level {0}"),
    "by": ("谁判定：", "who said it: "),
    "more_clauses": ("……另 {} 条，见 --tree", "… and {} more: see --tree"),
    "more": ("……另 {} 条，见 --json 的 next", "… and {} more: see next in --json"),
    "corrected": ("模型经文件更正：{}（{}，{} 处）", "model corrected by {} ({}, {} rows)"),
    "prepares": ("本结果为评估做准备，不颁发等级", "this prepares an assessment; it issues no level"),
}


def summary(document: Mapping[str, Any], lang: str = "zh") -> str:
    """Level range, total, disagreements, a line per level, every clause of which anything was said, what next, open points."""
    level, model = document["level"], document["model"]
    lines = [
        f"{_text('level', lang)}  {level['low']}–{level['high']}    "
        f"{_text('total', lang)} S {shown_range(document['total'])}    {model['id']}@{model['version']}",
        "",
    ]
    if "corrected" in model:
        told = model["corrected"]
        lines[1:1] = [_text("corrected", lang).format(told["file"], told["source"], len(told["rows"]))]
    if document.get("disagreements"):
        lines += [_text("disagree", lang) + ", ".join(document["disagreements"]), ""]
    lines += _changed_lines(document, lang)
    if document.get("outside_register"):
        lines += [_text("outside", lang) + ", ".join(document["outside_register"]), ""]
    lines += [_level_line(item, lang) for item in document["levels"]]
    lines += ["", _said_by_line(document, lang), *_clause_lines(document, lang)]
    if document["excluded"]:
        lines += ["", _text("excluded", lang) + ", ".join(document["excluded"])]
    lines += _next_lines(document, lang)
    points = [point[lang] for point in model["open_points"]]
    lines += ["", _text("open", lang), *(f"  · {point}" for point in [*points, _text("prepares", lang)])]
    return "\n".join(lines)


def _changed_lines(document: Mapping[str, Any], lang: str) -> list[str]:
    """What changed in the plant's facts since the score that this one was compared with."""
    rows = document.get("facts_changed")
    if rows is None:
        return []
    told = [f"  · {row[lang]}" for row in rows] or [f"  · {_text('unchanged', lang)}"]
    return [_text("changed", lang), *told, ""]


def _next_lines(document: Mapping[str, Any], lang: str) -> list[str]:
    """The steps to the first level not reached, as many as fit a screen."""
    if not document.get("next"):
        return []
    goal = document["next"][0]
    steps = [f"  · {step['do'][lang]}" for step in goal["steps"]]
    rest = goal["count"] - len(steps[:NEXT_SHOWN])
    more = [f"  {_text('more', lang).format(rest)}"] if rest else []
    return ["", _text("next", lang).format(goal["level"], goal["count"]), *steps[:NEXT_SHOWN], *more]


def _text(key: str, lang: str) -> str:
    return _TEXTS[key][lang != "zh"]


def shown_range(score: Mapping[str, float]) -> str:
    """To three places, rounded outward: 0.7999 does not read as the 0.8 that would meet a level."""
    low, high = floor(exact(score["low"]) * 1000) / 1000, ceil(exact(score["high"]) * 1000) / 1000
    return f"[{low:.3f}–{high:.3f}]"


def _level_line(item: Mapping[str, Any], lang: str) -> str:
    words = Counter(c["verdict"] for s in item["subdomains"] for c in s["clauses"])
    told = ", ".join(f"{WORDS[word][lang != 'zh']} {words[word]}" for word in WORDS if words[word])
    return f"  L{item['level']}  {shown_range(item['score'])}  {told}"


def _clauses(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [c for item in document["levels"] for s in item["subdomains"] for c in s["clauses"]]


def _said_by_line(document: Mapping[str, Any], lang: str) -> str:
    """How many clauses data decided, a person judged, both, nobody."""
    counts = Counter(clause["by"] for clause in _clauses(document))
    told = ", ".join(f"{BY[by][lang != 'zh']} {counts[by]}" for by in BY)
    return f"{_text('by', lang)}{told}"


def _clause_lines(document: Mapping[str, Any], lang: str) -> list[str]:
    """Clauses of which anything was said, as many as fit a screen: what data or people decided first, then signs."""
    rank = {"both": 0, "data": 1, "person": 2, "none": 3}
    spoken = [clause for clause in _clauses(document) if clause["verdict"] != "not_assessed"]
    spoken.sort(key=lambda clause: (rank[clause["by"]], clause["verdict"] == "insufficient"))
    rest = len(spoken) - CLAUSES_SHOWN
    more = [f"  {_text('more_clauses', lang).format(rest)}"] if rest > 0 else []
    return [_clause_line(clause, lang) for clause in spoken[:CLAUSES_SHOWN]] + more


def _clause_line(clause: Mapping[str, Any], lang: str) -> str:
    score = clause["score"]
    word = WORDS[clause["verdict"]][lang != "zh"]
    return f"  {clause['id']:<8} {word:<12} [{score['low']:g}–{score['high']:g}]  {clause['because'][lang]}"
