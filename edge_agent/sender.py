"""Sends the spool to the collector, in order, and forgets what is acknowledged; standard library only."""

import asyncio
import hashlib
import http.client
import json
import logging
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from edge_agent.config import CollectorAddress, Retry
from edge_agent.race import first_to_end
from edge_agent.spool import Spool
from edge_agent.worker import Worker
from evidence_engine.documents import BadInput

log = logging.getLogger("edge_agent.sender")

GROUP = 16
"""Batches fetched and acknowledged together; a kill in between repeats some, which is harmless."""
WRONG_BATCH = frozenset({400, 413, 415, 422})
WRONG_SETTINGS = frozenset({401, 403, 404, 405})


class Unavailable(Exception):
    """The collector is not there or cannot take it now: again later."""


class NotWelcome(Exception):
    """The collector does not accept us: token or address are wrong."""


@dataclass(slots=True)
class SenderStatistics:
    """What is shown."""

    sent_batches: int = 0
    repeats: int = 0
    """Batches that the collector had already."""
    trouble: str = ""


class Sender:
    """`run` for ever, or until what is left is sent after `end`."""

    def __init__(self, address: CollectorAddress, retry: Retry, spool: Spool) -> None:
        self._spool, self._retry = spool, retry
        self._post = Post(address)
        self._news, self._ending = asyncio.Event(), asyncio.Event()
        self._failures = 0
        self.statistics = SenderStatistics()

    def wake(self) -> None:
        """A batch was appended."""
        self._news.set()

    async def run(self) -> None:
        """What is there, then wait for more; after `end` only what is there, once."""
        while True:
            self._news.clear()
            pause = await self._round()
            if pause != 0.0 and self._ending.is_set():
                return
            if pause is None:
                await first_to_end(self._news.wait(), self._ending.wait())
            elif pause > 0:
                await first_to_end(asyncio.sleep(pause), self._ending.wait())

    def end(self) -> None:
        """Send what is left as long as the collector takes it; what is not sent waits in the spool."""
        self._ending.set()

    async def tell(self, agent: str, status: dict[str, Any]) -> None:
        """How we are, best effort."""
        body = json.dumps(status, ensure_ascii=False, allow_nan=False).encode()
        try:
            await self._post.send(f"/api/agents/{quote(agent, safe='')}/status", body, "application/json")
        except (Unavailable, NotWelcome):
            self.statistics.trouble = self.statistics.trouble or "status not delivered"

    async def aclose(self) -> None:
        """Close the connection."""
        await self._post.aclose()

    async def _round(self) -> float | None:
        """Send a group; seconds to wait before the next, None until there is news."""
        group = await self._spool.oldest(GROUP)
        if not group:
            return None
        done: list[int] = []
        try:
            for sequence, data in group:
                if await self._deliver(sequence, data):
                    done.append(sequence)
            pause = 0.0
            self._healed()
        except Unavailable as error:
            pause = self._broken(str(error), self._retry.seconds(self._failures + 1))
        except NotWelcome as error:
            pause = self._broken(str(error), self._retry.most)  # seldom: it must be mended by a person
        if done:
            await self._spool.acknowledge(done)
        return pause

    async def _deliver(self, sequence: int, data: bytes) -> bool:
        """Whether the collector has it now; a batch that it refuses for good is set aside."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        status, answer = await self._post.send(
            "/api/batches", data, "application/vnd.apache.arrow.stream", digest
        )
        if status in WRONG_BATCH:
            log.error("batch refused sequence=%d status=%d why=%s", sequence, status, _shown(answer))
            await self._spool.set_aside(sequence, f"{status} {_shown(answer)}")
            return False
        self.statistics.sent_batches += 1
        self.statistics.repeats += b'"stored":false' in answer.replace(b" ", b"")
        return True

    def _broken(self, why: str, pause: float) -> float:
        if not self.statistics.trouble:
            log.warning("collector away why=%s", why)
        self.statistics.trouble = why
        self._failures += 1
        return pause

    def _healed(self) -> None:
        if self.statistics.trouble:
            log.info("collector works")
        self.statistics.trouble, self._failures = "", 0


class Post:
    """One kept-alive HTTP connection in a thread of its own."""

    def __init__(self, address: CollectorAddress) -> None:
        self._address = address
        self._worker = Worker("sender")
        self._connection: http.client.HTTPConnection | None = None

    async def send(self, path: str, body: bytes, kind: str, digest: str = "") -> tuple[int, bytes]:
        """Status and body of an answer that is final; Unavailable, NotWelcome."""
        return await self._worker.run(lambda: self._send(path, body, kind, digest))

    async def aclose(self) -> None:
        """End the thread; a request that hangs is cut off."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(
                    socket.SHUT_RDWR
                )  # wakes a read in the other thread, close() would not
        self._worker.end(self._close)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, path: str, body: bytes, kind: str, digest: str) -> tuple[int, bytes]:
        try:
            headers = {"Content-Type": kind, "Authorization": f"Bearer {self._address.token()}"}
        except BadInput as error:
            raise NotWelcome(str(error)) from None
        if digest:
            headers["Floortruth-Digest"] = digest
        status, answer = self._exchange(path, body, headers)
        if status in WRONG_SETTINGS:
            raise NotWelcome(f"the collector answers {status}: {_meaning(status, answer)}")
        if status not in (200, 201, 204) and status not in WRONG_BATCH:
            raise Unavailable(f"the collector answers {status}: {_shown(answer)}")
        return status, answer

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request; a kept connection that the collector has closed meanwhile is opened again once."""
        for is_fresh in (self._connection is None, True):
            connection = self._connection or self._connect()
            self._connection = connection
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._connection = None
                if is_fresh:
                    raise Unavailable(f"{self._address.url}: {error or type(error).__name__}") from None
        raise AssertionError("unreachable: the second attempt is fresh")

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._address.url)
        host, timeout = parts.hostname or "", self._address.timeout
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port or 80, timeout=timeout)
        try:
            context = ssl.create_default_context(cafile=self._address.ca_file)
        except OSError as error:
            raise NotWelcome(f"collector.ca_file: {self._address.ca_file}: {error.strerror}") from None
        return http.client.HTTPSConnection(host, parts.port or 443, timeout=timeout, context=context)


def _meaning(status: int, answer: bytes) -> str:
    if status in (401, 403):
        return "the token is wrong or may not send; see collector.token_env or token_file"
    return f"collector.url is not a collector ({_shown(answer)})"


def _shown(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").strip()[:200]
