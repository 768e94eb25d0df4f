"""How the agent is, per device and per tag, and where data stops if it does: for pages and people."""

import time
from dataclasses import asdict
from typing import Any

from edge_agent.line import Line
from edge_agent.sender import Sender
from edge_agent.spool import Spool
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.roles import series_name


def status_of(
    agent: str,
    boot: str,
    clock: Clock,
    lines: list[Line],
    spool: Spool,
    sender: Sender,
    counts: dict[str, int],
) -> dict[str, Any]:
    """One JSON document; instants as text (D1)."""
    return {
        "schema": "floortruth/status/1",
        "agent": agent,
        "boot": boot,
        "at": format_instant(clock.now()),
        "cpu_seconds": round(time.process_time(), 2),
        "counts": counts,
        "spool": asdict(spool.statistics) | {"epoch": spool.epoch},
        "sender": asdict(sender.statistics),
        "connections": [line_status(line) for line in lines],
    }


def line_status(line: Line) -> dict[str, Any]:
    """One line, its devices and tags."""
    why = line.why()
    return {
        "name": line.connection.name,
        "protocol": line.connection.protocol,
        "trouble": line.trouble,
        "connects": line.connects,
        "counts": dict(line.sampler.counts),
        "devices": [
            {
                "link": name,
                "state": device.link.state,
                "trouble": device.trouble,
                "last_proof": _instant(device.link.last_proof),
                "tags": [_tag(line, i, why.get(i, "")) for i in device.tags],
            }
            for name, device in line.devices.items()
        ],
    }


def _tag(line: Line, i: int, why: str) -> dict[str, Any]:
    tag = line.connection.tags[i]
    looked, value, quality = line.sampler.seen(i)
    return {
        "series": series_name(tag.asset, tag.role),
        "last_look": _instant(looked),
        "value": value,
        "quality": quality,
        "error": why,
    }


def _instant(ns: int | None) -> str | None:
    return None if ns is None else format_instant(ns)
