"""Numbers out of registers: types, byte orders, and which reads bring them in the fewest requests."""

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.modbus.config import BIT_TABLES, ModbusTag, Table

MAX_BITS = 2000
"""The longest request for coils and discrete inputs."""

_FORMATS = {
    "u16": ">H",
    "i16": ">h",
    "u32": ">I",
    "i32": ">i",
    "f32": ">f",
    "u64": ">Q",
    "i64": ">q",
    "f64": ">d",
}

Decode = Callable[[bytes], float]
"""The bytes of a value as they came to its number; NaN where they are none (a BCD digit above 9)."""


@dataclass(frozen=True, slots=True)
class Block:
    """One request: `count` registers (or bits) from `start`, and the tags that lie in it, by index."""

    table: Table
    start: int
    count: int
    tags: tuple[int, ...]


def decoder(tag: ModbusTag) -> Decode:
    """How the registers of this tag become a number."""
    kind, _, bit = tag.type.partition(" ")
    turn = _turning(tag.order, 2 * tag.width)
    if kind == "bit":
        shift = int(bit or 0)
        return lambda raw: float(int.from_bytes(turn(raw), "big") >> shift & 1)
    if kind in ("bcd16", "bcd32"):
        return lambda raw: _bcd(turn(raw))
    unpack = struct.Struct(_FORMATS[kind]).unpack
    return lambda raw: float(unpack(turn(raw))[0])


def _turning(order: str, size: int) -> Callable[[bytes], bytes]:
    """Bytes on the wire to big-endian: CDAB has its words turned, BADC the bytes of each word, DCBA both."""
    if order == "ABCD" or (order == "CDAB" and size == 2):
        return lambda raw: raw
    places = list(range(size))
    if order in ("CDAB", "DCBA"):
        places = [byte for word in range(size - 2, -1, -2) for byte in (word, word + 1)]
    if order in ("BADC", "DCBA"):
        places = [places[i ^ 1] for i in range(size)]
    return lambda raw: bytes([raw[i] for i in places])


def _bcd(raw: bytes) -> float:
    digits = raw.hex()
    return float(int(digits)) if digits.isdecimal() else math.nan


def blocks_of(
    tags: Sequence[ModbusTag], wanted: Iterable[int], max_gap: int, max_registers: int
) -> list[Block]:
    """The fewest requests for the wanted tags of one unit: merged over holes of at most `max_gap`, no value split."""
    blocks: list[Block] = []
    for i in sorted(wanted, key=lambda i: (tags[i].table, tags[i].start, tags[i].width)):
        tag, last = tags[i], blocks[-1] if blocks else None
        most = MAX_BITS if tag.table in BIT_TABLES else max_registers
        if last is not None and _joins(last, tag, max_gap, most):
            end = max(last.start + last.count, tag.start + tag.width)
            blocks[-1] = Block(last.table, last.start, end - last.start, (*last.tags, i))
        else:
            blocks.append(Block(tag.table, tag.start, tag.width, (i,)))
    return blocks


def _joins(block: Block, tag: ModbusTag, max_gap: int, most: int) -> bool:
    hole = tag.start - (block.start + block.count)
    return block.table == tag.table and hole <= max_gap and tag.start + tag.width - block.start <= most


def halves(tags: Sequence[ModbusTag], block: Block) -> tuple[Block, Block]:
    """A refused block in two, each just as long as its tags need; the holes at the cut are gone."""
    middle = len(block.tags) // 2
    first, second = (_around(tags, part) for part in (block.tags[:middle], block.tags[middle:]))
    return first, second


def _around(tags: Sequence[ModbusTag], members: tuple[int, ...]) -> Block:
    start = min(tags[i].start for i in members)
    end = max(tags[i].start + tags[i].width for i in members)
    return Block(tags[members[0]].table, start, end - start, members)
