"""A calendar in cells against one instant after another: words, sums, and where a row holds."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import timeline as kernel
from evidence_engine.knowledge.stretches import stretches_of
from evidence_engine.kpis.timeline import Line, Sums, calendar_of, cells_of, sums_of
from evidence_engine.vocabulary.states import STATE_WORDS, UNKNOWN
from tests import naive_stretches, naive_timeline

END = 60
EDGES = st.lists(st.integers(-2, END), max_size=12, unique=True).map(sorted)


def pairs(edges: list[int]) -> list[tuple[int, int]]:
    """Disjoint stretches that do not touch."""
    return list(zip(edges[::2], edges[1::2], strict=False))


def rows(stretches: list[tuple[int, int]]) -> np.ndarray:
    table = np.array(stretches, np.int64).reshape(-1, 2)
    return stretches_of(table[:, 0], table[:, 1])


@given(
    st.sampled_from([*range(len(STATE_WORDS)), UNKNOWN]), st.sets(st.sampled_from(range(len(STATE_WORDS))))
)
@settings(deadline=None)
def test_D20_the_rows_of_a_state(plain: int, may: set[int]) -> None:
    mask = sum(1 << state for state in may)
    (word,) = kernel.state_words(np.array([plain], np.int64), np.array([mask], np.int64)).tolist()
    found = {name for bit, name in enumerate(kernel.STATE_BITS) if word >> bit & 1}
    assert found == naive_timeline.state_rows(plain, may)


NAMES = ("C", "low", "high", "one", "other", "both", "all")


@given(EDGES, EDGES, st.lists(st.integers(0, 3), min_size=13, max_size=13), EDGES, EDGES, st.data())
@settings(deadline=None)
def test_cells_and_their_sums_say_of_each_instant_what_holds_in_it(
    days: list[int],
    border: list[int],
    states: list[int],
    one: list[int],
    other: list[int],
    data: st.DataObject,
) -> None:
    words = [1 | state << 1 for state in states[: max(len(border), 1)]]
    line = Line(np.array(border, np.int64), np.array(words, np.int64))
    conclusions = [(0b11000, 1 << 5), (1 << 5 | 1, 1 << 6)]
    calendar = calendar_of(rows(pairs(days)))
    cells = cells_of(calendar, line, {3: rows(pairs(one)), 4: rows(pairs(other))}, np.array(conclusions))
    lists = [(pairs(one), 1 << 3), (pairs(other), 1 << 4)]
    expected = {
        t: naive_timeline.word_at(t, (border, words), lists, conclusions)
        for t in sorted(naive_stretches.instants_of(pairs(days)))
    }
    assert {t: word for a, b, word in cells.tolist() for t in range(a, b)} == expected
    assert all(a[1] < b[0] or a[2] != b[2] or a[1] in days for a, b in itertools.pairwise(cells.tolist()))
    for bit in range(len(NAMES)):
        holds = {t for t, word in expected.items() if word >> bit & 1}
        assert kernel.chosen(cells, 1 << bit).tolist() == naive_stretches.stretches_of(holds)
    _sums_agree(sums_of(cells, NAMES), list(expected.values()), data)


def _sums_agree(sums: Sums, words: list[int], data: st.DataObject) -> None:
    """words: one for each instant of x."""
    instants = st.integers(0, len(words))
    first = data.draw(st.lists(instants, min_size=1, max_size=6))
    last = [data.draw(st.integers(x, len(words))) for x in first]
    found = sums.each(np.array(first, np.int64), np.array(last, np.int64), NAMES)
    for row, name in enumerate(NAMES):
        expected = [sum(word >> row & 1 for word in words[a:b]) for a, b in zip(first, last, strict=True)]
        assert found[row].tolist() == expected
        assert sums.between(first[0], last[0])[name] == expected[0]


def test_sums_of_many_cells_are_kept_before_every_few_of_them() -> None:
    n = 5 * kernel.EVERY + 3
    words = np.array([*([1, 3] * n), 1], np.int64)
    line = Line(np.arange(2 * n + 1, dtype=np.int64), words)
    sums = sums_of(cells_of(calendar_of(rows([(0, 2 * n)])), line, {}), ("C", "odd"))
    at = np.arange(2 * n + 1)[::-1].copy()
    assert sums.upto(at, ("odd", "C")).tolist() == [(at // 2).tolist(), at.tolist()]
    assert len(sums.before) == 2 * n // kernel.EVERY + 1
