"""What next: for each level not reached, the fewest clauses that would reach it, those of least effort first.

In this order, all exact:
(1) a level is reached when the total is: from 2.8 on, levels 1 and 2 are met and level 3 scores 0.8 (GB/T 39117). Each
    level has a goal of its own, so the fewest for level 3 are the fewest of levels 1, 2 and 3 together.
(2) full marks for a clause add to its level's low (1 − low) × share of its sub-domain ÷ clauses of the sub-domain.
(3) the fewest are those of the greatest gains. Where weights are known only up to an order (open split), the goal must
    be reached under every order: every count of the split sub-domains' clauses is tried, the rest filled up by gain.
(4) among lists that are equally short, clauses of more effort are exchanged for clauses of less while the goal holds.
Under the setting `above_first_unmet: own_score` a shorter way to the same total may lead over a higher level; the list
then still reaches the level, and says that it may not be the shortest.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, lcm

from evidence_engine.maturity.forms import Form
from evidence_engine.maturity.model import Model
from evidence_engine.maturity.scoring import ONE, ZERO, LevelScores, all_means, calculate, outline
from evidence_engine.maturity.verdict import NOT_ASSESSED, ClauseResult

EFFORTS = ("coverage", "connect", "system", "person")
"""Least first: data is there but covers too little · assets are not connected · a system is missing · a person must."""


@dataclass(frozen=True, slots=True)
class Step:
    """One clause to bring to full marks, what it takes, and what it adds to its level's low at least."""

    clause: str
    effort: str
    gain: Fraction


@dataclass(frozen=True, slots=True)
class Goal:
    """A level not reached: the steps of its own clauses; `clauses` all that are needed, levels below included."""

    level: int
    steps: Sequence[Step]
    clauses: Sequence[str]
    is_shortest: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    clause: str
    subdomain: str
    effort: int
    gains: tuple[int, ...]
    """Per reading of the weights, in units of the common denominator."""


def next_goals(
    model: Model,
    results: Mapping[str, ClauseResult],
    efforts: Mapping[str, str],
    industry: str = "discrete",
    exclude: Collection[str] = (),
) -> list[Goal]:
    """For each level that the low total doesn't reach. efforts: by clause id, one of EFFORTS; others need a person.

    A level that even full marks for every known clause do not reach (clauses that nobody knows) has no list.
    """
    means = all_means(model, results)
    scored = calculate(model, {}, industry, exclude, means=means)
    forms = outline(model, means, industry, exclude).forms

    @cache
    def steps(place: int, goal: Fraction) -> list[Step] | None:
        return _steps(model, results, efforts, scored.levels[place], goal, forms[place].score)

    is_shortest, goals = model.file.settings.above_first_unmet == "nothing", []
    for item in sorted(model.file.level_from_total, key=lambda item: item.level):
        last = ceil(item.from_) - 1
        if scored.level[0] < item.level and 0 <= last < len(scored.levels):
            own = steps(last, min(model.file.pass_mark, item.from_ - last))
            below = [steps(place, model.file.pass_mark) for place in range(last)]
            if own is None or None in below:
                continue
            every = [*own, *(step for found in below for step in found or ())]
            goals.append(Goal(item.level, own, [s.clause for s in _ordered(every)], is_shortest))
    return goals


def _steps(
    model: Model,
    results: Mapping[str, ClauseResult],
    efforts: Mapping[str, str],
    item: LevelScores,
    goal: Fraction,
    form: Form | None,
) -> list[Step] | None:
    """(2)–(4) for one level; None where no list reaches the goal. form: of the level's score."""
    means = item.subdomains
    shares = _shares(model, form)
    gains = {
        clause.id: tuple((ONE - low) * share[clause.subdomain] / n for share in shares)
        for subdomain, mean in means.items()
        if mean is not None
        for clauses in [model.at(subdomain, item.level)]
        for n in [len(clauses)]
        for clause in clauses
        for low in [results.get(clause.id, NOT_ASSESSED).low]
    }
    needs = [
        goal - sum((share[key] * mean[0] for key, mean in means.items() if mean is not None), ZERO)
        for share in shares
    ]
    unit = lcm(*(f.denominator for f in [*needs, *(g for gain in gains.values() for g in gain)]))
    candidates = [
        _Candidate(
            clause,
            model.clauses[clause].subdomain,
            EFFORTS.index(efforts.get(clause, "person")),
            tuple(int(gain * unit) for gain in found),
        )
        for clause, found in gains.items()
        if any(found)
    ]
    whole = [int(need * unit) for need in needs]
    if any(sum(c.gains[k] for c in candidates) < need for k, need in enumerate(whole)):
        return None
    chosen = _exchanged(_fewest(candidates, whole), candidates, needs, unit)
    return _ordered([Step(c.clause, EFFORTS[c.effort], Fraction(min(c.gains), unit)) for c in chosen])


def _ordered(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (EFFORTS.index(step.effort), -step.gain, step.clause))


def _shares(model: Model, form: Form | None) -> list[dict[str, Fraction]]:
    """Per reading, what part of a level's score each sub-domain makes."""
    none = {node.id: ZERO for node in model.file.subdomains}
    if form is None:
        return [none]
    names = [model.file.subdomains[at].id for at in form.at]
    return [
        none | {name: Fraction(part, form.unit) for name, part in zip(names, parts, strict=True)}
        for parts in form.parts
    ]


def _fewest(candidates: Sequence[_Candidate], needs: Sequence[int]) -> list[_Candidate]:
    """(3) The fewest whose gains reach every need; all of them where nothing does."""
    if max(needs) <= 0:
        return []
    fixed = _by_gain([c for c in candidates if len(set(c.gains)) == 1])
    sums = [0]
    for candidate in fixed:
        sums.append(sums[-1] + candidate.gains[0])
    split: dict[str, list[_Candidate]] = {}
    for candidate in _by_gain([c for c in candidates if len(set(c.gains)) > 1]):
        split.setdefault(candidate.subdomain, []).append(candidate)
    best = list(candidates)
    for chosen in _prefixes(list(split.values()), ()):
        if len(chosen) >= len(best):
            continue
        gained = [sum(c.gains[k] for c in chosen) for k in range(len(needs))]
        rest = max(need - gain for need, gain in zip(needs, gained, strict=True))
        count = bisect_left(sums, rest) if rest > 0 else 0
        if count < len(sums) and len(chosen) + count < len(best):
            best = [*chosen, *fixed[:count]]
    return best


def _by_gain(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Greatest gains first, of equal gains the least effort; inside a sub-domain the order is that of every reading."""
    return sorted(candidates, key=lambda c: (-sum(c.gains), c.effort, c.clause))


def _prefixes(
    groups: Sequence[Sequence[_Candidate]], chosen: tuple[_Candidate, ...]
) -> Iterator[tuple[_Candidate, ...]]:
    """Every choice of the first few of each group."""
    if not groups:
        yield chosen
        return
    for count in range(len(groups[0]) + 1):
        yield from _prefixes(groups[1:], (*chosen, *groups[0][:count]))


def _exchanged(
    chosen: list[_Candidate], candidates: Sequence[_Candidate], needs: Sequence[Fraction], unit: int
) -> list[_Candidate]:
    """(4)"""
    over = [sum(c.gains[k] for c in chosen) - int(need * unit) for k, need in enumerate(needs)]
    kept = {c.clause: c for c in chosen}
    others = _by_gain(candidates)
    for old in sorted(chosen, key=lambda c: (-c.effort, sum(c.gains))):
        for new in others:
            if new.effort >= old.effort or new.clause in kept:
                continue
            spare = [left - a + b for left, a, b in zip(over, old.gains, new.gains, strict=True)]
            if min(spare) >= 0:
                kept = {name: c for name, c in kept.items() if c is not old} | {new.clause: new}
                over = spare
                break
    return list(kept.values())
