"""The bundled MQTT broker, which the plant's publishers and every reader share."""

import asyncio

from amqtt.broker import Broker

from simulators.wire import layout
from simulators.wire.device import Device
from simulators.wire.gate import LOCAL, Gate

LEAVE_S = 0.5
_PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


class _TidyBroker(Broker):  # type: ignore[misc]
    """The library's broker, which closes each socket that it accepted, also where its own session code gives up."""

    def __init__(self, port: int) -> None:
        super().__init__(
            {"listeners": {"default": {"type": "tcp", "bind": f"{LOCAL}:{port}"}}, "plugins": _PLUGINS}
        )
        self._served: set[asyncio.Task[object]] = set()

    @property
    def port(self) -> int:
        port: int = self._servers["default"].instance.sockets[0].getsockname()[1]
        return port

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.transport.abort()
            self._served.discard(task)

    async def leave(self) -> None:
        """Shuts down once the sessions whose sockets are gone have ended."""
        if self._served:
            await asyncio.wait(self._served, timeout=LEAVE_S)
        await self.shutdown()
        for task in list(self._served):
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)


class BrokerDevice(Device):
    """An anonymous MQTT 3.1.1 broker; readers come through the gate, publishers have gates of their own."""

    scheme = "mqtt"

    def __init__(self, wire: layout.BrokerWire, gate: Gate, publishers: tuple[Gate, ...]) -> None:
        super().__init__(wire.name, layout.links(wire), gate)
        self._publishers = publishers
        self._broker: _TidyBroker | None = None
        self._port = 0

    async def start(self) -> None:
        broker = _TidyBroker(self._port)
        await broker.start()
        self._broker, self._port = broker, broker.port
        await self.heal()

    async def stop(self) -> None:
        await self.cut()
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.leave()

    async def cut(self) -> None:
        """A broker that nobody reaches: neither the readers nor the plant's publishers."""
        for gate in (self.gate, *self._publishers):
            gate.cut()

    async def heal(self) -> None:
        for gate in (self.gate, *self._publishers):
            await gate.open(self._port)

    async def aclose(self) -> None:
        await super().aclose()
        for gate in self._publishers:
            await gate.aclose()
