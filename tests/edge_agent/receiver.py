"""A real, tiny collector: keeps batches as they come, can be closed, refuse, and be asked what it has."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evidence_engine.encoding import decode_batch
from evidence_engine.vocabulary.batch import Batch

Row = tuple[str, int, float, str | None, int]


class Receiver:
    """On a free port; `status` is what it answers to batches."""

    def __init__(self, port: int = 0) -> None:
        self.batches: list[Batch] = []
        self.statuses: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.refuse: Callable[[Batch], int | None] = lambda _batch: None
        self._sockets: list[socket.socket] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                receiver._sockets.append(self.connection)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.tokens.append(self.headers["Authorization"])
                code = receiver._take(self.path, body)
                answer = json.dumps({"stored": True} if code == 200 else {"detail": "no"}).encode()
                with suppress(ConnectionError):  # the agent may have been killed meanwhile
                    self.send_response(code)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._handler = Handler
        self.port = port
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Closes the port and every connection."""
        self._server.shutdown()
        self._server.server_close()
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def _take(self, path: str, body: bytes) -> int:
        if path != "/api/batches":
            self.statuses.append(json.loads(body))
            return 200
        batch = decode_batch(body)
        code = self.refuse(batch)
        if code is None:
            self.batches.append(batch)
        return code or 200

    def rows(self, series: str | None = None) -> list[Row]:
        """As a store would keep them: each batch once, in time order, of equal stamps the later arrival."""
        kept: dict[tuple[str, int], Row] = {}
        seen = set()
        for batch in self.batches:
            if batch.id in seen:
                continue
            seen.add(batch.id)
            texts = batch.text or [None] * len(batch)
            for s, t, v, x, q in zip(batch.series, batch.ts, batch.value, texts, batch.quality, strict=True):
                name = batch.names[s]
                kept[name, int(t)] = (name, int(t), float(v), x, int(q))
        return sorted((r for r in kept.values() if series in (None, r[0])), key=lambda r: (r[0], r[1]))

    def values(self, series: str) -> list[float]:
        return [row[2] for row in self.rows(series)]

    def sequences(self) -> dict[str, list[int]]:
        """Sequence numbers by epoch, repeats left out, ascending."""
        found: dict[str, set[int]] = {}
        for batch in self.batches:
            found.setdefault(batch.id.epoch, set()).add(batch.id.sequence)
        return {epoch: sorted(numbers) for epoch, numbers in found.items()}


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """For processes and threads; AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
