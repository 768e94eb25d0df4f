"""Scoring by GB/T 39117 with bounds: clause → sub-domain → domain → element → level → total → level reached (D30).

In this order, all in fractions:
(1) each clause has a range [low, high] of scores; what nobody judged spans 0 to 1.
(2) sub-domain at a level: plain mean of its clauses; without clauses it drops out (or counts as met: a setting);
    what is left out by tailoring, or weighs nothing in the industry, drops out at every level.
(3) domain, element, level: weighted means over what remains, weights scaled up.
(4) total: levels from the lowest; a met one counts 1, the first unmet its own score, above it nothing (a setting).
(5) level reached: the highest threshold that the total reaches.
(6) where weights are known only up to an order (open split), every order is computed and the range taken.
Every step is monotone in the clause scores, so the ends of the ranges bound every completion.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import lcm
from operator import mul
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.maturity.model import Model, Node, Settings, Weights
from evidence_engine.maturity.verdict import NOT_ASSESSED, ClauseResult
from evidence_engine.vocabulary.roles import did_you_mean

ZERO, ONE = Fraction(0), Fraction(1)

Range = tuple[Fraction, Fraction]
Scores = Mapping[str, Range | None]
"""By id of a node; None where it does not count at this level."""
Weighting = Mapping[str, Mapping[str, Fraction]]
"""elements | domains | subdomains → weight by id: one reading of the model's weights."""


@dataclass(frozen=True, slots=True)
class LevelScores:
    """Every node's range at one level."""

    level: int
    subdomains: Scores
    domains: Scores
    elements: Scores
    score: Range


@dataclass(frozen=True, slots=True)
class Scored:
    """The whole calculation. `level`: the lowest and highest level that the total may reach, 0 for none."""

    levels: list[LevelScores]
    total: Range
    level: tuple[int, int]
    left_out: Collection[str]
    """Sub-domains that tailoring or the industry takes away."""


def calculate(
    model: Model,
    results: Mapping[str, ClauseResult],
    industry: str = "discrete",
    exclude: Collection[str] = (),
    settings: Settings | None = None,
    only: Collection[str] | None = None,
    means: Sequence[Scores] | None = None,
) -> Scored:
    """Score what is known. results: by clause id; a clause without one is not assessed.

    exclude: domains or sub-domains that the company does not have; only those that may be left out.
    settings: another reading of the method's open points than the model's own.
    only: the sub-domains of a view; weights of what remains are scaled up as for tailoring.
    means: `all_means` of these results, where they are asked for more than once.
    BadInput: unknown industry or exclude.
    """
    if industry not in model.file.weights:
        raise BadInput(f"industry '{industry}', expected one of {', '.join(model.file.weights)}")
    settings = settings or model.file.settings
    weights = model.file.weights[industry]
    left_out = left_out_of(model, exclude) | {key for key, weight in weights.subdomains.items() if not weight}
    left_out |= set() if only is None else {node.id for node in model.file.subdomains} - set(only)
    given = all_means(model, results) if means is None else means
    kept = [_kept(item, left_out, settings) for item in given]
    known: dict[Any, Range | None] = {}
    readings = [_levels(model, kept, weighting, known) for weighting in weightings_of(weights)]
    total = _hull(_total(model, levels, settings) for levels in readings)
    reached = (_level_reached(model, total[0]), _level_reached(model, total[1]))
    merged = [_merged(of_level) for of_level in zip(*readings, strict=True)]
    return Scored(merged, total, reached, frozenset(left_out))


def left_out_of(model: Model, exclude: Collection[str]) -> set[str]:
    """Sub-domain ids that tailoring removes."""
    out: set[str] = set()
    may = {node.id: node.may_be_left_out for node in model.file.domains}
    for word in exclude:
        inside = [n for n in model.file.subdomains if word in (n.id, n.domain)]
        if not inside:
            known = [*may, *(n.id for n in model.file.subdomains)]
            raise BadInput(f"exclude: unknown domain or sub-domain '{word}'{did_you_mean(word, known)}")
        if not all(may[n.domain or ""] for n in inside):
            raise BadInput(f"exclude: '{word}' may not be left out, every company is assessed in it")
        out |= {n.id for n in inside}
    return out


def weightings_of(weights: Weights) -> list[Weighting]:
    """Every reading of the weights: one, or one per order of an open split (6)."""
    plain = {"elements": weights.elements, "domains": weights.domains, "subdomains": weights.subdomains}
    split = weights.open_split
    if split is None:
        return [plain]
    orders = sorted({order for points in split.points for order in permutations(points)})
    fixed = weights.subdomains | split.of
    return [
        plain | {"subdomains": fixed | dict(zip(split.subdomains, order, strict=True))} for order in orders
    ]


def all_means(model: Model, results: Mapping[str, ClauseResult]) -> list[Scores]:
    """Per level, the plain mean of each sub-domain's clauses; None without a clause (2)."""
    return [
        {
            node.id: _mean([results.get(clause.id, NOT_ASSESSED) for clause in clauses]) if clauses else None
            for node in model.file.subdomains
            for clauses in [model.at(node.id, level)]
        }
        for level in model.levels
    ]


def _kept(means: Scores, left_out: Collection[str], settings: Settings) -> Scores:
    """Without what is left out; an empty sub-domain as the setting says."""
    empty = {"dropped": None, "met": (ONE, ONE), "open": (ZERO, ONE)}[settings.empty_subdomain]
    return {key: None if key in left_out else item or empty for key, item in means.items()}


def _mean(clauses: list[ClauseResult]) -> Range:
    ones = [1] * len(clauses)
    return _mean_by(ones, [c.low for c in clauses]), _mean_by(ones, [c.high for c in clauses])


def _levels(
    model: Model, means: list[Scores], weighting: Weighting, known: dict[Any, Range | None]
) -> list[LevelScores]:
    """Every level under one reading of the weights (3). known: what another reading has worked out already."""
    file, levels = model.file, []
    for level, subdomains in zip(model.levels, means, strict=True):
        domains = {
            node.id: _domain(level, node, file.subdomains, subdomains, weighting["subdomains"], known)
            for node in file.domains
        }
        elements = {
            node.id: _weighted(
                [(weighting["domains"][d.id], domains[d.id]) for d in file.domains if d.element == node.id]
            )
            for node in file.elements
        }
        score = _weighted([(weighting["elements"][key], item) for key, item in elements.items()])
        levels.append(LevelScores(level, subdomains, domains, elements, score or (ZERO, ZERO)))
    return levels


def _domain(
    level: int,
    domain: Node,
    children: list[Node],
    scores: Scores,
    weights: Mapping[str, Fraction],
    known: dict[Any, Range | None],
) -> Range | None:
    """The weighted mean of a domain's sub-domains; readings that weigh them alike share it."""
    parts = [(weights[c.id], scores[c.id]) for c in children if c.domain == domain.id]
    key = (level, domain.id, *(weight for weight, _ in parts))
    if key not in known:
        known[key] = _weighted(parts)
    return known[key]


def _weighted(parts: list[tuple[Fraction, Range | None]]) -> Range | None:
    """Σ weight × score ÷ Σ weight over what has a score; in integers, divided once."""
    kept = [(weight, item) for weight, item in parts if item is not None and weight]
    if not kept:
        return None
    if len(kept) == 1:
        return kept[0][1]
    weights = _integers([weight for weight, _ in kept])[0]
    return tuple(_mean_by(weights, [item[end] for _, item in kept]) for end in (0, 1))  # type: ignore[return-value]


def _mean_by(weights: Sequence[int], scores: Sequence[Fraction]) -> Fraction:
    parts, unit = _integers(scores)
    return Fraction(sum(map(mul, weights, parts)), unit * sum(weights))


def _integers(numbers: Sequence[Fraction]) -> tuple[list[int], int]:
    """The numbers in units of their common denominator, and that denominator."""
    unit = lcm(*[number.denominator for number in numbers])
    return [number.numerator * (unit // number.denominator) for number in numbers], unit


def _total(model: Model, levels: list[LevelScores], settings: Settings) -> Range:
    low, high = zip(*(item.score for item in levels), strict=True)
    return _sum_levels(model, low, settings), _sum_levels(model, high, settings)


def _sum_levels(model: Model, scores: Iterable[Fraction], settings: Settings) -> Fraction:
    """Met levels count 1, the first unmet its own score, above it nothing or each its own, by the setting (4)."""
    total, all_met = ZERO, True
    for score in scores:
        met = all_met and score >= model.file.pass_mark
        if met:
            total += 1
        elif all_met or settings.above_first_unmet == "own_score":
            total += score
        all_met = met
    return total


def _level_reached(model: Model, total: Fraction) -> int:
    """0 where not even the first threshold is reached (5)."""
    return max((item.level for item in model.file.level_from_total if total >= item.from_), default=0)


def _hull(ranges: Iterable[Range]) -> Range:
    low, high = zip(*ranges, strict=True)
    return min(low), max(high)


def _merged(readings: tuple[LevelScores, ...]) -> LevelScores:
    """One level's ranges over every reading of the weights (6)."""
    first = readings[0]
    return LevelScores(
        first.level,
        first.subdomains,
        _merged_scores([item.domains for item in readings]),
        _merged_scores([item.elements for item in readings]),
        _hull(item.score for item in readings),
    )


def _merged_scores(readings: list[Scores]) -> Scores:
    """Whether a node counts does not depend on the reading: points of a split are all above 0."""
    return {
        key: None if first is None else _hull(item for scores in readings if (item := scores[key]))
        for key, first in readings[0].items()
    }
