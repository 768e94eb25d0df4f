"""A small OPC UA server in a thread of its own: tests write its nodes, step its clock, freeze it, restart it."""

# The library types its constructors by the wire's types, and takes Python's.
# mypy: disable-error-code="arg-type, attr-defined, name-defined"

import asyncio
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.server.user_managers import UserManager
from cryptography import x509

URI = "urn:test:plc"
UNCERTAIN, BAD_DEVICE = ua.StatusCodes.UncertainLastUsableValue, ua.StatusCodes.BadDeviceFailure
MAX_NODES_PER_READ = ua.NodeId(ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead)
KINDS = {
    "state": (ua.VariantType.Int32, 3), "ready": (ua.VariantType.Boolean, True), "power": (ua.VariantType.Float, 1.5),
    "count": (ua.VariantType.UInt64, 7), "product": (ua.VariantType.String, "P1"),
    "since": (ua.VariantType.DateTime, datetime(2026, 11, 24, 8, tzinfo=UTC)),
    "name": (ua.VariantType.ByteString, "甲".encode("gb18030")),
}  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Plc:
    """Nodes `s=<name>` in URI; a clock node `s=Clock` that runs `clock_ahead` before ours."""

    def __init__(self, port: int | None = None, *, extra_namespaces: int = 0) -> None:
        self.port = port or free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.port}"
        self.clock_ahead = timedelta()
        self.clock_runs = True
        self.users: UserManager | None = None
        self.certificate: tuple[str, str, str] | None = None
        """Certificate file, key file, application URI: then only secured."""
        self.accepts_clients = True
        self._extra = extra_namespaces
        self._thaw = threading.Event()
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> "Plc":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.run(self._start())
        return self

    def stop(self) -> None:
        self._thaw.set()
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the server's loop, waiting for it."""
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(20)

    def write(
        self, name: str, value: Any, *, at: datetime | None = None, status: int = 0, stamped: bool = True
    ) -> datetime:
        """A new value with its source time (the device's clock now, unless told)."""
        stamp = at or self.now()
        kind = KINDS[name][0] if value is not None else ua.VariantType.Null
        shown = ua.DataValue(ua.Variant(value, kind), ua.StatusCode(status), stamp if stamped else None)
        self.run(self.server.write_attribute_value(ua.NodeId(name, self.index), shown))
        return stamp

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def freeze(self) -> None:
        """The server takes bytes, and answers nothing."""
        self._thaw.clear()
        self._loop.call_soon_threadsafe(self._thaw.wait)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        self._thaw.set()

    def subscriptions(self) -> list[Any]:
        return list(self.server.iserver.subscription_service.subscriptions.values())

    def sessions(self) -> int:
        return len(self.server.iserver._external_sessions)

    async def until_sessions(self, number: int, seconds: float = 5.0) -> bool:
        """Waits until the server has so many sessions; it notices a closed socket a moment later."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self.sessions() != number and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # sessions belong to another thread's loop
        return self.sessions() == number

    async def _start(self) -> None:
        self.server = Server(user_manager=self.users)
        await self.server.init()
        self.server.set_endpoint(self.url)
        await self._secure()
        for number in range(self._extra):
            await self.server.register_namespace(f"urn:other:{number}")
        self.index = await self.server.register_namespace(URI)
        folder = self.server.nodes.objects
        for name, (kind, value) in KINDS.items():
            await folder.add_variable(ua.NodeId(name, self.index), name, ua.Variant(value, kind))
        await folder.add_variable(ua.NodeId("list", self.index), "list", [1, 2, 3])
        await folder.add_variable(ua.NodeId("Clock", self.index), "Clock", ua.Variant(self.now()))
        self._ticking = asyncio.create_task(self._tick())
        await self.server.start()

    async def _secure(self) -> None:
        if self.certificate is None:
            self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
            return
        certificate, key, uri = self.certificate
        kinds = ua.SecurityPolicyType
        self.server.set_security_policy([kinds.Basic256Sha256_Sign, kinds.Basic256Sha256_SignAndEncrypt])
        self.server.set_certificate_validator(self._validate)
        await self.server.set_application_uri(uri)
        await self.server.load_certificate(certificate)
        await self.server.load_private_key(key)

    async def _validate(
        self, _certificate: x509.Certificate, _application: ua.ApplicationDescription
    ) -> None:
        if not self.accepts_clients:
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)

    async def _stop(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        for session in list(self.server.iserver._external_sessions.values()):
            await session.close_session(True)
        await self.server.stop()

    async def _tick(self) -> None:
        node = ua.NodeId("Clock", self.index)

        def read(_node: ua.NodeId, _attribute: ua.AttributeIds) -> ua.DataValue:
            return ua.DataValue(ua.Variant(self.now()), SourceTimestamp=self.now())

        while True:
            if self.clock_runs:
                await self.server.write_attribute_value(node, read(node, ua.AttributeIds.Value))
                self.server.set_attribute_value_callback(node, read)
            await asyncio.sleep(0.02)
