"""A real Modbus server in the test's loop: a register answers its own address until a test writes it."""

import asyncio
import struct
from collections.abc import Sequence

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

SIZE = 400


class Modbus:
    """Units with 400 registers each; it can refuse addresses, keep silent, be slow, and close its port."""

    def __init__(self, units: Sequence[int] = (1,), framer: FramerType = FramerType.SOCKET) -> None:
        self._units, self._framer = units, framer
        self.port = 0
        self.registers = {unit: list(range(SIZE)) for unit in units}
        self.refused: dict[int, int] = {}
        """Address → exception code."""
        self.failing: dict[int, int] = {}
        """Unit → exception code for everything."""
        self.delay: dict[int, float] = {}
        """Unit → real seconds before it answers."""
        self.requests: list[tuple[int, int, int, int]] = []
        """(unit, function, address, count) of each request."""
        self.asked = asyncio.Event()

    async def start(self) -> "Modbus":
        devices = [self._device(unit) for unit in self._units]
        self._server = ModbusTcpServer(devices, framer=self._framer, address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        transport = self._server.transport
        assert isinstance(transport, asyncio.Server)
        self.port = transport.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        await self._server.shutdown()  # type: ignore[no-untyped-call]

    def put(self, address: int, value: float, kind: str = ">H", unit: int = 1) -> None:
        """A value in big-endian registers."""
        packed = struct.pack(kind, value)
        words = struct.unpack(f">{len(packed) // 2}H", packed)
        self.registers[unit][address : address + len(words)] = words

    def _device(self, unit: int) -> SimDevice:
        async def answer(
            function: int, start: int, address: int, count: int, registers: list[int], written: object
        ) -> ExcCodes | None:
            self.requests.append((unit, function, address, count))
            self.asked.set()
            assert written is None, "somebody wrote to the machine"
            await asyncio.sleep(self.delay.get(unit, 0.0))
            asked = range(address, address + count)
            code = next((self.refused[a] for a in asked if a in self.refused), self.failing.get(unit))
            if code is not None:
                return ExcCodes(code)
            registers[:] = self.registers[unit]
            return None

        return SimDevice(
            id=unit,
            simdata=[SimData(0, count=SIZE, values=0, datatype=DataType.REGISTERS)],
            action=answer,
            use_bit_addressing=True,
        )
