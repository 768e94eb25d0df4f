"""Bad input, case by case: figures stay true and say what is missing, or one clear sentence ends with status 2 (D5, D11, D16)."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import BAD, Samples, samples_of
from evidence_engine.vocabulary.window import Window
from floortruth.__main__ import main
from tests.evidence_engine.small_plant import (
    DAY,
    MINUTE,
    SHIFT,
    T0,
    at,
    history_of,
    keyframes,
    rising,
    small_plant,
)

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "configs/plant.example.yaml"
PLANT = small_plant()
COUNTED = rising(at(0), at(24), 2 * MINUTE)
ROWS = {
    "M1/state": keyframes("producing"),
    "M1/product": keyframes("A"),
    "M1/count_good": COUNTED,
    "M1/power_active": keyframes(5.0),
}
GOOD = history_of(ROWS)

Found = dict[tuple[str, str], Record]


def records(history: History, window: Window = SHIFT, plant: Plant = PLANT) -> Found:
    return {
        (r.kpi, r.subject.get("asset") or r.subject.get("step") or ""): r
        for r in assess(plant, history, [window])
    }


def of(history: History, kpi: str, window: Window = SHIFT, plant: Plant = PLANT) -> Record:
    return records(history, window, plant)[kpi, "M1"]


def bounds(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.low, record.result.value, record.result.high


def codes(record: Record) -> set[str]:
    return {limitation.code for limitation in record.limitations}


def says_nothing(found: Found) -> None:
    """No value anywhere, and bounds as wide as the definitions allow (D16)."""
    for kpi in ("equipment.availability", "equipment.oee"):
        assert bounds(found[kpi, "M1"]) == (0.0, None, 1.0)
        assert found[kpi, "M1"].coverage == 0.0
        assert "nothing_known" in codes(found[kpi, "M1"])
    low, value, high = bounds(found["production.count_good_window", "M1"])
    assert (low, value) == (0.0, None)
    assert high is not None
    assert high >= 480
    assert bounds(found["energy.electricity", "M1"]) == (0.0, None, 80.0)


def replaced(history: History, **series: Samples) -> History:
    return History({**history.series, **{f"M1/{name}": s for name, s in series.items()}}, history.facts)


def test_a_history_of_nothing_and_series_without_a_sample_say_nothing() -> None:
    says_nothing(records(History({})))
    none = samples_of([], [])
    says_nothing(records(replaced(GOOD, state=none, count_good=none, power_active=none, product=none)))


def test_one_sample_is_known_as_long_as_its_link_proves_and_a_counter_of_one_reading_counted_nothing_yet() -> (
    None
):
    one = history_of({name: rows[:1] for name, rows in ROWS.items()})
    assert bounds(of(one, "equipment.availability")) == (1.0, 1.0, 1.0)
    assert bounds(of(one, "production.count_good_window")) == (0.0, 0.0, 0.0)
    alone = History({"M1/state": samples_of([at(8)], [float("nan")], None, ["producing"])})
    says_nothing(records(alone))  # without a link nothing is known beyond an import's last row (D5)


def test_samples_that_are_all_bad_say_nothing() -> None:
    def bad(name: str) -> Samples:
        s = GOOD.of(f"M1/{name}")
        return Samples(s.ts, s.value, np.full(len(s), BAD, np.uint8), s.text)

    says_nothing(
        records(replaced(GOOD, **{n: bad(n) for n in ("state", "product", "count_good", "power_active")}))
    )


def test_a_history_that_lies_wholly_after_the_window_says_nothing_of_it() -> None:
    later = {name: Samples(s.ts + 400 * DAY, s.value, s.quality, s.text) for name, s in GOOD.series.items()}
    says_nothing(records(History(later, {"c": [(0, GOOD.facts["c"][0][1])]})))


def test_a_window_before_the_history_knows_nothing() -> None:
    before = Window(SHIFT.start - 300 * DAY, SHIFT.end - 300 * DAY)
    says_nothing(records(GOOD, before))


def test_D5_nan_and_infinities_are_unknown_and_end_what_was_known() -> None:
    wrong = [float("nan"), float("inf"), float("-inf")]
    state = [(at(8), 1.0), *((at(9 + n), value) for n, value in enumerate(wrong)), (at(14), 1.0)]
    plant = small_plant(assets={"M1": {"states": {"1": "producing"}}})
    history = history_of({**ROWS, "M1/state": state, "M1/power_active": [(t, v * 5) for t, v in state]})
    found = records(history, SHIFT, plant)
    assert found["equipment.availability", "M1"].coverage == pytest.approx(3 / 7.5)
    assert bounds(found["equipment.availability", "M1"]) == (0.4, 1.0, 1.0)
    low, value, high = bounds(found["energy.electricity", "M1"])
    assert (low, value, high) == (15.0, 15.0, 15.0 + 5 * 10.0)


def test_D5_a_counter_of_nan_and_infinities_counts_by_its_numbers_alone() -> None:
    wrong = [(t, [float("nan"), float("inf"), value][n % 3]) for n, (t, value) in enumerate(COUNTED)]
    low, value, high = bounds(
        of(history_of({**ROWS, "M1/count_good": wrong}), "production.count_good_window")
    )
    assert None not in (low, high)
    assert low <= 240 <= high  # type: ignore[operator]
    assert value is not None


def test_D11_negative_counts_are_bad() -> None:
    negative = [(t, -float(value) - 1) for t, value in COUNTED]
    low, value, high = bounds(
        of(history_of({**ROWS, "M1/count_good": negative}), "production.count_good_window")
    )
    assert (low, value) == (0.0, None)
    assert high is not None


def test_D18_a_counter_beyond_2_to_the_53_is_named_as_inexact_and_one_beyond_all_quanta_is_unknown() -> None:
    """A float64 shows every second whole number there at most: 2^53 + 1 can't even be written."""
    large = [(t, 2.0**53 + 2 * n) for n, (t, _) in enumerate(COUNTED)]
    record = of(history_of({**ROWS, "M1/count_good": large}), "production.count_good_window")
    assert "precision_lost" in codes(record)
    beyond = [(t, 1e300 + n) for n, (t, _) in enumerate(COUNTED)]
    low, value, high = bounds(
        of(history_of({**ROWS, "M1/count_good": beyond}), "production.count_good_window")
    )
    assert (low, value) == (0.0, None)
    assert high is not None


def test_D26_state_codes_that_nobody_mapped_are_unknown_and_listed() -> None:
    plant = small_plant(assets={"M1": {"states": {"1": "producing"}}})
    rows = {**ROWS, "M1/state": [(at(8), 1.0), (at(9), 7.0), (at(10), 1.0), (at(11), 42.5), (at(12), 1.0)]}
    record = of(history_of(rows), "equipment.availability", SHIFT, plant)
    assert record.coverage == pytest.approx(5.5 / 7.5)
    assert "unmapped_state_code" in codes(record)
    assert record.to_json()["parts"]["unmapped_state_code"] == "7, 42.5"
    many = [(at(8) + n * MINUTE, float(n)) for n in range(2, 60)]
    listed = of(history_of({**ROWS, "M1/state": many}), "equipment.availability", SHIFT, plant).parts
    assert str(listed["unmapped_state_code"]).endswith("20, 21, …")


def test_D21_a_product_without_an_ideal_cycle_is_not_in_the_value_and_named() -> None:
    rows = {**ROWS, "M1/product": [(at(0), "A"), (at(12), "B")]}
    record = of(history_of(rows), "equipment.oee")
    low, value, high = bounds(record)
    assert None not in (low, value, high)
    assert low <= value <= high  # type: ignore[operator]
    assert "product_without_cycle" in codes(record)
    none = small_plant(assets={"M1": {"ideal_cycle": {}}})
    without = of(GOOD, "equipment.oee", SHIFT, none)
    assert bounds(without) == (0.0, None, None)
    assert "no_ideal_cycle" in codes(without)


def test_D25_two_meters_for_one_thing_are_never_added() -> None:
    """M1 has a register and a power, and the meter that feeds it is a meter of the site: each is told for itself."""
    register = [(at(h), 5.0 * h) for h in range(25)]
    rows = {**ROWS, "M1/energy_active": register, "E1/energy_active": [(t, v * 1.01) for t, v in register]}
    plant = small_plant(assets={"M1": {"fed_by": "E1"}})
    found = records(history_of(rows, resolution=3600.0), SHIFT, plant)
    for name, expected in (("M1", 40.0), ("E1", 40.4), ("", 40.4)):
        low, value, high = bounds(found["energy.electricity", name])
        assert value == pytest.approx(expected)
        assert low is not None
        assert high is not None
        assert low <= expected + 1e-6
        assert high >= expected - 1e-6


def test_D25_no_energy_carrier_at_all_is_told() -> None:
    plant = small_plant(assets={"E1": {"site_meter": False, "kind": "other"}, "M1": {"rated_power": None}})
    found = records(history_of({"M1/state": keyframes("producing")}), SHIFT, plant)
    site = found["energy.electricity", ""]
    assert site.result.value is None
    assert "no_meter" in codes(site) | {
        code for key, r in found.items() if "energy" in key[0] for code in codes(r)
    }


def test_a_window_of_a_hundred_and_fifty_years_is_computed() -> None:
    weekly = {"name": "w", "start": "08:00", "end": "16:00", "days": ["mon"]}
    plant = small_plant(calendars={"one": {"shifts": [weekly]}})
    window = Window(T0 - 80 * 365 * DAY, T0 + 70 * 365 * DAY)
    found = records(GOOD, window, plant)
    low, value, high = bounds(found["equipment.availability", "M1"])
    assert low is not None
    assert (value, high) in ((1.0, 1.0), (None, 1.0))
    assert found["production.count_good_window", "M1"].result.low == 720.0
    beyond = Window(T0 - 200 * 365 * DAY, T0)
    with pytest.raises(
        ValueError, match="window reaches beyond what can be computed, expected from 1897 to 2115"
    ):
        next(assess(plant, GOOD, [beyond]))


# --- the command line: one sentence, status 2, nothing written


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "store"
    history = str(ROOT / "configs/history.example.csv")
    assert (
        main(["import", str(EXAMPLE), history, "--store", str(folder), "--rejects", str(folder) + ".csv"])
        == 0
    )
    return folder


WINDOWS = [
    (["--from", "2026-11-24", "--to", "2026-11-24"], "--to is not after --from"),
    (["--from", "2026-11-24", "--to", "2026-11-23"], "--to is not after --from"),
    (["--from", "2026-11-24"], "--from and --to belong together"),
    (["--from", "soon", "--to", "2026-11-24"], "--from: 'soon' is not a time, expected e.g. 2026-11-24T08:00"),
    (["--from", "1800-01-01", "--to", "2000-01-01"], "--from, --to: window reaches beyond what can be computed"),
    (["--from", "2026-11-24", "--to", "9999-01-01"], "--from, --to: window reaches beyond what can be computed"),
    (["--windows", "hour,dya"], "--windows: unknown window 'dya', did you mean 'day'?"),
    (["--windows", "day", "--from", "2026-11-24", "--to", "2026-11-25"], "--windows is of no use beside --from and --to"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), WINDOWS)
def test_a_wrong_window_ends_with_2_and_writes_nothing(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: Sequence[str], message: str
) -> None:
    out = tmp_path / "evidence"
    assert main(["evidence", str(EXAMPLE), "--store", str(store), *words, "--out", str(out)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not out.exists()


def test_a_store_that_holds_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "history.csv"
    empty.write_text("ts,asset,role,value\n2026-11-24,CNC-9,state,1\n", encoding="utf-8")
    words = ["--store", str(tmp_path / "s"), "--rejects", str(tmp_path / "r.csv")]
    assert main(["import", str(EXAMPLE), str(empty), *words]) == 2
    capsys.readouterr()
    assert main(["evidence", str(EXAMPLE), "--store", str(tmp_path / "s")]) == 2
    assert capsys.readouterr().err.startswith("the store holds nothing yet: give --from and --to")


def test_one_stamp_that_is_far_off_does_not_ask_for_a_million_hours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "ts,asset,role,value\n1970-01-01,CNC-01,state,1\n2026-11-24,CNC-01,state,1\n", encoding="utf-8"
    )
    words = ["--store", str(tmp_path / "s")]
    assert main(["import", str(EXAMPLE), str(path), *words, "--rejects", str(tmp_path / "r.csv")]) == 0
    capsys.readouterr()
    assert main(["evidence", str(EXAMPLE), *words, "--out", str(tmp_path / "e")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        "--windows: the history reaches from 1970-01-01 to 2026-11-24, that is 498744 hours"
    )
    assert "is a stamp far off?" in said
    assert not (tmp_path / "e").exists()


def test_overlapping_shifts_end_with_2_and_their_line(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "plant.yaml"
    text = EXAMPLE.read_text("utf-8").replace('end: "20:00"', 'end: "21:00"', 1)
    wrong.write_text(text, encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("  two-shift:"))
    out = tmp_path / "evidence"
    assert main(["evidence", str(wrong), "--store", str(store), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"plant.yaml:{line}: calendars.two-shift: shifts 'day' and 'night' overlap on 2024-01-0"
    )
    assert not out.exists()


MEASURED = """
import sys
from pathlib import Path
from floortruth.__main__ import main
status = main(sys.argv[1:])
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024, "MB")
sys.exit(status)
"""
"""VmHWM is the peak of this program alone; ru_maxrss keeps what its parent held when it was forked."""


def test_a_million_different_asset_names_end_with_2_in_bounded_memory_and_store_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "million.csv"
    rows = (f"2026-11-24,M{n},state,3\n" for n in range(1_000_000))
    with path.open("w", encoding="utf-8") as file:
        file.write("ts,asset,role,value\n")
        file.writelines(rows)
    words = ["import", str(EXAMPLE), str(path), "--store", "s", "--rejects", "rejects.csv"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert "0 rows, 1000000 set aside" in done.stdout
    assert "different names are not in the register, the first: 'M0', 'M1', 'M2'" in done.stderr
    assert int(done.stdout.split()[-2]) < 700
    assert main(["evidence", str(EXAMPLE), "--store", str(tmp_path / "s")]) == 2
    path.unlink()
    (tmp_path / "rejects.csv").unlink()


def test_a_million_different_names_in_a_table_are_told_by_the_first() -> None:
    from evidence_engine import open_history, open_plant
    from evidence_engine.documents import BadInput

    names = [f"M{n}" for n in range(1_000_000)]
    table = {
        "ts": np.zeros(10**6, np.int64),
        "asset": names,
        "role": ["state"] * 10**6,
        "value": np.zeros(10**6),
    }
    with pytest.raises(BadInput, match="column 'asset', row 0: 'M0' is not in the plant's register"):
        open_history(open_plant(EXAMPLE.read_text("utf-8")), table)


def test_D9_a_year_whose_holidays_nobody_knows_is_one_sentence_and_no_error(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("chinese_calendar")
    plant = tmp_path / "plant.yaml"
    text = EXAMPLE.read_text("utf-8").replace("  two-shift:", "  two-shift:\n    holidays: [china]", 1)
    plant.write_text(text, encoding="utf-8")
    words = ["evidence", str(plant), "--store", str(store)]
    assert main([*words, "--from", "2199-01-01", "--to", "2199-01-02"]) == 2, "beyond what can be computed"
    capsys.readouterr()
    assert main([*words, "--from", "2044-12-31", "--to", "2045-01-02"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(
        "the holidays of 2044, 2045 are not known yet, those dates follow the week alone; a CSV"
    )
    assert main([*words, "--from", "2026-11-24", "--to", "2026-11-25"]) == 0
    assert "holidays" not in capsys.readouterr().err
