"""Electricity by register and by power, sites, media, per piece (D10, D25)."""

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import (
    HOUR,
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

HOUR_9 = Window(at(9), at(10), "hour", "9")
LONG = ((T0 - HOUR, T0 + 36 * HOUR),)
"""Up for longer than any resolution here, so that nothing before midnight is open (D5)."""


def found(
    history: History, kpi: str, window: Window = WHOLE, plant: Plant | None = None, **subject: str
) -> Record:
    wanted = {"site": "S", **subject}
    records = Assessor(plant or small_plant(), history).records(window)
    (one,) = [r for r in records if r.kpi == kpi and r.subject == wanted]
    return one


def values(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.value, record.result.low, record.result.high


def test_D25_integrated_power_equals_the_register_on_a_gapless_case() -> None:
    """3 kW all day: a register that rises by 1 kWh each 20 min, and the power that says so."""
    by_register = history_of({"M1/energy_active": rising(T0, at(24), 20 * MINUTE)}, LONG, resolution=1200.0)
    by_power = history_of({"M1/power_active": keyframes(3.0)})
    register = found(by_register, "energy.electricity", asset="M1")
    power = found(by_power, "energy.electricity", asset="M1")
    assert values(register) == values(power) == (72.0, 72.0, 72.0)
    assert [one.code for one in power.limitations] == ["integrated_power"]


def test_D10_a_register_with_a_step_is_one_step_wider_on_both_sides() -> None:
    rows = {"M1/energy_active": rising(T0, at(24), 20 * MINUTE)}
    one = found(history_of(rows, step=1.0), "energy.electricity", HOUR_9, asset="M1")
    assert values(one) == (3.0, 2.0, 4.0)


def test_D25_unknown_power_runs_from_nothing_to_rated() -> None:
    up = [(T0 - HOUR, at(9.5)), (at(10), T0 + 25 * HOUR)]
    rows = {"M1/power_active": [(T0, 3.0), (at(10) + 1, 3.0)]}
    one = found(history_of(rows, up), "energy.electricity", HOUR_9, asset="M1")
    assert values(one) == (1.5, 1.5, 1.5 + 5.0)
    assert one.coverage == 0.5


def test_D25_known_power_above_rated_leaves_the_high_open() -> None:
    one = found(history_of({"M1/power_active": keyframes(12.0)}), "energy.electricity", HOUR_9, asset="M1")
    assert values(one) == (12.0, 12.0, None)
    assert "power_above_rated" in {x.code for x in one.limitations}


def test_D25_without_a_rated_power_unknown_time_has_no_high() -> None:
    one = found(history_of({"M2/power_active": [(at(9.5), 2.0)]}), "energy.electricity", HOUR_9, asset="M2")
    assert (one.result.value, one.result.low, one.result.high) == (1.0, 1.0, None)


def test_D25_a_change_of_power_lies_between_its_two_readings() -> None:
    """Read every 6 min with r = 6 min: a change found at 09:30 lies between 09:24 and 09:30."""
    rows = {"M1/power_active": [(T0, 0.0), (at(9.5), 10.0)]}
    one = found(history_of(rows, resolution=360.0), "energy.electricity", HOUR_9, asset="M1")
    assert values(one) == (5.0, 5.0, 6.0)


def test_D25_a_site_is_its_meter_else_its_leaf_meters() -> None:
    rows = {
        "E1/energy_active": rising(T0, at(24), HOUR),
        "E2/energy_active": rising(T0, at(24), 2 * HOUR),
        "E3/energy_active": rising(T0, at(24), 3 * HOUR),
    }
    meter = {"kind": "electricity_meter", "rated_power": 9.0, "fed_by": "E1"}
    assets = {"E2": meter, "E3": meter}
    history = history_of(rows, LONG, resolution=10800.0)
    marked = found(history, "energy.electricity", WHOLE, small_plant(assets=assets))
    assert values(marked) == (24.0, 24.0, 24.0)
    leaves = small_plant(assets={**assets, "E1": {"site_meter": False}})
    summed = found(history, "energy.electricity", WHOLE, leaves)
    assert values(summed) == (20.0, 20.0, 20.0)
    assert "no_site_meter" in {one.code for one in summed.limitations}


def test_D25_per_good_piece_and_coal() -> None:
    rows = {
        "E1/energy_active": rising(T0, at(24), HOUR),
        "M1/energy_active": rising(T0, at(24), 2 * HOUR),
        "M1/count_good": rising(T0, at(24), 10 * MINUTE),
    }
    history = history_of(rows, LONG, resolution=7200.0)
    assert values(found(history, "energy.per_good_piece", asset="M1")) == (12 / 144,) * 3
    assert values(found(history, "energy.per_good_piece")) == (24 / 144,) * 3
    coal = found(history, "energy.coal_equivalent")
    assert values(coal) == (24 * 1229 / 10_000,) * 3
    assert coal.parts["source"] == "GB/T 2589-2020"


def test_D25_no_good_piece_leaves_the_energy_per_piece_open() -> None:
    rows = {"M1/energy_active": rising(T0, at(24), HOUR), "M1/count_good": keyframes(3.0)}
    one = found(history_of(rows), "energy.per_good_piece", HOUR_9, asset="M1")
    assert values(one) == (None, None, None)


def test_media_are_register_differences() -> None:
    plant = small_plant(assets={"G1": {"kind": "gas_meter"}, "W1": {"kind": "water_meter"}})
    history = history_of({"G1/gas_volume": rising(T0, at(24), HOUR)})
    assert values(found(history, "energy.gas", SHIFT, plant, asset="G1")) == (8.0, 8.0, 8.0)
    water = found(history, "energy.water", SHIFT, plant, asset="W1")
    assert values(water) == (None, 0.0, None)


def test_D11_a_meter_exchange_leaves_no_step() -> None:
    exchange = {
        "role": "energy_active",
        "time": "2024-10-04T09:30:00Z",
        "old_end": 500.0,
        "new_start": 2.0,
    }
    plant = small_plant(assets={"E1": {"exchanges": [exchange]}})
    rows = [(T0, 490.0), (at(9), 500.0), (at(9.75), 2.0), (at(10), 5.0)]
    history = history_of({"E1/energy_active": rows}, LONG, resolution=3600.0)
    one = found(history, "energy.electricity", HOUR_9, plant, asset="E1")
    assert values(one) == (3.0, 3.0, 3.0)
    assert "meter_exchange" in {x.code for x in one.limitations}
