"""Servers that take notices, for tests: one of HTTP, one of SMTP with STARTTLS and a login, each on a free port."""

import base64
import datetime
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Hook:
    """What an HTTP receiver got, and how it answers."""

    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    attempts: int = 0
    got: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hook() -> Iterator[Hook]:
    """An HTTP server that keeps what it is sent while it answers 200."""
    told = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.attempts += 1
            if told.status == 200:
                told.bodies.append(body)
                told.headers.append(dict(self.headers))
            self.send_response(told.status)
            if told.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            told.got.set()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    with _served(server):
        yield told


@dataclass
class Mailbox:
    """What an SMTP receiver got."""

    port: int = 0
    trust: ssl.SSLContext | None = None
    users: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)
    refuse: bytes = b""
    """What to answer to RCPT instead of taking it."""


@contextmanager
def mailbox(folder: Path, password: str = "secret") -> Iterator[Mailbox]:
    """An SMTP server that asks for STARTTLS and the password of `plant`."""
    box = Mailbox()
    own = _certificate(folder)
    box.trust = ssl.create_default_context(cafile=folder / "cert.pem")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(b"220 sink")
            encrypted = False
            while line := self.rfile.readline():
                verb = line.split()[0].upper() if line.split() else b""
                match verb:
                    case b"EHLO":
                        self.say(
                            b"250-sink\r\n250-AUTH PLAIN\r\n250 " + (b"HELP" if encrypted else b"STARTTLS")
                        )
                    case b"STARTTLS":
                        self.say(b"220 go on")
                        self.request = own.wrap_socket(self.request, server_side=True)
                        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                        encrypted = True
                    case b"AUTH":
                        _, user, given = base64.b64decode(line.split()[2]).split(b"\0")
                        good = given.decode() == password
                        box.users += [user.decode()] if good else []
                        self.say(b"235 welcome" if good else b"535 wrong password")
                    case b"RCPT" if box.refuse:
                        self.say(box.refuse)
                    case b"DATA":
                        self.say(b"354 go on")
                        self.take()
                        box.encrypted.append(encrypted)
                        self.say(b"250 kept")
                    case b"QUIT":
                        self.say(b"221 bye")
                        return
                    case _:
                        self.say(b"250 fine")

        def finish(self) -> None:
            super().finish()
            self.request.close()  # the one inside TLS, which the server does not know

        def say(self, line: bytes) -> None:
            self.wfile.write(line + b"\r\n")

        def take(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b"..") else line)
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            box.messages.append(message)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    box.port = server.server_address[1]
    with _served(server):
        yield box


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=lambda: server.serve_forever(0.01))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> ssl.SSLContext:
    """A certificate of 127.0.0.1 in `cert.pem`, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
