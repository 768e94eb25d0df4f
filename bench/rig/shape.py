"""How many values change over which protocol, and the agent's file that reads them all with default intervals."""

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
    per_message: int = 9
    """Values in one MQTT message; 1: each value has a topic of its own."""

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


def agent_file(shape: Shape, ports: Ports, spool: str) -> dict[str, Any]:
    """An agent's file as JSON (which is YAML): names, addresses and tags; every interval stays the default."""
    return {
        "schema": "floortruth/agent/1",
        "agent": "bench",
        "collector": {"url": f"http://127.0.0.1:{ports.receiver}", "token_env": "FLOORTRUTH_TOKEN"},
        "spool": {"path": spool},
        "connections": [_opcua(shape, ports), *_modbus(shape, ports), _mqtt(shape, ports)],
    }


def _opcua(shape: Shape, ports: Ports) -> dict[str, Any]:
    tags = [
        {"asset": "OPCUA", "role": f"x_{i:03}", "address": f"nsu={NAMESPACE};s=T-{i:03}"}
        for i in range(shape.opcua)
    ]
    return {
        "name": "opcua",
        "protocol": "opcua",
        "url": f"opc.tcp://127.0.0.1:{ports.opcua}",
        "tags": tags,
    }


def _modbus(shape: Shape, ports: Ports) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [
        {"name": f"modbus-{n}", "protocol": "modbus", "host": "127.0.0.1", "port": port, "tags": []}
        for n, port in enumerate(ports.modbus)
    ]
    for i in range(shape.modbus):
        at, server = divmod(i, shape.modbus_servers)
        lines[server]["tags"].append(
            {"asset": "MODBUS", "role": f"x_{i:03}", "address": f"holding:{WIDTH * at}", "type": "f32"}
        )
    return lines


def _mqtt(shape: Shape, ports: Ports) -> dict[str, Any]:
    tags = []
    for i in range(shape.mqtt):
        topic, index = shape.place(i)
        tags.append(
            {"asset": "MQTT", "role": f"x_{i:03}", "topic": topic, "path": f"v[{index}]", "resolution": 1.5}
        )
    return {
        "name": "mqtt",
        "protocol": "mqtt",
        "url": f"mqtt://127.0.0.1:{ports.broker}",
        "devices": {f"M-{n:02}": f"plant/M-{n:02}" for n in range(shape.mqtt_devices)},
        "time_path": "ts",
        "tags": tags,
    }
