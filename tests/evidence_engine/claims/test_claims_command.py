"""`floortruth claims` over the example's history: what it prints, and its status."""

import json
from pathlib import Path

import pytest

from floortruth.__main__ import main

CONFIGS = Path(__file__).parents[3] / "configs"
PLANT, CLAIMS = str(CONFIGS / "plant.example.yaml"), str(CONFIGS / "claims.example.yaml")


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "store")
    assert main(["import", PLANT, str(CONFIGS / "history.example.csv"), "--store", folder]) == 0
    capsys.readouterr()
    return folder


def test_the_example(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "evidence"
    words = ["claims", PLANT, "--claims", CLAIMS, "--store", store, "--out", str(out)]
    assert main([*words, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert {c["id"]: c["verdict"] for c in document["claims"]} == {
        "oee-up": "contradicted",
        "networked": "contradicted",
        "energy-down": "not_decidable",
        "slower-repair": "not_decidable",
    }
    written = {json.loads(path.read_bytes())["id"] for path in out.glob("*.json")}
    assert set(document["claims"][0]["subjects"][0]["baseline"]["evidence"]) <= written
    assert main([*words, "--lang", "en"]) == 1
    assert "oee-up: contradicted" in capsys.readouterr().out


def test_all_supported_is_status_0(store: str, tmp_path: Path) -> None:
    text = (CONFIGS / "claims.example.yaml").read_text("utf-8")
    first = text[: text.index("  - id: networked")].replace("relative: 12 %", "relative: -12 %, ")
    down = tmp_path / "claims.yaml"
    down.write_text(first + "    means: deterioration\n", "utf-8")
    assert main(["claims", PLANT, "--claims", str(down), "--store", store]) == 0


def test_a_baseline_before_any_data(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early = tmp_path / "claims.yaml"
    text = (CONFIGS / "claims.example.yaml").read_text("utf-8")
    early.write_text(
        text.replace("{from: 2026-11-24T08:00, to: 2026-11-24T09:00}", "{from: 2026-11-01, to: 2026-11-02}"),
        "utf-8",
    )
    assert main(["claims", PLANT, "--claims", str(early), "--store", store]) == 2
    assert "claims.yaml:6: claims.0: baseline lies before any data" in capsys.readouterr().err
