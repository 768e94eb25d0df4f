"""All protocols behind one contract: OPC UA, Modbus (TCP and RTU frames), MQTT."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymodbus import FramerType

import connectors
from connectors.base import Connector
from connectors.modbus.config import ModbusConnection
from connectors.modbus.connector import ModbusConnector
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.connector import MqttConnector
from connectors.opcua.config import OpcUaConnection
from connectors.opcua.connector import OpcUaConnector
from evidence_engine.vocabulary.clock import Clock
from tests.connectors.modbus_device import Modbus
from tests.connectors.mqtt_broker import Mosquitto, Publisher
from tests.connectors.plc import URI, Plc
from tests.contracts.check_connector import Bench, check_connector

CLOCK = Clock(time.time_ns, time.monotonic_ns)


class ModbusBench:
    """Two units behind one socket."""

    clock = CLOCK

    def __init__(self, framing: str) -> None:
        self._framing = framing
        self._device = Modbus((1, 2), FramerType.RTU if framing == "rtu" else FramerType.SOCKET)

    def connector(self) -> Connector:
        tags = [
            {"asset": "A", "role": "count_total", "address": "holding:3"},
            {"asset": "A", "role": "state", "address": "holding:40"},
            {"asset": "B", "role": "state", "address": "input:7", "unit": 2},
        ]
        raw = {
            "name": "m",
            "protocol": "modbus",
            "host": "127.0.0.1",
            "port": self._device.port,
            "tags": tags,
        }
        return ModbusConnector(
            ModbusConnection.model_validate(raw | {"timeout": 0.5, "framing": self._framing}), CLOCK
        )

    async def show(self, value: float) -> None:
        self._device.put(3, int(value))

    async def stop(self) -> None:
        await self._device.stop()

    async def start(self) -> None:
        await self._device.start()


class OpcUaBench:
    """A real server in a thread of its own."""

    clock = CLOCK

    def __init__(self) -> None:
        self._plc = Plc()

    def connector(self) -> Connector:
        tags = [
            {"asset": "A", "role": role, "address": f"nsu={URI};s={node}"}
            for role, node in (("count_total", "count"), ("state", "state"))
        ]
        raw = {"name": "cell", "protocol": "opcua", "url": self._plc.url, "publishing": 0.1, "sampling": 0.05}
        more = {"tags": tags, "clock_node": f"nsu={URI};s=Clock", "timeout": 2.0, "silence": 2.0}
        return OpcUaConnector(OpcUaConnection.model_validate(raw | more), CLOCK)

    async def show(self, value: float) -> None:
        await asyncio.to_thread(self._plc.write, "count", int(value))

    async def stop(self) -> None:
        await asyncio.to_thread(self._plc.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self._plc.start)


class MqttBench:
    """A real broker, and a device that publishes JSON."""

    clock = CLOCK

    def __init__(self, folder: Path) -> None:
        self._broker = Mosquitto(folder)
        self._device: Publisher | None = None

    def connector(self) -> Connector:
        tag = {"asset": "A", "topic": "plant/A/status", "time_path": "ts"}
        tags = [tag | {"role": "count_total", "path": "count"}, tag | {"role": "state", "path": "state"}]
        raw = {
            "name": "hall",
            "protocol": "mqtt",
            "url": self._broker.url,
            "devices": {"a": "plant/A"},
            "tags": tags,
        }
        return MqttConnector(MqttConnection.model_validate(raw | {"keep_alive": 2, "timeout": 2.0}), CLOCK)

    async def show(self, value: float) -> None:
        message = {"ts": time.time_ns() // 1_000_000, "count": value, "state": 3}
        assert self._device is not None
        await asyncio.to_thread(self._device.send, "plant/A/status", json.dumps(message))

    async def stop(self) -> None:
        if self._device is not None:
            await asyncio.to_thread(self._device.close)
            self._device = None
        await asyncio.to_thread(self._broker.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self._broker.start)
        self._device = await asyncio.to_thread(Publisher, self._broker)


@pytest.fixture(params=["modbus", "modbus-rtu", "opcua", "mqtt"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    benches = {
        "modbus": lambda: ModbusBench("tcp"), "modbus-rtu": lambda: ModbusBench("rtu"),
        "opcua": OpcUaBench, "mqtt": lambda: MqttBench(tmp_path),
    }  # fmt: skip
    bench: Bench = benches[request.param]()
    await bench.start()
    yield bench
    await bench.stop()


async def test_every_protocol_keeps_the_contract(bench: Bench) -> None:
    await check_connector(bench)


def test_no_connector_can_write_to_equipment() -> None:
    """Nothing that could change a machine is called anywhere; the one command that exists is Sparkplug's rebirth."""
    calls = re.compile(r"\.(write_\w+|set_value\w*|mask_write\w*|call_method|write_values?)\(")
    for path in Path(next(iter(connectors.__path__))).rglob("*.py"):
        assert not calls.search(path.read_text(encoding="utf-8")), path.name
