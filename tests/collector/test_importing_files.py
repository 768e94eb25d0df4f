"""Import reads the files that users have: encodings, separators, decimals, layouts, sheets; and says how it read them."""

import codecs
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collector.importing import Reading
from evidence_engine.documents import BadInput
from tests.collector.import_cases import load, load_text, mapping

LONG = "ts,asset,role,value\n2026-11-24T00:00:00Z,机床1,state,3\n"
AT = "2026-11-24T00:00:00"


@pytest.mark.parametrize(
    ("encode", "said"),
    [
        (lambda text: text.encode(), "UTF-8,"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "UTF-8-SIG"),
        (lambda text: text.encode("gb18030"), "GB18030"),
        (lambda text: text.encode("gbk"), "GB18030"),
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "UTF-16"),
        (lambda text: text.encode("utf-16-le"), "UTF-16-LE"),
        (lambda text: ("\ufeff" + text).encode("gb18030"), "GB18030"),
        (lambda text: text.replace("\n", "\r").encode(), "UTF-8,"),
    ],
)
def test_every_usual_encoding_is_recognised(
    tmp_path: Path, encode: Callable[[str], bytes], said: str
) -> None:
    (tmp_path / "h.csv").write_bytes(encode(LONG))
    kept, report = load(tmp_path / "h.csv")
    assert kept.shown() == [("机床1/state", AT, 3.0)]
    assert said in ", ".join(report.understood)


def test_an_encoding_that_nobody_knows_is_refused_with_the_line_and_nothing_is_stored(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_bytes(b"ts,asset,role,value\n1,2,3,4\n1,\xff\xff,3,4\n")
    with pytest.raises(BadInput, match=r"h.csv:3: neither UTF-8 nor GB18030 .* say --encoding"):
        load(tmp_path / "h.csv")
    with pytest.raises(BadInput, match=r"h.csv:3: not utf-8 from this line on"):
        load(tmp_path / "h.csv", Reading(encoding="utf-8"))
    with pytest.raises(BadInput, match="encoding 'utf-9' does not exist"):
        load(tmp_path / "h.csv", Reading(encoding="utf-9"))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path: Path, mark: str) -> None:
    kept, _ = load_text(tmp_path, LONG.replace(",", mark))
    assert kept.shown() == [("机床1/state", AT, 3.0)]


def test_excels_own_word_for_the_separator_and_comments_are_not_titles(tmp_path: Path) -> None:
    kept, _ = load_text(tmp_path, "sep=;\r\n# shift A\r\n" + LONG.replace(",", ";").replace("\n", "\r\n"))
    assert kept.shown() == [("机床1/state", AT, 3.0)]


def test_a_decimal_comma_is_found_out_and_one_that_may_mean_thousands_refused(tmp_path: Path) -> None:
    head = "ts;asset;role;value\n"
    row = f"{AT}Z;CNC-01;power_active;"
    kept, report = load_text(tmp_path, f"{head}{row}31,5\n")
    assert kept.shown()[0][2] == 31.5
    assert "decimal ," in report.understood
    with pytest.raises(BadInput, match=r"'1,234' may be a decimal comma or thousands; say --decimal"):
        load_text(tmp_path, f"{head}{row}1,234\n")
    kept, _ = load_text(tmp_path, f"{head}{row}1,234\n", Reading(decimal=","))
    assert kept.shown()[0][2] == 1.234
    kept, _ = load_text(tmp_path, f"{head}{row}1.234,5\n", mapping('decimal: ","\nthousands: "."'))
    assert kept.shown()[0][2] == 1234.5


def test_a_wide_file_of_series_titles_needs_no_mapping(tmp_path: Path) -> None:
    kept, report = load_text(
        tmp_path,
        "time,CNC-01/state,CNC-01/product,note,CNC-02/power_active\n"
        "2026-11-24 08:00:00,3,P1,x,7.5\n2026-11-24 08:01:00,,P2,y,\n",
    )
    by_name = {(row[0], row[4]): row[2] for row in kept.rows()}
    assert by_name[("CNC-01/state", None)] == 3.0
    assert by_name[("CNC-02/power_active", None)] == 7.5
    assert ("CNC-01/product", "P2") in by_name
    assert (report.rows, report.set_aside) == (4, 0)  # an empty cell is no sample
    assert "wide, time in 'time', 3 series" in report.understood


WIDE = "时间;功率(W);状态;质量\n2026/11/24 8:00:00;8250;运行;好\n2026/11/24 8:01:00;65535;停机;坏\n2026/11/24 8:02:00;;检修;好\n"
WIDE_MAP = """\
time: {column: 时间}
columns:
  功率(W): {asset: CNC-01, role: power_active, scale: 0.001, invalid: [65535], empty: bad}
  状态: {series: CNC-01/state, values: {运行: 3, 停机: 4}, quality: 质量}
quality: {good: [好], bad: [坏]}
"""


def test_a_mapping_scales_translates_and_takes_qualities(tmp_path: Path) -> None:
    kept, report = load_text(tmp_path, WIDE, mapping(WIDE_MAP), "gb18030")
    rows = kept.rows()
    assert [(row[2], row[3]) for row in rows[:1]] == [(8.25, 0)]
    assert [row[3] for row in rows if row[0] == "CNC-01/power_active"] == [0, 2, 2]
    assert [(row[2], row[3], row[4]) for row in rows if row[0] == "CNC-01/state"][:2] == [
        (3.0, 0, None),
        (4.0, 2, None),
    ]
    assert rows[-1][4] == "检修"  # a word that nobody mapped is kept for the plant's table of states
    assert report.set_aside == 0


def test_a_long_file_with_tags_and_one_with_names_of_its_own(tmp_path: Path) -> None:
    told = "time: {column: t}\nlong: {tag: tag, value: v}\ntags: {A.1: {series: CNC-01/power_active, scale: 0.001}}\n"
    kept, report = load_text(tmp_path, f"t,tag,v\n{AT}Z,A.1,500\n{AT}Z,A.2,1\n", mapping(told))
    assert kept.shown() == [("CNC-01/power_active", AT, 0.5)]
    assert "'A.2' is not in the mapping's tags" in str(report.rejects[0])
    names = "time: {column: t}\nlong: {asset: 设备, role: 参数, value: v}\nassets: {一号: CNC-01}\nroles: {状态: state}\n"
    kept, _ = load_text(tmp_path, f"t,设备,参数,v\n{AT}Z,一号,状态,3\n", mapping(names))
    assert kept.shown() == [("CNC-01/state", AT, 3.0)]
    words = "tags: {一号/状态: {series: CNC-01/state, values: {运行: 3}}}\ntime: {column: t}\n"
    columns = "long: {asset: 设备, role: 参数, value: v}\n"
    kept, _ = load_text(tmp_path, f"t,设备,参数,v\n{AT}Z,一号,状态,运行\n", mapping(words + columns))
    assert kept.shown() == [("CNC-01/state", AT, 3.0)]


def test_a_date_and_a_time_of_day_in_two_columns(tmp_path: Path) -> None:
    told = mapping("time: {column: [日期, 时刻]}")
    kept, _ = load_text(tmp_path, "日期,时刻,CNC-01/state\n2026-11-24,08:00:00,3\n", told)
    assert kept.shown() == [("CNC-01/state", AT, 3.0)]


def wall_clock(hour: int, minute: int) -> datetime:
    """As Excel keeps it: without a zone."""
    return datetime(2026, 11, 24, hour, minute)  # noqa: DTZ001


def test_a_sheet_of_excel_with_dates_and_a_title_above(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["车间报表"])
    sheet.append(["时间", "CNC-01/state", "CNC-01/power_active"])
    sheet.append([wall_clock(8, 0), 3, 7.25])
    sheet.append([wall_clock(8, 1), "停", None])
    book.save(tmp_path / "h.xlsx")
    kept, report = load(tmp_path / "h.xlsx")
    assert kept.shown()[0] == ("CNC-01/power_active", AT, 7.25)
    assert [row[4] for row in kept.rows()] == [None, None, "停"]
    assert report.set_aside == 0
    with pytest.raises(BadInput, match="no sheet 'x', expected one of 'Sheet'"):
        load(tmp_path / "h.xlsx", mapping("sheet: x"))


def test_wide_parquet_with_dictionaries_and_missing_values(tmp_path: Path) -> None:
    columns = {
        "ts": pa.array([10**18, 10**18 + 1]),
        "CNC-01/state": pa.array([3, None], pa.int32()),
        "CNC-01/product": pa.array(["P1", "P1"]).dictionary_encode(),
    }
    pq.write_table(pa.table(columns), tmp_path / "h.parquet")
    kept, report = load(tmp_path / "h.parquet")
    assert [row[:2] + row[4:] for row in kept.rows()] == [
        ("CNC-01/product", 10**18, "P1"),
        ("CNC-01/product", 10**18 + 1, "P1"),
        ("CNC-01/state", 10**18, None),
    ]
    assert "times as epoch_ns" in ", ".join(report.understood)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "history.csv: is empty"),
        ("ts,asset,role,value\n", "history.csv:1: titles and no row below them"),
        ("ts,asset,role,valu\n1,2,3,4\n", "column 'value' is missing, did you mean 'valu'?.*--mapping"),
        ("ts,asset,role,value,value\n1,2,3,4,5\n", "column 'value' stands 2 times"),
        ("one\n2\n", "one column only; say --separator"),
        ("a;b,c\n1;2,3\n", "both cut it into 2 columns; say --separator"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_in_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load_text(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colums: {}", "map.yaml:1: colums: unknown key 'colums', did you mean 'columns'?"),
        ("columns:\n  a: {asset: CNC-01, role: stat}", "map.yaml:2: .*unknown role 'stat', did you mean 'state'"),
        ("columns:\n  a: {role: state}", "map.yaml:2: .*expected asset and role, or series"),
        ("time: {format: ydm}", "unknown time format 'ydm', did you mean"),
        ("time: {zone: Asia/Peking}", "time zone 'Asia/Peking' does not exist"),
        ("tags: {}\ncolumns: {a: {series: CNC-01/state}}\nlong: {tag: t}", "'columns' describes a wide file"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_says_where_and_what(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        mapping(text)
