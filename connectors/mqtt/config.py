"""What an MQTT connection states in an agent's file; checking it never touches network or disk."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.base import TagConfig
from connectors.mqtt.json_path import parse_path

TimeUnit = Literal["s", "ms", "us", "ns", "iso"]
QualityWord = Literal["good", "uncertain", "bad"]
_QUALITY_WORDS: dict[str, QualityWord] = {"good": "good", "uncertain": "uncertain", "bad": "bad"}
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SPARKPLUG = re.compile(r"[^/+#]+/[^/+#]+(/[^/+#]+)?")


def _path(text: str) -> str:
    parse_path(text)
    return text


def _topic(text: str) -> str:
    if "+" in text or "#" in text:
        raise ValueError(f"topic '{text}' has a wildcard, a tag needs one topic")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(
            f"'{text}' is no broker, expected e.g. mqtt://192.168.0.10:1883 or mqtts://broker:8883"
        )
    if parts.username or parts.password:
        raise ValueError("user and password do not belong into the url, use 'user' and 'password_env'")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"time zone '{text}' does not exist, expected e.g. Asia/Shanghai") from None
    return text


Path = Annotated[str, AfterValidator(_path)]


class MqttTag(TagConfig):
    """One tag: a place in the messages of a topic (JSON), or a metric of a device (Sparkplug)."""

    topic: Annotated[str, AfterValidator(_topic)] = ""
    path: Path = ""
    """Where the value stands in the JSON, as `data.power[0]`; empty: the payload itself is a number or a text."""
    time_path: Path | None = None
    """Where the device's own time stands; the connection's unless told."""
    time_unit: TimeUnit | None = None
    quality_path: Path | None = None
    device: str | None = None
    """The link that the tag hangs on: needed for Sparkplug with several devices, else found by the topic."""
    metric: str = ""
    """Sparkplug: the metric's name, as `Inputs/state`."""


class MqttConnection(BaseModel):
    """One broker and the devices that speak through it. All intervals are real seconds (D32)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    protocol: Literal["mqtt"]
    name: str = Field(min_length=1, pattern=r"^[^/@]+$")
    url: Annotated[str, AfterValidator(_url)]
    mode: Literal["json", "sparkplug"] = "json"
    devices: dict[str, str] = Field(min_length=1)
    """Link name → topic prefix (JSON), or group/node[/device] (Sparkplug)."""
    tags: list[MqttTag] = Field(default_factory=list)
    version: Literal["3.1.1", "5", 5] = "3.1.1"
    qos: Literal[0, 1] = 1
    keep_alive: int = Field(default=30, ge=1)
    """Between us and the broker."""
    timeout: float = Field(default=10.0, gt=0)
    client_id: str | None = None
    """Must be the only one at the broker; default from agent and connection."""
    queue: int = Field(default=10_000, ge=1)
    """Messages that may wait for the agent; what does not fit is counted as lost."""

    user: str | None = None
    password_env: str | None = None
    """The environment variable that holds the password."""
    allow_plain_password: bool = False
    """Send the password although nothing protects it on the wire (mqtt:// instead of mqtts://)."""
    ca_file: str | None = None
    """Who may have issued the broker's certificate; default: whom the machine trusts."""
    certificate: str | None = None
    key: str | None = None
    check_host: bool = True

    time_path: Path | None = None
    time_unit: TimeUnit = "ms"
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """What an ISO time without a zone means."""
    quality_path: Path | None = None
    quality_words: dict[str, QualityWord] = Field(default_factory=lambda: dict(_QUALITY_WORDS))
    """What the device's words mean, in small letters; a word that is not here is bad."""
    encoding: str = "utf-8"

    node_keep_alive: float = Field(default=60.0, gt=0)
    """Sparkplug: the edge nodes' own keep-alive; a death by will is noticed up to 1.5 × this late (D2)."""
    node_vouches: bool = True
    """Sparkplug: a message of the edge node proves its living devices too, since it must tell of a lost one."""
    allow_rebirth_request: bool = False
    """Sparkplug: ask a node to state all again where a birth was missed: the only thing that is ever sent."""

    @model_validator(mode="after")
    def _consistent(self) -> "MqttConnection":
        for problem in (*self._login_problems(), *self._device_problems(), *self._tag_problems()):
            raise ValueError(problem)
        return self

    def _login_problems(self) -> Iterator[str]:
        if self.password_env is not None and self.user is None:
            yield "password_env is given without a user"
        if self.password_env is not None and not self.is_tls and not self.allow_plain_password:
            yield (
                "password_env is given with mqtt://: anybody on the wire could read the password; "
                "use mqtts://, or accept it by allow_plain_password: true"
            )
        if (self.certificate is None) != (self.key is None):
            yield "certificate and key belong together, one of them is missing"

    def _device_problems(self) -> Iterator[str]:
        seen: dict[str, str] = {}
        for link, place in self.devices.items():
            if not link or "/" in link or "@" in link:
                yield f"devices: '{link}' is no name of a link, expected one without / and @"
            if place.rstrip("/") in seen:
                yield f"devices: '{link}' and '{seen[place.rstrip('/')]}' are the same place '{place}'"
            seen[place.rstrip("/")] = link
            if self.mode == "sparkplug" and not _SPARKPLUG.fullmatch(place):
                yield f"devices.{link}: got '{place}', expected group/node or group/node/device"
            if self.mode == "json" and ("+" in place or "#" in place or not place.strip("/")):
                yield f"devices.{link}: got '{place}', expected a topic prefix without wildcards, as plant/CNC-01"

    def _tag_problems(self) -> Iterator[str]:
        for tag in self.tags:
            place = f"tag {tag.asset}/{tag.role}"
            if tag.device is not None and tag.device not in self.devices:
                yield f"{place}: device '{tag.device}' is none of {', '.join(self.devices)}"
            elif self.mode == "sparkplug" and not tag.metric:
                yield f"{place}: metric is missing"
            elif self.mode == "sparkplug" and tag.device is None and len(self.devices) > 1:
                yield f"{place}: device is missing, one of {', '.join(self.devices)}"
            elif self.mode == "json" and not tag.topic:
                yield f"{place}: topic is missing"
            elif self.mode == "json" and self.device_of_topic(tag.topic) is None:
                prefixes = ", ".join(self.devices.values())
                yield f"{place}: topic '{tag.topic}' is under none of the devices' prefixes ({prefixes})"

    @property
    def is_tls(self) -> bool:
        """The url says mqtts."""
        return self.url.startswith("mqtts:")

    @property
    def host(self) -> str:
        """The broker's host."""
        return str(urlsplit(self.url).hostname)

    @property
    def port(self) -> int:
        """The broker's port; 1883, or 8883 with TLS."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @cached_property
    def _prefixes(self) -> list[tuple[str, str]]:
        """Longest first: the nearest device owns a topic."""
        pairs = [(prefix.rstrip("/"), link) for link, prefix in self.devices.items()]
        return sorted(pairs, key=lambda pair: -len(pair[0]))

    def device_of_topic(self, topic: str) -> str | None:
        """JSON: the link that a topic belongs to."""
        for prefix, link in self._prefixes:
            if topic == prefix or topic.startswith(prefix + "/"):
                return link
        return None

    def device_of(self, tag: MqttTag) -> str:
        """The link that a tag hangs on."""
        if tag.device is not None:
            return tag.device
        found = self.device_of_topic(tag.topic) if self.mode == "json" else next(iter(self.devices))
        assert found is not None  # the model would not have been made
        return found

    def filters(self) -> list[str]:
        """What to subscribe to."""
        if self.mode == "json":
            return sorted({f"{prefix}/#" for prefix, _ in self._prefixes})
        nodes = {tuple(place.split("/")[:2]) for place in self.devices.values()}
        return sorted(f"spBv1.0/{group}/+/{node}/#" for group, node in nodes)
