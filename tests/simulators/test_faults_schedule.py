"""The fault schedule as data: what a file may say, what it is told when it says it wrong, what is active when."""

from pathlib import Path

import pytest

from simulators.clock import SECOND, PlantClock, instant, instant_text
from simulators.faults import KINDS, Fault, FaultError, Schedule, load, span

PLANTS = Path(__file__).parents[2] / "simulators" / "plants"
LIVE = instant("2026-11-24T01:00:00Z")


def loaded(tmp_path: Path, text: str) -> tuple[Fault, ...]:
    path = tmp_path / "faults.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, LIVE)


def test_offsets_count_from_the_live_start_and_instants_stand_for_themselves(tmp_path: Path) -> None:
    faults = loaded(
        tmp_path,
        "- {at: 1.5 h, for: 90, kind: link_cut, device: press}\n"
        "- {at: 2026-11-24T09:00:00+08:00, for: 5 min, kind: clock_step, device: cell-b, by: -30}\n",
    )
    assert [(f.kind, f.from_ns - LIVE, f.until_ns - f.from_ns) for f in faults] == [
        ("clock_step", 0, 300 * SECOND),
        ("link_cut", 5400 * SECOND, 90 * SECOND),
    ]
    assert faults[0].as_json() == {
        "kind": "clock_step", "device": "cell-b", "by": -30.0,
        "from": "2026-11-24T01:00:00.000000000Z", "to": "2026-11-24T01:05:00.000000000Z",
    }  # fmt: skip


def test_json_is_read_too_and_an_empty_file_is_no_fault(tmp_path: Path) -> None:
    (fault,) = loaded(tmp_path, '[{"at": 0, "for": "1 min", "kind": "duplicate", "device": "pack"}]')
    assert fault.kind == "duplicate"
    assert loaded(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{at: 1, for: 2, kind: link_cutt, device: a}", "faults.yaml:2: kind: unknown fault 'link_cutt', did you mean 'link_cut'?"),
        ("{at: 1, for: 2, kind: link_cut}", "faults.yaml:2: device: is missing"),
        ("{at: soon, for: 2, kind: link_cut, device: a}", "faults.yaml:2: at: got 'soon', expected a time as 90 s, 5 min or 1.5 h"),
        ("{at: 2026-11-24T09:00:00, for: 2, kind: link_cut, device: a}", "expected an instant with its zone"),
        ("{at: 1, kind: link_cut, device: a}", "faults.yaml:2: for: got None"),
        ("{at: 1, for: 0, kind: link_cut, device: a}", "faults.yaml:2: for: link_cut must last longer than 0 s"),
        ("{at: 1, for: 2, kind: clock_step, device: a}", "faults.yaml:2: by: clock_step needs a number"),
        ("{at: 1, kind: counter_reset, device: a}", "faults.yaml:2: signal: counter_reset needs the name"),
        ("{at: 1, for: 2, kind: link_cut, devise: a}", "faults.yaml:2: unknown field 'devise', did you mean 'device'?"),
        ("stop", "faults.yaml:2: got 'stop', expected a fault"),
        ("{at: [", "faults.yaml:"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_its_place_and_the_way_out(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(FaultError) as error:
        loaded(tmp_path, f"- {{at: 0, for: 1, kind: link_cut, device: x}}\n- {row}\n")
    assert said in str(error.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"absent\.yaml: cannot be read: No such file"):
        load(tmp_path / "absent.yaml", LIVE)


@pytest.mark.parametrize(
    ("text", "seconds"), [(90, 90), ("90 s", 90), ("5 min", 300), ("1.5h", 5400), ("2 d", 172800)]
)
def test_spans(text: object, seconds: int) -> None:
    assert span(text) == seconds * SECOND


def test_a_fault_is_active_on_its_half_open_stretch_and_edges_come_once() -> None:
    first, second = Fault(10, 20, "link_cut", "a"), Fault(20, 30, "link_cut", "a")
    schedule = Schedule([second, first])
    assert [schedule.active("link_cut", "a", ts) for ts in (9, 10, 19, 20, 29, 30)] == [
        None, first, first, second, second, None,
    ]  # fmt: skip
    steps = [list(schedule.edges(ts - 5, ts)) for ts in range(5, 40, 5)]
    told = [edge for step in steps for edge in step]
    assert told == [(10, True, first), (20, False, first), (20, True, second), (30, False, second)]


def test_a_fault_without_names_concerns_every_signal_of_its_device() -> None:
    every, one = Fault(0, 9, "bad_quality", "a"), Fault(0, 9, "bad_quality", "a", "CNC-01", ("state",))
    schedule = Schedule([every, one])
    assert set(schedule.on_signal("bad_quality", ["a"], "CNC-01", "state")) == {every, one}
    assert schedule.on_signal("bad_quality", ["a"], "CNC-02", "state") == (every,)
    assert schedule.on_signal("bad_quality", ["b"], "CNC-01", "state") == ()


def test_the_demo_schedule_shows_all_ten_kinds_within_two_hours() -> None:
    faults = load(PLANTS / "demo.faults.yaml", LIVE)
    assert {f.kind for f in faults} == set(KINDS)
    assert len({f.device for f in faults}) >= 8
    assert all(f.from_ns >= LIVE and f.until_ns <= LIVE + 7200 * SECOND for f in faults)
    cuts = [f.until_ns - f.from_ns for f in faults if f.kind in ("link_cut", "server_restart")]
    assert all(60 * SECOND <= cut <= 900 * SECOND for cut in cuts)


def test_plant_time_runs_at_its_speed_from_its_origin() -> None:
    clock = PlantClock(plant_origin_ns=LIVE, real_origin_ns=1000, speed=60, wall=lambda: 1000 + 2 * SECOND)
    assert clock.now() == LIVE + 120 * SECOND
    assert clock.real_seconds(120 * SECOND) == 2.0
    with pytest.raises(ValueError, match="speed: got 601"):
        PlantClock(LIVE, 0, 601)


@pytest.mark.parametrize("text", ["2026-11-24T08:00:00.000000001Z", "1969-12-31T23:59:59.500000000Z"])
def test_instants_keep_every_nanosecond(text: str) -> None:
    assert instant_text(instant(text)) == text
    assert instant_text(instant("2026-11-24T08:00:00+08:00")) == "2026-11-24T00:00:00.000000000Z"
