"""Modbus TCP devices and gateways whose registers are worked out at each request, all of one instant."""

import asyncio

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from simulators.wire import layout
from simulators.wire.device import Device, Floor
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.signal import Value
from simulators.wire.words import encode


class ModbusDevice(Device):
    """One TCP endpoint with its units; read-only, function codes 3 and 4 show the same registers."""

    scheme = "modbus"

    def __init__(self, wire: layout.ModbusWire, floor: Floor, gate: Gate) -> None:
        super().__init__(wire.name, layout.links(wire), gate)
        self._units = [_Unit(wire.name, unit, floor) for unit in wire.units]
        self._server: ModbusTcpServer | None = None

    async def start(self) -> None:
        self._server = ModbusTcpServer([unit.device() for unit in self._units], address=(LOCAL, 0))
        await self._server.serve_forever(background=True)
        await self.gate.open(_port(self._server))

    async def stop(self) -> None:
        """Closes all sockets; `start` begins a new server on the same port."""
        self.gate.cut()
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None


class _Unit:
    """The registers of one unit address."""

    def __init__(self, wire: str, unit: layout.Unit, floor: Floor) -> None:
        self._unit, self._floor, self._link = unit, floor, f"{wire}.{unit.id}"
        names = (wire, self._link)
        self._shown = [
            (r, floor.signal(unit.asset, r.role, names, r.modulus, r.per_unit)) for r in unit.registers
        ]

    def device(self) -> SimDevice:
        blocks = [
            SimData(r.at, count=r.width, values=0, datatype=DataType.REGISTERS) for r in self._unit.registers
        ]
        return SimDevice(id=self._unit.id, simdata=blocks, action=self._answer)

    async def _answer(
        self, function: int, start: int, address: int, count: int, registers: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:  # fmt: skip
        """Fills the registers of one request; no await between the first and the last, so nothing is torn."""
        if written is not None or function not in (3, 4):
            return ExcCodes.ILLEGAL_FUNCTION
        now = self._floor.now()
        if self._floor.schedule.active("link_cut", self._link, now):
            return ExcCodes.GATEWAY_NO_RESPONSE
        for register, signal in self._shown:
            if not (register.at < address + count and address < register.at + register.width):
                continue
            if signal.is_bad(now):
                return ExcCodes.DEVICE_FAILURE
            words = encode(self._raw(signal.shown(now), register), register.type, self._unit.order)
            registers[register.at - start : register.at - start + register.width] = words
        return None

    def _raw(self, value: Value, register: layout.Register) -> float:
        number = self._floor.codes[value] if isinstance(value, str) else value
        raw = number * register.per_unit
        return raw if register.type[0] == "f" else round(raw)


def _port(server: ModbusTcpServer) -> int:
    listening = server.transport
    # the library keeps the listener where clients keep their transport
    assert isinstance(listening, asyncio.Server)
    port: int = listening.sockets[0].getsockname()[1]
    return port
