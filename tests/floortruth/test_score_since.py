"""`floortruth score --since`: facts of the plant that changed since an earlier score, shown and in the document."""

import json
from pathlib import Path

import pytest

from floortruth.__main__ import main
from tests.evidence_engine.rules.rule_cases import PLANT, record

SHRUNK = PLANT.replace("  K3: {kind: press, name: {zh: 三, en: three}, key: true}\n", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "then.yaml").write_text(PLANT, encoding="utf-8")
    (tmp_path / "now.yaml").write_text(SHRUNK, encoding="utf-8")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "one.json").write_text(json.dumps(record(asset="K1")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> int:
    return main(["score", *words, "--evidence", "evidence", "--lang", "en"])


def test_against_the_plant_file_of_then(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("now.yaml", "--since", "then.yaml") == 0
    said = capsys.readouterr().out
    assert "facts of the plant that changed (before → after):" in said
    assert "the register: 9 → 8 entries" in said
    assert "the register: K3 left" in said


def test_against_an_earlier_score(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("then.yaml", "--out", "score.json") == 0
    capsys.readouterr()
    assert run("now.yaml", "--since", "score.json", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["place"] for row in document["facts_changed"]] == ["assets", "assets.K3"]
    assert run("then.yaml", "--since", "score.json") == 0
    assert "· none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("score.json", "{", "score.json:1: not valid JSON here"),
        ("score.json", '{"schema": "floortruth/claims/1"}', "score.json: is no score document"),
        (
            "score.json",
            '{"schema": "floortruth/score/1", "site": "S1"}',
            "score.json: the score names no facts",
        ),
        (
            "score.json",
            '{"schema": "floortruth/score/1", "site": "S2", "facts": {}}',
            "score.json: is of site 'S2', not 'S1'",
        ),
        ("old.yaml", PLANT.replace("id: S1", "id: S9"), "old.yaml: is of site 'S9', not 'S1'"),
    ],
)
def test_what_it_refuses(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, message: str
) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    assert run("now.yaml", "--since", name) == 2
    assert message in capsys.readouterr().err
