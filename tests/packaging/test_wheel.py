"""The wheel, installed into an empty environment outside the checkout, has all that a newcomer is promised."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.wheels import ROOT, build, install

DATA = (".yaml", ".tsv", ".csv", ".html", ".css", ".js", ".svg", ".md", ".json", ".typed")
PACKAGES = ("floortruth", "edge_agent", "collector", "connectors", "evidence_engine", "simulators")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_it_carries_every_file_of_the_packages_and_the_examples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    kinds = (*DATA, ".py")
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in kinds or path.name == "py.typed"
    }
    wanted |= {
        f"floortruth/examples/{path.relative_to(ROOT / 'configs').as_posix()}"
        for path in (ROOT / "configs").rglob("*")
        if path.is_file()
    }
    assert sorted(wanted - carried) == []
    foreign = [name for name in carried - wanted if ".dist-info/" not in name]
    assert foreign == []


def test_the_demo_runs_from_it_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, tmp_path / "env")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    where = "import floortruth, floortruth.demo_files as f; print(floortruth.__file__); print(f.EXAMPLES)"
    said = subprocess.run(
        [programs / "python", "-c", where], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert all(line.startswith(str(tmp_path / "env")) for line in said.stdout.splitlines())

    out = tmp_path / "OUT"
    words = ["demo", "--seconds", "8", "--history-days", "1", "--out", str(out), "--lang", "en"]
    done = subprocess.run(
        [programs / "floortruth", *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=230
    )
    assert done.returncode == 0, done.stderr
    assert_left_behind(out)


def assert_left_behind(out: Path) -> None:
    """Evidence, score, truth and report, each of its own schema."""
    records = list((out / "evidence").glob("*.json"))
    assert json.loads(records[0].read_bytes())["schema"] == "floortruth/evidence/1"
    assert list((out / "evidence").glob("history.S1.network.networking_rate.json"))
    assert json.loads((out / "score.json").read_bytes())["schema"] == "floortruth/score/1"
    assert json.loads((out / "truth.json").read_bytes())["schema"] == "floortruth/truth/1"
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "CNC-01" in report
    assert 'src="http' not in report
    assert 'href="http' not in report


@pytest.mark.parametrize(
    ("command", "without", "extras"),
    [
        ("demo", ("amqtt", "numba"), "server,sim"),
        ("sim", ("amqtt",), "sim"),
        ("collector", ("fastapi",), "server"),
        ("evidence", ("deltalake",), "server"),
    ],
)
def test_a_command_says_which_packages_it_needs(command: str, without: tuple[str, ...], extras: str) -> None:
    hide = f"import sys; sys.modules.update(dict.fromkeys({without!r}))"
    code = f"{hide}; from floortruth.__main__ import main; sys.exit(main({[command, '--lang', 'en']!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        f"'floortruth {command}' needs more packages: pip install 'floortruth[{extras}]'\n"
    )


def test_locked_versions_have_hashes_and_the_base_stays_small() -> None:
    locked = {name: locked_names(name) for name in ("agent", "demo", "dev")}
    assert locked["agent"] < locked["demo"] < locked["dev"]
    assert not locked["agent"] & {"numba", "pandas", "fastapi", "uvicorn", "deltalake", "plotly"}


def locked_names(name: str) -> set[str]:
    """The packages of a lock file; each must state a version and at least one hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries if entry.strip())
    return {entry.partition("==")[0].partition("[")[0].strip() for entry in entries if entry.strip()}
