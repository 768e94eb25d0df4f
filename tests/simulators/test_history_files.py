"""The history is what an honest agent would have kept, damage included."""

import csv
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulators.history import counter_bases, reachable, write_csv, write_history, write_plan
from simulators.model.parts import HOUR, MINUTE, SECOND
from simulators.truth.windows import instant
from simulators.wire import layout
from tests.simulators.week import BEGIN, DAY, END, PLANT_FILE, demo_spec, new_plant, week

CUT = (BEGIN + round(57.5 * HOUR), BEGIN + round(59.5 * HOUR))
RESET = BEGIN + round(81.2 * HOUR)
Series = dict[tuple[str, str], list[tuple[int, float | None, str | None, str]]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_history(week(), BEGIN, END, tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def series(files: list[Path]) -> Series:
    found: Series = defaultdict(list)
    for path in files:
        table = pq.read_table(path)
        columns = [table["ts"].cast(pa.int64()), *(table[c] for c in table.column_names[1:])]
        for ts, asset, role, value, text, quality in zip(*(c.to_pylist() for c in columns), strict=True):
            found[asset, role].append((ts, value, text, quality))
    return found


def test_one_file_a_day_sorted(files: list[Path]) -> None:
    assert [p.name for p in files] == [f"history-2026-11-{day}.parquet" for day in range(17, 24)]
    table = pq.read_table(files[2])
    keys = list(
        zip(
            table["asset"].to_pylist(),
            table["role"].to_pylist(),
            table["ts"].cast(pa.int64()).to_pylist(),
            strict=True,
        )
    )
    assert keys == sorted(set(keys))
    assert table.schema.field("ts").type == pa.timestamp("ns", "UTC")


def test_every_wired_series_is_there_and_no_other(series: Series) -> None:
    wired = {key for key in week().signals() if key[0] != "GRIND-01"}
    silent = [("PRESS-01", "count_good"), ("FURN-01", "count_good")]
    silent += [("PRESS-01", "alarm"), ("FURN-01", "alarm"), ("PACK-01", "alarm")]
    wired -= set(silent)
    links = ["cell-a", "cell-b", "press.1", "furnace.1", "utility.1", "utility.2", "pack", "env", "robot"]
    links += [f"meters.{unit}" for unit in range(1, 7)]
    assert set(series) == wired | {(f"@{link}", "link") for link in links}


def test_rows_tell_the_truth_where_nothing_is_damaged(series: Series) -> None:
    for (asset, role), rows in series.items():
        if role == "link" or asset == "CNC-02":
            continue
        trace = week().trace(asset, role)
        for ts, value, text, quality in rows[::37]:
            assert (text if value is None else value) == trace.at(ts)
            assert quality == "good" or (asset, role) == ("FURN-01", "temperature")


def test_every_change_is_there(series: Series) -> None:
    for asset, role in (("PRESS-01", "count_total"), ("FURN-01", "state"), ("ROBOT-01", "product")):
        trace = week().trace(asset, role)
        kept = {ts for ts, *_ in series[asset, role]}
        assert {ts for ts in trace.ts if BEGIN <= ts < END} <= kept


def test_keyframes_every_five_minutes_and_at_both_ends(series: Series) -> None:
    for key in (("PACK-01", "state"), ("COMP-01", "pressure"), ("EM-MAIN", "energy_active")):
        kept = {ts for ts, *_ in series[key]}
        assert set(range(BEGIN, END + 1, 5 * MINUTE)) <= kept
        assert min(kept) == BEGIN
        assert max(kept) == END


def test_a_link_begins_with_a_0_then_values_then_a_1(series: Series) -> None:
    link = series["@press.1", "link"]
    assert [(ts, value) for ts, value, *_ in link[:2]] == [(BEGIN, 0), (BEGIN + 2 * SECOND, 1)]
    assert [ts for ts, *_ in series["PRESS-01", "state"][:2]] == [BEGIN, BEGIN + 1]
    assert all(b[0] - a[0] <= MINUTE for a, b in pairwise(link[1:]))
    assert {value for _, value, *_ in link[1:]} == {1}
    assert link[-1][0] == END


def test_a_cut_leaves_a_hole_and_a_new_connect(series: Series) -> None:
    begin, end = CUT
    link = [(ts, v) for ts, v, *_ in series["@cell-a", "link"] if begin - MINUTE <= ts <= end + MINUTE]
    assert link[0][1] == 1
    assert link[1:4] == [(begin, 0), (end, 0), (end + 2 * SECOND, 1)]
    for asset in ("CNC-01", "CNC-02", "CNC-03"):
        for role in ("state", "count_total", "energy_active"):
            inside = [ts for ts, *_ in series[asset, role] if begin <= ts < end + 5 * MINUTE]
            assert inside[0] == end + SECOND


def test_a_counter_reset_starts_again_at_0(series: Series) -> None:
    true = week().trace("CNC-02", "count_good")
    base = float(true.at(RESET))
    rows = series["CNC-02", "count_good"]
    assert (RESET, 0.0, None, "good") in rows
    assert all(value == true.at(ts) for ts, value, *_ in rows if ts < RESET)
    assert all(value == float(true.at(ts)) - base for ts, value, *_ in rows if ts >= RESET)
    assert counter_bases(week(), BEGIN, END)["CNC-02", "count_good"] == base
    assert ("CNC-02", "count_reject") not in counter_bases(week(), BEGIN, END)


def test_bad_quality_has_its_two_edges(series: Series) -> None:
    begin, end = BEGIN + round(100.25 * HOUR), BEGIN + round(101.75 * HOUR)
    bad = [ts for ts, _, _, quality in series["FURN-01", "temperature"] if quality == "bad"]
    assert bad[0] == begin
    assert end - 5 * MINUTE <= bad[-1] < end
    assert (end, "good") in [(ts, quality) for ts, _, _, quality in series["FURN-01", "temperature"]]


def test_without_faults_nothing_is_missing(tmp_path: Path) -> None:
    plant = new_plant()
    path = write_history(plant, BEGIN + 12 * HOUR, BEGIN + 14 * HOUR, tmp_path, faults=())[0]
    table = pq.read_table(path)
    assert set(table["quality"].to_pylist()) == {"good"}
    links = [
        v
        for v, role in zip(table["value"].to_pylist(), table["role"].to_pylist(), strict=True)
        if role == "link"
    ]
    assert links.count(0.0) == 15  # one per connect


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        written = write_history(new_plant(seed=5), BEGIN, BEGIN + DAY, tmp_path / name)
        contents.append([path.read_bytes() for path in written])
    assert contents[0] == contents[1]


def test_the_plant_goes_on_from_the_history_into_the_live_run(tmp_path: Path) -> None:
    plant, other = new_plant(), new_plant()
    write_history(plant, BEGIN, BEGIN + 6 * HOUR, tmp_path)
    plant.advance(BEGIN + 12 * HOUR)
    other.advance(BEGIN + 12 * HOUR)
    assert plant.trace("PACK-01", "count_good").ts == other.trace("PACK-01", "count_good").ts


def test_the_history_tells_what_the_wires_will_tell() -> None:
    spec, shown = demo_spec(), {}
    for wire in layout.load(PLANT_FILE.with_name("demo.wires.yaml")):
        if isinstance(wire, layout.ModbusWire):
            shown |= {unit.asset: {register.role for register in unit.registers} for unit in wire.units}
        elif isinstance(wire, layout.JsonWire | layout.SparkplugWire):
            shown[wire.asset] = set(wire.roles)
    for asset, roles in shown.items():
        station = spec.stations.get(asset)
        told = {
            role for name, role in week().signals() if name == asset and (not station or station.shows(role))
        }
        assert told == roles, asset


def test_reachable_follows_the_cuts() -> None:
    found = reachable(week().spec, BEGIN, END)
    assert found["cell-a"] == [(BEGIN, CUT[0]), (CUT[1], END)]
    assert found["press"] == found["press.1"] == [(BEGIN, END)]
    assert reachable(week().spec, BEGIN, END, faults=())["cell-a"] == [(BEGIN, END)]


def test_csv_has_the_same_rows(tmp_path: Path, series: Series) -> None:
    path = tmp_path / "day.csv"
    write_csv(week(), BEGIN, BEGIN + 6 * HOUR, path, ["CNC-03"])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["ts", "asset", "role", "value", "quality"]
    assert {row["asset"] for row in rows} == {"CNC-03", "@cell-a"}
    kept = [(row["ts"], row["value"]) for row in rows if row["role"] == "count_total"]
    expected = [
        (instant(ts), repr(v)) for ts, v, *_ in series["CNC-03", "count_total"] if ts < BEGIN + 6 * HOUR
    ]
    assert kept[: len(expected)] == expected
    assert {row["value"] for row in rows if row["role"] == "product"} <= {"P1", "P2", "P3"}


def test_the_plan_as_csv(tmp_path: Path) -> None:
    write_plan(demo_spec(), BEGIN, END, tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["asset", "product", "from", "to", "quantity"]
    assert {row["asset"] for row in rows} == {"PACK-01"}
    assert all(int(row["quantity"]) > 100 for row in rows)
    assert instant(BEGIN + 8 * HOUR) in {row["from"] for row in rows}
