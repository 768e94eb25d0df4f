"""A Sparkplug B edge node with one device: births, data on change by alias, a will, and rebirth when asked."""

import asyncio

from google.protobuf.message import DecodeError

from simulators.clock import SECOND
from simulators.wire import layout
from simulators.wire.device import Device, Floor, raise_failure
from simulators.wire.gate import Gate
from simulators.wire.mqtt_session import MqttSession, Will
from simulators.wire.signal import Report, Reporter, Signal
from simulators.wire.sparkplug_payload import (
    BOOLEAN,
    DATE_TIME,
    DOUBLE,
    INT32,
    INT64,
    STRING,
    UINT64,
    Metric,
    Payload,
    decode,
)  # fmt: skip

MILLISECOND = 1_000_000
REBIRTH = "Node Control/Rebirth"
CLOCK_ALIAS = 1
FIRST_ALIAS = 10
SHORTEST_BIRTH_PERIOD_S = 2.0  # real: at high speed births must not drown the data
_TYPES = {
    "state": INT32, "alarm": INT32, "product": STRING,
    "count_total": UINT64, "count_good": UINT64, "count_reject": UINT64,
}  # fmt: skip


class SparkplugDevice(Device):
    """`spBv1.0/<group>/N…|D…/<node>[/<device>]`, after Sparkplug 3.0."""

    scheme = "mqtt"

    def __init__(self, wire: layout.SparkplugWire, floor: Floor, gate: Gate) -> None:
        super().__init__(wire.name, layout.links(wire), gate)
        self._wire, self._floor, self._schedule = wire, floor, floor.schedule
        signals, now = [floor.signal(wire.asset, role, (wire.name,)) for role in wire.roles], floor.now()
        self._reporters = [(FIRST_ALIAS + n, Reporter(signal, now)) for n, signal in enumerate(signals)]
        self._bd_seq, self._seq = -1, 0
        self._born_ns, self._born_real = 0, 0.0
        self._session = MqttSession(
            f"sim-{wire.name}", gate, wire.keep_alive_s, on_up=self._births, will=self._will,
            subscribe=f"spBv1.0/{wire.group}/NCMD/{wire.node}", on_message=self._command,
        )  # fmt: skip
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
        """Data on change; what changes while disconnected is told by the next birth."""
        raise_failure(self._beat)
        self._session.raise_failure()
        self._tell(now_ns)

    def _tell(self, now_ns: int) -> None:
        """What changed and was not told yet, each change with its instant."""
        found = [(alias, r.signal, report) for alias, r in self._reporters for report in r.take(now_ns)]
        if not found or not self._session.is_up:
            return
        found.sort(key=lambda each: each[2].ts)
        metrics = tuple(self._metric(signal, report, alias=alias) for alias, signal, report in found)
        self._publish("DDATA", metrics, now_ns)

    async def aclose(self) -> None:
        """Leaves on purpose: says its own death, then disconnects."""
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
        if self._session.is_up:
            self._session.publish(self._topic("NDEATH"), self._death(), qos=1)
        await self._session.aclose()
        await super().aclose()

    # --- life and death ---

    def _will(self) -> Will:
        """Asked before each connect: the death certificate of the session that begins."""
        self._bd_seq = (self._bd_seq + 1) % 256
        return Will(self._topic("NDEATH"), self._death())

    def _death(self) -> bytes:
        return Payload((Metric(INT64, self._bd_seq, name="bdSeq"),)).encode()

    def _births(self) -> None:
        """Node first, then the device, the sequence from 0; each metric states the value of this instant."""
        now = self._floor.now()
        self._born_ns, self._born_real = now, asyncio.get_running_loop().time()
        self._seq = 0
        stamp = self._ms(now)
        node = (
            Metric(INT64, self._bd_seq, name="bdSeq", ts_ms=stamp),
            Metric(BOOLEAN, False, name=REBIRTH, ts_ms=stamp),
            Metric(DATE_TIME, stamp, name="Clock", alias=CLOCK_ALIAS, ts_ms=stamp),
        )
        self._publish("NBIRTH", node, now)
        self._publish("DBIRTH", tuple(self._born(alias, r, now) for alias, r in self._reporters), now)

    def _born(self, alias: int, reporter: Reporter, now_ns: int) -> Metric:
        reporter.take(now_ns)  # the birth tells it
        report = Report(now_ns, reporter.read().value)
        return self._metric(reporter.signal, report, name=reporter.signal.role, alias=alias)

    def _command(self, _topic: str, payload: bytes) -> None:
        try:
            asked = any(m.name == REBIRTH and m.value is True for m in decode(payload).metrics)
        except DecodeError:
            return  # a stranger's message; a node obeys nothing that it cannot read
        if asked and self._session.is_up:
            self._tell(self._floor.now())
            self._births()

    async def _run(self) -> None:
        """The node's clock, as a sign of life; and births again now and then, for readers that came late."""
        while True:
            await asyncio.sleep(self._wire.clock_period_s)
            if not self._session.is_up:
                continue
            now = self._floor.now()
            if self._is_birth_due(now):
                self._tell(
                    now
                )  # a birth states how things stand; how they came to stand so is told before it
                self._births()
            else:
                stamp = self._ms(now)
                self._publish("NDATA", (Metric(DATE_TIME, stamp, alias=CLOCK_ALIAS, ts_ms=stamp),), now)

    def _is_birth_due(self, now_ns: int) -> bool:
        period = self._wire.birth_period_plant_s
        waited = asyncio.get_running_loop().time() - self._born_real
        return (
            bool(period) and now_ns - self._born_ns >= period * SECOND and waited >= SHORTEST_BIRTH_PERIOD_S
        )

    # --- messages ---

    def _topic(self, kind: str) -> str:
        device = f"/{self._wire.device}" if kind[0] == "D" else ""
        return f"spBv1.0/{self._wire.group}/{kind}/{self._wire.node}{device}"

    def _publish(self, kind: str, metrics: tuple[Metric, ...], now_ns: int) -> None:
        payload = Payload(metrics, self._ms(now_ns), self._seq).encode()
        self._seq = (self._seq + 1) % 256
        self._session.publish(self._topic(kind), payload)

    def _metric(self, signal: Signal, report: Report, alias: int, name: str | None = None) -> Metric:
        datatype = _TYPES.get(signal.role, DOUBLE)
        return Metric(datatype, report.value, name=name, alias=alias, ts_ms=self._ms(report.ts))

    def _ms(self, ts_ns: int) -> int:
        step = self._schedule.active("clock_step", self.name, ts_ns)
        return (ts_ns + (round(step.by * SECOND) if step else 0)) // MILLISECOND
