"""Energy in a part of time: a register's steps across its edges, a power summed over it, both against brute force."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from evidence_engine.kernels.series import END, HOLD, SPAN_COLUMNS, START, STOP, Proof, Series
from evidence_engine.knowledge.levels import levels_of
from evidence_engine.knowledge.numbers import coding_of
from evidence_engine.knowledge.stretches import FIRST
from evidence_engine.kpis.energies.by_band import cost_of
from evidence_engine.kpis.energies.by_state import share_bounds
from evidence_engine.kpis.energies.source import RegisterPart, power_part, register_part
from evidence_engine.kpis.energy import MWNS_PER_KWH, PowerIntegral, Taken
from evidence_engine.vocabulary.samples import BAD, GOOD
from tests.evidence_engine.known_things import CELL, flow

Cells = list[tuple[int, int]]
RATE = Fraction(2, CELL)
"""Two quanta per cell at most."""


def part_of(
    chosen: list[int], steps: list[tuple[int, int, int, int]], cells: int, burst: int = 1
) -> RegisterPart:
    """A register over the cells that are chosen; steps: (first cell, cell after the last, fewest, most)."""
    rows = [(a * CELL, b * CELL, low, high) for a, b, low, high in steps]
    counted = flow(rows, (0, cells * CELL), RATE, burst)
    stretches = np.array([[c * CELL, (c + 1) * CELL] for c in chosen], np.int64).reshape(-1, 2)
    return register_part(counted, stretches, 1)


def completions(steps: list[tuple[int, int, int, int]], cells: int, burst: int = 1) -> Iterator[list[int]]:
    """Every way to place the quanta of the steps in their cells that D12 allows: in any run of cells at most two per
    cell and a burst."""
    ways = [list(_ways(a, b, low, high, cells)) for a, b, low, high in steps]
    for rows in product(*ways):
        total = [sum(column) for column in zip(*rows, strict=True)]
        if all(sum(total[a:b]) <= 2 * (b - a) + burst for a in range(cells) for b in range(a + 1, cells + 1)):
            yield total


def _ways(first: int, last: int, low: int, high: int, cells: int) -> Iterator[list[int]]:
    for inside in product(range(high + 1), repeat=last - first):
        if low <= sum(inside) <= high:
            yield [0] * first + list(inside) + [0] * (cells - last)


CASES = [
    [(0, 4, 3, 3)],
    [(0, 4, 6, 6)],
    [(1, 3, 4, 4), (3, 5, 2, 2)],
    [(0, 2, 1, 3), (2, 5, 5, 6)],
    [(0, 5, 9, 9)],
]


@pytest.mark.parametrize("steps", CASES)
@pytest.mark.parametrize("chosen", [[0], [1, 2], [0, 1, 2, 3, 4], [0, 3], [2, 4], [0, 2, 4]])
def test_D12_a_part_holds_every_completion_and_reaches_both_ends(
    steps: list[tuple[int, int, int, int]], chosen: list[int]
) -> None:
    found = part_of(chosen, steps, 5).taken(0, 5 * CELL)
    every = [sum(row[c] for c in chosen) for row in completions(steps, 5)]
    assert found.low is not None
    assert found.high is not None
    loose = len(steps) - 1  # steps side by side each have a burst of their own
    assert min(every) - loose <= found.low <= min(every)
    assert max(every) <= found.high <= max(every) + loose


@pytest.mark.parametrize("steps", CASES)
@pytest.mark.parametrize(
    "prices", [[1, 1, 3, 3, 1], [5, 1, 1, 2, 2], [0, 4, 0, 0, 4], [2, 2, 2, 2, 2], [1, 2, 3, 4, 5]]
)
def test_the_cost_of_an_energy_of_known_total_is_bounded_jointly_and_reached(
    steps: list[tuple[int, int, int, int]], prices: list[int]
) -> None:
    levels = [
        (Fraction(p), part_of([c for c in range(5) if prices[c] >= p], steps, 5).taken(0, 5 * CELL))
        for p in sorted(set(prices))
    ]
    found = cost_of(levels, 5 * CELL)
    every = [sum(n * p for n, p in zip(row, prices, strict=True)) for row in completions(steps, 5)]
    assert found.low is not None
    assert found.high is not None
    assert Fraction(*found.low) * MWNS_PER_KWH == min(every)
    assert Fraction(*found.high) * MWNS_PER_KWH == max(every)


def test_the_joint_cost_is_narrower_than_the_bands_one_by_one() -> None:
    """Eight quanta over four cells, two cheap and two dear, four and a burst in each: never nine dear ones."""
    steps = [(0, 4, 8, 8)]
    dear = part_of([2, 3], steps, 4).taken(0, 4 * CELL)
    cheap = part_of([0, 1], steps, 4).taken(0, 4 * CELL)
    found = cost_of(
        [(Fraction(1), part_of([0, 1, 2, 3], steps, 4).taken(0, 4 * CELL)), (Fraction(3), dear)], 4 * CELL
    )
    assert (cheap.low, cheap.high, dear.low, dear.high) == (3, 5, 3, 5)
    assert found.low is not None
    assert found.high is not None
    assert Fraction(*found.low) * MWNS_PER_KWH == 5 * 1 + 3 * 3
    assert Fraction(*found.high) * MWNS_PER_KWH == 3 * 1 + 5 * 3


def test_D10_a_register_step_is_uncertain_once_per_stretch() -> None:
    """Shown multiples of 10: each of two stretches may hide up to one step at its edges."""
    counted = flow([(59, 60, 10, 10), (179, 180, 10, 10)], (0, 5 * CELL), None, 0, seen=True)
    shown = type(counted)(
        **{name: getattr(counted, name) for name in counted.__slots__} | {"step_quantum": 10}
    )
    stretches = np.array([[0, 2 * CELL], [2 * CELL + 30, 4 * CELL]], np.int64)
    found = register_part(shown, stretches, 1).taken(0, 5 * CELL)
    assert (found.value, found.low, found.high) == (20, 0, 40)


def power_of(levels: list[int | None], rated: int | None, feed_in: int) -> PowerIntegral:
    """A power per cell, mW; None: unknown."""
    ts = np.arange(len(levels), dtype=np.int64) * CELL
    value = np.array([(level or 0) / 10**6 for level in levels])
    quality = np.array([BAD if level is None else GOOD for level in levels], np.uint8)
    spans = np.zeros((1, SPAN_COLUMNS), np.int64)
    spans[0, START], spans[0, STOP], spans[0, HOLD], spans[0, END] = FIRST, len(levels) * CELL, 2**61, 2**62
    proof = Proof(spans, np.array([[FIRST, 0, 0]], np.int64))
    found, _ = levels_of(Series(ts, value, quality), proof, coding_of("power_active"), rated)
    return PowerIntegral(found, rated, feed_in)


def test_power_over_a_part_is_the_sum_over_its_stretches() -> None:
    power = power_of([3, None, 5, 7, None, 2], 10, 1)
    stretches = np.array([[0, 90], [130, 200], [230, 300], [310, 350]], np.int64)
    part = power_part(power, stretches)
    for start in range(0, 360, 30):
        for end in range(start + 30, 420, 30):
            pieces = [(max(a, start), min(b, end)) for a, b in stretches.tolist()]
            every = [power.taken(a, b) for a, b in pieces if a < b]
            found = part.taken(start, end)
            assert found.known == sum(one.known for one in every)
            assert found.low == sum(one.low or 0 for one in every)
            assert found.high == sum(one.high or 0 for one in every)
            assert (found.value or 0) == sum(one.value or 0 for one in every)


def test_power_without_a_rating_leaves_the_high_of_unknown_time_open() -> None:
    power = power_of([3, None, 5], None, 0)
    assert power_part(power, np.array([[0, 60]], np.int64)).taken(0, 180).high == 180
    assert power_part(power, np.array([[0, 100]], np.int64)).taken(0, 180).high is None


def shares(part: range, rest: range, least: int, most: int) -> list[Fraction]:
    return [Fraction(x, x + y) for x in part for y in rest if least <= x + y <= most and x + y]


@pytest.mark.parametrize("part", [(0, 0), (0, 3), (2, 5), (4, 4)])
@pytest.mark.parametrize("rest", [(0, 0), (1, 4), (3, 3)])
@pytest.mark.parametrize("whole", [(0, 9), (4, 7), (5, 6)])
def test_a_share_reaches_its_bounds(
    part: tuple[int, int], rest: tuple[int, int], whole: tuple[int, int]
) -> None:
    every = shares(range(part[0], part[1] + 1), range(rest[0], rest[1] + 1), *whole)
    low, high = share_bounds(Taken(None, *part, 0), Taken(None, *rest, 0), Taken(None, whole[0], whole[1], 0))
    assert low is not None
    assert high is not None
    if every:
        assert Fraction(*low) <= min(every)
        assert max(every) <= Fraction(*high)
        fits = whole[0] <= part[0] + rest[1] <= whole[1] and whole[0] <= part[1] + rest[0] <= whole[1]
        if fits and part[0] + rest[1] and part[1] + rest[0]:
            assert (Fraction(*low), Fraction(*high)) == (min(every), max(every))
