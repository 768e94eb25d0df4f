"""Modbus devices, read by a real client: every width in every order, one instant per request, and their faults."""

import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusTcpClient

from simulators.faults import Fault
from simulators.model import Plant
from simulators.model import load as load_plant
from simulators.wire import layout
from simulators.wire.device import Floor
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.layout import ModbusWire, Register, Unit
from simulators.wire.modbus import ModbusDevice
from simulators.wire.words import encode
from tests.simulators.scripted import ManualClock, ScriptedPlant, Story, fault, floor_of

PLANTS = Path(__file__).parents[2] / "simulators" / "plants"
# The same eight bytes 01 02 … 08 in each order, to be read by eye.
EIGHT = {
    "ABCD": [0x0102, 0x0304, 0x0506, 0x0708], "CDAB": [0x0708, 0x0506, 0x0304, 0x0102],
    "BADC": [0x0201, 0x0403, 0x0605, 0x0807], "DCBA": [0x0807, 0x0605, 0x0403, 0x0201],
}  # fmt: skip
FOUR = {
    "ABCD": [0x0102, 0x0304],
    "CDAB": [0x0304, 0x0102],
    "BADC": [0x0201, 0x0403],
    "DCBA": [0x0403, 0x0201],
}


@asynccontextmanager
async def served(wire: ModbusWire, floor: Floor) -> AsyncIterator[tuple[ModbusDevice, AsyncModbusTcpClient]]:
    device = ModbusDevice(wire, floor, Gate(LOCAL, 0))
    await device.start()
    client = AsyncModbusTcpClient(LOCAL, port=device.gate.port, timeout=5, retries=0, reconnect_delay=0)
    try:
        assert await client.connect()
        yield device, client
    finally:
        client.close()
        await device.aclose()


def counting(**stories: Story) -> ScriptedPlant:
    return ScriptedPlant({("M", role): story for role, story in stories.items()})


def one_unit(*registers: Register, order: str = "ABCD") -> ModbusWire:
    return ModbusWire("dev", (Unit(1, "M", order, registers),))


@pytest.mark.parametrize("order", layout.ORDERS)
async def test_every_width_in_every_order(order: str) -> None:
    story: Story = [(0, float(0x01020304))]
    plant = counting(state=[(0, 513.0)], energy_active=story, power_active=[(0, 1.5)], product=[(0, "P2")])
    wire = one_unit(
        Register(10, "state", "u16"), Register(11, "energy_active", "u32"), Register(13, "power_active", "f32"),
        Register(15, "power_active", "f64"), Register(19, "product", "i16"), order=order,
    )  # fmt: skip
    async with served(wire, floor_of(plant, ManualClock())) as (_, client):
        words = (await client.read_holding_registers(10, count=10, device_id=1)).registers
        again = (await client.read_input_registers(10, count=10, device_id=1)).registers
    assert words == again
    turned = {"BADC", "DCBA"}
    assert words[0] == (0x0102 if order in turned else 0x0201)
    assert words[1:3] == FOUR[order]
    assert words[3:5] == encode(1.5, "f32", order)
    assert words[9] == (0x0200 if order in turned else 2)


@pytest.mark.parametrize("order", layout.ORDERS)
def test_long_integers_and_floats_are_laid_out_as_their_order_says(order: str) -> None:
    assert encode(0x0102030405060708, "u64", order) == EIGHT[order]
    assert encode(0x0102030405060708, "i64", order) == EIGHT[order]
    value = struct.unpack(">d", bytes(range(1, 9)))[0]
    assert encode(value, "f64", order) == EIGHT[order]


def test_numbers_wrap_round_at_the_width_of_their_register() -> None:
    assert encode(65537, "u16", "ABCD") == [1]
    assert encode(-1, "i16", "ABCD") == [0xFFFF]
    assert encode(40000, "i16", "ABCD") == [40000]  # shows as −25536
    assert encode(2**32 + 5, "u32", "CDAB") == [5, 0]


async def test_values_are_those_of_the_moment_of_the_request() -> None:
    clock = ManualClock()
    plant = counting(count_total=[(0, 1.0), (5, 2.0), (9, 3.0)], temperature=[(0, 20.5), (7, -3.25)])
    wire = one_unit(Register(0, "count_total", "u32"), Register(2, "temperature", "i16", per_unit=100))
    async with served(wire, floor_of(plant, clock)) as (_, client):
        seen = []
        for second in (0, 5, 8, 20):
            clock.at(second)
            seen.append((await client.read_holding_registers(0, count=3, device_id=1)).registers)
    assert seen == [[0, 1, 2050], [0, 2, 2050], [0, 2, 65536 - 325], [0, 3, 65536 - 325]]


async def test_a_part_of_a_block_is_filled_as_well_as_the_whole() -> None:
    plant = counting(count_total=[(0, 70000.0)])
    async with served(one_unit(Register(4, "count_total", "u32")), floor_of(plant, ManualClock())) as (
        _,
        client,
    ):
        assert (await client.read_holding_registers(5, count=1, device_id=1)).registers == [70000 & 0xFFFF]


async def test_what_is_not_there_cannot_be_read_and_nothing_can_be_written() -> None:
    plant = counting(count_total=[(0, 1.0)])
    async with served(one_unit(Register(0, "count_total", "u32")), floor_of(plant, ManualClock())) as (
        _,
        client,
    ):
        assert (await client.read_holding_registers(0, count=3, device_id=1)).exception_code == 2
        assert (await client.write_register(0, 9, device_id=1)).exception_code == 1
        assert (await client.read_holding_registers(0, count=2, device_id=9)).isError()
        assert (await client.read_holding_registers(0, count=2, device_id=1)).registers == [0, 1]


async def test_bad_quality_is_an_exception_for_requests_that_touch_the_register() -> None:
    clock = ManualClock()
    plant = counting(state=[(0, 3.0)], temperature=[(0, 20.0)])
    wire = one_unit(Register(0, "state", "u16"), Register(1, "temperature", "u16"))
    floor = floor_of(plant, clock, fault("bad_quality", "dev", 5, 10, asset="M", signals=("temperature",)))
    async with served(wire, floor) as (_, client):
        clock.at(5)
        assert (await client.read_holding_registers(0, count=2, device_id=1)).exception_code == 4
        assert (await client.read_holding_registers(0, count=1, device_id=1)).registers == [3]
        clock.at(10)
        assert (await client.read_holding_registers(0, count=2, device_id=1)).registers == [3, 20]


async def test_a_unit_cut_off_behind_its_gateway_leaves_the_others_alone() -> None:
    clock = ManualClock()
    register = Register(0, "count_total", "u16")
    wire = ModbusWire("gw", (Unit(1, "M", "ABCD", (register,)), Unit(2, "M", "ABCD", (register,))))
    async with served(
        wire, floor_of(counting(count_total=[(0, 7.0)]), clock, fault("link_cut", "gw.2", 5, 9))
    ) as (
        _,
        client,
    ):
        clock.at(6)
        assert (await client.read_holding_registers(0, count=1, device_id=2)).exception_code == 11
        assert (await client.read_holding_registers(0, count=1, device_id=1)).registers == [7]
        clock.at(9)
        assert (await client.read_holding_registers(0, count=1, device_id=2)).registers == [7]


@pytest.mark.parametrize(
    ("disturbance", "shown"),
    [
        (fault("counter_reset", "dev", 2, signals=("count_reject",)), [100, 0, 1]),
        (fault("rollover", "dev", 2, signals=("count_reject",), by=0), [100, 65535, 0]),
    ],
)
async def test_counters_restart_and_roll_over(disturbance: Fault, shown: list[int]) -> None:
    clock = ManualClock()
    plant = counting(count_reject=[(0, 100.0), (8, 101.0)])
    wire = one_unit(Register(0, "count_reject", "u16", modulus=65536))
    async with served(wire, floor_of(plant, clock, disturbance)) as (_, client):
        seen: list[int] = []
        for second in (1, 3, 9):
            clock.at(second)
            seen += (await client.read_holding_registers(0, count=1, device_id=1)).registers
    assert seen == shown


def _decoded(words: Sequence[int], register: Register, order: str) -> float:
    """The test's own decoder: bytes put back into A B C D order, then struct."""
    pairs = [word.to_bytes(2, "big" if order in ("ABCD", "CDAB") else "little") for word in words]
    data = b"".join(reversed(pairs) if order in ("CDAB", "DCBA") else pairs)
    if register.type[0] == "f":
        return float(struct.unpack(">f" if len(data) == 4 else ">d", data)[0])
    return int.from_bytes(data, "big", signed=register.type[0] == "i") / register.per_unit


async def test_every_register_of_the_demo_shows_its_trace() -> None:
    clock = ManualClock()
    spec = load_plant(PLANTS / "demo.yaml")
    plant = Plant(spec, 1, clock.ns)
    floor = floor_of(plant, clock)  # type: ignore[arg-type]
    floor.codes = {name: product.code for name, product in spec.products.items()}
    wires = [w for w in layout.load(PLANTS / "demo.wires.yaml") if isinstance(w, ModbusWire)]
    assert {u.order for w in wires for u in w.units} == set(layout.ORDERS)
    compared = 0
    for wire in wires:
        async with served(wire, floor) as (_, client):
            now = clock.at(5400.123456789)
            for unit in wire.units:
                for r in unit.registers:
                    answer = await client.read_holding_registers(r.at, count=r.width, device_id=unit.id)
                    true = plant.trace(unit.asset, r.role).at(now)
                    number = floor.codes[true] if isinstance(true, str) else true
                    assert _decoded(answer.registers, r, unit.order) == number, (unit, r)
                    compared += 1
    assert compared == 31
