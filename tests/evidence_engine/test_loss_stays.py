"""Stops counted against every completion of a row of states, and against the slow count of failures (D34)."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kpis.failures import failures_in, stops_of
from evidence_engine.kpis.losses.spans import View
from evidence_engine.kpis.losses.stays import Runs, count_long, count_minor, long_time, runs_of
from evidence_engine.vocabulary.states import State
from tests.evidence_engine.known_things import CELL, calendar, held

MIN_STOP = 2
Case = tuple[list[str], int, int, frozenset[int]]


def runs(case: Case, state: State = State.DOWN) -> Runs:
    cells, start, end, off = case
    within = calendar(*((n, n + 1) for n in range(len(cells)) if n not in off))
    return runs_of(held(cells), state, View(within, start * CELL, end * CELL))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    cells = draw(st.lists(st.sampled_from(["P", "D", "D", "PD", "PD", "I", "ID"]), min_size=2, max_size=8))
    start = draw(st.integers(0, len(cells) - 1))
    off = draw(st.frozensets(st.integers(1, len(cells) + 1), max_size=3))
    return ["P", *cells, "P"], start, draw(st.integers(start + 1, len(cells) + 2)), off


def stays(states: str, letter: str) -> list[tuple[int, int]]:
    found, at = [], 0
    while at < len(states):
        stop = at + 1
        while stop < len(states) and states[stop] == states[at]:
            stop += 1
        if states[at] == letter:
            found.append((at, stop))
        at = stop
    return found


def true_counts(states: str, case: Case, letter: str = "D") -> tuple[int, int, int, int]:
    """(long stays, minor ones that begin in the window's calendar, cells of time in long, in minor ones)."""
    _, start, end, off = case
    counts = [0, 0, 0, 0]
    for a, b in stays(states, letter):
        is_minor = len(set(range(a, b)) - off) < MIN_STOP
        counts[is_minor] += start <= a < end and a not in off
        counts[2 + is_minor] += len(set(range(max(a, start), min(b, end))) - off)
    return counts[0], counts[1], counts[2], counts[3]


@settings(deadline=None, max_examples=100)
@given(cases())
def test_D34_no_completion_lies_outside(case: Case) -> None:
    of = runs(case)
    long, minor = count_long(of, MIN_STOP * CELL), count_minor(of, MIN_STOP * CELL)
    time = long_time(of, MIN_STOP * CELL, State.DOWN, 0)
    for states in product(*case[0]):
        count, few, down, short = true_counts("".join(states), case)
        assert long.most is not None
        assert long.least <= count <= long.most
        assert minor.least <= few
        assert time.least <= down * CELL <= time.most
        assert time.short_least <= short * CELL <= time.short_most


@settings(deadline=None, max_examples=100)
@given(cases())
def test_idling_holds_idle_time_and_short_stays_once(case: Case) -> None:
    of, idle = runs(case), 1 << State.IDLE
    time = long_time(of, MIN_STOP * CELL, State.DOWN, idle)
    least, most = of.spans.sure(idle) + time.short_least, of.spans.possible(idle) + time.short_most
    for states in product(*case[0]):
        short = true_counts("".join(states), case)[3]
        idling = sum(true_counts("".join(states), case, "I")[2:])
        assert least <= (short + idling) * CELL <= most


@settings(deadline=None, max_examples=100)
@given(cases())
def test_D34_the_columns_count_failures_as_the_slow_way_does(case: Case) -> None:
    cells, start, end, off = case
    within = calendar(*((n, n + 1) for n in range(len(cells)) if n not in off))
    slow = failures_in(stops_of(held(cells), within, MIN_STOP * CELL), within, start * CELL, end * CELL)
    found = count_long(runs(case), MIN_STOP * CELL)
    assert (found.value, found.least, found.most) == (slow.count, slow.least, slow.most)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["P", "D", "I"]), min_size=1, max_size=12))
def test_what_is_all_known_has_no_width(states: list[str]) -> None:
    case = (["P", *states, "P"], 0, len(states) + 2, frozenset[int]())
    for state, letter in ((State.DOWN, "D"), (State.IDLE, "I")):
        of = runs(case, state)
        count, few, time, short = true_counts("".join(case[0]), case, letter)
        long, minor = count_long(of, MIN_STOP * CELL), count_minor(of, MIN_STOP * CELL)
        assert (long.value, long.least, long.most) == (count,) * 3
        assert (minor.value, minor.least, minor.most) == (few,) * 3
        found = long_time(of, MIN_STOP * CELL, state, 0)
        assert (found.value, found.least, found.most) == (time * CELL,) * 3
        assert (found.short_least, found.short_most) == (short * CELL,) * 2


def test_unknown_time_may_hide_any_number_of_minor_stops() -> None:
    case = (["P", "?", "P", "D", "P"], 0, 5, frozenset[int]())
    found = count_minor(runs(case), MIN_STOP * CELL)
    assert (found.value, found.least, found.most) == (1, 1, None)
    after = (case[0], 2, 5, frozenset[int]())
    assert count_minor(runs(after), MIN_STOP * CELL).most == 1


def test_a_stop_whose_beginning_lies_across_the_edge_is_in_the_most_only() -> None:
    """Either producing or down from cell 1 on, surely down in cell 2: it may begin before or after the edge at 2."""
    case = (["P", "PD", "D", "P"], 2, 4, frozenset[int]())
    found = count_minor(runs(case), 3 * CELL)
    assert (found.least, found.most) == (0, 1)


def test_before_and_after_all_data_a_stay_may_go_on_for_ever() -> None:
    case = (["D", "P", "D"], 0, 3, frozenset[int]())
    found = count_long(runs(case), 5 * CELL)
    assert (found.value, found.least, found.most) == (0, 0, 1)
    empty = runs_of(held([]), State.DOWN, View(calendar((0, 3)), 0, 3 * CELL))
    assert (count_long(empty, CELL).value, count_long(empty, CELL).most) == (0, 4)
    assert count_minor(empty, CELL).most is None
