"""How far off a bound is where no completion reaches it: the figures that docs/kpi gives (D21, D23, D34)."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from evidence_engine.kpis import effectiveness, oee
from evidence_engine.kpis.asset_time import asset_time
from evidence_engine.kpis.booking import book
from evidence_engine.kpis.cycles import Cycles
from evidence_engine.kpis.failures import failures_in, mtbf, stops_of
from evidence_engine.kpis.flows import Flow, PieceFlows
from evidence_engine.kpis.gaps import Gaps, earned, gaps_in
from tests.evidence_engine.known_things import CELL, NO_PRODUCT, calendar, flow, held, time_of

HALF = CELL // 2
TWO_CYCLES = Cycles(("A", "B"), np.array([HALF, CELL], np.int64), HALF, CELL, None)


def always(product: str):  # type: ignore[no-untyped-def]
    """The product is known all the time."""
    index = TWO_CYCLES.names.index(product)
    return replace(
        NO_PRODUCT,
        border=np.array([-(2**40), 2**40], np.int64),
        plain=np.array([index], np.int16),
        may=np.array([1 << index], np.uint64),
        full=3,
        names=TWO_CYCLES.names,
    )


def gaps(cells: list[str], pieces: Flow, product: str) -> tuple[Gaps, dict[str, int]]:
    whole = calendar((0, len(cells)))
    time = asset_time(whole, held(cells), always(product), TWO_CYCLES, PieceFlows(pieces, pieces, None))
    of = earned(book(pieces, whole), TWO_CYCLES, always(product))
    return gaps_in(of, time, 0, CELL * len(cells)), time.in_window(0, CELL * len(cells))


def twelve(product: str) -> tuple[list[str], Flow]:
    """Two idle cells, ten unknown ones, and twelve pieces somewhere in these."""
    cells = ["-"] * 2 + ["PN-"] * 10
    rate = Fraction(1, HALF)
    return cells, flow([(2 * CELL, 12 * CELL, 12, 12)], (0, 12 * CELL), rate)


def high_of(product: str) -> Fraction:
    cells, pieces = twelve(product)
    found, time = gaps(cells, pieces, product)
    of = oee.oee_bounds(found, time["C"] - time["sure_n"], TWO_CYCLES.stretch, CELL)
    high = oee.high_of([of])
    assert high is not None
    return Fraction(*high)


def test_D21_several_cycles_let_short_pieces_take_half_the_time_that_they_need() -> None:
    """Eleven of twelve pieces need half a cell each, so 5.5 cells; the bound, by the long cycle's pace, leaves 2.5.

    Reached is 6 cells of earned time in 2 + 5.5; the bound says 6 in 2 + 2.5: 1.67 times as much.
    """
    reached = Fraction(6 * CELL, 2 * CELL + 11 * HALF)
    assert reached == Fraction(4, 5)
    assert high_of("A") == Fraction(4, 3)


def test_D21_several_cycles_are_tight_for_pieces_of_the_longest() -> None:
    """At the pace of D12 eleven long pieces take 5.5 cells too, and earn twice as much."""
    assert high_of("B") == Fraction(12 * CELL, 2 * CELL + 11 * HALF)


@pytest.mark.parametrize(("product", "reached"), [("A", 1), ("B", 2)])
def test_D23_open_time_is_filled_with_the_longest_cycle_at_the_pace_of_the_shortest(
    product: str, reached: int
) -> None:
    """Nothing is counted in four producing cells: at most nine pieces (the one in work first), half a cell each."""
    cells = ["P"] * 4
    found, time = gaps(cells, flow([], (4 * CELL, 4 * CELL), Fraction(1, HALF)), product)
    high = effectiveness.high_of(found, time["sure_p"], TWO_CYCLES.stretch, CELL)
    assert high is not None
    true = Fraction(9 * int(TWO_CYCLES.of[TWO_CYCLES.names.index(product)]), 4 * CELL)
    assert true == Fraction(9, 8) * reached
    assert Fraction(*high) == Fraction(9, 4)  # twice too much for the short product, none for the long one


def test_D34_hidden_failures_need_a_moment_between_them() -> None:
    """Nine unsure cells hide four failures of two cells; one cell more must part them, which the low does not use."""
    cells = ["P"] * 11 + ["PD"] * 9 + ["P"]
    within = calendar((0, len(cells)))
    found = failures_in(stops_of(held(cells), within, 2 * CELL), within, 0, len(cells) * CELL)
    time = time_of(cells, None, within).in_window(0, len(cells) * CELL)
    low = mtbf(time, found).low
    assert found.most == 4
    assert low is not None
    bound, reached = Fraction(*low), Fraction((12 + 1) * CELL, 4 * 3600 * 10**9)
    assert bound < reached <= bound + Fraction(9 * CELL, 4 * 3600 * 10**9)
