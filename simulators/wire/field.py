"""All devices of a plant: built from the wires file, started broker first, addressed by name."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import assert_never

from simulators.faults import Fault, FaultError
from simulators.wire import layout
from simulators.wire.broker import BrokerDevice
from simulators.wire.device import Device, Floor
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.modbus import ModbusDevice
from simulators.wire.mqtt_json import JsonDevice
from simulators.wire.opcua import OpcUaDevice
from simulators.wire.pki import PkiParty
from simulators.wire.sparkplug import SparkplugDevice

_EVERY = {"link_cut", "server_restart", "slow_device"}
_SHOWN = {"counter_reset", "rollover", "bad_quality"}
# What can go wrong with which kind of device; the rest has no meaning there, or could not be seen by anybody.
FITTING: Mapping[type[object], set[str]] = {
    layout.OpcUaWire: _EVERY | _SHOWN | {"frozen_value", "clock_step"},
    layout.ModbusWire: _EVERY | _SHOWN,
    layout.BrokerWire: _EVERY,
    layout.JsonWire: _EVERY | _SHOWN | {"clock_step", "duplicate", "out_of_order"},
    layout.SparkplugWire: _EVERY | _SHOWN | {"frozen_value", "clock_step"},
}


class Field:
    """The devices; `public` are those that readers connect to, in the order of the wires file."""

    def __init__(
        self, wires: Sequence[layout.Wire], floor: Floor, host: str = LOCAL, port_base: int = 0,
        party: PkiParty | None = None,
    ) -> None:  # fmt: skip
        """`port_base`: the first public port, the others follow; 0 takes free ports."""
        self._floor, self._host, self._port_base, self._party = floor, host, port_base, party
        _check_faults(wires, floor)
        self._wires = {wire.name: wire for wire in wires}
        self._gates: dict[str, Gate] = {}
        self.devices: dict[str, Device] = {}
        # publishers begin before the broker is built, since it opens their gates
        for wire in sorted(wires, key=lambda each: isinstance(each, layout.BrokerWire)):
            self.devices[wire.name] = self._built(wire)
        self.public = [self.devices[w.name] for w in wires if _is_public(w)]

    async def start(self) -> None:
        """Raises OSError where a port is taken."""
        publishers = {d.name for name in self.devices for d in self.dependents(name)}
        for (
            device
        ) in self.devices.values():  # one after the other: a server's start-up would starve the next one's
            if device.name not in publishers:
                await device.start()
        for name in publishers:
            await self.devices[name].start()

    async def tick(self, now_ns: int) -> None:
        for device in self.devices.values():
            await device.tick(now_ns)

    async def aclose(self) -> None:
        """Publishers leave before their broker does."""
        last = [device for device in self.devices.values() if isinstance(device, BrokerDevice)]
        await asyncio.gather(*(d.aclose() for d in self.devices.values() if d not in last))
        for broker in last:
            await broker.aclose()

    def dependents(self, name: str) -> tuple[Device, ...]:
        """The publishers that cannot be reached when this device cannot: those of a broker."""
        found = [w for w in self._wires.values() if isinstance(w, layout.JsonWire | layout.SparkplugWire)]
        return tuple(self.devices[wire.name] for wire in found if wire.broker == name)

    def _built(self, wire: layout.Wire) -> Device:
        gate = self._gate(wire)
        match wire:
            case layout.OpcUaWire():
                return OpcUaDevice(wire, self._floor, gate, self._party)
            case layout.ModbusWire():
                return ModbusDevice(wire, self._floor, gate)
            case layout.BrokerWire():
                return BrokerDevice(wire, gate, tuple(d.gate for d in self.dependents(wire.name)))
            case layout.JsonWire():
                return JsonDevice(wire, self._floor, gate)
            case layout.SparkplugWire():
                return SparkplugDevice(wire, self._floor, gate)
        assert_never(wire)

    def _gate(self, wire: layout.Wire) -> Gate:
        slow = self._floor.schedule.of("slow_device", wire.name)

        def delay() -> float:
            now = self._floor.now() if slow else 0
            return sum(fault.by for fault in slow if fault.active(now))

        if not _is_public(wire):
            return Gate(LOCAL, 0, delay)
        public = [each.name for each in self._wires.values() if _is_public(each)]
        port = self._port_base + public.index(wire.name) if self._port_base else 0
        return Gate(self._host, port, delay)


def _is_public(wire: layout.Wire) -> bool:
    return not isinstance(wire, layout.JsonWire | layout.SparkplugWire)


def _check_faults(wires: Sequence[layout.Wire], floor: Floor) -> None:
    for fault in floor.schedule.faults:
        _check_fault(fault, wires)


def _check_fault(fault: Fault, wires: Sequence[layout.Wire]) -> None:
    """Raises FaultError where a fault could not happen: a schedule that does nothing would prove nothing."""
    named = {name: wire for wire in wires for name in (wire.name, *layout.links(wire))}
    wire = named.get(fault.device)
    if wire is None:
        raise FaultError(
            f"{fault.place}: device: unknown {fault.device!r}, expected one of {', '.join(named)}"
        )
    fitting = FITTING[type(wire)] - (
        {"server_restart", "slow_device"} if fault.device != wire.name else set()
    )
    if fault.kind not in fitting:
        raise FaultError(
            f"{fault.place}: kind: {fault.kind} has no meaning for {fault.device}, expected {', '.join(sorted(fitting))}"
        )
    shown = _shown(wire)
    if fault.asset and fault.asset not in {asset for asset, _ in shown}:
        raise FaultError(f"{fault.place}: asset: {fault.device} does not show {fault.asset!r}")
    for signal in fault.signals:
        found = {role for asset, role in shown if fault.asset in ("", asset)}
        if found and signal not in found and not isinstance(wire, layout.OpcUaWire):
            raise FaultError(f"{fault.place}: signal: {fault.device} does not show {signal!r}")


def _shown(wire: layout.Wire) -> list[tuple[str, str]]:
    """(asset, role) of the wires file; an OPC UA endpoint shows all roles of its assets."""
    match wire:
        case layout.ModbusWire():
            return [(unit.asset, register.role) for unit in wire.units for register in unit.registers]
        case layout.OpcUaWire():
            return [(asset, "") for asset in wire.assets]
        case layout.JsonWire() | layout.SparkplugWire():
            return [(wire.asset, role) for role in wire.roles]
        case layout.BrokerWire():
            return []
    assert_never(wire)
