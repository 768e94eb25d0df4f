"""Gaps as columns against one gap at a time in exact fractions, with numbers that int64 has room for and with larger ones."""

from collections.abc import Sequence
from dataclasses import astuple
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.limits import scaled
from evidence_engine.kpis.effectiveness import effectiveness_bounds
from evidence_engine.kpis.gap_rows import GapRows
from evidence_engine.kpis.gaps import Gaps
from evidence_engine.kpis.losses.bounds import least_speed_loss
from evidence_engine.kpis.oee import Filled, oee_bounds
from tests import naive_pieces as naive

YEAR = 366 * 86_400 * 10**9
_SIZES = st.sampled_from([10, 10**9, YEAR])


@st.composite
def gaps(draw: st.DrawFn) -> naive.NaiveGap:
    size = draw(_SIZES)
    unsure, sure, other = (draw(st.integers(0, size)) for _ in range(3))
    least = draw(st.integers(-size, 2 * size))
    most = draw(st.none() | st.integers(least, 3 * size))
    return least, most, unsure, sure, draw(st.integers(0, unsure)), other, draw(st.integers(0, 5))


def rows_of(gaps: Sequence[naive.NaiveGap]) -> GapRows:
    table = np.array([[0 if field is None else field for field in gap] for gap in gaps], np.int64)
    endless = np.array([gap[1] is None for gap in gaps], np.bool_)
    least, most, unsure, sure, planned, other, stretches = table.T
    return GapRows(least, most, endless, unsure, sure, planned, other, stretches)


@st.composite
def stretches(draw: st.DrawFn) -> Fraction:
    """f, at least 1: one cycle, a few seconds with up to nine digits behind the point, or thousands of times as long."""
    small = draw(st.sampled_from([1, 7, 10**9, 12_987_654_321]))
    return Fraction(max(small, draw(st.integers(1, 20 * small))) * draw(st.sampled_from([1, 10**5])), small)


@settings(deadline=None, max_examples=100)
@given(st.lists(gaps(), min_size=1, max_size=6), stretches(), st.integers(0, 10**12))
def test_D21_D23_columns_fill_each_gap_as_fractions_say(
    cases: list[naive.NaiveGap], f: Fraction, burst_time: int
) -> None:
    found = Gaps(5, rows_of(cases), limited=True, undecided=False)
    oee = oee_bounds(found, 0, f, burst_time)
    ways = naive.oee_ways(cases, f, burst_time)
    assert [oee.pieces_first, oee.planned_first] == [Filled(5 + earned, stop) for earned, stop in ways]
    share = effectiveness_bounds(found, (0, 0), f, burst_time)
    stop, fill = naive.effectiveness_ways(cases, f, burst_time)
    assert (share.stop, share.fill) == ((5 + stop[0], stop[1]), (5 + fill[0], fill[1]))
    assert least_speed_loss(found, 7, f, burst_time) == 2 + naive.least_loss(cases, f, burst_time)


@given(gaps(), stretches())
def test_a_gap_reads_as_it_was_written_and_large_numbers_change_nothing(
    case: naive.NaiveGap, f: Fraction
) -> None:
    rows = rows_of([case])
    assert [astuple(gap) for gap in rows] == [case]
    assert rows.fitting(f, 1) == rows
    assert rows.fitting(f + 10**19, 1).least.dtype == np.object_


def test_D12_where_the_limit_is_disproved_only_what_is_certain_is_bounded() -> None:
    certain, open_one = (3, 3, 10, 0, 0, 0, 1), (3, 4, 10, 0, 0, 0, 1)
    for cases, is_bounded in (([certain], True), ([certain, open_one], False)):
        found = Gaps(5, rows_of(cases), limited=False, undecided=False)
        assert (oee_bounds(found, 0, Fraction(1), 1).pieces_first == Filled(8, 0)) is is_bounded
        assert (effectiveness_bounds(found, (0, 0), Fraction(1), 1).fill == (8, 0)) is is_bounded
        assert (least_speed_loss(found, 8, Fraction(1), 1) == 0) is is_bounded


@given(st.integers(-(2**60), 2**60), st.integers(1, 2**30), st.integers(1, 2**30))
def test_D12_scaled_is_the_floor_of_the_fraction(amount: int, one: int, other: int) -> None:
    num, den = min(one, other), max(one, other)
    assert scaled(np.array([amount], np.int64), num, den).tolist() == [amount * num // den]
