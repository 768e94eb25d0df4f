"""The example of docs/kpi through the command line: a reader gets the figures that the pages print."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.kpis.example import example
from floortruth.__main__ import main

ORDERS = """\
order,asset,product,quantity,start,end,planned_scrap,personnel
O-1,M1,A,70,2026-11-24T08:00,2026-11-24T10:00,5,1
O-1,M2,A,70,2026-11-24T08:30,2026-11-24T10:20,,1
,,,,2026-11-24T08:00,2026-11-24T10:30,,2
"""
OF_ORDERS = (
    "order",
    "allocation",
    "efficiency",
    "process_ratio",
    "throughput_rate",
    "fall_off",
    "scrap_to",
    "cm",
    "cp",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("plant.yaml", "samples.csv"):
        text = files("evidence_engine.kpis.example").joinpath(name).read_text("utf-8")
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    looks = example().history.papers.inspections
    rows = [
        f"2026-11-24T09:{n:02d},M1,{look.serial},bore,{look.value},19.95,20.05"
        for n, look in enumerate(looks, 1)
    ]
    text = "\n".join(["ts,asset,serial,characteristic,value,lsl,usl", *rows])
    (tmp_path / "looks.csv").write_text(text, "utf-8")
    return tmp_path


def test_the_command_line_gives_the_figures_of_the_pages(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant, store = str(folder / "plant.yaml"), str(folder / "store")
    assert main(["import", plant, str(folder / "samples.csv"), "--store", store]) == 0
    capsys.readouterr()
    words = ["--orders", str(folder / "orders.csv"), "--inspections", str(folder / "looks.csv"), "--json"]
    window = ["--from", "2026-11-24T08:00", "--to", "2026-11-24T12:00"]
    assert main(["evidence", plant, "--store", store, *window, *words]) == 0
    told = {
        (one["kpi"], one["subject"].get("asset")): one["result"]
        for one in json.loads(capsys.readouterr().out)
    }
    of = example()
    expected = {
        (r.kpi, r.subject.get("asset")): r.result.to_json()
        for r in Assessor(of.plant, of.history, of.windows).records(of.windows[0])
        if any(word in r.kpi for word in OF_ORDERS) and r.kpi.startswith(("production.", "quality."))
    }
    assert len(expected) >= 15
    assert {key: told.get(key) for key in expected} == expected


def test_a_wrong_order_ends_with_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "orders.csv").write_text(ORDERS.replace("M2", "M7"), "utf-8")
    words = ["--store", str(folder / "store"), "--orders", str(folder / "orders.csv")]
    assert main(["evidence", str(folder / "plant.yaml"), *words]) == 2
    assert "orders.csv:3: asset: 'M7' is not in the register" in capsys.readouterr().err
