"""`floortruth collector COLLECTOR.yaml`: the collector as a process, started at the sink and ended within three seconds."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.api import Collector, create_app
from collector.assess import Assessment
from collector.board import LiveBoard
from collector.config import CollectorConfig, load_config
from collector.history import history_of
from collector.intake import Intake
from collector.journal import Journal
from collector.notices.sending import Sending
from collector.notices.ways import sending_of
from collector.scoring import scoring_of
from collector.store.base import StoreError
from collector.store.lake import Lake
from collector.store.opening import open_store
from collector.worker import Worker
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.clock import Clock, clock_of_text
from evidence_engine.vocabulary.instants import DAY, NS

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth collector`."""
    parser.add_argument("config", metavar="COLLECTOR.yaml", type=Path, help="the collector's configuration")
    parser.add_argument("--port", type=int, metavar="P", help="listen there instead; 0: a free port")
    parser.add_argument("--host", metavar="HOST", help="listen on this address instead")
    parser.add_argument(
        "--port-file", type=Path, metavar="FILE", help="write the port there once pages are served"
    )
    parser.add_argument(
        "--clock", metavar="TEXT", help="plant time: real_origin,plant_origin,speed (a demo's)"
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="language of the pages")
    parser.add_argument("--check", action="store_true", help="check the configuration and end; opens no port")


def main(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM; 0, or 2 and one sentence where the input is wrong."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    try:
        config = _configured(args)
        clock = _clock(args.clock)
        if args.check:
            plant = config.read_plant()
            config.read_plan(plant)
            config.read_papers(plant)
            scoring_of(config, plant, Journal(None))
            sys.stdout.write(f"{args.config}: good\n")
            return 0
        return asyncio.run(_until_signal(config, clock, args.port_file))
    except (BadInput, StoreError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


async def serve(
    config: CollectorConfig,
    clock: Clock,
    stop: asyncio.Event,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Run a collector until `stop`; `ready` is told the port once requests are answered.

    1 read files, tokens and store · 2 take the port · 3 serve, assess and seal until stop · 4 close the store.
    Raises BadInput and StoreError, each in one sentence, before anything is served.
    """
    plant = config.read_plant()  # (1)
    plan, papers = config.read_plan(plant), config.read_papers(plant)
    secrets = config.secrets()
    listening = _bind(config)  # (2)
    try:
        choose_kernel_cache(config)
        with open_store(config.store_address, config.inbox_max_bytes) as store, journal_of(config) as journal:
            board = LiveBoard(
                plant, clock, lambda: history_of(*store.columns(), plant, plan, papers=papers), journal
            )
            intake = Intake(
                store,
                clock,
                clock.plant_ns(config.future_tolerance),
                round(config.past_tolerance_days * DAY),
            )
            scoring = scoring_of(config, plant, journal)
            board.model, board.takes_answers = scoring.model, bool(config.assessors)
            assessment = Assessment(
                config, plant, plan, store, clock, board, papers=papers, score=scoring, journal=journal
            )
            sending = sending_of(config, plant, board)
            assessment.on_changes = sending.wake
            collector = Collector(config, secrets, store, board, intake, assessment, asyncio.Event())
            await _run(collector, sending, listening, stop, ready)  # (3)
    finally:
        listening.close()


async def _run(
    collector: Collector,
    sending: Sending,
    listening: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[int], None] | None,
) -> None:
    server = _Server(_EndingStreams(create_app(collector), collector.stopping), collector.stopping)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        tasks.create_task(_end(server, stop, collector.stopping))
        tasks.create_task(_or_stop(collector.stopping, collector.assessment.run(collector.stopping)))
        tasks.create_task(_seal(collector))
        tasks.create_task(_or_stop(collector.stopping, sending.run(collector.stopping)))
        if ready is not None:
            tasks.create_task(_announce(server, listening.getsockname()[1], ready))


@contextmanager
def journal_of(config: CollectorConfig) -> Iterator[Journal]:
    """The journal beside the store, open for the life of the process. BadInput where it can't be."""
    try:
        journal = Journal(config.journal_folder)
    except (OSError, sqlite3.Error) as error:
        raise BadInput(f"{config.journal_folder}: {error}") from error
    try:
        yield journal
    finally:
        journal.close()


def _is_news(record: logging.LogRecord) -> bool:
    """All that uvicorn complains of, but that a stream ended without its last byte: we end them so."""
    return "without completing response" not in str(record.msg)


class _EndingStreams:
    """The app, whose event streams end at once when the process is to end: nobody waits for a browser."""

    def __init__(self, app: ASGIApp, stopping: asyncio.Event) -> None:
        self._app, self._stopping = app, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; `/events` and `/api/events` no longer than until `stopping`."""
        serving = self._app(scope, receive, send)
        if scope["type"] == "http" and scope["path"].endswith("/events"):
            await _or_stop(self._stopping, serving)
        else:
            await serving


class _Server(uvicorn.Server):
    """uvicorn inside our process: our signals, and open streams are told before it waits for them."""

    def __init__(self, app: ASGIApp, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self.up = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
                server_header=False,
            )
        )
        told = logging.getLogger("uvicorn.error")
        told.setLevel(logging.ERROR)  # a page that fails is told with its traceback
        told.addFilter(_is_news)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are main()'s; uvicorn's own way would kill the process with them again at the end."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, and say so."""
        await super().startup(sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the streams, then end as uvicorn does."""
        self._stopping.set()
        await super().shutdown(sockets)


async def _end(server: _Server, stop: asyncio.Event, stopping: asyncio.Event) -> None:
    await _or_stop(stopping, stop.wait())
    stopping.set()
    server.should_exit = True


async def _announce(server: _Server, port: int, ready: Callable[[int], None]) -> None:
    await server.up.wait()
    ready(port)


async def _seal(collector: Collector) -> None:
    """Move closed hours to the lake now and then; a failure is told once and tried again."""
    assert isinstance(collector.store, Lake)
    store, clock, config = collector.store, collector.assessment.clock, collector.config
    worker, failed = Worker("seal"), ""
    while not collector.stopping.is_set():
        until = clock.now() - round(config.seal_after * NS)
        try:
            await _or_stop(collector.stopping, worker.run(lambda until=until: store.seal(until)))  # type: ignore[misc]
            failed = ""
        except StoreError as error:
            if str(error) != failed:
                _log.error("hours stay in the inbox for now: %s", error)
            failed = str(error)
        await _or_stop(collector.stopping, asyncio.sleep(config.seal_interval))


async def _until_signal(config: CollectorConfig, clock: Clock, port_file: Path | None) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def ready(port: int) -> None:
        _log.info("collector: pages and API at http://%s:%d/", config.listen.host, port)
        if port_file is not None:
            write_port(port_file, port)

    await serve(config, clock, stop, ready)
    return 0


def write_port(path: Path, port: int) -> None:
    """The port's number in a file that stands whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_text(str(port), "utf-8")
    os.replace(fresh, path)


def choose_kernel_cache(config: CollectorConfig) -> None:
    """Where numba keeps compiled kernels: as the environment says; beside their source where that can be written (kept
    from one run to the next); else beside the store; else a temporary folder. Must be called before numba is imported."""
    if "NUMBA_CACHE_DIR" in os.environ or os.access(Path(__file__).parents[1] / "evidence_engine", os.W_OK):
        return
    folder = Path(config.store_address).parent / "kernel-cache"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    os.environ["NUMBA_CACHE_DIR"] = (
        str(folder) if writable else tempfile.mkdtemp(prefix="floortruth-kernels-")
    )


def _configured(args: argparse.Namespace) -> CollectorConfig:
    """The file with what the command line says otherwise."""
    config = load_config(args.config)
    listen = {"port": args.port, "host": args.host}
    given = {key: value for key, value in listen.items() if value is not None}
    changed: dict[str, object] = {"listen": config.listen.model_copy(update=given)}
    if args.lang is not None:
        changed["lang"] = args.lang
    return config.model_copy(update=changed)


def _clock(text: str | None) -> Clock:
    if text is None:
        return Clock(time.time_ns, time.monotonic_ns)
    try:
        return clock_of_text(text, time.time_ns, time.monotonic_ns)
    except ValueError as error:
        raise BadInput(f"--clock: {error}") from None


def _bind(config: CollectorConfig) -> socket.socket:
    """The listening socket; BadInput where the port is taken or the host is not ours."""
    host, port = config.listen.host, config.listen.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)  # taken for good: two that bind at once would both succeed
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadInput(f"listen: {host}:{port}: {why}; choose another with listen.port or --port") from None
    return listening


async def _or_stop(stop: asyncio.Event, work: Awaitable[object]) -> None:
    """Await some work, but not beyond `stop`; raises what the work raised."""
    tasks = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
