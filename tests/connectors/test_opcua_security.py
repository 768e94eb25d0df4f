"""Trust in OPC UA servers: the right certificate, and each wrong one with the field that mismatches."""

import asyncio
import ipaddress
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from connectors.base import NotConnected, Refused
from connectors.opcua import trust
from connectors.opcua.config import OpcUaConnection
from connectors.opcua.connector import OpcUaConnector
from evidence_engine.vocabulary.clock import Clock
from tests.connectors.plc import URI, Plc

CLOCK = Clock(time.time_ns, time.monotonic_ns)
SERVER_URI, CLIENT_URI = "urn:test:server", "urn:test:agent"
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@dataclass
class Made:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def save(self, folder: Path, name: str) -> tuple[str, str]:
        """Certificate and key file."""
        secret = self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.der").write_bytes(self.certificate.public_bytes(DER))
        (folder / f"{name}.pem").write_bytes(secret)
        return str(folder / f"{name}.der"), str(folder / f"{name}.pem")


def make(
    uri: str, *, key: rsa.RSAPrivateKey = KEYS[0], issuer: Made | None = None, days: tuple[int, int] = (-1, 10),
    host: str = "127.0.0.1", is_ca: bool = False, is_server: bool = True, signature: bool = True,
) -> Made:  # fmt: skip
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, uri)])
    now = datetime.now(UTC)
    usage = ExtendedKeyUsageOID.SERVER_AUTH if is_server else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0])).not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName(
            [x509.UniformResourceIdentifier(uri), x509.IPAddress(ipaddress.ip_address(host)), x509.DNSName("plc")]), False)
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(
            digital_signature=signature, content_commitment=False, key_encipherment=True, data_encipherment=True,
            key_agreement=False, key_cert_sign=is_ca, crl_sign=False, encipher_only=False, decipher_only=False), True)
        .add_extension(x509.ExtendedKeyUsage([usage]), False)
    )  # fmt: skip
    return Made(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def test_a_certificate_in_the_folder_and_one_of_an_authority_in_it() -> None:
    own, authority = make(SERVER_URI), make("urn:ca", key=KEYS[1], is_ca=True)
    issued = make(SERVER_URI, issuer=authority)
    trust.check_server(own.certificate, [own.certificate], SERVER_URI, "127.0.0.1")
    trust.check_server(issued.certificate, [authority.certificate], SERVER_URI, "PLC")
    no_authority = make("urn:ca", key=KEYS[1], is_ca=False)
    with pytest.raises(Refused, match="not trusted"):
        trust.check_server(
            make(SERVER_URI, issuer=no_authority).certificate, [no_authority.certificate], SERVER_URI, None
        )


@pytest.mark.parametrize(
    ("settings", "uri", "host", "field"),
    [
        ({"days": (-9, -1)}, SERVER_URI, "plc", "expired on"),
        ({"days": (1, 9)}, SERVER_URI, "plc", "not valid before"),
        ({}, "urn:test:other", "plc", "application URI is 'urn:test:server'"),
        ({}, SERVER_URI, "10.0.0.9", "host is 'plc', '127.0.0.1', the url says '10.0.0.9'"),
        ({"is_server": False}, SERVER_URI, None, "lacks serverAuth"),
        ({"signature": False}, SERVER_URI, None, "lacks digitalSignature"),
    ],
)
def test_each_field_that_mismatches_is_named(
    settings: dict[str, object], uri: str, host: str | None, field: str
) -> None:
    certificate = make(SERVER_URI, **settings).certificate  # type: ignore[arg-type]
    with pytest.raises(Refused, match=field):
        trust.check_server(certificate, [certificate], uri, host)


def test_an_empty_folder_trusts_nobody(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds no certificate"):
        trust.load_trusted(tmp_path)
    (tmp_path / "broken.pem").write_text("hello")
    with pytest.raises(Refused, match="is no certificate"):
        trust.load_trusted(tmp_path)


class OneUser(UserManager):
    """Knows `floor` with the password `truth`, and the certificate of our agent."""

    def get_user(self, iserver, username=None, password=None, certificate=None):  # type: ignore[no-untyped-def]
        return User(role=UserRole.User) if (username, password) == ("floor", "truth") else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    make(SERVER_URI).save(folder, "server")
    make(CLIENT_URI, key=KEYS[1], is_server=False).save(folder, "client")
    (folder / "trusted").mkdir()
    (folder / "trusted" / "server.der").write_bytes((folder / "server.der").read_bytes())
    (folder / "others").mkdir()
    (folder / "others" / "other.der").write_bytes(make(SERVER_URI, key=KEYS[1]).certificate.public_bytes(DER))
    return folder


@pytest.fixture(scope="module")
def plc(folder: Path) -> Iterator[Plc]:
    plc = Plc()
    plc.certificate = str(folder / "server.der"), str(folder / "server.pem"), SERVER_URI
    plc.users = OneUser()
    plc.start()
    yield plc
    plc.stop()


def secured(
    plc: Plc, folder: Path, *, trusted: str = "trusted", mode: str = "SignAndEncrypt", **more: object
) -> OpcUaConnector:
    security = {
        "certificate": str(folder / "client.der"), "key": str(folder / "client.pem"),
        "trusted": str(folder / trusted), "mode": mode,
    }  # fmt: skip
    settings = {
        "protocol": "opcua", "name": "cell", "url": plc.url, "security": security, "publishing": 0.05,
        "clock_node": f"nsu={URI};s=Clock", "user": "floor", "password_env": "PLC_PASSWORD",
        "tags": [{"asset": "A", "role": "state", "address": f"nsu={URI};s=state"}],
    }  # fmt: skip
    return OpcUaConnector(OpcUaConnection.model_validate(settings | more), CLOCK)


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
async def test_secured_with_a_password(
    plc: Plc, folder: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("PLC_PASSWORD", "truth")
    made = secured(plc, folder, mode=mode)
    try:
        assert (await made.connect())[0].refused == ""
        assert (await made.read([0])).value == [3]
        assert (await made.read()).proof
    finally:
        await made.aclose()


@pytest.mark.parametrize(
    ("password", "more", "why"),
    [
        ("truth", {"trusted": "others"}, "server certificate: not trusted"),
        ("wrong", {}, "the server refused while connecting: BadUserAccessDenied|BadIdentityTokenRejected"),
        (None, {}, "the environment has no variable 'PLC_PASSWORD'"),
        ("truth", {"security": None, "allow_plain_password": True}, "offers no unsecured endpoint"),
    ],
)
async def test_refused(
    plc: Plc,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str | None,
    more: dict[str, object],
    why: str,
) -> None:
    if password is None:
        monkeypatch.delenv("PLC_PASSWORD", raising=False)
    else:
        monkeypatch.setenv("PLC_PASSWORD", password)
    made = secured(plc, folder, **more)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=why):
        await made.connect()
    await made.aclose()
    assert await plc.until_sessions(0)


async def test_a_server_that_does_not_know_our_certificate(
    plc: Plc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLC_PASSWORD", "truth")
    plc.accepts_clients = False
    made = secured(plc, folder)
    try:
        with pytest.raises(Refused, match="the server refused while connecting: BadCertificateUntrusted"):
            await made.connect()
    finally:
        await made.aclose()
        plc.accepts_clients = True


async def test_a_server_without_security(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLC_PASSWORD", "truth")
    plain = await asyncio.to_thread(Plc().start)
    try:
        with pytest.raises(Refused, match="offers no Basic256Sha256 SignAndEncrypt, it offers: None None"):
            await secured(plain, folder).connect()
    finally:
        await asyncio.to_thread(plain.stop)


def test_certificates_that_expire_soon_are_told(caplog: pytest.LogCaptureFixture) -> None:
    soon, later = make(SERVER_URI).certificate, make(CLIENT_URI, days=(-1, 400)).certificate
    trust.warn_of_expiry("cell", ours=later, theirs=later)
    assert caplog.text == ""
    trust.warn_of_expiry("cell", ours=later, theirs=soon)
    assert "certificate expires connection=cell whose=server" in caplog.text
    with pytest.raises(Refused, match="our certificate: expired"):
        trust.warn_of_expiry("cell", ours=make(CLIENT_URI, days=(-9, -1)).certificate, theirs=later)


async def test_the_key_must_belong_to_the_certificate(
    plc: Plc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLC_PASSWORD", "truth")
    wrong = {
        "certificate": str(folder / "client.der"),
        "key": str(folder / "server.pem"),
        "trusted": str(folder / "trusted"),
    }
    with pytest.raises(Refused, match="does not belong to certificate"):
        await secured(plc, folder, security=wrong).connect()
    missing = wrong | {"key": str(folder / "none.pem")}
    with pytest.raises(Refused, match=r"none.pem cannot be read: No such file"):
        await secured(plc, folder, security=missing).connect()


async def test_an_unreachable_secure_server_is_not_a_wrong_certificate(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLC_PASSWORD", "truth")
    with pytest.raises(NotConnected):
        await secured(Plc(), folder).connect()
