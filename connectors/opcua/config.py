"""What an OPC UA connection states in an agent's file; checking it never touches network or disk."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.base import TagConfig

_ADDRESS = re.compile(r"(?:nsu=(?P<uri>.+?);|ns=(?P<index>\d+);)?(?P<kind>[isgb])=(?P<id>.+)", re.DOTALL)
EXAMPLE = "nsu=urn:maker:machine;s=CNC-01/state"


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node as the config writes it; `uri` is resolved anew in each session, since indices move at a restart."""

    kind: Literal["i", "s", "g", "b"]
    id: str
    uri: str | None = None
    index: int = 0


def parse_address(text: str) -> NodeAddress:
    """`nsu=URI;s=…`, `ns=2;i=…` or `i=2258`; ValueError with one sentence where it is none."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or (match["kind"] == "i" and not match["id"].isdigit()):
        raise ValueError(f"'{text}' is no node address, expected e.g. {EXAMPLE} or ns=2;i=1001")
    kind: Literal["i", "s", "g", "b"] = match["kind"]  # type: ignore[assignment]
    return NodeAddress(kind, match["id"], match["uri"], int(match["index"] or 0))


def _address(text: str) -> str:
    parse_address(text)
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "opc.tcp" or not parts.hostname:
        raise ValueError(f"'{text}' is no OPC UA address, expected e.g. opc.tcp://192.168.0.10:4840")
    if parts.username or parts.password:
        raise ValueError("user and password do not belong into the url, use 'user' and 'password_env'")
    return text


Address = Annotated[str, AfterValidator(_address)]


class OpcUaTag(TagConfig):
    """One tag: which node of the server it is."""

    address: Address
    """`nsu=<namespace URI>;s=<id>` (best: survives restarts), or `ns=<index>;…`; i, s, g, b as usual."""
    encoding: str = "utf-8"
    """How a ByteString that holds text is written, as `gb18030`."""


class OpcUaSecurity(BaseModel):
    """Certificates of a secure connection. Paths are the agent's own; the server's certificate must be trusted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    policy: Literal["Basic256Sha256"] = "Basic256Sha256"
    mode: Literal["Sign", "SignAndEncrypt"] = "SignAndEncrypt"
    certificate: str = Field(min_length=1)
    """Our own, DER or PEM; its URI is the name under which we show up."""
    key: str = Field(min_length=1)
    """Our private key, PEM or DER."""
    trusted: str = Field(min_length=1)
    """A folder of certificates (DER or PEM): the server's own, or of the authority that issued it."""
    check_host: bool = True
    """The host of the url must stand in the server's certificate."""


class OpcUaConnection(BaseModel):
    """One server. All intervals are real seconds (D32)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    protocol: Literal["opcua"]
    name: str = Field(min_length=1, pattern=r"^[^/@]+$")
    url: Annotated[str, AfterValidator(_url)]
    tags: list[OpcUaTag] = Field(default_factory=list)
    publishing: float = Field(default=1.0, ge=0.01)
    """How often the server sends what it has seen."""
    sampling: float = Field(default=0.25, ge=0)
    """How often it looks at a node, where the tag has no `poll` of its own; 0: as fast as it can."""
    reports_each_change: bool = False
    """The server reports every change by itself, whatever its sampling: resolution 0 (D31)."""
    queue_size: int | None = Field(default=None, ge=1)
    """Values that the server keeps per node between two sendings; default from publishing ÷ sampling."""
    clock_node: Address | None = None
    """A node that shows the device's clock; default the server's own CurrentTime."""
    clock: Literal["device", "agent"] = "device"
    """`agent`: the device's stamps are ignored, the arrival is the time (D6)."""
    clock_tolerance: float = Field(default=1.0, gt=0)
    """How far the device's clock may be off its measured offset before the connection is begun anew."""
    silence: float | None = Field(default=None, gt=0)
    """After so long without a report, or without a report of the clock, all is rebuilt; default five publishing
    periods or 5 s, and never less than three periods that the server granted."""
    timeout: float = Field(default=4.0, gt=0)
    """How long an answer may take."""
    security: OpcUaSecurity | None = None
    user: str | None = None
    password_env: str | None = None
    """The environment variable that holds the password."""
    allow_plain_password: bool = False
    """Send the password although nothing protects it on the wire."""

    @model_validator(mode="after")
    def _password_is_protected(self) -> "OpcUaConnection":
        if self.password_env is not None and self.user is None:
            raise ValueError("password_env is given without a user")
        if self.user is not None and self.security is None and not self.allow_plain_password:
            raise ValueError(
                "user is given without security: anybody on the wire could read the password; "
                "add security, or accept it by allow_plain_password: true"
            )
        return self

    def sampling_of(self, tag: OpcUaTag) -> float:
        """Real seconds between two looks at a tag that are asked for."""
        if self.reports_each_change:
            return 0.0
        return tag.poll if tag.poll is not None else self.sampling
