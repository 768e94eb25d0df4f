"""One session with one MQTT broker: the only file that knows paho, whose thread does nothing but fill a queue."""

import asyncio
import contextlib
import os
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from connectors.base import ConnectorError, NotConnected, Refused
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.message import Message
from evidence_engine.vocabulary.clock import Clock

# MQTT 5 numbers (paho translates those of 3.1.1): version, client id, user or password, authorised, banned, method
_REFUSED = frozenset({132, 133, 134, 135, 138, 140})
_TAKEN_OVER, _UNSPECIFIED = 142, 128
_RECEIVE_MAXIMUM = 500  # unacknowledged QoS 1 messages that a version 5 broker may push at once
_JOIN_S = 2.0


@dataclass(slots=True)
class Dropped:
    """Messages that came while the queue was full, at this place in the order."""

    number: int = 1


class _Context(ssl.SSLContext):
    """Remembers the socket, which paho leaves open where the handshake fails."""

    wrapped: ssl.SSLSocket | None = None

    def wrap_socket(self, *args: Any, **settings: Any) -> ssl.SSLSocket:
        self.wrapped = super().wrap_socket(*args, **settings)
        return self.wrapped


class Broker:
    """Open, take what came, close; a new one for each attempt."""

    def __init__(self, config: MqttConnection, client_id: str, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._client_id = client_id
        self._queue: deque[Message | Dropped] = deque()
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._news, self._ready = asyncio.Event(), asyncio.Event()
        self._failure: ConnectorError | None = None
        self._closing = False
        self._client: paho.Client | None = None
        self._thread: threading.Thread | None = None
        self._context: _Context | None = None

    async def open(self) -> None:
        """Connect and subscribe. Raises NotConnected, or Refused with what to change."""
        client = self._client = self._made()
        self._thread = threading.Thread(target=self._run, args=(client,), name=self._client_id, daemon=True)
        self._thread.start()
        try:
            await asyncio.wait_for(self._ready.wait(), self._config.timeout)
        except TimeoutError:
            raise NotConnected(f"{self._config.url}: no answer within {self._config.timeout:g} s") from None
        self.check()

    def check(self) -> None:
        """Raises what ended the connection, if anything did."""
        if self._failure is not None:
            raise self._failure

    async def next(self) -> Message | Dropped:
        """What came next; what has come is told before what went wrong."""
        while True:
            with self._lock:
                if self._queue:
                    return self._queue.popleft()
                self._news.clear()
            self.check()
            await self._news.wait()

    def publish_command(self, topic: str, payload: bytes) -> None:
        """A rebirth request (Sparkplug): the one thing that may be sent, and only where the config allows it."""
        if not self._config.allow_rebirth_request:
            raise AssertionError("this connection may not send anything")
        if self._client is not None:
            self._client.publish(topic, payload, qos=0)

    async def aclose(self) -> None:
        """End the session and its thread."""
        self._closing = True
        self._fail(NotConnected(f"{self._config.url}: closed"))
        client, thread = self._client, self._thread
        if client is not None and thread is not None:
            client.disconnect()
            await asyncio.to_thread(thread.join, _JOIN_S)

    # --- settings ---

    def _made(self) -> paho.Client:
        config = self._config
        is_5 = config.version in ("5", 5)
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if is_5 else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False, clean_session=None if is_5 else True,
        )  # fmt: skip
        client.connect_timeout = config.timeout
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_subscribe, client.on_message = self._subscribed, self._arrived
        client.on_connect_fail = None
        self._log_in(client)
        if config.is_tls:
            self._use_tls(client)
        return client

    def _log_in(self, client: paho.Client) -> None:
        if self._config.user is None:
            return
        variable = self._config.password_env
        password = os.environ.get(variable) if variable is not None else None
        if variable is not None and password is None:
            raise Refused(f"password_env: the environment has no variable '{variable}'")
        client.username_pw_set(self._config.user, password)

    def _use_tls(self, client: paho.Client) -> None:
        config = self._config
        context = self._context = _Context(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if config.ca_file is not None:
                context.load_verify_locations(config.ca_file)
            else:
                context.load_default_certs()
            if config.certificate is not None:
                context.load_cert_chain(config.certificate, config.key)
        except OSError as error:  # ssl.SSLError is one
            files = ", ".join(name for name in (config.ca_file, config.certificate, config.key) if name)
            raise Refused(f"certificates {files}: {error.strerror or error}") from error
        client.tls_set_context(context)
        client.tls_insecure_set(not config.check_host)

    # --- paho's thread: nothing here may raise ---

    def _run(self, client: paho.Client) -> None:
        config = self._config
        try:
            if config.version in ("5", 5):
                properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
                properties.ReceiveMaximum = _RECEIVE_MAXIMUM
                client.connect(
                    config.host, config.port, config.keep_alive, clean_start=True, properties=properties
                )
            else:
                client.connect(config.host, config.port, config.keep_alive)
            if self._closing:
                client.disconnect()
            else:
                client.loop_forever()
        except ssl.SSLCertVerificationError as error:
            self._fail(Refused(f"{config.url}: the broker's certificate is refused: {error.verify_message}"))
        except OSError as error:
            self._fail(NotConnected(f"{config.url}: {error.strerror or error}"))
        finally:
            self._fail(NotConnected(f"{config.url}: the connection ended"))
            if self._context is not None and self._context.wrapped is not None:
                self._context.wrapped.close()

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        if code.is_failure:
            error = Refused if code.value in _REFUSED else NotConnected
            self._fail(error(f"{self._config.url}: the broker refuses the connection: {code}"))
        elif self._closing:
            client.disconnect()
        else:
            client.subscribe(self._filters())

    def _filters(self) -> list[tuple[str, int]] | list[tuple[str, SubscribeOptions]]:
        names, qos = self._config.filters(), int(self._config.qos)
        if self._config.version in ("5", 5):
            return [(name, SubscribeOptions(qos=qos)) for name in names]
        return [(name, qos) for name in names]

    def _subscribed(
        self, _client: paho.Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        for name, code in zip(self._config.filters(), codes, strict=False):
            if code.is_failure:
                self._fail(
                    Refused(f"{self._config.url}: the broker refuses the subscription to '{name}': {code}")
                )
        self._signal(self._ready)

    def _disconnected(
        self, _client: paho.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        why = str(code)
        if code.value == _TAKEN_OVER:
            why = f"another client has connected with the id '{self._client_id}'"
        elif code.value == _UNSPECIFIED:
            why = f"closed without a word (again and again: does another client use the id '{self._client_id}'?)"
        self._fail(NotConnected(f"{self._config.url}: connection lost: {why}"))

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        self._put(Message(message.topic, bytes(message.payload), bool(message.retain), self._clock.now()))

    def _put(self, message: Message) -> None:
        with self._lock:
            if len(self._queue) < self._config.queue:
                self._queue.append(message)
            elif isinstance(self._queue[-1], Dropped):
                self._queue[-1].number += 1
            else:
                self._queue.append(Dropped())
        self._signal(self._news)

    def _fail(self, error: ConnectorError) -> None:
        """The first reason counts."""
        if self._failure is None:
            self._failure = error
        self._signal(self._ready)
        self._signal(self._news)

    def _signal(self, event: asyncio.Event) -> None:
        if not event.is_set():
            with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
                self._loop.call_soon_threadsafe(event.set)
