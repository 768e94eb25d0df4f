"""OPC UA endpoints, read by a real client: exact stamps, reads and reports, their faults, and who is let in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from simulators.clock import EPOCH
from simulators.faults import Fault
from simulators.wire import pki
from simulators.wire.device import Floor
from simulators.wire.gate import LOCAL, Gate
from simulators.wire.layout import OpcUaWire
from simulators.wire.opcua import OpcUaDevice
from tests.simulators.scripted import START, ManualClock, ScriptedPlant, Story, fault, floor_of, until

SPACE = "urn:test:cell"
WIRE = OpcUaWire("cell", SPACE, secure=False, assets=("CNC-01",))
STORY: dict[tuple[str, str], Story] = {
    ("CNC-01", "state"): [(0, 1.0), (10, 3.0), (40, 4.0)],
    ("CNC-01", "count_total"): [(0, 5.0), (12.5, 6.0), (31.25, 7.0), (50, 8.0)],
    ("CNC-01", "product"): [(0, "P1"), (20, "P2")],
    ("CNC-01", "power_active"): [(0, 2.5), (10, 13.125)],
}


def second_of(stamp: datetime | None) -> float:
    assert stamp is not None
    return ((stamp - EPOCH).total_seconds() * 1_000_000 - START // 1000) / 1_000_000


class Cell:
    """A running endpoint with a client whose subscription writes everything down."""

    def __init__(
        self, device: OpcUaDevice, floor: Floor, clock: ManualClock, client: Client, space: int
    ) -> None:
        self.device, self.floor, self.clock, self.client, self.space = device, floor, clock, client, space
        self.told: dict[str, list[tuple[float, Any]]] = {}

    def node(self, name: str) -> Any:
        return self.client.get_node(f"ns={self.space};s={name}")

    async def subscribe(self, *names: str) -> None:
        subscription = await self.client.create_subscription(20, self)
        self.told = {name: [] for name in names}
        await subscription.subscribe_data_change([self.node(name) for name in names], queuesize=100)
        await until(lambda: all(self.told.values()))

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        reported = data.monitored_item.Value
        good = reported.StatusCode is None or reported.StatusCode.is_good()
        self.told[node.nodeid.Identifier].append(
            (second_of(reported.SourceTimestamp), value if good else None)
        )

    async def tick(self, *seconds: float) -> None:
        """The plant's tick at these seconds; then waits until the clock node has told the last of them."""
        for second in seconds:
            self.clock.at(second)
            await self.device.tick(self.floor.now())
        if "Clock" in self.told:
            await until(lambda: self.told["Clock"][-1][0] == seconds[-1])

    async def read(self, name: str) -> tuple[float, Any]:
        (answer,) = await self.client.uaclient.read_attributes([self.node(name).nodeid], AttributeIds.Value)
        good = answer.StatusCode is None or answer.StatusCode.is_good()
        return second_of(answer.SourceTimestamp), answer.Value.Value if good and answer.Value else None


@asynccontextmanager
async def cell(*faults: Fault) -> AsyncIterator[Cell]:
    clock = ManualClock()
    floor = floor_of(ScriptedPlant(STORY), clock, *faults)
    device = OpcUaDevice(WIRE, floor, Gate(LOCAL, 0))
    await device.start()
    try:
        async with Client(device.url(LOCAL)) as client:
            yield Cell(device, floor, clock, client, await client.get_namespace_index(SPACE))
    finally:
        await device.aclose()


async def test_reports_reads_and_faults_of_one_session() -> None:
    """One server for many facts, since it takes a second to start."""
    faults = [
        fault("frozen_value", "cell", 11, 35, asset="CNC-01", signals=("count_total",)),
        fault("bad_quality", "cell", 15, 25, asset="CNC-01", signals=("product",)),
        fault("counter_reset", "cell", 45, asset="CNC-01", signals=("count_total",)),
        fault("clock_step", "cell", 38, 44, by=-100),
    ]
    async with cell(*faults) as here:
        names = ("state", "count_total", "product", "power_active")
        await here.subscribe(*(f"CNC-01/{name}" for name in names), "Clock")
        await here.tick(5, 14)
        assert await here.read("CNC-01/count_total") == (12.5, 6)  # frozen: no report, but a read is true
        assert await here.read("CNC-01/power_active") == (10, 13.125)
        await here.tick(16)
        assert await here.read("CNC-01/product") == (15, None)
        here.clock.at(26)  # no tick: a read brings the endpoint up to the moment by itself
        assert await here.read("CNC-01/product") == (25, "P2")
        assert await here.read("Clock") == (26, EPOCH.fromtimestamp((START / 1e9) + 26, EPOCH.tzinfo))
        await here.tick(36, 41, 46, 60)
    assert here.told["CNC-01/state"] == [(0, 1), (10, 3), (-60, 4)]  # as the stepped clock stamps it
    assert here.told["CNC-01/product"] == [(0, "P1"), (15, None), (25, "P2")]
    assert here.told["CNC-01/count_total"] == [(0, 5), (31.25, 7), (45, 0), (50, 1)]
    assert [second for second, _ in here.told["Clock"]][-4:] == [36, -59, 46, 60]


async def test_a_restart_forgets_its_sessions_and_comes_back_on_the_same_port() -> None:
    async with cell() as here:
        port = here.device.gate.port
        await here.device.stop()
        with pytest.raises(OSError, match=r"Connect call failed|refused"):
            await Client(here.device.url(LOCAL)).connect()
        here.device.prepare()
        here.clock.at(32)
        await here.device.start()
        assert here.device.gate.port == port
        async with Client(here.device.url(LOCAL)) as again:
            space = await again.get_namespace_index(SPACE)
            assert await again.get_node(f"ns={space};s=CNC-01/count_total").read_value() == 7


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> tuple[pki.PkiParty, pki.PkiParty]:
    return pki.make_pki(tmp_path_factory.mktemp("pki"))


async def _secure_client(url: str, party: pki.PkiParty, believes: Path) -> Client:
    client = Client(url)
    client.application_uri = pki.CLIENT_URI
    store = TrustStore([believes], [])
    await store.load()
    options = CertificateValidatorOptions
    client.certificate_validator = CertificateValidator(
        options.TRUSTED_VALIDATION | options.PEER_SERVER, store
    )
    await client.set_security(SecurityPolicyBasic256Sha256, str(party.certificate), str(party.key))
    return client


async def test_the_secure_endpoint_lets_in_whom_it_knows_and_nobody_else(
    parties: tuple[pki.PkiParty, pki.PkiParty], tmp_path: Path
) -> None:
    server, agent = parties
    stranger = pki.PkiParty(tmp_path / "stranger")
    pki.make_party(stranger, "a stranger", pki.CLIENT_URI, ["localhost"], is_server=False)
    wire = OpcUaWire("cell-b", SPACE, secure=True, assets=("CNC-01",))
    device = OpcUaDevice(wire, floor_of(ScriptedPlant(STORY), ManualClock()), Gate(LOCAL, 0), server)
    await device.start()
    try:
        url = device.url(LOCAL)
        async with await _secure_client(url, agent, agent.trusted) as client:
            space = await client.get_namespace_index(SPACE)
            assert await client.get_node(f"ns={space};s=CNC-01/state").read_value() == 1
        with pytest.raises(UaStatusCodeError, match="BadCertificateUntrusted"):
            await (await _secure_client(url, stranger, agent.trusted)).connect()
        with pytest.raises(UaError, match="No matching endpoints"):
            await Client(url).connect()
        with pytest.raises(
            UaStatusCodeError, match="Untrusted"
        ):  # a client that does not believe this server
            await (await _secure_client(url, agent, stranger_folder(stranger, tmp_path))).connect()
    finally:
        await device.aclose()


def stranger_folder(stranger: pki.PkiParty, tmp_path: Path) -> Path:
    folder = tmp_path / "others"
    folder.mkdir()
    (folder / "stranger.der").write_bytes(stranger.certificate.read_bytes())
    return folder


def test_certificates_are_made_once_and_kept(parties: tuple[pki.PkiParty, pki.PkiParty]) -> None:
    server, agent = parties
    before = server.certificate.read_bytes(), agent.key.read_bytes()
    assert pki.make_pki(server.folder.parent) == (server, agent)
    assert (server.certificate.read_bytes(), agent.key.read_bytes()) == before
    assert pki.trusted_certificates(server.trusted) == {agent.certificate.read_bytes()}
    assert agent.key.stat().st_mode & 0o077 == 0


def test_a_secure_wire_without_certificates_is_refused() -> None:
    wire = OpcUaWire("cell-b", SPACE, secure=True, assets=())
    with pytest.raises(ValueError, match="cell-b is secure and needs a folder of certificates"):
        OpcUaDevice(wire, floor_of(ScriptedPlant(STORY), ManualClock()), Gate(LOCAL, 0))


async def test_a_gate_delays_both_ways_and_refuses_when_cut() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, LOCAL, 0)
    slow = [0.1]
    gate = Gate(LOCAL, 0, lambda: slow[0])
    await gate.open(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(LOCAL, gate.port)
    began = loop.time()
    writer.write(b"late ")
    assert await reader.readexactly(5) == b"late "
    assert loop.time() - began >= 0.2
    writer.write(b"late ")
    slow[0] = 0.0
    writer.write(b"soon")
    assert await reader.readexactly(9) == b"late soon"  # nothing overtakes
    gate.cut()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOCAL, gate.port)
    await gate.aclose()
    server.close()
    await server.wait_closed()
