"""What work orders say by themselves: means, closure, and the corrective ratio against what open orders may still be."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.watching.work_orders import corrective_ratio
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.window import Window
from evidence_engine.vocabulary.work_orders import ORDER_KINDS, WorkOrder
from tests.evidence_engine.small_plant import HOUR, T0, WHOLE, at, history_of, small_plant

BELT = WorkOrder("W1", "M1", "corrective", at(9.25), at(9), at(9.5), at(10), at(10.5), "belt", "Li")
PUMP = WorkOrder("W2", "M1", "corrective", at(11), None, at(11.5), at(13), None, "pump", "")
OIL = WorkOrder("W3", "M2", "preventive", at(14), None, at(14), at(15), at(15), "", "Wu")


def records(*orders: WorkOrder) -> dict[tuple[str, str], Record]:
    history = history_of({"M1/state": [(T0, "producing"), (at(9), "down"), (at(10), "producing")]})
    history = replace(history, papers=Papers(work_orders=orders))
    every = Assessor(small_plant(), history, [WHOLE]).records(WHOLE)
    return {(r.subject.get("asset", ""), r.kpi): r for r in every if r.kpi.startswith("maintenance.")}


def bounds(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.low, record.result.value, record.result.high


def test_means_go_from_the_alarm_else_from_the_opening() -> None:
    found = records(BELT, PUMP, OIL)
    assert bounds(found["", "maintenance.response_time"]) == (0.5, 0.5, 0.5)
    assert bounds(found["", "maintenance.repair_time"]) == (1.0, 1.0, 1.0)
    assert bounds(found["", "maintenance.mttr_orders"]) == (1.5, 1.5, 1.5)
    assert found["", "maintenance.mttr_orders"].parts["orders"] == 2


def test_D34_the_failures_of_the_state_stand_beside_the_mttr_of_the_orders() -> None:
    parts = records(BELT)["M1", "maintenance.mttr_orders"].parts
    assert (parts["failures"], parts["down_hours"]) == (1, 1.0)


def test_an_order_is_closed_only_by_somebody() -> None:
    assert bounds(records(BELT, PUMP, OIL)["", "maintenance.orders_closed"]) == (2 / 3, 2 / 3, 2 / 3)
    assert bounds(records(replace(BELT, closed_by=""))["", "maintenance.orders_closed"]) == (0.0, 0.0, 0.0)


def test_an_open_order_is_in_no_value_and_leaves_the_high_open() -> None:
    waiting = replace(PUMP, started=None, finished=None)
    found = records(BELT, waiting)
    assert bounds(found["", "maintenance.response_time"]) == (0.25, 0.5, None)
    assert bounds(found["", "maintenance.repair_time"]) == (0.25, 0.5, None)
    assert found["", "maintenance.mttr_orders"].coverage == 0.5
    codes = {one.code for one in found["", "maintenance.mttr_orders"].limitations}
    assert codes == {"orders_as_written", "orders_still_open"}


def test_iso_34_corrective_against_preventive_time() -> None:
    assert bounds(records(BELT, PUMP, OIL)["", "maintenance.corrective_ratio"]) == (2 / 3, 2 / 3, 2 / 3)


def test_an_order_opened_outside_of_the_window_is_in_no_mean_but_its_hours_inside_count() -> None:
    night = replace(OIL, opened=T0 - HOUR, started=T0 - HOUR, finished=at(2))
    found = records(BELT, night)
    assert found["", "maintenance.orders_closed"].parts["orders"] == 1
    assert found["", "maintenance.corrective_ratio"].result.value == 0.5 / 2.5


def test_without_a_file_nothing_is_known_and_without_orders_nothing_applies() -> None:
    history = history_of({"M1/state": [(T0, "producing")]})
    every = Assessor(small_plant(), history, [WHOLE]).records(WHOLE)
    unknown = {r.kpi: r for r in every if r.kpi.startswith("maintenance.") and "asset" not in r.subject}
    assert bounds(unknown["maintenance.orders_closed"]) == (0.0, None, 1.0)
    assert bounds(unknown["maintenance.response_time"]) == (0.0, None, None)
    none = records()
    assert bounds(none["", "maintenance.orders_closed"]) == (None, None, None)
    assert ("M1", "maintenance.orders_closed") not in none


@st.composite
def work(draw: st.DrawFn) -> WorkOrder:
    times = sorted(draw(st.lists(st.integers(0, 9), min_size=3, max_size=3)))
    written = draw(st.integers(0, 2))
    started, finished = (times[1] if written > 0 else None), (times[2] if written > 1 else None)
    return WorkOrder("W", "M1", draw(st.sampled_from(ORDER_KINDS)), times[0], None, started, finished)


def shares(orders: list[WorkOrder], window: Window) -> list[Fraction]:
    """Over every whole start and end that what is written leaves open."""
    sums = {(0, 0)}
    for order in orders:
        spans = [
            (a, b)
            for a in ([order.started] if order.started is not None else range(order.opened, 12))
            for b in ([order.finished] if order.finished is not None else range(a, 12))
        ]
        lengths = {max(0, min(b, window.end) - max(a, window.start)) for a, b in spans}
        is_corrective = order.kind == "corrective"
        sums = {(c + n * is_corrective, p + n * (not is_corrective)) for c, p in sums for n in lengths}
    return [Fraction(c, c + p) for c, p in sums if c + p]


@settings(deadline=None, max_examples=100)
@given(st.lists(work(), max_size=4), st.integers(0, 8), st.data())
def test_no_end_of_an_open_order_lies_outside(
    orders: list[WorkOrder], start: int, data: st.DataObject
) -> None:
    window = Window(start, data.draw(st.integers(start + 1, 10)))
    found = corrective_ratio(orders, window)
    for share in shares(orders, window):
        assert found.low is not None
        assert found.high is not None
        assert Fraction(*found.low) <= share <= Fraction(*found.high)
