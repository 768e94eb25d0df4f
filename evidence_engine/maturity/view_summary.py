"""A view's document as text, in zh or en."""

from collections.abc import Iterable, Mapping
from typing import Any

from evidence_engine.maturity.summary import shown_range

_TEXTS = {
    "level": ("等级区间", "level range"),
    "met": ("先决子域满足 {} / {}，至多 {}", "prerequisites met {} of {}, at most {}"),
    "data": (
        "共 {} 条：数据判定 {}，有迹象 {}，数据不足 {}，人评 {}；数据能说明 {}",
        "of {} clauses data decides {}, indicates {}, does not suffice for {}, people answered {}; data could speak to {}",
    ),
    "submodes": ("细分模式：", "sub-modes: "),
    "left_out": ("范围不含：", "not in the scope: "),
    "sep": ("、", ", "),
}


def view_summary(document: Mapping[str, Any], lang: str = "zh") -> str:
    """Name, level range, a line per level, a line per prerequisite with what live data says of it."""
    level = document["level"]
    lines = [
        f"{document[lang]} ({document['id']})    {_text('level', lang)} {level['low']}–{level['high']}    "
        f"S {shown_range(document['total'])}"
    ]
    if document["submodes"]:
        names = _text("sep", lang).join(submode[lang] for submode in document["submodes"])
        lines.append(f"  {_text('submodes', lang)}{names}")
    if document["left_out"]:
        lines.append(f"  {_text('left_out', lang)}{', '.join(document['left_out'])}")
    for item in document["levels"]:
        told = _text("met", lang).format(item["met"], item["of"], item["perhaps"])
        lines.append(f"  L{item['level']}  {shown_range(item['score'])}  {told}")
    lines += [_prerequisite(item, lang) for item in document["prerequisites"]]
    return "\n".join(lines)


def views_summary(documents: Iterable[Mapping[str, Any]], lang: str = "zh") -> str:
    """Several views, one after the other."""
    return "\n\n".join(view_summary(document, lang) for document in documents)


def _prerequisite(item: Mapping[str, Any], lang: str) -> str:
    live = item["live"]
    told = _text("data", lang).format(
        item["clauses"],
        live["decided"],
        live["indicated"],
        live["insufficient"],
        item["by_person"],
        item["could"],
    )
    return f"    {item['id']:<5} {item[lang]}  {item['level']['low']}–{item['level']['high']}  {told}"


def _text(key: str, lang: str) -> str:
    return _TEXTS[key][lang != "zh"]
