"""Is this server's certificate the one that we trust: each field by name, so that an error says which mismatches."""

import ipaddress
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from connectors.base import Refused

log = logging.getLogger("connectors.opcua")

_WARNING = timedelta(days=30)
_SUFFIXES = (".der", ".pem", ".crt", ".cer")


def load_certificate(path: Path) -> x509.Certificate:
    """A certificate file, DER or PEM. Raises Refused with the path."""
    try:
        data = path.read_bytes()
        if data.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except OSError as error:
        raise Refused(f"certificate {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Refused(f"{path} is no certificate (DER or PEM expected)") from error


def load_trusted(folder: Path) -> list[x509.Certificate]:
    """The certificates of the trusted folder. Raises Refused where there is none: an empty folder trusts nobody."""
    files = [path for path in sorted(folder.glob("*")) if path.suffix.lower() in _SUFFIXES]
    if not files:
        raise Refused(f"trusted folder {folder} holds no certificate, put the server's into it (DER or PEM)")
    return [load_certificate(path) for path in files]


def own_uri(certificate: x509.Certificate) -> str:
    """The application URI of our own certificate, under which servers know us."""
    uris = _names(certificate).get_values_for_type(x509.UniformResourceIdentifier)
    if not uris:
        raise Refused("our certificate has no URI among its alternative names, which OPC UA servers demand")
    return str(uris[0])


def check_server(
    certificate: x509.Certificate,
    trusted: list[x509.Certificate],
    application_uri: str | None,
    host: str | None,
) -> None:
    """Refused with the first field that mismatches; returns where all is well.

    1. trusted: in the folder itself, or issued by an authority in it
    2. valid now  3. application URI  4. host (None: not compared)  5. key usage
    """
    _check_trusted(certificate, trusted)  # (1)
    _check_dates(certificate)  # (2)
    uris = _names(certificate).get_values_for_type(x509.UniformResourceIdentifier)
    if application_uri not in uris:  # (3)
        raise Refused(
            f"server certificate: application URI is {_list(uris)}, the server calls itself '{application_uri}'"
        )
    if host is not None:  # (4)
        _check_host(certificate, host)
    _check_usage(certificate)  # (5)


def warn_of_expiry(connection: str, *, ours: x509.Certificate, theirs: x509.Certificate) -> None:
    """A line in the log while there is still time to exchange a certificate; Refused where ours is past it."""
    now = datetime.now(UTC)
    for whose, until in (("our", ours.not_valid_after_utc), ("server", theirs.not_valid_after_utc)):
        if until < now:
            raise Refused(f"{whose} certificate: expired on {until:%Y-%m-%d}")
        if until < now + _WARNING:
            log.warning(
                "certificate expires connection=%s whose=%s on=%s", connection, whose, f"{until:%Y-%m-%d}"
            )


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-1 thumbprint, as OPC UA tools show it: an identifier, not a protection."""
    return certificate.fingerprint(SHA1()).hex().upper()


def _check_trusted(certificate: x509.Certificate, trusted: list[x509.Certificate]) -> None:
    der = certificate.public_bytes(Encoding.DER)
    if any(der == other.public_bytes(Encoding.DER) for other in trusted):
        return
    if any(_issued(certificate, other) for other in trusted):
        return
    raise Refused(
        f"server certificate: not trusted, '{certificate.subject.rfc4514_string()}' (thumbprint "
        f"{fingerprint(certificate)}) is not in the trusted folder"
    )


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(authority)
        _check_dates(authority)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.ca


def _check_dates(certificate: x509.Certificate) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        raise Refused(f"server certificate: expired on {certificate.not_valid_after_utc:%Y-%m-%d}")
    if now < certificate.not_valid_before_utc:
        raise Refused(f"server certificate: not valid before {certificate.not_valid_before_utc:%Y-%m-%d}")


def _check_host(certificate: x509.Certificate, host: str) -> None:
    names = _names(certificate)
    dns = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    try:
        known = str(ipaddress.ip_address(host)) in addresses
    except ValueError:
        known = host.lower() in dns
    if not known:
        raise Refused(
            f"server certificate: host is {_list([*dns, *addresses])}, the url says '{host}' "
            "(use a name that stands in it, or check_host: false)"
        )


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature and usage.key_encipherment):
            raise Refused("server certificate: key usage lacks digitalSignature or keyEncipherment")
    except x509.ExtensionNotFound:
        pass  # no restriction stated
    try:
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.SERVER_AUTH not in extended:
            raise Refused("server certificate: extended key usage lacks serverAuth")
    except x509.ExtensionNotFound:
        pass


def _names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _list(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "not stated"
