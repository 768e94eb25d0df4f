"""The files of a demo: the examples that ship with the package, filled with this run's addresses."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML


def _examples() -> Path:
    """`floortruth/examples` of an installed wheel, `configs/` of a checkout."""
    here = Path(__file__).parent
    installed = here / "examples"
    return installed if installed.is_dir() else here.parent / "configs"


EXAMPLES = _examples()
DEMO = EXAMPLES / "demo"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the simulated plant listens, and the clock that everyone shares."""

    urls: dict[str, str]
    clock: str
    """`real_origin,plant_origin,speed`."""


def read_ports(path: Path) -> Ports:
    """What the plant wrote when its servers were up."""
    told = json.loads(path.read_text(encoding="utf-8"))
    clock = told.pop("clock")
    text = f"{clock['real_origin_ns']},{clock['plant_origin_ns']},{clock['speed']}"
    return Ports({name: device["url"] for name, device in told.items()}, text)


WRITTEN_FOR = 60
"""The speed for which the intervals of `configs/demo/agent.yaml` are written."""

PACED = ("heartbeat", "timeout", "keyframe")
PACED_OF_LINES = ("poll", "publishing", "sampling", "clock_tolerance")

REGISTER_REPORTS = 15.0
"""Plant seconds between two reports of a register by the simulated plant's reporting devices."""


def write_agent(work: Path, ports: Ports, collector_port: int, speed: int) -> Path:
    """The demo's agent file with this run's addresses; its tag list beside it. The file's path."""

    def change(tree: Any) -> None:
        tree["collector"]["url"] = f"http://127.0.0.1:{collector_port}"
        tree["spool"]["path"] = str(work / "spool.db")
        _pace(tree, PACED, speed)
        for connection in tree["connections"]:
            _point(connection, ports, work / "pki" / "client")
            _pace(connection, PACED_OF_LINES, speed)

    path = work / "agent.yaml"
    path.write_text(rewritten(DEMO / "agent.yaml", change), encoding="utf-8")
    (work / "tags.csv").write_text(tags(speed), encoding="utf-8")
    return path


def _pace(tree: Any, keys: Sequence[str], speed: int) -> None:
    """Keep the plant time between two looks, whatever the speed; below speed 15 look more often than that."""
    for key in keys:
        if key in tree:
            tree[key] = round(tree[key] * min(WRITTEN_FOR / speed, 4.0), 4)


def _point(connection: Any, ports: Ports, pki: Path) -> None:
    url = ports.urls["broker" if connection["protocol"] == "mqtt" else connection["name"]]
    if connection["protocol"] == "modbus":
        parts = urlsplit(url)
        connection["host"], connection["port"] = parts.hostname, parts.port
    else:
        connection["url"] = url
    if "security" in connection:
        for key, name in (("certificate", "cert.der"), ("key", "key.pem"), ("trusted", "trusted")):
            connection["security"][key] = str(pki / name)


def tags(speed: int) -> str:
    """The tag list; what the plant reports by its own clock is stated in real seconds of this speed."""
    with (DEMO / "tags.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["role"] == "energy_active" and row["connection"] in ("cell-a", "cell-b", "assembly"):
            row["resolution"] = f"{REGISTER_REPORTS / speed:g}"
    out = StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_collector(work: Path, port: int, lang: str) -> Path:
    """The demo's collector file; plant and plan beside it. The file's path."""
    for name, source in (("plant.yaml", DEMO / "plant.yaml"), ("plan.csv", work / "history" / "plan.csv")):
        (work / name).write_bytes(source.read_bytes())

    (work / "assessor").write_text(
        "demo", encoding="utf-8"
    )  # listens on this machine alone, for as long as it is shown

    def change(tree: Any) -> None:
        tree["listen"]["port"] = port
        tree["lang"] = lang

    path = work / "collector.yaml"
    path.write_text(rewritten(DEMO / "collector.yaml", change), encoding="utf-8")
    return path


def rewritten(path: Path, change: Callable[[Any], None]) -> str:
    """A YAML file's text after `change(tree)`."""
    yaml = YAML()
    tree = yaml.load(path.read_text(encoding="utf-8"))
    change(tree)
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()
