"""What a device shows of a trace: resets, roll-overs, bad and frozen stretches, and the stream of reports."""

import pytest

from simulators.clock import SECOND
from simulators.faults import Fault, FaultError
from simulators.wire.signal import Report, Reporter, Signal
from tests.simulators.scripted import START, ManualClock, ScriptedPlant, fault, floor_of

STORY = {("A", "count_total"): [(0, 5.0), (10, 6.0), (20, 7.0), (30, 8.0)]}


def shown_by(*faults: Fault, modulus: int = 0, base: float = 0.0) -> Signal:
    plant, clock = ScriptedPlant(STORY), ManualClock()
    plant.advance(START + 100 * SECOND)
    return floor_of(plant, clock, *faults, bases={("A", "count_total"): base}).signal(
        "A", "count_total", ("dev",), modulus
    )


def at(second: float) -> int:
    return START + round(second * SECOND)


def told(signal: Signal, *, steps: tuple[float, ...] = (100,)) -> list[tuple[float, float | str | None]]:
    plant = ScriptedPlant(STORY)
    signal._trace = plant.trace("A", "count_total")
    reporter = Reporter(signal, START)
    found: list[Report] = []
    for step in steps:
        plant.advance(at(step))
        found += reporter.take(at(step))
    return [((r.ts - START) / SECOND, r.value) for r in found]


def test_a_reset_counter_starts_again_at_zero_and_says_so_at_that_instant() -> None:
    signal = shown_by(fault("counter_reset", "dev", 15, asset="A", signals=("count_total",)))
    assert [signal.shown(at(s)) for s in (14, 15, 20, 30)] == [6, 0, 1, 2]
    assert told(signal) == [(10, 6), (15, 0), (20, 1), (30, 2)]


def test_a_counter_put_under_its_modulus_rolls_over_soon() -> None:
    signal = shown_by(fault("rollover", "dev", 5, signals=("count_total",), by=1), modulus=1000)
    assert [signal.shown(at(s)) for s in (4, 5, 10, 20)] == [5, 998, 999, 0]


def test_a_rollover_without_a_modulus_is_refused() -> None:
    with pytest.raises(FaultError, match="A/count_total has no modulus"):
        shown_by(fault("rollover", "dev", 5, signals=("count_total",)))


def test_a_counter_reset_in_the_past_goes_on_from_there() -> None:
    assert shown_by(base=5.0).shown(at(10)) == 1


def test_bad_quality_ends_the_old_value_and_the_new_one_begins_with_the_repair() -> None:
    signal = shown_by(fault("bad_quality", "dev", 8, 25))
    assert told(signal) == [(8, None), (25, 7), (30, 8)]
    assert signal.read(at(12)) == Report(at(8), None)
    assert signal.read(at(26)) == Report(at(25), 7)


def test_a_frozen_value_reports_nothing_while_a_read_gives_the_truth() -> None:
    signal = shown_by(fault("frozen_value", "dev", 8, 25))
    assert signal.read(at(12)) == Report(at(10), 6)
    assert told(signal) == [(20, 7), (30, 8)]


@pytest.mark.parametrize("steps", [(100,), (5, 10, 15, 20, 100), tuple(range(1, 101))])
def test_reports_do_not_depend_on_how_often_they_are_fetched(steps: tuple[float, ...]) -> None:
    signal = shown_by(
        fault("counter_reset", "dev", 15, signals=("count_total",)), fault("bad_quality", "dev", 17, 28)
    )
    assert told(signal, steps=steps) == [(10, 6), (15, 0), (17, None), (28, 1), (30, 2)]
