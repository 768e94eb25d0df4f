"""The file of work orders: what is understood, and one sentence per wrong row."""

from pathlib import Path

import openpyxl
import pytest

from collector.config import load_config
from collector.work_orders import read_work_orders
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.plant import Plant
from floortruth.__main__ import main
from tests.evidence_engine.small_plant import at, small_plant

CONFIGS = Path(__file__).parents[2] / "configs"
HEAD = "id,asset,kind,opened,alarm,started,finished,closed,cause,closed_by\n"
DAY = "2024-10-04"  # the small plant's day, in UTC


def read(path: Path, *rows: str, head: str = HEAD) -> object:
    path.write_text(head + "".join(f"{row}\n" for row in rows), "utf-8")
    return read_work_orders(path, small_plant())


def test_orders_come_by_their_opening(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        HEAD
        + f"W2,M1,corrective,{DAY} 11:00,,,,,,\n"
        + f"W1,M1,corrective,{DAY} 09:15,{DAY} 09:00,{DAY} 09:30,{DAY} 10:00,{DAY} 10:30,belt,Li\n",
        "utf-8",
    )
    first, second = read_work_orders(file, small_plant())
    assert (first.id, first.opened, first.alarm, first.closed) == ("W1", at(9.25), at(9), at(10.5))
    assert first.is_closed
    assert (second.started, second.is_closed, second.since) == (None, False, at(11))


def test_a_sheet_with_chinese_headings_is_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["工单号", "设备", "类型", "开单时间", "关闭人"])
    book.active.append(["W1", "M1", "故障维修", f"{DAY} 09:15", "李"])
    book.save(tmp_path / "orders.xlsx")
    (order,) = read_work_orders(tmp_path / "orders.xlsx", small_plant())
    assert (order.kind, order.opened, order.closed_by) == ("corrective", at(9.25), "李")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("W1,M9,corrective,{d} 09:00", "orders.csv:2: asset: 'M9' is not in the register, did you mean 'M"),
        ("W1,M1,corective,{d} 09:00", "kind: 'corective', expected corrective, preventive, inspection, did you mean 'corrective'?"),
        ("W1,M1,corrective,", "orders.csv:2: opened: is missing"),
        ("W1,M1,corrective,9 o'clock", "opened: '9 o'clock' is not a time"),
        ("W1,M1,corrective,{d} 09:00,{d} 10:00", "opened: is before alarm, expected alarm <= opened <= started"),
        ("W1,M1,corrective,{d} 09:00,,{d} 10:00,{d} 09:30", "finished: is before started"),
        ("W1,M1,corrective,{d} 09:00\nW1,M1,corrective,{d} 10:00", "orders.csv:3: id: order 'W1' stands twice"),
    ],
)  # fmt: skip
def test_a_wrong_row_says_where_and_what(tmp_path: Path, row: str, sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        read(tmp_path / "orders.csv", row.format(d=DAY))
    assert sentence in str(error.value)


def test_a_column_that_is_missing_or_not_known_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="unknown column 'opend', did you mean 'opened'"):
        read(tmp_path / "orders.csv", head="id,asset,kind,opend\n")
    with pytest.raises(BadInput, match="column 'opened' is missing"):
        read(tmp_path / "orders.csv", head="id,asset,kind\n")


def test_the_collector_s_file_names_them(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(HEAD + f"W1,M1,inspection,{DAY} 09:00,,,,,,\n", "utf-8")
    (tmp_path / "collector.yaml").write_text(
        "schema: floortruth/collector/1\nplant: plant.yaml\nwork_orders: orders.csv\ntokens: [{env: T}]\n",
        "utf-8",
    )
    papers = load_config(tmp_path / "collector.yaml").read_papers(small_plant())
    assert [order.id for order in papers.work_orders or ()] == ["W1"]


def test_the_command_ends_with_2_and_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plant.yaml").write_text(small_plant().model_dump_json(by_alias=True), "utf-8")
    (tmp_path / "orders.csv").write_text(HEAD + f"W1,M1,repair,{DAY} 09:00,,,,,,\n", "utf-8")
    words = ["evidence", str(tmp_path / "plant.yaml"), "--store", str(tmp_path / "store")]
    assert main([*words, "--work-orders", str(tmp_path / "orders.csv")]) == 2
    assert "orders.csv:2: kind: 'repair', expected corrective" in capsys.readouterr().err


def test_the_example_is_understood() -> None:
    plant = read_yaml((CONFIGS / "plant.example.yaml").read_text("utf-8"), "plant.example.yaml", Plant)
    orders = read_work_orders(CONFIGS / "work_orders.example.csv", plant)
    assert [(order.id, order.is_closed) for order in orders] == [("W-1", True), ("W-2", True), ("W-3", False)]
    assert plant.monitoring.respond_within == 7200.0
    assert plant.assets["CNC-01"].limits[0].purpose == "condition"


def test_a_minute_is_exact(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(HEAD + f"W1,M1,corrective,{DAY} 09:01,,,,,,\n", "utf-8")
    (order,) = read_work_orders(tmp_path / "orders.csv", small_plant())
    assert order.opened == at(9) + MINUTE
