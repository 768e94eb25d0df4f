"""A gate: the stretch of cable before a server, which can be cut, mended and made slow."""

import asyncio
from collections.abc import Callable

LOCAL = "127.0.0.1"


class Gate:
    """Forwards TCP from (host, port) to a server on this machine; port 0 is chosen once and then kept.

    `delay` gives the seconds by which each direction is held back now; what was sent first arrives first.
    """

    def __init__(self, host: str, port: int, delay: Callable[[], float] = lambda: 0.0) -> None:
        self.host, self.port = host, port
        self.delay = delay
        self.target_port = 0
        self._server: asyncio.Server | None = None
        self._sides: set[_Side] = set()
        self._dials: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        return self._server is not None

    async def open(self, target_port: int) -> None:
        """Lets connections through to `target_port`. Raises OSError where the port is taken."""
        self.target_port = target_port
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._enter, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Closes every connection at once and refuses new ones; safe when already cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for side in list(self._sides):
            side.abort()

    async def aclose(self) -> None:
        self.cut()
        for dial in list(self._dials):
            dial.cancel()
        await asyncio.gather(*self._dials, return_exceptions=True)

    def _enter(self) -> "_Side":
        outer = _Side(self)
        outer.dial = self._dial
        return outer

    def _dial(self, outer: "_Side") -> None:
        task = asyncio.get_running_loop().create_task(self._connect(outer))
        self._dials.add(task)
        task.add_done_callback(self._dials.discard)

    async def _connect(self, outer: "_Side") -> None:
        inner = _Side(self)
        inner.peer = outer
        try:
            await asyncio.get_running_loop().create_connection(lambda: inner, LOCAL, self.target_port)
        except OSError:
            outer.abort()  # nobody behind the gate: to the caller a refused connection
            return
        outer.join(inner)


class _Side(asyncio.Protocol):
    """One end of a forwarded connection; what it receives, its peer sends, in order and perhaps late."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.dial: Callable[[_Side], None] | None = None
        self.peer: _Side | None = None
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._last_due = 0.0
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._gate._sides.add(self)
        if self.dial is not None:
            self.dial(self)

    def join(self, peer: "_Side") -> None:
        """The other end is there: send what came before it was."""
        if self._gone:
            peer.abort()
            return
        self.peer = peer
        for data in self._early:
            self._pass_on(data)
        self._early.clear()

    def data_received(self, data: bytes) -> None:
        if self.peer is None:
            self._early.append(data)
        else:
            self._pass_on(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        self._gate._sides.discard(self)
        if self.peer is not None:
            self.peer.close()

    def pause_writing(self) -> None:
        if self.peer is not None and self.peer._transport is not None:
            self.peer._transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer is not None and self.peer._transport is not None:
            self.peer._transport.resume_reading()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _pass_on(self, data: bytes) -> None:
        assert self.peer is not None
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = max(now + self._gate.delay(), self._last_due)
        if due <= now:
            self.peer._write(data)
            return
        self._last_due = due
        loop.call_at(due, self.peer._write, data)
