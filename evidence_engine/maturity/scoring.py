"""Scoring by GB/T 39117 with bounds: clause → sub-domain → domain → element → level → total → level reached (D30).

In this order, all in fractions:
(1) each clause has a range [low, high] of scores; what nobody judged spans 0 to 1.
(2) sub-domain at a level: plain mean of its clauses; without clauses it drops out (or counts as met: a setting);
    what is left out by tailoring, or weighs nothing in the industry, drops out at every level.
(3) domain, element, level: weighted means over what remains, weights scaled up; as sums in whole numbers (forms.py).
(4) total: levels from the lowest; a met one counts 1, the first unmet its own score, above it nothing (a setting).
(5) level reached: the highest threshold that the total reaches.
(6) where weights are known only up to an order (open split), every order is computed and the range taken.
Every step is monotone in the clause scores, so the ends of the ranges bound every completion.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import cast

from evidence_engine.documents import BadInput
from evidence_engine.maturity.forms import Form, LevelForms, forms_of
from evidence_engine.maturity.model import Model, Settings
from evidence_engine.maturity.verdict import ClauseResult
from evidence_engine.vocabulary.roles import did_you_mean

ZERO, ONE = Fraction(0), Fraction(1)

Range = tuple[Fraction, Fraction]
Scores = Mapping[str, Range | None]
"""By id of a node; None where it does not count at this level."""


_EMPTY: dict[str, Range | None] = {"dropped": None, "met": (ONE, ONE), "open": (ZERO, ONE)}
"""A sub-domain without a clause at a level, by the setting."""


@dataclass(frozen=True, slots=True)
class LevelMeans:
    """The sub-domains' means at one level: None without a clause; and all again as whole numbers of 1/unit, None as 0."""

    scores: Scores
    low: Sequence[int]
    high: Sequence[int]
    unit: int

    def counted(self, settings: Settings) -> Scores:
        """A sub-domain without a clause as the setting says."""
        empty = _EMPTY[settings.empty_subdomain]
        return {key: item or empty for key, item in self.scores.items()}


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
    means: Sequence[LevelMeans] | None = None,
) -> Scored:
    """Score what is known. results: by clause id; a clause without one is not assessed.

    exclude: domains or sub-domains that the company does not have; only those that may be left out.
    settings: another reading of the method's open points than the model's own.
    only: the sub-domains of a view; weights of what remains are scaled up as for tailoring.
    means: `all_means` of these results, where they are asked for more than once.
    BadInput: unknown industry or exclude.
    """
    settings = settings or model.file.settings
    given = all_means(model, results) if means is None else means
    found = outline(model, given, industry, exclude, settings, only)
    levels = [
        _level(model, level, mean, forms, score, settings)
        for level, mean, forms, score in zip(model.levels, given, found.forms, found.scores(), strict=True)
    ]
    return Scored(levels, found.total, found.level, found.left_out)


@dataclass(frozen=True, slots=True)
class Outline:
    """Each level's score, the total and the level reached: what a view needs, without the nodes between."""

    ends: Sequence[tuple[int, int, int]]
    """Low, high and the unit that they are in, of each level."""
    total: Range
    level: tuple[int, int]
    left_out: frozenset[str]
    forms: Sequence[LevelForms]

    def scores(self) -> list[Range]:
        """Each level's score."""
        return [(Fraction(low, unit), Fraction(high, unit)) for low, high, unit in self.ends]


def outline(
    model: Model,
    means: Sequence[LevelMeans],
    industry: str,
    exclude: Collection[str] = (),
    settings: Settings | None = None,
    only: Collection[str] | None = None,
) -> Outline:
    """As `calculate`, of means that are known."""
    settings = settings or model.file.settings
    left_out = _left_out(model, industry, tuple(exclude), None if only is None else frozenset(only))
    forms = forms_of(model, industry, left_out, empty_counts=settings.empty_subdomain != "dropped")
    readings = [
        _sums(mean, form.score, settings) if form.score else (1, [0], [0])
        for mean, form in zip(means, forms, strict=True)
    ]
    ends = [(min(low), max(high), unit) for unit, low, high in readings]
    low = min(_totals(model, [(unit, sums) for unit, sums, _ in readings], settings))
    high = max(_totals(model, [(unit, sums) for unit, _, sums in readings], settings))
    reached = _level_reached(model, low), _level_reached(model, high)
    return Outline(ends, (low, high), reached, left_out, forms)


def _left_out(
    model: Model, industry: str, exclude: tuple[str, ...], only: frozenset[str] | None
) -> frozenset[str]:
    """By tailoring, by a weight of none in the industry, and by the view."""
    key = ("left out", industry, exclude, only)
    if key not in model.known:
        if industry not in model.file.weights:
            raise BadInput(f"industry '{industry}', expected one of {', '.join(model.file.weights)}")
        out = left_out_of(model, exclude)
        out |= {name for name, weight in model.file.weights[industry].subdomains.items() if not weight}
        out |= set() if only is None else {node.id for node in model.file.subdomains} - only
        model.known[key] = frozenset(out)
    return cast(frozenset[str], model.known[key])


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


Ratios = tuple[int, int, int, int]
"""A range as numerator and denominator of its low and of its high."""


def all_means(model: Model, results: Mapping[str, ClauseResult]) -> list[LevelMeans]:
    """Per level, the plain mean of each sub-domain's clauses (2)."""
    return means_of(
        model,
        {
            name: (*result.low.as_integer_ratio(), *result.high.as_integer_ratio())
            for name, result in results.items()
        },
    )


def means_of(model: Model, ratios: Mapping[str, Ratios]) -> list[LevelMeans]:
    """As `all_means`, of the ranges of the clauses; a clause without one spans 0 to 1."""
    return [
        _level_means({name: _mean_of(tuple(map(ratios.get, clauses))) for name, clauses in places.items()})
        for places in _places(model)
    ]


def _places(model: Model) -> list[dict[str, list[str]]]:
    """Per level, the ids of each sub-domain's clauses."""
    if "places" not in model.known:
        model.known["places"] = [
            {node.id: [clause.id for clause in model.at(node.id, level)] for node in model.file.subdomains}
            for level in model.levels
        ]
    return cast(list[dict[str, list[str]]], model.known["places"])


_OPEN: Ratios = (0, 1, 1, 1)


@lru_cache(maxsize=100_000)
def _mean_of(clauses: tuple[Ratios | None, ...]) -> Range | None:
    """Of few different scores there are few different means: each is worked out once. None: 0 to 1."""
    if not clauses:
        return None
    known = [clause or _OPEN for clause in clauses]
    unit = lcm(*[clause[1] for clause in known], *[clause[3] for clause in known])
    low, high = (sum(clause[at] * (unit // clause[at + 1]) for clause in known) for at in (0, 2))
    return Fraction(low, unit * len(known)), Fraction(high, unit * len(known))


def _level_means(scores: Scores) -> LevelMeans:
    known = [(ZERO, ZERO) if item is None else item for item in scores.values()]
    lows, highs = ([ends[end].as_integer_ratio() for ends in known] for end in (0, 1))
    unit = lcm(*[d for _, d in lows], *[d for _, d in highs])
    low, high = ([n * (unit // d) for n, d in ends] for ends in (lows, highs))
    return LevelMeans(scores, low, high, unit)


def _sums(means: LevelMeans, form: Form, settings: Settings) -> tuple[int, list[int], list[int]]:
    """One node's low and high per reading, and the unit that they are in (3)."""
    low, high = means.low, means.high
    empty = _EMPTY[settings.empty_subdomain]
    if empty is not None:
        low, high = (
            [
                means.unit * int(value) if item is None else number
                for number, item in zip(numbers, means.scores.values(), strict=True)
            ]
            for numbers, value in ((low, empty[0]), (high, empty[1]))
        )
    return means.unit * form.unit, form.sums(low), form.sums(high)


def _level(
    model: Model, level: int, means: LevelMeans, forms: LevelForms, score: Range, settings: Settings
) -> LevelScores:
    """Every node's range over all readings (6)."""
    counted = means.counted(settings)
    subdomains = {key: item if key in forms.present else None for key, item in counted.items()}
    of, known = list(counted.values()), dict[int, Range | None]()

    def node(form: Form | None) -> Range | None:
        if form is None:
            return None
        if id(form) not in known:
            is_one = len(form.at) == 1
            known[id(form)] = of[form.at[0]] if is_one else _range(*_sums(means, form, settings))
        return known[id(form)]

    domains, elements = (
        {key: node(form) for key, form in nodes.items()} for nodes in (forms.domains, forms.elements)
    )
    return LevelScores(level, subdomains, domains, elements, score)


def _range(unit: int, low: Sequence[int], high: Sequence[int]) -> Range:
    return Fraction(min(low), unit), Fraction(max(high), unit)


def _totals(
    model: Model, levels: Sequence[tuple[int, Sequence[int]]], settings: Settings
) -> Iterator[Fraction]:
    """The total of each reading; a level's reading is its own or, where none counts, the only one."""
    readings = max(len(sums) for _, sums in levels)
    for at in range(readings):
        yield _total(model, [(sums[at % len(sums)], unit) for unit, sums in levels], settings)


def _total(model: Model, levels: Iterable[tuple[int, int]], settings: Settings) -> Fraction:
    """Met levels count 1, the first unmet its own score, above it nothing or each its own, by the setting (4)."""
    met, own = 0, list[tuple[int, int]]()
    mark, of = model.file.pass_mark.as_integer_ratio()
    for number, unit in levels:
        if not own and number * of >= mark * unit:
            met += 1
        else:
            own.append((number, unit))
    if not own:
        return Fraction(met)
    number, unit = own[0]
    total = Fraction(met * unit + number, unit)
    if settings.above_first_unmet == "nothing":
        return total
    return total + sum((Fraction(n, d) for n, d in own[1:]), ZERO)


def _level_reached(model: Model, total: Fraction) -> int:
    """0 where not even the first threshold is reached (5)."""
    if "thresholds" not in model.known:
        model.known["thresholds"] = [
            (item.level, *item.from_.as_integer_ratio()) for item in model.file.level_from_total
        ]
    a, b = total.as_integer_ratio()
    return max((level for level, n, d in model.known["thresholds"] if a * d >= n * b), default=0)
