"""The agent as a process: started at the sink, stopped at the source, one task group, and a command line."""

import argparse
import asyncio
import logging
import signal
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_agent.clock_watch import ClockWatch
from edge_agent.config import AgentConfig, load_agent
from edge_agent.line import Line
from edge_agent.memory import few_arenas, give_back
from edge_agent.rows import Rows
from edge_agent.sender import Sender
from edge_agent.spool import Spool, SpoolFull
from edge_agent.status import status_of
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.encoding import encode_batch
from evidence_engine.vocabulary.batch import BatchId
from evidence_engine.vocabulary.clock import Clock, clock_of_text
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.plant import Plant

log = logging.getLogger("edge_agent")

ROOM_AGAIN = 0.9
"""A spool counts as full, and is not told of again, until it is emptier than this share."""
DRAIN = 0.7
"""Real seconds that the last batches may take at the end."""


class Agent:
    """All parts of one agent; `run` is its life."""

    def __init__(self, config: AgentConfig, clock: Clock, spool: Spool) -> None:
        self.config, self.clock, self.spool = config, clock, spool
        self.boot = uuid.uuid4().hex
        self.rows = Rows()
        self.sender = Sender(config.collector, config.retry, spool)
        self.lines = [Line(connection, config, clock, self.rows) for connection in config.connections]
        self.counts: dict[str, int] = {}
        self._is_full = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: lines end first, then the last flush, then a last attempt to send."""
        warm_up()
        give_back()
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self.sender.run())
                others = [
                    group.create_task(work)
                    for work in (self._flush_often(), self._watch_clock(), self._tell_often())
                ]
                await asyncio.wait([group.create_task(line.run(stop)) for line in self.lines])
                for task in others:
                    task.cancel()
                await self.flush()
                self.sender.end()
                await asyncio.wait([sender], timeout=DRAIN)
                sender.cancel()
        finally:
            await self.sender.aclose()

    async def flush(self) -> None:
        """Put what waits into the spool, durably."""
        batch = self.rows.cut(self.clock.now(), self.boot)
        if batch is None:
            return
        body = batch

        def encode(number: BatchId) -> bytes:
            return encode_batch(replace(body, id=number))

        try:
            await self.spool.append(encode)
            self._is_full &= self.spool.statistics.used > ROOM_AGAIN * self.spool.statistics.limit
        except SpoolFull as error:
            self.counts["rows_refused"] = self.counts.get("rows_refused", 0) + len(batch)
            if not self._is_full:
                log.error("spool full why=%s", error)
            self._is_full = True
        self.sender.wake()

    def status(self) -> dict[str, Any]:
        """How we are."""
        counts = {**self.counts, "rows": self.rows.total}
        return status_of(
            self.config.agent, self.boot, self.clock, self.lines, self.spool, self.sender, counts
        )

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(self.config.flush)
            await asyncio.shield(self.flush())

    async def _tell_often(self) -> None:
        while True:
            await asyncio.sleep(self.config.status)
            await self.sender.tell(self.config.agent, self.status())

    async def _watch_clock(self) -> None:
        watch = ClockWatch(self.clock)
        while True:
            await asyncio.sleep(1.0)
            by = watch.step()
            if by:
                log.warning("wall clock set by=%.1fs: every connection begins anew", by / NS)
                self.counts["clock_steps"] = self.counts.get("clock_steps", 0) + 1
            for line in self.lines:
                line.mind_clock()


def warm_up() -> None:
    """Encode once before anything is polled: the libraries' first time takes longer than a fast poll."""
    rows = Rows()
    rows.add(rows.number("warm/up"), 0, 0.0, "", 0)
    batch = rows.cut(0, "")
    if batch is not None:
        encode_batch(replace(batch, id=BatchId("warm", "up", 0)))


async def run(config: AgentConfig, clock: Clock, stop: asyncio.Event) -> None:
    """Run one agent until `stop` is set; ends within two seconds. BadInput where the spool cannot be opened."""
    spool = await Spool.open(config.spool.path, config.agent, config.spool.max_bytes, config.spool.when_full)
    try:
        agent = Agent(config, clock, spool)
        log.info(
            "agent starts agent=%s connections=%d spooled=%d",
            config.agent,
            len(agent.lines),
            spool.statistics.batches,
        )
        await agent.run(stop)
    finally:
        await spool.aclose()
    log.info("agent ends agent=%s spooled=%d", config.agent, spool.statistics.batches)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth agent`."""
    parser.add_argument("config", metavar="AGENT.yaml", help="the agent's file")
    parser.add_argument(
        "--check", action="store_true", help="check the file and its tag lists, touch no network, end"
    )
    parser.add_argument(
        "--plant", metavar="PLANT.yaml", help="check every tag against this plant's register too"
    )
    parser.add_argument(
        "--clock", metavar="TEXT", help="plant time of a demo: real_origin,plant_origin,speed"
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="language of messages and pages")


def main(args: argparse.Namespace) -> int:
    """Run or check one agent; 0 done, 2 (as BadInput) the input is wrong."""
    config = load_agent(args.config)
    if args.plant:
        config.check(_plant(Path(args.plant)))
    if args.check:
        _say_checked(args.config, config)
        return 0
    clock = _clock(args.clock)
    config.collector.token()
    few_arenas()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    asyncio.run(_run_until_signal(config, clock))
    return 0


async def _run_until_signal(config: AgentConfig, clock: Clock) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run(config, clock, stop)


def _clock(text: str | None) -> Clock:
    if text is None:
        return Clock(time.time_ns, time.monotonic_ns)
    try:
        return clock_of_text(text, time.time_ns, time.monotonic_ns)
    except ValueError as error:
        raise BadInput(f"--clock: {error}") from None


def _plant(path: Path) -> Plant:
    try:
        return read_yaml(path.read_text(encoding="utf-8-sig"), path.name, Plant)
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def _say_checked(path: str, config: AgentConfig) -> None:
    tags = sum(len(connection.tags) for connection in config.connections)
    print(f"{path}: {len(config.connections)} connections, {tags} tags: in order")  # noqa: T201
