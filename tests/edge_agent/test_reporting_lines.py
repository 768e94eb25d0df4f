"""An agent on devices that report by themselves: an OPC UA server and an MQTT broker, real ones (D2-D4, D6)."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from evidence_engine.vocabulary.facts import ConnectionFacts
from tests.connectors.mqtt_broker import Mosquitto, Publisher
from tests.connectors.plc import URI, Plc
from tests.edge_agent.bench import running, until, written
from tests.edge_agent.receiver import Receiver

OPCUA = """
  - name: cell
    protocol: opcua
    url: {url}
    publishing: 0.1
    sampling: 0.05
    clock_node: nsu={uri};s=Clock
    timeout: 2.0
    silence: 3.0
    tags:
      - {{asset: A, role: state, address: "nsu={uri};s=state", time_error: 0.01}}
      - {{asset: A, role: count_total, address: "nsu={uri};s=count", time_error: 0.01}}
      - {{asset: A, role: product, address: "nsu={uri};s=product", time_error: 0.01}}
      - {{asset: A, role: alarm, address: "nsu={uri};s=nowhere"}}
"""
MQTT = """
  - name: hall
    protocol: mqtt
    url: {url}
    keep_alive: 2
    timeout: 2.0
    devices: {{pack: plant/PACK}}
    time_path: ts
    tags:
      - {{asset: P, role: state, topic: plant/PACK/s, path: state, resolution: 0.6}}
      - {{asset: P, role: product, topic: plant/PACK/s, path: product, resolution: 0.6}}
"""


@pytest.fixture(scope="module")
def plc() -> Iterator[Plc]:
    plc = Plc().start()
    yield plc
    plc.stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("broker")).start()
    yield broker
    broker.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def marks(receiver: Receiver, link: str) -> list[float]:
    return receiver.values(f"@{link}/link")


async def write(plc: Plc, name: str, value: Any, **more: Any) -> None:
    await asyncio.to_thread(lambda: plc.write(name, value, **more))


async def test_opcua_first_values_reports_and_facts(tmp_path: Path, plc: Plc, receiver: Receiver) -> None:
    await write(plc, "count", 7)
    await write(plc, "state", 3)
    path = written(tmp_path, receiver, OPCUA.format(url=plc.url, uri=URI))
    async with running(path) as agent:
        await until(lambda: 1.0 in marks(receiver, "cell"), 20)
        stamp = plc.now().timestamp()
        await write(plc, "count", 8)
        await until(lambda: receiver.values("A/count_total")[-1:] == [8.0])
        await until(lambda: marks(receiver, "cell").count(1.0) >= 3)
        tags = agent.status()["connections"][0]["devices"][0]["tags"]
        assert [bool(tag["error"]) for tag in tags] == [False, False, False, True], (
            "one unknown node, the rest flows"
        )
    first = next(ts for _, ts, value, *_ in receiver.rows("@cell/link") if value == 1.0)
    assert receiver.rows("A/state")[0][1] < first
    assert receiver.rows("A/product")[0][3] == "P1"
    assert abs(receiver.rows("A/count_total")[-1][1] / 1e9 - stamp) < 0.2
    facts = ConnectionFacts.of_text(receiver.rows("@cell/facts")[-1][3] or "")
    assert facts.series["A/state"].resolution == 0.1, (
        "what the server granted, not the 0.05 that were asked for"
    )
    assert (facts.series["A/state"].time_error_assumed, facts.series["A/alarm"].time_error_assumed) == (
        False,
        True,
    )
    assert receiver.rows("A/alarm") == []


async def test_opcua_D4_a_node_that_stops_reporting_is_found_by_the_keyframe(
    tmp_path: Path, plc: Plc, receiver: Receiver
) -> None:
    await write(plc, "count", 20)
    path = written(tmp_path, receiver, OPCUA.format(url=plc.url, uri=URI), keyframe="1")
    node = ua.NodeId("count", plc.index)

    async def answer_without_reporting(value: int) -> None:
        shown = ua.DataValue(ua.Variant(value, ua.VariantType.UInt64), SourceTimestamp=plc.now())
        plc.server.set_attribute_value_callback(node, lambda *_: shown)

    async with running(path) as agent:
        await until(
            lambda: receiver.values("A/count_total")[-1:] == [20.0] and 1.0 in marks(receiver, "cell"), 20
        )
        await asyncio.to_thread(lambda: plc.run(answer_without_reporting(99)))
        await until(lambda: 99.0 in receiver.values("A/count_total"), 20)
        await until(lambda: agent.lines[0].connects >= 2, 20)
    rows = receiver.rows("A/count_total")
    told = next(i for i, row in enumerate(rows) if row[2] == 99.0)
    assert rows[told - 1][4] == 2, "bad since the last keyframe"
    assert rows[told - 1][1] == rows[told - 2][1] + 1
    assert any(row[4] == 2 for row in receiver.rows("A/state")), "and so is every tag of the subscription"
    await write(plc, "count", 21)


async def test_opcua_server_restart(tmp_path: Path, plc: Plc, receiver: Receiver) -> None:
    path = written(tmp_path, receiver, OPCUA.format(url=plc.url, uri=URI))
    async with running(path):
        await until(lambda: 1.0 in marks(receiver, "cell"), 20)
        await asyncio.to_thread(plc.stop)
        await until(lambda: marks(receiver, "cell")[-2:] == [-1.0, -1.0], 20)
        await asyncio.to_thread(plc.start)
        await until(lambda: marks(receiver, "cell")[-1] == 1.0, 20)
        await write(plc, "state", 5)
        await until(lambda: receiver.values("A/state")[-1] == 5.0)


async def test_mqtt_messages_make_link_and_samples(
    tmp_path: Path, broker: Mosquitto, receiver: Receiver
) -> None:
    machine = await asyncio.to_thread(Publisher, broker)

    async def say(**said: Any) -> None:
        message = json.dumps({"ts": time.time_ns() // 1_000_000, "product": "P1", **said})
        await asyncio.to_thread(machine.send, "plant/PACK/s", message)

    async with running(written(tmp_path, receiver, MQTT.format(url=broker.url))):
        await until(lambda: receiver.rows("@pack/link"))
        await until(lambda: marks(receiver, "pack") == [0.0, 0.0], 20)
        for state in (3, 3, 4, 4, 4, 4):
            await say(state=state)
            await asyncio.sleep(0.1)
        await until(lambda: receiver.values("P/state")[-1:] == [4.0])
        await asyncio.sleep(0.8)  # the silence that is meant
        await say(state=4)
        await until(lambda: receiver.values("P/state")[-1:] == [4.0] and len(receiver.rows("P/state")) >= 4)
    await asyncio.to_thread(machine.close)
    rows = receiver.rows("P/state")
    assert [(row[2], row[4]) for row in rows if row[4] == 0][:2] == [(3.0, 0), (4.0, 0)]
    assert [row[4] for row in rows].count(2) == 1, "a message that is missing is a gap (D31)"
    assert next(row[3] for row in receiver.rows("P/product") if row[4] == 0) == "P1"
    assert marks(receiver, "pack")[2:4] == [0.0, 1.0], "a stretch begins with its first message"
