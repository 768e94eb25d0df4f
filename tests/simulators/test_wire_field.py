"""The whole field: what the wires file may say, faults that need hands, and when a device could be reached."""

import asyncio
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusTcpClient

from simulators.clock import SECOND
from simulators.faults import Fault, FaultError
from simulators.wire import layout
from simulators.wire.disturber import Disturber, Reachability
from simulators.wire.field import Field
from simulators.wire.gate import LOCAL
from tests.simulators.scripted import START, ManualClock, ScriptedPlant, fault, floor_of, until

PLANTS = Path(__file__).parents[2] / "simulators" / "plants"
REGISTER = layout.Register(0, "count_total", "u16")
WIRES = (
    layout.ModbusWire("press", (layout.Unit(1, "M", "ABCD", (REGISTER,)),)),
    layout.ModbusWire(
        "gw", (layout.Unit(1, "M", "ABCD", (REGISTER,)), layout.Unit(2, "M", "ABCD", (REGISTER,)))
    ),
    layout.BrokerWire("broker"),
    layout.JsonWire("pack", "broker", "t", 0.25, "M", ("count_total",)),
    layout.OpcUaWire("cell", "urn:x", False, ("M",)),
)
STORY = {("M", "count_total"): [(0, 7.0), (30, 8.0)]}


def seconds(intervals: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [((a - START) / SECOND, (b - START) / SECOND) for a, b in intervals]


async def reads(port: int) -> list[int] | None:
    """What a fresh client reads, None where nobody answers."""
    client = AsyncModbusTcpClient(LOCAL, port=port, timeout=5, retries=0, reconnect_delay=0)
    try:
        if not await client.connect():
            return None
        return list((await client.read_holding_registers(0, count=1, device_id=1)).registers)
    finally:
        client.close()


@pytest.mark.parametrize("kind", ["link_cut", "server_restart"])
async def test_a_device_is_gone_for_as_long_as_the_schedule_says(kind: str) -> None:
    clock, told = ManualClock(), []
    floor = floor_of(ScriptedPlant(STORY), clock, fault(kind, "press", 10, 40))
    field = Field(WIRES[:1], floor)
    press = field.devices["press"]
    disturber = Disturber(field, floor, START, lambda what, begins: told.append((what.kind, begins)))
    await field.start()
    try:
        port = press.gate.port
        disturber.step(clock.at(9))
        assert await reads(port) == [7]
        disturber.step(clock.at(11))
        await until(lambda: not press.gate.is_open)
        disturber.step(clock.at(12))
        assert await reads(port) is None
        disturber.step(clock.at(41))
        await until(lambda: press.gate.is_open)
        assert await reads(port) == [8]
    finally:
        await disturber.aclose()
        await field.aclose()
    assert told == [(kind, True), (kind, False)]
    reached = disturber.reachability.until(START + 60 * SECOND)
    assert set(reached) == {"press", "press.1"}
    assert seconds(reached["press"]) == seconds(reached["press.1"]) == [(0, 11), (41, 60)]


async def test_a_cut_within_a_cut_ends_with_the_longer_one() -> None:
    clock = ManualClock()
    floor = floor_of(
        ScriptedPlant(STORY), clock, fault("link_cut", "press", 10, 40), fault("link_cut", "press", 20, 30)
    )
    field = Field(WIRES[:1], floor)
    disturber = Disturber(field, floor, START, lambda *_: None)
    await field.start()
    try:
        gate = field.devices["press"].gate
        for second in (11, 21, 31):
            disturber.step(clock.at(second))
        await until(lambda: not gate.is_open)
        disturber.step(clock.at(35))
        assert not gate.is_open
        disturber.step(clock.at(45))
        await until(lambda: gate.is_open)
    finally:
        await disturber.aclose()
        await field.aclose()
    assert seconds(disturber.reachability.until(START + 50 * SECOND)["press"])[-1] == (45, 50)


async def test_a_unit_cut_marks_itself_and_a_gateway_of_one_unit_as_well() -> None:
    clock = ManualClock()
    cuts = fault("link_cut", "gw.2", 10, 40), fault("link_cut", "press.1", 10, 40)
    floor = floor_of(ScriptedPlant(STORY), clock, *cuts)
    field = Field(WIRES[:2], floor)
    disturber = Disturber(field, floor, START, lambda *_: None)
    disturber.step(clock.at(50))
    reached = {name: seconds(found) for name, found in disturber.reachability.until(clock.ns).items()}
    cut, whole = [(0.0, 10.0), (40.0, 50.0)], [(0.0, 50.0)]
    assert reached == {"gw": whole, "gw.1": whole, "gw.2": cut, "press": cut, "press.1": cut}


def test_reachability_counts_overlapping_faults() -> None:
    reach = Reachability(["a"], 0)
    reach.down("a", 10)
    reach.down("a", 20)
    reach.up("a", 30)
    assert reach.until(35) == {"a": [(0, 10)]}
    reach.up("a", 40)
    assert reach.until(50) == {"a": [(0, 10), (40, 50)]}


async def test_a_slow_device_answers_late_and_right() -> None:
    clock = ManualClock()
    floor = floor_of(ScriptedPlant(STORY), clock, fault("slow_device", "press", 10, 20, by=0.15))
    field = Field(WIRES[:1], floor)
    await field.start()
    client = AsyncModbusTcpClient(
        LOCAL, port=field.devices["press"].gate.port, timeout=5, retries=0, reconnect_delay=0
    )
    try:
        assert await client.connect()
        loop = asyncio.get_running_loop()
        took = []
        for second in (5, 15, 25):
            clock.at(second)
            began = loop.time()
            assert (await client.read_holding_registers(0, count=1, device_id=1)).registers == [7]
            took.append(loop.time() - began)
    finally:
        client.close()
        await field.aclose()
    assert took[1] >= 0.3
    assert took[1] > took[0]
    assert took[1] > took[2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (fault("link_cut", "presss", 1, 2), "device: unknown 'presss', expected one of press, press.1"),
        (fault("clock_step", "press", 1, 2), "clock_step has no meaning for press"),
        (fault("server_restart", "gw.2", 1, 2), "server_restart has no meaning for gw.2"),
        (fault("duplicate", "broker", 1, 2), "duplicate has no meaning for broker"),
        (fault("bad_quality", "press", 1, 2, asset="N"), "asset: press does not show 'N'"),
        (fault("bad_quality", "press", 1, 2, asset="M", signals=("state",)), "signal: press does not show 'state'"),
        (fault("rollover", "press", 1, signals=("count_total",)), "M/count_total has no modulus"),
    ],
)  # fmt: skip
def test_a_fault_that_could_not_happen_is_refused(wrong: Fault, said: str) -> None:
    with pytest.raises(FaultError) as error:
        Field(WIRES, floor_of(ScriptedPlant(STORY), ManualClock(), wrong))
    assert said in str(error.value)


def test_public_ports_follow_the_base_in_the_order_of_the_file() -> None:
    field = Field(WIRES, floor_of(ScriptedPlant(STORY), ManualClock()), "0.0.0.0", port_base=15000)
    assert [d.url("plant") for d in field.public] == [
        "modbus://plant:15000", "modbus://plant:15001", "mqtt://plant:15002", "opc.tcp://plant:15003",
    ]  # fmt: skip


def test_the_demo_wires_show_every_machine_but_the_grinder() -> None:
    wires = layout.load(PLANTS / "demo.wires.yaml")
    assert [w.name for w in wires] == [
        "cell-a", "cell-b", "press", "furnace", "meters", "utility", "broker", "pack", "env", "robot",
    ]  # fmt: skip
    assert sum(isinstance(w, layout.OpcUaWire) and w.secure for w in wires) == 1
    units = [u for w in wires if isinstance(w, layout.ModbusWire) for u in w.units]
    assert {r.type for u in units for r in u.registers} == {
        "u16",
        "i16",
        "u32",
        "i32",
        "f32",
        "u64",
        "i64",
        "f64",
    }
    assert "GRIND-01" not in (PLANTS / "demo.wires.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "w.yaml:1: devices: is missing"),
        ("devices:\n  a: 5", "w.yaml:2: a: got 5, expected fields"),
        ("devices:\n  a:\n    protocol: profinet", "w.yaml:2: a.protocol: got 'profinet', expected one of opcua, modbus"),
        ("devices:\n  a: {protocol: mqtt, port: 5}", "w.yaml:2: a: unknown field 'port', expected protocol"),
        ("devices:\n  a: {protocol: mqtt_json, broker: b, topic: t, asset: M, roles: [x]}", "w.yaml: a.broker: no broker is called 'b'"),
        ("devices:\n  a: {protocol: opcua, security: none, namespace: n, assets: M}", "w.yaml:2: a.assets: got 'M', expected a list of names"),
        ("devices:\n  a: {protocol: modbus, units: {300: {asset: M, order: ABCD, registers: []}}}", "got unit 300, expected a whole number from 1 to 247"),
        ("devices:\n  a:\n    protocol: modbus\n    units:\n      1:\n        asset: M\n        order: ABDC\n        registers: []", "w.yaml:5: 1.order: got 'ABDC', expected one of ABCD, CDAB, BADC, DCBA"),
        ("devices:\n  a:\n    protocol: modbus\n    units:\n      1:\n        asset: M\n        order: ABCD\n        registers:\n        - {at: 0, role: r, type: u32}\n        - {at: 1, role: s, type: u16}", "register 1 (s) overlaps another one"),
        ("devices: [", "w.yaml:1"),
    ],
)  # fmt: skip
def test_a_wrong_wires_file_is_told_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(layout.LayoutError) as error:
        layout.load(path)
    assert said in str(error.value)
