"""Warnings before failures: hand-worked rows of cells, every completion of two rows, and a day through the engine."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.failures import stops_of
from evidence_engine.kpis.outcome import ONE, Ratio
from evidence_engine.kpis.watching.beginnings import Beginnings
from evidence_engine.kpis.watching.forewarning import Scene, Watch, lead_time, watched
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from tests.evidence_engine.known_things import CELL, calendar, held
from tests.evidence_engine.small_plant import SHIFT, T0, at, history_of, small_plant
from tests.evidence_engine.test_kpi_alarms import runs

MIN_STOP, MIN_WARNING, HORIZON = 2, 1, 3


def scene(states: Sequence[str], warnings: Sequence[str], start: int, end: int) -> Scene:
    within = calendar((-100, len(states) + 100))
    return Scene(
        Beginnings(stops_of(held(states), within, MIN_STOP * CELL), within),
        Beginnings(stops_of(held(warnings), ALWAYS, MIN_WARNING * CELL), ALWAYS),
        start * CELL,
        end * CELL,
        HORIZON * CELL,
        len(states) * CELL,
    )


def found_in(states: Sequence[str], warnings: Sequence[str], start: int, end: int) -> Watch:
    return watched(scene(states, warnings, start, end), 1, 1)


def truth(
    states: Sequence[str], warnings: Sequence[str], start: int, end: int
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """(share warned of, share of warnings that a failure followed, mean lead in cells) of one definite pair of rows."""
    failed, warned = runs(states, MIN_STOP, -9, 99), runs(warnings, MIN_WARNING, -9, 99)
    here = [n for n in failed if start <= n < end]
    leads = [n - min(before) for n in here if (before := [w for w in warned if n - HORIZON <= w < n])]
    begun = [w for w in warned if start <= w < end]
    followed = [w for w in begun if any(w < n <= w + HORIZON for n in failed)]
    return _share(len(leads), len(here)), _share(len(followed), len(begun)), _share(sum(leads), len(leads))


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def holds(low: Ratio | None, true: Fraction | None, high: Ratio | None) -> bool:
    if true is None:
        return True
    assert low is not None
    assert high is not None
    return Fraction(*low) <= true <= Fraction(*high)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[str], list[str], int, int]:
    size = draw(st.integers(2, 7))
    letters = st.sampled_from(["P", "P", "D", "D", "PD"])
    states, warnings = (draw(st.lists(letters, min_size=size, max_size=size)) for _ in range(2))
    start = draw(st.integers(0, size))
    return ["P", *states, "P"], ["P", *warnings, "P"], start, draw(st.integers(start + 1, size + 2))


def completed(cells: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return product(*cells)


@settings(deadline=None, max_examples=250)
@given(rows())
def test_no_completion_lies_outside(case: tuple[list[str], list[str], int, int]) -> None:
    states, warnings, start, end = case
    found = found_in(states, warnings, start, end)
    lead = lead_time([found], found.failures, ONE)
    for one in completed(states):
        for other in completed(warnings):
            warned, followed, mean = truth(one, other, start, end)
            assert holds(found.failures.low, warned, found.failures.high)
            assert holds(found.warnings.low, followed, found.warnings.high)
            hours = None if mean is None else mean * Fraction(CELL, HOUR)
            assert holds(lead.low, hours, lead.high)


@settings(deadline=None, max_examples=150)
@given(rows())
def test_what_is_all_known_has_no_width(case: tuple[list[str], list[str], int, int]) -> None:
    before = ["P"] * HORIZON  # so that no unknown time lies within the horizon
    states, warnings = ([*before, *("P" if cell == "PD" else cell for cell in row)] for row in case[:2])
    start, end = (edge + HORIZON for edge in case[2:])
    end = min(end, len(states))
    found = found_in(states, warnings, start, end)
    warned, _, mean = truth(states, warnings, start, end)
    lead = lead_time([found], found.failures, ONE)
    if warned is not None:
        assert found.failures.value is not None
        assert [Fraction(*one) for one in (found.failures.low, found.failures.high) if one] == [warned] * 2
        assert Fraction(*found.failures.value) == warned
    if mean is not None:
        assert [Fraction(*one) for one in (lead.low, lead.value, lead.high) if one] == [
            mean * Fraction(CELL, HOUR)
        ] * 3


def test_a_hit_a_miss_and_a_false_warning() -> None:
    found = found_in(list("PPDDPPPPDDPPPPPP"), list("PDPPPPPPPPPDPPPP"), 0, 16)
    assert (found.failures.has, found.failures.has_not) == (1, 1)
    assert (found.warnings.has, found.warnings.has_not) == (1, 1)
    assert lead_time([found], found.failures, ONE).value == (CELL, HOUR)


def test_the_first_warning_within_the_horizon_gives_the_lead() -> None:
    found = found_in(list("PPPPPPDDP"), list("PDPPDPPPP"), 0, 9)  # the one at cell 1 is 5 before: too early
    assert lead_time([found], found.failures, ONE).value == (2 * CELL, HOUR)
    nearer = found_in(list("PPPPPPDDP"), list("PPPDPDPPP"), 0, 9)
    assert lead_time([nearer], nearer.failures, ONE).value == (3 * CELL, HOUR)


def test_a_warning_that_begins_with_the_failure_warns_of_nothing() -> None:
    assert found_in(list("PPDDPPPP"), list("PPDDPPPP"), 0, 8).failures.value == (0, 1)


def test_standing_in_a_warning_for_ever_warns_of_one_horizon_only() -> None:
    states = list("PPDDPPPPPPDDP")
    assert found_in(states, ["P", *"D" * 12], 0, 13).failures.value == (1, 2)


def test_unknown_time_before_a_failure_may_hide_a_warning() -> None:
    found = found_in(list("PPPPDDPPPP"), ["P", "P", "PD", "P", *"PPPPPP"], 0, 10)
    assert (found.failures.low, found.failures.value, found.failures.high) == ((0, 1), (0, 1), (1, 1))


def test_a_warning_whose_horizon_is_open_is_in_both_bounds_only() -> None:
    found = found_in(list("PPPPPP"), list("PPPPDP"), 0, 6)
    assert found.is_open
    assert (found.warnings.value, found.warnings.low, found.warnings.high) == (None, (0, 1), (1, 1))


# ----------------------------------------------------------------- through the engine

VIBRATION = {"role": "vibration", "high": 4.5, "purpose": "condition"}


def day(**rows: list[tuple[int, float | str]]) -> History:
    from_before = T0 - 40 * HOUR
    state: list[tuple[int, float | str]] = [
        (from_before + 10**9, "producing"),
        (at(10), "down"),
        (at(11), "producing"),
    ]
    quiet: list[tuple[int, float | str]] = [(from_before + 10**9, 1.0)]
    series = {"M1/state": state, "M1/vibration": quiet} | {f"M1/{k}": v for k, v in rows.items()}
    return history_of(series, [(from_before, at(48))])


def of_site(history: History, **asset: object) -> dict[str, Record]:
    plant = small_plant(assets={"M1": {"key": True, "limits": [VIBRATION], **asset}})
    records = Assessor(plant, history, [SHIFT]).records(SHIFT)
    return {r.kpi: r for r in records if "asset" not in r.subject and r.kpi.startswith("maintenance.")}


def test_a_condition_limit_warns_of_the_failure_of_key_equipment() -> None:
    rise: list[tuple[int, float | str]] = [(T0 - 39 * HOUR, 1.0), (at(9), 6.0), (at(9.5), 2.0)]
    found = of_site(day(vibration=rise))
    assert found["maintenance.failures_warned"].result.low == 1.0
    assert found["maintenance.false_warnings"].result.high == 0.0
    assert found["maintenance.warning_lead_time"].result.value == 1.0
    assert found["maintenance.failures_warned"].parts["key_equipment"] == 1


def test_an_alarm_of_class_warning_warns_too() -> None:
    codes: list[tuple[int, float | str]] = [(T0 - 39 * HOUR, 0.0), (at(9.75), 3.0), (at(9.9), 0.0)]
    found = of_site(day(alarm=codes), alarms={"3": "warning"})
    assert found["maintenance.failures_warned"].result.value == 1.0
    assert found["maintenance.warning_lead_time"].result.value == 0.25


def test_key_equipment_that_nothing_can_warn_of_has_its_failures_missed() -> None:
    found = of_site(day(), limits=[])["maintenance.failures_warned"]
    assert (found.result.value, found.result.low, found.result.high) == (0.0, 0.0, 0.0)
    assert "no_warning_source" in {one.code for one in found.limitations}


@pytest.mark.parametrize("kpi", ["failures_warned", "false_warnings", "warning_lead_time"])
def test_without_key_equipment_it_is_not_applicable(kpi: str) -> None:
    records = Assessor(small_plant(), day(), [SHIFT]).records(SHIFT)
    found = next(r for r in records if r.kpi == f"maintenance.{kpi}" and "asset" not in r.subject)
    assert (found.result.value, found.result.low, found.result.high) == (None, None, None)
    assert [one.code for one in found.limitations] == ["no_key_equipment"]
