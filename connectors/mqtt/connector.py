"""The MQTT connector: it listens to one broker and hands on what each device behind it says."""

import platform
from collections import deque
from collections.abc import Mapping, Sequence

from connectors.base import Chunk, NotConnected, TagReport
from connectors.mqtt.broker import Broker, Dropped
from connectors.mqtt.config import MqttConnection
from connectors.mqtt.json_messages import JsonReader
from connectors.mqtt.sparkplug import SparkplugReader
from evidence_engine.vocabulary.clock import Clock


class MqttConnector:
    """One attempt at one broker. `read()` gives one Chunk per message and device; it cannot be asked."""

    can_ask = False
    reports = True

    def __init__(self, config: MqttConnection, clock: Clock, agent: str = "") -> None:
        """`agent` makes the client id ours alone: two clients of one id kick each other out for ever."""
        self._config, self._clock = config, clock
        self._client_id = config.client_id or f"floortruth-{agent or platform.node()}-{config.name}"
        on: dict[str, list[int]] = {link: [] for link in config.devices}
        for index, tag in enumerate(config.tags):
            on[config.device_of(tag)].append(index)
        self.devices: Mapping[str, Sequence[int]] = on
        self._broker: Broker | None = None
        self._reader: JsonReader | SparkplugReader | None = None
        self._pending: deque[Chunk] = deque()

    async def connect(self) -> list[TagReport]:
        """Connect and subscribe. Sparkplug reports each change by itself; of JSON only the config knows."""
        config = self._config
        self._broker = Broker(config, self._client_id, self._clock)
        await self._broker.open()
        if config.mode == "json":
            self._reader = JsonReader(config)
        else:
            ask = self._broker.publish_command if config.allow_rebirth_request else None
            self._reader = SparkplugReader(config, self._clock, ask)
        resolution = None if config.mode == "json" else 0.0
        return [TagReport(tag, resolution=resolution) for tag in range(len(config.tags))]

    async def read(self, tags: Sequence[int] | None = None) -> Chunk:
        """What the next message says. Raises NotConnected; there is nobody to ask."""
        if tags is not None:
            raise NotConnected(f"{self._config.url}: MQTT devices cannot be asked, they report by themselves")
        if self._broker is None or self._reader is None:
            raise NotConnected(f"{self._config.url}: not connected yet")
        while not self._pending:
            message = await self._broker.next()
            self._pending += (
                self._dropped(message) if isinstance(message, Dropped) else self._reader.chunks(message)
            )
        return self._pending.popleft()

    async def aclose(self) -> None:
        """Close the session; safe twice and before it was opened."""
        if self._broker is not None:
            await self._broker.aclose()

    def _dropped(self, dropped: Dropped) -> list[Chunk]:
        """Nobody knows any more whose messages they were."""
        counts = {"queue_overflow": dropped.number}
        return [Chunk(link, "report", lost=list(tags), counts=counts) for link, tags in self.devices.items()]
