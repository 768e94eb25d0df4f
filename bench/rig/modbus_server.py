"""Modbus TCP servers whose registers are float32 of the time of the request: `python -m bench.rig.modbus_server REGISTERS PORT…`."""

import asyncio
import logging
import struct
import sys
import time

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


async def serve(registers: int, ports: list[int]) -> None:
    """Until it is killed."""
    for port in ports:
        data = [SimData(0, count=registers, values=0, datatype=DataType.REGISTERS)]
        device = SimDevice(id=1, simdata=data, action=_answer)
        server = ModbusTcpServer([device], address=("127.0.0.1", port))
        await server.serve_forever(background=True)
    print("ready", flush=True)
    await asyncio.Event().wait()


async def _answer(
    _function: int, start: int, address: int, count: int, registers: list[int],
    _written: list[int] | list[bool] | None,
) -> ExcCodes | None:  # fmt: skip
    """Each look finds another value than the look a second before, so no change is missed by two clocks that beat."""
    seconds = time.time() % 100_000
    values = [seconds + i for i in range(address, address + count, 2)]
    words = struct.unpack(f">{2 * len(values)}H", struct.pack(f">{len(values)}f", *values))
    registers[address - start : address - start + count] = words[:count]
    return None


if __name__ == "__main__":
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
