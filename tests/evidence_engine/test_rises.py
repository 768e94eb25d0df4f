"""Ordinary rises read off the samples: the same as one row for each of them, whatever is asked of them (D10, D12)."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import rises
from evidence_engine.kernels.rises import Ordinary
from evidence_engine.knowledge.counters import Steps, counted_of
from evidence_engine.knowledge.limits import Counting
from evidence_engine.knowledge.reading import Links
from evidence_engine.vocabulary.history import History
from tests import naive
from tests.evidence_engine.knowledge_cases import facts, plant, rows

GAPS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=2, max_size=14)
EDGES = st.lists(st.integers(-3, 90), min_size=2, max_size=6, unique=True).map(sorted)


def counted(gaps: list[tuple[int, int]], r: int, e: int, bad: tuple[int, ...] = ()) -> Steps:
    """A counter that rises by so much after so many ns, over an unbroken link; nothing is beyond the limit."""
    ts = np.cumsum([gap for gap, _ in gaps]).tolist()
    levels = np.cumsum([rise for _, rise in gaps]).tolist()
    pairs = [(t, None if i in bad else v) for i, (t, v) in enumerate(zip(ts, levels, strict=True))]
    stated: dict[str, Any] = {"resolution": r * 1e-9, "time_error": e * 1e-9}
    here = plant([facts("A/count_total", timeout=1.0, **stated)])
    history = History({"@c/link": rows((0, 1), (500, 1), unit=1), "A/count_total": rows(*pairs, unit=1)})
    return counted_of(Links(history, here), "A", "count_total", Counting(Fraction(3), 3))


def told(steps: Steps) -> list[tuple[int, int, int]]:
    columns = (steps.start.tolist(), steps.end.tolist(), steps.amount.tolist())
    return sorted(zip(*columns, strict=True))


def asked(of: Ordinary, edges: list[int]) -> tuple[np.ndarray, np.ndarray]:
    start, end = np.array(edges[:-1], np.int64), np.array(edges[1:], np.int64)
    return start, end


def sums(of: Ordinary, start: np.ndarray, end: np.ndarray, how: int) -> list[int]:
    """The rises in each stretch, all counted once."""
    laid = rises.lay(of, start, end, np.ones(len(start), np.int64), how)
    found: list[int] = (laid[:, rises.HIGH] - laid[:, rises.LOW]).tolist()
    return found


@given(GAPS, st.integers(0, 5), st.integers(0, 3))
@settings(deadline=None)
def test_D10_rises_spelled_out_are_those_of_the_twin(gaps: list[tuple[int, int]], r: int, e: int) -> None:
    steps = counted(gaps, r, e)
    ts = np.cumsum([gap for gap, _ in gaps]).tolist()
    levels = np.cumsum([rise for _, rise in gaps]).tolist()
    assert not len(steps.t2)
    assert told(steps.spelled_out()) == sorted(naive.rises_of(ts, levels, r, e))


@given(GAPS, st.integers(0, 5), st.integers(0, 3), EDGES, st.sets(st.integers(0, 13), max_size=2))
@settings(deadline=None, max_examples=200)
def test_D10_sums_between_edges_are_those_of_the_rows(
    gaps: list[tuple[int, int]], r: int, e: int, edges: list[int], bad: set[int]
) -> None:
    of = counted(gaps, r, e, tuple(bad)).ordinary
    every = rises.steps_at(of, rises.every(of))
    start, end = asked(of, edges)
    begin, stop, amount, t2 = (every[:, c] for c in (rises.START, rises.END, rises.AMOUNT, rises.T2))
    inside = [int(amount[(begin >= a) & (stop <= b)].sum()) for a, b in zip(start, end, strict=True)]
    assert sums(of, start, end, rises.INSIDE) == inside
    upto = [int(amount[(t2 > a) & (t2 <= b)].sum()) for a, b in zip(start, end, strict=True)]
    assert sums(of, start, end, rises.T2_IN) == upto
    crossed = rises.steps_at(of, rises.crossing(of, np.array(edges, np.int64)))
    wanted = [row for row in every.tolist() if any(row[rises.START] < t < row[rises.END] for t in edges)]
    assert crossed.tolist() == wanted
    touched = rises.steps_at(of, rises.touching(of, start[:1], end[:1]))
    wanted = [row for row in every.tolist() if row[rises.END] > start[0] and row[rises.START] < end[0]]
    assert touched.tolist() == wanted


@given(GAPS, st.integers(0, 5), st.integers(0, 3), EDGES, st.sampled_from([rises.INSIDE, rises.T2_IN]))
@settings(deadline=None, max_examples=200)
def test_D33_what_stretches_hold_of_a_window_is_what_its_rows_say(
    gaps: list[tuple[int, int]], r: int, e: int, edges: list[int], how: int
) -> None:
    """Every second stretch counts, the k-th one k + 1 for a piece; rises that cross an edge have rows of their own."""
    whole = counted(gaps, r, e).ordinary
    cut = rises.crossing(whole, np.array(edges, np.int64))
    of = whole._replace(runs=rises.without(whole, cut))
    every = rises.steps_at(of, rises.every(of)).tolist()
    start, end = np.array(edges[:-1:2], np.int64), np.array(edges[1::2], np.int64)
    weight = np.arange(1, len(start) + 1)
    laid = rises.lay(of, start, end, weight, how)
    if how == rises.T2_IN:
        instants = np.array(edges, np.int64)
        spans = np.stack([start, end], axis=1)
        assert rises.lay_at(instants, rises.sums_at(of, instants), spans, weight).tolist() == laid.tolist()
    for first in range(-2, 60, 7):
        for last in range(first, 70, 9):
            held = rises.held_by(of, laid, np.array([first]), np.array([last]), how)
            stretches = zip(start.tolist(), end.tolist(), weight.tolist(), strict=True)
            wanted = sum(
                row[rises.AMOUNT] * w
                for a, b, w in stretches
                for row in every
                if _is_in(row, a, b, how) and _is_in(row, first, last, how)
            )
            assert held.tolist() == [wanted]


def _is_in(row: list[int], start: int, end: int, how: int) -> bool:
    if how == rises.T2_IN:
        return start < row[rises.T2] <= end
    return row[rises.START] >= start and row[rises.END] <= end


@given(GAPS, st.integers(0, 5), st.integers(0, 3), st.sets(st.integers(0, 12), max_size=4))
@settings(deadline=None)
def test_rises_with_rows_and_those_without_are_all(
    gaps: list[tuple[int, int]], r: int, e: int, chosen: set[int]
) -> None:
    steps = counted(gaps, r, e)
    places = rises.every(steps.ordinary)
    places = places[[k for k in sorted(chosen) if k < len(places)]]
    exposed = steps.exposing(places)
    assert told(exposed.spelled_out()) == told(steps.spelled_out())
    assert len(exposed.t2) == len(places)


@given(GAPS, st.integers(0, 5), st.integers(0, 3), st.integers(-2, 50), st.integers(0, 40))
@settings(deadline=None)
def test_rises_between_two_instants(
    gaps: list[tuple[int, int]], r: int, e: int, start: int, length: int
) -> None:
    of = counted(gaps, r, e).ordinary
    inner = of._replace(runs=rises.between(of, start, start + length))
    every = rises.steps_at(of, rises.every(of)).tolist()
    wanted = [row for row in every if row[rises.START] >= start and row[rises.END] <= start + length]
    assert rises.steps_at(inner, rises.every(inner)).tolist() == wanted
    instants = np.array([*range(start - 2, start + length + 3)], np.int64)
    upto = [sum(row[rises.AMOUNT] for row in wanted if row[rises.T2] <= t) for t in instants]
    before = [sums(inner, np.array([-9]), np.array([t]), rises.T2_IN) for t in instants]
    assert before == [[amount] for amount in upto]


def test_stretches_are_laid_only_from_sums_at_their_edges() -> None:
    instants, weight = np.array([0, 5], np.int64), np.ones(1, np.int64)
    for stretch in ([0, 4], [0, 6]):
        with pytest.raises(ValueError, match="nothing was summed up"):
            rises.lay_at(instants, instants, np.array([stretch], np.int64), weight)
