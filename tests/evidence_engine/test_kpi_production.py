"""Counts, throughput and schedule attainment from samples to figures (D10, D13, D14, D35)."""

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import (
    HOUR,
    MINUTE,
    NS,
    SHIFT,
    T0,
    WHOLE,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

Rows = dict[str, list[tuple[int, float | str]]]

M1: Rows = {"M1/state": keyframes("producing"), "M1/product": keyframes("A")}


def figures(history: History, window: Window, asset: str = "M1") -> dict[str, Record]:
    records = Assessor(small_plant(), history).records(window)
    return {r.kpi: r for r in records if r.subject.get("asset") == asset}


def values(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.value, record.result.low, record.result.high


def test_D14_the_window_and_its_calendar_are_two_figures() -> None:
    found = figures(history_of({**M1, "M1/count_good": rising(at(0), at(24), 10 * MINUTE)}), WHOLE)
    assert values(found["production.count_good_window"]) == (144, 144, 144)
    assert values(found["production.count_good"]) == (45, 45, 45)


def test_D10_a_piece_at_the_edge_belongs_to_what_ends_there() -> None:
    """A step at 08:00:00 is not the shift's, one at 16:00:00 is."""
    found = figures(history_of({**M1, "M1/count_good": rising(at(7), at(16), HOUR)}), SHIFT)
    assert values(found["production.count_good"]) == (8, 8, 8)


def test_D35_throughput_divides_by_the_calendar() -> None:
    found = figures(history_of({**M1, "M1/count_total": rising(at(7), at(17), 5 * MINUTE)}), SHIFT)
    assert values(found["production.throughput"]) == (90 / 7.5,) * 3


def test_hours_add_up_to_the_day() -> None:
    history = history_of({**M1, "M1/count_good": rising(at(0), at(24), 7 * MINUTE)})
    assessor = Assessor(small_plant(), history)
    hours = [Window(T0 + h * HOUR, T0 + (h + 1) * HOUR, "hour", f"{h}") for h in range(24)]
    for kpi in ("production.count_good", "production.count_good_window"):
        parts = [r.result.value for w in hours for r in assessor.records(w) if _is(r, kpi)]
        (whole,) = [r.result.value for r in assessor.records(WHOLE) if _is(r, kpi)]
        assert sum(p for p in parts if p is not None) == whole


def _is(record: Record, kpi: str) -> bool:
    return record.kpi == kpi and record.subject.get("asset") == "M1"


def test_D13_a_bridged_sum_is_in_totals_not_in_rates() -> None:
    """The link is cut from 09:00 to 10:00; ten pieces were made meanwhile, and none else."""
    up = [(T0 - HOUR, at(9)), (at(10), T0 + 25 * HOUR)]
    rows: Rows = {
        "M1/state": [(T0, "producing"), (at(10) + 1, "producing")],
        "M1/count_total": [(T0, 0.0), (at(10) + 1, 10.0)],
    }
    found = figures(history_of(rows, up), SHIFT)
    count = found["production.count_total"]
    assert values(count) == (10, 10, 10)
    assert {"bridged", "assumes_no_hidden_reset"} <= {one.code for one in count.limitations}
    throughput = found["production.throughput"]
    assert throughput.parts["known_time"] == 0.0
    assert values(throughput) == (10 / 7.5,) * 3
    assert "value_moved_to_bound" in {one.code for one in throughput.limitations}


def test_D10_a_bridged_step_across_an_edge_takes_what_D12_allows() -> None:
    """40 pieces of at least 60 s between 08:30 and 09:30: each hour holds at most 30 and the burst, at least 9."""
    up = [(T0 - HOUR, at(8.5)), (at(9.5), T0 + 25 * HOUR)]
    rows: Rows = {"M1/count_good": [(T0, 0.0), (at(9.5) + 1, 40.0)], "M1/state": keyframes("producing")}
    hour = Window(at(8), at(9), "hour", "8")
    found = figures(history_of(rows, up), hour)["production.count_good_window"]
    assert values(found) == (9.0, 9.0, 31.0)  # nothing is seen in it: the value 0 moves to the nearer bound
    assert found.parts["known_time"] == 0.0
    both = figures(history_of(rows, up), Window(at(8), at(10), "custom", "two"))
    assert values(both["production.count_good_window"]) == (40, 40, 40)


def test_D5_resolution_and_time_error_widen_the_bounds_and_leave_the_value() -> None:
    """A step seen at 09:00:05 with r = 10 s and e = 1 s may belong to the hour before."""
    rows: Rows = {"M1/count_good": [(T0, 0.0), (at(9) + 5 * NS, 1.0)], "M1/state": keyframes("producing")}
    history = history_of(rows, resolution=10.0, time_error=1.0)
    before = figures(history, Window(at(8), at(9), "hour", "8"))["production.count_good_window"]
    after = figures(history, Window(at(9), at(10), "hour", "9"))["production.count_good_window"]
    assert (values(before), values(after)) == ((0, 0, 1), (1, 0, 1))


def test_D12_open_time_holds_no_more_than_the_limit() -> None:
    rows: Rows = {"M1/count_good": [(T0, 0.0)], "M1/state": [(T0, "producing")]}
    history = history_of(rows, [(T0 - HOUR, at(15))])
    count = figures(history, SHIFT)["production.count_good"]
    assert values(count) == (0, 0, 61)
    assert count.provisional


def test_D16_nothing_known_is_null() -> None:
    count = figures(history_of({}), SHIFT)["production.count_good"]
    assert values(count) == (None, 0, 450 + 2)  # two stretches of the calendar, a burst in each
    assert [one.code for one in count.limitations] == ["nothing_known"]


def plan(start: int, end: int, product: str = "A", quantity: int = 50) -> PlanEntry:
    return PlanEntry(asset="M1", product=product, start=start, end=end, quantity=quantity)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([plan(at(8), at(12))], 24 / 50),
        ([plan(at(8), at(12)), plan(at(12), at(16), quantity=30)], 48 / 80),
        ([plan(at(8), at(12), "B")], 0.0),
        ([plan(at(8), at(12), quantity=0)], None),
    ],
)
def test_D35_schedule_attainment(entries: list[PlanEntry], expected: float | None) -> None:
    rows: Rows = {**M1, "M1/count_good": rising(at(0), at(24), 10 * MINUTE)}
    found = figures(history_of(rows, plan=entries), SHIFT)["production.schedule_attainment"]
    assert values(found) == (expected,) * 3


def test_D35_entries_that_reach_out_of_the_window_do_not_count() -> None:
    rows: Rows = {**M1, "M1/count_good": rising(at(0), at(24), 10 * MINUTE)}
    found = figures(history_of(rows, plan=[plan(at(7), at(12))]), SHIFT)
    assert "production.schedule_attainment" not in found


def test_D35_where_the_product_is_unsure_all_and_none_may_be_of_it() -> None:
    rows: Rows = {"M1/count_good": rising(at(0), at(24), 10 * MINUTE)}
    found = figures(history_of(rows, plan=[plan(at(8), at(12))]), SHIFT)["production.schedule_attainment"]
    assert (found.result.low, found.result.high) == (0.0, 24 / 50)


def test_D35_a_plan_for_a_step_counts_all_its_machines() -> None:
    rows: Rows = {
        **M1,
        "M1/count_good": rising(at(0), at(24), 10 * MINUTE),
        "M2/count_good": rising(at(0), at(24), 20 * MINUTE),
        "M2/product": keyframes("A"),
    }
    entry = PlanEntry(asset="cutting", product="A", start=at(8), end=at(12), quantity=72)
    records = Assessor(small_plant(), history_of(rows, plan=[entry])).records(SHIFT)
    (found,) = [r for r in records if r.kpi == "production.schedule_attainment"]
    assert found.subject == {"site": "S", "step": "cutting"}
    assert values(found) == (0.5, 0.5, 0.5)


def test_D22_where_the_good_counter_ends_total_and_reject_go_on() -> None:
    """Imported until noon with a good counter; then another link, which shows total and reject only."""
    total = rising(at(7), at(16), 2 * MINUTE)
    reject = [(at(7), 0.0), *((at(h) + NS, float(h - 7)) for h in range(8, 16))]
    good = [(t, n) for t, n in rising(at(7), at(12), 4 * MINUTE)]
    before = history_of({**M1, "M1/count_good": good}, [(T0 - HOUR, at(12))])
    after = history_of({"M1/count_total": total, "M1/count_reject": reject})
    link = before.series["@c/link"]
    history = History(
        {**before.series, **after.series, "@old/link": link},
        {"c": after.facts["c"], "old": [_moved(before)]},
    )
    found = figures(history, SHIFT)["production.count_good"]
    # 60 by the counter until noon; then 105 of the total, less the rejects of 13:00, 14:00 and 15:00
    assert values(found) == (60 + 105 - 3,) * 3
    assert {"M1/count_good", "M1/count_total", "M1/count_reject"} <= {one.series for one in found.inputs}


def _moved(history: History) -> tuple[int, ConnectionFacts]:
    start, facts = history.facts["c"][0]
    return start, facts.model_copy(update={"connection": "old"})


def test_D12_low_counts_no_more_of_a_step_than_its_interval_holds() -> None:
    """Three pieces at one instant from a machine that makes one: the value is what was read, the low is careful."""
    rows: Rows = {"M1/count_good": [(T0, 0.0), (at(9), 3.0)], "M1/state": keyframes("producing")}
    found = figures(history_of(rows), SHIFT)["production.count_good"]
    assert (found.result.value, found.result.low) == (3.0, 1.0)
    assert "limit_disproved" in {one.code for one in found.limitations}


def test_a_good_counter_alone_gives_oee_but_neither_effectiveness_nor_quality() -> None:
    found = figures(history_of({**M1, "M1/count_good": rising(at(7), at(17), 5 * MINUTE)}), SHIFT)
    assert values(found["equipment.oee"]) == (90 * 60 / 27_000,) * 3
    parts = found["equipment.oee"].parts
    for name in ("effectiveness", "quality"):
        part = parts[name]
        assert isinstance(part, Figure)
        assert part.value is None
    assert found["equipment.effectiveness"].result.value is None
    assert found["quality.quality_ratio"].result.value is None
    assert (found["production.count_total"].result.value, found["production.count_total"].result.low) == (
        None,
        90,
    )
