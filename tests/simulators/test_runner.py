"""The plant as a process: what it leaves behind, how it ends, and what it says when it cannot begin."""

import argparse
import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asyncua.client.client import Client
from pymodbus.client import AsyncModbusTcpClient

from simulators.clock import SECOND, PlantClock, instant
from simulators.faults import FaultError
from simulators.runner import SettingError, SimArguments, add_arguments, main, run
from tests.simulators.scripted import until

ROOT = Path(__file__).parents[2]
ORIGIN = instant("2026-11-24T01:30:00Z")
MODBUS_PLANT = """\
devices:
  press:
    protocol: modbus
    units:
      1:
        asset: PRESS-01
        order: ABCD
        registers: [{at: 0, role: count_total, type: u32}, {at: 2, role: energy_active, type: u32, per_unit: 100}]
"""


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def small(tmp_path: Path, **more: Any) -> SimArguments:
    """One Modbus device of the demo plant, which starts at once."""
    wires = tmp_path / "small.wires.yaml"
    wires.write_text(MODBUS_PLANT, encoding="utf-8")
    return replace(
        SimArguments(wires=wires, ports=tmp_path / "ports.json", origin_ns=ORIGIN, speed=600), **more
    )


def test_the_process_writes_history_ports_and_truth_and_leaves_within_two_seconds(tmp_path: Path) -> None:
    out, ports = tmp_path / "history", tmp_path / "ports.json"
    asked = [
        "--history", str(out), "--history-days", "1", "--ports", str(ports), "--truth", str(tmp_path / "truth.json"),
        "--pki", str(tmp_path / "pki"), "--origin", "2026-11-24T01:30:00Z", "--speed", "600", "--faults", "demo",
    ]  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "simulators", *asked], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        asyncio.run(_all_devices_answer(ports))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
        took = time.monotonic() - began
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, said
    assert took < 5  # 2 s on a quiet machine
    assert b"Traceback" not in said
    assert told(out / "history.done")["to"] == "2026-11-24T01:30:00.000000000Z"
    assert {p.name for p in out.glob("*.parquet")} == set(told(out / "history.done")["files"])
    truth = told(tmp_path / "truth.json")
    assert truth["schema"] == "floortruth/truth/1"
    assert truth["from"] == "2026-11-23T01:30:00.000000000Z"
    assert {f["kind"] for f in truth["faults"]} >= {"link_cut", "server_restart"}
    assert any(k["kpi"] == "network.networking_rate" for k in truth["kpis"])


async def _all_devices_answer(ports: Path) -> None:
    await until(ports.exists, 60)
    devices = told(ports)
    assert set(devices) == {"cell-a", "cell-b", "press", "furnace", "meters", "utility", "broker", "clock"}
    assert devices["clock"]["plant_origin_ns"] == ORIGIN
    for name in ("press", "furnace", "meters", "utility", "broker"):
        host, port = devices[name]["url"].split("//")[1].split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()
    async with Client(devices["cell-a"]["url"]) as client:
        space = await client.get_namespace_index("urn:floortruth:sim:cell-a")
        assert await client.get_node(f"ns={space};s=CNC-01/product").read_value() == "P1"


async def test_what_is_read_and_what_is_true_meet_at_the_shared_clock(tmp_path: Path) -> None:
    """From ports file and register alone, a reader knows plant time; the truth file agrees with what it read."""
    args = small(tmp_path, truth=tmp_path / "truth.json", speed=600)
    stop = asyncio.Event()
    running = asyncio.create_task(run(args, stop))
    ports = tmp_path / "ports.json"
    await until(ports.exists)
    clock = PlantClock(*(told(ports)["clock"][key] for key in ("plant_origin_ns", "real_origin_ns", "speed")))
    client = AsyncModbusTcpClient(
        "127.0.0.1", port=int(told(ports)["press"]["url"].split(":")[-1]), timeout=5, retries=0
    )
    assert await client.connect()
    readings = []
    while clock.now() < ORIGIN + 1500 * SECOND:
        before = clock.now()
        high, low, *_ = (await client.read_holding_registers(0, count=4, device_id=1)).registers
        readings.append((before, clock.now(), high << 16 | low))
        await asyncio.sleep(0.2)
    client.close()
    stop.set()
    await running
    changes = [
        c
        for c in told(tmp_path / "truth.json")["counts"]
        if (c["asset"], c["role"]) == ("PRESS-01", "count_total")
    ]
    true = [(instant(c["ts"]), c["value"]) for c in changes]
    assert readings[-1][2] > readings[0][2]
    for before, after, shown in readings:
        least = max((v for ts, v in true if ts <= before), default=0)
        most = max((v for ts, v in true if ts <= after), default=0)
        assert least <= shown <= most


async def test_a_given_real_origin_is_kept(tmp_path: Path) -> None:
    stop = asyncio.Event()
    origin = time.time_ns() - 5 * SECOND
    running = asyncio.create_task(run(small(tmp_path, real_origin_ns=origin), stop))
    await until((tmp_path / "ports.json").exists)
    stop.set()
    await running
    assert told(tmp_path / "ports.json")["clock"]["real_origin_ns"] == origin


async def test_the_least_stay_and_broken_promises_reach_the_plant_and_its_truth(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    args = small(tmp_path, truth=tmp_path / "truth.json", min_dwell_s=240, broken=frozenset({"flicker"}))
    await run(args, stop)  # asked to stop before the servers are up: the truth is written all the same
    truth = told(tmp_path / "truth.json")
    assert truth["assumptions_broken"] == ["flicker"]
    assert truth["until"] == "2026-11-24T01:30:00.000000000Z"
    assert not (tmp_path / "ports.json").exists()


async def test_settings_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    stop = asyncio.Event()
    with pytest.raises(SettingError, match="name a folder for its certificates with --pki DIR"):
        await run(SimArguments(origin_ns=ORIGIN), stop)
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {at: 1, for: 1, kind: duplicate, device: press}\n", encoding="utf-8")
    with pytest.raises(FaultError, match=r"faults\.yaml:1: kind: duplicate has no meaning for press"):
        await run(small(tmp_path, faults=faults), stop)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--speed", "601"], "argument --speed: got '601', expected a whole number from 1 to 600"),
        (
            ["--origin", "2026-11-24"],
            "argument --origin: got '2026-11-24', expected an instant with its zone",
        ),
        (
            ["--faults", "absent.yaml", "--pki", "{tmp}"],
            "absent.yaml: cannot be read: No such file or directory",
        ),
        (["absent.yaml"], "absent.yaml"),
        (["--origin", "2026-11-24T01:30:00Z"], "name a folder for its certificates with --pki DIR"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    status, error = commanded([word.replace("{tmp}", str(tmp_path)) for word in asked], capsys)
    assert status == 2
    assert said in error


def commanded(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status and stderr of the command, run here."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    try:
        status = main(parser.parse_args(words))
    except SystemExit as left:
        status = int(left.code or 0)
    return status, capsys.readouterr().err


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        wires = str(tmp_path / "small.wires.yaml")
        status, error = commanded(
            ["--wires", wires, "--port-base", port, "--origin", "2026-11-24T01:30:00Z"], capsys
        )
    assert status == 2
    assert "address already in use" in error.lower()
    assert port in error
    assert error.count("\n") == 1
