"""Availability against every completion (D16, D20, D35)."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kpis.availability import availability, bounds
from evidence_engine.kpis.outcome import figure_of
from tests.evidence_engine.brute import availabilities
from tests.evidence_engine.known_things import calendar, time_of

CELLS = st.lists(st.sampled_from(["P", "N", "-", "PN", "P-", "N-", "PN-"]), min_size=1, max_size=5)


def figures(cells: list[str]):  # type: ignore[no-untyped-def]
    time = time_of(cells, None)
    return availability(time.in_window(0, 60 * len(cells)))


@settings(deadline=None)
@given(CELLS)
def test_D20_bounds_are_reached_and_never_passed(cells: list[str]) -> None:
    found = figures(cells)
    every = availabilities(cells)
    if found.low is not None:
        assert Fraction(*found.low) == min(every)
    else:  # the worst completion leaves nothing to divide by (D16)
        assert not every or set(every) == {Fraction(1)}
    if found.high is not None:
        assert Fraction(*found.high) == max(every)
    else:
        assert not every or set(every) == {Fraction(0)}


@settings(deadline=None)
@given(CELLS)
def test_D15_value_lies_between_its_bounds(cells: list[str]) -> None:
    figure, _ = figure_of(figures(cells), "1")
    if figure.value is not None:
        assert figure.low is None or figure.low <= figure.value
        assert figure.high is None or figure.value <= figure.high


@settings(deadline=None)
@given(CELLS, CELLS)
def test_D35_two_assets_are_one_with_all_their_cells(one: list[str], other: list[str]) -> None:
    first, second = (time_of(c, None).in_window(0, 60 * len(c)) for c in (one, other))
    together = {name: first[name] + second[name] for name in first}
    assert bounds(together) == bounds(time_of(one + other, None).in_window(0, 60 * len(one + other)))


def test_D20_off_inside_a_shift_counts_against_it() -> None:
    assert figures(["P", "O"]).value == (60, 120)
    assert figures(["P", "S", "I", "D"]).value == (60, 240)


def test_D20_planned_stop_counts_neither_way() -> None:
    found = figures(["P", "N", "N", "-"])
    assert (found.value, found.low, found.high) == ((60, 120), (60, 120), (60, 120))


def test_D16_nothing_known_is_null_with_bounds_0_to_1() -> None:
    found = figures(["?", "?"])
    figure, _ = figure_of(found, "1")
    assert (figure.value, figure.low, figure.high) == (None, 0.0, 1.0)
    assert found.coverage == (0, 120)
    assert found.limitations == {"nothing_known"}


@pytest.mark.parametrize("cells", [["N", "N"], []])
def test_D16_all_planned_stop_or_no_calendar_is_not_applicable(cells: list[str]) -> None:
    figure, _ = figure_of(figures(cells), "1")
    assert (figure.value, figure.low, figure.high) == (None, None, None)


def test_D17_coverage_is_known_calendar_time() -> None:
    time = time_of(["P", "?", "P", "P"], None, calendar((0, 3)))
    assert availability(time.in_window(0, 240)).coverage == (120, 180)


def test_D7_knowledge_is_clipped_by_the_window() -> None:
    time = time_of(["P", "-", "P", "P"], None)
    assert availability(time.in_window(90, 150)).value == (30, 60)
