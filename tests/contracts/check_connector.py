"""What every connector keeps to, as one function that each protocol is put through, with a real device behind it."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol

import pytest

from connectors.base import Chunk, Connector, DeviceSilent, NotConnected
from evidence_engine.vocabulary.clock import Clock

PATIENCE = 10.0
"""Real seconds in which everything here must have happened."""


class Bench(Protocol):
    """A device with at least one tag, number 0, that holds a number; connectors for it, and ways to disturb it."""

    clock: Clock

    def connector(self) -> Connector:
        """A new one; it may be asked for while the device is gone."""

    async def show(self, value: float) -> None:
        """The device holds this from now on (a device that reports tells it)."""

    async def stop(self) -> None:
        """The device, its server or broker is gone: its port is closed."""

    async def start(self) -> None:
        """It is there again, at the same address."""


async def check_connector(bench: Bench) -> None:
    """The walk: unopened · connected · values · cancelled · cut · gone · there again."""
    await _closes_unopened(bench)
    await _tells_its_tags_and_values(bench)
    await _survives_a_cancelled_wait(bench)
    await _notices_a_cut(bench)
    await _refuses_to_wait_for_nobody(bench)
    await _begins_anew(bench)


async def _closes_unopened(bench: Bench) -> None:
    connector = bench.connector()
    assert connector.can_ask or connector.reports
    await connector.aclose()
    await connector.aclose()


async def _tells_its_tags_and_values(bench: Bench) -> None:
    connector = bench.connector()
    on = sorted(tag for tags in connector.devices.values() for tag in tags)
    assert on == list(range(len(on))), "each tag hangs on one device"
    assert on
    await bench.show(41.0)
    async with asyncio.timeout(PATIENCE):
        reports = await connector.connect()
        assert [report.tag for report in reports] == on, "one report per tag"
        assert all(report.refused == "" for report in reports)
        for value in (42.0, 43.0):
            await _is_heard(bench, connector, value)
    await connector.aclose()
    await connector.aclose()


async def _is_heard(bench: Bench, connector: Connector, value: float) -> None:
    """A new value arrives, by a report or when asked, with its time and a proof that lies in between."""
    before = bench.clock.now()
    await bench.show(value)
    if connector.can_ask:
        for device, tags in connector.devices.items():
            chunk = await connector.read(tags)
            _is_well_formed(chunk, device, tags, "reading")
            assert chunk.round_trip > 0
            if 0 in tags:
                assert dict(zip(chunk.tag, chunk.value, strict=True))[0] == value
                _is_between(before, chunk, bench.clock.now())
    if connector.reports:
        while True:
            chunk = await connector.read()
            _is_well_formed(chunk, chunk.device, connector.devices[chunk.device], "report")
            if value in chunk.value:
                _is_between(before, chunk, bench.clock.now())
                break


def _is_well_formed(chunk: Chunk, device: str, tags: Sequence[int], kind: str) -> None:
    assert (chunk.device, chunk.kind) == (device, kind)
    columns = [chunk.tag, chunk.ts, chunk.value, chunk.text, chunk.quality]
    assert len({len(column) for column in columns}) == 1
    assert set(chunk.tag) | set(chunk.unanswered) | set(chunk.lost) <= set(tags)
    assert set(chunk.quality) <= {0, 1, 2}
    assert all(isinstance(ts, int) for ts in chunk.ts)


def _is_between(before: int, chunk: Chunk, after: int) -> None:
    """Stamps and proof lie between the change and now (0.1 s of slack for a measured clock offset)."""
    slack = 10**8
    assert chunk.proof is not None
    assert before - slack <= chunk.proof <= after
    assert all(before - slack <= ts <= after for ts in chunk.ts)


async def _survives_a_cancelled_wait(bench: Bench) -> None:
    connector = bench.connector()
    async with asyncio.timeout(PATIENCE):
        await connector.connect()
        waiting = asyncio.ensure_future(_next(connector))
        await asyncio.sleep(0)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError, NotConnected):
            await waiting
        await connector.aclose()
        with pytest.raises(NotConnected):
            await _drained(connector)


async def _next(connector: Connector) -> Chunk:
    return await (
        connector.read(next(iter(connector.devices.values()))) if connector.can_ask else connector.read()
    )


async def _drained(connector: Connector) -> None:
    """Reads until it says that it is not connected; what had come before may still be told."""
    while True:
        with contextlib.suppress(DeviceSilent):
            await _next(connector)


async def _notices_a_cut(bench: Bench) -> None:
    connector = bench.connector()
    async with asyncio.timeout(PATIENCE):
        await connector.connect()
        await bench.stop()
        with pytest.raises(NotConnected):
            await _drained(connector)
    await connector.aclose()


async def _refuses_to_wait_for_nobody(bench: Bench) -> None:
    connector = bench.connector()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(NotConnected):
            await connector.connect()
    await connector.aclose()


async def _begins_anew(bench: Bench) -> None:
    await bench.start()
    connector = bench.connector()
    async with asyncio.timeout(PATIENCE):
        await connector.connect()
        await _is_heard(bench, connector, 44.0)
    await connector.aclose()
