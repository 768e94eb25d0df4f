"""Sparkplug B: births, aliases, sequence gaps, deaths, and values; by the reader alone, and through a real broker."""

import asyncio
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Chunk
from connectors.mqtt import payload as wire
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.connector import MqttConnector
from connectors.mqtt.message import Message
from connectors.mqtt.sparkplug import SparkplugReader
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS
from tests.connectors.mqtt_broker import Mosquitto, Publisher

NOW = 1_790_000_000_000  # ms
ARRIVED = NOW * 1_000_000 + 5_000_000
INT32, INT64, UINT64, DOUBLE, BOOLEAN, STRING, DATE_TIME = 3, 4, 8, 10, 11, 12, 13
CLOCK = Clock(time.time_ns, time.monotonic_ns)
STATE, PRODUCT, POWER = 11, 12, 13  # aliases


def connection(**more: object) -> MqttConnection:
    settings: dict[str, object] = {
        "protocol": "mqtt", "name": "hall", "url": "mqtt://127.0.0.1:1", "mode": "sparkplug",
        "devices": {"robot": "S1/assembly/ROBOT-01", "feeder": "S1/assembly/FEEDER"}, "node_keep_alive": 10.0,
        "tags": [
            {"asset": "ROBOT-01", "role": "state", "device": "robot", "metric": "state"},
            {"asset": "ROBOT-01", "role": "product", "device": "robot", "metric": "order/product"},
            {"asset": "FEEDER", "role": "power_active", "device": "feeder", "metric": "power"},
        ],
    }  # fmt: skip
    return MqttConnection.model_validate(settings | more)


def metric(value: object, field: str, datatype: int | None = None, **more: Any) -> dict[str, Any]:
    kind = {} if datatype is None else {"datatype": datatype}
    return {field: value} | kind | more


def payload(seq: int | None, *metrics: dict[str, Any], ts: int | None = NOW) -> bytes:
    made = wire.Payload()
    if ts is not None:
        made.timestamp = ts
    if seq is not None:
        made.seq = seq
    for each in metrics:
        made.metrics.add(**each)
    data: bytes = made.SerializeToString()
    return data


def birth_of_node(bd_seq: int = 7) -> bytes:
    return payload(
        0,
        metric(bd_seq, "long_value", INT64, name="bdSeq"),
        metric(False, "boolean_value", BOOLEAN, name=wire.REBIRTH),
    )


def birth_of_robot(seq: int = 1, state: int = 3) -> bytes:
    return payload(
        seq, metric(state, "int_value", INT32, name="state", alias=STATE, timestamp=NOW - 60_000),
        metric("P1", "string_value", STRING, name="order/product", alias=PRODUCT),
    )  # fmt: skip


def birth_of_feeder(seq: int = 2) -> bytes:
    return payload(seq, metric(1.5, "double_value", DOUBLE, name="power", alias=POWER))


class Host:
    """The reader with the topics spelt out."""

    def __init__(self, **more: object) -> None:
        self.asked: list[tuple[str, bytes]] = []
        config = connection(**more)
        ask = (lambda topic, data: self.asked.append((topic, data))) if config.allow_rebirth_request else None
        self.reader = SparkplugReader(config, CLOCK, ask)

    def hear(
        self, kind: str, data: bytes, device: str = "", arrived: int = ARRIVED, retained: bool = False
    ) -> list[Chunk]:
        topic = f"spBv1.0/S1/{kind}/assembly" + (f"/{device}" if device else "")
        return list(self.reader.chunks(Message(topic, data, retained, arrived)))

    def robot(self, data: bytes, kind: str = "DDATA", **more: Any) -> Chunk:
        """What the message says of the robot."""
        found = [chunk for chunk in self.hear(kind, data, "ROBOT-01", **more) if chunk.device == "robot"]
        return found[-1]

    def born(self) -> "Host":
        self.hear("NBIRTH", birth_of_node())
        self.hear("DBIRTH", birth_of_robot(), "ROBOT-01")
        self.hear("DBIRTH", birth_of_feeder(), "FEEDER")
        return self


def changed(seq: int, state: int, **more: Any) -> bytes:
    return payload(seq, metric(state, "int_value", alias=STATE, **more))


class TestPayload:
    def test_bytes_written_by_hand_are_understood(self) -> None:
        inner = bytes(
            [0x10, 11, 0x18, *_varint(NOW), 0x20, 3, 0x50, *_varint(2**32 - 2)]
        )  # alias, time, type, int
        data = bytes([0x08, *_varint(NOW), 0x12, len(inner), *inner, 0x18, 9])
        read = wire.parse(data)
        assert read is not None
        assert (read.timestamp, read.seq, read.metrics[0].alias, read.metrics[0].timestamp) == (
            NOW,
            9,
            11,
            NOW,
        )
        assert wire.value_of(read.metrics[0], INT32) == -2

    def test_what_is_no_payload(self) -> None:
        assert wire.parse(b'{"state": 3}') is None

    @pytest.mark.parametrize(
        ("field", "raw", "datatype", "value"),
        [
            ("int_value", 0xFF, 1, -1), ("int_value", 0xFFFFFFFF, 1, -1), ("int_value", 0x8000, 2, -32768),
            ("int_value", 200, 5, 200), ("long_value", 2**64 - 5, INT64, -5), ("long_value", 2**40, UINT64, 2**40),
            ("float_value", 0.5, 9, 0.5), ("boolean_value", True, BOOLEAN, True), ("int_value", 1, BOOLEAN, True),
            ("string_value", "x", STRING, "x"),
        ],
    )  # fmt: skip
    def test_values(self, field: str, raw: object, datatype: int, value: object) -> None:
        read = wire.parse(payload(0, metric(raw, field, datatype)))
        assert read is not None
        assert wire.value_of(read.metrics[0], datatype) == value

    @pytest.mark.parametrize(("code", "quality"), [(192, 0), (216, 0), (64, 1), (0, 2), (500, 2)])
    def test_quality(self, code: int, quality: int) -> None:
        made = wire.Payload()
        each = made.metrics.add(int_value=1)
        each.properties.keys.append("Quality")
        each.properties.values.add(type=INT32, int_value=code)
        assert wire.quality_of(each) == quality


def _varint(number: int) -> bytes:
    out = []
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


class TestLife:
    def test_a_birth_states_all_as_it_stands_when_sent(self) -> None:
        host = Host()
        host.hear("NBIRTH", birth_of_node())
        chunk = host.robot(birth_of_robot(), "DBIRTH")
        assert (chunk.tag, chunk.ts, chunk.value[0], chunk.text) == (
            [0, 1],
            [NOW * 1_000_000] * 2,
            3,
            [None, "P1"],
        )
        assert chunk.proof == NOW * 1_000_000
        assert chunk.lost == []

    def test_data_speak_by_alias_with_their_own_stamps(self) -> None:
        chunk = Host().born().robot(changed(3, 4, timestamp=NOW - 2_000))
        assert (chunk.tag, chunk.value, chunk.ts) == ([0], [4], [(NOW - 2_000) * 1_000_000])

    def test_a_stamp_after_its_arrival_is_cut_and_counted(self) -> None:
        chunk = Host().born().robot(changed(3, 4, timestamp=NOW + 60_000))
        assert chunk.ts == [ARRIVED]
        assert chunk.counts == {"cut_to_arrival": 1}

    def test_null_and_quality_are_bad(self) -> None:
        host = Host().born()
        chunk = host.robot(payload(3, {"alias": STATE, "is_null": True}))
        assert chunk.quality == [2]
        assert math.isnan(chunk.value[0])

    def test_a_metric_that_is_not_in_the_birth_has_no_value(self) -> None:
        host = Host()
        host.hear("NBIRTH", birth_of_node())
        chunk = host.robot(payload(1, metric(3, "int_value", INT32, name="state", alias=STATE)), "DBIRTH")
        assert dict(zip(chunk.tag, chunk.quality, strict=True)) == {0: 0, 1: 2}
        assert chunk.counts["metric_not_in_birth"] == 1

    def test_data_before_a_birth_prove_the_device_but_wait_for_it(self) -> None:
        chunk = Host().robot(changed(40, 4))
        assert (chunk.tag, chunk.counts) == ([], {"waiting_for_birth": 1})
        assert chunk.proof == NOW * 1_000_000

    def test_data_with_name_and_type_need_no_birth(self) -> None:
        chunk = Host().robot(payload(40, metric(4, "int_value", INT32, name="state")))
        assert (chunk.tag, chunk.value) == ([0], [4])

    def test_the_past_told_again_is_no_present(self) -> None:
        chunk = Host().born().robot(changed(3, 4, is_historical=True))
        assert (chunk.tag, chunk.counts) == ([], {"historical_skipped": 1})

    def test_a_new_life_voids_the_aliases_of_the_old(self) -> None:
        host = Host().born()
        chunks = host.hear("NBIRTH", birth_of_node(8))
        assert [chunk.lost for chunk in chunks if chunk.lost] == [[0, 1], [2]]  # its death was missed
        assert not any(chunk.lost for chunk in host.hear("NBIRTH", birth_of_node(8)))
        assert host.robot(changed(1, 4)).counts == {"waiting_for_birth": 1}

    def test_retained_messages_and_foreign_bytes_say_nothing(self) -> None:
        host = Host().born()
        assert host.hear("DDATA", changed(3, 9), "ROBOT-01", retained=True)[0].counts == {
            "retained_ignored": 1
        }
        chunk = host.hear("DDATA", b"hello", "ROBOT-01")[0]
        assert (chunk.counts, chunk.proof) == ({"unreadable": 1}, None)
        assert host.hear("NCMD", changed(3, 9)) == []


class TestSequence:
    def test_a_gap_is_a_loss_of_all_tags_of_the_node(self) -> None:
        chunks = Host().born().hear("DDATA", changed(5, 4), "ROBOT-01")
        assert [(chunk.device, chunk.lost) for chunk in chunks if chunk.lost] == [
            ("robot", [0, 1]),
            ("feeder", [2]),
        ]
        assert chunks[-1].value == [4] or chunks[-2].value == [4]

    def test_the_sequence_runs_over_node_and_devices_and_wraps(self) -> None:
        host = Host().born()
        for number in range(3, 300):
            kind, device = ("NDATA", "") if number % 2 else ("DDATA", "UNKNOWN")
            chunks = host.hear(kind, payload(number % 256), device)
            assert not any(chunk.lost for chunk in chunks)

    def test_a_repeat_says_nothing_new(self) -> None:
        host = Host().born()
        host.robot(changed(3, 4))
        chunks = host.hear("DDATA", changed(3, 4), "ROBOT-01")
        assert not any(chunk.lost or chunk.tag for chunk in chunks)
        assert not host.robot(changed(4, 5)).lost
        host.hear("NBIRTH", birth_of_node())  # a repeat too: it voids nothing
        assert host.robot(changed(5, 6)).value == [6]

    def test_a_message_that_comes_after_later_ones_is_lost(self) -> None:
        host = Host().born()
        host.robot(changed(4, 5))  # 3 is missing
        chunks = host.hear("DDATA", changed(3, 4), "ROBOT-01")
        assert [chunk.lost for chunk in chunks if chunk.lost] == [[0, 1], [2]]
        assert not any(chunk.tag for chunk in chunks)
        assert not any(chunk.lost for chunk in host.hear("DDATA", changed(5, 6), "ROBOT-01"))

    def test_a_rebirth_is_asked_for_only_where_allowed_and_not_at_once_again(self) -> None:
        silent = Host().born()
        silent.robot(changed(9, 4))
        assert silent.asked == []
        host = Host(allow_rebirth_request=True).born()
        host.robot(changed(9, 4))
        host.robot(changed(19, 4))
        assert [topic for topic, _ in host.asked] == ["spBv1.0/S1/NCMD/assembly"]
        read = wire.parse(host.asked[0][1])
        assert read is not None
        assert (read.metrics[0].name, read.metrics[0].boolean_value) == ("Node Control/Rebirth", True)


class TestDeath:
    def death(self, bd_seq: int) -> bytes:
        return payload(None, metric(bd_seq, "long_value", INT64, name="bdSeq"), ts=None)

    def test_by_will_it_ended_one_and_a_half_keep_alives_ago(self) -> None:
        host = Host().born()
        chunks = host.hear("NDEATH", self.death(7))
        assert [(chunk.device, chunk.ended_at) for chunk in chunks] == [
            ("robot", ARRIVED - 15 * NS), ("feeder", ARRIVED - 15 * NS),
        ]  # fmt: skip
        assert all(chunk.proof is None for chunk in chunks)
        assert host.robot(changed(3, 4)).counts["waiting_for_birth"] == 1

    def test_the_will_of_another_life_is_void(self) -> None:
        host = Host().born()
        chunks = host.hear("NDEATH", self.death(6))
        assert [chunk.ended_at for chunk in chunks] == [None]
        assert host.robot(changed(3, 4)).value == [4]

    def test_a_device_leaves_when_its_node_says_so(self) -> None:
        host = Host().born()
        chunk = host.robot(payload(3, ts=NOW - 100), "DDEATH")
        assert (chunk.ended_at, chunk.proof) == ((NOW - 100) * 1_000_000, None)


class TestVouching:
    def test_a_node_that_speaks_proves_its_living_devices(self) -> None:
        host = Host(node_vouches=True)
        host.hear("NBIRTH", birth_of_node())
        host.robot(birth_of_robot(), "DBIRTH")
        chunks = host.hear("NDATA", payload(2))
        assert [(chunk.device, chunk.proof) for chunk in chunks] == [
            ("robot", NOW * 1_000_000)
        ]  # no feeder yet

    def test_not_where_it_is_switched_off_or_the_device_left(self) -> None:
        assert Host(node_vouches=False).born().hear("NDATA", payload(3)) == []
        host = Host()
        host.hear("NBIRTH", birth_of_node())
        host.robot(birth_of_robot(), "DBIRTH")
        host.robot(payload(2), "DDEATH")
        assert host.hear("NDATA", payload(3)) == []

    def test_the_node_itself_may_be_a_device(self) -> None:
        host = Host(devices={"robot": "S1/assembly/ROBOT-01", "node": "S1/assembly"}, tags=[])
        assert [chunk.device for chunk in host.hear("NBIRTH", birth_of_node())] == ["node"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path).start()
    yield broker
    broker.stop()


async def test_birth_data_and_death_by_will_through_a_broker(broker: Mosquitto) -> None:
    made = MqttConnector(connection(url=broker.url, allow_rebirth_request=True), CLOCK, "edge")
    try:
        reports = await made.connect()
        assert [report.resolution for report in reports] == [0.0, 0.0, 0.0]
        death = payload(None, metric(7, "long_value", INT64, name="bdSeq"), ts=None)
        node = Publisher(broker, "node", ("spBv1.0/S1/NDEATH/assembly", death))
        node.listen("spBv1.0/S1/NCMD/assembly")
        node.send("spBv1.0/S1/NBIRTH/assembly", birth_of_node(), qos=0)
        node.send("spBv1.0/S1/DBIRTH/assembly/ROBOT-01", birth_of_robot(), qos=0)
        node.send("spBv1.0/S1/DDATA/assembly/ROBOT-01", changed(2, 4), qos=0)
        node.send("spBv1.0/S1/DDATA/assembly/ROBOT-01", changed(9, 5), qos=0)  # six are missing
        async with asyncio.timeout(5):
            chunks = [await made.read()]
            while chunks[-1].value != [5]:
                chunks.append(await made.read())
            assert [chunk.value[0] for chunk in chunks if chunk.tag] == [3, 4, 5]
            assert [chunk.lost for chunk in chunks if chunk.lost] == [[0, 1], [2]]
            while not node.received:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # filled by the publisher's thread
            node.die()
            while chunks[-1].ended_at is None:
                chunks.append(await made.read())
        assert abs(time.time_ns() - 15 * NS - (chunks[-1].ended_at or 0)) < NS
        node.close()
    finally:
        await made.aclose()
