"""MTBF and MTTR against every completion of a row of states (D34)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kpis.failures import Failures, failures_in, mtbf, mttr, restoration_bounds, stops_of
from evidence_engine.vocabulary.instants import HOUR
from tests.evidence_engine.brute import failures
from tests.evidence_engine.known_things import CELL, calendar, held, time_of

MIN_STOP = 2


def found_in(cells: list[str], start: int, end: int, off: frozenset[int] = frozenset()) -> Failures:
    within = calendar(*((n, n + 1) for n in range(len(cells)) if n not in off))
    stops = stops_of(held(cells), within, MIN_STOP * CELL)
    return failures_in(stops, within, start * CELL, end * CELL)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], int, int, frozenset[int]]:
    cells = draw(st.lists(st.sampled_from(["P", "D", "D", "PD", "PD"]), min_size=2, max_size=9))
    start = draw(st.integers(0, len(cells) - 1))
    off = draw(st.frozensets(st.integers(1, len(cells) + 1), max_size=4))
    return ["P", *cells, "P"], start, draw(st.integers(start + 1, len(cells) + 2)), off


@settings(deadline=None, max_examples=300)
@given(cases())
def test_D34_no_completion_lies_outside(case: tuple[list[str], int, int, frozenset[int]]) -> None:
    cells, start, end, off = case
    found = found_in(cells, start, end, off)
    for states in product(*cells):
        count, time = failures("".join(states), MIN_STOP, start, end, off)
        assert found.least <= count <= found.most
        assert found.least_time <= time * CELL <= found.most_time or count == 0
        for more in (0, 1):
            low, high = restoration_bounds(found, more)
            restoration = Fraction(time * CELL, (count + more) * HOUR) if count else None
            assert restoration is None or low is None or Fraction(*low) <= restoration
            assert restoration is None or high is None or restoration <= Fraction(*high)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["P", "D", "S", "I"]), min_size=1, max_size=12))
def test_D34_what_is_all_known_has_no_width(states: list[str]) -> None:
    cells = ["P", *states, "P"]
    found = found_in(cells, 0, len(cells))
    count, time = failures("".join(cells), MIN_STOP, 0, len(cells))
    assert (found.count, found.least, found.most) == (count, count, count)
    assert (found.time, found.least_time, found.most_time) == (time * CELL,) * 3


def test_D34_a_failure_is_booked_where_it_begins_and_goes_on_past_the_window() -> None:
    cells = list("PDDDPP")
    first, second = found_in(cells, 0, 2), found_in(cells, 2, 6)
    assert (first.count, first.time, first.is_cut) == (1, CELL, True)
    assert (second.count, second.most) == (0, 0)


def test_D34_a_stay_goes_on_over_shift_borders_and_counts_in_the_calendar() -> None:
    cells = list("PDDDDP")
    split = calendar((0, 2), (4, 6))
    stops = stops_of(held(cells), split, 2 * CELL)
    found = failures_in(stops, split, 0, 6 * CELL)
    assert (found.count, found.time, found.least, found.most) == (1, 2 * CELL, 1, 1)


def test_D34_a_run_that_begins_off_shift_may_go_on_with_a_stay_that_counts() -> None:
    """Down, then not sure, then down again, both of the latter first off-shift: one stay of four, or two, one of two."""
    cells = ["P", "D", "D", "PD", "D", "D", "D", "P"]
    found = found_in(cells, 0, 8, frozenset({3, 4}))
    assert (found.least, found.most) == (1, 1)
    assert (found.least_time, found.most_time) == (2 * CELL, 4 * CELL)


def test_D34_a_minor_stop_is_none_and_one_that_may_reach_it_is_in_the_most_only() -> None:
    assert found_in(list("PDPP"), 0, 4).most == 0
    may = found_in(["P", "D", "PD", "P"], 0, 4)
    assert (may.least, may.most) == (0, 1)


def test_D34_an_unsure_segment_hides_as_many_as_fit() -> None:
    assert found_in(["P", *["PD"] * 5, "P"], 0, 7).most == 2
    assert found_in(["P", *["PD"] * 5, "P"], 0, 5).most == 3  # four cells, and one that goes on past the end


def test_D34_beginning_in_unknown_time_before_the_window_is_not_certain() -> None:
    found = found_in(["P", "PD", "D", "D", "P"], 2, 5)
    assert (found.least, found.most) == (0, 1)


def test_D34_no_failure_gives_the_operating_time_as_least_mtbf() -> None:
    cells = list("PPSI")
    time = time_of(cells, None).in_window(0, 4 * CELL)
    found = mtbf(time, found_in(cells, 0, 4))
    assert (found.value, found.high) == (None, None)
    assert found.low == (3 * CELL, HOUR)
    assert mttr(time, found_in(cells, 0, 4)).value is None


def test_D34_mean_times() -> None:
    cells = list("PPDDSDDDP")
    time = time_of(cells, None).in_window(0, 9 * CELL)
    found = found_in(cells, 0, 9)
    assert mtbf(time, found).value == (4 * CELL, 2 * HOUR)
    assert mttr(time, found).value == (5 * CELL, 2 * HOUR)


@pytest.mark.parametrize(
    ("cells", "high"),
    [
        (["P", "D", "D", "P", "PD", "PD", "PD", "P"], Fraction(5, 2)),  # two for sure, and one stay of three
        (["P", "D", "D", "P", "PD", "PD", "P"], Fraction(2)),
        (
            ["P", "D", "D", "D", "P", "PD", "PD", "P"],
            Fraction(3),
        ),  # a second, shorter one would lower the mean
        (["P", "PD", "PD", "PD", "P", "PD", "PD", "P"], Fraction(3)),  # none for sure
    ],
)
def test_D34_the_high_of_MTTR_is_reached_by_one_stay_per_chain(cells: list[str], high: Fraction) -> None:
    found = found_in(cells, 0, len(cells))
    every = [failures("".join(states), MIN_STOP, 0, len(cells)) for states in product(*cells)]
    means = [Fraction(time, count) for count, time in every if count]
    bounds = restoration_bounds(found, 0)
    assert bounds[0] is not None
    assert bounds[1] is not None
    assert Fraction(*bounds[1]) * HOUR / CELL == high == max(means)
    assert MIN_STOP <= Fraction(*bounds[0]) * HOUR / CELL <= min(means)
