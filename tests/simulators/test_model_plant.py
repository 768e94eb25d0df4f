"""The plant keeps to what the product's assumptions (D12, D31) ask, and breaks each only on purpose."""

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import pytest

from simulators.model import BREAKABLE, Plant, plan_entries
from simulators.model.machine import Machine
from simulators.model.parts import HOUR, MINUTE, SECOND
from tests.simulators.week import BEGIN, DAY, END, demo_spec, new_plant, week

SEEDS = (1, 2, 3)


def traces_of(plant: Plant) -> dict[tuple[str, str], tuple[list[int], list[float | str]]]:
    return {key: (list(plant.trace(*key).ts), list(plant.trace(*key).value)) for key in plant.signals()}


def producing_ns(machine: Machine, begin: int, end: int) -> int:
    ts = [*machine.category.ts, end]
    stays = zip(ts, ts[1:], machine.category.value, strict=False)
    return sum(max(0, min(b, end) - max(a, begin)) for a, b, state in stays if state == "producing")


def short_cycles(plant: Plant) -> list[str]:
    """Machines with a piece that took less producing time than its ideal cycle."""
    found = []
    for name, machine in plant.machines.items():
        finished = machine.total.ts[1:200]
        cycles = [
            (producing_ns(machine, a, b), machine.spec.ideal_ns[str(machine.product.at(b - 1))])
            for a, b in pairwise(finished)
        ]
        if any(took < ideal for took, ideal in cycles):
            found.append(name)
    return found


def over_rated(plant: Plant) -> list[str]:
    return [name for name, m in plant.powered.items() if max(m.power.rate) > m.spec.rated_w]


def shortest(ts: list[int]) -> int:
    return min((b - a for a, b in pairwise(ts)), default=DAY)


def flickering(plant: Plant) -> list[str]:
    dwell = plant.spec.min_dwell_s * SECOND
    return [name for name, m in plant.powered.items() if shortest(m.category.ts) < dwell]


def test_a_week_takes_less_than_five_seconds() -> None:
    plant = new_plant(seed=4)
    begin = perf_counter()
    plant.advance(END)
    assert perf_counter() - begin < 5


def test_the_same_seed_gives_the_same_traces_however_time_is_cut() -> None:
    whole, cut = new_plant(), new_plant()
    whole.advance(BEGIN + DAY)
    for ts in range(BEGIN - HOUR, BEGIN + DAY + 1, 15 * MINUTE + 7):
        cut.advance(ts)
        cut.trace("CNC-01", "energy_active").since(0)
        cut.trace("EM-MAIN", "power_active").since(0)
    cut.advance(BEGIN + DAY)
    cut.advance(BEGIN)  # the past does nothing
    assert traces_of(whole) == traces_of(cut)


def test_another_seed_gives_another_plant() -> None:
    assert week(1).trace("PACK-01", "count_total").ts != week(2).trace("PACK-01", "count_total").ts


@pytest.mark.parametrize("seed", SEEDS)
def test_no_state_product_or_power_level_is_shorter_than_the_dwell(seed: int) -> None:
    plant = week(seed)
    dwell = plant.spec.min_dwell_s * SECOND
    for asset, role in plant.signals():
        if role in ("state", "product", "power_active", "alarm", "temperature", "pressure"):
            assert shortest(plant.trace(asset, role).ts) >= dwell, (asset, role)


def test_a_longer_dwell_is_kept_too() -> None:
    plant = Plant(replace(demo_spec(), min_dwell_s=600), 1, BEGIN)
    plant.advance(BEGIN + 2 * DAY)
    assert flickering(plant) == []
    assert all(len(m.total) > 100 for m in plant.machines.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_exceeds_rated_power(seed: int) -> None:
    plant = week(seed)
    assert over_rated(plant) == []
    for meter in plant.spec.meters.values():
        if meter.kind == "electricity":
            assert max(plant.flow(meter.id).rate) <= meter.rated_w


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cycle_is_shorter_than_the_ideal(seed: int) -> None:
    assert short_cycles(week(seed)) == []


def test_pieces_are_finished_only_while_producing() -> None:
    for machine in week().machines.values():
        assert all(machine.category.at(ts - 1) == "producing" for ts in machine.total.ts[1:])


def test_good_and_reject_make_the_total() -> None:
    for machine in week().machines.values():
        for ts in machine.total.ts[::50]:
            good, reject = machine.good.at(ts), machine.reject.at(ts)
            assert float(good) + float(reject) == machine.total.at(ts)


def test_no_piece_appears_or_vanishes_between_stations() -> None:
    machines = week().machines
    capacity = sum(demo_spec().buffers.values())
    good = {name: float(m.good.value[-1]) for name, m in machines.items()}
    machined = sum(good[f"CNC-0{n}"] for n in (1, 2, 3))
    moulded = good["IMM-01"] + good["IMM-02"]
    for before, after in (
        (good["PRESS-01"], machined),
        (machined, good["GRIND-01"]),
        (good["GRIND-01"], good["FURN-01"]),
        (good["FURN-01"], good["ROBOT-01"]),
        (moulded, good["ROBOT-01"]),
        (good["ROBOT-01"], good["PACK-01"]),
    ):
        assert -capacity <= before - after <= capacity + 0.03 * before


@pytest.mark.parametrize(
    ("name", "violators"),
    [("fast_cycle", short_cycles), ("over_power", over_rated), ("flicker", flickering)],
)
def test_each_break_violates_its_own_assumption_only(name: str, violators) -> None:  # type: ignore[no-untyped-def]
    plant = new_plant(broken=frozenset({name}))
    plant.advance(BEGIN + DAY)
    assert violators(plant)
    for other in {short_cycles, over_rated, flickering} - {violators}:
        assert other(plant) == []


def test_an_unknown_break_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot break speed, expected .*flicker"):
        new_plant(broken=frozenset({"speed"}))
    assert len(BREAKABLE) == 3


def test_meters_add_up_to_the_main_meter() -> None:
    plant = week()
    for ts in range(BEGIN, END, 7 * HOUR + 1):
        parts = [plant.flow(meter).integral(ts) for meter in ("EM-LINE", "EM-MOULD", "EM-UTIL")]
        assert plant.flow("EM-MAIN").integral(ts) == sum(parts)
        machines = sum(m.power.integral(ts) for m in plant.powered.values())
        assert sum(parts) == machines + 6500 * (ts - plant.start_ns)


def test_a_register_shows_the_exact_integral_in_whole_steps() -> None:
    plant = week()
    trace, flow = plant.trace("FURN-01", "energy_active"), plant.flow("FURN-01")
    first = float(trace.at(plant.start_ns))
    for ts in range(BEGIN, END, 11 * HOUR + 3):
        exact = flow.integral(ts) / (1000 * HOUR)
        assert exact - 0.01 - 1e-6 < float(trace.at(ts)) - first <= exact + 1e-6
        assert trace.at(ts) == round(float(trace.at(ts)) * 100) / 100


def test_a_register_reports_at_most_every_fifteen_seconds_and_only_changes() -> None:
    trace = week().trace("CNC-01", "energy_active")
    assert shortest(trace.ts) >= 15 * SECOND
    assert all(a != b for a, b in pairwise(trace.value))
    assert all(trace.at(ts) == value for ts, value in trace.since(len(trace) - 100))


def test_since_goes_on_where_it_stopped() -> None:
    plant = new_plant()
    trace = plant.trace("PRESS-01", "count_total")
    seen: list[tuple[int, float | str]] = []
    for hour in range(9):
        plant.advance(BEGIN + hour * HOUR)
        seen += trace.since(len(seen))
    assert seen == list(zip(trace.ts, trace.value, strict=True))
    assert len(seen) > 100


def test_an_alarm_precedes_each_breakdown_of_a_cnc() -> None:
    machine = week().machines["CNC-02"]
    downs = [ts for ts, s in zip(machine.category.ts, machine.category.value, strict=True) if s == "down"]
    assert len(downs) > 5
    for ts in downs:
        at = bisect_left(machine.alarm.ts, ts) - 1
        assert machine.alarm.value[at] != 0
        assert ts - machine.alarm.ts[at] >= 5 * SECOND


def test_machines_are_off_on_sunday_but_the_furnace_is_not() -> None:
    plant = week()
    sunday_noon = BEGIN + 5 * DAY + 12 * HOUR
    assert plant.machines["CNC-01"].category.at(sunday_noon) == "off"
    assert "off" not in plant.machines["FURN-01"].category.value


def test_every_state_and_product_occurs() -> None:
    machine = week().machines["CNC-02"]
    assert set(machine.category.value) == {"producing", "setup", "idle", "down", "planned_stop", "off"}
    assert set(machine.product.value) == {"P1", "P2", "P3"}


def test_moulding_machines_speak_their_own_codes() -> None:
    machine = week().machines["IMM-01"]
    codes = dict(zip(machine.category.value, machine.code.value, strict=True))
    assert codes["producing"] == 4
    assert codes["down"] == 6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_is_plausible(seed: int) -> None:
    plant = week(seed)
    pack = plant.machines["PACK-01"]
    entries = [e for e in plan_entries(plant.spec, BEGIN, END) if e.from_ns >= BEGIN and e.to_ns <= END]
    assert len(entries) >= 20
    made = sum(
        sum(e.from_ns < ts <= e.to_ns and pack.product.at(ts - 1) == e.product for ts in pack.good.ts[1:])
        for e in entries
    )
    assert 0.7 < made / sum(e.quantity for e in entries) < 1.05


def test_plan_entries_tile_the_shifts() -> None:
    plant = week()
    entries = plan_entries(plant.spec, BEGIN, END)
    shifts = plant.calendar.shifts(BEGIN, END)
    for shift in shifts[1:-1]:  # the first and the last reach beyond the week
        inside = [e for e in entries if shift.start <= e.from_ns and e.to_ns <= shift.end]
        assert inside[0].from_ns == shift.start
        assert inside[-1].to_ns == shift.end
        assert all(a.to_ns == b.from_ns for a, b in pairwise(inside))
