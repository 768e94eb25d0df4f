"""Losses by hand on a small plant, and the loss tree that leaves no remainder (D15, D22, D23, D34)."""

from itertools import pairwise

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.losses.figures import Losses
from evidence_engine.kpis.losses.leaves import view_of
from evidence_engine.kpis.losses.stops import pareto, stops_of_window
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window, standard_windows
from tests.evidence_engine.small_plant import (
    HOUR,
    MINUTE,
    NS,
    SHIFT,
    T0,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

NAME = {"zh": "刀具", "en": "tool"}
PLANT = small_plant(
    stop_reasons={"tool": NAME, "jam": {"zh": "卡料", "en": "jam"}},
    assets={
        "M1": {
            "planned_setup": {"A>B": 1200.0, "*": 600.0},
            "ideal_cycle": {"A": 60.0, "B": 60.0},
            "stop_codes": {"7": "tool"},
            "stop_alarms": {"12": "jam"},
            "warm_up": 1200.0,
        }
    },
)

STATES = [
    (T0, "off"),
    (at(8), "producing"),
    (at(9), "down"),
    (at(9) + 30 * MINUTE, "producing"),
    (at(10), "setup"),
    (at(10) + 30 * MINUTE, "producing"),
    (at(11), "idle"),
    (at(11) + 2 * MINUTE, "producing"),
    (at(14), "down"),
    (at(14) + 3 * MINUTE, "producing"),
    (at(15), "planned_stop"),
    (at(15.5), "producing"),
    (at(16), "off"),
]


Rows = list[tuple[int, float | str]]


def day(**more: Rows) -> History:
    """A shift with one breakdown (30 min), set-up for another product (30 min) and two minor stops (2 and 3 min)."""
    return history_of(
        {
            "M1/state": STATES,
            "M1/product": [(T0, "A"), (at(10), "B"), (T0 + 24 * HOUR, "B")],
            "M1/count_total": rising(at(8), at(9), 2 * MINUTE)
            + rising(at(10.5) + 2 * MINUTE, at(11), 2 * MINUTE, 31),
            "M1/count_reject": [
                (at(8), 0.0),
                (at(8.5), 1.0),
                (at(10.5) + 5 * MINUTE, 2.0),
                (at(10.5) + 7 * MINUTE, 3.0),
            ],
            **more,
        }
    )


def records(history: History, window: Window = SHIFT, plant: Plant = PLANT) -> dict[str, Record]:
    found = Assessor(plant, history).records(window)
    return {r.kpi.removeprefix("losses."): r for r in found if r.subject.get("asset") == "M1"}


def window_of(history: History, window: Window = SHIFT, plant: Plant = PLANT) -> AssetWindow:
    return AssetWindow(Assessor(plant, history)._books_for(window)["M1"], window)


def test_a_shift_by_hand() -> None:
    found = records(day())
    hours = {
        name: found[name].result.value
        for name in ("breakdown", "setup", "idling", "speed", "defects", "start_up", "effective_time")
    }
    earned, producing = (30 + 15) / 60, 7.5 - 0.5 - 0.5 - 5 / 60 - 0.5  # the break lies in producing time
    assert hours == pytest.approx(
        {
            "breakdown": 0.5,
            "setup": 0.5,
            "idling": 5 / 60,
            "speed": producing - earned,
            "defects": 1 / 60,
            "start_up": 2 / 60,  # rejected five minutes after the set-up
            "effective_time": earned - 3 / 60,
        }
    )
    assert (found["stops"].result.value, found["stops"].parts) == (
        2,
        {"down": 1, "idle": 0, "setup": 1},
    )
    assert found["minor_stops"].result == Figure(2.0, 2.0, 2.0, "{event}")
    assert found["stop_time"].result.value == pytest.approx(1 + 5 / 60)


def test_the_tree_leaves_no_remainder() -> None:
    cut = history_of(
        {
            "M1/state": STATES,
            "M1/product": keyframes("A"),
            "M1/count_good": rising(at(8) + 1, at(15), 3 * MINUTE),
        },
        [(T0 - HOUR, at(9) + 7), (at(10) - 3, at(14) + 1), (at(14.5), T0 + 25 * HOUR)],
        resolution=20.0,
        time_error=3.0,
    )
    for history in (day(), cut, History({})):
        for window in standard_windows(PLANT, T0, T0 + 24 * HOUR):
            found = window_of(history, window)
            assert Losses(found).leaves.total == found.time["C"]
    unknown = Losses(window_of(cut)).leaves
    assert unknown.unknown > 0
    assert unknown.defects == 0
    assert Losses(window_of(History({}))).leaves.unknown == SHIFT.end - SHIFT.start - HOUR // 2


def test_the_six_losses_and_what_is_left_are_the_parts_of_the_effective_time() -> None:
    effective = records(day())["effective_time"]
    leaves = {
        name: part.value if isinstance(part, Figure) else part for name, part in effective.parts.items()
    }
    calendar = leaves.pop("calendar")
    assert sum(float(leaf or 0) for leaf in leaves.values()) == pytest.approx(calendar)
    assert leaves["planned_stop"] == 0.5
    assert leaves["unknown"] == 0


def test_D15_low_value_high_in_every_figure() -> None:
    cut = history_of(
        {
            "M1/state": STATES,
            "M1/product": keyframes("A"),
            "M1/count_total": rising(at(8), at(15), 2 * MINUTE),
        },
        [(T0 - HOUR, at(9)), (at(10), at(14)), (at(14.5), T0 + 25 * HOUR)],
        resolution=20.0,
    )
    for window in standard_windows(PLANT, T0, T0 + 24 * HOUR):
        for record in records(cut, window).values():
            bounds = [
                b for b in (record.result.low, record.result.value, record.result.high) if b is not None
            ]
            assert all(a <= b for a, b in pairwise(bounds)), record


def test_D16_nothing_known_is_null() -> None:
    found = records(History({}))
    for name in ("stops", "stop_time", "breakdown", "speed", "effective_time"):
        assert found[name].result.value is None
        assert "nothing_known" in {one.code for one in found[name].limitations}
    assert found["breakdown"].result.high == 7.5
    assert found["minor_stops"].result.high is None


def test_without_a_total_speed_holds_the_defects_and_says_so() -> None:
    history = history_of(
        {"M1/state": STATES, "M1/product": keyframes("A"), "M1/count_good": rising(at(8), at(15), 5 * MINUTE)}
    )
    found = records(history)
    assert "no_total_count" in {one.code for one in found["speed"].limitations}
    assert found["defects"].result.value is None
    found = records(history_of({"M1/state": STATES, "M1/count_total": rising(at(8), at(15), 5 * MINUTE)}))
    assert "no_good_count" in {one.code for one in found["effective_time"].limitations}
    assert (found["effective_time"].result.value, found["effective_time"].result.low) == (None, 0.0)
    assert found["speed"].result.value is not None


def test_faster_than_the_ideal_cycle_is_a_negative_loss_and_never_clipped() -> None:
    fast = records(
        history_of(
            {
                "M1/state": STATES,
                "M1/product": keyframes("A"),
                "M1/count_total": rising(at(8), at(16), 50 * NS),
                "M1/count_reject": keyframes(0.0),
            }
        )
    )
    assert fast["speed"].result.value is not None
    assert fast["speed"].result.value < 0
    assert "faster_than_ideal" in {one.code for one in fast["speed"].limitations}


def test_changeovers_against_their_plan() -> None:
    found = records(day())
    assert found["changeovers"].result == Figure(1.0, 1.0, 1.0, "{event}")
    assert found["setup_to_planned"].result == Figure(1.5, 1.5, 1.5, "1")  # 30 min where 20 were planned
    assert found["setup_to_planned"].parts == {"setup": 0.5, "planned": 1200 / 3600, "changeovers": 1}


def test_reasons_operator_before_alarm_before_nothing() -> None:
    more: dict[str, Rows] = {
        "M1/alarm": [
            (T0, 0.0),
            (at(9) - 20 * NS, 12.0),
            (at(9.5), 0.0),
            (at(10) - 10 * NS, 99.0),
            (at(13), 0.0),
            (at(14) - 5 * MINUTE, 13.0),
        ],
        "M1/stop_reason": [(T0, 0.0), (at(10) + 5 * MINUTE, 7.0)],
    }
    told = day(**more)
    found = window_of(told)
    stops = stops_of_window(found.of, view_of(found))
    assert [(s.state.word, s.reason.by, s.reason.key) for s in stops] == [
        ("down", "alarm", "jam"),
        ("setup", "operator", "tool"),
        (
            "idle",
            "unknown",
            "unknown",
        ),  # the operator's code of the set-up still stands, and is not its reason
        ("down", "unknown", "unknown"),  # the alarm came five minutes before
    ]
    bars = pareto(stops)
    assert [(bar.reason.key, bar.count, bar.time) for bar in bars] == [
        ("jam", 1, 30 * MINUTE),
        ("tool", 1, 30 * MINUTE),
        ("unknown", 2, 5 * MINUTE),
    ]
    parts = records(told)["stop_time"].parts
    assert (parts["reason.jam"], parts["reason.unknown"]) == (0.5, 5 / 60)
    assert {"M1/alarm", "M1/stop_reason"} <= {one.series for one in records(told)["stop_time"].inputs}


def test_what_is_no_alarm_is_no_reason() -> None:
    alarm: Rows = [(T0, 0.0), (at(9) - 20 * NS, 12.0)]
    told = day(**{"M1/alarm": alarm})
    plant = PLANT.model_copy(
        update={
            "assets": {**PLANT.assets, "M1": PLANT.assets["M1"].model_copy(update={"alarms": {"12": "none"}})}
        }
    )
    found = window_of(told, plant=plant)
    assert stops_of_window(found.of, view_of(found))[0].reason.by == "unknown"


def test_the_edges_of_a_stop_lie_between_two_looks() -> None:
    """Looked at every 20 s, stamps within 3 s: it began after the look before, and has surely begun 3 s after this one."""
    history = history_of({"M1/state": STATES}, resolution=20.0, time_error=3.0)
    found = window_of(history)
    stop = stops_of_window(found.of, view_of(found))[0]
    assert (stop.begin.at, stop.begin.earliest, stop.begin.latest) == (at(9), at(9) - 23 * NS, at(9) + 3 * NS)
    assert (stop.end.at, stop.end.earliest, stop.end.latest) == (
        at(9.5),
        at(9.5) - 23 * NS,
        at(9.5) + 3 * NS,
    )
    assert (stop.length, stop.least, stop.most) == (30 * MINUTE, 30 * MINUTE - 26 * NS, 30 * MINUTE + 26 * NS)


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ({"planned_setup": {"A>C": 60.0}}, r"assets\.M1\.planned_setup: unknown product 'C'"),
        (
            {"stop_codes": {"1": "toll"}},
            r"assets\.M1\.stop_codes: unknown stop reason 'toll', did you mean 'tool'",
        ),
    ],
)
def test_a_plant_file_that_names_nothing_known_says_where(field: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        small_plant(stop_reasons={"tool": NAME}, assets={"M1": field})


def test_planned_set_up_is_looked_up_from_the_closest_word() -> None:
    asset = PLANT.assets["M1"]
    assert (asset.planned_setup_of("A", "B"), asset.planned_setup_of("B", "A")) == (1200.0, 600.0)
    assert PLANT.assets["M2"].planned_setup_of("A", "B") is None
