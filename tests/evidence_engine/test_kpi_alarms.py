"""Alarms followed by work orders: hand-worked days, and every completion of a row of cells (D34's way of counting)."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.knowledge.stretches import LAST
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.failures import failures_in, stops_of
from evidence_engine.kpis.watching.beginnings import Beginnings, Follows, Tally, tally
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.work_orders import WorkOrder
from tests.evidence_engine.known_things import CELL, calendar, held
from tests.evidence_engine.small_plant import HOUR, T0, WHOLE, at, history_of, small_plant

MIN, WITHIN = 2, 2


def runs(states: Sequence[str], least: int, start: int, end: int) -> list[int]:
    """The cells in which stays of at least `least` cells in D begin, of those in [start, end)."""
    begun = [n for n, s in enumerate(states) if s == "D" and (n == 0 or states[n - 1] != "D")]
    lengths = [next((k for k, s in enumerate(states[n:]) if s != "D"), len(states) - n) for n in begun]
    return [n for n, length in zip(begun, lengths, strict=True) if length >= least and start <= n < end]


def share_of(alarms: Sequence[int], orders: Sequence[int]) -> Fraction | None:
    answered = sum(any(n <= order <= n + WITHIN for order in orders) for n in alarms)
    return Fraction(answered, len(alarms)) if alarms else None


def found_in(cells: Sequence[str], orders: Sequence[int], start: int, end: int) -> Tally:
    alarms = Beginnings(stops_of(held(cells), ALWAYS, MIN * CELL), ALWAYS)
    opened = np.array(sorted(orders), np.int64) * CELL
    after = Follows(opened, opened, opened, opened, 0, WITHIN * CELL)
    begun = alarms.plain(start * CELL, end * CELL)
    return tally(alarms.rises(start * CELL, end * CELL), after.is_at(begun), after)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], list[int], int, int]:
    cells = draw(st.lists(st.sampled_from(["P", "P", "D", "D", "PD", "PD"]), min_size=2, max_size=9))
    orders = draw(st.lists(st.integers(0, len(cells) + 2), max_size=3))
    start = draw(st.integers(0, len(cells) - 1))
    return ["P", *cells, "P"], orders, start, draw(st.integers(start + 1, len(cells) + 2))


@settings(deadline=None, max_examples=200)
@given(cases())
def test_D34_no_completion_answers_less_or_more(case: tuple[list[str], list[int], int, int]) -> None:
    cells, orders, start, end = case
    found = found_in(cells, orders, start, end)
    for states in product(*cells):
        share = share_of(runs(states, MIN, start, end), orders)
        if share is not None:
            assert found.low is not None
            assert found.high is not None
            assert Fraction(*found.low) <= share <= Fraction(*found.high)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["P", "D"]), min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=3)
)
def test_what_is_all_known_has_no_width(states: list[str], orders: list[int]) -> None:
    cells = ["P", *states, "P"]
    found = found_in(cells, orders, 0, len(cells))
    share = share_of(runs(cells, MIN, 0, len(cells)), orders)
    if share is None:
        assert (found.value, found.low, found.high) == (None, None, None)
        assert not found.is_possible
    else:
        assert [Fraction(*one) for one in (found.low, found.value, found.high) if one] == [share] * 3


@settings(deadline=None, max_examples=200)
@given(cases(), st.frozensets(st.integers(0, 12), max_size=4))
def test_D34_all_chains_at_once_are_what_each_alone_is(
    case: tuple[list[str], list[int], int, int], off: frozenset[int]
) -> None:
    """`rises` counts whole chains by arrays; `failures_in` counts one after the other."""
    cells, _, start, end = case
    within = calendar(*((n, n + 1) for n in range(len(cells)) if n not in off))
    stops = stops_of(held(cells), within, MIN * CELL)
    found = Beginnings(stops, within)
    rises = found.rises(start * CELL, end * CELL)
    counted = failures_in(stops, within, start * CELL, end * CELL)
    assert int(rises.certain.sum()) == counted.least
    assert counted.count <= int(rises.most.sum()) <= counted.most
    assert len(found.plain(start * CELL, end * CELL)) == counted.count
    for states in product(*cells):
        begun = [n for n in runs(states, 1, start, end) if n not in off and _lasts(states, n, off)]
        assert len(begun) <= int(rises.most.sum())


def _lasts(states: Sequence[str], begun: int, off: frozenset[int]) -> bool:
    end = next((n for n in range(begun, len(states)) if states[n] != "D"), len(states))
    return len(set(range(begun, end)) - off) >= MIN


def test_an_alarm_that_may_have_begun_too_early_for_its_order_is_not_surely_answered() -> None:
    cells = ["P", "PD", "PD", "D", "D", "P"]
    assert found_in(cells, [5], 0, 6).has_least == 0  # begun in cell 1, the order comes four cells later
    assert found_in(cells, [5], 0, 6).has_most > 0
    assert found_in(cells, [3], 0, 6).has_least == 1  # at most two cells later, whenever it began


# ----------------------------------------------------------------- through the engine


def day(orders: Sequence[WorkOrder] | None, cut: tuple[float, float] | None = None) -> History:
    """Alarm 7 from 09:00 to 09:30 and from 14:00 to 14:10; code 5 is none, and one of 30 s is too short."""
    rows: list[tuple[int, float | str]] = [(T0 - HOUR + 2 * 10**9, 0.0)]
    for begin, end, code in ((9, 9.5, 7.0), (11, 12, 5.0), (13, 13 + 30 / 3600, 7.0), (14, 14 + 1 / 6, 7.0)):
        rows += [(at(begin), code), (at(end), 0.0)]
    up = [(T0 - HOUR, T0 + 25 * HOUR)]
    if cut is not None:
        up = [(T0 - HOUR, at(cut[0])), (at(cut[1]), T0 + 25 * HOUR)]
        rows = [row for row in rows if not at(cut[0]) <= row[0] < at(cut[1])] + [(at(cut[1]) + 10**9, 0.0)]
    found = history_of({"M1/alarm": sorted(rows)}, up)
    return replace(found, papers=Papers(work_orders=None if orders is None else tuple(orders)))


def records(history: History) -> dict[tuple[str, str], Record]:
    plant = small_plant(assets={"M1": {"alarms": {"5": "none"}}})
    every = Assessor(plant, history, [WHOLE]).records(WHOLE)
    return {(r.subject.get("asset", ""), r.kpi): r for r in every if r.kpi.startswith("maintenance.")}


ORDER = WorkOrder("W1", "M1", "corrective", at(9.2), at(9), at(9.3), at(9.5), at(9.6), "belt", "Li")


def test_one_of_two_alarms_has_an_order_and_its_loop_is_closed() -> None:
    found = records(day([ORDER]))
    for subject in ("M1", ""):
        for kpi in ("maintenance.alarm_to_order", "maintenance.closed_loop"):
            result = found[subject, kpi].result
            assert (result.low, result.value, result.high) == (0.5, 0.5, 0.5)
    assert found["", "maintenance.alarm_to_order"].parts["sources"] == 1


def test_an_order_that_nobody_closed_answers_but_closes_nothing() -> None:
    found = records(day([replace(ORDER, closed_by="")]))
    assert found["M1", "maintenance.alarm_to_order"].result.value == 0.5
    assert found["M1", "maintenance.closed_loop"].result.value == 0.0


def test_neither_planned_work_nor_another_machine_nor_two_hours_later_answers() -> None:
    late = replace(
        ORDER, id="W4", opened=at(9) + 2 * HOUR + 1, alarm=None, started=None, finished=None, closed=None
    )
    others = [replace(ORDER, kind="preventive"), replace(ORDER, id="W2", asset="M2"), late]
    assert records(day(others))["M1", "maintenance.alarm_to_order"].result.value == 0.0
    just = replace(late, opened=at(9) + 2 * HOUR)
    assert records(day([just]))["M1", "maintenance.alarm_to_order"].result.value == 0.5


def test_without_a_file_of_orders_nothing_is_known_of_them() -> None:
    record = records(day(None))["M1", "maintenance.alarm_to_order"]
    assert (record.result.value, record.result.low, record.result.high) == (None, 0.0, 1.0)
    assert "no_work_orders" in {one.code for one in record.limitations}
    assert (record.parts["alarms"], record.parts["answered"]) == (2, None)
    empty = records(day([]))["M1", "maintenance.alarm_to_order"].result
    assert (empty.value, empty.low, empty.high) == (0.0, 0.0, 0.0)


def test_a_gap_hides_alarms_that_nobody_answered_and_never_improves_the_figure() -> None:
    whole, cut = (records(day([ORDER], gap))["M1", "maintenance.alarm_to_order"] for gap in (None, (14, 15)))
    assert cut.result.low is not None
    assert whole.result.low is not None
    assert cut.result.low < whole.result.low  # an hour may hide up to sixty alarms
    assert cut.result.low == 1 / 61
    assert cut.result.value == 1.0
    assert cut.coverage < whole.coverage == 1.0


def test_an_alarm_whose_time_to_respond_is_not_over_is_undecided() -> None:
    history = history_of({"M1/alarm": [(T0, 0.0), (at(23), 7.0)]}, [(T0 - HOUR, at(24))])
    record = records(replace(history, papers=Papers(work_orders=())))["M1", "maintenance.alarm_to_order"]
    assert (record.result.value, record.result.low, record.result.high) == (None, 0.0, 1.0)
    assert "horizon_open" in {one.code for one in record.limitations}
    assert record.provisional


def test_a_machine_that_states_alarms_but_delivers_none_stays_in_the_site_s_figure() -> None:
    plant = small_plant(assets={"M2": {"alarms": {"1": "alarm"}}})
    every = Assessor(plant, day([ORDER]), [WHOLE]).records(WHOLE)
    site = next(r for r in every if r.kpi == "maintenance.alarm_to_order" and "asset" not in r.subject)
    assert site.parts["sources"] == 2
    assert "alarm_sources_by_data" in {
        one.code for one in site.limitations
    }  # M1 is not in the plant file's tables
    assert site.coverage == 0.5
    assert site.result.low is not None
    assert site.result.low < 0.001


def test_follows_looks_only_where_it_may() -> None:
    ten, more = np.array([10]), np.array([10, 50])
    after = Follows(ten, ten, more, np.array([10, LAST]), 0, 5)

    def one(begin: int, end: int) -> tuple[bool, bool]:
        span = np.array([begin]), np.array([end])
        return bool(after.surely(*span)[0]), bool(after.perhaps(*span)[0])

    assert one(5, 10) == (True, True)
    assert one(4, 10) == (False, True)
    assert one(0, 5) == (False, True)
    assert one(11, 44) == (False, False)
    assert one(45, 46) == (False, True)
