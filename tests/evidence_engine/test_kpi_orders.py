"""Figures of orders and inspections, by hand and against every completion (ISO 22400-2, D10, D16, D35)."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis import inspections, order_time
from evidence_engine.kpis.order_time import Split
from evidence_engine.kpis.outcome import Outcome
from evidence_engine.kpis.state_time import state_time
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.orders import Attendance, Inspection, OrderRun, Papers
from tests.evidence_engine.known_things import calendar, held
from tests.evidence_engine.small_plant import (
    DAY,
    MINUTE,
    SHIFT,
    T0,
    WHOLE,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

STATES = ["P", "S", "-", "N", "D", "PN", "P-", "SN", "PS-", "PSN-"]
CELLS = st.lists(st.sampled_from(STATES), max_size=3)


def split(inside: list[str], outside: list[str]) -> Split:
    return Split(*(state_time(held(c), calendar((0, len(c))).stretches) for c in (inside, outside)), ())


def _holds_and_is_reached(found: Outcome, every: list[Fraction]) -> None:
    if found.low is not None and every:
        assert Fraction(*found.low) == min(every)
    if found.high is not None and every:
        assert Fraction(*found.high) == max(every)


def _share(top: int, bottom: int) -> list[Fraction]:
    return [Fraction(top, bottom)] if bottom else []


@settings(deadline=None, max_examples=120)
@given(CELLS, CELLS)
def test_shares_of_order_time_are_reached_and_never_passed(inside: list[str], outside: list[str]) -> None:
    of = split(inside, outside)
    allocation, utilization, technical = [], [], []
    for states in product(*inside):
        busy = len(states) - states.count("N")
        producing, delay = states.count("P"), states.count("-") + states.count("D")
        utilization += _share(producing, busy)
        technical += _share(producing, producing + delay)
        for others in product(*outside):
            allocation += _share(busy, busy + len(others) - others.count("N"))
    _holds_and_is_reached(order_time.allocation_efficiency(of), allocation)
    _holds_and_is_reached(order_time.utilization_efficiency(of), utilization)
    _holds_and_is_reached(order_time.technical_efficiency(of), technical)


@settings(deadline=None, max_examples=60)
@given(CELLS, CELLS)
def test_hours_of_orders_are_reached_and_never_passed(inside: list[str], outside: list[str]) -> None:
    of, hour = split(inside, outside), 3600 * 10**9
    busy = [Fraction(60 * (len(s) - s.count("N")), hour) for s in product(*inside)]
    delay = [Fraction(60 * (s.count("-") + s.count("D")), hour) for s in product(*inside)]
    idle = [Fraction(60 * s.count("-"), hour) for s in product(*outside)]
    _holds_and_is_reached(order_time.order_busy_time(of), busy)
    _holds_and_is_reached(order_time.order_delay_time(of), delay)
    _holds_and_is_reached(order_time.time_without_order(of), idle)


def run(order: str, asset: str, start: float, end: float | None, **more: int) -> OrderRun:
    return OrderRun(
        order=order,
        asset=asset,
        product="A",
        quantity=more.pop("quantity", 100),
        start=at(start),
        end=None if end is None else at(end),
        **more,
    )


def two_machines(papers: Papers) -> History:
    """M1: 08–09 set-up, producing from 09, down 11–11:30; a piece each two minutes, each tenth rejected.

    M2: producing from 10 to 12, then idle; a piece each minute.
    """
    made = rising(at(9), at(16), 2 * MINUTE)
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/state": [
            (at(-0.9), "idle"),
            (at(8), "setup"),
            (at(9), "producing"),
            (at(11), "down"),
            (at(11.5), "producing"),
        ],
        "M1/count_total": [(at(-0.9), 0.0), *made],
        "M1/count_reject": [(ts, float(int(n) // 10)) for ts, n in [(at(-0.9), 0.0), *made]],
        "M2/state": [(at(-0.9), "idle"), (at(10), "producing"), (at(12), "idle")],
        "M2/count_total": [(at(-0.9), 0.0), *rising(at(10), at(12), MINUTE)],
        "M1/product": keyframes("A"),
        "M2/product": keyframes("A"),
    }
    of = history_of(rows)
    return History(of.series, of.facts, snapshot=of.snapshot, papers=papers)


def records(papers: Papers, window=SHIFT) -> dict[tuple[str, str], Record]:  # type: ignore[no-untyped-def]
    assessor = Assessor(small_plant(), two_machines(papers), [window])
    return {(r.kpi, r.subject.get("asset", "")): r for r in assessor.records(window)}


ONE = Papers(
    orders=(
        run("O-1", "M1", 8, 11.5, planned_scrap=3, personnel=2),
        run("O-1", "M2", 10, 12, personnel=1),
    ),
    attendance=(
        Attendance(asset=None, start=at(8), end=at(12), personnel=3),
        Attendance(asset="M1", start=at(20), end=at(22), personnel=9),
    ),
)


def test_an_order_on_two_machines_by_hand() -> None:
    found = records(ONE)

    def value(kpi: str, asset: str = "") -> float | None:
        one = found[f"production.{kpi}", asset].result
        assert one.low == one.value == one.high
        return one.value

    assert value("order_busy_time", "M1") == 3.5
    assert value("order_delay_time", "M1") == 0.5
    assert value("time_without_order", "M1") == 0.0
    assert value("time_without_order", "M2") == 5.5 - 0.5 + 0.5  # 08–10 and 12:30–16
    assert value("allocation_efficiency", "M1") == 3.5 / 7.5
    assert value("utilization_efficiency", "M1") == 2 / 3.5
    assert value("technical_efficiency", "M1") == 2 / 2.5
    assert value("order_execution_time") == 4.0
    assert value("allocation_ratio") == (3.5 + 2) / 4
    assert value("process_ratio") == (2 + 2) / 4
    assert value("throughput_rate") == 120 / 4
    assert value("worker_efficiency") == (2 * 3.5 + 2) / (3 * 4)
    assert found["production.order_execution_time", ""].parts["orders"] == 1


def test_scrap_of_orders_by_hand() -> None:
    """60 + 15 pieces of M1 until 11:30, of them 7 rejected; M2 tells nothing of rejects."""
    found = records(ONE)
    planned = found["production.scrap_to_planned", "M1"]
    assert (planned.result.value, planned.result.low) == (7 / 3, 7 / 3)
    assert planned.parts["planned_scrap"] == 3
    fall_off = found["quality.fall_off_ratio", ""]
    assert fall_off.result.value is None
    assert fall_off.result.low == 7 / 75
    assert {item.code for item in fall_off.limitations} >= {"orders_as_given", "nothing_known"}


def test_orders_that_reach_beyond_the_window_are_no_whole_orders() -> None:
    papers = Papers(orders=(run("O-1", "M1", 8, None), run("O-2", "M1", 7, 9)))
    found = records(papers)
    assert ("production.allocation_ratio", "") not in found
    assert found["production.order_busy_time", "M1"].result.value == 7.5
    assert ("production.order_busy_time", "M2") not in found
    whole = records(papers, WHOLE)
    assert whole["production.allocation_ratio", ""].result.value == 0.5  # O-2 alone: O-1 still runs


def test_D16_an_order_of_which_nothing_is_known_spans_all() -> None:
    history = History({}, {}, papers=ONE)
    found = {(r.kpi, r.subject.get("asset", "")): r for r in Assessor(small_plant(), history).records(SHIFT)}
    result = found["production.utilization_efficiency", "M1"].result
    assert (result.value, result.low, result.high) == (None, 0.0, 1.0)
    ratio = found["production.allocation_ratio", ""].result
    assert (ratio.value, ratio.low, ratio.high) == (None, 0.0, (3.5 + 2) / 4)


def look(serial: str, characteristic: str = "d", n: int = 0, **more: float | bool) -> Inspection:
    return Inspection(ts=T0 + n, asset="M1", serial=serial, characteristic=characteristic, **more)  # type: ignore[arg-type]


def test_first_pass_yield_counts_the_first_look_at_each_characteristic() -> None:
    looks = [
        look("1", "d", 0, good=True),
        look("1", "l", 1, good=True),
        look("2", "d", 2, good=False),
        look("2", "d", 3, good=True),  # right only after rework
        look("3", "d", 4),
        look("4", "d", 5, value=5.0, lsl=4.0, usl=6.0),
        look("5", "d", 6, value=7.0, lsl=4.0, usl=6.0),
    ]
    parts = Papers(inspections=looks).parts_by_asset["M1"]
    found = inspections.first_pass_yield(parts)
    assert (found.value, found.low, found.high) == ((2, 4), (2, 5), (3, 5))


def test_a_part_belongs_to_the_window_of_its_first_look() -> None:
    papers = Papers(inspections=(look("1", "d", 9 * DAY // 24, good=False), look("1", "d", DAY, good=True)))
    found = records(papers)
    assert found["quality.first_pass_yield", "M1"].result.value == 0.0
    assert ("quality.first_pass_yield", "M2") not in found


def capabilities(values: list[float | None], lsl: float = 9.0, usl: float = 11.0) -> dict[str, Outcome]:
    more = [({} if v is None else {"value": v}) for v in values]
    looks = [look(str(n), "d", n, lsl=lsl, usl=usl, **one) for n, one in enumerate(more)]
    measured = inspections._measured(looks)
    return {
        kpi: inspections.capability(measured, of, is_signed=signed)
        for kpi, (of, signed) in inspections.CAPABILITIES.items()
    }


def _value(of: Outcome) -> float:
    assert of.value is not None
    assert of.low == of.value == of.high
    return of.value[0] / of.value[1]


def test_capabilities_by_hand() -> None:
    """Ten values with a mean of 10.1, two samples with a range of 0.4 each."""
    values: list[float | None] = [9.9, 10.0, 10.1, 10.2, 10.3] * 2
    found = capabilities(values)
    mean = 10.1
    s = math.sqrt(sum((v - mean) ** 2 for v in values if v is not None) / 9)
    assert _value(found["quality.cm"]) == pytest.approx(2 / (6 * s), rel=1e-12)
    assert _value(found["quality.cmk"]) == pytest.approx(0.9 / (3 * s), rel=1e-12)
    assert _value(found["quality.cp"]) == pytest.approx(2 * 2.326 / (6 * 0.4), rel=1e-15)
    assert _value(found["quality.cpk"]) == pytest.approx(0.9 * 2.326 / (3 * 0.4), rel=1e-15)
    assert "few_inspections" in found["quality.cp"].limitations


def test_the_weakest_characteristic_speaks_and_the_others_are_parts() -> None:
    looks = [
        look(str(n), name, n, value=10 + spread * (n % 3), lsl=9.0, usl=12.0)
        for name, spread in (("d", 0.1), ("l", 0.4))
        for n in range(12)
    ]
    found = inspections.capability(
        inspections._measured(looks), inspections.CAPABILITIES["quality.cm"][0], is_signed=False
    )
    assert found.value is not None
    assert found.value[0] / found.value[1] == found.parts["l"]
    assert float(found.parts["d"]) > float(found.parts["l"])  # type: ignore[arg-type]


def test_D16_a_missing_value_leaves_the_high_open() -> None:
    found = capabilities([9.9, 10.0, None, 10.1])
    assert (found["quality.cm"].low, found["quality.cm"].high) == ((0, 1), None)
    assert (found["quality.cmk"].low, found["quality.cmk"].high) == (None, None)


def test_values_without_spread_have_no_capability() -> None:
    found = capabilities([10.0] * 20)
    assert found["quality.cm"].value is None
    assert "no_spread" in found["quality.cm"].limitations
