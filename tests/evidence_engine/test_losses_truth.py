"""Losses of a machine that is known to the second lie within their bounds, however badly it was looked at (D34)."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import HOUR, NS, SHIFT, T0, at, small_plant
from tests.evidence_engine.true_machine import (
    CYCLE,
    MIN_STOP,
    WORK,
    Agent,
    Machine,
    collected,
    cuts,
    machine,
    overlap,
)

SPANS = [SHIFT, Window(at(9), at(15), "custom", "inner"), Window(T0, T0 + 24 * HOUR, "day", "day")]
STOPS = ("down", "idle", "setup")
COLD = ("setup", "planned_stop", "off")
WARM_UP = 900
PLANT = small_plant(assets={"M1": {"warm_up": float(WARM_UP)}})


def truth(of: Machine, window: Window) -> dict[str, float]:
    """By the words of the definitions; hours."""
    work = [
        (max(a, window.start), min(b, window.end)) for a, b in WORK if a < window.end and b > window.start
    ]
    stays = [(a[0], b[0], a[1]) for a, b in pairwise([*of.states, (T0 + 26 * HOUR, "off")])]
    long = {(a, b) for a, b, s in stays if s in STOPS and overlap(a, b, WORK) >= MIN_STOP * NS}
    begun = [(a, b) for a, b, s in stays if s in STOPS and any(x <= a < y for x, y in work)]
    made = [good for ts, good in of.pieces if any(a < ts <= b for a, b in work)]

    def time(*states: str, only: set[tuple[int, int]] | None = None) -> int:
        return sum(
            overlap(a, b, work) for a, b, s in stays if s in states and (only is None or (a, b) in only)
        )

    breakdown = time("down", only=long)
    rejected = [ts - 1 for ts, good in of.pieces if not good and any(a < ts <= b for a, b in work)]
    starting = sum(any(a <= ts < b + WARM_UP * NS for a, b, s in stays if s in COLD) for ts in rejected)
    return {
        "losses.stops": sum(stay in long for stay in begun),
        "losses.minor_stops": sum(stay not in long for stay in begun),
        "losses.stop_time": time(*STOPS) / HOUR,
        "losses.breakdown": breakdown / HOUR,
        "losses.setup": time("setup") / HOUR,
        "losses.idling": (time("idle", "down") - breakdown) / HOUR,
        "losses.speed": (time("producing") - len(made) * CYCLE * NS) / HOUR,
        "losses.defects": (len(rejected) - starting) * CYCLE / 3600,
        "losses.start_up": starting * CYCLE / 3600,
        "losses.effective_time": sum(made) * CYCLE / 3600,
    }


def violations(agent: Agent, seed: int) -> Sequence[str]:
    of = machine(seed)
    assessor = Assessor(PLANT, collected(of, agent, seed), SPANS)
    found = []
    for window in SPANS:
        expected = truth(of, window)
        for record in assessor.records(window):
            true = expected.get(record.kpi) if record.subject.get("asset") == "M1" else None
            low, high = record.result.low, record.result.high
            if true is not None and (
                (low is not None and true < low - 1e-9) or (high is not None and true > high + 1e-9)
            ):
                found.append(f"{window.name} {record.kpi}: {true} not in {record.result}")
    return found


@pytest.mark.parametrize("seed", [21, 22, 23])
@pytest.mark.parametrize(("poll", "error"), [(2.0, 0.0), (20.0, 15.0)])
def test_bounds_hold_the_truth(poll: float, error: float, seed: int) -> None:
    assert not violations(Agent(poll, error, [(T0 - HOUR, T0 + 25 * HOUR)]), seed)


@pytest.mark.parametrize("seed", [31, 32, 33, 34, 35, 36])
def test_bounds_hold_the_truth_across_cuts_of_the_link(seed: int) -> None:
    assert not violations(Agent(10.0, 1.0, cuts(seed)), seed)


def test_the_comparison_can_fail() -> None:
    """Stamps ten minutes off, where half a second was stated."""
    assert violations(Agent(2.0, 0.5, [(T0 - HOUR, T0 + 25 * HOUR)], shift=600 * NS), 21)
