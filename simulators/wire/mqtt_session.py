"""The MQTT connection of one publisher: a fresh paho client for each attempt, its callbacks handed to the loop."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from simulators.wire.gate import LOCAL, Gate

RETRY_S = 0.2
ANSWER_S = 5.0
UP_S = 20.0  # a busy machine may need several attempts


@dataclass(frozen=True)
class Will:
    """What the broker says for us when we go silent; QoS 1, not retained."""

    topic: str
    payload: bytes


class MqttSession:
    """Keeps one publisher connected through its gate for as long as the gate lets it."""

    def __init__(
        self, name: str, gate: Gate, keep_alive_s: int, on_up: Callable[[], None],
        will: Callable[[], Will] | None = None, subscribe: str = "",
        on_message: Callable[[str, bytes], None] | None = None,
    ) -> None:  # fmt: skip
        """`on_up` is called in the loop after each connect; `will` is asked before each."""
        self._name, self._gate, self._keep_alive_s = name, gate, keep_alive_s
        self._on_up, self._will, self._subscribe, self._on_message = on_up, will, subscribe, on_message
        self._client: paho.Client | None = None
        self._up = asyncio.Event()
        self._connects = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def start(self) -> None:
        """Connects and stays connected; returns after the first connect. Raises TimeoutError after 20 s."""
        self._task = self._task or asyncio.get_running_loop().create_task(self._run())
        await self.wait_up()

    async def wait_up(self) -> None:
        await asyncio.wait_for(self._up.wait(), UP_S)

    def raise_failure(self) -> None:
        """Raises what the session died of, other than a lost or refused connection."""
        if self._task is not None and self._task.done() and not self._task.cancelled():
            self._task.result()

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Sends now, or not at all while disconnected: a device on the shop floor keeps nothing for later."""
        if self._client is not None and self.is_up:
            self._client.publish(topic, payload, qos)

    async def aclose(self) -> None:
        """Leaves with a DISCONNECT, so that the broker does not speak the will."""
        if self._client is not None and self.is_up:
            self._client.disconnect()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            if self._gate.is_open:
                with contextlib.suppress(
                    OSError, TimeoutError
                ):  # cut off: what the faults are for; try again
                    await self._live_once()
            await asyncio.sleep(RETRY_S)

    async def _live_once(self) -> None:
        """One connection from connect to loss. Raises OSError where nobody answers."""
        loop, lost, answered = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

        def tell(event: asyncio.Event) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

        client = self._fresh(tell, answered, lost)
        await asyncio.to_thread(client.connect, LOCAL, self._gate.port, self._keep_alive_s)
        client.loop_start()
        try:
            await asyncio.wait_for(answered.wait(), ANSWER_S)
            self._client = client
            self._up.set()
            self._on_up()
            await lost.wait()
        finally:
            self._up.clear()
            self._client = None
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)

    def _fresh(
        self, tell: Callable[[asyncio.Event], None], answered: asyncio.Event, lost: asyncio.Event
    ) -> paho.Client:
        self._connects += 1
        client = paho.Client(
            CallbackAPIVersion.VERSION2, f"{self._name}-{self._connects}", protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )  # fmt: skip
        if self._will is not None:
            will = self._will()
            client.will_set(will.topic, will.payload, qos=1)

        def connected(client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            if self._subscribe and not reason.is_failure:
                client.subscribe(self._subscribe, qos=1)
            tell(lost if reason.is_failure else answered)

        def received(_client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
            loop_call(message.topic, bytes(message.payload))

        loop = asyncio.get_running_loop()

        def loop_call(topic: str, payload: bytes) -> None:
            if self._on_message is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._on_message, topic, payload)

        client.on_connect = connected
        client.on_message = received
        client.on_disconnect = lambda *_arguments: tell(lost)
        return client
