"""Bounds of the load rate and the power factor against every completion of a few means."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import sqrt

import pytest

from evidence_engine.kpis.energies.load import least_rate, most_rate
from evidence_engine.kpis.energies.power_factor import power_factor
from evidence_engine.kpis.energy import Taken

Ends = Sequence[tuple[int, int]]


def rates(ends: Ends, whole: tuple[int, int]) -> list[Fraction]:
    """Mean ÷ highest over every completion whose sum is allowed."""
    rows = product(*(range(low, high + 1) for low, high in ends))
    return [
        Fraction(sum(row), len(row) * max(row))
        for row in rows
        if max(row) and whole[0] <= sum(row) <= whole[1]
    ]


CASES: list[Ends] = [
    [(1, 4), (2, 2), (0, 3)],
    [(0, 6), (0, 6), (0, 6)],
    [(3, 3), (3, 3), (1, 5)],
    [(0, 0), (2, 7), (1, 1), (4, 4)],
    [(5, 5), (0, 1)],
]


@pytest.mark.parametrize("ends", CASES)
@pytest.mark.parametrize("whole", [(0, 99), (6, 8), (9, 12)])
def test_the_load_rate_holds_every_completion(ends: Ends, whole: tuple[int, int]) -> None:
    every = rates(ends, whole)
    if not every:
        return
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    low = Fraction(*least_rate(lows, highs, whole[0]))
    high = Fraction(*most_rate(highs, max(lows), whole[1]))
    assert low <= min(every)
    assert max(every) <= high
    if whole == (0, 99):
        assert low == min(every)
        if max(lows):  # else the highest mean may be as small as one likes, which whole numbers can't show
            assert high == max(every)


def test_a_load_without_a_high_may_have_had_any_peak() -> None:
    assert least_rate([1, 1], [None, 2], 0) == (1, 2)
    assert most_rate([None, 2], 2, None) == (1, 1)


@pytest.mark.parametrize("active", [(0, 3), (2, 4), (3, 3)])
@pytest.mark.parametrize("reactive", [(0, 0), (0, 2), (3, 5), (-2, 1)])
def test_the_power_factor_holds_every_completion(active: tuple[int, int], reactive: tuple[int, int]) -> None:
    found = power_factor(Taken(active[0], *active, 1), Taken(reactive[0], *reactive, 1), 1, 1)
    every = [
        p / sqrt(p * p + q * q)
        for p in range(active[0], active[1] + 1)
        for q in range(reactive[0], reactive[1] + 1)
        if p or q
    ]
    assert found.low is not None
    assert found.high is not None
    assert float(Fraction(*found.low)) == pytest.approx(min(every), abs=2e-12)
    assert float(Fraction(*found.high)) == pytest.approx(max(every), abs=2e-12)


def test_the_root_is_rounded_outward() -> None:
    """1 ÷ √2, which no fraction is."""
    found = power_factor(Taken(1, 1, 1, 1), Taken(1, 1, 1, 1), 1, 1)
    assert found.low is not None
    assert found.high is not None
    low, high = Fraction(*found.low), Fraction(*found.high)
    assert low * low * 2 < 1 < high * high * 2
    assert high - low == Fraction(1, 10**12)
