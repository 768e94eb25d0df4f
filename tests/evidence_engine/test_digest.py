"""The digest of a series: its exact bytes, hours hashed once, what moves it and what does not (D19)."""

import struct
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.evidence.digest import Digests
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.samples import Samples, samples_of

H0 = 480_000 * HOUR


def digest_of(
    samples: Samples, start: int = H0, end: int = H0 + 48 * HOUR, series: str = "M/temperature"
) -> str:
    return Digests(History({series: samples})).of(series, start, end)


def by_hand(series: str, rows: list[tuple[int, float, int]], texts: list[str | None] | None = None) -> str:
    """As D19 says it, one row at a time."""
    name = series.encode()
    out = struct.pack("<I", len(name)) + name
    for hour in sorted({ts // HOUR for ts, _, _ in rows}):
        chosen = [i for i, row in enumerate(rows) if row[0] // HOUR == hour]
        body = struct.pack("<Q", len(chosen))
        body += b"".join(struct.pack("<q", rows[i][0]) for i in chosen)
        body += b"".join(struct.pack("<d", rows[i][1]) for i in chosen)
        body += bytes(rows[i][2] for i in chosen)
        for i in chosen if texts is not None else []:
            text = texts[i] if texts is not None else None
            body += (
                b"\xff\xff\xff\xff" if text is None else struct.pack("<I", len(text.encode())) + text.encode()
            )
        out += struct.pack("<q", hour * HOUR) + sha256(body).digest()
    return "sha256:" + sha256(out).hexdigest()


def test_D19_bytes_are_those_of_the_definition() -> None:
    rows = [(H0, 1.5, 0), (H0 + 7, 2.0, 1), (H0 + 3 * HOUR, -3.0, 2)]
    samples = samples_of([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
    assert digest_of(samples) == by_hand("M/temperature", rows)


def test_D19_texts_of_a_text_role_count_and_of_another_do_not() -> None:
    ts, nan = [H0, H0 + 1], struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000))[0]
    samples = samples_of(ts, [nan, nan], None, ["泵", None])
    expected = by_hand("M/product", [(t, nan, 0) for t in ts], ["泵", None])
    assert digest_of(samples, series="M/product") == expected
    assert digest_of(samples) == by_hand("M/temperature", [(t, nan, 0) for t in ts])


def test_D19_minus_zero_and_every_nan_are_one() -> None:
    odd = np.array([0x7FF8000000000001, 0xFFF8000000000000], np.uint64).view(np.float64)
    plain = samples_of([H0, H0 + 1, H0 + 2], [0.0, float("nan"), float("nan")])
    other = Samples(plain.ts, np.array([-0.0, *odd]), plain.quality)
    assert digest_of(plain) == digest_of(other)


@pytest.mark.parametrize("change", ["ts", "value", "quality", "name", "one less"])
def test_D19_anything_else_moves_it(change: str) -> None:
    ts, value, quality = [H0, H0 + 1], [1.0, 2.0], [0, 0]
    before = digest_of(samples_of(ts, value, quality))
    if change == "ts":
        ts[1] += 1
    if change == "value":
        value[1] += 1
    if change == "quality":
        quality[1] = 1
    if change == "one less":
        ts, value, quality = ts[:1], value[:1], quality[:1]
    series = "N/temperature" if change == "name" else "M/temperature"
    assert digest_of(samples_of(ts, value, quality), series=series) != before


@settings(deadline=None)
@given(st.sets(st.integers(0, 5 * HOUR), max_size=30), st.integers(0, 5 * HOUR), st.integers(0, 5 * HOUR))
def test_D19_a_window_is_cut_inside_its_hours(instants: set[int], one: int, other: int) -> None:
    start, end = H0 + min(one, other), H0 + max(one, other)
    ts = sorted(H0 + t for t in instants)
    rows = [(t, float(n), 0) for n, t in enumerate(ts)]
    digests = Digests(History({"M/temperature": samples_of(ts, [r[1] for r in rows])}))
    digests.of("M/temperature", H0, H0 + 6 * HOUR)  # hours are kept: they must not leak into a part of one
    expected = by_hand("M/temperature", [r for r in rows if start <= r[0] < end])
    assert digests.of("M/temperature", start, end) == expected


def test_D7_an_input_takes_one_sample_more_on_each_side() -> None:
    samples = samples_of([H0, H0 + 10, H0 + 20, H0 + 30, H0 + 40], [0.0, 1.0, 2.0, 3.0, 4.0])
    digests = Digests(History({"M/temperature": samples}))
    found = digests.input("M/temperature", H0 + 15, H0 + 30)
    assert found is not None
    assert (found.samples, found.digest) == (3, digests.of("M/temperature", H0 + 10, H0 + 31))
    alone = digests.input("M/temperature", H0 + 50, H0 + 60)
    assert alone is not None
    assert alone.samples == 1
    assert digests.input("M/none", H0, H0 + 60) is None


def test_read_only_columns_are_taken() -> None:
    samples = samples_of([H0, H0 + 1], [1.0, 2.0])
    for column in (samples.ts, samples.value, samples.quality):
        column.setflags(write=False)
    assert digest_of(samples) == digest_of(samples_of([H0, H0 + 1], [1.0, 2.0]))
