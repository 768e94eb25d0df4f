"""What is live of what must be collected, and whether what was sent has arrived: hand-worked days (D2, D4, D24)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.watching.collection import required
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Asset, Plant
from evidence_engine.vocabulary.samples import samples_of
from tests.evidence_engine.small_plant import (
    DAY,
    HOUR,
    MINUTE,
    NS,
    SHIFT,
    T0,
    WHOLE,
    at,
    history_of,
    small_plant,
)

Rows = list[tuple[int, float | str]]
UP = ((T0 - HOUR, T0 + DAY + HOUR),)
NAME = {"zh": "名", "en": "name"}


def keyframed(value: float | str, up: Sequence[tuple[int, int]] = UP, every: int = 300 * NS) -> Rows:
    """Stated at each start of a link, and each five minutes."""
    rows: Rows = []
    for start, end in up:
        grid = range(-(-(start + 3 * NS) // every) * every, end, every)
        rows += [(start + 2 * NS, value), *((instant, value) for instant in grid)]
    return rows


def two_steps(**assets: dict[str, object]) -> Plant:
    steps = {"cutting": {"name": NAME}, "packing": {"name": NAME, "key": True}, "painting": {"name": NAME}}
    pack = {"kind": "packaging_line", "step": "packing", "ideal_cycle": {"*": 10.0}}
    return small_plant(steps=steps, assets={"P1": pack} | assets)


def of_shift(plant: Plant, history: History, domain: str = "collection.") -> dict[tuple[str, str], Record]:
    every = Assessor(plant, history, [SHIFT]).records(SHIFT)
    found = {}
    for r in every:
        if r.kpi.startswith(domain):
            found[r.subject.get("asset") or r.subject.get("step", ""), r.kpi] = r
    return found


def low_high(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.low, record.result.value, record.result.high


def test_the_register_is_the_denominator_of_a_step_and_of_the_site() -> None:
    """M1 delivers all that a CNC must; M2 only its state; the packaging line of the key step nothing."""
    rows = {
        "M1/state": keyframed("producing"),
        "M1/count_good": keyframed(5.0),
        "M2/state": keyframed("idle"),
    }
    found = of_shift(two_steps(), history_of(rows))
    assert low_high(found["M1", "collection.required_roles"]) == (1.0, 1.0, 1.0)
    assert low_high(found["M2", "collection.required_roles"]) == (0.5, 0.5, 0.5)
    assert low_high(found["cutting", "collection.automatic_coverage"]) == (0.5, 0.5, 0.5)
    assert low_high(found["packing", "collection.automatic_coverage"]) == (0.0, 0.0, 0.0)
    assert low_high(found["", "collection.automatic_coverage"]) == (1 / 3, 1 / 3, 1 / 3)
    assert low_high(found["", "collection.key_step_coverage"]) == (0.0, 0.0, 0.0)
    empty = found["painting", "collection.automatic_coverage"]
    assert low_high(empty) == (None, None, None)
    assert [one.code for one in empty.limitations] == ["no_asset_of_step"]


@pytest.mark.parametrize(("minutes", "live"), [(22.5, 1.0), (22.5 + 1 / 60, 0.0)])
def test_live_is_known_for_95_percent_of_the_calendar_time(minutes: float, live: float) -> None:
    """7.5 h of calendar: 22.5 min may be missing, one second more may not. A cut without proof leaves the high."""
    cut = at(9), at(9) + round(minutes * 60) * NS
    up = ((T0 - HOUR, cut[0]), (cut[1], T0 + DAY + HOUR))
    stamps = [(start, "producing") for start, _ in up]
    history = history_of({"M1/state": [*stamps]}, up)
    plant = two_steps(M1={"collect": ["state"]})
    assert low_high(of_shift(plant, history)["M1", "collection.required_roles"]) == (live, live, 1.0)


def test_D2_a_link_that_was_proven_down_leaves_the_high_too() -> None:
    up = ((T0 - HOUR, at(9)), (at(11), T0 + DAY + HOUR))
    history = history_of({"M1/state": [(start, "producing") for start, _ in up]}, up)
    failed = range(at(9) + 60 * NS, at(11), 30 * NS)
    ts = sorted([*history.series["@c/link"].ts.tolist(), *failed])
    told = dict(
        zip(history.series["@c/link"].ts.tolist(), history.series["@c/link"].value.tolist(), strict=True)
    )
    beats = samples_of(ts, [told.get(instant, -1.0) for instant in ts])
    history = replace(history, series={**history.series, "@c/link": beats})
    plant = two_steps(M1={"collect": ["state"]})
    assert low_high(of_shift(plant, history)["M1", "collection.required_roles"]) == (0.0, 0.0, 0.0)


def test_D16_where_nothing_at_all_is_known_there_is_no_value() -> None:
    found = of_shift(two_steps(), History({}))
    assert low_high(found["", "collection.automatic_coverage"]) == (0.0, None, 1.0)


def test_one_role_of_a_group_is_enough_and_a_kind_has_its_table() -> None:
    plant = two_steps(F1={"kind": "furnace"}, W={"kind": "water_meter"}, C={"kind": "compressor"})
    assert required(plant.assets["F1"]) == (("state",), ("temperature",))
    assert required(plant.assets["W"]) == (("water_volume",),)
    assert required(plant.assets["M1"]) == (("state",), ("count_total", "count_good"))
    own = Asset.model_validate({"kind": "cnc", "name": NAME, "collect": ["state", "x_torque"]})
    assert required(own) == (("state",), ("x_torque",))


def test_key_equipment_is_counted_with_and_without_condition_parameters() -> None:
    rows = {"M1/vibration": keyframed(1.0), "P1/state": keyframed("producing")}
    plant = two_steps(M1={"key": True, "condition": ["vibration"]}, M2={"key": True})
    found = of_shift(plant, history_of(rows), "maintenance.condition")
    assert low_high(found["", "maintenance.condition_monitoring"]) == (1 / 3, 1 / 3, 1 / 3)
    assert low_high(found["M1", "maintenance.condition_live"]) == (1.0, 1.0, 1.0)
    assert low_high(found["M2", "maintenance.condition_live"]) == (0.0, 0.0, 0.0)


# ----------------------------------------------------------------- integrity in transmission


def sent(rows: Rows, up: Sequence[tuple[int, int]] = UP, **series: Rows) -> Record:
    history = history_of({"M1/state": rows, **{f"M1/{k}": v for k, v in series.items()}}, up)
    records = Assessor(small_plant(), history, [WHOLE]).records(WHOLE)
    return next(
        r for r in records if r.kpi == "collection.transmission_integrity" and r.subject.get("asset") == "M1"
    )


def test_D4_what_is_stated_again_each_five_minutes_has_all_arrived() -> None:
    found = sent(keyframed("producing"))
    assert low_high(found) == (1.0, 1.0, 1.0)
    assert (found.parts["periods"], found.parts["lost"], found.parts["breaks"]) == (144, 0, 0)


def test_D4_silence_under_a_link_that_is_up_is_loss() -> None:
    rows = [row for row in keyframed("producing") if not at(10) <= row[0] < at(11)]
    assert low_high(sent(rows)) == (138 / 144, 138 / 144, 138 / 144)


def test_D2_where_the_link_is_not_proven_it_may_be_lost_or_never_sent() -> None:
    up = ((T0 - HOUR, at(10)), (at(11), T0 + DAY + HOUR))
    found = sent(keyframed("producing", up), up)
    assert low_high(found) == (138 / 144, 1.0, 1.0)
    assert found.coverage == 138 / 144
    assert found.parts["breaks"] == 2


def test_a_measured_quantity_has_no_keyframe_and_an_import_no_sender() -> None:
    assert sent(keyframed("producing"), temperature=[(T0, 20.0)]).parts["periods"] == 144
    history = history_of({"M1/state": keyframed("producing")})
    imported = {
        "c": [(start, facts.model_copy(update={"protocol": "import"})) for start, facts in history.facts["c"]]
    }
    records = Assessor(small_plant(), replace(history, facts=imported), [WHOLE]).records(WHOLE)
    found = next(r for r in records if r.kpi == "collection.transmission_integrity")
    assert low_high(found) == (None, None, None)
    assert "not_sent_by_an_agent" in {one.code for one in found.limitations}


def test_the_site_says_how_many_assets_no_agent_speaks_for() -> None:
    history = history_of({"M1/state": keyframed("producing")})
    records = Assessor(small_plant(), history, [WHOLE]).records(WHOLE)
    found = next(
        r for r in records if r.kpi == "collection.transmission_integrity" and "asset" not in r.subject
    )
    assert (found.parts["registered"], found.parts["without_agent"]) == (2, 1)
    assert found.coverage == 0.5


def test_deleting_the_first_half_of_the_day_lowers_it() -> None:
    rows = [row for row in keyframed("producing") if row[0] >= at(12)]
    whole = sent(keyframed("producing"))
    half = sent(rows, ((at(12) - MINUTE, T0 + DAY + HOUR),))
    assert half.result.low is not None
    assert whole.result.low is not None
    assert half.result.low < whole.result.low
