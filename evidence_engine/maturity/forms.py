"""The method as sums: what part of a level's score each sub-domain makes, in integers, worked out once per model.

Domains, elements and levels are weighted means of weighted means, so each is one weighted sum of sub-domain means; which
weights depends only on the model, the industry and what is left out. Scoring is then one sum of products per node.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations
from math import lcm
from operator import itemgetter, mul
from typing import cast

from evidence_engine.maturity.model import Model, Node, Weights

Weighting = Mapping[str, Mapping[str, Fraction]]
"""elements | domains | subdomains → weight by id: one reading of the model's weights."""
_Parts = dict[str, Fraction]
"""Sub-domain → its part of a node."""


@dataclass(frozen=True, slots=True)
class Form:
    """Where in the model's order the sub-domains of a node stand, and per reading of the weights a whole number for each.

    In units of 1/unit: a node of one sub-domain has one part, of one unit.
    """

    at: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    unit: int
    pick: Callable[[Sequence[int]], tuple[int, ...]] = field(compare=False, repr=False)
    """The means that count, of all."""

    def sums(self, means: Sequence[int]) -> list[int]:
        """The node per reading, of the sub-domains' means in whole numbers."""
        of = self.pick(means)
        return [sum(map(mul, parts, of)) for parts in self.parts]


@dataclass(frozen=True, slots=True)
class LevelForms:
    """One level: the sub-domains that count, and each node's form; None for a node of which nothing counts."""

    present: Collection[str]
    domains: Mapping[str, Form | None]
    elements: Mapping[str, Form | None]
    score: Form | None


def forms_of(
    model: Model, industry: str, left_out: frozenset[str], *, empty_counts: bool
) -> Sequence[LevelForms]:
    """Every level's forms. empty_counts: a sub-domain without a clause at a level counts there, as met."""
    key = ("forms", industry, left_out, empty_counts)
    if key not in model.known:
        readings = weightings_of(model.file.weights[industry])
        model.known[key] = [
            _level(model, _present(model, level, left_out, empty_counts=empty_counts), readings)
            for level in model.levels
        ]
    return cast(Sequence[LevelForms], model.known[key])


def weightings_of(weights: Weights) -> list[Weighting]:
    """Every reading of the weights: one, or one per order of an open split."""
    plain = {"elements": weights.elements, "domains": weights.domains, "subdomains": weights.subdomains}
    split = weights.open_split
    if split is None:
        return [plain]
    orders = sorted({order for points in split.points for order in permutations(points)})
    fixed = weights.subdomains | split.of
    return [
        plain | {"subdomains": fixed | dict(zip(split.subdomains, order, strict=True))} for order in orders
    ]


def _present(model: Model, level: int, left_out: Collection[str], *, empty_counts: bool) -> list[str]:
    return [
        node.id
        for node in model.file.subdomains
        if node.id not in left_out and (empty_counts or model.at(node.id, level))
    ]


def _level(model: Model, present: Collection[str], readings: Sequence[Weighting]) -> LevelForms:
    file = model.file
    domains = [
        {d.id: _mean_of(_leaves(file.subdomains, d.id, present, w["subdomains"])) for d in file.domains}
        for w in readings
    ]
    elements = [
        {
            e.id: _mean_of((w["domains"][d.id], of[d.id]) for d in file.domains if d.element == e.id)
            for e in file.elements
        }
        for w, of in zip(readings, domains, strict=True)
    ]
    scores = [
        _mean_of((w["elements"][name], parts) for name, parts in of.items())
        for w, of in zip(readings, elements, strict=True)
    ]
    of_domains = {d.id: _form(model, _different([of[d.id] for of in domains])) for d in file.domains}
    of_elements = {e.id: _form(model, _different([of[e.id] for of in elements])) for e in file.elements}
    same = {form: form for form in of_domains.values()}
    of_elements = {key: same.get(form, form) for key, form in of_elements.items()}
    return LevelForms(frozenset(present), of_domains, of_elements, _form(model, scores))


def _leaves(
    nodes: Sequence[Node], domain: str, present: Collection[str], weights: Mapping[str, Fraction]
) -> list[tuple[Fraction, _Parts | None]]:
    one = Fraction(1)
    return [(weights[n.id], {n.id: one}) for n in nodes if n.domain == domain and n.id in present]


def _mean_of(children: Iterable[tuple[Fraction, _Parts | None]]) -> _Parts | None:
    """Σ weight × parts ÷ Σ weight over what counts; None where nothing does."""
    kept = [(weight, parts) for weight, parts in children if parts is not None and weight]
    whole = sum((weight for weight, _ in kept), Fraction(0))
    found: _Parts = {}
    for weight, parts in kept:
        for name, part in parts.items():
            found[name] = found.get(name, Fraction(0)) + weight / whole * part
    return found or None


def _different(readings: Sequence[_Parts | None]) -> Sequence[_Parts | None]:
    """Readings that weigh a node alike are one; of the level itself each is kept, levels are summed reading by reading."""
    return [parts for n, parts in enumerate(readings) if parts not in readings[:n]]


def _form(model: Model, readings: Sequence[_Parts | None]) -> Form | None:
    """Whether a node counts does not depend on the reading: points of a split are all above 0."""
    every = [parts for parts in readings if parts is not None]
    if not every:
        return None
    unit = lcm(*(part.denominator for parts in every for part in parts.values()))
    named = {name for parts in every for name in parts}
    at = tuple(n for n, node in enumerate(model.file.subdomains) if node.id in named)
    names = [model.file.subdomains[n].id for n in at]
    parts = (tuple(int(of.get(name, Fraction(0)) * unit) for name in names) for of in every)
    return Form(at, tuple(parts), unit, _picking(at))


def _picking(at: tuple[int, ...]) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """itemgetter gives no tuple where it gets one thing."""
    if len(at) > 1:
        return itemgetter(*at)
    (one,) = at
    return lambda means: (means[one],)
