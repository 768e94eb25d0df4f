"""A register over several parts of time at once: each part as its twin finds it, instant by instant (D10, D12)."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import tally
from evidence_engine.kernels.allowed import Allowed
from tests import naive

SPAN = 24
PARTS = 3
CELLS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2**PARTS - 1)), min_size=1, max_size=9)


@st.composite
def steps(draw: st.DrawFn) -> naive.RegisterStep:
    begin = draw(st.integers(0, SPAN - 2))
    t2 = draw(st.integers(begin + 1, min(begin + 9, SPAN - 1)))
    stop = draw(st.integers(t2, min(t2 + 2, SPAN)))
    amounts = sorted(draw(st.tuples(st.integers(0, 9), st.integers(0, 9))))
    sign, seen = draw(st.sampled_from([1, 1, -1])), draw(st.booleans())
    low, high = sorted(amount * sign for amount in amounts)
    return naive.RegisterStep(begin, stop, t2, low, high, sign, seen, draw(st.booleans()))


def table(rows: list[naive.RegisterStep]) -> np.ndarray:
    flags = [tally.SEEN * row.seen | tally.ENDLESS * row.endless for row in rows]
    each = [
        (r.begin, r.stop, r.t2, r.low, r.high, r.high, r.sign, f) for r, f in zip(rows, flags, strict=True)
    ]
    return np.array(each, np.int64).reshape(-1, tally.STEP_COLUMNS)


@given(
    CELLS,
    st.lists(steps(), max_size=5),
    st.tuples(st.integers(0, SPAN - 1), st.integers(1, SPAN)),
    st.one_of(st.none(), st.fractions(0, 3, max_denominator=7)),
    st.integers(0, 2),
)
@example(
    [(1, 0), (1, 1)], [naive.RegisterStep(0, 3, 1, 2, 2, 1, False, False)], (0, 2), Fraction(0), 1
)  # both ends outside
@settings(deadline=None, max_examples=300)
def test_D12_every_part_holds_what_its_twin_finds(
    cells: list[tuple[int, int]],
    rows: list[naive.RegisterStep],
    window: tuple[int, int],
    rate: Fraction | None,
    burst: int,
) -> None:
    if window[0] >= window[1]:
        return
    border = np.array([-(2**61), *np.cumsum([length for length, _ in cells]), 2**61])
    bits = np.array([*(bits for _, bits in cells), 0])
    num, den = (0, 0) if rate is None else rate.as_integer_ratio()
    risen = np.zeros(len(overlapped(border, *window)), np.int64)
    found = tally.tally(
        table(rows),
        tally.Cells(border, bits, PARTS),
        risen,
        np.array([window], np.int64),
        window,
        Allowed(num, den, burst, 0, 0),
    )
    for p, one in enumerate(found.tolist()):
        part = {t for t in range(SPAN) if bits[np.searchsorted(border, t, "right") - 1] >> p & 1}
        here = sorted(t for t in part if window[0] <= t < window[1])
        assert one[tally.TIME] == one[tally.KNOWN] == len(here)
        assert one[tally.STRETCHES] == sum(t - 1 not in here for t in here)
        every = [naive.in_part(row, part, window, rate, burst) for row in rows]
        assert one[tally.LEAST] == sum(least for least, _, _ in every)
        assert one[tally.MOST] == sum(most for _, most, _ in every)
        open_up = [row.sign for row, (_, _, endless) in zip(rows, every, strict=True) if endless]
        assert (one[tally.NO_HIGH], one[tally.NO_LOW]) == (1 in open_up, -1 in open_up)
        plain = [row for row in rows if naive.plain_in_part(row, part, window)]
        assert one[tally.PLAIN] == sum(row.high for row in plain if row.seen)
        assert one[tally.BRIDGED] == sum(row.high for row in plain if not row.seen)
        assert one[tally.ANY] == bool(plain)


def overlapped(border: np.ndarray, start: int, end: int) -> list[int]:
    return [c for c in range(len(border) - 1) if border[c] < end and border[c + 1] > start]


@given(st.integers(0, 2**62), st.integers(1, 2**40 - 1), st.integers(1, 2**42 - 1), st.integers(0, 5))
@settings(deadline=None)
def test_D12_what_is_allowed_is_exact_for_rates_of_many_digits(
    length: int, num: int, den: int, stretches: int
) -> None:
    length = min(length, 2**62 * den // num)
    open_time = np.zeros((1, tally.STEP_COLUMNS), np.int64)
    open_time[0, [tally.STOP, tally.SIGN, tally.FLAGS]] = length, 1, tally.OPEN
    cells = tally.Cells(np.array([-1, max(length, 1)]), np.array([1]), 1)
    found = tally.tally(
        open_time,
        cells,
        np.zeros(1, np.int64),
        np.empty((0, 2), np.int64),
        (0, max(length, 1)),
        Allowed(num, den, stretches, 0, 0),
    )
    assert found[0, tally.MOST] == (num * length // den + stretches if length else 0)
