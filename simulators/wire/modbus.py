"""Modbus TCP devices and gateways whose registers are worked out at each request, all of one instant."""

import asyncio
import logging
from collections.abc import Mapping

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from simulators.faults import Schedule
from simulators.wire import layout
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.signal import Moment, PlantModel, Signal, Value
from simulators.wire.words import encode

logging.getLogger("pymodbus").setLevel(
    logging.CRITICAL
)  # unknown units and closed sockets are the plant's daily life


class ModbusDevice:
    """One TCP endpoint with its units; read-only, function codes 3 and 4 show the same registers."""

    def __init__(
        self, wire: layout.ModbusWire, model: PlantModel, moment: Moment, schedule: Schedule,
        codes: Mapping[str, int], gate: Gate,
    ) -> None:  # fmt: skip
        """`codes`: the number that stands for each product where a register has no text."""
        self.name, self.links = wire.name, layout.links(wire)
        self.gate = gate
        self._units = [_Unit(wire.name, unit, model, moment, schedule, codes) for unit in wire.units]
        self._server: ModbusTcpServer | None = None

    @property
    def url(self) -> str:
        return f"modbus://{self.gate.host}:{self.gate.port}"

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

    def prepare(self) -> None:
        """Nothing takes long here."""

    async def cut(self) -> None:
        self.gate.cut()

    async def heal(self) -> None:
        await self.gate.open(self.gate.target_port)

    async def tick(self, now_ns: int) -> None:
        """Nothing to push: a Modbus device speaks when it is asked."""

    async def aclose(self) -> None:
        await self.stop()
        await self.gate.aclose()


class _Unit:
    """The registers of one unit address."""

    def __init__(
        self, wire: str, unit: layout.Unit, model: PlantModel, moment: Moment, schedule: Schedule,
        codes: Mapping[str, int],
    ) -> None:  # fmt: skip
        self._unit, self._moment, self._codes = unit, moment, codes
        names = (wire, f"{wire}.{unit.id}")
        self._link, self._schedule = names[1], schedule
        self._shown = [
            (register, _signal(model, unit, register, names, schedule)) for register in unit.registers
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
        now = self._moment.now()
        if self._schedule.active("link_cut", self._link, now):
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
        number = self._codes[value] if isinstance(value, str) else value
        raw = number * register.per_unit
        return raw if register.type[0] == "f" else round(raw)


def _signal(
    model: PlantModel,
    unit: layout.Unit,
    register: layout.Register,
    names: tuple[str, str],
    schedule: Schedule,
) -> Signal:
    trace = model.trace(unit.asset, register.role)
    return Signal(trace, unit.asset, register.role, names, schedule, register.modulus, register.per_unit)


def _port(server: ModbusTcpServer) -> int:
    listening = server.transport
    assert isinstance(
        listening, asyncio.Server
    )  # the library keeps the listener where clients keep their transport
    port: int = listening.sockets[0].getsockname()[1]
    return port
