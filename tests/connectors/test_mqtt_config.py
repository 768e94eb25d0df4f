"""What an MQTT connection may state, and what JSON messages mean: without a broker."""

import json
import math
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

import connectors.mqtt
from connectors.base import Chunk
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.json_messages import JsonReader, instant_of
from connectors.mqtt.json_path import MISSING, look_up, parse_path
from connectors.mqtt.message import Message
from evidence_engine.documents import read_yaml

GOOD = {"protocol": "mqtt", "name": "hall", "url": "mqtt://broker", "devices": {"pack": "plant/PACK-01"}}
TAG = {"asset": "A", "role": "state", "topic": "plant/PACK-01/s", "path": "v"}
UTC = ZoneInfo("UTC")


def test_the_examples_of_the_readme() -> None:
    text = (Path(connectors.mqtt.__file__).parent / "README.md").read_text(encoding="utf-8")
    examples = [
        read_yaml(each, "README.md", MqttConnection)
        for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    ]
    assert [example.mode for example in examples] == ["json", "sparkplug"]
    assert [(example.host, example.port, example.is_tls) for example in examples] == [
        ("192.168.0.20", 1883, False), ("broker", 8883, True),
    ]  # fmt: skip
    assert examples[0].filters() == ["plant/ENV-01/#", "plant/PACK-01/#"]
    assert examples[1].filters() == ["spBv1.0/S1/+/assembly/#"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://broker"}, "is no broker"),
        ({"url": "mqtt://me:secret@broker"}, "do not belong into the url"),
        ({"devices": {}}, "at least 1"),
        ({"devices": {"a/b": "plant"}}, "is no name of a link"),
        ({"devices": {"a": "plant/#"}}, "without wildcards"),
        ({"devices": {"a": "plant", "b": "plant/"}}, "are the same place"),
        ({"mode": "sparkplug", "devices": {"a": "S1"}}, "expected group/node"),
        ({"tags": [TAG | {"topic": "other/s"}]}, "under none of the devices' prefixes"),
        ({"tags": [TAG | {"topic": "plant/+/s"}]}, "has a wildcard"),
        ({"tags": [TAG | {"path": "a[b]"}]}, "no path into JSON"),
        ({"tags": [TAG | {"device": "peck"}]}, "device 'peck' is none of pack"),
        ({"tags": [{"asset": "A", "role": "state"}]}, "topic is missing"),
        ({"user": "me", "password_env": "SECRET"}, "anybody on the wire could read the password"),
        ({"password_env": "SECRET"}, "without a user"),
        ({"certificate": "c.pem"}, "belong together"),
        ({"time_zone": "Asia/Beijing"}, "does not exist"),
        ({"version": "4"}, "'3.1.1'"),
    ],
)
def test_wrong_settings(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        MqttConnection.model_validate(GOOD | wrong)


def test_sparkplug_tags_need_a_metric_and_a_device() -> None:
    two = GOOD | {"mode": "sparkplug", "devices": {"a": "S1/n/a", "b": "S1/n/b"}}
    with pytest.raises(ValidationError, match="metric is missing"):
        MqttConnection.model_validate(two | {"tags": [{"asset": "A", "role": "state", "device": "a"}]})
    with pytest.raises(ValidationError, match="device is missing, one of a, b"):
        MqttConnection.model_validate(two | {"tags": [{"asset": "A", "role": "state", "metric": "m"}]})


def test_the_nearest_device_owns_a_topic() -> None:
    config = MqttConnection.model_validate(GOOD | {"devices": {"all": "plant", "pack": "plant/PACK-01"}})
    assert config.device_of_topic("plant/PACK-01/x") == "pack"
    assert config.device_of_topic("plant/PACK-012/x") == "all"
    assert config.device_of_topic("plant") == "all"
    assert config.device_of_topic("plants") is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b[1]", 2), ("$.a.b[0]", 1), ('["x.y"].z', 3), ("a.c", MISSING), ("a.b[9]", MISSING), ("a.b.c", MISSING),
        ("n", None), ("n.deeper", MISSING),
    ],
)  # fmt: skip
def test_paths(path: str, value: object) -> None:
    assert look_up({"a": {"b": [1, 2]}, "x.y": {"z": 3}, "n": None}, parse_path(path)) == value


@pytest.mark.parametrize(
    ("raw", "unit", "ns"),
    [
        (1_790_000_000_123, "ms", 1_790_000_000_123_000_000), (1_790_000_000, "s", 1_790_000_000 * 10**9),
        (1_790_000_000.25, "s", 1_790_000_000_250_000_000), ("1790000000.5", "s", 1_790_000_000_500_000_000),
        ("2026-11-24T08:00:00+08:00", "iso", 1_795_478_400 * 10**9), (5, "iso", None), (True, "ms", None),
        ("soon", "ms", None), (None, "ms", None), (-5, "ms", None), (10**30, "ns", None), (math.nan, "s", None),
        ("2026-99-99", "iso", None),
    ],
)  # fmt: skip
def test_times(raw: object, unit: str, ns: int | None) -> None:
    assert instant_of(raw, unit, UTC) == ns  # type: ignore[arg-type]


def test_a_naive_time_means_the_configured_zone() -> None:
    assert instant_of("2026-11-24T08:00:00", "iso", ZoneInfo("Asia/Shanghai")) == 1_795_478_400 * 10**9


def heard(payload: bytes | object, *, arrived: int = 10**18, retained: bool = False, **more: object) -> Chunk:
    """What one message means to one tag at `v`."""
    tag = {key: more.pop(key) for key in ("role", "path", "time_path", "quality_path") if key in more}
    config = MqttConnection.model_validate(GOOD | {"tags": [TAG | tag]} | more)
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    (chunk,) = JsonReader(config).chunks(Message("plant/PACK-01/s", data, retained, arrived))
    return chunk


class TestMeaning:
    @pytest.mark.parametrize(
        ("value", "number"), [(3, 3.0), (2.5, 2.5), (True, 1.0), (False, 0.0), ("12.5", 12.5), ("true", 1.0)]
    )
    def test_numbers(self, value: object, number: float) -> None:
        chunk = heard({"v": value})
        assert (chunk.value, chunk.text, chunk.quality) == ([number], [None], [0])

    def test_texts(self) -> None:
        assert heard({"v": "P1"}, role="product").text == ["P1"]
        assert heard({"v": 7}, role="product").text == ["7"]
        chunk = heard({"v": "stopped"})  # where a number belongs: the agent makes it bad
        assert (chunk.text, math.isnan(chunk.value[0])) == (["stopped"], True)
        assert heard("甲".encode("gb18030"), role="product", path="", encoding="gb18030").text == ["甲"]

    @pytest.mark.parametrize("value", [None, [1], {"a": 1}, 10**400])
    def test_what_is_no_scalar_is_bad(self, value: object) -> None:
        chunk = heard({"v": value})
        assert (chunk.quality, chunk.counts) == ([2], {"no_value": 1})

    @pytest.mark.parametrize("payload", [b"{", b"\xff\xfe", b"[" * 100_000])
    def test_what_cannot_be_read_is_bad(self, payload: bytes) -> None:
        chunk = heard(payload)
        assert (chunk.quality, chunk.counts, chunk.proof) == ([2], {"unreadable": 1}, 10**18)
        assert heard(payload, retained=True).tag == []

    def test_a_field_that_is_left_out_says_nothing(self) -> None:
        chunk = heard({"w": 1})
        assert (chunk.tag, chunk.counts, chunk.proof) == ([], {"path_missing": 1}, 10**18)

    def test_an_empty_payload_says_nothing(self) -> None:
        assert heard(b"").tag == []

    @pytest.mark.parametrize(
        ("word", "quality"), [("good", 0), ("GOOD", 0), ("uncertain", 1), ("bad", 2), ("odd", 2), (None, 2)]
    )
    def test_quality_words(self, word: object, quality: int) -> None:
        assert heard({"v": 1, "q": word}, quality_path="q").quality == [quality]

    def test_quality_words_of_ones_own(self) -> None:
        assert heard({"v": 1, "q": 192}, quality_path="q", quality_words={"192": "good"}).quality == [0]
        assert heard({"v": 1, "q": True}, quality_path="q", quality_words={"true": "good"}).quality == [0]

    def test_a_time_that_is_missing_is_the_arrival_and_counted(self) -> None:
        chunk = heard({"v": 1}, time_path="ts")
        assert (chunk.ts, chunk.counts) == ([10**18], {"time_missing": 1})

    def test_the_connections_time_path_serves_all_tags(self) -> None:
        config = MqttConnection.model_validate(GOOD | {"tags": [TAG], "time_path": "at", "time_unit": "s"})
        message = Message("plant/PACK-01/s", b'{"v": 1, "at": 5}', False, 10**18)
        (chunk,) = JsonReader(config).chunks(message)
        assert (chunk.ts, chunk.proof) == ([5 * 10**9], 5 * 10**9)
