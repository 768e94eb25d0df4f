"""The truth adds up, and agrees with a look at each second."""

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from simulators.model.parts import HOUR, MINUTE, SECOND
from simulators.truth import Window, ended_windows, joined, truth_document, write_truth
from simulators.truth.history import MachineHistory, Stays
from simulators.truth.kpis import piece_figures, state_figures
from simulators.truth.network import is_connected, networking_rate, up_intervals
from simulators.truth.sums import failures_in, piece_sums, state_sums
from simulators.truth.windows import instant
from tests.simulators.week import BEGIN, DAY, END, new_plant, week

UP = {device: [(BEGIN, END)] for device in ("cell-a", "cell-b", "press", "furnace", "broker")}
Key = tuple[str, str | None, str, str]


@pytest.fixture(scope="module")
def document() -> dict:  # type: ignore[type-arg]
    return truth_document(week(), BEGIN, END, [{"kind": "link_cut"}], UP)


@pytest.fixture(scope="module")
def figures(document) -> dict[Key, float]:  # type: ignore[no-untyped-def]
    found: dict[Key, float] = {}
    for row in document["kpis"]:
        whom = row["subject"].get("asset", row["subject"].get("step"))
        key = (row["kpi"], whom, row["window"]["from"], row["window"]["to"])
        assert key not in found
        found[key] = row["value"]
    return found


def sums(figures: dict[Key, float], kpi: str, length: int) -> dict[str | None, float]:
    """Σ over all windows of one length."""
    total: dict[str | None, float] = defaultdict(float)
    wanted = {(instant(a), instant(a + length)) for a in range(BEGIN, END, length)}
    for (name, asset, begin, end), value in figures.items():
        if name == kpi and (begin, end) in wanted:
            total[asset] += value
    return total


@pytest.mark.parametrize("kpi", ["production.count_good", "energy.electricity"])
def test_hours_make_days_and_days_the_whole(figures: dict[Key, float], kpi: str) -> None:
    hours, days = sums(figures, kpi, HOUR), sums(figures, kpi, DAY)
    whole = {a: v for (k, a, b, e), v in figures.items() if (k, b, e) == (kpi, instant(BEGIN), instant(END))}
    assert hours == pytest.approx(days)
    assert days == pytest.approx(whole)
    assert len(whole) >= 10


def test_every_kind_of_window_is_there(document: dict) -> None:  # type: ignore[type-arg]
    windows = {(row["window"]["from"], row["window"]["to"]) for row in document["kpis"]}
    shifts = [s for s in week().calendar.shifts(BEGIN, END) if s.start >= BEGIN and s.end <= END]
    assert len(shifts) == 11
    assert {(instant(s.start), instant(s.end)) for s in shifts} <= windows
    assert len(windows) == 168 + 11 + 7 + 1


def test_a_window_that_has_not_ended_is_not_there() -> None:
    calendar = week().calendar
    windows = ended_windows(calendar, BEGIN + 1, BEGIN + 3 * HOUR + 30 * MINUTE)
    assert [(w.begin, w.end) for w in windows] == [
        (BEGIN + 1, BEGIN + 3 * HOUR),
        (BEGIN + HOUR, BEGIN + 2 * HOUR),
        (BEGIN + 2 * HOUR, BEGIN + 3 * HOUR),
    ]


def test_oee_is_the_product_of_its_parts() -> None:
    plant = week()
    window = next(w for w in ended_windows(plant.calendar, BEGIN, END) if w.end - w.begin == 7 * DAY)
    for machine in plant.machines.values():
        history = MachineHistory(machine, END)
        time, pieces = state_sums(history.stays, window, plant.calendar), piece_sums(history, window)
        parts = dict(piece_figures(time, pieces)) | dict(state_figures(time))
        quality = history.good.earned_ns(window) / history.total.earned_ns(window)
        product = parts["equipment.availability"] * parts["equipment.effectiveness"] * quality
        assert parts["equipment.oee"] == pytest.approx(product, rel=1e-12)


def test_figures_agree_with_a_look_at_each_second(figures: dict[Key, float]) -> None:
    plant = week()
    begin = BEGIN + 8 * HOUR
    shift = next(s for s in plant.calendar.shifts(begin, begin + 1))
    looks = [t for a, b in shift.working for t in range(a, b, SECOND)]
    for name in ("CNC-02", "IMM-01", "PACK-01"):
        machine = plant.machines[name]
        states = [machine.category.at(t) for t in looks]
        availability = states.count("producing") / (len(states) - states.count("planned_stop"))
        edges = (instant(shift.start), instant(shift.end))
        assert figures["equipment.availability", name, *edges] == pytest.approx(availability, abs=1e-3)
        looked = range(shift.start, shift.end, SECOND)
        energy = sum(float(machine.kilowatts.at(t)) for t in looked) / 3600
        assert figures["energy.electricity", name, *edges] == pytest.approx(energy, rel=1e-3)
        good = sum(float(machine.good.at(b)) - float(machine.good.at(a)) for a, b in shift.working)
        assert figures["production.count_good", name, *edges] == good


def test_site_figures(figures: dict[Key, float]) -> None:
    edges = (instant(BEGIN), instant(END))
    assert figures["energy.electricity", None, *edges] == figures["energy.electricity", "EM-MAIN", *edges]
    assert figures["network.networking_rate", None, *edges] == 0.9  # the grinder has no wire
    per_piece = figures["energy.per_good_piece", None, *edges]
    good = week().machines["PACK-01"].good
    made = float(good.at(END)) - float(good.at(BEGIN))
    assert per_piece == pytest.approx(figures["energy.electricity", None, *edges] / made)


def test_what_is_not_defined_is_left_out(figures: dict[Key, float]) -> None:
    sunday = BEGIN + 5 * DAY + 12 * HOUR
    edges = (instant(sunday), instant(sunday + HOUR))
    kpis = {k for k, asset, b, e in figures if (b, e) == edges and asset == "CNC-01"}
    counts = {f"production.count_{name}" for name in ("good", "good_window", "total")}
    assert kpis == counts | {"energy.electricity"}
    assert figures["network.networking_rate", None, *edges] == 0  # no calendar: not connected (D24)


def test_failures_are_booked_where_they_begin() -> None:
    plant = week()
    stays = Stays(plant.machines["CNC-02"], END)
    whole = Window(BEGIN, END, tuple(plant.calendar.working(BEGIN, END)))
    hours = [w for w in ended_windows(plant.calendar, BEGIN, END) if w.end - w.begin == HOUR]
    count, down = failures_in(stays, whole, plant.calendar)
    assert count == sum(failures_in(stays, hour, plant.calendar)[0] for hour in hours) > 0
    assert down >= sum(failures_in(stays, hour, plant.calendar)[1] for hour in hours)
    assert down <= stays.calendar_ns(whole)["down"]


def test_short_cuts_do_not_count_and_long_ones_do() -> None:
    station = week().spec.stations["CNC-01"]
    begin = BEGIN + 9 * HOUR
    window = Window(begin, begin + HOUR, ((begin, begin + HOUR),))

    def connected(*cuts: tuple[int, int]) -> bool:
        edges = [begin, *(begin + edge * SECOND for cut in cuts for edge in cut), begin + HOUR]
        up = list(zip(edges[::2], edges[1::2], strict=True))
        return is_connected(up_intervals(station, {"cell-a": up}), window)

    assert connected()
    assert connected((0, 74), (200, 274), (400, 474))  # each shorter than the timeout
    assert connected((100, 280))  # exactly 5 %
    assert not connected((100, 281))
    assert connected((100, 175))
    assert not connected((100, 190), (300, 400))


def test_an_asset_needs_all_its_devices_and_an_empty_register_has_no_rate() -> None:
    spec = week().spec
    window = Window(BEGIN, BEGIN + HOUR, ((BEGIN, BEGIN + HOUR),))
    pack = spec.stations["PACK-01"]
    both = {"broker": [(BEGIN, BEGIN + HOUR)], "pack": [(BEGIN, BEGIN + HOUR // 2)]}
    assert up_intervals(pack, both) == [(BEGIN, BEGIN + HOUR // 2)]
    assert up_intervals(pack, {"broker": both["broker"]}) == both["broker"]
    assert networking_rate([pack, spec.stations["GRIND-01"]], {"broker": both["broker"]}, window) == 0.5
    assert networking_rate([], {}, window) is None


def test_history_and_live_run_join() -> None:
    whole = joined({"a": [(0, 5)], "b": [(0, 3), (4, 5)]}, {"a": [(5, 7), (8, 9)]}, 5, 9)
    assert whole == {"a": [(0, 7), (8, 9)], "b": [(0, 3), (4, 9)]}


def test_the_file_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        plant = new_plant(seed=7)
        write_truth(plant, BEGIN, BEGIN + 26 * HOUR, [], UP, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]
    read = json.loads((tmp_path / "one").read_text(encoding="utf-8"))
    assert read["schema"] == "floortruth/truth/1"
    assert set(read) >= {"seed", "faults", "kpis", "states", "counts", "energy"}
    assert read["from"] == "2026-11-16T16:00:00.000000000Z"


def test_states_tile_the_time_and_counts_end_at_the_truth(document: dict) -> None:  # type: ignore[type-arg]
    for name in week().powered:
        stays = [s for s in document["states"] if s["asset"] == name]
        assert stays[0]["from"] == instant(BEGIN)
        assert stays[-1]["to"] == instant(END)
        assert all(a["to"] == b["from"] for a, b in pairwise(stays))
    last = [c for c in document["counts"] if (c["asset"], c["role"]) == ("CNC-01", "count_good")][-1]
    assert last["value"] == week().machines["CNC-01"].good.at(END)
