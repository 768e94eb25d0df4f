"""A level by its bands is what all its levels say: a row for each crossing loses nothing where r and e never change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.bands import bands_of, is_steady, known_numbers
from evidence_engine.knowledge.numbers import numbers_of
from evidence_engine.knowledge.quanta import one_quantum
from evidence_engine.knowledge.reading import Links
from evidence_engine.knowledge.stretches import where
from evidence_engine.kpis.watching.conditions import condition_of_bands, condition_of_numbers
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.monitoring import Limit
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import samples_of
from tests import naive
from tests.evidence_engine.knowledge_cases import at, beats, facts, history, plant
from tests.evidence_engine.test_held import CASES, history_of

ROLE = "temperature"
EDGES = st.sampled_from([None, 0.0, 0.5, 1.0, 2.0, 2.5])


def said_by_bands(links: Links, limit: Limit) -> tuple[object, ...]:
    low = -(2**62) if limit.low is None else one_quantum(limit.low, ROLE)
    high = 2**62 if limit.high is None else one_quantum(limit.high, ROLE)
    found = condition_of_bands(bands_of(links, "A", ROLE, low, high))
    return found.border.tolist(), found.plain.tolist(), found.may.tolist(), found.limitations, found.full


def said_by_numbers(links: Links, limit: Limit) -> tuple[object, ...]:
    found = condition_of_numbers(numbers_of(links.history, links.plant, "A", ROLE), limit)
    return found.border.tolist(), found.plain.tolist(), found.may.tolist(), found.limitations, found.full


@given(CASES, EDGES, EDGES)
@settings(deadline=None, max_examples=300)
def test_a_limit_by_bands_as_by_numbers(case: naive.Case, one: float | None, other: float | None) -> None:
    low, high = sorted([one, other]) if one is not None and other is not None else (one, other)
    known, here = history_of(case, ROLE)
    assert isinstance(here, Plant)
    links = Links(known, here)
    numbers = numbers_of(known, here, "A", ROLE)
    assert known_numbers(links, "A", ROLE).tolist() == where(numbers.border, numbers.known).tolist()
    if low is not None or high is not None:
        limit = Limit(role=ROLE, low=low, high=high)
        assert said_by_bands(links, limit) == said_by_numbers(links, limit)


@pytest.mark.parametrize("accepts", [True, False])
def test_uncertain_levels_and_levels_without_exactness_are_told(accepts: bool) -> None:
    values = [1.0, 2.0, 1e10, 5.0, float("nan"), 3.0, 2.5, 4.0]
    ts = [at(10 * k)[0] for k in range(len(values))]
    samples = samples_of(ts, values, [0, 1, 0, 0, 0, 1, 0, 2])
    here = plant([facts(f"A/{ROLE}", resolution=5.0, time_error=1.0, accept_uncertain=accepts)])
    known = history(link=beats(0, 300), A__temperature=samples)
    limit = Limit(role=ROLE, low=1.5, high=2.75)
    links = Links(known, here)
    assert said_by_bands(links, limit) == said_by_numbers(links, limit)
    assert "precision_lost" in bands_of(links, "A", ROLE, 0, 1).limitations


def test_bands_are_for_series_whose_looks_never_change() -> None:
    later = facts(f"A/{ROLE}", resolution=9.0)
    here = plant([facts(f"A/{ROLE}", resolution=5.0)])
    told = history(link=beats(0, 300), A__temperature=samples_of(at(50), [1.0]))
    assert is_steady(Links(told, here), "A", ROLE)
    for announced, steady in ((40, True), (50, True), (60, False)):
        changed = History(told.series, {"c": [(at(announced)[0], later)]})
        assert is_steady(Links(changed, here), "A", ROLE) is steady
