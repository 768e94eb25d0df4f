"""Steps laid over a calendar in columns, against the same step by step (D10, D12)."""

import dataclasses
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.stretches import FIRST, LAST, joined, stretches_of
from evidence_engine.kpis.booking import book, part_of_step
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.timeline import calendar_of
from tests.evidence_engine.known_things import flow

SPAN = 40


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Steps one after the other, of any sign, with and without limits; the register may fall or not."""
    edges = sorted(draw(st.sets(st.integers(0, SPAN), min_size=2, max_size=8)))
    steps = []
    for begin, end in pairwise(edges):
        low = draw(st.integers(0, 9))
        steps.append((begin, end, low, low + draw(st.integers(0, 5))))
    rate = draw(st.sampled_from([None, Fraction(1), Fraction(2, 3), Fraction(7, 5), Fraction(1, 2**63 - 25)]))
    made = flow(steps, (edges[0], edges[-1]), rate, draw(st.integers(0, 3)))
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


@settings(deadline=None, max_examples=300)
@given(flows(), st.lists(st.tuples(st.integers(0, SPAN), st.integers(1, 9)), min_size=1, max_size=5))
def test_D12_shares_in_columns_are_those_of_each_step(of: Flow, parts: list[tuple[int, int]]) -> None:
    edges = np.array([(start, start + length) for start, length in parts], np.int64)
    calendar = calendar_of(joined(stretches_of(edges[:, 0], edges[:, 1])))
    booked = book(of, calendar)
    found = booked.limited
    for row in range(len(booked.flow.t2)):
        slow = part_of_step(booked.flow, row, calendar, FIRST, LAST, limited=True)
        assert (int(found.least[row]), int(found.most[row]), bool(found.endless[row])) == slow
