"""A real collector on a free port, in the test's own loop, with a clock that the test owns; and what agents send."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx2 as httpx

from collector.config import CollectorConfig, load_config
from collector.server import serve
from evidence_engine.encoding import encode_batch
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import MINUTE, from_datetime
from tests.collector.sample_board import NOW

TOKEN = "a token for tests"
PATIENCE = 60
"""Seconds: an engine whose loops nobody compiled yet answers late."""
CONFIGS = Path(__file__).parents[2] / "configs"
T0 = NOW - 30 * MINUTE
"""A good instant for samples: half an hour before the clock of the tests."""

__all__ = ["CONFIGS", "NOW", "T0", "TOKEN", "Site", "from_datetime", "send", "serving", "write_config"]


@dataclass
class Site:
    """A collector at work."""

    url: str
    folder: Path
    client: httpx.AsyncClient
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, batch: Batch, **headers: str) -> httpx.Response:
        """POST a batch as an agent does."""
        return await send(self.client, encode_batch(batch), **headers)


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    """POST bytes with digest and token, unless told otherwise."""
    own = {
        "Authorization": f"Bearer {TOKEN}",
        "Floortruth-Digest": f"sha256:{sha256(body).hexdigest()}",
    }
    return await client.post("/api/batches", content=body, headers=own | headers)


def write_config(folder: Path, **changes: str) -> Path:
    """`collector.yaml` for a test; changes replace or add top-level lines."""
    (folder / "token").write_text(TOKEN)
    lines = {
        "schema": "floortruth/collector/1",
        "plant": str(CONFIGS / "plant.example.yaml"),
        "store": "store",
        "listen": "{port: 0}",
        "tokens": "[{file: token}, {agent: edge-9, env: FLOORTRUTH_TEST_TOKEN_9}]",
        "assess": "{interval: 1000}",
    }
    os.environ["FLOORTRUTH_TEST_TOKEN_9"] = "for edge-9 only"
    path = folder / "collector.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in (lines | changes).items()))
    return path


@asynccontextmanager
async def serving(folder: Path, config: CollectorConfig | None = None, **changes: str) -> AsyncIterator[Site]:
    """Serve until the block ends; whatever ends the collector early ends the test."""
    config = config or load_config(write_config(folder, **changes))
    clock = Clock(lambda: NOW, lambda: NOW)
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(serve(config, clock, stop, port.set_result))
    await asyncio.wait([task, port], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    url = f"http://127.0.0.1:{port.result()}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            yield Site(url, folder, client, stop)
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await task
