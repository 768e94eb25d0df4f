"""Energy figures worked by hand: states, load, bands and cost, power factor, carriers, balance, metering rate."""

from fractions import Fraction
from typing import Any

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.energies.power_factor import percent_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import (
    HOUR,
    MINUTE,
    NS,
    T0,
    WHOLE,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)
from tests.evidence_engine.true_energy import TARIFF

LONG = ((T0 - HOUR, T0 + 36 * HOUR),)
MONTH = Window(WHOLE.start, WHOLE.end, "month", "2024-10")
Rows = dict[str, list[tuple[int, float | str]]]


def records(
    history: History, plant: Plant | None = None, window: Window = WHOLE
) -> dict[tuple[str, str], Record]:
    """By (KPI, asset), "" for the site."""
    found = Assessor(plant or small_plant(), history).records(window)
    return {(r.kpi, r.subject.get("asset", "")): r for r in found if "step" not in r.subject}


def values(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.value, record.result.low, record.result.high


def codes(record: Record) -> set[str]:
    return {one.code for one in record.limitations}


STATES: Rows = {
    "M1/state": [
        (T0 - HOUR + NS, "off"),
        (at(8), "producing"),
        (at(10), "idle"),
        (at(11), "planned_stop"),
        (at(12), "producing"),
        (at(16), "idle"),
    ],
    "M1/power_active": [
        (T0 - HOUR + NS, 0.5),
        (at(8), 8.0),
        (at(10), 2.0),
        (at(11), 1.0),
        (at(12), 8.0),
        (at(16), 2.0),
    ],
}


def test_energy_by_state_follows_the_calendar_first() -> None:
    """8–10 and 12:30–16 producing at 8 kW, 10–11 idle at 2, 11–12 planned at 1; break and night are off shift."""
    found = records(history_of(STATES, LONG))
    assert values(found["energy.idle", "M1"]) == (2.0, 2.0, 2.0)
    assert values(found["energy.planned_stop", "M1"]) == (1.0, 1.0, 1.0)
    off_shift = 8 * 0.5 + 0.5 * 8 + 8 * 2
    assert values(found["energy.off_shift", "M1"]) == (off_shift,) * 3
    producing = 2 * 8 + 3.5 * 8
    assert values(found["energy.producing_share", "M1"]) == (producing / (producing + 3 + off_shift),) * 3
    assert found["energy.idle", "M1"].coverage == 1.0
    assert values(found["energy.idle", ""]) == (2.0, 2.0, 2.0)
    assert "only_with_state" in codes(found["energy.idle", ""])


def test_an_unknown_state_may_be_idle_or_not() -> None:
    """A code without a category from 10 to 11: those 2 kWh may be anything."""
    rows = {**STATES, "M1/state": [*STATES["M1/state"][:2], (at(10), "nonsense"), *STATES["M1/state"][3:]]}
    found = records(history_of(rows, LONG))
    assert values(found["energy.idle", "M1"]) == (0.0, 0.0, 2.0)
    assert values(found["energy.planned_stop", "M1"]) == (1.0, 1.0, 3.0)
    assert found["energy.idle", "M1"].coverage == 23 / 24


def test_by_a_register_alone_the_edges_of_a_state_are_open() -> None:
    """The register rises by one kWh each half hour: what it took while idle lies within its edges."""
    rows = {"M1/state": STATES["M1/state"], "M1/energy_active": rising(T0 - HOUR, at(25), 30 * MINUTE)}
    found = records(history_of(rows, LONG, resolution=1800.0))
    one = found["energy.idle", "M1"]
    assert one.result.value == 2.0
    assert one.result.low is not None
    assert one.result.high is not None
    assert 0 <= one.result.low <= 2.0 <= one.result.high <= 10.0 + 1e-5  # rated for an hour, and the quantum


def test_what_may_give_back_has_no_bounds_by_state() -> None:
    found = records(history_of(STATES, LONG), small_plant(assets={"M1": {"rated_feed_in": 3.0}}))
    one = found["energy.idle", "M1"]
    assert values(one) == (2.0, None, None)
    assert "may_give_back" in codes(one)
    assert values(found["energy.off_shift", "M1"])[1:] == (24.0, 24.0)
    assert values(found["energy.producing_share", "M1"])[1:] == (None, None)


def test_without_a_calendar_there_is_no_shift() -> None:
    found = records(history_of(STATES, LONG), small_plant(calendars={}, default_calendar=None))
    assert values(found["energy.idle", "M1"]) == (None, None, None)
    assert "no_calendar" in codes(found["energy.off_shift", "M1"])


PEAK: Rows = {
    "E1/power_active": [(T0 - HOUR + NS, 4.0), (at(9), 12.0), (at(9.25), 4.0), (at(20), 2.0), (at(21.5), 4.0)]
}


def test_maximum_demand_base_load_and_load_rate_by_hand() -> None:
    found = records(history_of(PEAK, LONG))
    demand = found["energy.max_demand", "E1"]
    assert values(demand) == (12.0, 12.0, 12.0)
    assert demand.parts["at"] == "2024-10-04T09:00:00.000000000Z"
    assert values(found["energy.base_load", "E1"]) == (2.0, 2.0, 2.0)
    mean = (24 * 4 + 0.25 * 8 - 1.5 * 2) / 24
    assert found["energy.load_rate", "E1"].result.value == pytest.approx(mean / 12.0, rel=1e-15)
    assert values(found["energy.max_demand", ""]) == values(demand)


def test_a_sliding_mean_finds_the_peak_between_two_quarters() -> None:
    rows: Rows = {
        "E1/power_active": [(T0 - HOUR + NS, 4.0), (at(9) + 5 * MINUTE, 12.0), (at(9) + 20 * MINUTE, 4.0)]
    }
    fixed = records(history_of(rows, LONG))["energy.max_demand", "E1"]
    sliding = records(history_of(rows, LONG), small_plant(energy={"demand": {"step": 1}}))[
        "energy.max_demand", "E1"
    ]
    assert fixed.result.value == pytest.approx((10 * 12 + 5 * 4) / 15, rel=1e-15)
    assert sliding.result.value == 12.0
    assert sliding.parts["every_minutes"] == 1


def test_a_bridged_total_lifts_the_low_of_the_demand() -> None:
    """16 kWh were taken in the two unknown hours: one of their eight quarters took at least 2 kWh, which is 8 kW."""
    rows: Rows = {"E1/energy_active": [(T0 - HOUR + NS, 0.0), (at(10) + 1, 16.0)]}
    history = history_of(rows, [(T0 - HOUR, at(8)), (at(10), T0 + 36 * HOUR)])
    found = records(history)
    one = found["energy.max_demand", "E1"]
    assert one.result.low == pytest.approx(8.0, abs=1e-3)
    assert one.result.low <= 8.0
    assert one.result.high == pytest.approx(20.0, abs=1e-3)  # rated
    assert values(found["energy.base_load", "E1"]) == (0.0, 0.0, 0.0)


def test_an_unknown_quarter_may_have_been_the_peak() -> None:
    rows: Rows = {"E1/power_active": [(T0 - HOUR + NS, 4.0), (at(9.25) + 1, 4.0)]}
    history = history_of(rows, [(T0 - HOUR, at(9)), (at(9.25), T0 + 36 * HOUR)])
    found = records(history)
    assert values(found["energy.max_demand", "E1"]) == (4.0, 4.0, 20.0)
    assert found["energy.max_demand", "E1"].coverage == 94 / 96  # two quarters are not whole
    assert values(found["energy.base_load", "E1"]) == (4.0, pytest.approx(3.0), 4.0)
    rate = found["energy.load_rate", "E1"].result
    assert rate.value == 1.0
    assert rate.low == pytest.approx((95 * 4 + 20) / (96 * 20))
    assert rate.high == 1.0


def with_tariff(**changes: Any) -> Plant:
    return small_plant(energy={"tariff": TARIFF}, **changes)


def test_shares_and_cost_by_hand() -> None:
    """4 kW all day; 10–10:30 sharp, 8:30–11:30 and 15–17 else peak, 0–8 and 12–13 valley, the rest flat."""
    rows: Rows = {"E1/power_active": keyframes(4.0)}
    found = records(history_of(rows, LONG), with_tariff(), MONTH)
    hours = {"sharp": 0.5, "peak": 4.5, "valley": 9.0, "flat": 10.0}
    for band, length in hours.items():
        assert values(found[f"energy.share_{band}", "E1"]) == (length / 24,) * 3
    cost = Fraction(4) * (Fraction("0.6") + Fraction("4.5") + Fraction("2.7") + Fraction("6"))
    assert values(found["energy.cost", "E1"]) == (float(cost),) * 3
    assert values(found["energy.cost", ""]) == (float(cost),) * 3
    assert found["energy.cost", ""].parts["source"] == "by hand"
    assert values(found["energy.demand_cost", ""]) == (160.0, 160.0, 160.0)


def test_an_energy_of_known_total_across_bands_is_cheapest_in_the_valley() -> None:
    """6 kWh between 11:30 and 12:30 of which half is flat and half valley, at most 5 kWh in either half hour."""
    rows: Rows = {"E1/energy_active": [(T0 - HOUR + NS, 0.0), (at(12.5) + 1, 6.0)]}
    plant = with_tariff(assets={"E1": {"rated_power": 10.0}})
    history = history_of(rows, [(T0 - HOUR, at(11.5)), (at(12.5), T0 + 36 * HOUR)])
    record = records(history, plant)["energy.cost", "E1"]
    cost = record.result
    assert cost.low == pytest.approx(5 * 0.3 + 1 * 0.6, abs=1e-4)
    assert cost.high == pytest.approx(1 * 0.3 + 5 * 0.6, abs=1e-4)
    assert record.parts["known_time"] == pytest.approx(
        6 * 0.3
    )  # no hour of the day is told: the cheapest of all
    assert cost.value == cost.low
    assert "value_moved_to_bound" in codes(record)


def test_a_window_before_the_tariff_has_no_bands() -> None:
    late = {**TARIFF, "versions": [{**TARIFF["versions"][0], "valid_from": "2030-01-01"}]}  # type: ignore[index]
    found = records(history_of(PEAK, LONG), small_plant(energy={"tariff": late}))
    assert values(found["energy.cost", "E1"]) == (None, None, None)
    assert "no_tariff" in codes(found["energy.share_peak", "E1"])


def test_a_tariff_without_prices_gives_shares_only() -> None:
    bare = {"versions": [{"valid_from": "2020-01-01", "source": "s"}]}
    found = records(history_of(PEAK, LONG), small_plant(energy={"tariff": bare}))
    assert found["energy.share_flat", "E1"].result.value == 1.0
    assert "no_price" in codes(found["energy.cost", "E1"])


def test_power_factor_and_its_adjustment_by_hand() -> None:
    """4 kWh and 3 kvarh each hour: 0.80, ten hundredths below the standard, 5 % more."""
    rows: Rows = {
        "E1/energy_active": [(t, value * 4.0) for t, value in rising(T0 - HOUR, at(25), HOUR)],  # type: ignore[operator]
        "E1/energy_reactive": [(t, value * 3.0) for t, value in rising(T0 - HOUR, at(25), HOUR)],  # type: ignore[operator]
    }
    found = records(history_of(rows, LONG, resolution=3600.0), with_tariff(), MONTH)
    assert values(found["energy.power_factor", "E1"]) == (0.8, 0.8, 0.8)
    for subject in ("E1", ""):  # the site's one meter
        assert values(found["energy.power_factor_adjustment", subject]) == (0.05, 0.05, 0.05)


@pytest.mark.parametrize(
    ("factor", "percent"),
    [
        ("1", "-0.75"),
        ("0.95", "-0.75"),
        ("0.92", "-0.30"),
        ("0.90", "0"),
        ("0.89", "0.5"),
        ("0.70", "10"),
        ("0.69", "11"),
        ("0.65", "15"),
        ("0.64", "17"),
        ("0.50", "45"),
    ],
)
def test_the_table_of_the_standard_090(factor: str, percent: str) -> None:
    assert percent_of(Fraction(factor)) == Fraction(percent) / 100


def test_carriers_come_to_standard_coal_and_co2() -> None:
    """24 kWh and 24 m3 of gas, whose coefficient is a range."""
    rows: Rows = {"E1/energy_active": rising(T0, at(24), HOUR), "G1/gas_volume": rising(T0, at(24), HOUR)}
    plant = small_plant(assets={"G1": {"kind": "gas_meter", "site_meter": True}})
    found = records(history_of(rows, LONG, resolution=3600.0), plant)
    assert values(found["energy.electricity", ""]) == (24.0, 24.0, 24.0)
    assert values(found["energy.gas", ""]) == (24.0, 24.0, 24.0)
    coal = found["energy.comprehensive", ""]
    assert values(coal) == (
        float(24 * Fraction("0.1229") + 24 * Fraction("1.3284")),
        float(24 * Fraction("0.1229") + 24 * Fraction("1.10")),
        float(24 * Fraction("0.1229") + 24 * Fraction("1.33")),
    )
    assert coal.parts["gas.coefficient"] == 1.3284
    assert {"carriers_unstated", "coefficient_likely"} <= codes(coal)
    co2 = found["energy.co2", ""]
    assert values(co2) == (float(24 * Fraction("0.5568") + 24 * Fraction("2.162")),) * 3
    assert (co2.parts["electricity.data_year"], co2.parts["electricity.kind"]) == (2021, "average")
    assert ("energy.comprehensive_equivalent", "") not in found


def test_a_bought_carrier_that_nobody_measures_leaves_the_high_open() -> None:
    rows: Rows = {"E1/energy_active": rising(T0, at(24), HOUR)}
    plant = small_plant(energy={"carriers": ["electricity", "steam"]})
    coal = records(history_of(rows, LONG, resolution=3600.0), plant)["energy.comprehensive", ""]
    assert values(coal) == (24 * 1229 / 10_000, 24 * 1229 / 10_000, None)
    assert "no_meter" in codes(coal)
    assert coal.coverage == 0.5


def test_the_equivalent_value_only_where_a_table_has_it() -> None:
    row = {"carrier": "electricity", "kind": "equivalent", "per_unit": 0.3, "source": "own"}
    energy = {"coefficients": {"id": "own", "rows": [row]}}
    rows: Rows = {"E1/energy_active": rising(T0, at(24), HOUR)}
    found = records(history_of(rows, LONG, resolution=3600.0), small_plant(energy=energy))
    assert found["energy.comprehensive_equivalent", ""].result.value == float(24 * Fraction("0.3"))
    assert found["energy.comprehensive", ""].parts["basis"] == "calorific"


def test_steam_heat_and_air_are_figures_of_their_meters() -> None:
    rows: Rows = {
        f"S1/{role}": rising(T0, at(24), HOUR)
        for role in ("steam_mass", "heat_energy", "compressed_air_volume")
    }
    found = records(
        history_of(rows, LONG, resolution=3600.0), small_plant(assets={"S1": {"kind": "steam_meter"}})
    )
    for kpi in ("energy.steam", "energy.heat", "energy.compressed_air"):
        assert found[kpi, "S1"].result.value == found[kpi, ""].result.value == 24.0


def test_comprehensive_per_good_piece() -> None:
    rows: Rows = {
        "M1/energy_active": rising(T0, at(24), HOUR),
        "E1/energy_active": rising(T0, at(24), HOUR),
        "M1/count_good": rising(T0, at(24), 10 * MINUTE),
    }
    found = records(history_of(rows, LONG, resolution=3600.0))
    for asset in ("M1", ""):
        one = found["energy.comprehensive_per_good_piece", asset]
        assert one.result.value == float(24 * Fraction("0.1229") / 144)
        assert one.parts["good"] == 144


def test_the_balance_of_a_meter_and_meters_that_disagree() -> None:
    """The main meter takes 24 kWh; below it 12 are known to go through M1, or 48."""
    plant = small_plant(assets={"M1": {"fed_by": "E1"}})
    every: Rows = {
        "E1/energy_active": rising(T0, at(24), HOUR),
        "M1/energy_active": rising(T0, at(24), 2 * HOUR),
    }
    found = records(history_of(every, LONG, resolution=7200.0), plant)
    assert values(found["energy.balance_difference", "E1"]) == (12.0, 12.0, 12.0)
    assert found["energy.balance_difference", "E1"].parts["of_main"] == 0.5
    assert not any("meters_disagree" in codes(record) for record in found.values())
    torn = {**every, "M1/energy_active": rising(T0, at(24), 30 * MINUTE)}
    found = records(history_of(torn, LONG, resolution=7200.0), plant)
    assert values(found["energy.balance_difference", "E1"]) == (-24.0, -24.0, -24.0)
    for asset in ("E1", "M1", ""):
        assert "meters_disagree" in codes(found["energy.electricity", asset])
    assert "meters_disagree" not in codes(found["data.completeness", "M1"])


def test_meters_that_may_agree_are_not_accused() -> None:
    """Unknown time of the main meter may hold what the others counted more."""
    plant = small_plant(assets={"M1": {"fed_by": "E1"}})
    rows: Rows = {"E1/power_active": keyframes(1.0), "M1/energy_active": rising(T0, at(24), 30 * MINUTE)}
    up = [(T0 - HOUR, at(6)), (at(18), T0 + 36 * HOUR)]
    found = records(history_of(rows, up, resolution=1800.0), plant)
    assert "meters_disagree" not in codes(found["energy.electricity", "E1"])


NEEDED = [
    {"carrier": "electricity", "level": "site", "place": "main", "meter": "E1"},
    {"carrier": "electricity", "level": "unit", "place": "hall", "meter": "M1"},
    {"carrier": "gas", "level": "unit", "place": "boiler"},
]


def test_metering_rate_counts_needed_places_and_live_meters() -> None:
    plant = small_plant(energy={"needed_meters": NEEDED})
    found = records(history_of({"E1/power_active": keyframes(4.0)}, LONG), plant)
    assert values(found["energy.metering_rate_site", ""]) == (1.0, 1.0, 1.0)
    unit = found["energy.metering_rate_unit", ""]
    assert values(unit) == (0.0, 0.0, 0.0)  # the hall's meter is named and gives no data
    assert (unit.parts["needed"], unit.parts["fitted"], unit.parts["live"]) == (2, 1, 0)
    assert (unit.parts["electricity"], unit.parts["gas"]) == ("1/1", "0/1")
    assert unit.parts["gas.least_percent_2006"] == 100
    assert ("energy.metering_rate_equipment", "") not in found


def test_a_meter_that_was_silent_may_have_been_live() -> None:
    plant = small_plant(energy={"needed_meters": NEEDED[:1]})
    up = [(T0 - HOUR, at(12)), (at(20), T0 + 36 * HOUR)]
    found = records(history_of({"E1/power_active": [(T0, 4.0), (at(20) + 1, 4.0)]}, up), plant)
    assert values(found["energy.metering_rate_site", ""]) == (0.0, 0.0, 1.0)


def test_D24_without_one_row_of_a_link_the_metering_rate_has_no_value() -> None:
    plant = small_plant(energy={"needed_meters": NEEDED[:1]})
    history = history_of({"E1/power_active": keyframes(4.0)}, [(T0 - HOUR, T0 - HOUR // 2)])
    assert values(records(history, plant)["energy.metering_rate_site", ""]) == (None, 0.0, 1.0)


def test_D16_meters_without_any_data_have_no_figures_of_load() -> None:
    found = records(History({}), with_tariff())
    assert ("energy.max_demand", "E1") not in found
    assert values(found["energy.comprehensive", ""]) == (None, 0.0, pytest.approx(24 * 20 * 0.1229))


def test_a_window_of_ten_years_around_a_day_of_data_is_answered() -> None:
    far = Window(T0 - 1_830 * 24 * HOUR, T0 + 1_830 * 24 * HOUR, "custom", "far")
    found = records(history_of(PEAK, LONG), None, far)
    assert found["energy.max_demand", "E1"].result.high == 20.0
    assert values(found["energy.load_rate", "E1"])[1:] == (0.0, 1.0)
