"""The least loss by speed against every completion in which pieces need time (D23)."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from evidence_engine.kpis.losses.bounds import least_speed_loss
from tests.evidence_engine.brute import speed_losses
from tests.evidence_engine.known_things import CELL
from tests.evidence_engine.test_kpi_oee import Steps, bridged, cases, gaps


def least_and_most(cells: list[str], steps: Steps) -> tuple[int, int]:
    found, time = gaps(cells, bridged(cells, steps))
    least = least_speed_loss(found, time["sure_p"], Fraction(1), CELL)
    assert least is not None
    return least, time["sure_p"] + time["may_p"] - found.least


@settings(deadline=None, max_examples=100)
@given(cases())
def test_no_completion_lies_outside(case: tuple[list[str], Steps]) -> None:
    cells, steps = case
    least, most = least_and_most(cells, steps)
    assert all(least <= loss * CELL <= most for loss in speed_losses(cells, steps))


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        (["P", "P-", "P-", "-"], [(0, 3, 1, 1)]),
        (["-", "PN-", "PN-", "P"], [(1, 4, 2, 2)]),
    ],
)
def test_both_bounds_are_reached(cells: list[str], steps: Steps) -> None:
    every = [loss * CELL for loss in speed_losses(cells, steps)]
    assert least_and_most(cells, steps) == (min(every), max(every))


def test_D12_a_disproved_limit_leaves_the_least_open() -> None:
    found, _ = gaps(["P", "P-"], bridged(["P", "P-"], [(0, 2, 0, 1)]))
    open_ended = type(found)(found.outside, found.gaps, limited=False, undecided=False)
    assert least_speed_loss(open_ended, CELL, Fraction(1), CELL) is None
