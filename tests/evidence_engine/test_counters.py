"""Counters: steps, their intervals and bounds, and what falls and jumps may have been (D10, D11, D12)."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.counters import StepKind, Steps, steps_of
from evidence_engine.knowledge.limits import allowed, limit_of
from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.samples import NO_SAMPLES, Samples
from tests import naive
from tests.evidence_engine.knowledge_cases import beats, facts, history, plant, rows

LIVE: dict[str, Any] = {"resolution": 10.0, "time_error": 1.0}
LIMIT = (Fraction(1, 10 * NS), 1)
"""One piece in 10 s, one at a time."""


def count(
    samples: Samples,
    limit: tuple[Fraction | None, int] = LIMIT,
    until: float = 10_000,
    role: str = "count_total",
    asset: dict[str, Any] | None = None,
    **stated: Any,
) -> Steps:
    """A counter looked at every 10 s over an unbroken link."""
    here = plant([facts(f"A/{role}", **(LIVE | stated))], **(asset or {}))
    known = {"@c/link": beats(0, until), f"A/{role}": samples}
    return steps_of(History(known), here, "A", role, *limit)


def said(steps: Steps) -> list[tuple[str, float, int, int, int | None]]:
    """(kind, t2 in s, amount, low, high or None) of each step."""
    columns = (steps.kind, steps.t2, steps.amount, steps.low, steps.high, steps.high_bounded)
    return [
        (StepKind(kind).name.lower(), int(t2) / NS, int(amount), int(low), int(high) if bounded else None)
        for kind, t2, amount, low, high, bounded in zip(*columns, strict=True)
    ]


def interval(steps: Steps, index: int = 0) -> tuple[float, float]:
    return int(steps.start[index]) / NS, int(steps.end[index]) / NS


def test_D10_a_seen_step_lies_within_resolution_and_error_of_its_reading() -> None:
    steps = count(rows((0, 5), (100, 6), (103, 7)))
    assert said(steps) == [("rise", 100, 1, 1, 1), ("rise", 103, 1, 1, 1)]
    assert steps.seen.tolist() == [True, True]
    assert [interval(steps, 0), interval(steps, 1)] == [(89, 101), (99, 104)]


def test_D10_a_reported_step_lies_at_least_one_ns_before_its_reading() -> None:
    steps = count(rows((0, 5), (100, 6)), resolution=0.0, time_error=0.0)
    assert (steps.start[0], steps.end[0]) == (100 * NS - 1, 100 * NS)


def test_D10_a_bridged_step_begins_before_knowledge_of_the_old_value_ended() -> None:
    known = history(link=rows((0, 1), (30, 1), (200, 1), (900, 1)), A__count_total=rows((10, 5), (210, 8)))
    steps = steps_of(
        known, plant([facts("A/count_total", timeout=700.0, **LIVE)]), "A", "count_total", *LIMIT
    )
    assert steps.seen.tolist() == [True]
    steps = steps_of(
        known, plant([facts("A/count_total", timeout=100.0, **LIVE)]), "A", "count_total", *LIMIT
    )
    assert said(steps) == [("rise", 210, 3, 3, 3)]
    assert (steps.seen.tolist(), interval(steps)) == ([False], (19, 211))


def test_D11_a_rise_over_unknown_time_is_exactly_the_difference() -> None:
    steps = count(rows((0, 5), (100, None), (5000, 400)))
    assert said(steps) == [("rise", 5000, 395, 395, 395)]
    assert steps.seen.tolist() == [False]


def test_D10_knowledge_of_the_counter_and_its_open_ends() -> None:
    steps = count(rows((50, 5), (100, None), (150, 6)), until=300)
    instants = np.array([40, 50, 52, 95, 120, 152, 298]) * NS
    known, sure = steps.at(instants)
    assert known.tolist() == [False, True, True, True, False, True, True]
    assert sure.tolist() == [False, False, True, False, False, True, False]
    assert (steps.opens, steps.closes) == (51 * NS, 289 * NS)


@pytest.mark.parametrize(
    "samples", [NO_SAMPLES, rows((5, 3)), rows((5, None), (9, None)), rows((5, -3), (9, float("inf")))]
)
def test_no_two_good_readings_no_step(samples: Samples) -> None:
    steps = count(samples)
    assert said(steps) == []
    assert (steps.opens is None) == (len(samples) != 1)


def test_D11_negative_readings_and_invalid_values_are_bad() -> None:
    steps = count(rows((0, 5), (100, -6), (200, 65535), (300, 6)), invalid=(65535.0,))
    assert said(steps) == [("rise", 300, 1, 1, 1)]


def test_D11_a_glitch_is_bad_between_and_the_step_is_the_difference() -> None:
    steps = count(rows((0, 1000), (100, 3), (110, 3), (120, 1004)))
    assert said(steps) == [("glitch", 120, 4, 4, 4)]
    assert interval(steps) == (89, 121)
    assert steps.at(np.array([105]) * NS)[0].tolist() == [False]
    assert "glitch" in steps.limitations


def test_D11_glitch_before_rollover_995_0_995() -> None:
    slow = count(rows((0, 995), (100, 0), (110, 995)), modulus=1000.0)
    assert said(slow) == [("glitch", 110, 0, 0, 0)]
    fast = count(rows((0, 995), (100, 0), (110, 995)), (Fraction(10, NS), 1), modulus=1000.0)
    kind, t2, amount, low, high = said(fast)[0]
    assert (kind, t2, amount, low) == ("glitch", 110, 0, 0)
    assert high is not None
    assert high >= 1000


def test_D11_a_rollover_counts_over_the_modulus() -> None:
    steps = count(rows((0, 998), (100, 1), (2000, 2)), modulus=1000.0)
    assert said(steps)[0][:4] == ("rollover", 100, 3, 0)
    assert (steps.high[0] >= 3, steps.seen[0]) == (True, True)


def test_D11_a_rollover_of_more_than_half_the_modulus_is_none() -> None:
    steps = count(rows((0, 400), (100, 150), (2000, 151)), (Fraction(1, NS), 100), modulus=1000.0)
    assert said(steps)[0][0] == "reset"


def test_D11_a_reset_counts_from_zero_and_may_have_lost_what_the_limit_allows() -> None:
    steps = count(rows((0, 1000), (100, 2), (2000, 15)))
    assert said(steps) == [("reset", 100, 2, 0, 2 + 2), ("rise", 2000, 13, 13, 13)]


def test_D11_a_fall_to_more_than_half_is_a_correction() -> None:
    steps = count(rows((0, 1000), (100, 900), (2000, 915)))
    assert said(steps) == [("correction", 100, 0, 0, 2), ("rise", 2000, 15, 15, 15)]
    assert steps.at(np.array([105]) * NS)[0].tolist() == [True]


def test_D11_a_reset_whose_count_comes_back_by_credible_steps_is_no_glitch_but_both_stay_inside() -> None:
    steps = count(rows((0, 3), (100, 0), (110, 1), (120, 2), (130, 3), (140, 4), (2000, 50)))
    assert [row[:3] for row in said(steps)[:4]] == [
        ("reset", 100, 0),
        ("rise", 110, 1),
        ("rise", 120, 1),
        ("rise", 130, 1),
    ]
    until_return = steps.t2 <= 130 * NS
    assert steps.low[until_return].sum() == 0
    assert steps.high[until_return].sum() >= 3


def test_D11_a_fall_is_undecided_until_the_glitch_window_has_passed() -> None:
    steps = count(rows((0, 1000), (100, 3), (110, 4)), until=400)
    assert steps.undecided.tolist() == [True]
    kind, t2, amount, low, high = said(steps)[0]
    assert (kind, t2, amount, low) == ("undecided", 110, 0, 0)
    assert high is not None
    assert high >= 4
    assert "undecided_fall" in steps.limitations
    assert said(count(rows((0, 1000), (100, 3), (110, 4)), until=710))[0][0] == "reset"


def test_D11_a_jump_is_a_bad_sample() -> None:
    steps = count(rows((0, 5), (100, 50_000), (110, 6)))
    assert said(steps) == [("rise", 110, 1, 1, 1)]
    assert (steps.jumped.tolist(), steps.seen.tolist()) == ([100 * NS], [False])
    assert "jump" in steps.limitations


def test_D11_a_jump_after_which_all_is_credible_was_a_correction() -> None:
    steps = count(rows((0, 5), (100, 50_000), (110, 50_001)))
    assert said(steps) == [("correction", 100, 0, 0, 2), ("rise", 110, 1, 1, 1)]


def test_D11_without_limits_every_rise_is_credible_and_a_limitation_says_so() -> None:
    steps = count(rows((0, 5), (100, 50_000), (200, 2), (1000, 3)), (None, 1))
    assert said(steps) == [
        ("rise", 100, 49_995, 49_995, 49_995),
        ("reset", 200, 2, 0, None),
        ("rise", 1000, 1, 1, 1),
    ]
    assert "no_limit" in steps.limitations


def test_D11_a_net_register_may_fall() -> None:
    steps = count(rows((0, 5), (100, 3), (200, -1)), (None, 0), role="energy_active", direction="net")
    assert said(steps) == [
        ("rise", 100, -2_000_000, -2_000_000, -2_000_000),
        ("rise", 200, -4_000_000, -4_000_000, -4_000_000),
    ]


def test_D11_a_declared_meter_exchange_leaves_no_step() -> None:
    exchange = {"role": "energy_active", "time": "1970-01-01T00:01:00Z", "old_end": 501.0, "new_start": 2.0}
    asset: dict[str, Any] = {"rated_power": 1000.0, "exchanges": [exchange]}
    limit = limit_of(plant(**asset), "A", "energy_active")
    steps = count(rows((50, 500), (100, 5)), limit, role="energy_active", asset=asset)
    assert said(steps) == [("rise", 100, 4_000_000, 4_000_000, 4_000_000)]
    assert "meter_exchange" in steps.limitations


def test_D12_limits_by_role() -> None:
    here = plant(rated_power=36.0, burst=4, ideal_cycle={"p": 10.0, "q": 2.5})
    assert limit_of(here, "A", "count_good") == (Fraction(1, 2_500_000_000), 4)
    rate, burst = limit_of(here, "A", "energy_active")
    assert rate is not None
    assert (int(rate * NS), burst) == (10_000, 0)  # 36 kW: 10 Wh per second, in mWh
    assert limit_of(here, "A", "gas_volume")[0] is None
    assert limit_of(plant(ideal_cycle={}), "A", "count_good")[0] is None


def test_D12_what_it_allows() -> None:
    assert allowed(Fraction(1, 10), 2, 25) == 4
    assert allowed(Fraction(1, 10), 2, 25, stretches=3) == 8


def test_D12_a_meter_takes_one_register_step_at_once() -> None:
    steps = count(rows((0, 5), (100, 6)), (Fraction(1, NS), 0), role="energy_active", step=1.0)
    assert (steps.step_quantum, steps.burst) == (1_000_000, 1_000_000)
    assert said(steps)[0][0] == "rise"


def test_D12_the_bucket_disproves_a_limit_at_the_step_that_overflows_it() -> None:
    steps = count(rows((0, 0), (100, 3), (110, 4), (120, 5), (220, 6)))
    assert steps.disproved.tolist() == [100 * NS, 110 * NS, 120 * NS]
    assert "limit_disproved" in steps.limitations
    assert not len(count(rows((0, 0), (100, 1), (110, 2), (120, 3))).disproved)


def test_D10_runs_between_resets() -> None:
    steps = count(rows((0, 1000), (100, 2), (2000, 15)))
    assert steps.runs_in(0, 200 * NS) == 2
    assert steps.runs_in(1000 * NS, 2100 * NS) == 1


def test_a_window_carries_only_the_limitations_of_what_touches_it() -> None:
    steps = count(rows((0, 1000), (100, 2), (2000, 50_000), (2010, 3), (2100, None), (2200, 4)))
    assert steps.limitations_in(0, 200 * NS) == ("assumes_one_disturbance", "reset")
    assert steps.limitations_in(200 * NS, 1000 * NS) == ()
    assert steps.limitations_in(1900 * NS, 2300 * NS) == ("assumes_no_hidden_reset", "jump")


def test_numbers_too_large_to_tell_apart_are_said() -> None:
    steps = count(rows((0, 2.0**53), (100, 2.0**53 + 2)))
    assert said(steps)[0][2] == 2
    assert "precision_lost" in steps.limitations


def test_D31_an_unstated_resolution_widens_the_interval() -> None:
    here = plant(series={"A/count_total": SeriesFacts()})
    steps = steps_of(History({"A/count_total": rows((0, 0), (300, 5))}), here, "A", "count_total", *LIMIT)
    assert (interval(steps), steps.seen.tolist()) == ((0, 300), [True])
    assert "resolution_unstated" in steps.limitations


VALUES = st.one_of(st.integers(0, 30), st.sampled_from([0, 95, 99, 100, 400]))
COUNTERS = st.lists(st.tuples(st.integers(1, 9), st.one_of(VALUES, VALUES, st.none())), max_size=14)
RATES = st.sampled_from([None, Fraction(1, 10), Fraction(1, 3), Fraction(7, 2)])


@given(
    COUNTERS,
    RATES,
    st.integers(0, 5),
    st.integers(0, 2),
    st.sampled_from([0, 100]),
    st.sampled_from([6, 20, 60]),
)
@settings(deadline=None, max_examples=400)
def test_D11_as_its_twin_reads_it(
    gaps: list[tuple[int, int | None]],
    rate: Fraction | None,
    resolution: int,
    error: int,
    modulus: int,
    window: int,
) -> None:
    ts = [sum(g for g, _ in gaps[: i + 1]) for i in range(len(gaps))]
    samples = [(t, v) for t, (_, v) in zip(ts, gaps, strict=True)]
    stated: dict[str, Any] = {"resolution": resolution * 1e-9, "time_error": error * 1e-9}
    here = plant([facts("A/count_total", modulus=float(modulus) if modulus else None, timeout=1.0, **stated)])
    end = (ts[-1] if ts else 0) + 20
    known = History({"@c/link": rows((0, 1), (end, 1), unit=1), "A/count_total": rows(*samples, unit=1)})
    steps = steps_of(known, here, "A", "count_total", rate, 1, glitch_window=window)
    following = [*ts[1:], end][: len(ts)]
    looks = [naive.Look(t, v, n) for (t, v), n in zip(samples, following, strict=True) if v is not None]
    twin = naive.Counter(looks, naive.Rules(rate, 1, resolution, error, window, modulus=modulus))
    columns = (steps.kind, steps.t1, steps.t2, steps.amount, steps.low, steps.high, steps.high_bounded)
    got = [
        (StepKind(k).name.lower(), int(t1), int(t2), int(a), int(low), int(high) if bounded else None)
        for k, t1, t2, a, low, high, bounded in zip(*columns, strict=True)
    ]
    assert sorted(got, key=str) == sorted(twin.rows(), key=str)
    assert (steps.low <= steps.amount).all()
    assert ((steps.amount <= steps.high) | ~steps.high_bounded).all()


@given(
    st.lists(st.integers(0, 4), min_size=30, max_size=60),
    st.sampled_from(["none", "reset", "glitch", "lost reset", "gap"]),
    st.integers(5, 25),
    st.integers(1, 3),
)
@settings(deadline=None, max_examples=200)
def test_D11_the_true_count_lies_within_the_bounds(
    made: list[int], disturbance: str, when: int, long: int
) -> None:
    """A machine that obeys D12 (at most 4 pieces in each look of 10 s), one disturbance, every window of looks."""
    total, register, samples = 0, 500, []
    truth = [0]
    for look, pieces in enumerate(made):
        if disturbance.endswith("reset") and look == when:
            register = -pieces // 2 if disturbance == "lost reset" else 0
            register = max(register, 0)
            shown = register = pieces if disturbance == "reset" else pieces // 2
        else:
            shown = register = register + pieces
        total += pieces
        truth.append(total)
        if disturbance == "glitch" and when <= look < when + long:
            shown = 0
        bad = disturbance == "gap" and when <= look < when + long
        samples.append((10.0 * (look + 1), None if bad else shown))
    stated: dict[str, Any] = {"resolution": 10.0, "time_error": 0.0}
    steps = count(rows((0, 500), *samples), (Fraction(4, 10 * NS), 4), until=5000, **stated)
    assert not len(steps.disproved)
    for first in range(0, len(made), 3):
        for last in range(first + 1, len(made) + 1):
            low, high = window_bounds(steps, first * 10 * NS, last * 10 * NS)
            assert low <= truth[last] - truth[first] <= high, (first, last)


def window_bounds(steps: Steps, start: int, end: int) -> tuple[int, int]:
    """Bounds of a window: steps inside whole, steps across its edge at least nothing and at most their high."""
    whole = (steps.start >= start) & (steps.end <= end)
    touching = (steps.end > start) & (steps.start < end)
    return int(steps.low[whole].sum()), int(steps.high[touching].sum())


def test_D12_a_net_register_that_wavers_about_a_step_disproves_nothing() -> None:
    """10 kW rated; the register shows 0.1 kWh more and less in turn, each 20 s, and then 1 kWh less at once."""
    wavering = [(20 * n, 50 + 0.1 * (n % 2)) for n in range(20)]
    here = {"rated_power": 10.0, "ideal_cycle": {}}
    limit = (Fraction(10_000_000, 3600 * NS), 0)
    stated: dict[str, Any] = {"direction": "net", "step": 0.1, "role": "energy_active", "asset": here}
    assert not len(count(rows(*wavering), limit, **stated).disproved)
    fallen = count(rows(*wavering, (400, 49.2)), limit, **stated)
    assert (fallen.disproved // NS).tolist() == [400]


def test_D12_what_a_net_register_fell_by_leaves_no_room_for_what_it_rises_by_later() -> None:
    readings = rows((0, 100), (10, 85), (20, 100), (50, 100))
    steps = count(readings, (Fraction(1, NS), 2), role="count_total", direction="net")
    assert steps.disproved.tolist() == [10 * NS, 20 * NS]


def test_D10_a_piece_at_the_instant_at_which_knowledge_ends_is_unknown() -> None:
    """Exact reports; the tag goes bad at 100 s as a piece is made, and is good again at 120 s: no window may count it
    that begins at 100 s."""
    steps = count(rows((0, 5), (100, None), (120, 6)), resolution=0.0, time_error=0.0)
    assert (steps.start[0], steps.end[0]) == (100 * NS - 1, 120 * NS)
    assert count(rows((0, 5), (100, None)), resolution=0.0, time_error=0.0).closes == 100 * NS - 1
