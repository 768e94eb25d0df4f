"""The agent's size: 1,000 tags at 1 Hz over OPC UA, Modbus and MQTT must need little memory and CPU.

The agent runs as in a plant, `python -m floortruth agent`, with its default intervals; everything that it speaks to
runs in other processes. 1 start servers, broker and receiver · 2 start the agent, let it warm up · 3 measure · 4 ask
the receiver which values of the measured stretch have come · 5 compare with the goals.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.rig.mqtt_broker import broker_command
from bench.rig.processes import ROOT, Rig, free_ports
from bench.rig.shape import Ports, Shape, agent_file, tag_list
from bench.rig.table import Figure, machine, table
from bench.rig.watch import MB, Usage, Watch

MEMORY = 150.0
"""MB of resident memory at most."""
CPU = 25.0
"""Per cent of one core at most."""
COMPLETE = 0.95
"""Of the values that the plant changes."""
ARRIVAL = 4.0
"""Seconds that the last values of the measured stretch may take to the receiver."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to measure (default 60)")
    parser.add_argument("--warm-up", type=float, default=20.0, help="seconds before that (default 20)")
    parser.add_argument("--opcua", type=int, default=334, help="OPC UA tags (default 334)")
    parser.add_argument("--modbus", type=int, default=333, help="Modbus tags (default 333)")
    parser.add_argument("--mqtt", type=int, default=333, help="MQTT tags (default 333)")
    parser.add_argument("--per-message", type=int, default=1, help="values in an MQTT message (default 1)")
    parser.add_argument(
        "--without-bytecode",
        action="store_true",
        help="compile all modules at the start, as where no compiled ones can be kept",
    )
    parser.add_argument("--mqtt-devices", type=int, default=37, help="MQTT devices (default 37)")


def main(args: argparse.Namespace) -> int:
    """0 when all goals are met, else 1."""
    shape = Shape(
        opcua=args.opcua,
        modbus=args.modbus,
        mqtt=args.mqtt,
        mqtt_devices=args.mqtt_devices,
        per_message=args.per_message,
    )
    with tempfile.TemporaryDirectory(prefix="floortruth-bench-") as folder:
        python = without_bytecode() if args.without_bytecode else with_bytecode(Path(folder))
        figures = measure(shape, Path(folder), python, args.warm_up, args.seconds)
    messages = len(shape.topics())
    print(
        f"agent: {shape.opcua} OPC UA + {shape.modbus} Modbus + {shape.mqtt} MQTT tags at 1 Hz "
        f"({messages} messages/s of {shape.mqtt_devices} devices), {args.seconds:g} s after {args.warm_up:g} s"
    )
    print(machine())
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


def measure(
    shape: Shape, folder: Path, python: dict[str, str], warm_up: float, seconds: float
) -> list[Figure]:
    """The figures of one run; everything is ended again."""
    with Rig(folder) as rig:
        ports = start_plant(rig, shape, folder)  # (1)
        watch = Watch(start_agent(rig, shape, ports, folder, python))  # (2)
        watch.look_for(warm_up)
        rig.check()
        begin = time.time_ns()  # (3)
        usage = watch.measure(seconds)
        end = time.time_ns()
        watch.look_for(ARRIVAL)
        rig.check()
        came = _ask(ports, f"/rows?from={begin}&to={end}")  # (4)
        status = _ask(ports, "/status")
        return _figures(shape, usage, came, status, _size(folder))  # (5)


def start_plant(rig: Rig, shape: Shape, folder: Path) -> Ports:
    """Receiver, OPC UA server, Modbus servers, broker and publisher, each ready."""
    receiver, opcua, broker, *modbus = free_ports(3 + shape.modbus_servers)
    python = [sys.executable, "-m"]
    rig.start("receiver", [*python, "bench.rig.receiver", str(receiver)])
    rig.start("opcua", [*python, "bench.rig.opcua_server", str(opcua), str(shape.opcua)])
    numbers = [str(port) for port in modbus]
    rig.start("modbus", [*python, "bench.rig.modbus_server", str(shape.registers), *numbers])
    rig.start("broker", broker_command(broker, folder))
    rig.wait_port("broker", broker)
    rig.start("publisher", [*python, "bench.rig.mqtt_publisher", str(broker), json.dumps(asdict(shape))])
    for name in ("receiver", "opcua", "modbus", "publisher"):
        rig.wait_ready(name)
    return Ports(receiver, opcua, tuple(modbus), broker)


def start_agent(rig: Rig, shape: Shape, ports: Ports, folder: Path, python: dict[str, str]) -> int:
    """The real agent; its process id. `python`: environment of its interpreter."""
    path = folder / "agent.yaml"
    written = agent_file(ports, shape, str(folder / "spool.db"), "tags.csv")
    path.write_text(json.dumps(written), encoding="utf-8")
    (folder / "tags.csv").write_text(tag_list(shape), encoding="utf-8")
    command = [sys.executable, "-m", "floortruth", "agent", str(path)]
    return rig.start("agent", command, {"FLOORTRUTH_TOKEN": "bench", **python})


def with_bytecode(folder: Path) -> dict[str, str]:
    """The environment of an installed agent: its modules were compiled at installation, as pip does.

    Compiling at each start instead leaves 40 MB behind, most of it from one file of 2.8 MB in asyncua.
    """
    python = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    modules = ", ".join(f"connectors.{name}.connector" for name in ("modbus", "mqtt", "opcua"))
    words = f"import edge_agent.agent, {modules}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | python
    subprocess.run([sys.executable, "-c", words], env=environment, check=True)
    return python


def without_bytecode() -> dict[str, str]:
    """The environment of an agent that may not keep compiled modules."""
    return {"PYTHONDONTWRITEBYTECODE": "1"}


def _figures(
    shape: Shape, usage: Usage, came: dict[str, float], status: dict[str, Any], spool: float
) -> list[Figure]:
    missed = sum(
        count
        for line in status.get("connections", [])
        for name, count in line["counts"].items()
        if name in ("gap", "missed_poll", "late_reading", "queue_overflow", "sequence_gap")
    )
    return [
        Figure("resident memory, peak", usage.peak, "MB", MEMORY),
        Figure("resident memory, last", usage.last, "MB", MEMORY),
        Figure("CPU, user + system", 100 * usage.cpu, "%", CPU),
        Figure("values received", came["rows"] / usage.seconds, "/s", COMPLETE * shape.tags, at_least=True),
        Figure("series received", came["series"], "", float(shape.tags), at_least=True),
        Figure("from device to receiver, median", came["age_median"], "s"),
        Figure("from device to receiver, 99 %", came["age_99"], "s"),
        Figure("gaps, late or missed looks since start", missed, ""),
        Figure("on the wire per value", came["bytes_per_row"], "B"),
        Figure("spool files", spool, "MB"),
        Figure("batches waiting", status.get("spool", {}).get("batches", float("nan")), ""),
        Figure("threads", usage.threads, ""),
    ]


def _ask(ports: Ports, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{ports.receiver}{path}", timeout=30) as answer:
        return json.load(answer)


def _size(folder: Path) -> float:
    """MB of the spool, its log and its ballast."""
    return sum(path.stat().st_size for path in folder.glob("spool.db*")) / MB
