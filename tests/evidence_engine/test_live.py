"""How long signals were live, and what came of what had to be sent, as their twins say."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import live
from evidence_engine.knowledge.stretches import where
from tests import naive_live as naive

Spans = list[tuple[int, int]]

windows = st.tuples(st.integers(-6, 20), st.integers(0, 40)).map(lambda w: (w[0], w[0] + w[1]))


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """Ascending and apart."""
    edges = sorted(draw(st.sets(st.integers(-8, 50), max_size=10)))
    return [pair for k, pair in enumerate(pairwise(edges)) if k % 2 == 0]


def stretches(drawn: Spans) -> live.Stretches:
    return np.array(drawn, np.int64).reshape(-1, 2)


def laid(every: list[Spans]) -> tuple[live.Stretches, np.ndarray]:
    begins = np.cumsum([0, *(len(one) for one in every)], dtype=np.int64)
    return stretches([span for one in every for span in one]), begins


@given(spans(), st.lists(st.tuples(spans(), spans()), max_size=4), windows)
@settings(deadline=None)
def test_each_signal_by_itself_and_all_together(
    time: Spans, signals: list[tuple[Spans, Spans]], window: tuple[int, int]
) -> None:
    known, dead = [one for one, _ in signals], [one for _, one in signals]
    found = live.live_time(stretches(time), live.Signs(*laid(known), *laid(dead)), *window)
    assert found.tolist() == naive.live_time(time, known, dead, *window)


@given(st.sets(st.integers(-8, 50), max_size=12), spans(), spans(), st.integers(1, 9), windows)
@settings(deadline=None)
def test_periods_in_which_something_came(
    ts: set[int], up: Spans, down: Spans, length: int, window: tuple[int, int]
) -> None:
    rows = np.array(sorted(ts), np.int64)
    found = live.came(rows, stretches(up), stretches(down), length, *window)
    assert found == naive.came(sorted(ts), up, down, length, *window)


@given(st.lists(st.booleans(), max_size=12))
def test_chosen_segments_are_made_one_where_they_touch(chosen: list[bool]) -> None:
    border = np.arange(10, 11 + len(chosen) if chosen else 10, dtype=np.int64)
    found = where(border, np.array(chosen, np.bool_))
    assert [i for a, b in found.tolist() for i in range(a, b)] == [
        10 + k for k, one in enumerate(chosen) if one
    ]
    assert all(a < b for a, b in found.tolist())
    assert all(one[1] < other[0] for one, other in pairwise(found.tolist()))
