"""Every command of the READMEs is run as it stands there, in one shell's order, against the examples that ship."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.packaging.processes import answers, free_ports, running, until
from tests.packaging.wheels import ROOT

READMES = ("README.md", "README.zh-CN.md")


def commands(readme: str) -> list[str]:
    """The lines of all shell blocks, in their order."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


MAKE = [line for line in commands("README.md") if line.startswith("make ")]
STATE = [line for line in commands("README.md") if line.startswith((". ", "export "))]
"""What lasts in the shell for the commands after it."""
STAY = ("floortruth collector ", "floortruth agent ")


def test_both_languages_have_the_same_commands() -> None:
    assert commands("README.md") == commands("README.zh-CN.md")
    assert len(commands("README.md")) == 11


@pytest.mark.parametrize("readme", READMES)
def test_its_links_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    targets += re.findall(r"`([a-z_]+/)`", text)
    assert len(targets) > 15
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("line", MAKE)
def test_what_make_is_asked_for_is_a_target_with_its_own_set_up(line: str) -> None:
    recipe = subprocess.run(
        ["sh", "-c", f"{line} --dry-run --always-make"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    options = re.findall(r'ARGS="(.*)"', line)
    wanted = "sh tests/all.sh" if line == "make test" else f".venv/bin/floortruth demo {''.join(options)}"
    assert wanted in recipe
    assert "pip install" in recipe


def test_continuous_integration_runs_the_same() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("make ")] == ["make check", "make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a newcomer's: the examples, and the programs in `.venv`; the collector's port is a free one."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    port = str(free_ports(1))
    for path in (tmp_path / "configs").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("8321", port), encoding="utf-8")
    (tmp_path / "port").write_text(port)
    return tmp_path


def in_shell(line: str) -> list[str]:
    """The command after all that lasts from lines before it."""
    return ["sh", "-c", "\n".join([*STATE, f"exec {line}"])]


def test_the_first_ten_minutes(folder: Path) -> None:
    lines = [line for line in commands("README.md") if line not in (*MAKE, *STATE)]
    stay = [line for line in lines if line.startswith(STAY) and "--check" not in line]
    for line in lines:
        if line not in stay:
            done = subprocess.run(in_shell(line), cwd=folder, capture_output=True, text=True, timeout=120)
            assert (done.returncode, done.stderr) == (0, ""), line
    assert list((folder / "out" / "evidence").glob("*.CNC-01.equipment.oee.json"))
    assert [line.split()[1] for line in stay] == ["collector", "agent"]


def test_collector_and_agent_find_each_other(folder: Path) -> None:
    url = f"http://127.0.0.1:{(folder / 'port').read_text()}"
    collector, agent = (
        line for line in commands("README.md") if line.startswith(STAY) and "--check" not in line
    )
    with running(in_shell(collector), folder / "collector.log", {}, folder):
        until(lambda: answers(f"{url}/"), 60, lambda: (folder / "collector.log").read_text())
        with running(in_shell(agent), folder / "agent.log", {}, folder):
            until(lambda: "edge-1" in agents(url), 60, lambda: (folder / "agent.log").read_text())


def agents(url: str) -> list[str]:
    """The names of the agents that told how they are."""
    with urllib.request.urlopen(f"{url}/api/agents", timeout=5) as answer:
        return list(json.load(answer))
