"""docs/assessor.md: each of its commands is run, in its order, over a demo of its own; what it quotes is what they say."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from floortruth.__main__ import main

ROOT = Path(__file__).parents[3]
ENV = os.environ | {"PYTHONPATH": str(ROOT)}
PAGE = (ROOT / "docs" / "assessor.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^ *floortruth (?P<words>[^#\n]+?)(?: *# status (?P<status>\d))?$", re.MULTILINE)
FILE = re.compile(r"```yaml\n# (?P<name>\S+)\n(?P<text>.*?)```", re.DOTALL)
pytestmark = pytest.mark.timeout(480)  # a demo of two days and all of its evidence, twice
QUOTED = re.compile(r"```text\n(?P<lines>.*?)```", re.DOTALL)


@dataclass
class Walk:
    """The page, walked through: the folder, and what was printed, in one."""

    folder: Path
    said: str = ""
    statuses: list[tuple[int, int]] = field(default_factory=list)

    def run(self, words: list[str], status: int) -> None:
        if words[0] == "demo":  # a process of its own: it starts children and ends by a signal of its own
            command = [sys.executable, "-m", "floortruth", *words]
            done = subprocess.run(
                command, cwd=self.folder, env=ENV, capture_output=True, text=True, timeout=200
            )
            self.said += done.stdout
            assert done.returncode == status, done.stderr
            return
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            found = main(words)
        self.said += told.getvalue()
        assert found == status, words


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    done = Walk(tmp_path_factory.mktemp("assessor"))
    for file in FILE.finditer(PAGE):
        (done.folder / file["name"]).write_text(file["text"], encoding="utf-8")
    with contextlib.chdir(done.folder):
        for found in COMMAND.finditer(PAGE):
            done.run(found["words"].split(), int(found["status"] or 0))
        yield done


def test_every_command_of_the_page_is_run_and_what_it_quotes_is_said(walk: Walk) -> None:
    assert len(COMMAND.findall(PAGE)) == PAGE.count("\nfloortruth ") + PAGE.count("\n   floortruth ")
    for block in QUOTED.finditer(PAGE):
        for line in block["lines"].splitlines():
            assert line in walk.said


def test_computed_again_the_evidence_has_the_same_bytes(walk: Walk) -> None:
    first, again = (
        {p.name: p.read_bytes() for p in (walk.folder / f).glob("*.json")}
        for f in ("check/evidence", "again")
    )
    assert len(first) > 1000
    assert first == again


def test_the_score_names_what_was_asked_and_its_evidence_exists(walk: Walk) -> None:
    score = json.loads((walk.folder / "score.json").read_text("utf-8"))
    (clause,) = [
        c for lv in score["levels"] for s in lv["subdomains"] for c in s["clauses"] if c["id"] == "M2-4.3b"
    ]
    ids = {json.loads(p.read_bytes())["id"] for p in (walk.folder / "check/evidence").glob("*.json")}
    assert clause["evidence"]
    assert set(clause["evidence"]) <= ids
    assert (
        "stop one machine and see when its state changes" in score["asked"]["M2-4.3b"]["card"]["sample"]["en"]
    )


def test_the_claims_leave_their_records(walk: Walk) -> None:
    kpis = {json.loads(p.read_bytes())["kpi"] for p in (walk.folder / "claimed").glob("*.json")}
    assert {"equipment.oee", "network.networking_rate", "energy.per_good_piece"} <= kpis
