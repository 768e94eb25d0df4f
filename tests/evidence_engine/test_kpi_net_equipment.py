"""NEE, set-up ratio, load ratio and failures per stretch against every completion (D20, D21, D34)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.failures import Failures
from evidence_engine.kpis.net_equipment import motbf, mttr_iso, setup_ratio
from evidence_engine.kpis.state_time import state_time
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from tests.evidence_engine.known_things import CELL, calendar, held
from tests.evidence_engine.small_plant import (
    MINUTE,
    SHIFT,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

CELLS = st.lists(
    st.sampled_from(["P", "S", "-", "N", "PS", "SN", "S-", "P-", "PSN-"]), min_size=1, max_size=5
)


def of_cells(cells: list[str]):  # type: ignore[no-untyped-def]
    return state_time(held(cells), calendar((0, len(cells))).stretches)


@settings(deadline=None)
@given(CELLS)
def test_setup_ratio_is_reached_and_never_passed(cells: list[str]) -> None:
    found = setup_ratio(of_cells(cells))
    every = [
        Fraction(states.count("S"), states.count("S") + states.count("P"))
        for states in product(*cells)
        if states.count("S") + states.count("P")
    ]
    if found.low is not None:
        assert Fraction(*found.low) == min(every)
    if found.high is not None:
        assert Fraction(*found.high) == max(every)


def test_D16_without_operating_there_is_no_setup_ratio() -> None:
    found = setup_ratio(of_cells(["-", "N"]))
    assert (found.value, found.low, found.high) == (None, None, None)


def test_failures_part_one_stretch_more_than_there_are() -> None:
    failed = Failures(1, 60, False, 1, 60, 2, 180, False, 30, 60, (120,))
    found = motbf(of_cells(["P", "D", "S", "PD"]), failed)
    assert found.value == (2 * CELL, 2 * HOUR)
    assert (found.low, found.high) == ((2 * CELL, 3 * HOUR), (3 * CELL, 2 * HOUR))
    restored = mttr_iso(of_cells(["P", "D", "S", "PD"]), failed)
    assert (restored.low, restored.value, restored.high) == (
        (60, 3 * HOUR),
        (60, 2 * HOUR),
        (180, 3 * HOUR),
    )


def shift_record(kpi: str, history: History, **changes: object) -> Record:
    assessor = Assessor(small_plant(**changes), history, [SHIFT])
    (found,) = [r for r in assessor.records(SHIFT) if r.kpi == kpi and r.subject.get("asset") == "M1"]
    return found


def worked_shift(**facts: object) -> History:
    """08–09 set-up, 09–12 and 12:30–16 producing a good piece each two minutes."""
    made = [*rising(at(9), at(12), 2 * MINUTE), *rising(at(12.5) + 2 * MINUTE, at(16), 2 * MINUTE, 91)]
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/state": [(at(-0.9), "idle"), (at(8), "setup"), (at(9), "producing")],
        "M1/count_total": [(at(-0.9), 0.0), *made],
        "M1/count_good": [(at(-0.9), 0.0), *made],
        "M1/product": keyframes("A"),
    }
    return history_of(rows, **facts)


def test_NEE_leaves_setup_out_of_the_losses() -> None:
    """195 pieces of a minute in 6.5 h of producing: half the pace; one of 7.5 h was set-up."""
    pieces, busy, producing = 195 * MINUTE, 7.5 * HOUR, 6.5 * HOUR
    found = shift_record("equipment.nee", worked_shift())
    assert found.result.value == pytest.approx(pieces / producing)
    assert found.result.low == found.result.value == found.result.high
    oee = shift_record("equipment.oee", worked_shift())
    assert oee.result.value == pytest.approx(pieces / busy)


def test_setup_ratio_of_the_shift() -> None:
    found = shift_record("equipment.setup_ratio", worked_shift())
    assert (found.result.value, found.coverage) == (1 / 7.5, 1.0)


def test_load_ratio_needs_a_rated_capacity() -> None:
    rated = {"assets": {"M1": {"rated_capacity": 52.0}}}
    assert shift_record("equipment.load_ratio", worked_shift(), **rated).result.value == 195 / (52 * 7.5)
    records = Assessor(small_plant(), worked_shift(), [SHIFT]).records(SHIFT)
    assert "equipment.load_ratio" not in {record.kpi for record in records}


@settings(deadline=None, max_examples=200)
@given(CELLS, st.integers(0, 3))
def test_NEE_bounds_of_certain_pieces_hold_every_completion(cells: list[str], good: int) -> None:
    """Pieces certain at one instant, so each completion with producing time is possible: the low is their minimum."""
    time = of_cells(cells)
    producing = time.may({0})
    either = time.sure({1, 4}) - time.sure({1}) - time.sure({4})
    below = producing * (time.whole - time.sure({4}) - either)
    every = [
        Fraction(
            good * (states.count("P") + states.count("S")),
            states.count("P") * (len(cells) - states.count("N")),
        )
        for states in product(*cells)
        if states.count("P")
    ]
    if below and every:
        low = Fraction(good * CELL * (producing + time.sure({1})), below)
        assert low == min(every)
    operating = Fraction(time.may({0, 1}), time.whole - time.may({4}, apart={0, 1}) or 1)
    most = Fraction(good * CELL, time.sure({0})) if time.sure({0}) else None
    for value in every:
        assert most is None or value <= most * operating
