"""What an assessment refuses, at the command line: exit status 2, one sentence with the place and the way out, no traceback."""

import json
import shutil
from pathlib import Path

import pytest

from evidence_engine.maturity.loading import BUNDLED as MODELS
from evidence_engine.rules.rule import BUNDLED as RULES
from floortruth.__main__ import main
from tests.evidence_engine.rules.rule_cases import PLANT, record

CONFIGS = Path(__file__).parents[2] / "configs"
ANSWERS = "schema: floortruth/answers/1\nanswers:\n  "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plant and its evidence that pass, to spoil one thing at a time."""
    (tmp_path / "plant.yaml").write_text(PLANT, encoding="utf-8")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "one.json").write_text(json.dumps(record(asset="K1")), encoding="utf-8")
    shutil.copytree(MODELS / "gbt39116-2020", tmp_path / "model")
    shutil.copy(RULES, tmp_path / "rules.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `floortruth score` says on stderr as it refuses."""
    assert main(["score", "plant.yaml", "--evidence", "evidence", "--lang", "en", *words]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    return told


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_model_whose_weights_do_not_add_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder / "model" / "model.yaml", "T: 11, R: 6", "T: 12, R: 6")
    assert "weights.discrete.elements add up to 101, expected 100" in said(capsys, "--model", "model")


def test_a_clause_id_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clauses = folder / "model" / "clauses.tsv"
    lines = clauses.read_text("utf-8").splitlines()
    clauses.write_text("\n".join([*lines, lines[-1]]) + "\n", "utf-8")
    told = said(capsys, "--model", "model")
    assert f"clauses.tsv:{len(lines) + 1}: clause '" in told
    assert "stands twice" in told


def test_an_unknown_kpi_in_a_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder / "rules.yaml", "kpi: equipment.oee,", "kpi: equipment.oe,")
    told = said(capsys, "--rules", "rules.yaml")
    assert "unknown KPI 'equipment.oe', did you mean 'equipment.oee'?" in told
    assert told.startswith("rules.yaml:")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            "P1.1a: {score: 0.7, reason: r}",
            "answers.yaml:3: answers.P1.1a.score: score 0.7, expected 0, 0.5, 0.8",
        ),
        ("P1.1a: {score: 1}", "answers.yaml:3: answers.P1.1a.reason: is missing"),
        ("P1.1a: {score: 1, reason: ' '}", "answers.P1.1a.reason: is empty, an answer needs its reason"),
    ],
)
def test_an_answer_that_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], answer: str, message: str
) -> None:
    (folder / "answers.yaml").write_text(f"{ANSWERS}{answer}\n", encoding="utf-8")
    assert message in said(capsys, "--answers", "answers.yaml")


def test_evidence_of_another_plant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = record(asset="K1", site="S2")
    (folder / "evidence" / "two.json").write_text(json.dumps(other), encoding="utf-8")
    assert "(equipment.oee) is of site 'S2', not of the plant 'S1'; give that plant's own folder" in said(
        capsys
    )


def test_evidence_of_another_schema_version(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = record(asset="K1") | {"schema": "floortruth/evidence/2"}
    (folder / "evidence" / "two.json").write_text(json.dumps(newer), encoding="utf-8")
    assert "schema is 'floortruth/evidence/2', expected 'floortruth/evidence/1'" in said(capsys)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "{from: 2026-11-24T08:00, to: 2026-11-24T09:00}",
            "{from: 2026-11-24T08:00, to: 2026-11-24T09:45}",
            "baseline and comparison overlap: the comparison begins",
        ),
        (
            "{from: 2026-11-24T08:00, to: 2026-11-24T09:00}",
            "{from: 2026-11-01, to: 2026-11-02}",
            "baseline lies before any data, which begins",
        ),
        ("relative: 12 %", "relative: -12 %", "means: deterioration"),
    ],
    ids=["overlapping windows", "before any data", "the wrong sign"],
)
def test_a_claim_that_can_not_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    plant, store = str(CONFIGS / "plant.example.yaml"), str(tmp_path / "store")
    assert main(["import", plant, str(CONFIGS / "history.example.csv"), "--store", store]) == 0
    claims = tmp_path / "claims.yaml"
    shutil.copy(CONFIGS / "claims.example.yaml", claims)
    spoil(claims, old, new)
    assert main(["claims", plant, "--claims", str(claims), "--store", store, "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("claims.yaml:")
    assert message in told
