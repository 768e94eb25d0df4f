"""docker-compose.yml keeps its promises, and its services work together: run here without an engine, as processes.

What an engine adds (building the image, networks, volumes) is not tested here.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from collector.config import load_config
from edge_agent.config import load_agent
from evidence_engine.vocabulary.roles import series_name
from floortruth.demo_files import tags
from floortruth.files import read_plant
from tests.packaging.processes import answers, free_ports, running, until
from tests.packaging.wheels import ROOT

FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEVICES = range(4840, 4847)


def test_there_are_a_collector_an_agent_and_the_plant() -> None:
    assert sorted(SERVICES) == ["agent", "collector", "sim"]
    assert {service["command"][0] for service in SERVICES.values()} == {"agent", "collector", "sim"}


@pytest.mark.parametrize("name", [*SERVICES])
def test_a_service_is_not_root_is_watched_and_keeps_its_data(name: str) -> None:
    service = SERVICES[name]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert service["user"] == "10001"
    assert "--uid 10001" in dockerfile
    assert "USER floortruth" in dockerfile
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["healthcheck"]["test"][0] == "CMD"
    kept = [volume.split(":") for volume in service["volumes"] if not volume.startswith(".")]
    assert kept
    for volume, place, *_ in kept:
        assert volume in COMPOSE["volumes"]
        assert place in dockerfile  # made there, owned by the user: a new volume takes that over


def test_no_secret_stands_in_the_file() -> None:
    for name in ("collector", "agent"):
        assert SERVICES[name]["environment"]["FLOORTRUTH_TOKEN"].startswith("${FLOORTRUTH_TOKEN:?")
    for path in (FILE, *(ROOT / "configs" / "compose").iterdir()):
        assert not re.search(r"(?i)(token|password|secret): *['\"]?[\w-]{8,}", path.read_text("utf-8"))
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ".env" in ignored


def test_its_configs_load_and_name_its_services() -> None:
    config = load_config(ROOT / "configs" / "compose" / "collector.yaml")
    agent = load_agent(ROOT / "configs" / "compose" / "agent.yaml")
    agent.check(read_plant(ROOT / "configs" / "demo" / "plant.yaml"))
    assert config.read_plant() == read_plant(ROOT / "configs" / "demo" / "plant.yaml")
    text = (ROOT / "configs" / "compose" / "agent.yaml").read_text("utf-8")
    hosts = set(re.findall(r"(?:://|host: )([a-z]+)", text))
    assert hosts == {"sim", "collector"}
    assert config.listen.port == 8321


def test_its_tags_are_the_demos_in_real_time() -> None:
    assert (ROOT / "configs" / "compose" / "tags.csv").read_text("utf-8") == tags(1)


class Here:
    """The services' commands with this machine's folders, addresses and ports in place of the containers'."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        first = free_ports(len(DEVICES) + 1)
        self.ports = {old: first + i for i, old in enumerate([*DEVICES, 8321])}
        shutil.copytree(ROOT / "configs", folder / "configs")
        for path in (folder / "configs" / "compose").iterdir():
            path.write_text(self.translated(path.read_text("utf-8")), "utf-8")

    def translated(self, text: str) -> str:
        """One word or file of theirs."""
        text = text.replace("/etc/floortruth", str(self.folder / "configs")).replace(
            "/data/", f"{self.folder}/data/"
        )
        text = re.sub(
            r"(?<=://)(sim|collector)\b|(?<=host: )(sim|0\.0\.0\.0)|^(sim|0\.0\.0\.0)$", "127.0.0.1", text
        )
        return re.sub(r"\b(48\d\d|8321)\b", lambda found: str(self.ports[int(found[1])]), text)

    def command(self, name: str) -> list[str]:
        """What a service runs; the program's own name stays."""
        first, *words = SERVICES[name]["command"]
        return [sys.executable, "-m", "floortruth", first, *(self.translated(str(word)) for word in words)]

    def is_healthy(self, name: str) -> bool:
        """What the service's own health check says."""
        _, program, *words = SERVICES[name]["healthcheck"]["test"]
        assert program == "python"
        check = [sys.executable, *(self.translated(word) for word in words)]
        return subprocess.run(check, capture_output=True, timeout=10).returncode == 0


def test_the_services_work_together(tmp_path: Path) -> None:
    here = Here(tmp_path)
    url = f"http://127.0.0.1:{here.ports[8321]}"
    for folder in ("collector", "agent", "pki"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    env = {"FLOORTRUTH_TOKEN": "only-of-this-test", "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        for name in ("collector", "sim", "agent"):  # the agent depends on a healthy plant
            log = tmp_path / f"{name}.log"
            stack.enter_context(running(here.command(name), log, env, tmp_path))
            until(lambda name=name: here.is_healthy(name), 60, lambda log=log: log.read_text())  # type: ignore[misc]
        until(lambda: answers(f"{url}/"), 60, lambda: "no page")
        until(lambda: not silent_tags(url), 90, lambda: f"{silent_tags(url)}")


def silent_tags(url: str) -> list[str]:
    """The tags of which the agent has not told the collector a good value yet; all of them before it told anything.

    Without those of Sparkplug, which come with the node's next birth: up to five minutes.
    """
    with urllib.request.urlopen(f"{url}/api/agents", timeout=5) as answer:
        told = json.load(answer).get("edge-1", {"connections": []})
    good = {
        tag["series"]
        for connection in told["connections"]
        for device in connection["devices"]
        for tag in device["tags"]
        if tag["quality"] == "good"
    }
    rows = csv.DictReader(StringIO(tags(1)))
    wanted = {series_name(row["asset"], row["role"]) for row in rows if row["connection"] != "assembly"}
    return sorted(wanted - good)
