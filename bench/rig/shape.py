"""How many values change over which protocol, and the agent's file that reads them all with default intervals."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAMESPACE = "urn:floortruth:bench"
WIDTH = 2
"""Registers of a float32."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The plant of the benchmark; every value changes once a second."""

    opcua: int = 334
    modbus: int = 333
    modbus_servers: int = 3
    mqtt: int = 333
    mqtt_devices: int = 37
    per_message: int = 1
    """Values in one MQTT message; 1: each value has a topic of its own."""

    def __post_init__(self) -> None:
        if self.opcua < 1 or self.modbus < self.modbus_servers or not 1 <= self.mqtt_devices <= self.mqtt:
            raise ValueError(
                f"bench agent: needs at least 1 OPC UA tag, {self.modbus_servers} Modbus tags, "
                "and an MQTT tag for each MQTT device"
            )
        if self.per_message < 1:
            raise ValueError("bench agent: a message holds at least 1 value")

    @property
    def tags(self) -> int:
        """All of them."""
        return self.opcua + self.modbus + self.mqtt

    @property
    def registers(self) -> int:
        """Per Modbus server."""
        return WIDTH * -(-self.modbus // self.modbus_servers)

    def topics(self) -> dict[str, int]:
        """Topic → how many values its messages hold."""
        topics: dict[str, int] = {}
        for tag in range(self.mqtt):
            topic, _ = self.place(tag)
            topics[topic] = topics.get(topic, 0) + 1
        return topics

    def device(self, tag: int) -> int:
        """Number of the MQTT device that a tag hangs on."""
        return tag * self.mqtt_devices // self.mqtt

    def place(self, tag: int) -> tuple[str, int]:
        """Topic and index in the message of an MQTT tag."""
        device = self.device(tag)
        first = -(-device * self.mqtt // self.mqtt_devices)
        message, index = divmod(tag - first, self.per_message)
        return f"plant/M-{device:02}/{message}", index


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the processes of the rig listen."""

    receiver: int
    opcua: int
    modbus: tuple[int, ...]
    broker: int


def agent_file(ports: Ports, shape: Shape, spool: str, tags_file: str) -> dict[str, Any]:
    """An agent's file as JSON (which is YAML): names and addresses only, every interval stays the default."""
    here = "127.0.0.1"
    opcua: dict[str, Any] = {"name": "opcua", "protocol": "opcua", "url": f"opc.tcp://{here}:{ports.opcua}"}
    modbus: list[dict[str, Any]] = [
        {"name": f"modbus-{n}", "protocol": "modbus", "host": here, "port": port}
        for n, port in enumerate(ports.modbus)
    ]
    mqtt: dict[str, Any] = {
        "name": "mqtt",
        "protocol": "mqtt",
        "url": f"mqtt://{here}:{ports.broker}",
        "devices": {f"M-{n:02}": f"plant/M-{n:02}" for n in range(shape.mqtt_devices)},
        "time_path": "ts",
    }
    return {
        "schema": "floortruth/agent/1",
        "agent": "bench",
        "collector": {"url": f"http://{here}:{ports.receiver}", "token_env": "FLOORTRUTH_TOKEN"},
        "spool": {"path": spool},
        "connections": [{**line, "tags_file": tags_file} for line in (opcua, *modbus, mqtt)],
    }


def tag_list(shape: Shape) -> str:
    """All tags as one CSV list, as a plant keeps a thousand of them."""
    rows = ["connection,asset,role,address,type,topic,path,resolution", *_opcua(shape)]
    return "\n".join([*rows, *_modbus(shape), *_mqtt(shape), ""])


def _opcua(shape: Shape) -> Iterator[str]:
    for i in range(shape.opcua):
        yield f"opcua,OPCUA,x_{i:03},nsu={NAMESPACE};s=T-{i:03},,,,"


def _modbus(shape: Shape) -> Iterator[str]:
    for i in range(shape.modbus):
        at, server = divmod(i, shape.modbus_servers)
        yield f"modbus-{server},MODBUS,x_{i:03},holding:{WIDTH * at},f32,,,"


def _mqtt(shape: Shape) -> Iterator[str]:
    for i in range(shape.mqtt):
        topic, index = shape.place(i)
        yield f"mqtt,MQTT,x_{i:03},,,{topic},v[{index}],1.5"
