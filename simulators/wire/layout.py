"""The wires file: which device shows which signals, at which node, register or topic; read and checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
WIDTHS = {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "f32": 2, "u64": 4, "i64": 4, "f64": 4}
SECURITIES = ("none", "basic256sha256")


class LayoutError(ValueError):
    """A wires file that cannot be used; the text says where and what is expected."""


@dataclass(frozen=True)
class OpcUaWire:
    name: str
    namespace: str
    secure: bool
    assets: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """`at`: wire address from 0; `per_unit`: raw counts per unit of the role; `modulus` in raw counts, 0 for none."""

    at: int
    role: str
    type: str
    per_unit: int = 1
    modulus: int = 0

    @property
    def width(self) -> int:
        return WIDTHS[self.type]


@dataclass(frozen=True)
class Unit:
    id: int
    asset: str
    order: str
    registers: tuple[Register, ...]


@dataclass(frozen=True)
class ModbusWire:
    name: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class BrokerWire:
    name: str


@dataclass(frozen=True)
class JsonWire:
    name: str
    broker: str
    topic: str
    period_s: float
    asset: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class SparkplugWire:
    """`birth_period_plant_s`: births are restated this often, in plant seconds; 0 for only when asked."""

    name: str
    broker: str
    group: str
    node: str
    device: str
    asset: str
    roles: tuple[str, ...]
    keep_alive_s: int = 2
    clock_period_s: float = 0.25
    birth_period_plant_s: float = 300


Wire = OpcUaWire | ModbusWire | BrokerWire | JsonWire | SparkplugWire


def links(wire: Wire) -> tuple[str, ...]:
    """The names under which the device's link is known: the device, or each unit of a gateway (D2)."""
    if isinstance(wire, ModbusWire):
        return tuple(f"{wire.name}.{unit.id}" for unit in wire.units)
    return (wire.name,)


def load(path: Path) -> tuple[Wire, ...]:
    """The wires of a file, in its order. Raises LayoutError."""
    try:
        tree = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LayoutError(f"{path.name}:{line}: {error.problem or 'no YAML'}") from error
    except OSError as error:
        raise LayoutError(f"{path}: cannot be read: {error.strerror}") from error
    devices = tree.get("devices") if isinstance(tree, dict) else None
    if not isinstance(devices, dict):
        raise LayoutError(f"{path.name}:1: devices: is missing")
    wires = tuple(_wire(str(name), _Row(path.name, devices, name)) for name in devices)
    _check_brokers(path, wires)
    return wires


class _Row:
    """One mapping of the file with its place, so that errors name line and field."""

    def __init__(self, file: str, parent: Any, key: Any) -> None:
        where = parent.lc.item(key) if isinstance(parent, CommentedSeq) else parent.lc.key(key)
        self.place = f"{file}:{where[0] + 1}: {key}"
        self._file, self._node = file, parent[key]
        if not isinstance(self._node, dict):
            raise LayoutError(f"{self.place}: got {self._node!r}, expected fields")

    def only(self, *names: str) -> None:
        for name in self._node:
            if name not in names:
                raise LayoutError(f"{self.place}: unknown field {str(name)!r}, expected {', '.join(names)}")

    def text(self, name: str, among: Iterable[str] = ()) -> str:
        value = str(self._need(name))
        if among and value not in among:
            raise LayoutError(f"{self.place}.{name}: got {value!r}, expected one of {', '.join(among)}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self._node.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise LayoutError(f"{self.place}.{name}: got {value!r}, expected a number")
        return float(value)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._need(name)
        if not isinstance(value, list) or not value:
            raise LayoutError(f"{self.place}.{name}: got {value!r}, expected a list of names")
        return tuple(str(v) for v in value)

    def rows(self, name: str) -> "list[tuple[Any, _Row]]":
        value = self._need(name)
        keys = range(len(value)) if isinstance(value, list) else list(value)
        return [(key, _Row(self._file, value, key)) for key in keys]

    def _need(self, name: str) -> Any:
        if name not in self._node:
            raise LayoutError(f"{self.place}.{name}: is missing")
        return self._node[name]


def _wire(name: str, row: _Row) -> Wire:
    protocol = row.text("protocol", ("opcua", "modbus", "mqtt", "mqtt_json", "sparkplug"))
    if protocol == "opcua":
        row.only("protocol", "namespace", "security", "assets")
        secure = row.text("security", SECURITIES) != "none"
        return OpcUaWire(name, row.text("namespace"), secure, row.texts("assets"))
    if protocol == "modbus":
        row.only("protocol", "units")
        return ModbusWire(name, tuple(_unit(key, unit) for key, unit in row.rows("units")))
    if protocol == "mqtt_json":
        row.only("protocol", "broker", "topic", "period_s", "asset", "roles")
        period = row.number("period_s", 0.25)
        return JsonWire(
            name, row.text("broker"), row.text("topic"), period, row.text("asset"), row.texts("roles")
        )
    if protocol == "sparkplug":
        return _sparkplug(name, row)
    row.only("protocol")
    return BrokerWire(name)


def _sparkplug(name: str, row: _Row) -> SparkplugWire:
    row.only(
        "protocol", "broker", "group", "node", "device", "asset", "roles",
        "keep_alive_s", "clock_period_s", "birth_period_plant_s",
    )  # fmt: skip
    return SparkplugWire(
        name, row.text("broker"), row.text("group"), row.text("node"), row.text("device"), row.text("asset"),
        row.texts("roles"), max(1, int(row.number("keep_alive_s", 2))), row.number("clock_period_s", 0.25),
        row.number("birth_period_plant_s", 300),
    )  # fmt: skip


def _unit(key: Any, row: _Row) -> Unit:
    row.only("asset", "order", "registers")
    if not isinstance(key, int) or not 1 <= key <= 247:
        raise LayoutError(f"{row.place}: got unit {key!r}, expected a whole number from 1 to 247")
    registers = tuple(_register(each) for _, each in row.rows("registers"))
    taken: set[int] = set()
    for register in registers:
        words = set(range(register.at, register.at + register.width))
        if taken & words:
            raise LayoutError(f"{row.place}: register {register.at} ({register.role}) overlaps another one")
        taken |= words
    return Unit(key, row.text("asset"), row.text("order", ORDERS), registers)


def _register(row: _Row) -> Register:
    row.only("at", "role", "type", "per_unit", "modulus")
    return Register(
        int(row.number("at")), row.text("role"), row.text("type", WIDTHS),
        int(row.number("per_unit", 1)), int(row.number("modulus", 0)),
    )  # fmt: skip


def _check_brokers(path: Path, wires: tuple[Wire, ...]) -> None:
    brokers = {w.name for w in wires if isinstance(w, BrokerWire)}
    for wire in wires:
        if isinstance(wire, JsonWire | SparkplugWire) and wire.broker not in brokers:
            raise LayoutError(f"{path.name}: {wire.name}.broker: no broker is called {wire.broker!r}")
