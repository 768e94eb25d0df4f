"""`floortruth demo` as somebody meets it: pages with live values, an end that leaves nothing, errors in one sentence."""

import os
import re
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest

from floortruth.__main__ import main
from tests.floortruth.demo_runs import DemoRun, alive, demo, page, until

ENDS_WITHIN = 3.0
"""Seconds, on a machine that is not overloaded; where others compute as well, each gets its share of it only."""
LIVE_AFTER = 10 * 3600
"""Second of the plant's day at which the demo goes live; later samples came over the sockets."""
READY = r"pages: (http://\S+)"


def test_pages_show_live_values_until_ctrl_c_which_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with demo(tmp_path) as run:
        url = run.wait_for(READY)[1]
        text = until(lambda: live_page(url), 60, lambda: f"no live value at {url}")
        seconds = time.time() - psutil.Process(run.pid).create_time()
        children = run.children()
        with capsys.disabled():
            print(f"\nfirst page with a live value after {seconds:.1f} s", end=" ")
        assert re.search(r"CNC-01, states: [^\"]*(producing|setup|idle|down|planned stop)", text)
        assert len(children) == 3
        assert_ends_and_leaves_nothing(run, children, tmp_path)
    assert "Traceback" not in run.said


def live_page(url: str) -> str | None:
    """The overview, once its newest sample is younger than the live start."""
    text = page(url)
    at = re.search(r'data-at="(\d+):(\d+):(\d+)"', text)
    age = re.search(r"newest sample (\d+) s ago", text)
    if at is None or age is None:
        return None
    hours, minutes, seconds = (int(part) for part in at.groups())
    return text if hours * 3600 + minutes * 60 + seconds - int(age[1]) > LIVE_AFTER else None


def assert_ends_and_leaves_nothing(run: DemoRun, children: list[psutil.Process], folder: Path) -> None:
    """Ctrl-C: status 0, within three seconds, no process and no file."""
    status, seconds = run.end_by(signal.SIGINT)
    assert (status, alive(children)) == (0, []), run.said
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert seconds < ENDS_WITHIN * crowd
    assert [path.name for path in folder.iterdir()] == ["said.txt"]


@pytest.mark.parametrize("said", ["simulating", "importing"])
def test_ctrl_c_while_it_starts_ends_it_as_well(tmp_path: Path, said: str) -> None:
    with demo(tmp_path, "--history-days", "1") as run:
        run.wait_for(said)
        assert_ends_and_leaves_nothing(run, run.children(), tmp_path)
    assert "Traceback" not in run.said


def test_ctrl_c_in_the_first_second(tmp_path: Path) -> None:
    with demo(tmp_path) as run:
        until(lambda: catches(run.pid, signal.SIGTERM), 10, lambda: "it never listened")
        assert_ends_and_leaves_nothing(run, [], tmp_path)
    assert "Traceback" not in run.said


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    (caught,) = [int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")]
    return bool(caught >> (number - 1) & 1)


def test_children_end_by_themselves_when_the_demo_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path, "--history-days", "1") as run:
        run.wait_for(READY)
        children = run.children()
        assert len(children) == 3
        assert run.end_by(signal.SIGKILL)[0] == -signal.SIGKILL
        until(lambda: not alive(children), 10, lambda: f"still there: {alive(children)}")


def test_a_plant_that_dies_is_told_with_what_it_said(tmp_path: Path) -> None:
    with demo(tmp_path, "--history-days", "1", "--faults", "nowhere.yaml") as run:
        assert run.process.wait(60) == 2
        run.said += (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert "sim stopped by itself (status 2): " in run.said
    assert "nowhere.yaml" in run.said
    assert "Traceback" not in run.said


def test_a_port_in_use_is_told_before_anything_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["demo", "--lang", "en", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"--port {port}: address already in use; choose another, or leave --port away for a free one\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--speed", "0"], "argument --speed: got '0', expected a whole number from 1 to 600"),
        (["--seconds", "-5"], "argument --seconds"),
        (["--history-days", "0"], "expected a whole number from 1 to 366"),
        (["--port", "99999"], "argument --port: got '99999', expected a whole number from 1 to 65535"),
        (["--seconds", "1.5"], "argument --seconds: got '1.5', expected a whole number of at least 1"),
    ],
)
def test_numbers_out_of_range_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--lang", "en", *words])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_is_not_of_a_demo_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thesis = tmp_path / "work" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years")
    assert main(["demo", "--lang", "en", "--out", str(tmp_path)]) == 2
    assert "is not of an earlier demo; choose another folder" in capsys.readouterr().err
    assert thesis.read_text() == "years"


def test_out_where_nothing_can_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", "--lang", "en", "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("--out: ")


def test_a_second_ctrl_c_skips_what_out_asked_for(tmp_path: Path) -> None:
    with demo(tmp_path, "--history-days", "1", "--out", "kept") as run:
        run.wait_for(READY)
        children = run.children()
        run.process.send_signal(signal.SIGINT)
        run.wait_for("evidence, score and report")
        status, _ = run.end_by(signal.SIGINT)
        assert (status, alive(children)) == (130, [])
    assert not (tmp_path / "kept" / "score.json").exists()
    assert "Traceback" not in run.said
