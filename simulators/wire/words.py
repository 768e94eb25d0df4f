"""Numbers as Modbus registers: widths, types and the four orders of bytes and words."""

import struct
from typing import Final

from simulators.wire.layout import WIDTHS

_FORMATS: Final = {
    "u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f", "u64": ">Q", "i64": ">q", "f64": ">d",
}  # fmt: skip


def encode(value: float, kind: str, order: str) -> list[int]:
    """The 16-bit registers of a number: ABCD big-endian, CDAB words turned, BADC bytes turned, DCBA both.

    Whole numbers outside the width wrap round, as a register does.
    """
    packed = struct.pack(_FORMATS[kind], value if kind[0] == "f" else _wrapped(round(value), kind))
    words = list(struct.unpack(f">{WIDTHS[kind]}H", packed))
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [(word & 0xFF) << 8 | word >> 8 for word in words]
    return words


def _wrapped(value: int, kind: str) -> int:
    bits = WIDTHS[kind] * 16
    value &= (1 << bits) - 1
    return value - (1 << bits) if kind[0] == "i" and value >> (bits - 1) else value
