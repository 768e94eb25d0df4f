"""OPC UA endpoints: nodes that report each change with its plant time, and a clock node in plant time."""

import asyncio
from datetime import UTC, datetime
from typing import cast

from asyncua import ua
from asyncua.common.callback import CallbackType
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.internal_server import InternalServer
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulators.clock import SECOND, utc
from simulators.wire import layout, pki
from simulators.wire.device import Device, Floor
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.signal import Report, Reporter, Signal, Value

CLOCK = "Clock"
_TYPES = {
    "state": ua.VariantType.Int32, "alarm": ua.VariantType.Int32, "product": ua.VariantType.String,
    "count_total": ua.VariantType.UInt32, "count_good": ua.VariantType.UInt32, "count_reject": ua.VariantType.UInt32,
}  # fmt: skip
_BAD = ua.StatusCode(cast(ua.UInt32, StatusCodes.BadDeviceFailure))
_SECURE = [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt]
_OPEN = [ua.SecurityPolicyType.NoSecurity]


class OpcUaDevice(Device):
    """One endpoint. Node ids are `ns=<namespace>;s=<asset>/<role>` and `s=Clock`."""

    scheme = "opc.tcp"

    def __init__(
        self, wire: layout.OpcUaWire, floor: Floor, gate: Gate, party: pki.PkiParty | None = None
    ) -> None:
        """`party` holds certificate, key and trusted clients; needed where the wire is secure."""
        super().__init__(wire.name, layout.links(wire), gate)
        if wire.secure and party is None:
            raise ValueError(f"{wire.name} is secure and needs a folder of certificates, give one with --pki")
        self._wire, self._floor, self._party = wire, floor, party
        self._steps = floor.schedule.of("clock_step", wire.name)
        named = [(a, r) for a, r in floor.model.signals() if a in wire.assets]
        self._signals = [floor.signal(a, r, (wire.name,)) for a, r in named]
        self._reporters: list[tuple[ua.NodeId, Reporter]] = []
        self._server: Server | None = None
        self._next: asyncio.Task[Server] | None = None
        self._clock_id = _node_id(CLOCK, 1)
        self._ticking = asyncio.Lock()

    async def start(self) -> None:
        """A new server with every node, as after a restart of the controller; listens when it is complete."""
        server = await (self._next or self._prepared())
        self._next = None
        await server.start()
        assert server.bserver is not None
        self._server = server
        await self.gate.open(server.bserver.port)

    async def stop(self) -> None:
        self.gate.cut()
        server, self._server = self._server, None
        if server is not None:
            await _close_sessions(server.iserver)
            await server.stop()

    def prepare(self) -> None:
        """Begins to build the next server while the device is down: a second of work that needs no socket."""
        self._next = self._next or asyncio.get_running_loop().create_task(self._prepared())

    async def aclose(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await super().aclose()

    async def tick(self, now_ns: int) -> None:
        """Reports all changes up to `now_ns`, and the clock."""
        async with self._ticking:
            server = self._server
            if server is None:
                return
            for node_id, reporter in self._reporters:
                for report in reporter.take(now_ns):
                    await server.write_attribute_value(node_id, self._data_value(report, reporter.signal))
                    self._answer_reads(server, node_id, reporter)  # a write ends a node's read callback
            await server.write_attribute_value(self._clock_id, self._clock_value(now_ns))
            server.set_attribute_value_callback(self._clock_id, self._read_clock)

    async def _before_read(self, _event: object, _service: object) -> None:
        """What a read will show has been queued for subscribers first, so no report is older than a first value."""
        await self.tick(self._floor.now())

    # --- nodes ---

    async def _prepared(self) -> Server:
        server = Server(user_manager=_TrustedUsers(self._trusted()))
        server.set_endpoint(f"opc.tcp://{LOCAL}:0")
        server.name = "FloorTruth simulated plant"
        server.set_security_policy(_SECURE if self._wire.secure else _OPEN)
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        server.iserver.disabled_clock = True  # it would state the real time; ours is the clock node
        await server.init()
        await server.set_application_uri(pki.SERVER_URI if self._wire.secure else self._wire.namespace)
        if self._party is not None and self._wire.secure:
            await self._secure(server, self._party)
        await self._add_nodes(server)
        return server

    async def _add_nodes(self, server: Server) -> None:
        space = await server.register_namespace(self._wire.namespace)
        now = self._floor.now()
        self._reporters = []
        for asset in self._wire.assets:
            folder = await server.nodes.objects.add_folder(
                _node_id(asset, space), ua.QualifiedName(asset, space)
            )
            for signal in (s for s in self._signals if s.asset == asset):
                node_id = _node_id(f"{asset}/{signal.role}", space)
                first = _variant(signal.shown(now), signal.role)
                await folder.add_variable(node_id, ua.QualifiedName(signal.role, space), first)
                reporter = Reporter(signal, now)
                self._answer_reads(server, node_id, reporter)
                self._reporters.append((node_id, reporter))
        self._clock_id = _node_id(CLOCK, space)
        clock = ua.Variant(utc(now), ua.VariantType.DateTime)
        await server.nodes.objects.add_variable(self._clock_id, ua.QualifiedName(CLOCK, space), clock)
        server.set_attribute_value_callback(self._clock_id, self._read_clock)
        server.subscribe_server_callback(CallbackType.PreRead, self._before_read)

    def _answer_reads(self, server: Server, node_id: ua.NodeId, reporter: Reporter) -> None:
        def read(_node: ua.NodeId, _attribute: AttributeIds) -> ua.DataValue:
            return self._data_value(reporter.read(), reporter.signal)

        server.set_attribute_value_callback(node_id, read)

    def _data_value(self, report: Report, signal: Signal) -> ua.DataValue:
        stamp = self._stamped(report.ts)
        if report.value is None:
            return ua.DataValue(ua.Variant(None, ua.VariantType.Null), StatusCode=_BAD, SourceTimestamp=stamp)
        return ua.DataValue(_variant(report.value, signal.role), SourceTimestamp=stamp)

    # --- the clock ---

    def _stamped(self, ts_ns: int) -> ua.DateTime:
        """The instant as the device's own clock had it."""
        step_ns = sum(round(f.by * SECOND) for f in self._steps if f.active(ts_ns))
        return cast(ua.DateTime, utc(ts_ns + step_ns))

    def _clock_value(self, now_ns: int) -> ua.DataValue:
        stamp = self._stamped(now_ns)
        return ua.DataValue(ua.Variant(stamp, ua.VariantType.DateTime), SourceTimestamp=stamp)

    def _read_clock(self, _node: ua.NodeId, _attribute: AttributeIds) -> ua.DataValue:
        return self._clock_value(self._floor.now())

    # --- security ---

    def _trusted(self) -> frozenset[bytes] | None:
        """Whom the endpoint lets in; None is everybody."""
        if not self._wire.secure or self._party is None:
            return None
        return pki.trusted_certificates(self._party.trusted)

    async def _secure(self, server: Server, party: pki.PkiParty) -> None:
        await server.load_certificate(party.certificate)
        await server.load_private_key(party.key)
        trusted = self._trusted() or frozenset()

        async def check(certificate: x509.Certificate, _application: ua.ApplicationDescription) -> None:
            if certificate.public_bytes(Encoding.DER) not in trusted:
                raise ServiceError(StatusCodes.BadCertificateUntrusted)
            if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
                raise ServiceError(StatusCodes.BadCertificateTimeInvalid)

        server.set_certificate_validator(check)


class _TrustedUsers(UserManager):
    """Asks at activation for the certificate of the secure channel itself, which a session cannot leave out."""

    def __init__(self, trusted: frozenset[bytes] | None) -> None:
        self._trusted = trusted

    def get_user(
        self, iserver: InternalServer, username: str | None = None, password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:  # fmt: skip
        if self._trusted is not None and certificate not in self._trusted:
            return None
        return User(role=UserRole.User)


async def _close_sessions(server: InternalServer) -> None:
    """A restart forgets every session and subscription; without this they would outlive their sockets."""
    for session in list(server._external_sessions.values()):
        await session.close_session(True)


def _node_id(name: str, space: int) -> ua.NodeId:
    return ua.NodeId(cast(ua.String, name), cast(ua.Int16, space))


def _variant(value: Value, role: str) -> ua.Variant:
    kind = _TYPES.get(role, ua.VariantType.Double)
    if kind in (ua.VariantType.Int32, ua.VariantType.UInt32):
        return ua.Variant(round(float(value)), kind)
    return ua.Variant(value, kind)
