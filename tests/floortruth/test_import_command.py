"""`floortruth import`: dry run, mapping example, what it says and how it ends."""

from pathlib import Path

import pytest

from floortruth.__main__ import main

CONFIGS = Path(__file__).parents[2] / "configs"
PLANT = str(CONFIGS / "plant.example.yaml")
WIDE = str(CONFIGS / "wide.example.csv")
MAPPING = ["--mapping", str(CONFIGS / "import.example.yaml")]


def test_a_dry_run_of_the_example_shows_the_rows_and_touches_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["import", PLANT, WIDE, *MAPPING, "--dry-run", "--store", "store"]) == 0
    said = capsys.readouterr().out
    assert (
        "read as UTF-8, separator ';', wide, time in '时间', 4 series, times as ymd, zone Asia/Shanghai"
        in said
    )
    assert "2026-11-24 08:00:00+08:00  CNC-01/power_active    1.25      good" in said
    assert "CNC-01/power_active: {resolution: 60}" in said
    assert "nothing was stored" in said
    assert list(tmp_path.iterdir()) == []


def test_the_example_is_imported_and_known_the_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", PLANT, WIDE, *MAPPING, "--store", str(tmp_path / "s"), "--facts", str(tmp_path / "f")]
    assert main(words) == 0
    assert "24 rows, 0 set aside" in capsys.readouterr().out
    assert "EM-MAIN/energy_active: {resolution: 60}" in (tmp_path / "f").read_text(encoding="utf-8")
    assert main(words) == 0
    assert "24 rows (already there)" in capsys.readouterr().out


def test_a_file_without_one_good_row_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "h.csv"
    path.write_text("ts,asset,role,value\n2026-11-24,X,state,1\n2026-11-24,Y,state,1\n", encoding="utf-8")
    rejects = tmp_path / "r.csv"
    assert main(["import", PLANT, str(path), "--store", str(tmp_path / "s"), "--rejects", str(rejects)]) == 2
    said = capsys.readouterr()
    assert f"{path}: 0 rows, 2 set aside" in said.out
    assert "2 different names are not in the register, the first: 'X', 'Y'" in said.err
    assert f"2 rows set aside, all of them in {rejects}" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([WIDE], "--store is missing"),
        ([WIDE, "--dry-run", "--mapping", "nowhere.yaml"], "nowhere.yaml: no such file"),
        ([WIDE, "--dry-run", "--time-format", "ydm"], "unknown time format 'ydm'"),
        ([WIDE, "--dry-run", "--separator", "::"], "--separator '::': expected one character"),
        ([WIDE, "--dry-run", "--resolution", "-1"], "--resolution -1: expected seconds"),
        ([WIDE, "--dry-run"], "column 'value' is missing"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", PLANT, *words]) == 2
    assert message in capsys.readouterr().err
