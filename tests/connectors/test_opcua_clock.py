"""Offsets of foreign clocks, publish delays, values and queue sizes: the parts of the connector that need no server."""

import math
from datetime import UTC, datetime

import pytest

from connectors.opcua.connector import queue_size
from connectors.opcua.device_clock import DeviceClock, PublishDelay, measured
from connectors.opcua.values import decode, has_overflow, quality_of


def test_an_offset_is_taken_at_the_middle_of_request_and_answer() -> None:
    assert measured(shown=5_000, asked=1_000, answered=3_000).offset == 3_000


def test_a_look_moves_the_offset_as_little_as_it_must() -> None:
    clock = DeviceClock(offset=100)
    assert clock.follow(shown=1_105, asked=1_000, answered=1_010) == 0  # 95 … 105
    assert clock.follow(shown=1_150, asked=1_000, answered=1_010) == 40  # 140 … 150
    assert clock.offset == 140


def test_a_coarse_clock_is_not_wrong_within_its_tick() -> None:
    clock = DeviceClock(offset=0, tick=1_000)
    assert clock.follow(shown=4_200, asked=5_000, answered=5_010) == 0
    assert clock.follow(shown=3_500, asked=5_000, answered=5_010) == -500


def test_a_delay_is_what_goes_beyond_the_least() -> None:
    delay = PublishDelay()
    assert delay.of(published=1_000, arrived=9_000) == 0  # nobody knows the server's clock yet
    assert delay.of(published=2_000, arrived=12_000) == 2_000
    assert delay.of(published=3_000, arrived=10_900) == 0
    assert delay.of(published=4_000, arrived=12_000) == 100


def test_a_drifting_server_clock_is_followed() -> None:
    delay = PublishDelay()
    drift = [delay.of(published=1_000_000 * n, arrived=1_000_010 * n) for n in range(2_000)]
    assert max(drift) <= 10 * 512


@pytest.mark.parametrize(
    ("status", "quality"), [(0, 0), (0x00960000, 0), (0x480, 0), (0x40900000, 1), (0x808B0000, 2)]
)
def test_quality_is_the_severity(status: int, quality: int) -> None:
    assert quality_of(status) == quality


def test_the_overflow_bit_needs_its_info_type() -> None:
    assert has_overflow(0x480)
    assert not has_overflow(0x80)
    assert not has_overflow(0x400)


@pytest.mark.parametrize(
    ("raw", "is_text", "expected"),
    [
        (True, False, (1.0, None)), (True, True, (1.0, "true")), (3, False, (3.0, None)), (3, True, (3.0, "3")),
        ("12.5", False, (12.5, None)), (b"P1", True, (math.nan, "P1")), (b"\xff", True, None), (None, False, None),
        (math.inf, False, None), ("stop", False, (math.nan, "stop")),
        (datetime(2026, 1, 1, tzinfo=UTC), False, (1767225600.0, None)),
        (datetime(2026, 1, 1, tzinfo=UTC), True, (math.nan, "2026-01-01T00:00:00.000000000Z")),
    ],
)  # fmt: skip
def test_values(raw: object, is_text: bool, expected: tuple[float, str | None] | None) -> None:
    assert repr(decode(raw, is_text=is_text, encoding="utf-8")) == repr(expected)  # type: ignore[arg-type]


def test_queues_hold_twice_what_can_be_seen_between_two_sendings() -> None:
    assert queue_size(publishing=1.0, sampling=0.25) == 10
    assert queue_size(publishing=1.0, sampling=0.0) == 100
