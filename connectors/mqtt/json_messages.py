"""JSON and plain messages become rows: which tags a topic holds, where in it, and what time it tells (D2, D6)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.base import Chunk
from connectors.mqtt.config import MqttConnection, MqttTag, TimeUnit
from connectors.mqtt.json_path import MISSING, look_up, parse_path
from connectors.mqtt.message import Message
from connectors.mqtt.scalar import add, count, not_after
from evidence_engine.vocabulary.instants import NS, parse_instant
from evidence_engine.vocabulary.roles import role_of

_UNITS = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}
_QUALITIES = {"good": 0, "uncertain": 1, "bad": 2}
_LATEST = 2**63 - 1

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one tag is read out of a message of its topic."""

    tag: int
    path: Steps
    time: Steps | None
    unit: TimeUnit
    quality: Steps | None
    is_text: bool

    @property
    def is_plain(self) -> bool:
        """The payload itself is the value."""
        return not self.path and self.time is None and self.quality is None


class JsonReader:
    """Each message gives one Chunk of the device under whose prefix it came."""

    def __init__(self, config: MqttConnection) -> None:
        self._config = config
        self._zone = ZoneInfo(config.time_zone)
        self._plans: dict[str, list[_Plan]] = {}
        for index, tag in enumerate(config.tags):
            self._plans.setdefault(tag.topic, []).append(self._plan(index, tag))

    def chunks(self, message: Message) -> Iterator[Chunk]:
        """1. whose  2. the rows  3. what it proves: a retained message proves nothing (D2)."""
        device = self._config.device_of_topic(message.topic)  # (1)
        if device is None:
            return
        chunk = Chunk(device, "report")
        plans = self._plans.get(message.topic, [])
        if not plans:
            count(chunk, "unmapped_topic")
        sent = self._add_rows(chunk, plans, message) if message.payload else None  # (2)
        if not message.is_retained:  # (3)
            chunk.proof = message.arrived if sent is None else sent
        yield chunk

    def _plan(self, index: int, tag: MqttTag) -> _Plan:
        config = self._config
        time, quality = tag.time_path or config.time_path, tag.quality_path or config.quality_path
        return _Plan(
            index, parse_path(tag.path), parse_path(time) if time else None, tag.time_unit or config.time_unit,
            parse_path(quality) if quality else None, role_of(tag.role).is_text,
        )  # fmt: skip

    def _add_rows(self, chunk: Chunk, plans: list[_Plan], message: Message) -> int | None:
        """The newest of the message's own stamps, None where it has none."""
        document = self._document(message, plans)
        if document is MISSING:
            self._add_unreadable(chunk, plans, message)
            return None
        stamps = [self._add_row(chunk, plan, document, message) for plan in plans]
        return max((stamp for stamp in stamps if stamp is not None), default=None)

    def _document(self, message: Message, plans: list[_Plan]) -> object:
        """The parsed payload, or its text where all is plain; MISSING where it cannot be read."""
        try:
            text = message.payload.decode(self._config.encoding)
            return text.strip() if all(plan.is_plain for plan in plans) else json.loads(text)
        except (ValueError, RecursionError):
            return MISSING

    def _add_unreadable(self, chunk: Chunk, plans: list[_Plan], message: Message) -> None:
        """The device said something that nobody can read: what it said before is not known to hold."""
        count(chunk, "unreadable")
        if not message.is_retained:
            for plan in plans:
                add(chunk, plan.tag, message.arrived, None, 2, is_text=plan.is_text)

    def _add_row(self, chunk: Chunk, plan: _Plan, document: object, message: Message) -> int | None:
        """The message's own stamp for this tag, None where it has none."""
        stamp = self._stamp(chunk, plan, document, message.arrived)
        if stamp is None and message.is_retained:
            count(chunk, "retained_ignored")  # nobody knows how old it is
            return None
        raw = look_up(document, plan.path)
        if raw is MISSING:
            count(chunk, "path_missing")
        else:
            quality = self._quality(chunk, plan, document)
            add(
                chunk,
                plan.tag,
                message.arrived if stamp is None else stamp,
                raw,
                quality,
                is_text=plan.is_text,
            )
        return stamp

    def _stamp(self, chunk: Chunk, plan: _Plan, document: object, arrived: int) -> int | None:
        if plan.time is None:
            return None
        stamp = instant_of(look_up(document, plan.time), plan.unit, self._zone)
        if stamp is None:
            count(chunk, "time_missing")
            return None
        return not_after(stamp, arrived, chunk)

    def _quality(self, chunk: Chunk, plan: _Plan, document: object) -> int:
        if plan.quality is None:
            return 0
        raw = look_up(document, plan.quality)
        if raw is MISSING:
            return 0
        word = self._config.quality_words.get(str(raw).lower())
        if word is None:
            count(chunk, "quality_unknown")
        return _QUALITIES[word or "bad"]


def instant_of(raw: object, unit: TimeUnit, zone: ZoneInfo) -> int | None:
    """The instant, ns, that a message states in this unit; None where it states none."""
    try:
        if unit == "iso":
            return parse_instant(raw, zone) if isinstance(raw, str) else None
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            return None
        stamp = raw * _UNITS[unit] if isinstance(raw, int) else int(Decimal(str(raw)) * _UNITS[unit])
    except (ValueError, ArithmeticError):
        return None
    return stamp if 0 <= stamp <= _LATEST else None
