"""The MQTT side, read by a real client of the real broker: JSON status, Sparkplug B, and their faults."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from simulators.clock import SECOND
from simulators.faults import Fault
from simulators.wire import sparkplug_payload as payload
from simulators.wire.device import Floor
from simulators.wire.disturber import Disturber
from simulators.wire.field import Field
from simulators.wire.gate import LOCAL
from simulators.wire.layout import BrokerWire, JsonWire, SparkplugWire
from tests.simulators.scripted import START, ManualClock, ScriptedPlant, Story, fault, floor_of, until

WIRES = (
    BrokerWire("broker"),
    JsonWire("pack", "broker", "plant/PACK-01/status", 0.02, "PACK-01", ("state", "count_good", "product", "power_active")),
    SparkplugWire(
        "robot", "broker", "S1", "assembly", "ROBOT-01", "ROBOT-01", ("state", "count_total", "product", "power_active"),
        keep_alive_s=2, clock_period_s=0.05, birth_period_plant_s=300,
    ),
)  # fmt: skip
STORY: dict[tuple[str, str], Story] = {
    ("PACK-01", "state"): [(0, 1.0), (10, 3.0)],
    ("PACK-01", "count_good"): [(0, 5.0), (12, 6.0)],
    ("PACK-01", "product"): [(0, "P1")],
    ("PACK-01", "power_active"): [(0, 1.5)],
    ("ROBOT-01", "state"): [(0, 1.0), (10, 3.0), (20, 4.0)],
    ("ROBOT-01", "count_total"): [(0, 5.0), (12.5, 6.0)],
    ("ROBOT-01", "product"): [(0, "P1"), (12.5, "P2")],
    ("ROBOT-01", "power_active"): [(0, 2.5)],
}
Message = tuple[str, bytes]


class Listener:
    """Everything that the broker passed on, in its order."""

    def __init__(self, client: paho.Client) -> None:
        self.client = client
        self.heard: list[Message] = []
        self.is_subscribed = False

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [json.loads(data) for topic, data in self.heard if topic == "plant/PACK-01/status"]

    def sparkplug(self, *kinds: str) -> list[tuple[str, payload.Payload]]:
        found = [(t.split("/"), d) for t, d in self.heard if t.startswith("spBv1.0/S1/")]
        return [(t[2], payload.decode(data)) for t, data in found if t[2] in kinds]


@asynccontextmanager
async def listening(port: int, topic: str = "#") -> AsyncIterator[Listener]:
    client = paho.Client(CallbackAPIVersion.VERSION2, "listener", reconnect_on_failure=False)
    listener = Listener(client)

    def subscribe(*_: Any) -> None:
        client.subscribe(topic, qos=1)

    client.on_connect = subscribe
    client.on_subscribe = lambda *_: setattr(listener, "is_subscribed", True)
    client.on_message = lambda _c, _u, message: listener.heard.append((message.topic, bytes(message.payload)))
    await asyncio.to_thread(client.connect, LOCAL, port)
    client.loop_start()
    try:
        await until(lambda: listener.is_subscribed)
        yield listener
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


class Hall:
    """The devices with their clock; the test is the ticker."""

    def __init__(self, field: Field, floor: Floor, clock: ManualClock) -> None:
        self.field, self.floor, self.clock = field, floor, clock
        self.disturber = Disturber(field, floor, START, lambda *_: None)

    async def tick(self, second: float) -> None:
        self.clock.at(second)
        now = self.floor.now()
        self.disturber.step(now)
        await self.field.tick(now)

    async def tick_until(self, second: float, condition: Callable[[], bool]) -> None:
        await self.tick(second)
        await until(condition)


@asynccontextmanager
async def hall(*faults: Fault) -> AsyncIterator[tuple[Hall, Listener]]:
    clock = ManualClock()
    floor = floor_of(ScriptedPlant(STORY), clock, *faults)
    field = Field(WIRES, floor)
    broker = field.devices["broker"]
    await broker.start()
    here = Hall(field, floor, clock)
    try:
        async with listening(broker.gate.port) as listener:
            await asyncio.gather(field.devices["pack"].start(), field.devices["robot"].start())
            yield here, listener
    finally:
        await here.disturber.aclose()
        await field.aclose()


def ms(second: float) -> int:
    return START // 1_000_000 + round(second * 1000)


async def test_the_json_status_is_the_truth_of_its_stamp() -> None:
    async with hall() as (here, listener):
        await until(lambda: bool(listener.statuses))
        here.clock.at(12.3456789)
        await until(lambda: listener.statuses[-1]["ts"] == ms(12.345))
    first, last = listener.statuses[0], listener.statuses[-1]
    assert first == {"ts": ms(0), "state": 1, "count_good": 5, "product": "P1", "power_active": 1.5}
    assert last == {"ts": ms(12.345), "state": 3, "count_good": 6, "product": "P1", "power_active": 1.5}


async def test_json_faults_bad_duplicate_swapped_and_a_stepped_clock() -> None:
    faults = [
        fault("bad_quality", "pack", 11, 13),
        fault("bad_quality", "pack", 13, 14, signals=("state",)),
        fault("duplicate", "pack", 20, 30),
        fault("clock_step", "pack", 40, 50, by=5),
    ]
    async with hall(*faults) as (here, listener):
        for second in (12.5, 13.5, 15, 25, 45, 55):
            here.clock.at(second)
            known = len(listener.heard)
            await until(lambda known=known: len(listener.heard) > known + 5)  # type: ignore[misc]
    by_stamp = {status["ts"]: status for status in listener.statuses}
    assert by_stamp[ms(12.5)] == {
        "ts": ms(12.5), "state": 3, "count_good": 5, "product": "P1", "power_active": 1.5, "quality": "bad",
    }  # fmt: skip
    assert by_stamp[ms(13.5)]["state"] is None
    assert by_stamp[ms(13.5)]["count_good"] == 6
    assert "quality" not in by_stamp[ms(15)]
    assert ms(45) not in by_stamp
    assert by_stamp[ms(50)]["count_good"] == 6  # 45 by the plant's clock
    assert by_stamp[ms(55)]["count_good"] == 6


async def test_swapped_messages_keep_their_true_stamps() -> None:
    clock = ManualClock()
    floor = floor_of(ScriptedPlant(STORY), clock, fault("out_of_order", "pack", 10, 20))
    field = Field(WIRES, floor)
    await field.devices["broker"].start()
    try:
        async with listening(field.devices["broker"].gate.port, "plant/#") as listener:
            await field.devices["pack"].start()
            await until(lambda: bool(listener.statuses))
            running = asyncio.create_task(_run_clock(clock))
            await until(lambda: listener.statuses[-1]["ts"] >= ms(25))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        await field.aclose()
    stamps = [status["ts"] for status in listener.statuses]
    falls = [b for a, b in pairwise(stamps) if b < a]
    assert falls
    assert all(ms(10) <= stamp <= ms(20) for stamp in falls)
    assert all(status["count_good"] == (6 if status["ts"] >= ms(12) else 5) for status in listener.statuses)


async def _run_clock(clock: ManualClock) -> None:
    while True:
        clock.ns += SECOND // 5
        await asyncio.sleep(0.01)


async def test_births_name_every_metric_and_data_follows_by_alias_in_sequence() -> None:
    async with hall() as (here, listener):
        await until(lambda: len(listener.sparkplug("NBIRTH", "DBIRTH")) == 2)
        await here.tick_until(15, lambda: len(listener.sparkplug("DDATA")) == 1)
        await until(lambda: len(listener.sparkplug("NDATA")) >= 2)
        await here.field.devices["robot"].aclose()
        known = len(listener.statuses)
        await until(lambda: len(listener.statuses) > known + 2)
    (_, node), (_, device) = listener.sparkplug("NBIRTH", "DBIRTH")
    assert [(m.name, m.alias, m.value) for m in node.metrics] == [
        ("bdSeq", None, 0), ("Node Control/Rebirth", None, False), ("Clock", 1, ms(0)),
    ]  # fmt: skip
    assert [(m.name, m.alias, m.value, m.ts_ms) for m in device.metrics] == [
        ("state", 10, 1, ms(0)), ("count_total", 11, 5, ms(0)), ("product", 12, "P1", ms(0)), ("power_active", 13, 2.5, ms(0)),
    ]  # fmt: skip
    ((_, data),) = listener.sparkplug("DDATA")
    assert [(m.name, m.alias, m.value, m.ts_ms) for m in data.metrics] == [
        (None, 10, 3, ms(10)), (None, 11, 6, ms(12.5)), (None, 12, "P2", ms(12.5)),
    ]  # fmt: skip
    told = listener.sparkplug("NBIRTH", "DBIRTH", "NDATA", "DDATA")
    assert [p.seq for _, p in told] == list(range(len(told)))
    leaving = listener.sparkplug("NDEATH")
    assert [p.metrics[0].value for _, p in leaving] == [
        0
    ]  # said before the disconnect, not by the will as well


async def test_a_rebirth_command_brings_all_births_again() -> None:
    async with hall() as (here, listener):
        await until(lambda: len(listener.sparkplug("DBIRTH")) == 1)
        here.clock.at(15)
        ask = payload.Payload((payload.Metric(payload.BOOLEAN, True, name="Node Control/Rebirth"),), seq=0)
        listener.client.publish("spBv1.0/S1/NCMD/assembly", b"\xff no payload", qos=1)
        listener.client.publish("spBv1.0/S1/NCMD/assembly", ask.encode(), qos=1)
        await until(lambda: len(listener.sparkplug("DBIRTH")) == 2)
    (_, node), (_, device) = listener.sparkplug("NBIRTH", "DBIRTH")[2:]
    assert (node.seq, device.seq) == (0, 1)
    assert node.metrics[0].value == 0  # the same bdSeq: it is the same session
    assert [m.value for m in device.metrics] == [3, 6, "P2", 2.5]


async def test_a_cut_brings_the_will_and_the_return_a_birth_with_the_next_bd_seq() -> None:
    faults = [fault("link_cut", "robot", 11, 14), fault("bad_quality", "robot", 16, 18, signals=("state",))]
    async with hall(*faults) as (here, listener):
        await until(lambda: len(listener.sparkplug("DBIRTH")) == 1)
        await here.tick_until(12, lambda: bool(listener.sparkplug("NDEATH")))
        assert listener.sparkplug("NDEATH")[0][1].metrics[0].value == 0
        await here.tick_until(15, lambda: len(listener.sparkplug("DBIRTH")) == 2)
        await until(lambda: len(here.disturber.reachability.until(here.clock.ns + 1)["robot"]) == 2)
        reached = here.disturber.reachability.until(START + 15 * SECOND + 1)
        await here.tick_until(17, lambda: _nulls(listener) == [(10, ms(16))])
        await here.tick_until(19, lambda: listener.sparkplug("DDATA")[-1][1].metrics[0].ts_ms == ms(18))
    assert [p.metrics[0].value for _, p in listener.sparkplug("NBIRTH")] == [0, 1]
    assert [((a - START) / SECOND, (b - START) / SECOND) for a, b in reached["robot"]] == [
        (0, 12),
        (15, 15.000000001),
    ]
    assert reached["pack"] == [(START, START + 15 * SECOND + 1)]


def _nulls(listener: Listener) -> list[tuple[int | None, int | None]]:
    told = [m for _, p in listener.sparkplug("DDATA") for m in p.metrics]
    return [(m.alias, m.ts_ms) for m in told if m.value is None]


async def test_a_restarted_broker_is_found_again_by_its_publishers() -> None:
    async with hall(fault("server_restart", "broker", 5, 9)) as (here, first):
        await until(lambda: bool(first.statuses) and bool(first.sparkplug("DBIRTH")))
        await here.tick_until(6, lambda: not here.field.devices["broker"].gate.is_open)
        await here.tick_until(10, lambda: here.field.devices["broker"].gate.is_open)
        async with listening(here.field.devices["broker"].gate.port) as second:
            await until(lambda: bool(second.statuses))
            await until(lambda: bool(second.sparkplug("NDATA")))
        await until(lambda: len(here.disturber.reachability.until(here.clock.ns + 1)["robot"]) == 2)
    reached = here.disturber.reachability.until(START + 20 * SECOND)
    assert reached["broker"] == reached["robot"] == reached["pack"]
    assert [(a - START) / SECOND for a, _ in reached["robot"]] == [0, 10]
