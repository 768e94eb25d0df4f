"""How each tag of a connection is looked at, and what the agent announces of it (D8, D31): config in, facts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from connectors.base import TagConfig, TagReport
from connectors.modbus.config import ModbusConnection
from connectors.mqtt.config import MqttConnection
from connectors.opcua.config import OpcUaConnection
from edge_agent.config import AgentConfig, Connection
from edge_agent.rows import Rows
from edge_agent.sampler import Look, Manner
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.roles import role_of, series_name

LATE = 1.5
"""r of a poll in its periods, so that jitter is no gap (D31)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What the protocol makes of a connection; real seconds."""

    manner: Manner
    polls: tuple[float, ...] = ()
    """Per tag, seconds between two looks of ours; empty where the device reports."""
    repeats: bool = False
    """Messages come again and again whether or not anything changed, where the config states a resolution."""
    publishing: float = 0.0
    """How long a report may take to follow a reading (D4)."""


def pace_of(connection: Connection) -> Pace:
    """Who looks at the values, and how often."""
    match connection:
        case ModbusConnection():
            polls = tuple(tag.poll or connection.poll for tag in connection.tags)
            return Pace(Manner(asks=True, reports=False), polls)
        case OpcUaConnection():
            return Pace(Manner(asks=True, reports=True), publishing=connection.publishing)
        case MqttConnection():
            return Pace(Manner(asks=False, reports=True, by_stamp=True), repeats=connection.mode == "json")
        case _:
            assert_never(connection)


def looks_of(connection: Connection, config: AgentConfig, clock: Clock, rows: Rows) -> list[Look]:
    """One per tag, with its series."""
    pace = pace_of(connection)
    looks = []
    for i, tag in enumerate(connection.tags):
        resolution = _stated_resolution(tag, pace, i)
        look = Look(
            rows.number(series_name(tag.asset, tag.role)),
            tag.scale,
            tag.offset,
            frozenset(tag.invalid),
            role_of(tag.role).is_text,
            None if resolution is None else clock.plant_ns(resolution),
            clock.plant_ns(_time_error(tag, connection, config)),
        )
        look.periodic = _is_periodic(pace, look)
        looks.append(look)
    return looks


def grant(looks: Sequence[Look], connection: Connection, reports: Sequence[TagReport], clock: Clock) -> None:
    """What the device granted, where the config states nothing itself."""
    pace = pace_of(connection)
    for report in reports:
        look, tag = looks[report.tag], connection.tags[report.tag]
        if report.resolution is not None and tag.resolution is None and not pace.polls:
            look.resolution = clock.plant_ns(report.resolution)
            look.periodic = _is_periodic(pace, look)


def facts_of(
    device: str,
    tags: Sequence[int],
    looks: Sequence[Look],
    connection: Connection,
    config: AgentConfig,
    clock: Clock,
) -> ConnectionFacts:
    """What is announced about one device's link and series; plant seconds."""
    return ConnectionFacts(
        connection=device,
        protocol=connection.protocol,
        heartbeat=config.heartbeat * clock.speed,
        timeout=config.timeout * clock.speed,
        keyframe=config.keyframe * clock.speed,
        series={
            series_name(connection.tags[i].asset, connection.tags[i].role): _series_facts(
                connection.tags[i], looks[i], isinstance(connection, ModbusConnection)
            )
            for i in tags
        }
        | _derived_facts(tags, looks, connection, config),
    )


def _derived_facts(
    tags: Sequence[int], looks: Sequence[Look], connection: Connection, config: AgentConfig
) -> dict[str, SeriesFacts]:
    """A state made of several tags is as coarse as the coarsest of them, and may be off by two of their errors (D26)."""
    found = {}
    for table in config.states:
        mine = table.sources(connection.tags) if config.line_of(table) == connection.name else []
        if mine and set(mine) <= set(tags):
            resolutions = [looks[i].resolution for i in mine]
            known = [r for r in resolutions if r is not None]
            found[series_name(table.asset, "state")] = SeriesFacts(
                resolution=max(known) / NS if len(known) == len(mine) else None,
                time_error=2 * max(looks[i].time_error for i in mine) / NS,
                time_error_assumed=any(
                    not isinstance(connection, ModbusConnection) and connection.tags[i].time_error is None
                    for i in mine
                ),
                accept_uncertain=any(connection.tags[i].accept_uncertain for i in mine),
            )
    return found


def groups_of(devices: Mapping[str, Sequence[int]], pace: Pace) -> list[tuple[str, tuple[int, ...], float]]:
    """(device, tags, real seconds): what is asked for together, for polled lines."""
    groups = []
    for device, tags in devices.items():
        for period in sorted({pace.polls[i] for i in tags}):
            together = tuple(i for i in tags if pace.polls[i] == period)
            groups.append((device, together, period))
    return groups


def _series_facts(tag: TagConfig, look: Look, polled: bool) -> SeriesFacts:
    return SeriesFacts(
        unit=role_of(tag.role).unit,
        resolution=None if look.resolution is None else look.resolution / NS,
        time_error=look.time_error / NS,
        time_error_assumed=not polled and tag.time_error is None,
        step=tag.step,
        modulus=tag.modulus,
        direction=tag.direction,
        accept_uncertain=tag.accept_uncertain,
        invalid=tag.invalid,
    )


def _stated_resolution(tag: TagConfig, pace: Pace, i: int) -> float | None:
    if tag.resolution is not None:
        return tag.resolution
    return LATE * pace.polls[i] if pace.polls else None


def _time_error(tag: TagConfig, connection: Connection, config: AgentConfig) -> float:
    if tag.time_error is not None:
        return tag.time_error
    return (
        connection.reading_error if isinstance(connection, ModbusConnection) else config.reported_time_error
    )


def _is_periodic(pace: Pace, look: Look) -> bool:
    return bool(pace.polls) or (
        pace.repeats and bool(look.resolution)
    )  # 0: each change by itself, else silence
