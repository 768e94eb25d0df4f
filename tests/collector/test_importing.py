"""Import: good rows go in whatever stands beside them; wrong rows come back with their line (D29)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collector.importing import ImportReport, import_file
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import Plant

PLANT = read_yaml(
    """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
assets:
  CNC-01: {kind: cnc, name: {zh: 机, en: machine}}
""",
    "plant.yaml",
    Plant,
)


class Kept:
    """A store that keeps what it is handed, once."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def __call__(self, batch: Batch) -> bool:
        new = batch.id not in [kept.id for kept in self.batches]
        if new:
            self.batches.append(batch)
        return new

    def rows(self) -> list[tuple[str, int, float, int, str | None]]:
        return [
            (
                b.names[b.series[i]],
                int(b.ts[i]),
                float(b.value[i]),
                int(b.quality[i]),
                b.text[i] if b.text else None,
            )
            for b in self.batches
            for i in range(len(b))
        ]


def load(tmp_path: Path, text: str) -> tuple[Kept, ImportReport]:
    path = tmp_path / "history.csv"
    path.write_text(text, encoding="utf-8")
    kept = Kept()
    return kept, import_file(PLANT, path, kept)


def test_naive_means_plant_time_and_zones_are_kept(tmp_path: Path) -> None:
    kept, report = load(
        tmp_path,
        "ts,asset,role,value\n2026-11-24T08:00:00,CNC-01,state,3\n2026-11-24T00:00:00.000000001Z,CNC-01,state,1\n",
    )
    first = parse_instant("2026-11-24T08:00", PLANT.zone)
    assert [(row[1], row[2]) for row in kept.rows()] == [(first, 3.0), (first + 1, 1.0)]
    assert (report.rows, report.rejects) == (2, [])


def test_texts_qualities_and_links(tmp_path: Path) -> None:
    kept, report = load(
        tmp_path,
        "ts,asset,role,value,quality\n"
        "2026-11-24T00:00:00Z,CNC-01,product,P1,\n"
        "2026-11-24T00:00:00Z,CNC-01,state,ACTIVE,uncertain\n"
        "2026-11-24T00:00:00Z,@cell,state,1,good\n"
        "2026-11-24T00:00:00Z,@cell,link,1,bad\n",
    )
    by_name = {row[0]: row for row in kept.rows()}
    assert by_name["CNC-01/product"][4] == "P1"
    assert by_name["CNC-01/state"][3:] == (1, "ACTIVE")
    assert by_name["@cell/link"][2:4] == (1.0, 2)
    assert [reject.line for reject in report.rejects] == [4]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("yesterday,CNC-01,state,1,", "ts: 'yesterday' is not a time"),
        ("2026-13-24T00:00:00Z,CNC-01,state,1,", "ts: "),
        (
            "2026-11-24T00:00:00Z,CNC-1,state,1,",
            "asset: 'CNC-1' is not in the register, did you mean 'CNC-01'?",
        ),
        ("2026-11-24T00:00:00Z,CNC-01,sate,1,", "role: unknown role 'sate', did you mean 'state'?"),
        ("2026-11-24T00:00:00Z,CNC-01,power_active,much,", "value: 'much' is not a finite number"),
        ("2026-11-24T00:00:00Z,CNC-01,state,1,fine", "quality: 'fine', expected good, uncertain or bad"),
        ("2026-11-24T00:00:00Z,CNC-01,link,1,", "role 'link' belongs to a connection"),
    ],
)
def test_a_wrong_row_is_set_aside_with_its_line_and_the_good_ones_stay(
    tmp_path: Path, row: str, why: str
) -> None:
    good = "2026-11-24T00:00:0{}Z,CNC-01,state,3,good\n"
    kept, report = load(
        tmp_path, "ts,asset,role,value,quality\n" + good.format(1) + row + "\n" + good.format(2)
    )
    assert len([row for row in kept.rows() if row[3] == 0]) == 2
    (reject,) = report.rejects
    assert str(reject).startswith("history.csv:3: ")
    assert why in str(reject)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    kept, _ = load(tmp_path, "ts,asset,role,value\n2026-11-24T00:00:00Z,CNC-01,state,3\n")
    again = import_file(PLANT, tmp_path / "history.csv", kept)
    assert (len(kept.batches), again.repeats) == (1, 1)


def test_parquet_with_numbers_and_texts(tmp_path: Path) -> None:
    table = pa.table(
        {
            "ts": pa.array([10, 20], pa.timestamp("ns", "UTC")),
            "asset": ["CNC-01", "CNC-01"],
            "role": ["product", "count_total"],
            "value": pa.array([None, 5.0]),
            "text": ["P1", None],
            "quality": ["good", "bad"],
        }
    )
    pq.write_table(table, tmp_path / "h.parquet")
    kept = Kept()
    import_file(PLANT, tmp_path / "h.parquet", kept)
    rows = {row[0]: row for row in kept.rows()}
    assert rows["CNC-01/product"][1:2] + rows["CNC-01/product"][4:] == (10, "P1")
    assert rows["CNC-01/count_total"][2:4] == (5.0, 2)


def test_a_file_that_is_none_says_so_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="column 'value' is missing"):
        load(tmp_path, "ts,asset,role\n1,2,3\n")
    with pytest.raises(BadInput, match="no such file"):
        import_file(PLANT, tmp_path / "nowhere.csv", Kept())
    (tmp_path / "x.parquet").write_bytes(b"not parquet")
    with pytest.raises(BadInput, match=r"x.parquet: not readable"):
        import_file(PLANT, tmp_path / "x.parquet", Kept())
