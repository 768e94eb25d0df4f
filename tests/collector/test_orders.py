"""The files of orders, attendance and inspections: what they mean, and what is said of wrong rows (D1)."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from collector.orders import read_papers
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import HOUR
from floortruth.files import read_plant
from tests.evidence_engine.small_plant import DAY, T0, small_plant

PLANT = small_plant()
HEAD = "order,asset,product,quantity,start,end,planned_busy,planned_scrap,personnel\n"


def written(folder: Path, text: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8-sig")
    return path


def test_orders_and_attendance_are_read(tmp_path: Path) -> None:
    text = (
        HEAD + "O-1,M1,A,100,2024-10-04T08:00,2024-10-04T12:00,3.5,2,1\nO-2,M2,,5,2024-10-04T09:00:00Z,,,,\n"
    )
    text += ",M1,,,2024-10-04,2024-10-05,,,4\n,,,,2024-10-04,2024-10-05,,,2\n"
    papers = read_papers(PLANT, written(tmp_path, text))
    first, second = papers.orders
    assert (first.start, first.end) == (T0 + 8 * HOUR, T0 + 12 * HOUR)
    assert (first.quantity, first.planned_busy, first.planned_scrap, first.personnel) == (
        100,
        round(3.5 * HOUR),
        2,
        1,
    )
    assert (second.product, second.end, second.planned_busy) == ("", None, None)
    assert [(a.asset, a.start, a.end, a.personnel) for a in papers.attendance] == [
        ("M1", T0, T0 + DAY, 4),
        (None, T0, T0 + DAY, 2),
    ]


def test_the_examples_are_read_and_stand_in_the_page_about_importing() -> None:
    root = Path(__file__).parents[2]
    orders, looks = (root / "configs" / f"{name}.example.csv" for name in ("orders", "inspections"))
    papers = read_papers(read_plant(root / "configs" / "plant.example.yaml"), orders, looks)
    assert [len(papers.orders), len(papers.attendance), len(papers.inspections)] == [2, 1, 2]
    page = (root / "docs" / "importing.md").read_text("utf-8")
    assert all(path.read_text("utf-8") in page for path in (orders, looks))


def test_the_words_of_the_plan_file_are_understood(tmp_path: Path) -> None:
    papers = read_papers(PLANT, written(tmp_path, "order,asset,from,to\nO-1,M1,2024-10-04,2024-10-05\n"))
    assert papers.orders[0].end == T0 + DAY


def test_a_sheet_says_the_same_as_a_text_file(tmp_path: Path) -> None:
    head = ["order", "asset", "start", "end", "quantity", "planned_busy"]
    rows = [head, ["O-1", "M1", datetime(2024, 10, 4, 8, tzinfo=None), "2024-10-05", 7.0, 2.5]]  # noqa: DTZ001
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "orders.xlsx")
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows).replace("7.0", "7")
    assert read_papers(PLANT, tmp_path / "orders.xlsx") == read_papers(PLANT, written(tmp_path, text))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("O-1,M9,A,1,2024-10-04,2024-10-05,,,", r"asset: 'M9' is not in the register, did you mean 'M2'\?"),
        ("O-1,M1,C,1,2024-10-04,2024-10-05,,,", r"product: unknown product 'C'"),
        ("O-1,M1,A,1.5,2024-10-04,2024-10-05,,,", r"quantity: '1\.5', expected a whole number"),
        ("O-1,M1,A,1,2024-10-04,2024-10-03,,,", r"end: is not after start"),
        ("O-1,M1,A,1,soon,2024-10-03,,,", r"start: 'soon' is not a time, expected e\.g\. "),
        ("O-1,M1,A,1,2024-10-04,2024-10-05,-1,,", r"planned_busy: '-1', expected hours, not below 0"),
        (",M1,,,2024-10-04,2024-10-05,,,", r"order: is missing; a row without an order says who was there"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, row: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=rf"^orders\.csv:2: {sentence}"):
        read_papers(PLANT, written(tmp_path, HEAD + row + "\n"))


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("order,asset,start", r"orders\.csv:1: column 'end' is missing, expected order, asset, start, end"),
        ("order,asset,start,end,quantitty", r"unknown column 'quantitty', did you mean 'quantity'\?"),
        ("order,asset,start,end,end", r"column 'end' stands twice"),
    ],
)
def test_a_wrong_heading_is_named(tmp_path: Path, head: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_papers(PLANT, written(tmp_path, head + "\n"))


def test_every_wrong_row_is_listed(tmp_path: Path) -> None:
    text = HEAD + "O-1,M9,A,1,2024-10-04,2024-10-05,,,\nO-2,M8,A,1,2024-10-04,2024-10-05,,,\n"
    with pytest.raises(BadInput) as error:
        read_papers(PLANT, written(tmp_path, text))
    assert [line.split(":")[1] for line in str(error.value).splitlines()] == ["2", "3"]


def test_what_is_no_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"orders\.xlsx: not readable as XLSX"):
        read_papers(PLANT, written(tmp_path, "no sheet", "orders.xlsx"))
    with pytest.raises(BadInput, match=r"none\.csv: no such file"):
        read_papers(PLANT, tmp_path / "none.csv")


def test_inspections_are_read_in_order_of_time(tmp_path: Path) -> None:
    text = "ts,asset,serial,characteristic,value,lsl,usl,pass\n"
    text += "2024-10-04T09:00,M1,S2,d,10.5,9,11,\n2024-10-04T08:00,M1,S1,,,,,不合格\n"
    papers = read_papers(PLANT, inspections=written(tmp_path, text, "looks.csv"))
    assert [(look.serial, look.passed) for look in papers.inspections] == [("S1", False), ("S2", True)]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2024-10-04,M1,S1,d,10,11,9,", "lsl: 11.0 is not below usl 9.0"),
        ("2024-10-04,M1,,d,10,9,11,", "serial: "),
        ("2024-10-04,M1,S1,d,ten,9,11,", "value: 'ten', expected a number"),
        ("2024-10-04,M1,S1,d,nan,9,11,", "value: 'nan', expected a number"),
        ("2024-10-04,M1,S1,d,1,9,11,maybe", "pass: 'maybe', expected yes or no"),
    ],
)
def test_a_wrong_inspection_is_named(tmp_path: Path, row: str, sentence: str) -> None:
    text = "ts,asset,serial,characteristic,value,lsl,usl,pass\n" + row + "\n"
    with pytest.raises(BadInput, match=rf"looks\.csv:2: {sentence}"):
        read_papers(PLANT, inspections=written(tmp_path, text, "looks.csv"))
