"""`floortruth demo`: the bundled plant, an agent and a collector as processes that meet only on sockets.

The walk: (1) the plant simulates seven days and writes them as files; (2) they are imported into the store; (3) the
plant opens its ports and the shared clock starts; (4) collector and agent start; (5) pages are served until Ctrl-C, or
for N seconds; (6) the agent sends what it holds, the plant writes its truth; (7) with --out, evidence, score and report
are computed over the store as `floortruth evidence` and `floortruth score` would.
"""

import argparse
import http.client
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from collector.importing import import_file
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import format_instant, from_datetime, parse_instant, to_datetime
from floortruth.demo_files import DEMO, Ports, read_ports, write_agent, write_collector
from floortruth.files import read_plant
from floortruth.outcome import write_outcome
from floortruth.processes import Children
from floortruth.progress import Progress
from floortruth.stores import open_sink
from floortruth.words import language, say

HISTORY_DAYS = 7
SUNDAY = 6
BEGINS_AT_HOUR = 10
"""Plant time of the live start: in the middle of a shift, so that a newcomer sees machines running."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth demo`."""
    parser.add_argument(
        "--seconds", type=int, metavar="N", help="end by itself after N seconds (else Ctrl-C)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep evidence, score, truth, report and store there"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="P", help="port of the pages (default: 8321, or a free one)"
    )
    parser.add_argument(
        "--speed", type=int, default=60, metavar="S", help="plant seconds per second, 1 to 600 (default 60)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="K", help="the plant's chance (default 1)")
    parser.add_argument(
        "--faults", default="none", metavar="FILE", help="a schedule of faults, or 'demo' for the bundled one"
    )
    parser.add_argument(
        "--history-days",
        type=int,
        default=HISTORY_DAYS,
        metavar="D",
        help="simulated days before the start (default 7)",
    )
    parser.add_argument(
        "--history-clean", action="store_true", help="a history without the damage of the plant file"
    )
    parser.add_argument(
        "--break",
        dest="breaks",
        action="append",
        default=[],
        metavar="NAME",
        help="break an assumption on purpose: fast_cycle, over_power, flicker",
    )
    parser.add_argument(
        "--origin", metavar="TIME", help="plant time of the live start (default: today 10:00 in the plant)"
    )


@dataclass(frozen=True, slots=True)
class Demo:
    """One run: where its files are and what it was asked for."""

    args: argparse.Namespace
    work: Path
    lang: str
    token: str

    @property
    def store(self) -> Path:
        """The collector's store."""
        return self.work / "store"


def main(args: argparse.Namespace) -> int:
    """Run the demo; 0 when it ended as asked."""
    lang = args.lang or language([])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _folder(args.out) as work:
        demo = Demo(args, work, lang, secrets.token_urlsafe(24))
        (work / "logs").mkdir()
        with Children(work / "logs", stop) as children:
            _start(demo, children)
            if not stop.is_set():
                _serve(demo, children, stop)
            _tell(demo, "ending …")
            _end(children, 30.0 if args.out is not None else 1.0)
        if args.out is not None and not (stop.is_set() and args.seconds):
            _tell(demo, "evidence, score and report …")
            write_outcome(demo.work, args.out)
    return 0


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """`OUT/work`, new; or a temporary folder that goes with the demo."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="floortruth-") as name:
            yield Path(name)
        return
    work = out / "work"
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    yield work


def _start(demo: Demo, children: Children) -> None:
    """Steps 1 to 4."""
    began = time.monotonic()
    origin = _origin(demo)
    _tell(demo, "simulating {} days of the plant's past …", demo.args.history_days)
    children.start("sim", _sim_words(demo, origin))
    children.wait_for(demo.work / "history" / "history.done", 120, "the plant's history")  # (1)
    _tell(demo, "importing them …")
    _import(demo)  # (2)
    (demo.work / "imported").touch()
    children.wait_for(demo.work / "ports.json", 60, "the plant's ports")  # (3)
    ports = read_ports(demo.work / "ports.json")
    _start_ours(demo, children, ports)  # (4)
    _tell(demo, "ready after {:.0f} s", time.monotonic() - began)


def _import(demo: Demo) -> None:
    plant = read_plant(DEMO / "plant.yaml")
    with open_sink(str(demo.store), None) as sink, Progress("import") as progress:
        for path in sorted((demo.work / "history").glob("*.parquet")):
            report = import_file(plant, path, sink, progress.add)
            if report.rejects:
                raise BadInput(f"the plant's own history was refused: {report.rejects[0]}")


def _start_ours(demo: Demo, children: Children, ports: Ports) -> None:
    port = demo.args.port or _free_port()
    (demo.work / "port").write_text(str(port))
    secret = {"FLOORTRUTH_TOKEN": demo.token}
    clock = ["--clock", ports.clock, "--lang", demo.lang]
    agent = write_agent(demo.work, ports, port, demo.args.speed)
    collector = write_collector(demo.work, port, demo.lang)
    children.start("agent", ["agent", str(agent), "--plant", str(demo.work / "plant.yaml"), *clock], secret)
    children.start("collector", ["collector", str(collector), *clock], secret)
    _wait_for_pages(children, port)


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


def _free_port() -> int:
    """The pages' usual port, or any that is free."""
    for port in (8321, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise BadInput("no free port for the pages: give one with --port")


def _tell(demo: Demo, text: str, *words: object) -> None:
    print(say(text, demo.lang).format(*words), file=sys.stderr, flush=True)


def _serve(demo: Demo, children: Children, stop: threading.Event) -> None:
    """Step 5: until Ctrl-C, the time asked for, or a child's death."""
    url = f"http://127.0.0.1:{(demo.work / 'port').read_text()}/?lang={demo.lang}"
    _tell(demo, "pages: {}   (Ctrl-C ends)", url)
    began = time.monotonic()
    while not stop.wait(0.2):
        children.check()
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


def _end(children: Children, patience: float) -> None:
    """Step 6: the agent flushes to the collector, the plant writes its truth, then the collector ends."""
    for name, seconds in (("agent", 1.5), ("sim", patience), ("collector", 1.0)):
        children.stop(name, seconds)


def _origin(demo: Demo) -> int:
    plant = read_plant(DEMO / "plant.yaml")
    if demo.args.origin:
        return parse_instant(demo.args.origin, plant.zone)
    day = to_datetime(time.time_ns(), plant.zone).replace(
        hour=BEGINS_AT_HOUR, minute=0, second=0, microsecond=0
    )
    if day.weekday() == SUNDAY:  # the plant rests
        day -= timedelta(days=1)
    return from_datetime(day)


def _sim_words(demo: Demo, origin: int) -> list[str]:
    args, work = demo.args, demo.work
    words = ["sim", "--speed", str(args.speed), "--seed", str(args.seed), "--origin", format_instant(origin)]
    words += ["--history", str(work / "history"), "--history-days", str(args.history_days)]
    words += [
        "--truth",
        str(work / "truth.json"),
        "--ports",
        str(work / "ports.json"),
        "--pki",
        str(work / "pki"),
    ]
    words += ["--go", str(work / "imported")]
    words += ["--history-clean"] if args.history_clean else []
    if args.faults != "none":
        words += ["--faults", args.faults]
    for name in args.breaks:
        words += ["--break", name]
    return words
