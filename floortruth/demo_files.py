"""The files of a demo: the examples that ship with the package, filled with this run's addresses."""

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def _examples() -> Path:
    """`configs/` of a checkout, `floortruth/examples` of an installed wheel."""
    here = Path(__file__).parent
    checkout = here.parent / "configs"
    return checkout if checkout.is_dir() else here / "examples"


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


def rewritten(path: Path, change: Any) -> str:
    """A YAML file's text after `change(tree)`."""
    yaml = YAML()
    tree = yaml.load(path.read_text(encoding="utf-8"))
    change(tree)
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()
