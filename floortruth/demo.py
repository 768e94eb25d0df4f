"""`floortruth demo`: the bundled plant, an agent and a collector as processes that meet only on sockets.

The walk: (1) the plant simulates seven days and writes them as files, then opens its ports and starts the shared clock;
(2) meanwhile the days are imported into the store; (3) collector and agent start; (4) pages are served until Ctrl-C, or
for N seconds; (5) the agent sends what it holds, the plant writes its truth; (6) with --out, evidence, score and report
are computed over the store as `floortruth evidence` and `floortruth score` would.

Stores and engine are imported where they are first needed: the plant works while Python loads them.
"""

import argparse
import http.client
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from evidence_engine.documents import BadInput
from floortruth.asked import Asked
from floortruth.compiling import tell_if_cold
from floortruth.demo_files import DEMO, Ports, read_ports, write_agent, write_collector
from floortruth.processes import Children, Stopped
from floortruth.progress import Progress
from floortruth.words import language, say

HISTORY_DAYS = 7
SUNDAY = 6
BEGINS_AT_HOUR = 10
"""Plant time of the live start: in the middle of a shift, so that a newcomer sees machines running."""


PORT = 8321
"""The pages' usual port."""

TRUTH_PATIENCE = 60.0
"""Seconds in which the plant must have written its truth."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth demo`."""

    def add(flag: str, text: str, **settings: Any) -> None:
        parser.add_argument(flag, help=text, **settings)

    add("--seconds", "end by itself after N seconds (else Ctrl-C)", type=_whole(1), metavar="N")
    add("--out", "keep evidence, score, truth, report and store there", type=Path, metavar="DIR")
    add("--port", "port of the pages (default: 8321, or a free one)", type=_whole(1, 65535), metavar="P")
    add(
        "--speed",
        "plant seconds per second, 1 to 600 (default 60)",
        type=_whole(1, 600),
        default=60,
        metavar="S",
    )
    add("--seed", "the plant's chance (default 1)", type=int, default=1, metavar="K")
    add("--faults", "a schedule of faults, or 'demo' for the bundled one", default="none", metavar="FILE")
    add(
        "--history-days",
        "simulated days before the start (default 7)",
        type=_whole(1, 366),
        default=HISTORY_DAYS,
        metavar="D",
    )
    add("--history-clean", "a history without the damage of the plant file", action="store_true")
    add(
        "--break",
        "break an assumption on purpose: fast_cycle, over_power, flicker",
        dest="breaks",
        action="append",
        default=[],
        metavar="NAME",
    )
    add("--origin", "plant time of the live start (default: today 10:00 in the plant)", metavar="TIME")


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """An argparse type: a whole number in [least, most]."""
    span = f"from {least} to {most}" if most is not None else f"of at least {least}"

    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= (most or int(text)):
            raise argparse.ArgumentTypeError(f"got '{text}', expected a whole number {span}")
        return int(text)

    return number


@dataclass(frozen=True, slots=True)
class Demo:
    """One run: where its files are and what it was asked for."""

    args: argparse.Namespace
    work: Path
    port: int
    lang: str
    token: str

    @property
    def store(self) -> Path:
        """The collector's store."""
        return self.work / "store"


def main(args: argparse.Namespace) -> int:
    """Run the demo; 0 when it ended as asked, 130 where Ctrl-C came before what --out asked for was there."""
    try:
        with _asked_to_stop() as stop:
            port = _checked_port(args.port) if args.port else _free_port()
            with _folder(args.out) as work:
                demo = Demo(args, work, port, args.lang or language([]), secrets.token_urlsafe(24))
                _run(demo, stop)
    except Stopped:
        return 130 if args.out is not None else 0
    return 0


@contextmanager
def _asked_to_stop() -> Iterator[Asked]:
    """Set by Ctrl-C, by SIGTERM, and when the terminal is closed."""
    stop = Asked()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        stop.close()


def _run(demo: Demo, stop: Asked) -> None:
    with Children(demo.work / "logs", stop) as children:
        _start(demo, children)
        _serve(demo, children, stop)
        _tell(demo, "ending …")
        if demo.args.out is not None:
            stop.clear()  # a second Ctrl-C is heard anew
            _leave(demo, children)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """`OUT/work`, new; or a temporary folder that goes with the demo."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="floortruth-") as name:
            yield _laid_out(Path(name))
        return
    work = out / "work"
    try:
        if work.exists():
            if not (work / "logs").is_dir():
                raise BadInput(f"--out: {work} is not of an earlier demo; choose another folder")
            shutil.rmtree(work)
        yield _laid_out(work)
    except OSError as error:
        raise BadInput(f"--out: {error.filename or work}: {(error.strerror or str(error)).lower()}") from None


def _laid_out(work: Path) -> Path:
    (work / "logs").mkdir(parents=True)
    return work


def _start(demo: Demo, children: Children) -> None:
    """Steps 1 to 3."""
    began = time.monotonic()
    _tell(demo, "simulating {} days of the plant's past …", demo.args.history_days)
    words = _sim_words(demo)
    children.go_on()
    children.start("sim", words)  # (1)
    _import(demo, children)  # (2)
    children.wait_for(demo.work / "ports.json", 60, "the plant's ports")
    _start_ours(demo, children, read_ports(demo.work / "ports.json"))  # (3)
    _tell(demo, "ready after {:.0f} s", time.monotonic() - began)


def _import(demo: Demo, children: Children) -> None:
    """The plant's history into the store, once it is written."""
    from collector.importing import import_file
    from floortruth.files import read_plant
    from floortruth.stores import open_sink

    def go_on(rows: int) -> None:
        children.go_on()
        progress.add(rows)

    plant = read_plant(DEMO / "plant.yaml")
    children.wait_for(demo.work / "history" / "history.done", 120, "the plant's history")
    _tell(demo, "importing them …")
    with open_sink(str(demo.store), None) as sink, Progress("import") as progress:
        for path in sorted((demo.work / "history").glob("*.parquet")):
            report = import_file(plant, path, sink, go_on)
            if report.rejects:
                raise BadInput(f"the plant's own history was refused: {report.rejects[0]}")


def _start_ours(demo: Demo, children: Children, ports: Ports) -> None:
    tell_if_cold(demo.lang)
    secret = {"FLOORTRUTH_TOKEN": demo.token}
    clock = ["--clock", ports.clock, "--lang", demo.lang]
    agent = write_agent(demo.work, ports, demo.port, demo.args.speed)
    collector = write_collector(demo.work, demo.port, demo.lang)
    children.start("agent", ["agent", str(agent), "--plant", str(demo.work / "plant.yaml"), *clock], secret)
    children.start("collector", ["collector", str(collector), *clock], secret)
    _wait_for_pages(children, demo.port)


def _wait_for_pages(children: Children, port: int) -> None:
    deadline = time.monotonic() + 60
    while not _answers(port):
        children.check()
        if time.monotonic() > deadline:
            raise BadInput("the collector did not answer within 60 s")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _checked_port(port: int) -> int:
    """The port that was asked for; BadInput, before anything is simulated, where it is taken."""
    try:
        return _probed(port)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadInput(f"--port {port}: {why}; choose another, or leave --port away for a free one") from None


def _free_port() -> int:
    """The pages' usual port, or any that is free."""
    try:
        return _probed(PORT)
    except OSError:
        return _probed(0)


def _probed(port: int) -> int:
    """The port's number if this machine would let us listen there; OSError if not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def _tell(demo: Demo, text: str, *words: object) -> None:
    print(say(text, demo.lang).format(*words), file=sys.stderr, flush=True)


def _serve(demo: Demo, children: Children, stop: Asked) -> None:
    """Step 4: until Ctrl-C, the time asked for, or a child's death."""
    url = f"http://127.0.0.1:{demo.port}/?lang={demo.lang}"
    _tell(demo, "pages: {}   (Ctrl-C ends)", url)
    began = time.monotonic()
    while not stop.wait(0.2):
        children.all_alive()
        passed = time.monotonic() - began
        if demo.args.seconds is not None:
            _show_progress(passed, demo.args.seconds)
            if passed >= demo.args.seconds:
                break


def _show_progress(passed: float, seconds: int) -> None:
    if sys.stderr.isatty():
        width = min(40, int(40 * passed / seconds))
        end = "\n" if passed >= seconds else ""
        print(f"\r[{'█' * width}{'·' * (40 - width)}] {passed:4.0f} / {seconds} s", end=end, file=sys.stderr)


def _leave(demo: Demo, children: Children) -> None:
    """Steps 5 and 6; the plant writes its truth while the evidence is computed. Raises Stopped after Ctrl-C."""
    children.stop("agent", 3.0)
    children.ask("sim")
    children.stop("collector", 3.0)
    _tell(demo, "evidence, score and report …")
    from floortruth.outcome import write_outcome, write_truth

    write_outcome(demo.work, demo.args.out, children.go_on)
    children.stop("sim", TRUTH_PATIENCE)
    write_truth(demo.work, demo.args.out)


def _origin(asked: str | None) -> str:
    from evidence_engine.vocabulary.instants import format_instant, from_datetime, parse_instant, to_datetime
    from floortruth.files import read_plant

    plant = read_plant(DEMO / "plant.yaml")
    if asked:
        return format_instant(parse_instant(asked, plant.zone))
    day = to_datetime(time.time_ns(), plant.zone).replace(
        hour=BEGINS_AT_HOUR, minute=0, second=0, microsecond=0
    )
    if day.weekday() == SUNDAY:  # the plant rests
        day -= timedelta(days=1)
    return format_instant(from_datetime(day))


def _sim_words(demo: Demo) -> list[str]:
    args, work = demo.args, demo.work
    words = ["sim", "--speed", str(args.speed), "--seed", str(args.seed), "--origin", _origin(args.origin)]
    words += ["--history", str(work / "history"), "--history-days", str(args.history_days)]
    for name, file in (("truth", "truth.json"), ("ports", "ports.json"), ("pki", "pki")):
        words += [f"--{name}", str(work / file)]
    words += ["--history-clean"] if args.history_clean else []
    if args.faults != "none":
        words += ["--faults", args.faults]
    for name in args.breaks:
        words += ["--break", name]
    return words
