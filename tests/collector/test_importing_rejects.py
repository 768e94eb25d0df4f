"""What is wrong in a file is set aside with file, line and column, whatever its size; a repeat changes nothing (D6)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from collector.importing import Reading, Rejects, import_file
from collector.importing.advice import lines_to_add, unstated
from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.plant import Plant
from tests.collector.import_cases import PLANT, Kept, load_text, mapping

HEAD = "ts,asset,role,value,quality\n"
GOOD = "2026-11-24T00:00:0{}Z,CNC-01,power_active,3,good\n"


def written(folder: Path) -> list[dict[str, str]]:
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_reject_file_has_line_column_reason_and_the_row(tmp_path: Path) -> None:
    bad = [
        "2026-11-24T00:00:05Z,CNC-01,power_active,zwölf,good",
        "2026-11-24T00:00:05Z,CNC-9,power_active,1,good",
        "2026-11-24T00:00:05Z,CNC-01",
        '2026-11-24T00:00:05Z,"CNC-01,power_active,1,good',
        "never,CNC-01,power_active,1,good",
    ]
    lines = [GOOD.format(1), *(f"{row}\n" for row in bad[:3]), "\n", *(f"{row}\n" for row in bad[3:])]
    _, report = load_text(tmp_path, HEAD + "".join(lines) + GOOD.format(9) + ",,,,\n")
    rows = sorted(written(tmp_path), key=lambda row: int(row["line"]))
    assert [(row["line"], row["column"]) for row in rows] == [
        ("3", "value"),
        ("4", "asset"),
        ("5", ""),
        ("7", ""),
        ("8", "ts"),
    ]
    assert [row["row"] for row in rows] == bad
    assert rows[2]["why"] == "2 cells, expected 5"
    assert rows[3]["why"] == "a quotation mark does not close on this line"
    assert {row["file"] for row in rows} == {"history.csv"}
    assert report.set_aside == 5


def test_lines_keep_their_numbers_across_blocks(tmp_path: Path) -> None:
    rows = [GOOD.format(n % 10) for n in range(200_000)]
    rows[150_000] = "2026-11-24T00:00:05Z,CNC-01,power_active\n"
    rows[190_000] = "x,CNC-01,power_active,1,good\n"
    kept, report = load_text(tmp_path, HEAD + "".join(rows))
    assert sorted(reject.line for reject in report.rejects) == [150_002, 190_002]
    assert len(kept.batches) > 1
    assert report.rows == 199_998


def test_an_unreadable_cell_ends_the_value_before_it(tmp_path: Path) -> None:
    """D5: text where a number belongs ends the old value and is unknown until the next good one."""
    bad = "2026-11-24T00:00:05Z,CNC-01,power_active,{},{}\n"
    cells = [("much", "good"), ("inf", "good"), ("1e999", "good"), ("1", "strange"), ("", "good")]
    for value, word in cells:
        kept, report = load_text(tmp_path, HEAD + GOOD.format(1) + bad.format(value, word))
        assert [row[3] for row in kept.rows()] == [0, 2]
        assert report.set_aside == (value != "")


def test_a_counter_beyond_what_a_float_holds_exactly_is_unknown(tmp_path: Path) -> None:
    kept, report = load_text(
        tmp_path, f"ts,asset,role,value\n2026-11-24T00:00:00Z,CNC-01,count_total,{2**53 + 1}\n"
    )
    assert "too large to be exact" in str(report.rejects[0])
    assert kept.rows()[0][3] == 2


def test_a_value_that_the_plant_file_calls_invalid_is_bad(tmp_path: Path) -> None:
    kept, _ = load_text(tmp_path, "ts,asset,role,value\n2026-11-24T00:00:00Z,CNC-02,power_active,-1\n")
    assert kept.rows()[0][3] == 2


def test_very_many_names_are_one_sentence_and_only_the_first_ones_stay_in_memory(tmp_path: Path) -> None:
    """A million is the same code; `floortruth bench importing` measures it."""
    path = tmp_path / "history.csv"
    names = "".join(f"2026-11-24T00:00:00Z,M{n},state,3\n" for n in range(20_000))
    path.write_text(f"ts,asset,role,value\n2026-11-24T00:00:00Z,CNC-01,state,3\n{names}", encoding="utf-8")
    with Rejects(tmp_path / "rejects.csv", most_names=1000) as rejects:
        report = import_file(PLANT, path, Kept(), rejects=rejects)
    assert (report.rows, report.set_aside, len(report.rejects), len(rejects.unknown)) == (
        1,
        20_000,
        100,
        1000,
    )
    assert rejects.about_unknown() == (
        "1,000 or more different names are not in the register, the first: 'M0', 'M1', 'M2'"
    )
    assert len(written(tmp_path)) == 20_000


def test_the_same_file_twice_changes_nothing_and_another_reading_is_another_import(tmp_path: Path) -> None:
    text = "ts;asset;role;value\n2026-11-24T00:00:00Z;CNC-01;power_active;1,234\n"
    kept, _ = load_text(tmp_path, text, Reading(decimal=","))
    path = tmp_path / "history.csv"
    again = import_file(PLANT, path, kept, reading=Reading(decimal=","))
    assert (len(kept.batches), again.repeats) == (1, 1)
    corrected = import_file(PLANT, path, kept, reading=mapping('decimal: "."\nthousands: ","'))
    assert (corrected.repeats, kept.rows()[-1][2]) == (0, 1234.0)


def test_rows_that_the_register_lacked_come_in_once_it_has_the_asset(tmp_path: Path) -> None:
    kept, report = load_text(tmp_path, "ts,asset,role,value\n2026-11-24T00:00:00Z,NEW,state,3\n")
    assert (report.set_aside, kept.rows()) == (1, [])
    assets = PLANT.assets | {"NEW": PLANT.assets["CNC-01"]}
    larger = PLANT.model_copy(update={"assets": assets})
    report = import_file(larger, tmp_path / "history.csv", kept)
    assert (report.rows, report.repeats) == (1, 0)


def test_a_killed_import_is_repeated_and_gives_the_same_batches(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(HEAD + "".join(GOOD.format(n % 10) for n in range(250_000)), encoding="utf-8")
    whole, killed = Kept(), Kept(dies_at=2)
    import_file(PLANT, path, whole)
    with pytest.raises(InterruptedError):
        import_file(PLANT, path, killed)
    killed.dies_at = None
    report = import_file(PLANT, path, killed)
    assert report.repeats == 2 < report.batches
    assert [batch.id for batch in killed.batches] == [batch.id for batch in whole.batches]
    for one, other in zip(killed.batches, whole.batches, strict=True):
        assert np.array_equal(one.ts, other.ts)
        assert np.array_equal(one.value, other.value)


def test_nothing_is_written_where_nothing_is_wrong(tmp_path: Path) -> None:
    with Rejects(tmp_path / "rejects.csv"):
        pass
    assert not (tmp_path / "rejects.csv").exists()


def test_what_the_plant_file_must_state_about_the_resolution() -> None:
    """D29: 60 s is stated for CNC-02's power already; nothing for CNC-01."""
    stated = {"CNC-01/state": 0.0, "CNC-02/power_active": 60.0, "@cell/link": 0.0}
    assert lines_to_add(PLANT, stated) == ["series:", "  CNC-01/state: {resolution: 0}"]
    assert unstated(PLANT, {"CNC-01/state": None, "CNC-02/power_active": None}) == ["CNC-01/state"]


def test_the_lines_for_the_plant_file_can_be_pasted() -> None:
    text = (Path(__file__).parents[2] / "configs" / "plant.example.yaml").read_text(encoding="utf-8")
    plant = read_yaml(text, "plant.yaml", Plant)
    lines = lines_to_add(plant, {"CNC-01/energy_active": 30.0, "COMP-01/power_active": 1.5})
    assert "\n".join(lines) == (
        "connections:\n  cell:\n    series:\n      CNC-01/energy_active: {resolution: 30}\n"
        "series:\n  COMP-01/power_active: {resolution: 1.5}"
    )
    pasted = read_yaml(f"{text}\n" + "\n".join(lines[4:]), "plant.yaml", Plant)
    assert lines_to_add(pasted, {"COMP-01/power_active": 1.5}) == []
