"""The Modbus connector against real servers: values, refusals, silence, late answers, cut lines."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymodbus import FramerType

import connectors.modbus
from connectors.base import DeviceSilent, NotConnected
from connectors.modbus.config import ModbusConnection
from connectors.modbus.connector import ModbusConnector
from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.clock import Clock
from tests.connectors.modbus_device import Modbus

CLOCK = Clock(time.time_ns, time.monotonic_ns)


@pytest.fixture
async def device() -> AsyncIterator[Modbus]:
    device = await Modbus(units=(1, 2)).start()
    yield device
    await device.stop()


def connection(port: int, *addresses: str, **more: object) -> ModbusConnection:
    """Tags by address, `2@holding:0` on unit 2."""
    tags = []
    for i, written in enumerate(addresses):
        unit, _, address = written.rpartition("@")
        where, _, kind = address.partition(" ")
        row = {"asset": "A", "role": f"x_{i}", "address": where, "unit": int(unit or 1)}
        tags.append(row | ({"type": kind} if kind else {}))
    raw = {"name": "m", "protocol": "modbus", "host": "127.0.0.1", "port": port, "timeout": 0.3, "tags": tags}
    return ModbusConnection.model_validate(raw | more)


async def opened(config: ModbusConnection, clock: Clock = CLOCK) -> ModbusConnector:
    connector = ModbusConnector(config, clock)
    await connector.connect()
    return connector


async def test_values_of_all_tables_in_the_fewest_requests(device: Modbus) -> None:
    device.put(10, 1.5, ">f")
    config = connection(device.port, "holding:7", "holding:10 f32", "input:300", "coil:48", "discrete:50")
    connector = await opened(config)
    before = CLOCK.now()
    chunk = await connector.read(range(5))
    after = CLOCK.now()
    await connector.aclose()
    assert dict(zip(chunk.tag, chunk.value, strict=True)) == {0: 7.0, 1: 1.5, 2: 300.0, 3: 1.0, 4: 0.0}
    assert set(chunk.quality) == {0}
    assert before <= min(chunk.ts) <= max(chunk.ts) == chunk.proof <= after
    assert chunk.round_trip > 0
    assert len(device.requests) == 4


async def test_units_are_devices_with_links_of_their_own(device: Modbus) -> None:
    config = connection(device.port, "holding:1", "2@holding:2", devices={"main": 2})
    connector = await opened(config)
    chunk = await connector.read([1])
    await connector.aclose()
    assert {name: list(tags) for name, tags in connector.devices.items()} == {"m.1": [0], "m.main": [1]}
    assert (chunk.device, chunk.value) == ("m.main", [2.0])


async def test_a_refused_address_is_found_once_and_the_rest_flows(device: Modbus) -> None:
    device.refused = {5: 2}
    connector = await opened(connection(device.port, *(f"holding:{i}" for i in range(8))))
    first = await connector.read(range(8))
    found_out = len(device.requests)
    second = await connector.read(range(8))
    await connector.aclose()
    for chunk in (first, second):
        assert sorted(chunk.tag) == [0, 1, 2, 3, 4, 6, 7]
        assert chunk.value == [float(i) for i in chunk.tag]
        assert chunk.unanswered == [5]
    assert connector.why == {5: "exception 2: no such address"}
    assert len(device.requests) - found_out == 3, "what was learned is remembered"


async def test_a_refusal_is_asked_again_later(device: Modbus) -> None:
    ticks = [0]
    device.refused = {1: 2}
    connector = await opened(
        connection(device.port, "holding:0", "holding:1"), Clock(time.time_ns, lambda: ticks[0])
    )
    assert (await connector.read([0, 1])).unanswered == [1]
    device.refused = {}
    assert (await connector.read([0, 1])).unanswered == [1]
    ticks[0] = 301 * 10**9
    chunk = await connector.read([0, 1])
    await connector.aclose()
    assert (chunk.tag, chunk.unanswered, connector.why) == ([0, 1], [], {})


async def test_a_device_failure_concerns_its_register_for_seconds(device: Modbus) -> None:
    ticks = [0]
    device.refused = {1: 4}
    connector = await opened(
        connection(device.port, "holding:0", "holding:1"), Clock(time.time_ns, lambda: ticks[0])
    )
    chunk = await connector.read([0, 1])
    assert (chunk.tag, chunk.unanswered) == ([0], [1])
    device.refused, ticks[0] = {}, 6 * 10**9
    assert (await connector.read([0, 1])).tag == [0, 1]
    await connector.aclose()


@pytest.mark.parametrize("code", [5, 6])
async def test_busy_concerns_the_moment(device: Modbus, code: int) -> None:
    connector = await opened(connection(device.port, "holding:0", "holding:1"))
    device.failing = {1: code}
    chunk = await connector.read([0, 1])
    assert (chunk.tag, chunk.unanswered, chunk.proof) == ([], [0, 1], None)
    device.failing = {}
    assert (await connector.read([0, 1])).tag == [0, 1]
    await connector.aclose()


@pytest.mark.parametrize("code", [10, 11])
async def test_a_gateway_that_does_not_reach_a_unit(device: Modbus, code: int) -> None:
    connector = await opened(connection(device.port, "holding:0", "2@holding:0"))
    device.failing = {2: code}
    with pytest.raises(DeviceSilent, match=r"m\.2: exception"):
        await connector.read([1])
    assert (await connector.read([0])).value == [0.0]
    await connector.aclose()


async def test_a_silent_unit_is_not_a_silent_gateway(device: Modbus) -> None:
    connector = await opened(connection(device.port, "holding:0", "2@holding:0"))
    device.delay = {2: 0.6}
    with pytest.raises(DeviceSilent) as caught:
        await connector.read([1])
    assert caught.value.device == "m.2"
    device.delay = {}
    assert (await connector.read([0])).value == [0.0]
    await connector.aclose()


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
async def test_a_late_answer_never_passes_for_the_next(framing: str) -> None:
    """The trap of RTU frames: no transaction number tells to which request an answer belongs."""
    device = await Modbus(framer=FramerType.RTU if framing == "rtu" else FramerType.SOCKET).start()
    config = connection(device.port, "holding:100", "holding:200", "holding:300", framing=framing)
    connector = await opened(config)
    assert (await connector.read([0])).value == [100.0]
    device.delay = {1: 0.45}
    with pytest.raises(DeviceSilent):
        await connector.read([0])
    device.delay = {}
    for _ in range(3):
        for tag, value in ((1, 200.0), (2, 300.0), (0, 100.0)):
            assert (await connector.read([tag])).value == [value]
    await connector.aclose()
    await device.stop()


async def test_a_unit_that_falls_silent_half_way_keeps_what_it_answered(device: Modbus) -> None:
    connector = await opened(connection(device.port, "holding:0", "holding:100"))
    reading = asyncio.ensure_future(connector.read([0, 1]))
    await device.asked.wait()
    device.delay = {1: 0.6}
    chunk = await reading
    await connector.aclose()
    assert (chunk.tag, chunk.unanswered) == ([0], [1])
    assert chunk.proof is not None


async def test_a_cut_line_is_not_connected(device: Modbus) -> None:
    connector = await opened(connection(device.port, "holding:0"))
    await device.stop()
    with pytest.raises((NotConnected, DeviceSilent)):
        await connector.read([0])
    with pytest.raises(NotConnected):
        await connector.read([0])
    await connector.aclose()
    await device.start()


async def test_pause_between_requests(device: Modbus) -> None:
    connector = await opened(connection(device.port, "holding:0", "holding:100", pause_ms=50.0))
    begin = time.monotonic()
    await connector.read([0, 1])
    await connector.aclose()
    assert time.monotonic() - begin >= 0.1


def test_the_example_of_the_readme() -> None:
    text = (Path(connectors.modbus.__file__).parent / "README.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    raw = "\n".join(line[2:] for line in example.splitlines())
    config = read_yaml(raw, "README.md", ModbusConnection)
    assert [tag.role for tag in config.tags] == ["state", "power_active"]
