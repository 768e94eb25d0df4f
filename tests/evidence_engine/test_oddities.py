"""What is odd about columns, as its twins say."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import oddities
from evidence_engine.kernels.series import Series
from tests import naive_oddities as naive

NAN = float("nan")
Drawn = list[tuple[int, float, int]]

levels = st.sampled_from([0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0, NAN, float("inf")])
qualities = st.sampled_from([0, 0, 0, 0, 0, 1, 2])
windows = st.tuples(st.integers(-5, 30), st.integers(-5, 60))


@st.composite
def rows(draw: st.DrawFn) -> Drawn:
    steps = draw(st.lists(st.tuples(st.integers(1, 4), levels, qualities), max_size=14))
    ts = np.cumsum([step for step, _, _ in steps]).tolist()
    return [(t, value, quality) for t, (_, value, quality) in zip(ts, steps, strict=True)]


@st.composite
def counters(draw: st.DrawFn) -> Drawn:
    """Mostly the same step again, so that rows of equal ones come about."""
    same = st.just((2, 1))
    steps = draw(
        st.lists(st.one_of(same, same, same, st.sampled_from([(1, 1), (2, 0), (3, -1)])), max_size=16)
    )
    ts = np.cumsum([step for step, _ in steps]).tolist()
    value = np.cumsum([amount for _, amount in steps]).tolist()
    return [(t, float(v), draw(qualities)) for t, v in zip(ts, value, strict=True)]


@st.composite
def states(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Segments with masks of three categories."""
    lengths = draw(st.lists(st.integers(1, 9), max_size=6))
    border = np.cumsum([draw(st.integers(-4, 12)), *lengths]).tolist() if lengths else []
    return border, [draw(st.sampled_from([1, 1, 2, 2, 3, 4, 7])) for _ in lengths]


def series(drawn: Drawn) -> Series:
    return Series(
        np.array([ts for ts, _, _ in drawn], np.int64),
        np.array([value for _, value, _ in drawn], np.float64),
        np.array([quality for _, _, quality in drawn], np.uint8),
    )


def held(state: tuple[list[int], list[int]]) -> oddities.Held:
    return np.array(state[0], np.int64), np.array(state[1], np.uint64)


@given(rows(), windows)
@settings(deadline=None)
def test_readings_that_are_all_one_value(drawn: Drawn, window: tuple[int, int]) -> None:
    first, last, count = oddities.unmoved(series(drawn), window)
    assert ((first, last, count) if count else (0, 0, 0)) == naive.unmoved(drawn, *window)


@given(counters() | rows(), windows, st.integers(1, 4))
@settings(deadline=None)
def test_steps_that_never_differ(drawn: Drawn, window: tuple[int, int], least: int) -> None:
    found = oddities.equal_steps(series(drawn), window, 1, float(2**62), least)
    assert found.tolist() == naive.equal_steps(drawn, *window, least)


@given(counters(), windows, st.integers(2, 9))
@settings(deadline=None)
def test_a_look_at_some_rows_tells_whether_many_steps_may_be_equal(
    drawn: Drawn, window: tuple[int, int], least: int
) -> None:
    may_be = oddities.may_be_equal(series(drawn), window, 1, float(2**62), least)
    assert may_be or not naive.equal_steps(drawn, *window, least)
    assert not may_be or naive.equal_steps(drawn, *window, least - least // 2)


@given(rows(), windows, states(), st.sampled_from([1, 2, 3]), st.integers(0, 5))
@settings(deadline=None)
def test_rises_of_a_machine_that_rests(
    drawn: Drawn, window: tuple[int, int], state: tuple[list[int], list[int]], works: int, before: int
) -> None:
    found = oddities.resting_rises(series(drawn), window, held(state), np.uint64(works), before)
    assert found == naive.resting_rises(drawn, window, state, works, before)


@given(rows(), windows, states(), st.sampled_from([0.0, 1.0]))
@settings(deadline=None)
def test_levels_that_stay_low_while_it_works(
    drawn: Drawn, window: tuple[int, int], state: tuple[list[int], list[int]], level: float
) -> None:
    time = naive.low_while(drawn, window, state, 2, level)
    of, within = series(drawn), held(state)
    assert not oddities.low_while(of, window, within, np.uint64(2), level, time + 1)
    assert time == 0 or oddities.low_while(of, window, within, np.uint64(2), level, time)
