"""Stretches are sets of instants: every operation against the sets themselves."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import stretches as kernel
from evidence_engine.knowledge import stretches as s
from evidence_engine.kpis.timeline import calendar_of
from tests import naive_stretches as naive

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


def test_joined_makes_touching_stretches_one() -> None:
    assert s.joined(np.array([[0, 2], [2, 5], [7, 8], [8, 9], [11, 12]])).tolist() == [
        [0, 5],
        [7, 9],
        [11, 12],
    ]
    assert s.joined(np.empty((0, 2), np.int64)).tolist() == []


def test_ascending_keeps_each_instant_once() -> None:
    assert s.ascending(np.array([3, 1]), np.array([3, 2])).tolist() == [1, 2, 3]
    assert s.ascending(np.empty(0, np.int64)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 99)), max_size=40))
@settings(deadline=None)
def test_in_order_is_a_stable_sort(rows: list[tuple[int, int]]) -> None:
    assert [tuple(row) for row in kernel.in_order(of(rows)).tolist()] == sorted(rows, key=lambda row: row[0])


@given(st.lists(st.lists(st.integers(-9, 9), max_size=8), min_size=1, max_size=4))
@settings(deadline=None)
def test_ascending(columns: list[list[int]]) -> None:
    found = s.ascending(*(np.array(column, np.int64) for column in columns))
    assert found.tolist() == sorted({value for column in columns for value in column})


@given(PAIRS, PAIRS, st.integers(-2, 32), st.integers(-2, 32))
@settings(deadline=None)
def test_each_operation_says_what_instant_after_instant_says(
    one: list[tuple[int, int]], other: list[tuple[int, int]], start: int, end: int
) -> None:
    first, second = naive.instants_of(one), naive.instants_of(other)
    window = set(range(start, end))
    assert s.joined(of(one)).tolist() == naive.stretches_of(first)
    assert s.intersect(clean(one), clean(other)).tolist() == naive.stretches_of(first & second)
    assert s.clip(clean(one), start, end).tolist() == naive.stretches_of(first & window)
    assert s.complement(clean(one), start, end).tolist() == naive.stretches_of(window - first)


@given(PAIRS, st.lists(st.integers(0, 30), max_size=4), st.lists(st.integers(-2, 32), max_size=6))
@settings(deadline=None)
def test_pieces_that_touch_and_what_lies_before_an_instant(
    pairs: list[tuple[int, int]], borders: list[int], asked: list[int]
) -> None:
    pieces = s.cut(clean(pairs), np.array(borders, np.int64))
    assert pieces.tolist() == naive.pieces_of(naive.instants_of(pairs), borders)
    halves = np.array(borders, np.int64)
    again = s.cut(pieces, halves[: len(halves) // 2], halves[len(halves) // 2 :])
    assert again.tolist() == pieces.tolist()
    assert s.intersect(pieces, np.array([[0, 31]])).tolist() == clean(pairs).tolist()
    calendar = calendar_of(pieces)
    instants_asked = np.array(asked, np.int64)
    expected = [naive.before(naive.instants_of(pairs), t) for t in asked]
    assert calendar.to_x(instants_asked).tolist() == [calendar.x_at(t) for t in asked] == expected
    until = instants_asked + 2
    inside = [any(a <= t and t + 2 <= b for a, b in clean(pairs).tolist()) for t in asked]
    assert calendar.holding(instants_asked, until).tolist() == inside


def test_columns_of_a_table_are_taken_as_they_are() -> None:
    table = np.array([[1, 5], [4, 2], [6, 9]])
    assert s.stretches_of(table[:, 0], table[:, 1]).tolist() == [[1, 5], [6, 9]]
    assert s.inside(table[:1], table[:, 1]).tolist() == [False, True, False]
