"""Losing data never makes a figure, a clause, a level or the total better: register and facts stay, history is damaged.

Compared are all figures that rules ask for, over every window: of those of which more is better the low, of those of which
a rule tests the coverage the coverage may only fall; a clause's low and all that is made of it may only fall; and of some
figures of which less is better the high may only rise. Exceptions, told in docs/standard.md: what rests on assumptions (c)
to (e) (these plants are undisturbed), a third counter beside two, amounts of energy, of which no rule tests the high.
"""

import dataclasses
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.kpis import KPIS
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules, score_plant
from evidence_engine.vocabulary.plant import Plant
from tests.random_plants.case import Case, Ease, case_of
from tests.random_plants.losses import LOSSES, without

MODEL = load_model()
RULES = load_rules(MODEL)
ITEMS = [item for rule in RULES.rules for item in rule.items]
ASKED = {(item.kpi, item.over == "site") for item in ITEMS}
"""Which figures rules ask for, and whether of the site or of assets."""
COVERED = {item.kpi for item in ITEMS if item.test == "coverage"}
"""Those of which a rule tests the coverage. Of the others it also counts time that is proven down: a cut raises it."""
UNTESTED = {"energy.producing_share"}
"""A share of amounts of energy, of which no rule tests the low."""
LESS = {"quality.reject_ratio", "equipment.mttr"}
"""Of which the high is the bound that is worse for a claim."""
COUNTERS = ("count_total", "count_good", "count_reject")
SLACK = 1e-12
UNDISTURBED = Ease(disturbed=False)


def keyed(case: Case) -> Case:
    """The same plant with every machine key, so that the rules about key equipment ask for it; two of three counters; half the windows."""
    assets = {name: asset.model_copy(update={"key": True}) for name, asset in case.plant.assets.items()}
    names = case.history.series
    third = [
        f"{name}/count_reject" for name in assets if {f"{name}/{role}" for role in COUNTERS} <= names.keys()
    ]
    return dataclasses.replace(
        case,
        plant=case.plant.model_copy(update={"assets": assets}),
        history=without(case.history, third),
        windows=[w for n, w in enumerate(case.windows) if n % 2 or w.kind == "history"],
    )


def flattered(seed: int, loss: str, ease: Ease = UNDISTURBED) -> Iterator[str]:
    """Whatever became better by losing data."""
    case = keyed(case_of(seed, ease))
    damaged = LOSSES[loss](random.Random(seed), case.history)
    before, after = (list(assess(case.plant, history, case.windows)) for history in (case.history, damaged))
    for said in [*better_figures(before, after), *better_lows(case.plant, before, after)]:
        yield f"seed {seed} {loss}: {said}"


def better_figures(before: Iterable[Record], after: Iterable[Record]) -> Iterator[str]:
    """The figures that a rule asks for and that became better."""
    found = {_key(record): record for record in before}
    for record in after:
        old = found.get(_key(record))
        is_asked = (record.kpi, "asset" not in record.subject) in ASKED or record.kpi in LESS
        if is_asked and (what := _better(old, record)):
            was = None if old is None else (old.result, old.coverage)
            yield f"{what} of {_key(record)}: {was} → {record.result}, {record.coverage}"


def better_lows(plant: Plant, before: Iterable[Record], after: Iterable[Record]) -> Iterator[str]:
    """The clauses and levels, and the total, whose low rose."""
    one, other = (_lows(plant, records) for records in (before, after))
    yield from (f"{name}: {one[name]} → {low}" for name, low in other.items() if low > one[name])


def _key(record: Record) -> tuple[str, tuple[tuple[str, str], ...], int, int]:
    return record.kpi, tuple(sorted(record.subject.items())), record.window.start, record.window.end


def _better(before: Record | None, after: Record) -> str:
    """What became better. A record that appears, or a figure that applies only now, must say nothing good."""
    low = before.result.low if before is not None else None
    high = before.result.high if before is not None else None
    coverage = before.coverage if before is not None else 0.0
    found = after.result
    if after.kpi in COVERED and after.coverage > coverage + SLACK:
        return "coverage"
    if KPIS[after.kpi].better == "less":
        fell = found.high is not None and high is not None and found.high < high - SLACK * max(1.0, high)
        return "high" if fell and after.kpi in LESS else ""
    is_raised = found.low is not None and found.low > (low or 0.0) + SLACK * max(1.0, low or 0.0)
    return "low" if is_raised and after.kpi not in UNTESTED else ""


def _lows(plant: Plant, records: Iterable[Record]) -> Mapping[str, float]:
    """The low of each clause, of the levels and of the total."""
    document: dict[str, Any] = score_plant(plant, MODEL, RULES, [r.to_json() for r in records])
    lows = {"level": document["level"]["low"], "total": document["total"]["low"]}
    for level in document["levels"]:
        lows[f"level {level['level']}"] = level["score"]["low"]
        for subdomain in level["subdomains"]:
            lows |= {clause["id"]: clause["score"]["low"] for clause in subdomain["clauses"]}
    return lows


@pytest.mark.parametrize("loss", LOSSES)
def test_losing_data_makes_nothing_better(loss: str) -> None:
    first = 6000 + 100 * list(LOSSES).index(loss)
    assert [said for seed in range(first, first + 2) for said in flattered(seed, loss)] == []
