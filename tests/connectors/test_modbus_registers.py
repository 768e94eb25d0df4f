"""Registers to numbers: every type in every order, and how reads are merged; no socket."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.modbus.config import ModbusConnection, ModbusTag
from connectors.modbus.registers import blocks_of, decoder, halves

FORMATS = {
    "u16": (">H", 0xFEDC), "i16": (">h", -2), "u32": (">I", 0xFEDCBA98), "i32": (">i", -123_456_789),
    "f32": (">f", -1.5), "u64": (">Q", 0x0001_0203_0405_0607), "i64": (">q", -(2**40)), "f64": (">d", 3.25e-9),
}  # fmt: skip


def tag(address: str, kind: str = "u16", order: str = "ABCD", unit: int = 1) -> ModbusTag:
    return ModbusTag.model_validate(
        {"asset": "A", "role": "state", "address": address, "type": kind, "order": order, "unit": unit}
    )


def ordered(raw: bytes, order: str) -> bytes:
    """The slow twin: ABCD named letter by letter, words turned, then the bytes of each word turned."""
    words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return b"".join(words)


@pytest.mark.parametrize("order", ["ABCD", "CDAB", "BADC", "DCBA"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_type_in_every_order(kind: str, order: str) -> None:
    form, value = FORMATS[kind]
    wire = ordered(struct.pack(form, value), order)
    assert decoder(tag("holding:0", kind, order))(wire) == value


def test_the_letters_of_an_order_are_the_bytes_as_they_come() -> None:
    for order in ("ABCD", "CDAB", "BADC", "DCBA"):
        assert decoder(tag("holding:0", "u32", order))(order.encode()) == int.from_bytes(b"ABCD", "big")


@pytest.mark.parametrize(("kind", "raw", "value"), [
    ("bcd16", "1234", 1234.0), ("bcd32", "12345678", 12345678.0),
    ("bit 0", "0001", 1.0), ("bit 0", "fffe", 0.0), ("bit 15", "8000", 1.0),
])  # fmt: skip
def test_digits_and_bits(kind: str, raw: str, value: float) -> None:
    assert decoder(tag("holding:0", kind))(bytes.fromhex(raw)) == value


def test_a_bcd_digit_above_nine_is_no_number() -> None:
    value = decoder(tag("holding:0", "bcd16"))(bytes.fromhex("12f4"))
    assert value != value


def test_reads_are_merged_over_small_holes_and_split_at_large_ones() -> None:
    tags = [tag("holding:0"), tag("holding:1", "u32"), tag("holding:7"), tag("holding:30"), tag("input:0")]
    blocks = blocks_of(tags, range(5), max_gap=4, max_registers=125)
    assert [(b.table, b.start, b.count, b.tags) for b in blocks] == [
        ("holding", 0, 8, (0, 1, 2)), ("holding", 30, 1, (3,)), ("input", 0, 1, (4,)),
    ]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 600), st.sampled_from(["u16", "u32", "f64"])), min_size=1, max_size=40),
    st.integers(0, 20),
    st.integers(4, 125),
)
def test_no_value_is_split_and_no_request_too_long(
    places: list[tuple[int, str]], gap: int, most: int
) -> None:
    tags = [tag(f"holding:{start}", kind) for start, kind in places]
    blocks = blocks_of(tags, range(len(tags)), gap, most)
    assert sorted(i for block in blocks for i in block.tags) == list(range(len(tags)))
    for block in blocks:
        assert block.count <= most
        for i in block.tags:
            assert block.start <= tags[i].start
            assert tags[i].start + tags[i].width <= block.start + block.count


def test_halves_are_as_long_as_their_tags_need() -> None:
    tags = [tag("holding:0"), tag("holding:2", "u32"), tag("holding:20"), tag("holding:21")]
    (block,) = blocks_of(tags, range(4), max_gap=30, max_registers=125)
    first, second = halves(tags, block)
    assert (first.start, first.count, first.tags) == (0, 4, (0, 1))
    assert (second.start, second.count, second.tags) == (20, 2, (2, 3))


@pytest.mark.parametrize(("written", "words"), [
    ({"address": "40001"}, "40001 may mean holding:0 or holding:40001"),
    ({"address": "holdin:0"}, "did you mean 'holding'"),
    ({"address": "holding:70000"}, "expected a number from 0 to 65535"),
    ({"address": "holding:65535", "type": "u32"}, "ends beyond the last register"),
    ({"address": "holding:0", "type": "u23"}, "did you mean 'u32'"),
    ({"address": "holding:0", "type": "bit"}, "needs its number"),
    ({"address": "coil:0", "type": "f32"}, "is one bit"),
    ({"address": "holding:0", "type": "bit 16"}, "unknown type 'bit 16'"),
])  # fmt: skip
def test_wrong_tags_are_told_in_one_sentence(written: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as caught:
        ModbusTag.model_validate({"asset": "A", "role": "state", **written})
    assert words in str(caught.value)


def test_units_are_named_once() -> None:
    with pytest.raises(ValidationError, match="unit 1 has two names"):
        ModbusConnection(name="m", protocol="modbus", host="h", devices={"a": 1, "b": 1})
