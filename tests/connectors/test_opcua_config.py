"""What an OPC UA connection may state: the README's example, and each wrong setting with its sentence."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

import connectors.opcua
from connectors.opcua.config import NodeAddress, OpcUaConnection, parse_address
from evidence_engine.documents import read_yaml

GOOD = {"protocol": "opcua", "name": "cell", "url": "opc.tcp://plc:4840"}


def test_the_examples_of_the_readme() -> None:
    text = (Path(connectors.opcua.__file__).parent / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert read_yaml(example, "README.md", OpcUaConnection).tags


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("nsu=urn:a;b;s=CNC;1/state", NodeAddress("s", "CNC;1/state", "urn:a;b")),
        ("ns=2;i=1001", NodeAddress("i", "1001", None, 2)),
        ("i=2258", NodeAddress("i", "2258")),
        ("nsu=http://x/;g=09087e75-8e5e-499b-954f-f2a9603db28a",
         NodeAddress("g", "09087e75-8e5e-499b-954f-f2a9603db28a", "http://x/")),
    ],
)  # fmt: skip
def test_addresses(text: str, address: NodeAddress) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://plc"}, "no OPC UA address"),
        ({"url": "opc.tcp://me:secret@plc:4840"}, "do not belong into the url"),
        ({"tags": [{"asset": "A", "role": "state", "address": "CNC-01/state"}]}, "no node address"),
        ({"tags": [{"asset": "A", "role": "state", "address": "i=abc"}]}, "no node address"),
        ({"user": "me", "password_env": "SECRET"}, "anybody on the wire could read the password"),
        ({"password_env": "SECRET"}, "without a user"),
        ({"clock": "server"}, "'device' or 'agent'"),
        ({"publishing": 0}, "greater than or equal to 0.01"),
        ({"name": "a/b"}, "match"),
        ({"sampeling": 1.0}, "Extra inputs"),
        ({"security": {"policy": "None", "certificate": "c", "key": "k", "trusted": "t"}}, "Basic256Sha256"),
    ],
)
def test_wrong_settings(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        OpcUaConnection.model_validate(GOOD | wrong)


def test_intervals_of_a_tag() -> None:
    tags = [
        {"asset": "A", "role": "state", "address": "i=1", "poll": 2.0},
        {"asset": "A", "role": "alarm", "address": "i=2"},
    ]
    config = OpcUaConnection.model_validate(GOOD | {"tags": tags})
    assert [config.sampling_of(tag) for tag in config.tags] == [2.0, 0.25]
