"""Sparkplug B messages become rows: births give the aliases, sequence numbers tell what was lost, deaths end a link.

Example of one life: NBIRTH (seq 0, bdSeq 7) · DBIRTH (seq 1: names, aliases, all values) · DDATA (seq 2: aliases and
what changed) … · NDEATH (bdSeq 7, by the broker, since the node fell silent).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Chunk
from connectors.mqtt import payload as wire
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.message import Message
from connectors.mqtt.scalar import add, count, not_after
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS, format_instant
from evidence_engine.vocabulary.roles import role_of

_MS = 1_000_000
_SEQUENCES = 256
_ASK_AGAIN_S = 10.0
_VOUCH_S = 0.2  # real seconds; a node with fifty devices need not prove all of them by each message
_KINDS = frozenset({"NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"})


@dataclass(slots=True)
class _Source:
    """A device, or the edge node itself, as far as it is configured."""

    link: str
    tags: dict[str, list[int]] = field(default_factory=dict)
    """By metric name."""
    names: dict[int, str] = field(default_factory=dict)
    """By alias, from the last birth."""
    types: dict[str, int] = field(default_factory=dict)
    """By metric name, from the last birth."""
    is_born: bool = False
    is_alive: bool = False
    """It spoke since its last death."""

    def forget(self) -> None:
        self.names, self.types, self.is_born, self.is_alive = {}, {}, False, False

    def all_tags(self) -> list[int]:
        return sorted(tag for tags in self.tags.values() for tag in tags)


@dataclass(slots=True)
class _Node:
    """One edge node; '' among its sources is the node itself."""

    place: tuple[str, str]
    sources: dict[str, _Source] = field(default_factory=dict)
    bd_seq: int | None = None
    expected: int | None = None
    last: bytes = b""
    birth: bytes = b""
    vouched: int | None = None
    asked: int | None = None


class SparkplugReader:
    """Each message gives a Chunk for each device that it says something about."""

    def __init__(
        self, config: MqttConnection, clock: Clock, ask: Callable[[str, bytes], None] | None = None
    ) -> None:
        """`ask(topic, payload)` sends a rebirth request; None: never asked."""
        self._config, self._clock, self._ask = config, clock, ask
        self._is_text = [role_of(tag.role).is_text for tag in config.tags]
        self._nodes: dict[tuple[str, str], _Node] = {}
        by_link = {link: self._source(link, place) for link, place in config.devices.items()}
        for index, tag in enumerate(config.tags):
            by_link[config.device_of(tag)].tags.setdefault(tag.metric, []).append(index)

    def _source(self, link: str, place: str) -> _Source:
        group, node, *device = place.split("/")
        known = self._nodes.setdefault((group, node), _Node((group, node)))
        return known.sources.setdefault("".join(device), _Source(link))

    def chunks(self, message: Message) -> Iterator[Chunk]:
        """1. whose and which kind  2. readable  3. a death by will  4. in sequence  5. birth, data or death."""
        parts = message.topic.split("/")  # (1)
        if len(parts) not in (4, 5) or parts[2] not in _KINDS:
            return
        node, kind, device = self._nodes.get((parts[1], parts[3])), parts[2], "".join(parts[4:])
        if node is None:
            return
        content = wire.parse(message.payload)  # (2)
        if content is None or message.is_retained:
            yield from self._noticed(node, "unreadable" if content is None else "retained_ignored")
            return
        if kind == "NDEATH":  # (3)
            yield from self._node_died(node, content, message.arrived)
            return
        found = _Found(kind, node, device, content, message)
        lost = self._is_lost(found)  # (4)
        yield from self._said(found, lost)  # (5)

    def _said(self, found: "_Found", lost: bool) -> Iterator[Chunk]:
        node = found.node
        if lost:
            yield from self._gap(node)
        if found.is_repeat or found.is_late:
            yield from self._noticed(node, "repeat" if found.is_repeat else "late_message")
        elif found.kind == "NBIRTH":
            if node.bd_seq not in (None, _bd_seq(found.content)):
                yield from self._lose_all(node, "death_missed")
            self._node_born(node, found.content, found.message.payload)
        source = node.sources.get(found.device)
        if source is None or found.is_repeat or found.is_late:
            yield from self._vouched(found, None)
            return
        chunk = Chunk(source.link, "report")
        if found.kind == "DDEATH":
            source.forget()
            chunk.ended_at = self._sent(found, chunk)
        else:
            source.is_alive = True
            chunk.proof = self._sent(found, chunk)
            self._add_rows(chunk, source, found)
        yield chunk
        yield from self._vouched(found, source)

    # --- life and death ---

    def _node_born(self, node: _Node, content: Any, payload: bytes) -> None:
        """A new life: every birth before it is void, and the sequence begins."""
        for source in node.sources.values():
            source.forget()
        node.bd_seq = _bd_seq(content)
        node.expected = (content.seq + 1) % _SEQUENCES if content.HasField("seq") else None
        node.last = node.birth = payload

    def _node_died(self, node: _Node, content: Any, arrived: int) -> Iterator[Chunk]:
        """The broker tells up to 1.5 keep-alives late that a node fell silent; the will of an older life is void (D2)."""
        told = _bd_seq(content)
        if node.bd_seq is not None and told != node.bd_seq:
            yield from self._noticed(node, "death_of_another_life")
            return
        node.bd_seq = node.expected = None
        for source in node.sources.values():
            source.forget()
            ended = arrived - self._clock.plant_ns(1.5 * self._config.node_keep_alive)
            yield Chunk(source.link, "report", ended_at=ended)

    def _vouched(self, found: "_Found", besides: _Source | None) -> Iterator[Chunk]:
        """The living devices of a node that speaks: it must tell of one that it lost, by a DDEATH."""
        node, now = found.node, self._clock.elapsed()
        recently = node.vouched is not None and now - node.vouched < self._clock.plant_ns(_VOUCH_S)
        if not self._config.node_vouches or found.is_late or recently:
            return
        for source in node.sources.values():
            if source is not besides and source.is_alive:
                node.vouched = now
                chunk = Chunk(source.link, "report")
                chunk.proof = self._sent(found, chunk)
                yield chunk

    def _noticed(self, node: _Node, what: str) -> Iterator[Chunk]:
        for source in list(node.sources.values())[:1]:
            yield Chunk(source.link, "report", counts={what: 1})

    # --- sequence ---

    def _is_lost(self, found: "_Found") -> bool:
        """Whether messages before this one are missing; marks a repeat, or one that comes after later ones."""
        node, content = found.node, found.content
        if found.kind == "NBIRTH":  # begins a sequence; the same once more is a repeat
            found.is_repeat = found.message.payload == node.birth
            return False
        if not content.HasField("seq"):
            return False
        ahead = 0 if node.expected is None else (content.seq - node.expected) % _SEQUENCES
        found.is_repeat = ahead == _SEQUENCES - 1 and found.message.payload == node.last
        found.is_late = ahead > _SEQUENCES // 2 and not found.is_repeat
        if found.is_repeat or found.is_late:
            return found.is_late
        node.expected, node.last = (content.seq + 1) % _SEQUENCES, found.message.payload
        return ahead > 0

    def _gap(self, node: _Node) -> Iterator[Chunk]:
        """The sequence runs over the node and all its devices: nobody knows whose message is missing."""
        self._request_birth(node)
        yield from self._lose_all(node, "sequence_gap")

    def _lose_all(self, node: _Node, why: str) -> Iterator[Chunk]:
        for source in node.sources.values():
            yield Chunk(source.link, "report", lost=source.all_tags(), counts={why: 1})

    def _request_birth(self, node: _Node) -> None:
        """At most every ten seconds, and only where the config allows it."""
        now = self._clock.elapsed()
        if self._ask is None or (
            node.asked is not None and now - node.asked < self._clock.plant_ns(_ASK_AGAIN_S)
        ):
            return
        node.asked = now
        group, name = node.place
        self._ask(f"spBv1.0/{group}/NCMD/{name}", wire.rebirth_request(self._clock.now() // _MS))

    # --- rows ---

    def _sent(self, found: "_Found", chunk: Chunk) -> int:
        """When the message was sent, by its own stamp; its arrival where it has none."""
        if not found.content.HasField("timestamp"):
            return found.message.arrived
        return not_after(found.content.timestamp * _MS, found.message.arrived, chunk)

    def _add_rows(self, chunk: Chunk, source: _Source, found: "_Found") -> None:
        is_birth = found.kind in ("NBIRTH", "DBIRTH")
        if is_birth:
            self._learn(chunk, source, found.content)
        for metric in found.content.metrics:
            name = self._name_of(source, metric)
            if name is None:
                count(chunk, "waiting_for_birth")
                self._request_birth(found.node)
            elif metric.is_historical:
                count(
                    chunk, "historical_skipped"
                )  # the past, told again: it must not stand after the present
            else:
                self._add_metric(chunk, source, name, metric, found, is_birth)

    def _learn(self, chunk: Chunk, source: _Source, content: Any) -> None:
        """A birth states every metric; a configured one that is not in it has no value."""
        source.names = {metric.alias: metric.name for metric in content.metrics if metric.HasField("alias")}
        source.types = {metric.name: metric.datatype for metric in content.metrics}
        source.is_born = True
        for name, tags in source.tags.items():
            if name not in source.types:
                count(chunk, "metric_not_in_birth")
                for tag in tags:
                    add(chunk, tag, chunk.proof or 0, None, 2, is_text=self._is_text[tag])

    def _name_of(self, source: _Source, metric: Any) -> str | None:
        """By alias from the birth, or by name where the type is known; None: only a birth can tell."""
        if metric.name:
            known = metric.name in source.types or metric.HasField("datatype")
            return str(metric.name) if known else None
        return source.names.get(metric.alias) if source.is_born else None

    def _add_metric(
        self, chunk: Chunk, source: _Source, name: str, metric: Any, found: "_Found", is_birth: bool
    ) -> None:
        """A birth tells how things stand when it is sent; data tell when they changed."""
        tags = source.tags.get(name)
        if tags is None:
            return
        datatype = metric.datatype if metric.HasField("datatype") else source.types.get(name, 0)
        raw, quality = wire.value_of(metric, datatype), wire.quality_of(metric)
        ts = self._sent(found, chunk)
        if metric.HasField("timestamp") and not is_birth:
            ts = not_after(metric.timestamp * _MS, found.message.arrived, chunk)
        for tag in tags:
            value = _time(raw, self._is_text[tag]) if datatype == wire.DATE_TIME else raw
            add(chunk, tag, ts, value, quality, is_text=self._is_text[tag])


@dataclass(slots=True)
class _Found:
    """A message with what was found out about it."""

    kind: str
    node: _Node
    device: str
    content: Any
    message: Message
    is_repeat: bool = False
    is_late: bool = False


def _bd_seq(content: Any) -> int | None:
    """The number of the life that a birth or a death belongs to."""
    found = (
        metric.long_value or metric.int_value for metric in content.metrics if metric.name == wire.BD_SEQ
    )
    return next(found, None)


def _time(raw: object, is_text: bool) -> object:
    """A DateTime, ms: ISO text, or seconds."""
    if not isinstance(raw, int):
        return raw
    return format_instant(raw * _MS) if is_text else raw * _MS / NS
