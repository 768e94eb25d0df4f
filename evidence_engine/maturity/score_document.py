"""The score document (D30): what `calculate` found, as JSON with its clauses, and with every open point that it used.

Example, shortened:
{"schema": "floortruth/score/1",
 "model": {"id": "gbt39116-2020", "version": "1", "settings": {"empty_subdomain": "dropped", …},
           "open_points": [{"id": "text_not_seen", "zh": "…", "en": "…"}]},
 "industry": "discrete", "excluded": ["M1-1"], "level": {"low": 1, "high": 3}, "total": {"low": 1.04, "high": 3.2},
 "levels": [{"level": 1, "score": {"low": 0.93, "high": 0.94}, "elements": [{"id": "P", "score": {…}}], "domains": […],
   "subdomains": [{"id": "P1", "score": {…}, "clauses": [{"id": "P1.1a", "score": {…}, "verdict": "met",
     "by": "person", "evidence": [], "because": {"zh": "…", "en": "…"}, "person": {…}}]}]}]}
A node that does not count at a level (left out, or without clauses) is not listed there. Ranges are exact fractions
until here; each end is rounded once, to the nearest float.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from evidence_engine.maturity.model import Model
from evidence_engine.maturity.scoring import (
    LevelMeans,
    LevelScores,
    Range,
    Scored,
    Scores,
    all_means,
    calculate,
    outline,
)
from evidence_engine.maturity.verdict import NOT_ASSESSED, ClauseResult, shown_range

SCHEMA = "floortruth/score/1"

_OTHER: dict[str, tuple[str, str, str, str]] = {
    "empty_subdomain": ("dropped", "met", "没有条款的子域", "sub-domains without clauses"),
    "above_first_unmet": ("nothing", "own_score", "首个未满足等级之上", "levels above the first unmet one"),
}
"""setting: its two readings, and what it is about in zh and en."""


def score(
    model: Model,
    results: Mapping[str, ClauseResult],
    industry: str = "discrete",
    exclude: Collection[str] = (),
) -> dict[str, Any]:
    """The score document (D30). results: by clause id; a clause without one is not assessed.

    exclude: domains or sub-domains that the company does not have; only those that may be left out.
    """
    means = all_means(model, results)
    scored = calculate(model, {}, industry, exclude, means=means)
    split = model.file.weights[industry].open_split
    points: list[dict[str, Any]] = [point.model_dump() for point in model.file.open_points]
    points += [] if split is None else [{"id": "open_split", "zh": split.zh, "en": split.en}]
    points += _differing(model, means, industry, exclude, scored)
    return {
        "schema": SCHEMA,
        "model": {
            "id": model.file.id,
            "version": model.file.version,
            "settings": model.file.settings.model_dump(),
            "open_points": points,
        }
        | ({} if model.corrected is None else {"corrected": dict(model.corrected)}),
        "industry": industry,
        "excluded": sorted(scored.left_out),
        "level": _levels(scored),
        "total": _range(scored.total),
        "levels": [_level(model, results, item) for item in scored.levels],
    }


def _differing(
    model: Model,
    means: Sequence[LevelMeans],
    industry: str,
    exclude: Collection[str],
    scored: Scored,
) -> Iterator[dict[str, Any]]:
    """An open point for each setting whose other reading gives another level."""
    settings = model.file.settings
    used = {name: getattr(settings, name) for name in _OTHER}
    for setting, (first, second, zh, en) in _OTHER.items():
        if used[setting] not in (first, second):
            continue  # `open` holds both readings already
        other = second if used[setting] == first else first
        there = outline(model, means, industry, exclude, settings.model_copy(update={setting: other}))
        if there.level != scored.level:
            low, high = there.level
            yield {
                "id": f"{setting}_differs",
                "zh": f"{zh}：按另一读法（{setting}: {other}），等级区间为 {low}–{high}",
                "en": f"{en}: read the other way ({setting}: {other}), the level range is {low} to {high}",
                "level": {"low": low, "high": high},
            }


def _level(model: Model, results: Mapping[str, ClauseResult], item: LevelScores) -> dict[str, Any]:
    return {
        "level": item.level,
        "score": _range(item.score),
        "elements": _nodes(item.elements),
        "domains": _nodes(item.domains),
        "subdomains": [
            {"id": key, "score": _range(of), "clauses": _clauses(model, results, key, item.level)}
            for key, of in item.subdomains.items()
            if of is not None
        ],
    }


def _nodes(scores: Scores) -> list[dict[str, Any]]:
    return [{"id": key, "score": _range(item)} for key, item in scores.items() if item is not None]


def _clauses(
    model: Model, results: Mapping[str, ClauseResult], subdomain: str, level: int
) -> list[dict[str, Any]]:
    return [results.get(clause.id, NOT_ASSESSED).to_json(clause.id) for clause in model.at(subdomain, level)]


def _range(item: Range) -> dict[str, float]:
    return shown_range(*item)


def _levels(scored: Scored) -> dict[str, int]:
    return {"low": scored.level[0], "high": scored.level[1]}
