"""The Modbus connector: connect, ask a unit for its tags, close; pymodbus is wrapped here and nowhere else.

There is no function that writes, and no retry: pymodbus' own are off, the agent decides when to come again.
"""

import asyncio
import logging
import math
import struct
from collections.abc import Iterable, Mapping, Sequence

from pymodbus import FramerType, ModbusException
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from connectors.base import Chunk, DeviceSilent, NotConnected, TagReport
from connectors.modbus.config import BIT_TABLES, ModbusConnection
from connectors.modbus.registers import Block, blocks_of, decoder, halves
from evidence_engine.vocabulary.clock import Clock

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what it has to say, our errors say once

SILENT_UNIT = frozenset({10, 11})
"""Exceptions of a gateway that cannot reach the unit."""
OF_THE_MOMENT = frozenset({5, 6})
"""Acknowledge, busy: the unit is there, the value is not, the next poll asks again."""
WORDS = {
    1: "function not known to the device", 2: "no such address", 3: "length not accepted", 4: "device failure",
    5: "still working on it", 6: "busy", 7: "not accepted", 8: "memory parity error",
    10: "gateway has no path to the unit", 11: "unit does not answer its gateway",
}  # fmt: skip
ASK_AGAIN = 300.0
"""Real seconds after which an address that was refused is asked for again (a PLC may have been loaded anew)."""
FAILURE_AGAIN = 5.0
"""The same after a device failure, which may concern one register of a block."""


class ModbusConnector:
    """One TCP line with its units; devices are `<connection>.<unit>`."""

    can_ask = True
    reports = False

    def __init__(self, config: ModbusConnection, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._decode = [decoder(tag) for tag in config.tags]
        self._unit: dict[str, int] = {}
        on: dict[str, list[int]] = {}
        for i, tag in enumerate(config.tags):
            link = config.link_of(tag.unit)
            self._unit[link] = tag.unit
            on.setdefault(link, []).append(i)
        self.devices: Mapping[str, Sequence[int]] = on
        self._device = {i: link for link, tags in on.items() for i in tags}
        self._plans: dict[tuple[int, ...], list[Block]] = {}
        self._refused_until: dict[int, int] = {}
        self.why: dict[int, str] = {}
        """Tag → why it got no value, in words; for people."""
        self._client: AsyncModbusTcpClient | None = None

    async def connect(self) -> list[TagReport]:
        """Open the socket. What the units refuse shows with the first reading; NotConnected."""
        await self._open()
        return [TagReport(i) for i in range(len(self._config.tags))]

    async def read(self, tags: Sequence[int] | None = None) -> Chunk:
        """One reading of tags of one unit. NotConnected, DeviceSilent (nothing at all was answered)."""
        if not tags:
            raise ValueError("a Modbus device reports nothing by itself: name the tags")
        device = self._device[tags[0]]
        chunk = Chunk(device, "reading")
        self._forget_old_refusals()
        self._leave_refused(tags, chunk)
        pending = list(reversed(self._plan(tuple(tags))))
        while pending:
            block = pending.pop()
            try:
                parts = await self._read_block(block, self._unit[device], chunk)
            except DeviceSilent:
                if chunk.proof is None:
                    raise
                chunk.unanswered += [i for rest in (block, *pending) for i in rest.tags]
                break
            if parts:
                self._remember_split(tuple(tags), block, parts)
                pending += reversed(parts)
        return chunk

    async def aclose(self) -> None:
        """Close the socket; safe twice and unopened."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _open(self) -> None:
        config = self._config
        framer = FramerType.RTU if config.framing == "rtu" else FramerType.SOCKET
        self._client = AsyncModbusTcpClient(
            config.host, port=config.port, framer=framer, timeout=config.timeout, retries=0, reconnect_delay=0
        )
        if not await self._client.connect():
            await self.aclose()
            raise NotConnected(
                f"no answer from {config.host}:{config.port}: is the address right and the device on?"
            )

    async def _read_block(self, block: Block, unit: int, chunk: Chunk) -> list[Block]:
        """Fill the chunk from one request; the halves to try instead where the unit refuses the whole."""
        begin = self._clock.now()
        answer = await self._request(block, unit, chunk.device)
        end = self._clock.now()
        if isinstance(answer, ExceptionResponse):
            return self._refused(block, answer.exception_code, chunk)
        raw = _bytes_of(block, answer)
        if raw is None:
            return self._unanswered(block, "answer of another length", chunk)
        moment = (begin + end) // 2
        chunk.proof = moment
        chunk.round_trip = max(chunk.round_trip, end - begin)
        self._decode_into(chunk, block, raw, moment)
        return []

    def _decode_into(self, chunk: Chunk, block: Block, raw: bytes, moment: int) -> None:
        tags = self._config.tags
        for i in block.tags:
            at = 2 * (tags[i].start - block.start)
            value = self._decode[i](raw[at : at + 2 * tags[i].width])
            chunk.add(i, moment, value, None, 2 if math.isnan(value) else 0)
            self.why.pop(i, None)

    async def _request(self, block: Block, unit: int, device: str) -> ModbusPDU:
        client = self._client
        if client is None or not client.connected:
            raise NotConnected(f"{self._config.host}:{self._config.port} closed the connection")
        if self._config.pause_ms:
            await asyncio.sleep(self._config.pause_ms / 1000)
        ask = {
            "holding": client.read_holding_registers,
            "input": client.read_input_registers,
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
        }[block.table]
        try:
            return await ask(block.start, count=block.count, device_id=unit)
        except (ModbusException, OSError) as error:
            await self._after_silence(client)
            raise DeviceSilent(device, f"no answer within {self._config.timeout:g} s") from error

    async def _after_silence(self, client: AsyncModbusTcpClient) -> None:
        """A late RTU answer would pass for the next one's: never use such a socket again. NotConnected."""
        if self._config.framing == "rtu":
            await self.aclose()
            await self._open()
        elif not client.connected:
            raise NotConnected(f"{self._config.host}:{self._config.port} closed the connection")

    def _refused(self, block: Block, code: int, chunk: Chunk) -> list[Block]:
        words = f"exception {code}: {WORDS.get(code, 'not described')}"
        if code in SILENT_UNIT:
            raise DeviceSilent(chunk.device, words)
        if code in OF_THE_MOMENT:
            return self._unanswered(block, words, chunk)
        if len(block.tags) > 1:
            return list(halves(self._config.tags, block))
        pause = FAILURE_AGAIN if code == 4 else ASK_AGAIN
        self._refused_until[block.tags[0]] = self._clock.monotonic() + round(pause * 1e9)
        return self._unanswered(block, words, chunk)

    def _unanswered(self, block: Block, words: str, chunk: Chunk) -> list[Block]:
        chunk.unanswered += block.tags
        self.why |= dict.fromkeys(block.tags, words)
        chunk.counts[words] = chunk.counts.get(words, 0) + len(block.tags)
        return []

    def _plan(self, tags: tuple[int, ...]) -> list[Block]:
        if tags not in self._plans:
            config = self._config
            self._plans[tags] = blocks_of(config.tags, tags, config.max_gap, config.max_registers)
        return [b for b in self._plans[tags] if any(i not in self._refused_until for i in b.tags)]

    def _remember_split(self, tags: tuple[int, ...], block: Block, parts: Iterable[Block]) -> None:
        plan = self._plans[tags]
        at = plan.index(block)
        plan[at : at + 1] = parts

    def _leave_refused(self, tags: Sequence[int], chunk: Chunk) -> None:
        chunk.unanswered += [i for i in tags if i in self._refused_until]

    def _forget_old_refusals(self) -> None:
        """Plans that were split round a refused tag begin whole again when it is due."""
        now = self._clock.monotonic()
        due = [i for i, until in self._refused_until.items() if until <= now]
        for i in due:
            del self._refused_until[i]
        if due:
            gone = set(due)
            self._plans = {tags: plan for tags, plan in self._plans.items() if not gone & set(tags)}


def _bytes_of(block: Block, answer: ModbusPDU) -> bytes | None:
    """The values as bytes, two for each register or bit; None where the answer is too short."""
    words = answer.bits if block.table in BIT_TABLES else answer.registers
    if len(words) < block.count:
        return None
    return struct.pack(f">{block.count}H", *words[: block.count])
