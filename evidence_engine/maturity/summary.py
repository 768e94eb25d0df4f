"""A score document as one screen of text, in zh or en."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

WORDS = {
    "met": ("满足", "met"),
    "mostly": ("大部分满足", "mostly met"),
    "partly": ("部分满足", "partly met"),
    "not": ("不满足", "not met"),
    "indicated": ("有迹象", "indicated"),
    "insufficient": ("数据不足", "insufficient data"),
    "not_assessed": ("未评", "not assessed"),
}


def summary(document: Mapping[str, Any], lang: str = "zh") -> str:
    """Level range, total, a line per level, the clauses that data decided, the open points."""
    zh = lang == "zh"
    level, total = document["level"], document["total"]
    lines = [
        f"{'等级区间' if zh else 'level range'}  {level['low']}–{level['high']}    "
        f"{'总分' if zh else 'total'} S [{total['low']:.3f}–{total['high']:.3f}]    {document['model']['id']}@{document['model']['version']}",
        "",
    ]
    lines += [_level_line(item, lang) for item in document["levels"]]
    lines += ["", *(_clause_line(clause, lang) for clause in _decided(document))]
    lines += ["", "待核：" if zh else "open points:"]
    lines += [f"  · {point[lang]}" for point in document["model"]["open_points"]]
    lines.append(
        "  · 本结果为评估做准备，不颁发等级" if zh else "  · this prepares an assessment; it issues no level"
    )
    return "\n".join(lines)


def _level_line(item: Mapping[str, Any], lang: str) -> str:
    words = Counter(c["verdict"] for s in item["subdomains"] for c in s["clauses"])
    told = ", ".join(f"{WORDS[word][lang != 'zh']} {words[word]}" for word in WORDS if words[word])
    score = item["score"]
    return f"  L{item['level']}  [{score['low']:.3f}–{score['high']:.3f}]  {told}"


def _decided(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    clauses = [c for item in document["levels"] for s in item["subdomains"] for c in s["clauses"]]
    return [clause for clause in clauses if clause["verdict"] != "not_assessed"]


def _clause_line(clause: Mapping[str, Any], lang: str) -> str:
    score = clause["score"]
    word = WORDS[clause["verdict"]][lang != "zh"]
    return f"  {clause['id']:<8} {word:<12} [{score['low']:g}–{score['high']:g}]  {clause['because'].get(lang, '')}"
