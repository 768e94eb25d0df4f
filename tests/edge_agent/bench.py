"""A whole agent in the test's loop, with short intervals, between real devices and a real receiver."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from edge_agent.agent import Agent
from edge_agent.config import AgentConfig, load_agent
from edge_agent.spool import Spool
from evidence_engine.vocabulary.clock import Clock
from tests.edge_agent.receiver import Receiver

CLOCK = Clock(time.time_ns, time.monotonic_ns)
HEAD = """
schema: floortruth/agent/1
agent: edge
collector: {{url: "{url}", token_file: "{token}", timeout: 5}}
spool: {{path: "{spool}", max_bytes: 50000000}}
flush: 0.05
heartbeat: 0.2
timeout: 1
keyframe: 60
status: 0.2
retry: {{first: 0.05, most: 0.2}}
connections:
"""
MODBUS = """
  - name: {name}
    protocol: modbus
    host: 127.0.0.1
    port: {port}
    poll: 0.02
    timeout: 0.3
    tags: {tags}
"""


def modbus(port: int, *tags: str, name: str = "m") -> str:
    """A connection's text; a tag as `A/state holding:0 u16 1`."""
    rows = []
    for tag in tags:
        series, address, *more = tag.split()
        kind, unit = (*more, *("u16", "1")[len(more) :])
        asset, role = series.split("/")
        rows.append(
            f'{{asset: {asset}, role: {role}, address: "{address}", type: {kind}, unit: {unit}, resolution: 5}}'
        )
    return MODBUS.format(name=name, port=port, tags=f"[{', '.join(rows)}]")


def written(folder: Path, receiver: Receiver, *connections: str, **changes: str) -> Path:
    """An agent's file; `changes` replace lines by key, as keyframe="1"."""
    token = folder / "token"
    token.write_text("secret\n")
    text = HEAD.format(url=receiver.url, token=token, spool=folder / "spool.db") + "".join(connections)
    lines = text.splitlines()
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
    path = folder / "agent.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@asynccontextmanager
async def running(path: Path, clock: Clock = CLOCK) -> AsyncIterator[Agent]:
    """The agent of that file, until the block ends; it must end within two seconds."""
    config: AgentConfig = load_agent(path)
    spool = await Spool.open(config.spool.path, config.agent, config.spool.max_bytes, config.spool.when_full)
    agent, stop = Agent(config, clock, spool), asyncio.Event()
    task = asyncio.create_task(agent.run(stop))
    try:
        yield agent
    finally:
        stop.set()
        begin = time.monotonic()
        await task
        await spool.aclose()
        assert time.monotonic() - begin < 2.0, "an agent ends within two seconds"


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait for a condition; AssertionError when time is up."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  the condition is another thread's
            await asyncio.sleep(0.005)
