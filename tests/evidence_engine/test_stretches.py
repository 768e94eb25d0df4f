"""Stretches are sets of instants: every operation against the sets themselves."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge import stretches as s

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def of(pairs: list[tuple[int, int]]) -> np.ndarray:
    return np.array(pairs, np.int64).reshape(-1, 2)


def instants(stretches: np.ndarray) -> set[int]:
    return {t for a, b in stretches.tolist() for t in range(a, b)}


def is_canonical(stretches: np.ndarray) -> bool:
    return bool((stretches[:, 0] < stretches[:, 1]).all() and (stretches[1:, 0] > stretches[:-1, 1]).all())


def clean(pairs: list[tuple[int, int]]) -> np.ndarray:
    return s.joined(s.stretches_of(of(pairs)[:, 0], of(pairs)[:, 1]))


@given(PAIRS)
@settings(deadline=None)
def test_joined(pairs: list[tuple[int, int]]) -> None:
    got = clean(pairs)
    assert instants(got) == instants(of(pairs))
    assert is_canonical(got)
    assert s.total(got) == len(instants(got))


@given(PAIRS, PAIRS)
@settings(deadline=None)
def test_intersect(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    got = s.intersect(clean(one), clean(other))
    assert instants(got) == instants(of(one)) & instants(of(other))
    assert is_canonical(got)


@given(PAIRS, st.integers(-2, 32), st.integers(-2, 32))
@settings(deadline=None)
def test_clip_and_complement(pairs: list[tuple[int, int]], start: int, end: int) -> None:
    stretches, window = clean(pairs), set(range(start, end))
    assert instants(s.clip(stretches, start, end)) == instants(stretches) & window
    assert instants(s.complement(stretches, start, max(start, end))) == window - instants(stretches)


@given(PAIRS, st.lists(st.integers(-2, 32), max_size=5))
@settings(deadline=None)
def test_cut_keeps_the_time_and_no_border_crosses_a_piece(
    pairs: list[tuple[int, int]], borders: list[int]
) -> None:
    pieces = s.cut(clean(pairs), np.array(borders, np.int64))
    assert instants(pieces) == instants(of(pairs))
    assert s.total(pieces) == len(instants(pieces))
    assert not any(a < border < b for a, b in pieces.tolist() for border in borders)


@given(PAIRS, st.lists(st.integers(-2, 32), max_size=5))
@settings(deadline=None)
def test_inside(pairs: list[tuple[int, int]], asked: list[int]) -> None:
    stretches = clean(pairs)
    assert s.inside(stretches, np.array(asked, np.int64)).tolist() == [
        t in instants(stretches) for t in asked
    ]


def test_merged_makes_touching_stretches_one() -> None:
    assert s.merged(np.array([[0, 2], [2, 5], [7, 8], [8, 9], [11, 12]])).tolist() == [
        [0, 5],
        [7, 9],
        [11, 12],
    ]
    assert s.merged(np.empty((0, 2), np.int64)).tolist() == []


def test_ascending_keeps_each_instant_once() -> None:
    assert s.ascending(np.array([3, 1]), np.array([3, 2])).tolist() == [1, 2, 3]
    assert s.ascending(np.empty(0, np.int64)).tolist() == []
