"""Random plants: no true figure may lie outside of [low, high], and a false one must be able to."""

import dataclasses
from collections import defaultdict
from itertools import pairwise

import pytest

from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE
from evidence_engine.vocabulary.samples import GOOD, Samples, samples_of
from evidence_engine.vocabulary.window import Window
from tests.random_plants.agent import TIMEOUT
from tests.random_plants.case import Ease, case_of
from tests.random_plants.check import records_of, violations
from tests.random_plants.machines import BEGIN, END

EASES = {
    "all": Ease(),
    "undisturbed": Ease(disturbed=False),
    "uncut": Ease(cut=False),
    "fine": Ease(disturbed=False, cut=False),
}


@pytest.mark.parametrize("ease", EASES)
@pytest.mark.parametrize("first", range(0, 40, 10))
def test_no_truth_lies_outside(first: int, ease: str) -> None:
    at = first + 1000 * list(EASES).index(ease)
    assert [v for seed in range(at, at + 10) for v in violations(case_of(seed, EASES[ease]))] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stamps_a_minute_off_are_found_out(seed: int) -> None:
    """The comparison must be able to fail."""
    case = case_of(seed, Ease(quiet=True))
    late = {
        name: dataclasses.replace(s, ts=s.ts + MINUTE)
        for name, s in case.history.series.items()
        if "@" not in name
    }
    history = dataclasses.replace(case.history, series={**case.history.series, **late})
    assert list(violations(dataclasses.replace(case, history=history)))


@pytest.mark.parametrize("seed", range(20, 26))
def test_value_low_and_high_agree_where_nothing_is_missing(seed: int) -> None:
    """Exact reports of every change, a link that never breaks: only the ends of the history leave something open."""
    case = case_of(seed, Ease(quiet=True))
    inner = [w for w in case.windows if w.start >= BEGIN + MINUTE and w.end <= END]
    exact = {
        "equipment.availability",
        "production.count_good",
        "production.count_total",
        "production.throughput",
    }
    every = records_of(dataclasses.replace(case, windows=inner))
    rows = [r for r in every if r.kpi in exact and r.coverage == 1 and r.result.value is not None]
    assert rows
    assert [r for r in rows if not _is_exact(r)] == []


def _is_exact(record: Record) -> bool:
    value, low, high = record.result.value, record.result.low, record.result.high
    if value is None or low is None or high is None:
        return False  # not applicable is left out before
    return high - low <= 1e-6 * max(1.0, high)


@pytest.mark.parametrize("seed", range(30, 34))
def test_hours_add_up_to_their_whole_where_nothing_is_missing(seed: int) -> None:
    case = case_of(seed, Ease(quiet=True))
    hours = [Window(h, h + HOUR, "hour") for h in range(BEGIN + HOUR, END, HOUR)]
    whole = Window(BEGIN + HOUR, END, "custom")
    found = records_of(dataclasses.replace(case, windows=[*hours, whole]))
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for record in found:
        if record.kpi in {"production.count_total", "production.count_good_window", "energy.electricity"}:
            amount = record.parts.get("known_time", record.result.value)  # D15 may have moved the value
            assert amount is None or isinstance(amount, float)
            sums[record.kpi, record.subject.get("asset", "")] += (amount or 0.0) * (
                -1 if record.window == whole else 1
            )
    assert {key: amount for key, amount in sums.items() if abs(amount) > 1e-6} == {}


@pytest.mark.parametrize("seed", range(40, 46))
def test_more_proofs_never_widen(seed: int) -> None:
    """A 1 between two proofs, and an equal reading between two equal ones: what is known can only grow."""
    case = case_of(seed, Ease(disturbed=False))
    series = {name: _doubled(name, s, case.history) for name, s in case.history.series.items()}
    more = dataclasses.replace(case, history=dataclasses.replace(case.history, series=series))
    wider = [
        (before.kpi, before.subject, before.window, before.result, after.result)
        for before, after in zip(records_of(case), records_of(more), strict=True)
        if not _within(after, before)
    ]
    assert wider == []


def _within(inner: Record, outer: Record) -> bool:
    low, high = inner.result.low, inner.result.high
    floor, top = outer.result.low, outer.result.high
    return (floor is None or (low is not None and low >= floor)) and (
        top is None or (high is not None and high <= top)
    )


def _doubled(name: str, of: Samples, history: History) -> Samples:
    """One more row in the middle of each two equal good ones between which nothing but proofs stands."""
    proofs = of if "@" in name else history.of(f"@c-{name.split('/')[0]}/link")
    texts = of.text or [None] * len(of)
    rows = list(zip(of.ts.tolist(), of.value.tolist(), of.quality.tolist(), texts, strict=True))
    found = rows[:1]
    for before, after in pairwise(rows):
        equal = str(before[1:]) == str(after[1:]) and before[2] == GOOD
        between = proofs.between(before[0], after[0] + 1).value
        is_proven = bool((between == 1).all()) and (proofs is not of or after[0] - before[0] <= TIMEOUT)
        if equal and is_proven and after[0] - before[0] > 1:
            found.append(((before[0] + after[0]) // 2, *before[1:]))
        found.append(after)
    ts, value, quality, text = (list(column) for column in zip(*found, strict=True))
    return samples_of(ts, value, quality, None if of.text is None else text)


@pytest.mark.parametrize("seed", [50, 51])
def test_the_order_of_arrival_does_not_matter(seed: int) -> None:
    """The store sorts rows within a series; which series or announcement came first says nothing."""
    case = case_of(seed)
    history = case.history
    facts = {name: rows[::-1] for name, rows in reversed(list(history.facts.items()))}
    other = dataclasses.replace(history, series=dict(reversed(list(history.series.items()))), facts=facts)
    assert records_of(dataclasses.replace(case, history=other)) == records_of(case)
