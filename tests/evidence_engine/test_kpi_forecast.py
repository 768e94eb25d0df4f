"""Plan entries on track and within reach: hand-worked entries, and every count that may have been made (D12, D35)."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.production import Made
from evidence_engine.kpis.watching.forecast import Pace, on_track, reachable
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import HOUR, NS, T0, at, history_of, rising, small_plant


def pace(
    quantity: int,
    least: int,
    most: int | None,
    passed: int,
    whole: int,
    room: int | None,
    value: int | None = None,
) -> Pace:
    return Pace(quantity, Made(value, Range(least, most), 1), passed, whole, room, 1)


@st.composite
def entries(draw: st.DrawFn) -> list[Pace]:
    found = []
    for _ in range(draw(st.integers(1, 3))):
        least, whole = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        most, passed = least + draw(st.integers(0, 3)), draw(st.integers(0, whole))
        room = draw(st.one_of(st.none(), st.integers(0, 4)))
        found.append(
            pace(draw(st.integers(0, 8)), least, most, passed, whole, room, draw(st.integers(least, most)))
        )
    return found


@settings(deadline=None, max_examples=200)
@given(entries())
def test_D35_no_count_that_may_have_been_made_lies_outside(paces: list[Pace]) -> None:
    track, reach = on_track(paces), reachable(paces)
    assert track.low is not None
    assert track.high is not None
    assert reach.low is not None
    assert reach.high is not None
    shares, reaches = [], []
    for made in product(*(range(one.made.range.least or 0, (one.made.range.most or 0) + 1) for one in paces)):
        pairs = list(zip(paces, made, strict=True))
        kept = [n * one.whole >= one.quantity * one.passed for one, n in pairs]
        shares.append(Fraction(sum(kept), len(paces)))
        can = [one.room is None or n + one.room >= one.quantity for one, n in pairs]
        cannot = [one.room is not None and n + one.room < one.quantity for one, n in pairs]
        sure = [
            n >= one.quantity or (one.room is not None and n + one.room >= one.quantity) for one, n in pairs
        ]
        reaches += [
            Fraction(sum(can), len(paces)),
            Fraction(sum(sure), len(paces)),
            1 - Fraction(sum(cannot), len(paces)),
        ]
    assert Fraction(*track.low) == min(shares)
    assert Fraction(*track.high) == max(shares)
    assert Fraction(*reach.low) == min(reaches)
    assert Fraction(*reach.high) == max(reaches)


def test_on_track_at_risk_and_out_of_reach() -> None:
    """Half of the time has passed, 100 are planned: with 50 on track, with 40 at risk, with 5 out of reach at 90 to come."""
    paces = [pace(100, n, n, 1, 2, 90, n) for n in (50, 40, 5)]
    track, reach = on_track(paces), reachable(paces)
    assert track.value == (1, 3)
    assert reach.value == (2, 3)
    assert (reach.parts["at_risk"], reach.parts["unreachable"]) == (1, 1)


def test_without_a_cycle_only_the_high_counts_it_as_reachable() -> None:
    found = reachable([pace(10, 4, 4, 1, 2, None, 4)])
    assert (found.value, found.low, found.high) == (None, (0, 1), (1, 1))
    assert "no_limit_for_plan" in found.limitations
    done = reachable([pace(10, 10, 10, 1, 2, None, 10)])
    assert (done.value, done.low) == ((1, 1), (1, 1))


# ----------------------------------------------------------------- through the engine

ENTRY = PlanEntry(asset="M1", product="A", start=at(8), end=at(16), quantity=200)
"""On M1, 7.5 h of calendar, 60 s a piece."""


def at_noon(
    quantity: int, step: bool = False, up: tuple[tuple[int, int], ...] | None = None
) -> dict[tuple[str, str], Record]:
    """Half past three hours in: a piece every two minutes from 08:00 on."""
    subject = "cutting" if step else "M1"
    plan = [ENTRY.model_copy(update={"quantity": quantity, "asset": subject})]
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/count_good": [(T0 - HOUR + 2 * NS, 0.0), *rising(at(8) + 120 * NS, at(16), 120 * NS, 1)],
        "M1/product": [(T0 - HOUR + 2 * NS, "A")],
    }
    if up is not None:
        rows = {name: [r for r in found if any(a < r[0] < b for a, b in up)] for name, found in rows.items()}
    history = history_of(rows, up or ((T0 - HOUR, T0 + 25 * HOUR),), plan)
    records = Assessor(small_plant(), history).records(Window(at(8), at(12), "custom", "morning"))
    return {
        (r.subject.get("asset") or r.subject.get("step", ""), r.kpi): r
        for r in records
        if r.kpi.startswith("planning.")
    }


def test_half_way_through_an_entry() -> None:
    """At 12:00 4 of 7.5 h have passed and 120 are made; 3.5 h are left for 210 and one that is in work."""
    for quantity, kept, reached in ((225, 1.0, 1.0), (226, 0.0, 1.0), (331, 0.0, 1.0), (332, 0.0, 0.0)):
        found = at_noon(quantity)
        for subject in ("M1", ""):
            assert found[subject, "planning.on_track"].result.value == kept, quantity
            assert found[subject, "planning.reachable"].result.value == reached, quantity
            assert found[subject, "planning.reachable"].result.low == reached


def test_an_entry_of_a_step_adds_its_machines() -> None:
    found = at_noon(200, step=True)
    assert set(found) == {(s, f"planning.{k}") for s in ("cutting", "") for k in ("on_track", "reachable")}
    assert found["cutting", "planning.reachable"].result.high == 1.0


def test_a_gap_leaves_open_whether_it_is_on_track() -> None:
    """Seen are 30 until 09:00; until 12:30, when the counter shows 135, any of the others may have come."""
    up = ((T0 - HOUR, at(9)), (at(12.5), T0 + 25 * HOUR))
    found = at_noon(225, up=up)["M1", "planning.on_track"]
    assert (found.result.low, found.result.value, found.result.high) == (0.0, 0.0, 1.0)
    assert found.coverage == 0.25


def test_what_has_ended_or_not_begun_is_not_open() -> None:
    records = Assessor(small_plant(), history_of({"M1/state": [(T0, "idle")]}, plan=[ENTRY]))
    for window in (Window(at(8), at(16)), Window(at(1), at(8))):
        assert not [r for r in records.records(window) if r.kpi.startswith("planning.")]


def test_D12_an_entry_that_ends_long_after_the_data_has_its_whole_calendar() -> None:
    """Ten days of 7.5 h: 75 h make 4500 at most."""
    plan = [ENTRY.model_copy(update={"end": T0 + 10 * 24 * HOUR, "quantity": 4500})]
    history = history_of({"M1/count_good": [(T0 - HOUR + 2 * NS, 0.0)], "M1/product": [(T0, "A")]}, plan=plan)
    records = Assessor(small_plant(), history).records(Window(T0, at(8) + NS))
    found = {r.kpi: r for r in records if r.subject.get("asset") == "M1"}
    assert found["planning.reachable"].result.value == 1.0
    assert found["planning.on_track"].result.value == 0.0
