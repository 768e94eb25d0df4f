"""Columns in memory become figures: the public names, every kind of table, the page and the notebook that tell of them."""

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

import evidence_engine
from evidence_engine import figures, open_history, open_plant
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import DAY, format_instant
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import Window

ROOT = Path(__file__).parents[2]
PLANT = open_plant((ROOT / "configs/plant.example.yaml").read_text("utf-8"))
EXAMPLE = ROOT / "configs/history.example.csv"
TEXTS = pyarrow.csv.ConvertOptions(column_types={"ts": "string"})


class Streamed:
    """A table that speaks nothing but the Arrow C stream, as a data frame does."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


def example() -> Any:
    return pyarrow.csv.read_csv(EXAMPLE, convert_options=TEXTS)


def rows(**columns: list[Any]) -> dict[str, list[Any]]:
    """Two rows of a state unless told."""
    return {
        "ts": ["2026-11-24T08:00", "2026-11-24T09:00"],
        "asset": ["CNC-01", "CNC-01"],
        "role": ["state", "state"],
        "value": [3.0, 1.0],
        **columns,
    }


def same(one: Samples, other: Samples) -> bool:
    columns = [(getattr(one, name), getattr(other, name)) for name in ("ts", "value", "quality")]
    return all(a.tobytes() == b.tobytes() for a, b in columns) and list(one.text or []) == list(
        other.text or []
    )


def test_every_kind_of_table_gives_the_same_records() -> None:
    table = example()
    coded = table.set_column(1, "asset", table["asset"].dictionary_encode())
    large = table.set_column(0, "ts", table["ts"].cast(pa.large_string()))
    wanted = figures(PLANT, open_history(PLANT, table), "hour").records
    assert len(wanted) > 50
    for other in (coded, large, Streamed(table), table.to_pydict()):
        assert figures(PLANT, open_history(PLANT, other), "hour").records == wanted


def test_polars_and_pandas_frames_are_tables() -> None:
    wanted = open_history(PLANT, example()).series
    polars = pytest.importorskip("polars", reason="the bench extra brings it")
    pandas = pytest.importorskip("pandas", reason="the bench extra brings it")
    frame = pandas.read_csv(EXAMPLE, dtype=str)
    for table in (polars.read_csv(EXAMPLE, infer_schema=False), frame, frame[frame.index > -1]):
        found = open_history(PLANT, table).series
        assert found.keys() == wanted.keys()
        assert all(same(found[name], wanted[name]) for name in wanted)


def test_D1_naive_times_are_the_plants_zoned_ones_are_instants_and_integers_are_utc() -> None:
    noon = 1_795_492_800_000_000_000  # 2026-11-24T12:00+08:00, 04:00 UTC
    times = [
        pa.array(["2026-11-24T12:00"]),
        pa.array(["2026-11-24T04:00Z"]),
        pa.array([noon]),
        pa.array([noon // 10**9], pa.timestamp("s", "UTC")),
        pa.array([noon // 10**6 + 8 * 3_600_000], pa.timestamp("ms")),
    ]
    for ts in times:
        found = open_history(PLANT, {"ts": ts, "asset": ["CNC-01"], "role": ["state"], "value": [3]})
        assert found.series["CNC-01/state"].ts.tolist() == [noon]


def test_D1_a_wall_clock_that_is_set_back_and_forward_is_read_with_fold_0() -> None:
    text = (ROOT / "configs/plant.example.yaml").read_text("utf-8").replace("Asia/Shanghai", "Europe/Berlin")
    plant = open_plant(text)
    walls = ["2026-03-29T01:59:59", "2026-03-29T03:00", "2026-10-25T02:30", "2026-10-25T03:00"]
    as_text = open_history(
        plant, rows(ts=walls, asset=["CNC-01"] * 4, role=["state"] * 4, value=[1, 2, 3, 4])
    )
    naive = pa.array(walls).cast(pa.timestamp("ns"))
    as_times = open_history(
        plant, rows(ts=naive, asset=["CNC-01"] * 4, role=["state"] * 4, value=[1, 2, 3, 4])
    )
    assert same(as_text.series["CNC-01/state"], as_times.series["CNC-01/state"])
    assert [format_instant(t)[:16] for t in as_text.series["CNC-01/state"].ts.tolist()] == [
        "2026-03-29T00:59",
        "2026-03-29T01:00",
        "2026-10-25T00:30",
        "2026-10-25T02:00",
    ]


def test_D6_rows_in_any_order_and_the_later_of_two_at_one_instant_stands() -> None:
    ts = ["2026-11-24T09:00", "2026-11-24T08:00", "2026-11-24T09:00"]
    found = open_history(PLANT, rows(ts=ts, asset=["CNC-01"] * 3, role=["state"] * 3, value=[1, 2, 3]))
    assert found.series["CNC-01/state"].value.tolist() == [2.0, 3.0]


def test_words_are_states_and_products_and_empty_is_unknown() -> None:
    words = rows(role=["state", "product"], value=["RUN", "P1"])
    found = open_history(PLANT, words).series
    assert (found["CNC-01/state"].text, found["CNC-01/product"].text) == (("RUN",), ("P1",))
    empty = open_history(PLANT, rows(value=[None, 1.5])).series["CNC-01/state"]
    assert [str(value) for value in empty.value.tolist()] == ["nan", "1.5"]


def test_quality_is_told_by_word_or_number() -> None:
    for quality in (["bad", ""], ["2", "0"], pa.array([2, None], pa.int8())):
        found = open_history(PLANT, rows(quality=quality)).series["CNC-01/state"]
        assert found.quality.tolist() == [2, 0]


def test_D8_facts_in_the_table_are_announcements() -> None:
    facts = json.dumps({"connection": "c", "series": {"CNC-01/state": {"resolution": 5.0}}})
    table = rows(asset=["@c", "CNC-01"], role=["facts", "state"], value=[None, "3"], text=[facts, None])
    found = open_history(PLANT, table)
    assert found.facts["c"][0][1].series["CNC-01/state"].resolution == 5.0
    with pytest.raises(BadInput, match="@c/facts: an announcement is not readable"):
        open_history(PLANT, {**table, "text": ["{", None]})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"quality": ["good", "fine"]}, "column 'quality', row 1: 'fine', expected good, uncertain or bad"),
        ({"asset": ["CNC-01", "CNC-1"]}, "column 'asset', row 1: 'CNC-1' is not in the plant's register, did you mean"),
        ({"role": ["stat", "state"]}, "column 'role', row 0: unknown role 'stat', did you mean 'state'?"),
        ({"role": ["link", "state"]}, "column 'asset', row 0: role 'link' belongs to a connection, as '@cell', got 'CNC-01'"),
        ({"asset": ["@c", "@c"]}, "column 'asset', row 0: role 'state' belongs to an asset, got '@c'"),
        ({"ts": ["2026-11-24T08:00", "soon"]}, "column 'ts', row 1: 'soon' is not a time"),
        ({"ts": ["2026-11-24T08:00", None]}, "column 'ts', row 1: nothing stands there"),
        ({"ts": ["2026-11-24T08:00", "9999-01-01"]}, "column 'ts', row 1: '9999-01-01' lies beyond what int64"),
        ({"ts": [1.5, 2.5]}, "column 'ts': expected timestamps, int64 ns or text, got double"),
        ({"role": ["power_active"] * 2, "value": ["1", "n/a"]}, "column 'value', row 1: 'n/a' is no number"),
        ({"role": ["count_total"] * 2, "value": [1, 2**53 + 1]}, "column 'value', row 1: too large to be exact"),
        ({"value": [[1], [2]]}, "column 'value': expected numbers or text, got list"),
        ({"valu": [1, 2]}, "unknown column 'valu', did you mean 'value'?"),
        ({"asset": [1, 2]}, "column 'asset': expected text, got int64"),
        ({"asset": ["CNC-01"]}, "the table can't be read as Arrow columns"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_told_by_column_and_row(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):
        open_history(PLANT, rows(**columns))


def test_a_missing_column_and_what_is_no_table() -> None:
    with pytest.raises(BadInput, match="column 'value' is missing, got ts, asset, role"):
        open_history(PLANT, {name: cells for name, cells in rows().items() if name != "value"})
    with pytest.raises(BadInput, match="the table can't be read as Arrow columns"):
        open_history(PLANT, 7)


def test_windows_are_kinds_pairs_or_both() -> None:
    history = open_history(PLANT, example())
    start = 1_795_449_600_000_000_000
    asked = ["hour", ("2026-11-24T08:00", "2026-11-24T10:00"), Window(start, start + DAY, "day", "d")]
    names = list(dict.fromkeys(record.window.kind for record in figures(PLANT, history, asked)))
    assert names == ["hour", "custom", "day"]
    assert len(figures(PLANT, history, "week")) == 0
    with pytest.raises(BadInput, match="unknown window 'hourly', did you mean 'hour'"):
        figures(PLANT, history, "hourly")  # type: ignore[arg-type]
    with pytest.raises(
        BadInput, match="window from '2026-11-25' to '2026-11-24': window ends before it begins"
    ):
        figures(PLANT, history, ("2026-11-25", "2026-11-24"))


def test_the_columns_of_figures_are_their_records() -> None:
    found = figures(PLANT, open_history(PLANT, example()), "hour")
    table = found.arrow().to_pylist()
    for row, record in zip(table, found.records, strict=True):
        assert (row["kpi"], row["from"], row["to"]) == (
            record["kpi"],
            record["window"]["from"],
            record["window"]["to"],
        )
        assert {key: row[key] for key in ("value", "low", "high", "unit")} == record["result"]
        assert row["asset"] == record["subject"].get("asset")


def test_a_plant_that_names_a_holiday_file_needs_a_way_to_read_it() -> None:
    text = (ROOT / "configs/plant.example.yaml").read_text("utf-8")
    named = text.replace("  two-shift:", "  two-shift:\n    holidays: [own.csv]", 1)
    with pytest.raises(BadInput, match=r"the plant names the file .own\.csv.: hand in read="):
        open_plant(named)
    assert open_plant(named, read=lambda name: "date,kind\n2026-12-25,holiday\n").calendars["two-shift"].days


def test_only_the_public_names_are_there_and_nothing_is_loaded_before_they_are_asked_for() -> None:
    assert {"figures", "open_history", "open_plant"} <= set(dir(evidence_engine))
    with pytest.raises(AttributeError, match="has no attribute 'figure'"):
        evidence_engine.figure  # type: ignore[attr-defined]  # noqa: B018
    code = "import evidence_engine, sys; print([m for m in ('numba', 'pyarrow', 'numpy', 'pydantic') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"


def test_the_first_example_of_the_page_runs_and_is_five_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs/python.md").read_text("utf-8")
    example_code = text.split("```python\n")[1].split("```")[0]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example_code, "docs/python.md", "exec"), {})
    assert "equipment.availability" in said.getvalue()
    doing = [line for line in example_code.splitlines() if line and not line.startswith(("from ", "import "))]
    assert len(doing) <= 5


def test_the_notebook_runs_and_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    notebook = json.loads((ROOT / "docs/notebook.ipynb").read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names: dict[str, Any] = {}
    for number, cell in enumerate(c for c in notebook["cells"] if c["cell_type"] == "code"):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile("".join(cell["source"]), f"notebook cell {number}", "exec"), names)
        assert said.getvalue() == "".join("".join(shown["text"]) for shown in cell["outputs"])
