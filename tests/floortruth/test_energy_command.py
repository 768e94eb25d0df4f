"""`floortruth energy`: a report of periods with 环比 and 同比 from evidence files, in both languages and as JSON."""

import json
from datetime import date
from pathlib import Path

import pytest

from evidence_engine.evidence.files import write_records
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import local_midnight
from evidence_engine.vocabulary.window import Window
from floortruth.__main__ import main
from floortruth.files import read_plant

PLANT = str(Path(__file__).parents[2] / "configs" / "plant.example.yaml")
ZONE = read_plant(PLANT).zone


def month(year: int, number: int) -> Window:
    after = date(year + number // 12, number % 12 + 1, 1)
    start, end = (local_midnight(day, ZONE) for day in (date(year, number, 1), after))
    return Window(start, end, "month", f"{year}-{number:02}")


def record(window: Window, kwh: float, asset: str | None = None) -> Record:
    subject = {"site": "S1"} if asset is None else {"site": "S1", "asset": asset}
    figure = Figure(kwh, kwh - 1, kwh + 1, "kWh")
    return Record("energy.electricity", "floortruth.electricity@1", subject, window, figure, 0.98)


@pytest.fixture
def evidence(tmp_path: Path) -> str:
    months = [(month(2025, 2), 900.0), (month(2026, 1), 1000.0), (month(2026, 2), 1100.0)]
    records = [record(window, kwh) for window, kwh in months]
    records += [record(month(2026, 2), 70.0, "CNC-01"), record(Window(0, 3600 * 10**9, "hour", "h"), 1.0)]
    write_records(tmp_path, records)
    return str(tmp_path)


def test_a_month_against_the_one_before_and_the_year_before(
    evidence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["energy", PLANT, "--evidence", evidence, "--kind", "month", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        "2026-02-01 – 2026-03-01  (holds another part of the Spring Festival than an earlier period)" in lines
    )
    assert lines[-2].strip() == (
        "Electricity: 1,100 kWh [1,099, 1,101]; period on period +10.0% [+9.7%, +10.3%]; year on year +22.2% [+21.9%, +22.5%]"
    )


def test_the_same_in_chinese_and_of_one_asset(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["energy", PLANT, "--evidence", evidence, "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "环比 +10.0%" in told
    assert "同比 +22.2%" in told
    assert main(["energy", PLANT, "--evidence", evidence, "--asset", "CNC-01", "--lang", "zh"]) == 0
    assert "电量: 70 kWh [69, 71]\n" in capsys.readouterr().out


def test_the_document_names_the_records_that_it_compares(
    evidence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["energy", PLANT, "--evidence", evidence, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "floortruth/energy/1"
    first, _, last = report["periods"]
    (figure,) = last["figures"]
    assert figure["year"]["id"] == first["figures"][0]["id"]
    assert figure["before"]["change"]["value"] == pytest.approx(0.1)
    assert first["figures"][0]["before"] is None


def test_what_is_not_there_is_said(evidence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["energy", PLANT, "--evidence", evidence, "--kind", "year", "--lang", "en"]) == 1
    assert "no energy record of that kind" in capsys.readouterr().out
    assert main(["energy", PLANT, "--evidence", str(tmp_path / "none"), "--lang", "en"]) == 2
    assert "is no folder" in capsys.readouterr().err
    assert main(["energy", PLANT, "--evidence", evidence, "--asset", "CNC-1", "--lang", "en"]) == 2
    assert "did you mean 'CNC-01'?" in capsys.readouterr().err
