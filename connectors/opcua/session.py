"""One session with one OPC UA server: the only file that knows asyncua, whose status codes become our errors here."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from connectors.base import NotConnected, Refused
from connectors.opcua import trust
from connectors.opcua.config import NodeAddress, OpcUaConnection, OpcUaSecurity
from connectors.opcua.values import Columns, Plain
from evidence_engine.vocabulary.instants import from_datetime

# The library writes tracebacks for what it then raises as well; what went wrong is told by our errors.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)
logging.getLogger("asyncuagds").setLevel(logging.CRITICAL)

_KEEP_ALIVE = 3  # publishing periods without news until the server says that it has none
_LIFETIME = 60  # publishing periods until a server forgets a subscription whose owner is gone
_SESSION_MS = 60_000  # a small controller has few sessions: a crashed agent must not hold one for an hour
_CLOSING_S = 2.0
_REFUSED = (
    "BadSecurityChecksFailed", "BadSecurityPolicyRejected", "BadSecurityModeRejected", "BadIdentityTokenInvalid",
    "BadIdentityTokenRejected", "BadUserAccessDenied", "BadUserSignatureInvalid", "BadApplicationSignatureInvalid",
    "BadTcpEndpointUrlInvalid", "BadNoValidCertificates",
)  # fmt: skip

Node = ua.NodeId
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """What to report: `handle` comes back with each value; sampling in real seconds."""

    handle: int
    node: Node
    sampling: float
    queue_size: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What the server agreed to; `refused` holds its reason where it did not."""

    refused: str = ""
    sampling: float = 0.0


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What the server made of the subscription, real seconds."""

    publishing: float
    keep_alive: float
    """After so long without news it says that it has none."""


@dataclass(slots=True)
class Publication:
    """One Publish response. `published`: the server's own stamp, ns; no handles: a keep-alive."""

    sequence: int
    published: int | None
    handles: list[int] = field(default_factory=list)
    columns: Columns = field(default_factory=Columns)
    is_keep_alive: bool = False
    has_more: bool = False
    """The server holds back older news than its publish time: the rest follows in the next response."""
    ended: str = ""
    """Why the server ended the subscription, empty while it goes on."""


class Session:
    """Open, read, subscribe, close; a new one for each attempt."""

    def __init__(self, config: OpcUaConnection, on_lost: Callable[[str], None]) -> None:
        self._config = config
        self._on_lost = on_lost
        self._client = Client(config.url, timeout=config.timeout, watchdog_intervall=config.timeout)
        self._client.session_timeout = _SESSION_MS
        self._client.name = self._client.description = f"FloorTruth {config.name}"
        self._client.connection_lost_callback = self._lost
        self._namespaces: list[str] = []
        self._opened = False
        self.max_read = 0
        """Nodes per read request that the server takes; 0: no limit."""
        self._max_create = 0

    async def open(self) -> None:
        """Connect and log in. Raises NotConnected, or Refused with what to change."""
        with self._translated("connecting"):
            self._log_in()
            if self._config.security is not None:
                await self._secure(self._config.security)
            self._opened = True
            await self._client.connect()
            self._namespaces = await self._client.get_namespace_array()
            await self._read_limits()

    def resolve(self, address: NodeAddress) -> Node | None:
        """The node in this session; None where the server does not know the namespace."""
        index = address.index
        if address.uri is not None:
            if address.uri not in self._namespaces:
                return None
            index = self._namespaces.index(address.uri)
        try:
            return ua.NodeId.from_string(f"ns={index};{address.kind}={address.id}")
        except (UaError, ValueError):
            return None

    @property
    def namespaces(self) -> Sequence[str]:
        """The namespace URIs that the server offers."""
        return self._namespaces

    async def read(self, nodes: Sequence[Node]) -> Columns:
        """The values of these nodes now, in one request: at most `max_read` of them. Raises NotConnected."""
        request = ua.ReadParameters()
        request.MaxAge = 0
        request.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.NodesToRead = [ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value) for node in nodes]
        columns = Columns()
        with self._translated("reading"):
            for value in await self._client.uaclient.read(request):
                _append(columns, value)
        return columns

    async def subscribe(
        self, items: Sequence[Item], publishing: float, callback: Callable[[Publication], Awaitable[None]]
    ) -> tuple[Subscribed, list[Granted]]:
        """One subscription with these items, and one Granted per item. Raises NotConnected."""
        params = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=publishing * 1000, RequestedLifetimeCount=_LIFETIME,
            RequestedMaxKeepAliveCount=_KEEP_ALIVE, MaxNotificationsPerPublish=0, PublishingEnabled=True,
        )  # fmt: skip
        with self._translated("subscribing"):
            created = await self._client.uaclient.create_subscription(
                params, lambda result: callback(_publication(result))
            )
            granted: list[Granted] = []
            for part in parts_of(items, self._max_create):
                granted += await self._create_items(created.SubscriptionId, part)
        publishing = created.RevisedPublishingInterval / 1000
        return Subscribed(publishing, publishing * created.RevisedMaxKeepAliveCount), granted

    async def aclose(self) -> None:
        """Close the session on every path: a session left behind may lock a small controller."""
        if not self._opened:
            return
        self._opened = False
        protocol = self._client.uaclient.protocol
        with suppress(UaError, OSError, TimeoutError):
            await asyncio.wait_for(self._client.disconnect(), _CLOSING_S)
        self._client.disconnect_socket()
        if protocol is not None and protocol.transport is not None:
            protocol.transport.abort()  # close alone waits for a device that may never read on
            await asyncio.sleep(0)  # the socket is closed in the loop's next turn

    # --- connecting ---

    def _log_in(self) -> None:
        if self._config.user is None:
            return
        self._client.set_user(self._config.user)
        if self._config.password_env is not None:
            password = os.environ.get(self._config.password_env)
            if password is None:
                raise Refused(f"password_env: the environment has no variable '{self._config.password_env}'")
            self._client.set_password(password)

    async def _secure(self, security: OpcUaSecurity) -> None:
        """1. our certificate and key  2. what the server offers  3. its certificate is the one we trust  4. use it."""
        certificate, key = _own(security)  # (1)
        self._client.application_uri = trust.own_uri(certificate)
        endpoint = await self._endpoint(security)  # (2)
        offered = _leaf(endpoint.ServerCertificate)
        host = urlsplit(self._config.url).hostname if security.check_host else None
        trusted = trust.load_trusted(Path(security.trusted))
        trust.check_server(offered, trusted, endpoint.Server.ApplicationUri, host)  # (3)
        trust.warn_of_expiry(self._config.name, ours=certificate, theirs=offered)
        encoded = serialization.Encoding.DER
        secret = key.private_bytes(encoded, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        await self._client.set_security(  # (4)
            SecurityPolicyBasic256Sha256,
            CertProperties(certificate.public_bytes(encoded), "der"),
            CertProperties(secret, "der"),
            server_certificate=CertProperties(offered.public_bytes(encoded), "der"),
            mode=ua.MessageSecurityMode[security.mode],
        )

    async def _endpoint(self, security: OpcUaSecurity) -> ua.EndpointDescription:
        offered = await self._client.connect_and_get_server_endpoints()
        for endpoint in offered:
            if (
                endpoint.SecurityPolicyUri == SecurityPolicyBasic256Sha256.URI
                and endpoint.SecurityMode == ua.MessageSecurityMode[security.mode]
                and endpoint.ServerCertificate
            ):
                return endpoint
        kinds = {
            f"{str(e.SecurityPolicyUri).rpartition('#')[2]} {e.SecurityMode.name.rstrip('_')}"
            for e in offered
        }
        raise Refused(
            f"the server offers no {security.policy} {security.mode}, it offers: {', '.join(sorted(kinds)) or 'nothing'}"
        )

    async def _read_limits(self) -> None:
        ids = ObjectIds
        wanted = [
            ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
            ids.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
        ]
        limits = await self.read([ua.NodeId(ua.Int32(number)) for number in wanted])
        self.max_read, self._max_create = (raw if isinstance(raw, int) else 0 for raw in limits.raw)

    # --- subscribing ---

    async def _create_items(self, subscription: int, items: Sequence[Item]) -> list[Granted]:
        params = ua.CreateMonitoredItemsParameters()
        params.SubscriptionId = subscription
        params.TimestampsToReturn = ua.TimestampsToReturn.Both
        params.ItemsToCreate = [_item_request(item) for item in items]
        results = await self._client.uaclient.create_monitored_items(params)
        return [_granted(result) for result in results]

    async def _lost(self, error: Exception) -> None:
        self._on_lost(f"{self._config.url}: connection lost ({_reason(error)})")

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        """Whatever the library raises becomes NotConnected or Refused, with the url and what was being done."""
        url = self._config.url
        try:
            yield
        except TimeoutError as error:
            raise NotConnected(f"{url}: no answer within {self._config.timeout:g} s while {doing}") from error
        except InvalidSignature as error:
            raise Refused(f"{url}: the server could not prove that its certificate is its own") from error
        except UaStatusCodeError as error:
            if _is_refusal(error.code):
                raise Refused(f"{url}: the server refused while {doing}: {_reason(error)}") from error
            raise NotConnected(f"{url}: {_reason(error)} while {doing}") from error
        except UaError as error:
            if str(error).startswith("No matching endpoints"):  # the library has no code for it
                raise Refused(
                    f"{url}: the server offers no unsecured endpoint, configure security"
                ) from error
            raise NotConnected(f"{url}: {_reason(error)} while {doing}") from error
        except OSError as error:
            raise NotConnected(f"{url}: {_reason(error)} while {doing}") from error


def parts_of(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Slices of at most `most` items; one of all where 0."""
    size = most or max(len(items), 1)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def status_name(code: int) -> str:
    """`BadDeviceFailure`, without the info bits."""
    return str(ua.StatusCode(ua.UInt32(code & 0xFFFF0000)).name)


def _own(security: OpcUaSecurity) -> tuple[x509.Certificate, PrivateKeyTypes]:
    certificate = trust.load_certificate(Path(security.certificate))
    path = Path(security.key)
    try:
        data = path.read_bytes()
        load = (
            serialization.load_pem_private_key
            if data.lstrip().startswith(b"-----BEGIN")
            else serialization.load_der_private_key
        )
        key = load(data, None)
    except OSError as error:
        raise Refused(f"key {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise Refused(f"{path} is no private key without password (PEM or DER expected)") from error
    if key.public_key() != certificate.public_key():
        raise Refused(f"key {path} does not belong to certificate {security.certificate}")
    return certificate, key


def _leaf(encoded: bytes) -> x509.Certificate:
    """The server's own certificate, which may be followed by those of its issuers."""
    length = int.from_bytes(encoded[2:4], "big") + 4
    return x509.load_der_x509_certificate(encoded[:length])


def _item_request(item: Item) -> ua.MonitoredItemCreateRequest:
    parameters = ua.MonitoringParameters()
    parameters.ClientHandle = item.handle
    parameters.SamplingInterval = item.sampling * 1000
    parameters.QueueSize = item.queue_size
    parameters.DiscardOldest = True
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor = ua.ReadValueId(NodeId=item.node, AttributeId=AttributeIds.Value)
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters = parameters
    return request


def _granted(result: ua.MonitoredItemCreateResult) -> Granted:
    if not result.StatusCode.is_good():
        return Granted(refused=_described(result.StatusCode.value))
    return Granted(sampling=result.RevisedSamplingInterval / 1000)


def _publication(result: ua.PublishResult) -> Publication:
    message = result.NotificationMessage
    stamp = message.PublishTime
    made = Publication(message.SequenceNumber, from_datetime(stamp) if stamp is not None else None)
    made.is_keep_alive = not message.NotificationData
    made.has_more = bool(result.MoreNotifications)
    for part in message.NotificationData:
        content: Any = part
        if isinstance(content, ua.DataChangeNotification):
            for item in content.MonitoredItems:
                made.handles.append(item.ClientHandle)
                _append(made.columns, item.Value)
        elif isinstance(content, ua.StatusChangeNotification):
            code = content.Status.value if isinstance(content.Status, ua.StatusCode) else content.Status
            if code >> 30:
                made.ended = _described(code)
    return made


def _append(columns: Columns, value: ua.DataValue) -> None:
    raw = _plain(value.Value)
    columns.raw.append(raw)
    columns.is_composite.append(raw is None and value.Value is not None and value.Value.Value is not None)
    columns.status.append(value.StatusCode.value if value.StatusCode is not None else 0)
    columns.source.append(_ns(value.SourceTimestamp))
    columns.server.append(_ns(value.ServerTimestamp))


def _plain(variant: ua.Variant | None) -> Plain:
    """A scalar; arrays and structures are no value of a series."""
    if variant is None or variant.is_array:
        return None
    value = variant.Value
    if isinstance(value, ua.LocalizedText):
        return value.Text
    if isinstance(value, bool | int | float | str | bytes | datetime):
        return value
    return None


def _ns(stamp: datetime | None) -> int | None:
    return from_datetime(stamp) if stamp is not None and stamp.year > 1601 else None


def _is_refusal(code: int) -> bool:
    name = status_name(code)
    return name in _REFUSED or name.startswith("BadCertificate")


def _described(code: int) -> str:
    return f"{status_name(code)} ({str(ua.StatusCode(ua.UInt32(code & 0xFFFF0000)).doc).rstrip('.')})"


def _reason(error: Exception) -> str:
    if isinstance(error, UaStatusCodeError):
        return _described(error.code)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
