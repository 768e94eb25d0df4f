"""Each kernel against its slow twin, on drawn arrays, read-only ones included (D18)."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import counters, counting, overlay
from evidence_engine.kernels.series import Series
from evidence_engine.knowledge.limits import Counting
from evidence_engine.vocabulary.instants import NS
from tests import naive

SPANS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 63), st.integers(0, 63)), max_size=9
)


def columns(rows: Sequence[tuple[int, ...]], width: int) -> list[np.ndarray]:
    """The columns, read-only as views of Arrow are."""
    out = [np.array([row[i] for row in rows], np.int64) for i in range(width)]
    for column in out:
        column.setflags(write=False)
    return out


@given(st.lists(st.integers(0, 63), max_size=9), SPANS)
@settings(deadline=None)
def test_overlay_masks(mask: list[int], spans: list[tuple[int, ...]]) -> None:
    spans = [(a, min(b, len(mask)), x, y) for a, b, x, y in spans]
    first, last, bits, _ = columns(spans, 4)
    got = overlay.overlay_masks(np.array(mask, np.uint64), first, last, bits.astype(np.uint64))
    assert got.tolist() == naive.overlay_masks(mask, [(a, b, x) for a, b, x, _ in spans])


@given(st.lists(st.integers(-50, 50), max_size=9), SPANS)
@settings(deadline=None)
def test_overlay_ranges(level: list[int], spans: list[tuple[int, int, int, int]]) -> None:
    cut = [(a, min(b, len(level)), x, y) for a, b, x, y in spans]
    low, high = overlay.overlay_ranges(np.array(level, np.int64), *columns(cut, 4))
    assert (low.tolist(), high.tolist()) == naive.overlay_ranges(level, cut)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), max_size=20),
    st.fractions(min_value=Fraction(1, 50), max_value=5, max_denominator=60),
    st.integers(0, 5),
    st.integers(0, 9),
)
@settings(deadline=None, max_examples=300)
def test_D12_bucket(gaps: list[tuple[int, int]], rate: Fraction, burst: int, reach: int) -> None:
    ts = [sum(g for g, _ in gaps[: i + 1]) for i in range(len(gaps))]
    steps = list(zip(ts, [a for _, a in gaps], strict=True))
    at, amount = columns(steps, 2)
    limit = Counting(rate, burst).for_kernel()
    got = counters.disproofs(at, amount, np.full(len(at), reach, np.int64), limit)
    assert got.tolist() == naive.disproofs(steps, rate, burst, reach)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=40),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 12),
    st.integers(3, 30),
)
@settings(deadline=None, max_examples=300)
def test_D12_bucket_over_ordinary_rises_read_off_their_sums(
    gaps: list[tuple[int, int]], num: int, den: int, burst: int, cap: int
) -> None:
    """However few the amounts are that it may add up before it begins anew (`cap`)."""
    steps = [(sum(g for g, _ in gaps[: i + 1]), amount) for i, (_, amount) in enumerate(gaps)]
    ts = np.array([0, *(t for t, _ in steps)], np.int64)
    of = Series(ts, np.cumsum([0.0, *(a for _, a in steps)]), np.zeros(len(ts), np.uint8))
    span = np.array([-(2**62), 2**62, 2**61, 0, 0, 0, 0, 0, 2**62], np.int64)
    bucket = counting.Bucket(1, den, num, 0, burst * den, cap)
    held = np.zeros(counting.HELD, np.int64)
    found, last, is_over = [], 0, True
    while is_over:
        last, is_over = counting.rising(of, 1, span, (last, len(ts)), bucket, held)
        found += [int(held[counting.SINCE])] * is_over
    assert last == len(ts) - 1 or steps[last][1] * den > burst * den + num or steps[last][1] > cap
    rises = [step for step in steps[:last] if step[1] > 0]  # a reading that repeats itself is no step
    assert found == naive.disproofs(rises, Fraction(num, den), burst, 0)


RATES = st.one_of(
    st.builds(Fraction, st.just(1), st.integers(1, 10**14)),  # a cycle in ns
    st.builds(Fraction, st.integers(1, 10**10), st.just(3600 * NS)),  # a power in mW
)


@given(RATES, st.integers(0, 10**17), st.integers(0, 10**9))
@settings(deadline=None)
def test_D12_what_a_limit_allows_never_overflows_and_is_never_too_small(
    rate: Fraction, length: int, burst: int
) -> None:
    if rate * length * 10 > 2**60:
        length = int(2**60 / (rate * 10))
    got = counters.most(Counting(rate, burst).for_kernel(), length, 10)
    exact = 10 * (rate * length + burst)
    assert exact - 1 < got <= exact * (1 + Fraction(1, 10**4)) + 1


def test_a_year_of_a_large_meter_fits() -> None:
    rate = Fraction(7_351_234_567, 3600 * NS)  # 7.35 MW in mW per hour of ns
    year = 366 * 86_400 * NS
    got = counters.most(Counting(rate, 1).for_kernel(), year, 10)
    assert abs(got - 10 * (rate * year + 1)) < got / 10**6
