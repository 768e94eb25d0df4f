"""A machine that states everything it knows as one JSON message, several times a second."""

import asyncio
import json
from typing import Any

from simulators.wire import layout
from simulators.wire.device import Device, Floor, raise_failure
from simulators.wire.gate import Gate
from simulators.wire.mqtt_session import MqttSession
from simulators.wire.signal import Value

KEEP_ALIVE_S = 2
MILLISECOND = 1_000_000
_WHOLE = {"state", "alarm", "count_total", "count_good", "count_reject"}


class JsonDevice(Device):
    """Publishes `{"ts": <plant ms>, "<role>": …}` on its topic; `"quality": "bad"` where it mistrusts itself."""

    scheme = "mqtt"

    def __init__(self, wire: layout.JsonWire, floor: Floor, gate: Gate) -> None:
        super().__init__(wire.name, layout.links(wire), gate)
        self._wire, self._floor, self._schedule = wire, floor, floor.schedule
        self._signals = [floor.signal(wire.asset, role, (wire.name,)) for role in wire.roles]
        self._session = MqttSession(f"sim-{wire.name}", gate, KEEP_ALIVE_S, on_up=self._announce)
        self._held_back: bytes | None = None
        self._beat: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if not self.gate.is_open:
            await self.gate.open(self.gate.target_port)
        await self._session.start()
        self._beat = self._beat or asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        self.gate.cut()

    async def heal(self) -> None:
        await super().heal()
        await self._session.wait_up()

    async def tick(self, now_ns: int) -> None:
        """It speaks at its own rate, not on change; here it only tells of its own failure."""
        raise_failure(self._beat)
        self._session.raise_failure()

    async def aclose(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
        await self._session.aclose()
        await super().aclose()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._wire.period_s, loop.time())
            await asyncio.sleep(due - loop.time())
            self._announce()

    def _announce(self) -> None:
        now = self._floor.now() // MILLISECOND * MILLISECOND
        message = json.dumps(self._status(now), separators=(",", ":")).encode()
        if self._schedule.active("out_of_order", self.name, now):
            self._swap(message)
            return
        self._swap(None)
        self._send(message)
        if self._schedule.active("duplicate", self.name, now):
            self._send(message)

    def _swap(self, message: bytes | None) -> None:
        """Holds one message back until the one after it has been sent."""
        if self._held_back is None:
            self._held_back = message
            return
        if message is not None:
            self._send(message)
        self._send(self._held_back)
        self._held_back = None

    def _send(self, message: bytes) -> None:
        self._session.publish(self._wire.topic, message)

    def _status(self, now_ns: int) -> dict[str, Any]:
        step = self._schedule.active("clock_step", self.name, now_ns)
        shift_ms = round(step.by * 1000) if step else 0
        status: dict[str, Any] = {"ts": now_ns // MILLISECOND + shift_ms}
        bad = self._schedule.active("bad_quality", self.name, now_ns)
        if bad is not None and not bad.signals:
            known = {s.role: _plain(s.shown(bad.from_ns), s.role) for s in self._signals}
            return status | known | {"quality": "bad"}  # with the last good values, as real devices do
        return status | {
            s.role: None if s.is_bad(now_ns) else _plain(s.shown(now_ns), s.role) for s in self._signals
        }


def _plain(value: Value, role: str) -> Value:
    return round(float(value)) if role in _WHOLE else value
