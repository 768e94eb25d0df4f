"""What simulators/README.md shows is what works."""

import re
import runpy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.simulators.week import PLANT_FILE

README = (PLANT_FILE.parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "simulators").symlink_to(PLANT_FILE.parents[1])
    (tmp_path / "example.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path("example.py")
    assert re.match(r"\d{3}\.0 good pieces in a day", capsys.readouterr().out)
    assert (tmp_path / "truth.json").stat().st_size > 100_000


def test_the_station_of_the_example_is_the_demo_s() -> None:
    example = YAML(typ="safe").load(block("yaml"))["stations"]["CNC-01"]
    demo = YAML(typ="safe").load(PLANT_FILE)["stations"]["CNC-01"]
    assert dict(example) == dict(demo)
