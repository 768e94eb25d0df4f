"""A sampled level over time: sums that no level overflows, asked at any instant, as its twin adds them up (D5, D18, D25)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import power as kernel
from evidence_engine.kernels.series import END, HOLD, SPAN_COLUMNS, START, STOP, Proof, Series
from evidence_engine.knowledge.levels import LevelTime, level_time, levels_of
from evidence_engine.knowledge.numbers import coding_of
from evidence_engine.knowledge.reading import Links
from evidence_engine.knowledge.stretches import FIRST
from evidence_engine.vocabulary.plant import Plant
from tests import naive
from tests.evidence_engine.test_held import CASES, history_of

MILLION = 10**6


@given(CASES)
@settings(deadline=None, max_examples=200)
def test_D25_a_level_over_time_as_its_twin_adds_it_up(case: naive.Case) -> None:
    history, here = history_of(case, "power_active")
    assert isinstance(here, Plant)
    found = level_time(Links(history, here), "A", "power_active", 2 * MILLION)
    instants = [-3, 0, 1, 4, 7, 11, 16, 22, 29, 37, 46, 60]
    rows = found.upto(*instants)
    for before, after, start, end in zip(rows, rows[1:], instants, instants[1:], strict=False):
        got = [b - a for a, b in zip(before, after, strict=True)]
        value, low, high, known, bounded = naive.level_over(case, start, end)
        assert got[:3] == [value * MILLION, low * MILLION, high * MILLION]
        assert got[3:5] == [known, bounded]


def level_of(ts: np.ndarray, level: np.ndarray, resolution: int = 0) -> LevelTime:
    """Levels in mW over one unbroken stretch."""
    spans = np.zeros((1, SPAN_COLUMNS), np.int64)
    spans[0, START], spans[0, STOP], spans[0, HOLD], spans[0, END] = FIRST, 2**61, 2**61, 2**62
    spans[0, 3] = resolution
    proof = Proof(spans, np.array([[FIRST, resolution, 0]], np.int64))
    series = Series(ts, level / MILLION, np.zeros(len(ts), np.uint8))
    return levels_of(series, proof, coding_of("power_active"), None)[0]


@pytest.mark.parametrize("scale", [1, 10**6, 4 * 10**9, 2**33, 2**40, -(2**20)])
def test_D18_sums_in_limbs_are_exact_for_any_level(scale: int) -> None:
    """More samples than between two sums that are put down, steps of up to an hour."""
    chance = np.random.default_rng(abs(scale))
    ts = np.cumsum(chance.integers(1, 3600 * 10**9, 1500))
    level = chance.integers(0, 1000, 1500) * scale
    found = level_of(ts, level)
    lengths = [b - a for a, b in zip(ts.tolist(), ts[1:].tolist(), strict=False)]
    running = [0]
    for amount, length in zip(level.tolist(), lengths, strict=False):
        running.append(running[-1] + amount * length)
    rows = found.upto(*ts.tolist())
    assert [row.value for row in rows] == running
    for at in (0, 255, 256, 257, 1000):
        middle = int(ts[at]) + lengths[at] // 2
        wanted = running[at] + int(level[at]) * (lengths[at] // 2)
        assert found.upto(middle)[0].value == wanted


def test_D18_what_is_asked_one_by_one_is_what_is_asked_at_once() -> None:
    chance = np.random.default_rng(7)
    ts = np.cumsum(chance.integers(1, 100, 900))
    found = level_of(ts, chance.integers(0, 50, 900), resolution=40)
    instants = np.sort(chance.integers(0, 45_000, 60)).tolist()
    assert found.upto(*instants) == [found.upto(instant)[0] for instant in instants]


@st.composite
def regimes_over(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """One to three regimes, often of one e."""
    starts = [FIRST, *sorted(draw(st.sets(st.integers(1, 60), max_size=2)))]
    off = draw(st.sampled_from([None, 0, 1, 3]))
    least, most = (0, 8) if off is None else (off, off)
    return [(start, draw(st.integers(0, 6)), draw(st.integers(least, most))) for start in starts]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(-4, 4)), min_size=1, max_size=20), regimes_over())
@settings(deadline=None, max_examples=150)
def test_D5_a_level_is_in_doubt_around_each_change_however_close_they_are(
    samples: list[tuple[int, int]], regimes: list[tuple[int, int, int]]
) -> None:
    ts = np.cumsum([length for length, _ in samples])
    level = np.array([value for _, value in samples])
    spans = np.zeros((len(regimes), SPAN_COLUMNS), np.int64)
    spans[:, START], spans[:, 3], spans[:, 4] = np.array(regimes).T
    spans[:, END] = [*(start for start, _, _ in regimes[1:]), 2**62]
    spans[:, STOP], spans[:, HOLD] = 2**61, 2**61
    proof = Proof(spans, np.array(regimes, np.int64))
    power = kernel.Power(
        Series(ts, level / MILLION, np.zeros(len(ts), np.uint8)),
        proof,
        coding_of("power_active"),
        2**62,
        8,
        8,
    )
    instants = np.arange(int(ts[0]), int(ts[-1]) + 5)
    for widest in (8, max(e for _, _, e in regimes)):
        asked = power._replace(error=widest)
        sums = kernel.sums_at(asked, kernel.integrate(asked)[0], instants)[:, :9].reshape(-1, 3, 3)
        value, below, above = np.diff(sums @ [1, 2**31, 2**62], axis=0).T.tolist()
        wanted = [
            naive.level_in_doubt(ts.tolist(), level.tolist(), regimes, t) for t in instants[:-1].tolist()
        ]
        assert [(v, v - b, v + a) for v, b, a in zip(value, below, above, strict=True)] == wanted


@given(st.integers(-(2**61), 2**61), st.integers(0, 2**61), st.lists(st.integers(0, 2**40), max_size=3))
@settings(deadline=None)
def test_D18_adding_in_limbs(level: int, length: int, more: list[int]) -> None:
    sums = np.zeros(kernel.SUMS, np.int64)
    wanted = 0
    for amount, ns in [(level, length), *((m, m) for m in more)]:
        kernel.add(sums, kernel.VALUE, amount, ns)
        wanted += amount * ns
    a, b, c = sums[:3].tolist()
    assert a + (b << 31) + (c << 62) == wanted
