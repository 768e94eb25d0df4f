"""Where imported batches go: a store's folder, or a running collector over HTTP."""

import http.client
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from collector.store.opening import open_store
from evidence_engine.documents import BadInput
from evidence_engine.encoding import encode_batch
from evidence_engine.vocabulary.batch import Batch

Sink = Callable[[Batch], bool]
"""Keeps a batch durably; False where it was already there."""


@contextmanager
def open_sink(address: str, token_file: str | None) -> Iterator[Sink]:
    """A sink for a store's address; BadInput where there is none or it refuses."""
    if address.startswith(("http://", "https://")):
        yield _collector(address, token_file)
        return
    store = open_store(address)
    try:
        yield store.append
    finally:
        store.close()


def _collector(address: str, token_file: str | None) -> Sink:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=60)
    token = _token(token_file)

    def send(batch: Batch) -> bool:
        body = encode_batch(batch)
        headers = {
            "Authorization": f"Bearer {token}",
            "Floortruth-Digest": f"sha256:{sha256(body).hexdigest()}",
        }
        try:
            connection.request("POST", "/api/batches", body, headers)
            answer = connection.getresponse()
            said = answer.read()
        except OSError as error:
            raise BadInput(
                f"{address}: {(error.strerror or str(error)).lower()}; is the collector running?"
            ) from None
        if answer.status != 200:
            raise BadInput(
                f"{address}: the collector refused ({answer.status}): {said.decode(errors='replace')[:200]}"
            )
        return b'"stored":true' in said.replace(b" ", b"")

    return send


def _token(token_file: str | None) -> str:
    if token_file is not None:
        return Path(token_file).read_text(encoding="utf-8").strip()
    token = os.environ.get("FLOORTRUTH_TOKEN", "")
    if not token:
        raise BadInput("a running collector needs a token: set FLOORTRUTH_TOKEN or give --token-file")
    return token
