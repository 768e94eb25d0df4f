"""What an agent is told: its name, its collector, its spool and its connections; checking it touches no network."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from connectors.base import Connector, TagConfig
from connectors.modbus.config import ModbusConnection
from connectors.mqtt.config import MqttConnection
from connectors.opcua.config import OpcUaConnection
from edge_agent.derive import StateTable
from edge_agent.taglist import Row, read_tag_list
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import did_you_mean, series_name

Connection = OpcUaConnection | ModbusConnection | MqttConnection
PROTOCOLS: dict[str, type[OpcUaConnection] | type[ModbusConnection] | type[MqttConnection]] = {
    "opcua": OpcUaConnection,
    "modbus": ModbusConnection,
    "mqtt": MqttConnection,
}


def connector_of(connection: Connection, clock: Clock, agent: str) -> Connector:
    """A new connector for one attempt; a used one never works twice.

    Imported when first needed: an agent without OPC UA does without the 40 MB of its library.
    """
    match connection:
        case ModbusConnection():
            from connectors.modbus.connector import ModbusConnector

            return ModbusConnector(connection, clock)
        case OpcUaConnection():
            from connectors.opcua.connector import OpcUaConnector

            return OpcUaConnector(connection, clock)
        case MqttConnection():
            from connectors.mqtt.connector import MqttConnector

            return MqttConnector(connection, clock, agent)
        case _:
            assert_never(connection)


def links_of(connection: Connection) -> list[str]:
    """The names of its links, one per device (D2)."""
    match connection:
        case ModbusConnection():
            return list(dict.fromkeys(connection.link_of(tag.unit) for tag in connection.tags))
        case OpcUaConnection():
            return [connection.name]
        case MqttConnection():
            return list(connection.devices)
        case _:
            assert_never(connection)


def _link_of(connection: Connection, i: int) -> str:
    """The link on which a tag hangs."""
    match connection:
        case ModbusConnection():
            return connection.link_of(connection.tags[i].unit)
        case OpcUaConnection():
            return connection.name
        case MqttConnection():
            return connection.device_of(connection.tags[i])
        case _:
            assert_never(connection)


class Written(BaseModel):
    """Base of what people write: unknown keys refused, numbers strict and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class CollectorAddress(Written):
    """Where batches go, and who we are there."""

    url: str = Field(pattern=r"^https?://[^/]+/?$")
    token_env: str | None = None
    """The environment variable that holds the token."""
    token_file: str | None = None
    ca_file: str | None = None
    """Certificates that an https collector is checked against; the system's unless told."""
    timeout: float = Field(default=10.0, gt=0)

    @model_validator(mode="after")
    def _one_token(self) -> "CollectorAddress":
        if (self.token_env is None) == (self.token_file is None):
            raise ValueError("needs a token: give either token_env or token_file (never the token itself)")
        return self

    def token(self) -> str:
        """The secret, read anew each time so that it can be exchanged; BadInput where it is not there."""
        if self.token_env is not None:
            secret = os.environ.get(self.token_env, "")
            if not secret:
                raise BadInput(f"collector.token_env: the environment variable '{self.token_env}' is not set")
            return secret
        try:
            return Path(self.token_file or "").read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadInput(f"collector.token_file: {self.token_file}: {error.strerror}") from None


class SpoolConfig(Written):
    """The queue on disk."""

    path: str
    max_bytes: int = Field(default=1_000_000_000, ge=100_000)
    when_full: Literal["refuse_new", "drop_oldest"] = "drop_oldest"


class Retry(Written):
    """Back-off between attempts at a line, a silent unit or the collector: doubling from `first` to `most`, with jitter; real seconds."""

    first: float = Field(default=1.0, gt=0)
    most: float = Field(default=50.0, gt=0, le=60.0)
    """Under a minute with the attempt itself, so that two failed attempts prove that the device is down (D2)."""

    def seconds(self, failures: int) -> float:
        """The pause after so many failures in a row; jitter, so that many agents do not come at once."""
        whole = min(self.first * 2.0 ** min(max(failures - 1, 0), 16), self.most)
        return whole * random.uniform(0.75, 1.0)


def _connection(raw: Any) -> Connection:
    """Told apart by `protocol:`; the tags of a `tags_file` are added later."""
    if not isinstance(raw, Mapping):
        raise ValueError("expected keys and values (name, protocol, …)")
    protocol = raw.get("protocol")
    if protocol not in PROTOCOLS:
        raise ValueError(
            f"unknown protocol '{protocol}'{did_you_mean(str(protocol), PROTOCOLS)}, expected one of {', '.join(PROTOCOLS)}"
        )
    return PROTOCOLS[protocol].model_validate({key: raw[key] for key in raw if key != "tags_file"})


class AgentConfig(Written):
    """One agent's file. Intervals are real seconds (D32)."""

    schema_: Literal["floortruth/agent/1"] = Field(alias="schema")
    agent: str = Field(min_length=1, pattern=r"^[^/@\s]+$")
    collector: CollectorAddress
    spool: SpoolConfig
    flush: float = Field(default=1.0, gt=0)
    heartbeat: float = Field(default=30.0, gt=0)
    timeout: float = Field(default=75.0, gt=0)
    keyframe: float = Field(default=300.0, gt=0)
    status: float = Field(default=5.0, gt=0)
    """How often the collector is told how we are."""
    reported_time_error: float = Field(default=1.0, ge=0)
    """e of times that devices report, unless a tag states its own; a default is an assumption (D31)."""
    retry: Retry = Retry()
    states: list[StateTable] = []
    """States that are made of several tags (D26)."""
    connections: list[Annotated[Connection, PlainValidator(_connection)]] = Field(min_length=1)

    _places: dict[tuple[str, int], str] = PrivateAttr(default_factory=dict)
    """(connection, index of tag) → `tags.csv:12`, for errors."""

    @model_validator(mode="after")
    def _holds_together(self) -> "AgentConfig":
        names = Counter(connection.name for connection in self.connections)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise ValueError(f"connections: the name '{twice[0]}' stands twice")
        if self.timeout < 2 * self.heartbeat:
            raise ValueError(
                f"timeout {self.timeout:g} s is under twice the heartbeat {self.heartbeat:g} s: one late heartbeat would break a link"
            )
        return self

    def tags(self) -> Iterator[tuple[str, str, TagConfig]]:
        """(place, connection, tag) of every tag."""
        for connection in self.connections:
            for i, tag in enumerate(connection.tags):
                place = self._places.get((connection.name, i), f"connections.{connection.name}.tags.{i}")
                yield place, connection.name, tag

    def line_of(self, table: StateTable) -> str:
        """The connection that has all tags of a state table; '' where none has."""
        wanted = set(table.roles())
        for connection in self.connections:
            if wanted <= {tag.role for tag in connection.tags if tag.asset == table.asset}:
                return connection.name
        return ""

    def check(self, plant: Plant) -> None:
        """Every tag belongs to an asset of the register; BadInput lists those that do not."""
        problems = [
            f"{place}: asset '{tag.asset}' is not in the register of the plant{did_you_mean(tag.asset, plant.assets)}"
            for place, _, tag in self.tags()
            if tag.asset not in plant.assets
        ]
        if problems:
            raise BadInput("\n".join(problems))


def load_agent(path: str | Path) -> AgentConfig:
    """Read an agent's file and its tag lists; BadInput names each wrong line or row. Touches no network."""
    path = Path(path)
    config = read_yaml(_text(path), path.name, AgentFile)
    lists = {c.name: name for c, name in zip(config.connections, config.tag_files(), strict=True) if name}
    loaded = _with_lists(config, {name: path.parent / file for name, file in lists.items()}, path.name)
    _check_series(loaded)
    _check_states(loaded, path.name)
    _check_links(loaded, path.name)
    _check_pace(loaded, path.name)
    return loaded


class AgentFile(AgentConfig):
    """The same as it stands in the file: connections may name a tag list."""

    _tag_files: list[str | None] = PrivateAttr(default_factory=list)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_tag_files(cls, raw: Any, handler: Any) -> "AgentFile":
        config: AgentFile = handler(raw)
        config._tag_files = [written.get("tags_file") for written in raw["connections"]]
        return config

    def tag_files(self) -> list[str | None]:
        """One per connection."""
        return self._tag_files


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _with_lists(config: AgentFile, lists: Mapping[str, Path], name: str) -> AgentConfig:
    """The connections with the tags of their lists behind those written inline."""
    rows = {path: _rows(path, config) for path in dict.fromkeys(lists.values())}
    sharers = Counter(lists.values())
    _check_connections(config, lists, rows)
    connections: list[Connection] = []
    places: dict[tuple[str, int], str] = {}
    for connection in config.connections:
        path = lists.get(connection.name)
        mine = [row for row in rows[path] if _belongs(row, connection, sharers[path])] if path else []
        tags = [*connection.tags, *(_tag(row, connection) for row in mine)]
        first = len(connection.tags)
        places |= {(connection.name, first + i): row.place for i, row in enumerate(mine)}
        connections.append(_with_tags(connection, tags, name))
    whole = AgentConfig.model_construct(**{**_fields(config), "connections": connections})
    whole._places = places
    return whole


def _fields(config: AgentConfig) -> dict[str, Any]:
    return {field: getattr(config, field) for field in AgentConfig.model_fields}


def _with_tags(connection: Connection, tags: list[Any], name: str) -> Connection:
    """The connection checked again with all its tags."""
    fields = {field: getattr(connection, field) for field in connection.model_fields_set}
    try:
        return type(connection).model_validate({**fields, "tags": tags})
    except ValidationError as errors:
        lines = [f"{name}: connections.{connection.name}: {_words(error)}" for error in errors.errors()]
        raise BadInput("\n".join(lines)) from None


def _rows(path: Path, config: AgentConfig) -> list[Row]:
    known = {"connection"}
    for connection in config.connections:
        known |= set(_tag_model(connection).model_fields)
    return read_tag_list(path, sorted(known))


def _check_connections(
    config: AgentConfig, lists: Mapping[str, Path], rows: Mapping[Path, list[Row]]
) -> None:
    for path, listed in rows.items():
        users = [name for name, used in lists.items() if used == path]
        for row in listed:
            named = row.cells.get("connection")
            if named is None and len(users) > 1:
                raise BadInput(
                    f"{row.place}: 'connection' is empty, but {' and '.join(users)} share this list"
                )
            if named is not None and named not in {c.name for c in config.connections}:
                names = [c.name for c in config.connections]
                raise BadInput(f"{row.place}: unknown connection '{named}'{did_you_mean(named, names)}")


def _belongs(row: Row, connection: Connection, users: int) -> bool:
    named = row.cells.get("connection")
    return named == connection.name or (named is None and users == 1)


def _tag_model(connection: Connection) -> type[TagConfig]:
    model: type[TagConfig] = get_args(type(connection).model_fields["tags"].annotation)[0]
    return model


def _tag(row: Row, connection: Connection) -> TagConfig:
    """A row of text as a tag of this connection's protocol."""
    cells: dict[str, Any] = {key: cell for key, cell in row.cells.items() if key != "connection"}
    if "invalid" in cells:
        cells["invalid"] = cells["invalid"].replace(";", " ").replace("|", " ").split()
    model = _tag_model(connection)
    foreign = [key for key in cells if key not in model.model_fields]
    if foreign:
        raise BadInput(
            f"{row.place}: a tag of '{connection.name}' ({connection.protocol}) has no '{foreign[0]}'"
        )
    try:
        return model.model_validate(cells, strict=False)
    except ValidationError as errors:
        raise BadInput("\n".join(f"{row.place}: {_words(error)}" for error in errors.errors())) from None


def _words(error: Any) -> str:
    """pydantic's message in the words of the list."""
    where = ".".join(str(part) for part in error["loc"])
    place = f"{where}: " if where else ""
    if error["type"] == "missing":
        return f"{place}is missing"
    if error["type"] == "value_error":
        return f"{place}{error['ctx']['error']}"
    return f"{place}{error['msg'][0].lower()}{error['msg'][1:]}, got {error['input']!r}"


def _check_series(config: AgentConfig) -> None:
    """No two tags may write one series."""
    first: dict[str, str] = {}
    for place, _, tag in config.tags():
        series = series_name(tag.asset, tag.role)
        if series in first:
            raise BadInput(f"{place}: '{series}' has a tag already, at {first[series]}")
        first[series] = place


def _check_states(config: AgentConfig, name: str) -> None:
    """The tags of a state table hang on one device, and nothing else writes the state."""
    for table in config.states:
        place = f"{name}: states.{table.asset}"
        mine = {tag.role for _, _, tag in config.tags() if tag.asset == table.asset}
        missing = [role for role in table.roles() if role not in mine]
        if missing:
            raise BadInput(f"{place}: no tag '{table.asset}/{missing[0]}'{did_you_mean(missing[0], mine)}")
        if "state" in mine:
            raise BadInput(f"{place}: '{table.asset}/state' has a tag already")
        line = next((c for c in config.connections if c.name == config.line_of(table)), None)
        if line is None or len({_link_of(line, i) for i in table.sources(line.tags)}) > 1:
            raise BadInput(f"{place}: its tags hang on several devices, the state needs them on one")


def _check_links(config: AgentConfig, name: str) -> None:
    """A link belongs to one device."""
    users: dict[str, str] = {}
    for connection in config.connections:
        if not connection.tags:
            raise BadInput(
                f"{name}: connections.{connection.name}: has no tags, give 'tags' or a 'tags_file'"
            )
        for link in links_of(connection):
            if link in users:
                raise BadInput(
                    f"{name}: connections.{connection.name}: link '{link}' is also of '{users[link]}'"
                )
            users[link] = connection.name


def _check_pace(config: AgentConfig, name: str) -> None:
    """A unit whose fastest poll is slower than the link's timeout could never prove that it is up (D2)."""
    for connection in config.connections:
        if isinstance(connection, ModbusConnection) and connection.tags:
            fastest = min(tag.poll or connection.poll for tag in connection.tags)
            if fastest > config.timeout:
                raise BadInput(
                    f"{name}: connections.{connection.name}: poll every {fastest:g} s is slower than timeout {config.timeout:g} s, "
                    "so its link could never be proven"
                )
