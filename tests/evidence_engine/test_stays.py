"""The loops over stays and chains, and over the time of a state, against their slow twins (D34)."""

from dataclasses import astuple
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import clip
from evidence_engine.kpis.failures import Stops, edges_of, stops_of
from evidence_engine.kpis.state_time import state_time
from evidence_engine.kpis.timeline import CalendarTime, calendar_of
from evidence_engine.vocabulary.states import ANY_STATE, State
from tests import naive_stays as naive
from tests.evidence_engine.known_things import held

SIZE = 2
"""Length of a cell in ns, so that a stay may begin in one and not on its edge."""

CELLS = st.lists(st.sampled_from(["P", "D", "D", "PD", "I", "ID", "?"]), max_size=9)
WINDOWS = st.tuples(st.integers(-2, 20), st.integers(0, 20)).map(lambda w: range(w[0], w[0] + w[1]))
CALENDARS = st.frozensets(st.integers(-3, 20), max_size=24)


def instants(of: frozenset[int]) -> CalendarTime:
    return calendar_of(np.array([(t, t + 1) for t in sorted(of)], np.int64).reshape(-1, 2))


def laid(cells: list[str], calendar: frozenset[int], min_stop: int = 1) -> tuple[Held, Stops]:
    state = held(cells, SIZE)
    return state, stops_of(state, instants(calendar), min_stop)


@settings(deadline=None, max_examples=150)
@given(CELLS, CALENDARS, WINDOWS, st.integers(1, 5))
def test_D34_chains_and_what_they_may_hold(
    cells: list[str], days: frozenset[int], window: range, min_stop: int
) -> None:
    state, stops = laid(cells, days)
    chains = naive.chains(state.border.tolist(), state.may.tolist(), 1 << State.DOWN, ANY_STATE)
    parts = stops.parts[:, [kernel.START, kernel.END, kernel.SURE]].tolist()
    assert [[tuple(p) for p in parts[a:b]] for a, b in pairwise(stops.chain.tolist())] == chains
    edges = edges_of(instants(days), window.start, window.stop)
    found = kernel.chains_in(stops.parts, stops.chain, edges, min_stop)
    touching = [c for c in chains if c[-1][1] > window.start and c[0][0] < window.stop]
    assert found[:, : kernel.LEAST].tolist() == [[c[0][0], c[-1][1]] for c in touching]
    here = naive.Here(days, window)
    assert found[:, kernel.LEAST :].tolist() == [
        list(astuple(naive.chain_counts(c, here, min_stop))) for c in touching
    ]


@settings(deadline=None, max_examples=150)
@given(CELLS, CALENDARS, WINDOWS, st.integers(1, 5))
def test_D34_stays_and_where_they_lie(
    cells: list[str], days: frozenset[int], window: range, min_stop: int
) -> None:
    state, stops = laid(cells, days)
    stays = naive.stays(state.border.tolist(), state.plain.tolist(), State.DOWN)
    here = naive.Here(days, window)
    assert stops.rows[:, [kernel.START, kernel.END, kernel.LENGTH]].tolist() == [
        [pieces[0][0], pieces[-1][1], sum(here.time(*piece) for piece in pieces)] for pieces in stays
    ]
    chains = naive.chains(state.border.tolist(), state.may.tolist(), 1 << State.DOWN, ANY_STATE)
    found = kernel.stays_in(
        stops.pieces, stops.rows, edges_of(instants(days), window.start, window.stop), min_stop
    )
    told = {int(row[kernel.ROW]): row.tolist() for row in found}
    for row, pieces in enumerate(stays):
        start, end = pieces[0][0], pieces[-1][1]
        chain = next(c for c in chains if c[0][0] <= start < c[-1][1])
        runs = [(a, b) for a, b, sure in chain if sure and start <= a < end]
        latest = runs[0][0] if runs else chain[-1][1]
        column = stops.rows[row].tolist()
        assert column[kernel.SURE_LENGTH] == sum(here.time(*run) for run in runs)
        assert (column[kernel.LATEST], column[kernel.EARLIEST_END]) == (
            latest,
            runs[-1][1] if runs else start,
        )
        assert (column[kernel.CHAIN_START], column[kernel.CHAIN_END]) == (chain[0][0], chain[-1][1])
        inside = sum(here.inside(*piece) for piece in pieces)
        may_begin = here.inside(chain[0][0], latest + 1) > 0
        if row not in told:
            assert (inside, may_begin) == (0, False)
            continue
        is_long = column[kernel.LENGTH] >= min_stop
        begins = here.inside(start, start + 1) > 0
        assert told[row][kernel.INSIDE :] == [
            inside,
            begins and is_long,
            begins and not is_long,
            may_begin and column[kernel.SURE_LENGTH] < min_stop,
            inside if is_long else 0,
            inside if is_long and begins else 0,
            is_long and begins and end > window.stop,
        ]


@settings(deadline=None, max_examples=150)
@given(CELLS, CALENDARS, WINDOWS)
def test_time_by_state_is_counted_instant_by_instant(
    cells: list[str], days: frozenset[int], window: range
) -> None:
    state = held(cells, SIZE)
    found = state_time(state, clip(instants(days).stretches, window.start, window.stop))
    plain: dict[int, int] = {}
    masks: dict[int, int] = {}
    for t in days & set(window):
        at, mask = (int(each[0]) for each in state.at(np.array([t], np.int64)))
        plain[at], masks[mask] = plain.get(at, 0) + 1, masks.get(mask, 0) + 1
    assert (dict(found.plain), dict(found.masks)) == (plain, masks)
