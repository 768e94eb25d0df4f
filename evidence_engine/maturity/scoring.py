"""Scoring by GB/T 39117 with bounds: clause → sub-domain → domain → element → level → total → level reached (D30).

In this order, all in fractions, floats only in the document:
(1) each clause has a range [low, high] of scores; what nobody judged spans 0 to 1.
(2) sub-domain at a level: plain mean of its clauses; without clauses it drops out (or counts as met: a setting).
(3) domain, element, level: weighted means over what remains, weights scaled up.
(4) total: levels from the lowest; a met one counts 1, the first unmet its own score, above it nothing (a setting).
(5) level reached: the highest threshold that the total reaches.
(6) where weights are known only up to an order (open split), every order is computed and the range taken.
Every step is monotone in the clause scores, so the ends of the ranges bound every completion.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.maturity.model import Model, Node, Weights
from evidence_engine.maturity.verdict import NOT_ASSESSED, ClauseResult
from evidence_engine.vocabulary.roles import did_you_mean

SCHEMA = "floortruth/score/1"

Range = tuple[Fraction, Fraction]
Scores = Mapping[str, Range | None]
"""By id of a node; None where it has no clause at this level."""


@dataclass(frozen=True, slots=True)
class LevelScores:
    """Every node's range at one level."""

    level: int
    subdomains: Scores
    domains: Scores
    elements: Scores
    total: Range


def score(
    model: Model,
    results: Mapping[str, ClauseResult],
    industry: str = "discrete",
    exclude: Collection[str] = (),
) -> dict[str, Any]:
    """The score document (D30). results: by clause id; a clause without one is not assessed.

    exclude: domains or sub-domains that the company does not have; only those that may be left out.
    """
    if industry not in model.file.weights:
        raise BadInput(f"industry '{industry}', expected one of {', '.join(model.file.weights)}")
    left_out = _left_out(model, exclude)
    splits = _splits(model.file.weights[industry])
    levels = [_over_splits(model, results, level.level, splits, left_out) for level in model.file.levels]
    totals = [
        [_level_scores(model, results, level.level, weights, left_out).total for level in model.file.levels]
        for weights in splits
    ]
    rule = model.file.settings.above_first_unmet
    total = _hull([_total(model, scores, rule) for scores in totals])
    other = _hull(
        [_total(model, scores, "own_score" if rule == "nothing" else "nothing") for scores in totals]
    )
    return {
        "schema": SCHEMA,
        "model": {
            "id": model.file.id,
            "version": model.file.version,
            "open_points": _open_points(model, industry, total, other),
        },
        "industry": industry,
        "excluded": sorted(left_out),
        "level": _ends(_level(model, total[0]), _level(model, total[1])),
        "total": _range(total),
        "levels": [_level_document(model, results, scores) for scores in levels],
    }


def _left_out(model: Model, exclude: Collection[str]) -> set[str]:
    """Sub-domain ids that tailoring removes."""
    out: set[str] = set()
    domains = {node.id: node for node in model.file.domains}
    for word in exclude:
        inside = [n for n in model.file.subdomains if word in (n.id, n.domain)]
        if not inside:
            known = [*domains, *(n.id for n in model.file.subdomains)]
            raise BadInput(f"exclude: unknown domain or sub-domain '{word}'{did_you_mean(word, known)}")
        if not all(domains[n.domain or ""].may_be_left_out for n in inside):
            raise BadInput(f"exclude: '{word}' may not be left out, every company is assessed in it")
        out |= {n.id for n in inside}
    return out


def _splits(weights: Weights) -> list[Mapping[str, Mapping[str, Fraction]]]:
    """Every reading of the weights: one, or one per order of an open split (6)."""
    plain = {"elements": weights.elements, "domains": weights.domains, "subdomains": weights.subdomains}
    split = weights.open_split
    if split is None:
        return [plain]
    readings = sorted({order for points in split.points for order in permutations(points)})
    return [
        plain
        | {"subdomains": weights.subdomains | split.of | dict(zip(split.subdomains, order, strict=True))}
        for order in readings
    ]


def _level_scores(
    model: Model,
    results: Mapping[str, ClauseResult],
    level: int,
    weights: Mapping[str, Mapping[str, Fraction]],
    left_out: Collection[str],
) -> LevelScores:
    file = model.file
    subdomains = {
        node.id: None if node.id in left_out else _subdomain(model, results, node.id, level)
        for node in file.subdomains
    }
    domains = _parents(file.domains, file.subdomains, "domain", subdomains, weights["subdomains"])
    elements = _parents(file.elements, file.domains, "element", domains, weights["domains"])
    total = _weighted([(weights["elements"][n.id], elements[n.id]) for n in file.elements])
    return LevelScores(level, subdomains, domains, elements, total or (Fraction(0), Fraction(0)))


def _subdomain(model: Model, results: Mapping[str, ClauseResult], subdomain: str, level: int) -> Range | None:
    """Plain mean of the clauses (2)."""
    clauses = model.at(subdomain, level)
    if not clauses:
        return None if model.file.settings.empty_subdomain == "dropped" else (Fraction(1), Fraction(1))
    ranges = [results.get(clause.id, NOT_ASSESSED) for clause in clauses]
    return (
        sum((r.low for r in ranges), Fraction(0)) / len(clauses),
        sum((r.high for r in ranges), Fraction(0)) / len(clauses),
    )


def _parents(
    parents: list[Node], children: list[Node], link: str, scores: Scores, weights: Mapping[str, Fraction]
) -> dict[str, Range | None]:
    """Weighted means of each parent's children (3)."""
    return {
        parent.id: _weighted(
            [(weights[c.id], scores[c.id]) for c in children if getattr(c, link) == parent.id]
        )
        for parent in parents
    }


def _weighted(parts: list[tuple[Fraction, Range | None]]) -> Range | None:
    """Σ weight × score ÷ Σ weight over what has a score and a weight."""
    kept = [(weight, item) for weight, item in parts if item is not None and weight]
    whole = sum((weight for weight, _ in kept), Fraction(0))
    if not whole:
        return None
    low = sum((weight * item[0] for weight, item in kept), Fraction(0)) / whole
    high = sum((weight * item[1] for weight, item in kept), Fraction(0)) / whole
    return low, high


def _total(model: Model, levels: list[Range], above: str) -> Range:
    return _sum_levels(model, [r[0] for r in levels], above), _sum_levels(
        model, [r[1] for r in levels], above
    )


def _sum_levels(model: Model, scores: list[Fraction], above: str) -> Fraction:
    """Met levels count 1, the first unmet its own score, above it by the setting (4)."""
    total, open_ = Fraction(0), True
    for item in scores:
        met = item >= model.file.pass_mark
        if open_ or above == "own_score":
            total += 1 if met and open_ else item
        open_ = open_ and met
    return total


def _level(model: Model, total: Fraction) -> int:
    """0 where not even the first threshold is reached (5)."""
    return max((t.level for t in model.file.level_from_total if total >= t.from_), default=0)


def _hull(ranges: list[Range]) -> Range:
    return min(r[0] for r in ranges), max(r[1] for r in ranges)


def _over_splits(
    model: Model,
    results: Mapping[str, ClauseResult],
    level: int,
    splits: list[Mapping[str, Mapping[str, Fraction]]],
    left_out: Collection[str],
) -> LevelScores:
    """A level's scores, as ranges over every reading of the weights (6)."""
    every = [_level_scores(model, results, level, weights, left_out) for weights in splits]

    def hull(scores: list[Scores]) -> dict[str, Range | None]:
        return {
            key: None if first is None else _hull([item for s in scores if (item := s[key]) is not None])
            for key, first in scores[0].items()
        }

    return LevelScores(
        level,
        every[0].subdomains,
        hull([s.domains for s in every]),
        hull([s.elements for s in every]),
        _hull([s.total for s in every]),
    )


def _open_points(model: Model, industry: str, total: Range, other: Range) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = [point.model_dump() for point in model.file.open_points]
    split = model.file.weights[industry].open_split
    if split is not None:
        points.append({"id": "open_split", "zh": split.zh, "en": split.en})
    here, there = (_ends(_level(model, t[0]), _level(model, t[1])) for t in (total, other))
    if here != there:
        zh = f"另一读法下等级区间为 {there['low']}–{there['high']}"
        en = f"the other reading gives the level range {there['low']} to {there['high']}"
        points.append({"id": "above_first_unmet_differs", "zh": zh, "en": en, "level": there})
    return points


def _level_document(model: Model, results: Mapping[str, ClauseResult], scores: LevelScores) -> dict[str, Any]:
    return {
        "level": scores.level,
        "score": _range(scores.total),
        "elements": _nodes(scores.elements),
        "domains": _nodes(scores.domains),
        "subdomains": [
            {"id": key, "score": _range(item), "clauses": _clauses(model, results, key, scores.level)}
            for key, item in scores.subdomains.items()
            if item is not None
        ],
    }


def _nodes(scores: Scores) -> list[dict[str, Any]]:
    return [{"id": key, "score": _range(item)} for key, item in scores.items() if item is not None]


def _clauses(
    model: Model, results: Mapping[str, ClauseResult], subdomain: str, level: int
) -> list[dict[str, Any]]:
    return [
        {"id": clause.id} | results.get(clause.id, NOT_ASSESSED).to_json()
        for clause in model.at(subdomain, level)
    ]


def _range(item: Range) -> dict[str, float]:
    return {"low": float(item[0]), "high": float(item[1])}


def _ends(low: int, high: int) -> dict[str, int]:
    return {"low": low, "high": high}
