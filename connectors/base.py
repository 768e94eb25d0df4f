"""The contract of every connector: three verbs, and errors named by what the caller does next.

A connector says what happened; the agent decides what to do. It holds no retry loop, no scaling, no buffer beyond
what its library forces on it, and no way to write to equipment. One connector speaks to one *line* (an OPC UA
server, a Modbus gateway, a broker), on which one or more *devices* hang; each device is one link (D2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from evidence_engine.vocabulary.roles import CONNECTION_ROLES, role_of


class ConnectorError(Exception):
    """Base of what a connector may raise; anything else is a bug."""


class NotConnected(ConnectorError):
    """The line is gone or was never there: close, and connect again with back-off."""


class DeviceSilent(ConnectorError):
    """This one device did not answer; the line and its other devices go on. `device` is its link."""

    def __init__(self, device: str, why: str) -> None:
        super().__init__(f"{device}: {why}")
        self.device = device


class Refused(ConnectorError):
    """The settings are wrong (certificate, password, address): tell the user, and try seldom."""


def _role(name: str) -> str:
    role_of(name)
    if name in CONNECTION_ROLES:
        raise ValueError(f"role '{name}' is written by the agent itself, no tag can have it")
    return name


class TagConfig(BaseModel):
    """What every protocol's tag states; each protocol adds its address. One row of a tag list."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    asset: str = Field(min_length=1)
    role: Annotated[str, AfterValidator(_role)]
    scale: float = 1.0
    """value = raw × scale + offset: the agent's work, not the connector's."""
    offset: float = 0.0
    step: float | None = Field(default=None, gt=0)
    modulus: float | None = Field(default=None, gt=0)
    direction: Literal["import", "export", "net"] = "import"
    invalid: tuple[float, ...] = Field(default=(), strict=False)
    """Raw values that mean 'no value': bad quality, never a number."""
    accept_uncertain: bool = False
    poll: float | None = Field(default=None, gt=0)
    """Seconds between two looks; the connection's unless told."""
    resolution: float | None = Field(default=None, ge=0)
    """r in real seconds, where the device states it (D31)."""
    time_error: float | None = Field(default=None, ge=0)
    """e in real seconds (D31)."""


@dataclass(frozen=True, slots=True)
class TagReport:
    """What connecting found out about one tag."""

    tag: int
    """Index into the connection's tags."""
    refused: str = ""
    """Why this tag can't be read (unknown node, wrong type); empty when it can. The others flow."""
    resolution: float | None = None
    """r in real seconds that the device granted (revised sampling interval), 0 for reports of each change."""


@dataclass(slots=True)
class Chunk:
    """What one device said at once: rows as columns, never an object per sample.

    tag: index into the connection's tags · ts: plant instants, ns: for a reading the middle of request and answer, for
    a report the device's own stamp moved by its measured clock offset (D6) · value: float, NaN for text · text ·
    quality: 0 good, 1 uncertain, 2 bad.
    """

    device: str
    kind: Literal["reading", "report"]
    proof: int | None = None
    """The moment of a proof that the device itself answers (D2): of request and answer the middle, publish or send
    time; None where this chunk proves nothing (retained message, stamp of a cache)."""
    tag: list[int] = field(default_factory=list)
    ts: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)
    """Tags that were asked for and got no value (device exception): last good reading, then bad (D31)."""
    lost: list[int] = field(default_factory=list)
    """Tags whose reports were lost (sequence jump, queue overflow): a bad sample 1 ns after the sample before (D5)."""
    round_trip: int = 0
    """ns of plant time between request and answer; a reading with more than 2e is late (D31)."""
    clock_offset: int | None = None
    """Device clock minus ours, ns, when this chunk measured it."""
    ended_at: int | None = None
    """The device told (or its will told) that it left at about this instant: the link is 0 from here (D2)."""
    counts: dict[str, int] = field(default_factory=dict)
    """What was noticed, by name, as `cut_to_arrival`, `unmapped_topic`: shown, never part of a sample."""

    def add(self, tag: int, ts: int, value: float, text: str | None = None, quality: int = 0) -> None:
        """One row."""
        self.tag.append(tag)
        self.ts.append(ts)
        self.value.append(value)
        self.text.append(text)
        self.quality.append(quality)


class Connector(Protocol):
    """Three verbs. A new object per attempt (a used client never works twice); aclose is safe twice and unopened."""

    can_ask: bool
    """`read(tags)` works: the device can be asked (OPC UA, Modbus)."""
    reports: bool
    """`read()` works: the device reports by itself (OPC UA, MQTT)."""
    devices: Mapping[str, Sequence[int]]
    """Link name → the tags (indices) that hang on it."""

    async def connect(self) -> list[TagReport]:
        """Open the line, check every tag. Raises NotConnected or Refused. One report per tag."""

    async def read(self, tags: Sequence[int] | None = None) -> Chunk:
        """Ask one device for these tags now (all of one device), or, with None, wait for the next thing that any
        device reports. Both may run at the same time. Raises NotConnected, DeviceSilent."""

    async def aclose(self) -> None:
        """Close the line and all that belongs to it, whatever state it is in. Never raises."""
