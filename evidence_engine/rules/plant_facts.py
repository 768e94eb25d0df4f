"""What a score rests on beside data: the facts that the plant states, and which of them changed since another score.

A longer ideal cycle, a shorter calendar or a smaller register makes every figure better without a machine doing
anything else; so each change stands on the score with before and after:
{"place": "assets.CNC-01.ideal_cycle.A", "before": 30.0, "after": 36.0, "zh": "…", "en": "CNC-01: ideal cycle A, 30 → 36"}
Names are no facts; what equals the vocabulary's default is left out, so a new field alone changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evidence_engine.vocabulary.plant import Plant

Json = Mapping[str, Any]
Place = tuple[str, ...]
"""Keys from the top of the plant file down to a fact."""

_WORDS: dict[str, tuple[str, str]] = {
    "ideal_cycle": ("理想节拍", "ideal cycle"),
    "rated_power": ("额定功率", "rated power"),
    "rated_feed_in": ("额定馈电功率", "rated feed-in"),
    "max_flow": ("最大流量", "maximum flow"),
    "burst": ("同时完成件数", "pieces at once"),
    "min_stop": ("故障最短停机", "shortest stop of a failure"),
    "calendar": ("日历", "calendar"),
    "default_calendar": ("默认日历", "default calendar"),
    "key": ("关键", "key"),
    "production": ("计入生产设备", "counts as production"),
    "digitised": ("数字化", "digitised"),
    "output": ("产出", "output"),
    "step": ("工序", "process step"),
    "states": ("状态映射", "states"),
    "kind": ("类别", "kind"),
    "fed_by": ("供电表", "fed by"),
    "site_meter": ("总表", "site meter"),
    "quality": ("质量", "quality"),
    "exchanges": ("换表", "meter exchange"),
    "excluded": ("未计入的子域", "sub-domains left out"),
    "rules": ("规则", "rules"),
    "model": ("模型", "model"),
    "industry": ("行业", "industry"),
    "time_zone": ("时区", "time zone"),
}
"""What to call a fact; another one is called by its key."""

_WORDS |= {
    "earlier": ("此前的", "earlier"),
    "until": ("直到", "until"),
    "value": ("值", "value"),
    "shifts": ("班次", "shifts"),
    "start": ("开始", "start"),
    "end": ("结束", "end"),
    "breaks": ("休息", "breaks"),
    "energy": ("能源", "energy"),
    "limits": ("限值", "limits"),
    "condition": ("状态参数", "condition"),
    "collect": ("应采", "collect"),
    "alarms": ("报警", "alarms"),
    "maintenance": ("计划检修", "planned maintenance"),
}
"""Parts of a fact."""

_KINDS: dict[str, tuple[str, str]] = {
    "assets": ("登记表", "the register"),
    "calendars": ("日历", "calendars"),
    "steps": ("工序", "process steps"),
    "products": ("产品", "products"),
    "connections": ("连接", "connections"),
    "series": ("序列", "series"),
}
"""The lists of the plant file: what enters or leaves one is a row of its own."""


def facts_of(plant: Plant) -> dict[str, Any]:
    """The plant file as facts, without the names that people read."""
    body = plant.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {key: _unnamed(value) for key, value in body.items() if key != "schema"}


def _unnamed(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _unnamed(value) for key, value in node.items() if not _is_name(key, value)}
    return [_unnamed(item) for item in node] if isinstance(node, list) else node


def _is_name(key: str, value: Any) -> bool:
    return key == "name" and isinstance(value, dict) and set(value) == {"zh", "en"}


def facts_changed(before: Json, after: Json) -> list[dict[str, Any]]:
    """Every fact that differs between two scores, a list that shrank first. before, after: score documents.

    Of a document the keys `facts`, `rules`, `model`, `industry` and `excluded` are read; one that is missing on either
    side is not compared.
    """
    rows = [
        *_of_lists(before["facts"], after["facts"]),
        *_of_settings(before, after),
        *_of_facts(before["facts"], after["facts"]),
    ]
    return sorted(rows, key=lambda row: not row.pop("_shrank"))


def _of_settings(before: Json, after: Json) -> Iterator[dict[str, Any]]:
    """The rules and the model by their versions, and what was left out."""
    for key in ("rules", "model", "industry", "excluded"):
        if key in before and key in after:
            old, new = (_identity(document[key]) for document in (before, after))
            if old != new:
                yield _row((key,), old, new, key == "excluded" and len(old) < len(new))


def _identity(value: Any) -> Any:
    return f"{value['id']}@{value['version']}" if isinstance(value, Mapping) else value


def _of_lists(before: Json, after: Json) -> Iterator[dict[str, Any]]:
    """How long each list is, and whom it lost and gained."""
    for place, (zh, en) in _KINDS.items():
        old, new = before.get(place, {}), after.get(place, {})
        if len(old) != len(new):
            words = f"{zh}：{len(old)} → {len(new)} 项", f"{en}: {len(old)} → {len(new)} entries"
            yield _told(place, len(old), len(new), words, len(new) < len(old))
        for name in [key for key in old if key not in new]:
            yield _told(
                f"{place}.{name}", old[name], None, (f"{zh}：少了 {name}", f"{en}: {name} left"), True
            )
        for name in [key for key in new if key not in old]:
            words = f"{zh}：新增 {name}", f"{en}: {name} joined"
            yield _told(f"{place}.{name}", None, new[name], words, False)


def _of_facts(before: Json, after: Json) -> Iterator[dict[str, Any]]:
    """Each fact of what stands on both sides."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for place in dict.fromkeys([*old, *new]):
        if old.get(place) != new.get(place) and not _is_told_as_a_whole(place, before, after):
            yield _row(place, old.get(place), new.get(place), False)


def _is_told_as_a_whole(place: Place, before: Json, after: Json) -> bool:
    kind, name = place[0], place[1] if len(place) > 1 else ""
    return kind in _KINDS and not (name in before.get(kind, {}) and name in after.get(kind, {}))


def _leaves(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """(path, value) of every end of the tree."""
    if isinstance(node, Mapping | list):
        items = node.items() if isinstance(node, Mapping) else enumerate(node)
        for key, value in items:
            yield from _leaves(value, (*place, str(key)))
    else:
        yield place, node


def _row(place: Place, before: Any, after: Any, shrank: bool) -> dict[str, Any]:
    """`assets.CNC-01.ideal_cycle.A` reads `CNC-01: ideal cycle A`."""
    owner, rest = (place[1], place[2:]) if place[0] in _KINDS and len(place) > 2 else ("", place)
    shown = f"{_shown(before)} → {_shown(after)}"
    zh, en = (" ".join(_WORDS.get(part, (part, part))[lang] for part in rest) for lang in (0, 1))
    words = (
        (f"{owner}：{zh}，{shown}", f"{owner}: {en}, {shown}")
        if owner
        else (f"{zh}：{shown}", f"{en}: {shown}")
    )
    return _told(".".join(place), before, after, words, shrank)


def _told(place: str, before: Any, after: Any, words: tuple[str, str], shrank: bool) -> dict[str, Any]:
    return {
        "place": place,
        "before": before,
        "after": after,
        "zh": words[0],
        "en": words[1],
        "_shrank": shrank,
    }


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
