"""The MQTT connector against a real broker: JSON topics, retained and late messages, losses, every way to fail."""

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from connectors.base import Chunk, NotConnected, Refused
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.connector import MqttConnector
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import NS
from tests.connectors.mqtt_broker import Mosquitto, Publisher, free_port

CLOCK = Clock(time.time_ns, time.monotonic_ns)
TAGS = [
    {
        "asset": "PACK-01",
        "role": "state",
        "topic": "plant/PACK-01/status",
        "path": "state",
        "time_path": "ts",
    },
    {
        "asset": "PACK-01",
        "role": "product",
        "topic": "plant/PACK-01/status",
        "path": "order.product",
        "time_path": "ts",
    },
    {"asset": "PACK-01", "role": "power_active", "topic": "plant/PACK-01/power"},
    {"asset": "ENV-01", "role": "noise", "topic": "plant/ENV-01/all", "path": "data.noise[1]"},
]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("broker")).start()
    yield broker
    broker.stop()


@pytest.fixture
def device(broker: Mosquitto) -> Iterator[Publisher]:
    device = Publisher(broker)
    yield device
    device.close()


@pytest.fixture
async def opened() -> AsyncIterator[list[MqttConnector]]:
    """Whatever a test opens is closed."""
    made: list[MqttConnector] = []
    yield made
    for connector in made:
        await connector.aclose()


async def listening(
    broker: Mosquitto, opened: list[MqttConnector], on: Clock = CLOCK, agent: str = "edge", **more: object
) -> MqttConnector:
    settings: dict[str, object] = {
        "protocol": "mqtt", "name": "hall", "url": broker.url, "timeout": 5.0, "tags": TAGS,
        "devices": {"pack": "plant/PACK-01", "env": "plant/ENV-01"},
    }  # fmt: skip
    made = MqttConnector(MqttConnection.model_validate(settings | more), on, agent)
    opened.append(made)
    await made.connect()
    return made


async def until(made: MqttConnector, wanted: object, seconds: float = 5.0) -> Chunk:
    """The next report for which `wanted(chunk)`."""
    async with asyncio.timeout(seconds):
        while True:
            chunk = await made.read()
            if wanted(chunk):  # type: ignore[operator]
                return chunk


def status(state: int, ts_ms: int, product: str = "P1") -> str:
    return json.dumps({"ts": ts_ms, "state": state, "order": {"product": product}})


class TestMessages:
    @pytest.mark.parametrize("version", ["3.1.1", "5"])
    async def test_one_chunk_per_message_with_its_own_time(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector], version: str
    ) -> None:
        made = await listening(broker, opened, version=version)
        ts = time.time_ns() // 1_000_000 - 500
        device.send("plant/PACK-01/status", status(3, ts))
        chunk = await until(made, lambda chunk: chunk.tag)
        assert (chunk.device, chunk.kind) == ("pack", "report")
        assert (chunk.tag, chunk.ts) == ([0, 1], [ts * 1_000_000] * 2)
        assert (chunk.value[0], chunk.text) == (3.0, [None, "P1"])
        assert chunk.proof == ts * 1_000_000  # when it was sent, not when it came
        assert made.devices == {"pack": [0, 1, 2], "env": [3]}

    async def test_plain_payload_and_no_time_is_the_arrival(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened)
        before = time.time_ns()
        device.send("plant/PACK-01/power", "12.5")
        chunk = await until(made, lambda chunk: chunk.tag)
        assert (chunk.tag, chunk.value) == ([2], [12.5])
        assert before <= chunk.ts[0] <= time.time_ns()
        assert chunk.proof == chunk.ts[0]

    async def test_an_unmapped_topic_under_the_prefix_proves_the_device(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened)
        device.send("plant/ENV-01/hello", "x")
        chunk = await until(made, lambda chunk: True)
        assert (chunk.device, chunk.tag, chunk.counts) == ("env", [], {"unmapped_topic": 1})
        assert chunk.proof is not None

    async def test_retained_is_a_sample_only_with_its_own_time_and_never_a_proof(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        ts = time.time_ns() // 1_000_000 - 3_600_000
        device.send("plant/PACK-01/status", status(5, ts), retain=True)
        device.send("plant/PACK-01/power", "7.5", retain=True)
        made = await listening(broker, opened)
        try:
            chunks = [await until(made, lambda chunk: True) for _ in range(2)]
        finally:
            device.send("plant/PACK-01/status", b"", retain=True)
            device.send("plant/PACK-01/power", b"", retain=True)
        assert [chunk.proof for chunk in chunks] == [None, None]
        rows = [(tag, at) for chunk in chunks for tag, at in zip(chunk.tag, chunk.ts, strict=True)]
        assert rows == [(0, ts * 1_000_000), (1, ts * 1_000_000)]
        assert sum(chunk.counts.get("retained_ignored", 0) for chunk in chunks) == 1

    async def test_duplicates_and_old_stamps_come_as_they_are(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened)
        ts = time.time_ns() // 1_000_000
        for stamp in (ts - 1_000, ts - 1_000, ts - 90_000):
            device.send("plant/PACK-01/status", status(1, stamp))
        stamps = [(await until(made, lambda chunk: chunk.tag)).ts[0] // 1_000_000 for _ in range(3)]
        assert stamps == [ts - 1_000, ts - 1_000, ts - 90_000]

    async def test_a_stamp_after_its_arrival_is_cut_and_counted(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened)
        device.send("plant/PACK-01/status", status(1, time.time_ns() // 1_000_000 + 60_000))
        chunk = await until(made, lambda chunk: chunk.tag)
        assert max(chunk.ts) <= time.time_ns()
        assert chunk.counts["cut_to_arrival"] == 2
        assert chunk.proof == chunk.ts[0]

    async def test_instants_are_plant_time(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        origin = time.time_ns()
        clock = Clock(time.time_ns, time.monotonic_ns, origin, origin + 86_400 * NS, 60)
        made = await listening(broker, opened, clock)
        device.send("plant/ENV-01/all", json.dumps({"data": {"noise": [1, 71.5]}}))
        chunk = await until(made, lambda chunk: chunk.tag)
        assert chunk.value == [71.5]
        assert origin + 86_400 * NS < chunk.ts[0] <= clock.now()


class TestLosses:
    async def test_what_does_not_fit_is_lost_at_its_place(
        self, broker: Mosquitto, device: Publisher, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened, queue=3)
        for value in range(10):
            device.send("plant/PACK-01/power", str(value))
        assert made._broker is not None
        async with asyncio.timeout(5):
            while sum(getattr(entry, "number", 1) for entry in made._broker._queue) < 10:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the queue is filled by another thread
        chunks = [await made.read() for _ in range(5)]
        assert [chunk.value for chunk in chunks[:3]] == [[0], [1], [2]]
        assert [(chunk.device, chunk.lost) for chunk in chunks[3:]] == [("pack", [0, 1, 2]), ("env", [3])]
        assert chunks[3].counts == {"queue_overflow": 7}
        device.send("plant/PACK-01/power", "99")
        assert (await until(made, lambda chunk: chunk.tag)).value == [99]


class TestFailures:
    async def test_unreachable(self, opened: list[MqttConnector]) -> None:
        config = MqttConnection(
            protocol="mqtt",
            name="hall",
            url=f"mqtt://127.0.0.1:{free_port()}",
            devices={"pack": "plant/PACK-01"},
        )
        made = MqttConnector(config, CLOCK)
        await made.aclose()
        with pytest.raises(NotConnected, match="Connection refused"):
            await made.connect()
        await made.aclose()
        await made.aclose()

    async def test_a_broker_that_goes_ends_the_connection_after_what_came(
        self, tmp_path: Path, opened: list[MqttConnector]
    ) -> None:
        broker = Mosquitto(tmp_path).start()
        try:
            made = await listening(broker, opened)
            device = Publisher(broker)
            device.send("plant/PACK-01/power", "1")
            broker.stop()
            device.close()
            assert (await made.read()).value == [1]
            with pytest.raises(NotConnected, match="connection lost"):
                await until(made, lambda chunk: False)
            broker.start()
            await made.aclose()
            made = await listening(broker, opened)
            device = Publisher(broker)
            device.send("plant/PACK-01/power", "2")
            device.close()
            assert (await until(made, lambda chunk: chunk.tag)).value == [2]
        finally:
            broker.stop()

    async def test_a_broker_that_falls_silent_is_found_by_the_keep_alive(
        self, tmp_path: Path, opened: list[MqttConnector]
    ) -> None:
        broker = Mosquitto(tmp_path).start()
        try:
            made = await listening(broker, opened, keep_alive=1)
            broker.freeze()
            with pytest.raises(NotConnected):
                await until(made, lambda chunk: False, 10)
        finally:
            broker.stop()

    async def test_closing_ends_a_waiting_read_and_the_thread(
        self, broker: Mosquitto, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened, agent="closing")
        waiting = asyncio.create_task(made.read())
        await asyncio.sleep(0)
        await made.aclose()
        with pytest.raises(NotConnected, match="closed"):
            await waiting
        assert "floortruth-closing-hall" not in [thread.name for thread in threading.enumerate()]

    async def test_two_clients_of_one_id_are_named_as_the_cause(
        self, broker: Mosquitto, opened: list[MqttConnector]
    ) -> None:
        made = await listening(broker, opened, version="5")
        await listening(broker, opened, version="5")
        with pytest.raises(NotConnected, match=r"another client .*id 'floortruth-edge-hall'"):
            await made.read()

    async def test_it_cannot_be_asked(self, broker: Mosquitto, opened: list[MqttConnector]) -> None:
        made = await listening(broker, opened)
        assert (made.can_ask, made.reports) == (False, True)
        with pytest.raises(NotConnected, match="cannot be asked"):
            await made.read([0])


class TestLogin:
    @pytest.fixture
    def guarded(self, tmp_path: Path) -> Iterator[Mosquitto]:
        passwords = tmp_path / "passwords"
        subprocess.run(
            ["mosquitto_passwd", "-b", "-c", str(passwords), "floor", "truth"],
            check=True,
            capture_output=True,
        )
        passwords.chmod(0o644)
        broker = Mosquitto(tmp_path, ["allow_anonymous false", f"password_file {passwords}"]).start()
        yield broker
        broker.stop()

    @pytest.mark.parametrize("version", ["3.1.1", "5"])
    async def test_password(
        self, guarded: Mosquitto, opened: list[MqttConnector], monkeypatch: pytest.MonkeyPatch, version: str
    ) -> None:
        login: dict[str, object] = {
            "user": "floor", "password_env": "BROKER_PASSWORD", "allow_plain_password": True, "version": version,
        }  # fmt: skip
        with pytest.raises(Refused, match="no variable 'BROKER_PASSWORD'"):
            await listening(guarded, opened, **login)  # type: ignore[arg-type]
        monkeypatch.setenv("BROKER_PASSWORD", "wrong")
        with pytest.raises(
            Refused, match=r"refuses the connection: Not authorized|Bad user name or password"
        ):
            await listening(guarded, opened, **login)  # type: ignore[arg-type]
        monkeypatch.setenv("BROKER_PASSWORD", "truth")
        await listening(guarded, opened, **login)  # type: ignore[arg-type]


class TestTls:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path
        for name in ("own", "other"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.crt",
                 "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
                cwd=folder, check=True, capture_output=True,
            )  # fmt: skip
            (folder / f"{name}.key").chmod(0o644)
        return folder

    @pytest.fixture
    def secured(self, folder: Path) -> Iterator[Mosquitto]:
        lines = ["allow_anonymous true", f"certfile {folder}/own.crt", f"keyfile {folder}/own.key"]
        broker = Mosquitto(folder, lines).start()
        broker.url = f"mqtts://127.0.0.1:{broker.port}"
        yield broker
        broker.stop()

    async def test_certificates(self, secured: Mosquitto, folder: Path, opened: list[MqttConnector]) -> None:
        await listening(secured, opened, ca_file=str(folder / "own.crt"))
        with pytest.raises(Refused, match="certificate is refused: self-signed"):
            await listening(secured, opened, ca_file=str(folder / "other.crt"))
        secured.url = secured.url.replace("127.0.0.1", "localhost")
        with pytest.raises(Refused, match="Hostname mismatch"):
            await listening(secured, opened, ca_file=str(folder / "own.crt"))
        await listening(secured, opened, ca_file=str(folder / "own.crt"), check_host=False)
        with pytest.raises(Refused, match=r"certificates .*none\.crt: .*No such file"):
            await listening(secured, opened, ca_file=str(folder / "none.crt"))
