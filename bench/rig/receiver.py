"""Stands for the collector: checks and acknowledges batches and counts what came: `python -m bench.rig.receiver PORT`.

`GET /rows?from=NS&to=NS` tells of the values whose time lies there; `GET /status` the agent's last word about itself.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from evidence_engine.encoding import decode_batch
from evidence_engine.vocabulary.batch import Batch


class Received:
    """All good values that came, as columns per batch: series names, times, ages at arrival (ns)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.batches: dict[tuple[str, int], tuple[list[str], Any, Any]] = {}
        self.bytes = 0
        self.status: Any = {}

    def take(self, data: bytes) -> None:
        """One batch; a repeat counts once."""
        batch = decode_batch(data)
        with self.lock:
            self.bytes += len(data)
            self.batches[batch.id.epoch, batch.id.sequence] = _values(batch)

    def between(self, begin: int, end: int) -> dict[str, float]:
        """What is known of the values of this stretch of time."""
        with self.lock:
            batches, size = list(self.batches.values()), self.bytes
        series: set[str] = set()
        ages = [np.empty(0, np.int64)]
        for names, times, age in batches:
            inside = (times >= begin) & (times < end)
            series.update(name for name, is_in in zip(names, inside, strict=True) if is_in)
            ages.append(age[inside])
        age = np.concatenate(ages) / 1e9
        median, late = np.quantile(age, (0.5, 0.99)) if len(age) else (float("nan"), float("nan"))
        all_rows = sum(len(times) for _, times, _ in batches)
        return {
            "rows": len(age), "series": len(series), "age_median": float(median), "age_99": float(late),
            "bytes_per_row": size / max(all_rows, 1),
        }  # fmt: skip


def _values(batch: Batch) -> tuple[list[str], Any, Any]:
    """Good values of tags; what the agent writes about its links, and bad samples, do not count."""
    is_tag = np.array([not name.startswith("@") for name in batch.names], bool)
    chosen = is_tag[batch.series] & (batch.quality == 0)
    times = batch.ts[chosen]
    return [batch.names[i] for i in batch.series[chosen]], times, time.time_ns() - times


class Handler(BaseHTTPRequestHandler):
    """Answers 200 to everything that it understands."""

    protocol_version = "HTTP/1.1"
    received = Received()

    def do_POST(self) -> None:
        """A batch, or a status."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/batches":
            self.received.take(body)
        else:
            self.received.status = json.loads(body)
        self._answer({"stored": True})

    def do_GET(self) -> None:
        """What was received."""
        parts = urlsplit(self.path)
        if parts.path == "/status":
            self._answer(self.received.status)
        else:
            asked = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
            self._answer(self.received.between(asked["from"], asked["to"]))

    def _answer(self, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line per batch helps nobody."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print("ready", flush=True)
    server.serve_forever()
