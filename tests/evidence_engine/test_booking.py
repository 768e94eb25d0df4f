"""Steps laid over a calendar in columns, against the same step by step (D10, D12)."""

import dataclasses
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import shares
from evidence_engine.knowledge.stretches import FIRST, LAST, joined, stretches_of
from evidence_engine.kpis.booking import book, part_of_step
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.timeline import calendar_of
from tests import naive_pieces as naive
from tests.evidence_engine.known_things import flow as made_of

SPAN = 40


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Steps one after the other, of any sign, with and without limits; the register may fall or not."""
    edges = sorted(draw(st.sets(st.integers(0, SPAN), min_size=2, max_size=8)))
    steps = []
    for begin, end in pairwise(edges):
        least = draw(st.integers(0, 9))
        steps.append((begin, end, least, least + draw(st.integers(0, 5))))
    rate = draw(st.sampled_from([None, Fraction(1), Fraction(2, 3), Fraction(7, 5), Fraction(1, 2**63 - 25)]))
    made = made_of(steps, (edges[0], edges[-1]), rate, draw(st.integers(0, 3)))
    n = len(steps)
    flags = st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)
    sign = np.where(draw(flags), 1, -1)
    low, high = made.low, made.high
    return dataclasses.replace(
        made,
        sign=sign,
        low=np.where(sign < 0, -high, low),
        high=np.where(sign < 0, -low, high),
        endless=draw(flags),
        rests=draw(flags),
        net=draw(st.booleans()),
    )


def told(table: np.ndarray) -> list[tuple[int, int, int, bool]]:
    """(row, least, most, unbounded) of each step that may have a share."""
    unbounded = (table[:, shares.FLAGS] & (shares.UP | shares.DOWN)) != 0
    columns = (table[:, shares.ROW], table[:, shares.LEAST], table[:, shares.MOST], unbounded)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(row, least, most, is_open) for row, least, most, is_open in rows if least or most or is_open]


WINDOWS = st.tuples(st.integers(-2, SPAN), st.integers(1, SPAN + 4)) | st.just((FIRST, 2 * LAST - 1))


@settings(deadline=None, max_examples=300)
@given(
    flows(),
    st.lists(st.tuples(st.integers(0, SPAN), st.integers(1, 9)), min_size=1, max_size=5),
    WINDOWS,
    st.booleans(),
)
def test_D12_shares_are_those_of_each_step_and_of_each_instant(
    of: Flow, parts: list[tuple[int, int]], window: tuple[int, int], disproved: bool
) -> None:
    edges = np.array([(start, start + length) for start, length in parts], np.int64)
    calendar = calendar_of(joined(stretches_of(edges[:, 0], edges[:, 1])))
    start, end = window[0], window[0] + window[1]
    booked = book(dataclasses.replace(of, disproved=np.full(int(disproved), end)), calendar)
    flow = booked.flow
    slow, naively = [], []
    inside = {t for a, b in calendar.stretches.tolist() for t in range(a, b) if start <= t < end}
    for row in range(len(flow.t2)):
        begin, stop, low, high, sign = (
            int(c[row]) for c in (flow.start, flow.end, flow.low, flow.high, flow.sign)
        )
        limit = None if flow.max_rate is None or disproved else (flow.max_rate, flow.burst)
        endless = bool(flow.endless[row] or (disproved and flow.rests[row]))
        step = (begin, stop, low, high, 0 if flow.net else sign, endless)
        slow.append((row, *part_of_step(flow, row, calendar, start, end, limited=not disproved)))
        naively.append((row, *naive.share_of(step, inside, limit)))
    assert told(booked.shares(start, end)) == [one for one in slow if any(one[1:])]
    assert slow == naively
