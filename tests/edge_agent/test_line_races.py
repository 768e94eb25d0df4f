"""Races on one line, in an order that the test owns: a connector that says what it is told to say, when it is told."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from connectors.base import Chunk, Refused, TagReport
from edge_agent.config import AgentConfig, load_agent
from edge_agent.line import Line
from edge_agent.pace import looks_of
from edge_agent.rows import Rows
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS
from tests.edge_agent.bench import until

AGENT = """
schema: floortruth/agent/1
agent: edge
collector: {url: "http://127.0.0.1:9", token_env: NONE}
spool: {path: "s.db", max_bytes: 1000000}
keyframe: 0.4
retry: {first: 0.01, most: 0.02}
connections:
  - name: hall
    protocol: mqtt
    url: mqtt://127.0.0.1:9
    devices: {pack: plant/PACK}
    tags:
      - {asset: P, role: state, topic: plant/PACK/s, path: state, resolution: 0}
      - {asset: P, role: temperature, topic: plant/PACK/s, path: t, resolution: 5}
      - {asset: P, role: product, topic: plant/PACK/s, path: product}
  - name: cell
    protocol: opcua
    url: opc.tcp://127.0.0.1:9
    publishing: 0.02
    reports_each_change: true
    tags:
      - {asset: A, role: state, address: "ns=2;s=state", time_error: 0.001}
      - {asset: A, role: count_total, address: "ns=2;s=count", time_error: 0.001}
"""


class Scripted:
    """Readings wait for `allow`; reports are what `say` was given."""

    can_ask = reports = True
    devices: Mapping[str, Sequence[int]] = {"cell": (0, 1)}

    def __init__(self, value: float = 3.0) -> None:
        self.values = [value, 7.0]
        self.asked = 0
        self.allow = asyncio.Event()
        self.refused: Exception | None = None
        self._said: asyncio.Queue[Chunk] = asyncio.Queue()

    async def connect(self) -> list[TagReport]:
        if self.refused is not None:
            raise self.refused
        return [TagReport(0, resolution=0.0), TagReport(1, resolution=0.0)]

    async def read(self, tags: Sequence[int] | None = None) -> Chunk:
        if tags is None:
            return await self._said.get()
        self.asked += 1
        await self.allow.wait()
        chunk = Chunk("cell", "reading", proof=time.time_ns())
        for tag in tags:
            chunk.add(tag, time.time_ns(), self.values[tag])
        return chunk

    async def aclose(self) -> None:
        pass

    def say(self, tag: int, value: float, *, lost: bool = False) -> None:
        chunk = Chunk("cell", "report", proof=time.time_ns(), lost=[tag] if lost else [])
        chunk.add(tag, time.time_ns(), value)
        self._said.put_nowait(chunk)

    def keep_alive(self) -> None:
        self._said.put_nowait(Chunk("cell", "report", proof=time.time_ns()))


class Run:
    """A line on a scripted connector, in a task."""

    def __init__(self, tmp_path: Path, clock: Clock | None = None) -> None:
        path = tmp_path / "agent.yaml"
        path.write_text(AGENT)
        config: AgentConfig = load_agent(path)
        self.rows = Rows()
        clock = clock or Clock(time.time_ns, time.monotonic_ns)
        self.line = Line(config.connections[1], config, clock, self.rows)
        self.connector = Scripted()
        self.line._connector = self.connector
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.line.run(self._stop))

    async def end(self) -> None:
        self._stop.set()
        await self._task

    def of(self, name: str) -> list[tuple[int, float, int]]:
        """(ts, value, quality) of a series, in the order in which they were written."""
        rows, number = self.rows, self.rows.names.index(name)
        columns = zip(rows.series, rows.ts, rows.value, rows.quality, strict=True)
        return [(ts, value, quality) for series, ts, value, quality in columns if series == number]


async def test_D3_a_report_that_comes_while_the_first_values_are_read_is_held(tmp_path: Path) -> None:
    """It was written, and then forgotten: a loss right after it stayed without its bad sample (D5)."""
    run = Run(tmp_path)
    connector = run.connector
    await until(lambda: connector.asked == 1)
    connector.say(0, 4.0)
    await until(lambda: run.of("A/state"))
    connector.values[0] = 4.0
    connector.allow.set()
    await until(lambda: run.of("A/count_total"))
    connector.say(0, 5.0, lost=True)
    await until(lambda: len(run.of("A/state")) >= 3)
    await run.end()
    assert [quality for _, _, quality in run.of("A/state")][-2:] == [2, 0]


@pytest.mark.parametrize("by", [30 * NS, -30 * NS])
async def test_D2_nothing_stamped_after_a_clock_step_comes_before_its_0(tmp_path: Path, by: int) -> None:
    ahead = [0]
    run = Run(tmp_path, Clock(lambda: time.time_ns() + ahead[0], time.monotonic_ns))
    connector = run.connector
    connector.allow.set()
    await until(lambda: run.of("A/count_total"))
    connector.keep_alive()
    await until(lambda: any(value == 1.0 for _, value, _ in run.of("@cell/link")))
    known = len(run.of("A/state")), len(run.of("@cell/link"))
    ahead[0] = by
    connector.say(0, 9.0)
    await until(lambda: len(run.of("@cell/link")) > known[1])
    await run.end()
    later = run.of("@cell/link")[known[1] :]
    assert later[0][1] == 0.0, "the first row of the new time is a 0"
    assert len(run.of("A/state")) == known[0], "what was heard across the step is not believed"


async def test_settings_that_are_refused_prove_no_device_down(tmp_path: Path) -> None:
    """A wrong password is told by a server that answers: it is not unreachable (D24)."""
    run = Run(tmp_path)
    run.connector.refused = Refused("password")
    await until(lambda: run.line.failures >= 16)
    await run.end()
    assert {value for _, value, _ in run.of("@cell/link")} == {0.0}


def test_D31_a_tag_that_reports_each_change_is_missed_by_no_silence(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text(AGENT)
    config: AgentConfig = load_agent(tmp_path / "agent.yaml")
    looks = looks_of(config.connections[0], config, Clock(time.time_ns, time.monotonic_ns), Rows())
    assert [look.periodic for look in looks] == [False, True, False]
