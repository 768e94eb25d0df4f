"""Losses, energy by state and load, plan and limits of the plant's truth: small cases worked by hand, and what must add up."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from simulators.model.parts import HOUR, MINUTE
from simulators.model.plan import PlanEntry
from simulators.model.trace import Flow, Steps
from simulators.truth import BandHours, Limit, Tariff, Terms, Window, ended_windows, truth_document
from simulators.truth.energies import by_state, load_figures, split_figures
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.losses import stop_figures, yield_figures
from simulators.truth.planning import forecast, open_at
from simulators.truth.sums import piece_sums, state_sums
from simulators.truth.terms import band_figures, limit_figures
from simulators.truth.windows import WorkingTime
from tests.simulators.week import BEGIN, DAY, END, week

SHIFT = BEGIN + 8 * HOUR
"""08:00 of a Tuesday; the break lies from 12:00 to 12:30."""


def stays_of(*states: tuple[int, str]) -> Stays:
    """A machine by the minutes after SHIFT at which it changes."""
    category = Steps()
    for minute, state in states:
        category.put(SHIFT + minute * MINUTE, state)
    machine = SimpleNamespace(category=category)
    return Stays(machine, SHIFT + 12 * HOUR)  # type: ignore[arg-type]


def window_of(first_min: int, last_min: int, *kinds: str) -> Window:
    """A part of the day shift."""
    begin, end = SHIFT + first_min * MINUTE, SHIFT + last_min * MINUTE
    return Window(begin, end, tuple(week().calendar.working(begin, end)), frozenset(kinds))


def stops(stays: Stays, window: Window) -> dict[str, float]:
    working = WorkingTime(week().calendar, BEGIN, END)
    return {kpi.removeprefix("losses."): value for kpi, value in stop_figures(stays, window, working)}


def test_stops_and_their_time_by_hand() -> None:
    stays = stays_of((0, "producing"), (10, "down"), (14, "producing"), (20, "down"), (26, "idle"), (29, "setup"),
                     (60, "producing"))  # fmt: skip
    found = stops(stays, window_of(0, 60))
    assert found == {
        "stops": 2,
        "minor_stops": 2,
        "stop_time": pytest.approx(44 / 60),
        "breakdown": pytest.approx(6 / 60),
        "setup": pytest.approx(31 / 60),
        "idling": pytest.approx(7 / 60),
    }


def test_a_stop_counts_where_it_begins_and_lasts_in_each_window() -> None:
    stays = stays_of((0, "producing"), (56, "down"), (62, "producing"))
    first, second = stops(stays, window_of(0, 60)), stops(stays, window_of(60, 120))
    assert (first["stops"], second["stops"]) == (1, 0)
    assert [first["breakdown"], second["breakdown"]] == pytest.approx([4 / 60, 2 / 60])


def test_a_break_is_no_part_of_a_stop() -> None:
    """Down from 11:58 to 12:32 are four minutes of calendar time: a minor stop."""
    found = stops(stays_of((0, "producing"), (238, "down"), (272, "producing")), window_of(180, 300))
    assert (found["stops"], found["minor_stops"], found["breakdown"]) == (0, 1, 0)
    assert found["idling"] == pytest.approx(4 / 60)


def test_the_losses_of_a_machine_leave_its_effective_time() -> None:
    plant = week()
    window = next(w for w in ended_windows(plant.calendar, BEGIN, END) if "history" in w.kinds)
    for machine in plant.machines.values():
        history = MachineHistory(machine, END)
        time, pieces = state_sums(history.stays, window, plant.calendar), piece_sums(history, window)
        found = stops(history.stays, window) | dict(yield_figures(time, pieces))
        by_pieces = sum(found[f"losses.{name}"] for name in ("speed", "defects", "effective_time"))
        rest = history.stays.calendar_ns(window)
        away = (rest.get("planned_stop", 0) + rest.get("off", 0)) / HOUR
        assert found["stop_time"] == pytest.approx(found["breakdown"] + found["setup"] + found["idling"])
        assert by_pieces + found["stop_time"] + away == pytest.approx(window.calendar_ns / HOUR)


def flow_of(*rates: tuple[int, int]) -> Flow:
    """W from minutes after SHIFT on."""
    flow = Flow()
    for minute, watts in rates:
        flow.put(SHIFT + minute * MINUTE, watts)
    return flow


def test_peaks_and_base_of_a_load_by_hand() -> None:
    flow = flow_of((0, 4000), (15, 8000), (30, 4000), (60, 2000))
    found = dict(load_figures(flow, window_of(0, 120, "shift")))
    assert found == {
        "energy.max_demand": 8.0,
        "energy.base_load": 2.0,
        "energy.load_rate": pytest.approx((4 + 8 + 4 + 4 + 4 * 2) / 8 / 8),
    }
    cut = dict(load_figures(flow, window_of(5, 55)))  # the quarters from 08:15 to 08:45, and no whole hour
    assert cut == {"energy.max_demand": 8.0, "energy.load_rate": 0.75}


def test_energy_by_state_and_in_the_break() -> None:
    stays = stays_of((180, "idle"), (270, "producing"))
    split = by_state(flow_of((180, 6000)), stays, window_of(180, 300))
    assert dict(split_figures([split])) == {
        "energy.idle": 6.0,
        "energy.planned_stop": 0.0,
        "energy.off_shift": 3.0,
    }
    assert dict(split_figures([split, split]))["energy.off_shift"] == 6.0


def test_bands_and_cost_by_hand() -> None:
    """2 h at 6 kW, half of them at the peak."""
    tariff = Tariff(
        (BandHours("peak", frozenset({11}), 9 * 60, 10 * 60),),
        {"peak": Fraction("1.2"), "flat": Fraction("0.6")},
    )
    found = dict(band_figures(flow_of((0, 6000)), tariff, week().calendar, window_of(0, 120)))
    assert found == {"energy.share_peak": 0.5, "energy.share_flat": 0.5, "energy.cost": pytest.approx(10.8)}


def test_a_level_at_the_limit_has_not_exceeded_it() -> None:
    trace = Steps()
    for minute, level in ((0, 82.0), (10, 82.5), (13, 83.0), (20, 80.0), (50, 84.0), (53, 70.0)):
        trace.put(SHIFT + minute * MINUTE, level)
    limit = Limit("ENV-01", "noise", 82.0, 5 * MINUTE)
    found = dict(limit_figures(trace, limit, window_of(0, 60), END))
    assert found == {
        "environment.within_limits": pytest.approx(47 / 60),
        "environment.exceeded_time": pytest.approx(13 / 60),
        "environment.exceedances": 1.0,
    }


def test_an_open_entry_keeps_pace_and_is_in_reach_up_to_the_last_piece() -> None:
    history = MachineHistory(week().machines["PACK-01"], END)
    begin, now, end = SHIFT, SHIFT + 2 * HOUR, SHIFT + 4 * HOUR
    product = str(history.machine.product.at(now))
    made = sum(begin < ts <= now and history.machine.product.at(ts - 1) == product for ts in history.good.ts)
    room = 2 * HOUR // history.machine.spec.ideal_ns[product] + 1
    for quantity, paced, reached in (
        (2 * made, 1.0, 1.0),
        (2 * made + 1, 0.0, 1.0),
        (made + room, float(made >= room), 1.0),
        (made + room + 1, float(made > room), 0.0),
    ):
        entry = PlanEntry("PACK-01", product, begin, end, quantity)
        assert open_at([entry], now) == [entry]
        assert dict(forecast([(history, entry)], now, week().calendar)) == {
            "planning.on_track": paced,
            "planning.reachable": reached,
        }
    assert not open_at([PlanEntry("PACK-01", product, begin, now, 1)], now)


def test_a_step_of_one_machine_is_that_machine_and_terms_add_their_figures() -> None:
    limit = Limit("ENV-01", "noise", 82.0, 5 * MINUTE)
    tariff = Tariff((), {"flat": Fraction("0.5")})
    document = truth_document(week(), BEGIN, BEGIN + DAY, [], {}, Terms(tariff, (limit,)))
    of: dict[tuple[str, str], list[float]] = {}
    for row in document["kpis"]:
        whom = row["subject"].get("asset") or row["subject"].get("step") or ""
        of.setdefault((row["kpi"], whom), []).append(row["value"])
    for kpi in ("equipment.availability", "equipment.oee", "quality.quality_ratio"):
        assert of[kpi, "blanking"] == of[kpi, "PRESS-01"]
    assert of["energy.share_flat", "EM-MAIN"] == [1.0] * len(of["energy.share_flat", "EM-MAIN"])
    assert of["environment.exceedances", ""] == of["environment.exceedances", "ENV-01"]
