"""OEE and effectiveness against every completion, and the product of their parts (D21, D23)."""

import dataclasses
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kpis import effectiveness, oee
from evidence_engine.kpis.booking import book
from evidence_engine.kpis.flows import Flow, both, negative
from evidence_engine.kpis.gaps import Gaps, earned, gaps_in
from evidence_engine.kpis.outcome import Ratio
from evidence_engine.kpis.timeline import CalendarTime
from tests.evidence_engine.brute import oees
from tests.evidence_engine.known_things import CELL, NO_PRODUCT, ONE_CYCLE, calendar, flow, time_of

Steps = list[tuple[int, int, int, int]]


def gaps(cells: list[str], pieces: Flow, within: CalendarTime | None = None) -> tuple[Gaps, dict[str, int]]:
    time = time_of(cells, pieces, within)
    found = gaps_in(earned(book(pieces, time.calendar), ONE_CYCLE, NO_PRODUCT), time, 0, CELL * len(cells))
    return found, time.in_window(0, CELL * len(cells))


def bounds(cells: list[str], pieces: Flow) -> tuple[Ratio | None, Ratio | None]:
    found, time = gaps(cells, pieces)
    of = oee.oee_bounds(found, time["C"] - time["sure_n"], Fraction(1), CELL)
    return oee.low_of([of]), oee.high_of([of])


def bridged(cells: list[str], steps: Steps) -> Flow:
    """Steps in cells; the counter is known at both ends."""
    rows = [(CELL * a, CELL * b, low, high) for a, b, low, high in steps]
    return flow(rows, (0, CELL * len(cells)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], Steps]:
    cells = draw(st.lists(st.sampled_from(["P", "N", "-", "PN", "P-", "PN-"]), min_size=1, max_size=4))
    edges = sorted(draw(st.sets(st.integers(0, len(cells)), min_size=2, max_size=3)) | {0, len(cells)})
    steps = []
    for first, last in pairwise(edges):
        low = draw(st.integers(0, last - first))
        steps.append((first, last, low, low))
    return cells, steps


@settings(deadline=None, max_examples=150)
@given(cases())
def test_D21_no_completion_lies_outside_the_bounds(case: tuple[list[str], Steps]) -> None:
    cells, steps = case
    low, high = bounds(cells, bridged(cells, steps))
    for value in oees(cells, steps):
        assert low is None or Fraction(*low) <= value
        assert high is None or value <= Fraction(*high)


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        (["P", "PN-", "PN-", "-"], [(1, 3, 1, 1)]),  # one piece in two unknown cells
        (["PN", "PN", "P"], [(0, 3, 2, 2)]),
        (["-", "PN-", "-"], [(1, 2, 0, 0)]),
    ],
)
def test_D21_high_is_tight_for_one_ideal_cycle(cells: list[str], steps: Steps) -> None:
    _, high = bounds(cells, bridged(cells, steps))
    assert high is not None
    assert Fraction(*high) == max(oees(cells, steps))


def test_D21_low_has_no_unsure_planned_stop() -> None:
    low, _ = bounds(["P", "PN-", "N"], bridged(["P", "PN-", "N"], [(0, 1, 1, 1), (1, 2, 0, 0)]))
    assert low == (CELL, 2 * CELL)


def test_D21_a_reject_is_taken_from_pieces_that_are_counted_beside_its_gap() -> None:
    """good = total − reject: of two pieces, each surely at its instant, one was rejected across unknown time."""
    made = flow([(50, 110, 1, 1), (110, 170, 1, 1)], (0, 240), seen=True)
    rejected = flow([(60, 200, 1, 1)], (0, 240))
    good = both(made, negative(rejected))
    assert bounds(["P"] * 4, good) == ((CELL, 4 * CELL), (CELL, 4 * CELL))


def test_D21_rejects_that_nothing_counts_are_as_many_as_the_limit_allows() -> None:
    """The reject counter is first read at 108; a reject may be told long after its piece was made: at most two by then."""
    made = flow([(50, 107, 0, 0), (50, 110, 1, 1), (110, 170, 1, 1), (170, 230, 1, 1)], (0, 240), seen=True)
    made = dataclasses.replace(made, start=made.end - 3)
    good = both(made, negative(flow([], (108, 240))))
    low, high = bounds(["P"] * 4, good)
    assert low == (CELL, 4 * CELL)
    assert high == (3 * CELL, 4 * CELL)


def test_D21_two_rejects_in_one_look_are_taken_from_pieces_made_before() -> None:
    """Their own interval holds no piece: one of the two is sure, the limit allows no more there, but both were seen."""
    made = flow([(0, 60, 1, 1), (60, 120, 1, 1), (120, 180, 1, 1)], (0, 240), seen=True)
    rejected = flow([(199, 200, 1, 2)], (0, 240), seen=True)
    low, _ = bounds(["P"] * 4, both(made, negative(rejected)))
    assert low == (CELL, 4 * CELL)


def test_D21_pieces_and_planned_stop_compete_for_time() -> None:
    """Ten unknown cells with six pieces: one needs no time (burst), so at most five cells were planned stop."""
    cells = ["-"] * 2 + ["PN-"] * 10
    _, high = bounds(cells, bridged(cells, [(2, 12, 6, 6)]))
    assert high == (6 * CELL, (12 - 5) * CELL)


def test_D21_open_time_holds_no_more_than_room() -> None:
    """Nothing is counted in the last two cells: two cycles and the burst at most."""
    cells = ["P", "P", "P", "P"]
    pieces = flow([(0, CELL, 1, 1)], (0, 2 * CELL))
    low, high = bounds(cells, pieces)
    assert low == (CELL, 4 * CELL)
    assert high == (CELL + 3 * CELL, 4 * CELL)


def test_D12_a_disproved_limit_leaves_the_high_open() -> None:
    pieces = bridged(["P", "PN-"], [(0, 2, 1, 1)])
    found, time = gaps(["P", "PN-"], dataclasses.replace(pieces, disproved=np.array([CELL], np.int64)))
    of = oee.oee_bounds(found, time["C"], Fraction(1), CELL)
    assert oee.low_of([of]) == (CELL, 2 * CELL)
    assert oee.high_of([of]) is None


def test_D21_all_known_leaves_no_width() -> None:
    cells = ["P", "P", "-", "N"]
    pieces = flow([(0, 50, 1, 1), (50, 110, 1, 1)], (0, 240), seen=True)
    assert bounds(cells, pieces) == ((120, 180), (120, 180))


def test_D21_a_gap_goes_on_over_off_shift_time() -> None:
    cells = ["P", "PN-", "?", "?", "PN-", "P"]
    pieces = bridged(cells, [(1, 5, 2, 2)])
    found, _ = gaps(cells, pieces, calendar((0, 2), (4, 6)))
    (gap,) = found.gaps
    assert (gap.unsure, gap.planned, gap.stretches) == (2 * CELL, 2 * CELL, 2)
    # outside there are two cells and one stretch: up to three pieces may have been made off-shift
    assert (gap.least, gap.most) == (0, 2 * CELL)


def test_D35_groups_trade_time_where_it_pays_most() -> None:
    one = oee.OeeBounds(0, 100, Fraction(1), oee.Filled(50, 0), oee.Filled(0, 60))
    other = oee.OeeBounds(0, 100, Fraction(3), oee.Filled(190, 0), oee.Filled(0, 60))
    # the ratio lies above the first one's f, so there a ns of planned stop is worth more than a ns of pieces
    assert oee.high_of([one, other]) == (190, 140)


def test_D23_effectiveness_counts_the_time_that_pieces_need() -> None:
    cells = ["P", "P-", "P-", "-"]
    found, time = gaps(cells, bridged(cells, [(0, 3, 3, 3)]))
    low = effectiveness.low_of(found, time["sure_p"] + time["may_p"])
    high = effectiveness.high_of(found, time["sure_p"], Fraction(1), CELL)
    assert low == (3 * CELL, 3 * CELL)
    assert high == (3 * CELL, 2 * CELL)  # one piece was in work, one in the sure cell, one needs a cell more


def test_D23_pieces_without_producing_time_are_not_bounded() -> None:
    cells = ["-", "P-"]
    found, _ = gaps(cells, bridged(cells, [(0, 2, 1, 1)]))
    assert effectiveness.high_of(found, 0, Fraction(1), CELL) is None


def test_D21_parts_multiply_to_oee() -> None:
    time = {"joint": 400, "j_planned": 100, "j_producing": 200}
    parts = oee.parts_of(time, good=150, total=180)
    product = Fraction(1)
    for part in parts.values():
        assert part is not None
        product *= Fraction(*part)
    assert product == Fraction(150, 300)
