"""The batch encoding: what goes in comes out; what is no batch is refused in one sentence."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.encoding import BadBatch, decode_batch, encode_batch
from evidence_engine.vocabulary.batch import Batch, BatchId

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A/state", "B/power_active", "@x/link"]),
        st.integers(-(2**62), 2**62),
        st.floats(),
        st.one_of(st.none(), st.text(max_size=4)),
        st.integers(0, 2),
    ),
    max_size=30,
)
Row = tuple[str, int, float, str | None, int]


def batch_of(rows: list[Row], sequence: int = 7) -> Batch:
    rows = sorted(rows, key=lambda row: row[:2])
    names = tuple(dict.fromkeys(row[0] for row in rows))
    return Batch(
        BatchId("edge-1", "e", sequence),
        names,
        np.array([names.index(row[0]) for row in rows], np.int32),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[4] for row in rows], np.uint8),
        tuple(row[3] for row in rows) if any(row[3] is not None for row in rows) else None,
        5,
        "boot",
    )


@given(ROWS)
def test_round_trip(rows: list[Row]) -> None:
    sent = batch_of(rows)
    got = decode_batch(encode_batch(sent))
    assert (got.id, got.names, got.text, got.sent_at, got.boot) == (sent.id, sent.names, sent.text, 5, "boot")
    for column in ("series", "ts", "value", "quality"):
        assert getattr(got, column).tobytes() == getattr(sent, column).tobytes()


SOME: list[Row] = [("A/state", 1, 3.0, None, 0), ("A/state", 2, 4.0, None, 0), ("B/x_1", 1, 1.0, None, 0)]


def test_a_truncated_stream_is_refused_at_every_length() -> None:
    data = encode_batch(batch_of(SOME))
    end_of_stream = 8  # a stream may lack its end mark and still hold every row
    for length in range(len(data) - end_of_stream):
        with pytest.raises(BadBatch):
            decode_batch(data[:length])


def test_a_stream_cut_at_a_message_border_is_refused_by_its_row_count() -> None:
    table = pa.ipc.open_stream(encode_batch(batch_of(SOME))).read_all()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.slice(0, 2))
    with pytest.raises(BadBatch, match="cut short: 2 rows of 3"):
        decode_batch(bytes(sink.getvalue()))


def test_another_schema_is_refused() -> None:
    table = pa.table({"a": [1]}).replace_schema_metadata({"floortruth": "batch/1"})
    other = pa.table({"a": [1]})
    for wrong, message in ((table, "columns are"), (other, "schema is 'none'")):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, wrong.schema) as writer:
            writer.write_table(wrong)
        with pytest.raises(BadBatch, match=message):
            decode_batch(bytes(sink.getvalue()))


def test_unsorted_rows_are_refused() -> None:
    good = batch_of(SOME)
    wrong = Batch(good.id, good.names, good.series[::-1], good.ts, good.value, good.quality)
    with pytest.raises(BadBatch, match="not sorted"):
        decode_batch(encode_batch(wrong))


def test_a_quality_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadBatch, match="quality 3"):
        decode_batch(encode_batch(batch_of([("A/state", 1, 1.0, None, 3)])))
