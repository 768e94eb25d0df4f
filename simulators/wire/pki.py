"""Certificates of the secure endpoint: made once, kept, and trusted by being in the other's folder.

DIR/server/cert.der  key.pem  trusted/client.der     the plant's own, and whom it lets in
DIR/client/cert.der  key.pem  trusted/server.der     for the agent, and whom it believes
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

SERVER_URI = "urn:floortruth:sim:cell-b"
CLIENT_URI = "urn:floortruth:agent"
DAYS = 3650


@dataclass(frozen=True)
class PkiParty:
    """Where one side keeps its certificate (DER), its key (PEM) and the certificates that it trusts."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.der"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def trusted(self) -> Path:
        return self.folder / "trusted"


def make_pki(folder: Path, hosts: Iterable[str] = ("127.0.0.1", "localhost")) -> tuple[PkiParty, PkiParty]:
    """Server and client with each other's certificate trusted; what is already there is kept."""
    server, client = PkiParty(folder / "server"), PkiParty(folder / "client")
    names = sorted({*hosts, socket.gethostname()})
    if not server.certificate.exists():
        make_party(server, "FloorTruth simulated plant", SERVER_URI, names, is_server=True)
    if not client.certificate.exists():
        make_party(client, "FloorTruth edge agent", CLIENT_URI, [socket.gethostname()], is_server=False)
    trust(server, client, "client.der")
    trust(client, server, "server.der")
    return server, client


def make_party(party: PkiParty, common_name: str, uri: str, hosts: Iterable[str], *, is_server: bool) -> None:
    """A fresh key (readable by its owner only) and a self-signed application certificate."""
    party.trusted.mkdir(parents=True, exist_ok=True)
    key = generate_private_key()
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri), *(_name(host) for host in hosts)]
    usage = ExtendedKeyUsageOID.SERVER_AUTH if is_server else ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = generate_self_signed_app_certificate(
        key, common_name, {"organizationName": "FloorTruth"}, names, extended=[usage], days=DAYS
    )
    party.key.touch(mode=0o600)
    party.key.write_bytes(dump_private_key_as_pem(key))
    party.certificate.write_bytes(certificate.public_bytes(Encoding.DER))


def trust(party: PkiParty, other: PkiParty, name: str) -> None:
    """Puts the other's certificate into the party's trusted folder."""
    party.trusted.mkdir(parents=True, exist_ok=True)
    (party.trusted / name).write_bytes(other.certificate.read_bytes())


def trusted_certificates(folder: Path) -> frozenset[bytes]:
    """The certificates of a folder as DER; PEM files are read too."""
    found: set[bytes] = set()
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in (".der", ".pem", ".crt", ".cer"):
            data = path.read_bytes()
            is_pem = data.startswith(b"-----BEGIN")
            certificate = (
                x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)
            )
            found.add(certificate.public_bytes(Encoding.DER))
    return frozenset(found)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
