"""A real broker (Mosquitto) for tests, in any version of MQTT, with password or TLS; it can be frozen and killed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """`lines` go into its configuration as they are."""

    def __init__(
        self, folder: Path, lines: Sequence[str] = ("allow_anonymous true",), port: int | None = None
    ) -> None:
        assert MOSQUITTO, "the tests need mosquitto (make test installs it)"
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / f"mosquitto-{self.port}.conf"
        owner = "user root" if os.geteuid() == 0 else ""
        self._config.write_text("\n".join([owner, f"listener {self.port} 127.0.0.1", *lines, ""]))

    def start(self) -> "Mosquitto":
        command = [str(MOSQUITTO), "-c", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.01)  # it has no other way to say that it listens
        raise AssertionError("mosquitto did not start")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """It holds its sockets, and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)


class Publisher:
    """A device: publishes and waits until the broker has it; `die` lets its will speak."""

    def __init__(
        self, broker: Mosquitto, name: str = "device", will: tuple[str, bytes] | None = None
    ) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, reconnect_on_failure=False)
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1)
        self.received: list[tuple[str, bytes]] = []
        self._client.on_message = lambda _c, _d, message: self.received.append(
            (message.topic, bytes(message.payload))
        )
        self._client.connect("127.0.0.1", broker.port, keepalive=5)
        self._client.loop_start()

    def send(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(5)

    def listen(self, topic: str) -> None:
        self._client.subscribe(topic)

    def die(self) -> None:
        """The socket goes without a word."""
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
