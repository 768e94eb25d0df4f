"""The one encoding of batches, from the agent's spool to the store: an Arrow IPC stream, zstd.

Example of the schema metadata (all strings):
`{"floortruth": "batch/1", "agent": "edge-1", "epoch": "6f…", "sequence": "42", "rows": "1000", "sent_at": "…", "boot": "…"}`,
columns `series: dictionary<string>, ts: int64, value: float64, text: string, quality: uint8`.
A reader must reject: another `floortruth` value, other columns, fewer rows than `rows` (a stream cut at a message border
reads as complete), rows out of (series, ts) order, a quality above 2, an empty series name.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from evidence_engine.vocabulary.batch import Batch, BatchId

FORMAT = "batch/1"

_SCHEMA = pa.schema(
    [
        ("series", pa.dictionary(pa.int32(), pa.string())),
        ("ts", pa.int64()),
        ("value", pa.float64()),
        ("text", pa.string()),
        ("quality", pa.uint8()),
    ]
)
_OPTIONS = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1))


class BadBatch(ValueError):
    """These bytes are no batch; sending them again will not help."""


def encode_batch(batch: Batch) -> bytes:
    """The bytes of a batch; what decode_batch returns for them equals it."""
    table = pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(batch.series), pa.array(batch.names, pa.string())),
            pa.array(batch.ts),
            pa.array(batch.value),
            pa.nulls(len(batch), pa.string()) if batch.text is None else pa.array(batch.text, pa.string()),
            pa.array(batch.quality),
        ],
        schema=_SCHEMA.with_metadata(_metadata(batch)),
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decode_batch(data: bytes) -> Batch:
    """Read a batch and check all that the format promises; BadBatch says what is wrong."""
    table, metadata = _read_stream(data)
    if metadata.get("floortruth") != FORMAT:
        raise BadBatch(f"schema is '{metadata.get('floortruth', 'none')}', expected '{FORMAT}'")
    if not table.schema.equals(_SCHEMA):
        raise BadBatch(f"columns are {table.schema.names}, expected {_SCHEMA.names} with their types")
    if table.num_rows != _integer(metadata, "rows"):
        raise BadBatch(f"cut short: {table.num_rows} rows of {metadata['rows']}")
    batch = _to_batch(table, metadata)
    _check_rows(batch)
    return batch


def _metadata(batch: Batch) -> dict[str, str]:
    return {
        "floortruth": FORMAT,
        "agent": batch.id.agent,
        "epoch": batch.id.epoch,
        "sequence": str(batch.id.sequence),
        "rows": str(len(batch)),
        "sent_at": str(batch.sent_at),
        "boot": batch.boot,
    }


def _read_stream(data: bytes) -> tuple[Any, dict[str, str]]:
    try:
        with pa.ipc.open_stream(data) as reader:
            table = reader.read_all()
        table.validate(full=True)
        metadata = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadBatch(f"not a readable Arrow stream: {error}".splitlines()[0]) from error
    return table.unify_dictionaries().combine_chunks(), metadata


def _integer(metadata: dict[str, str], key: str) -> int:
    text = metadata.get(key, "")
    if not text.isdigit():
        raise BadBatch(f"metadata '{key}' is '{text}', expected a whole number")
    return int(text)


def _to_batch(table: Any, metadata: dict[str, str]) -> Batch:
    columns = {name: _one_chunk(table.column(name)) for name in _SCHEMA.names}
    if any(columns[name].null_count for name in ("series", "ts", "value", "quality")):
        raise BadBatch("null in a column that must be filled")
    texts = columns["text"]
    return Batch(
        BatchId(metadata.get("agent", ""), metadata.get("epoch", ""), _integer(metadata, "sequence")),
        tuple(columns["series"].dictionary.to_pylist()),
        columns["series"].indices.to_numpy(),
        columns["ts"].to_numpy(),
        columns["value"].to_numpy(),
        columns["quality"].to_numpy(),
        None if texts.null_count == len(texts) else tuple(texts.to_pylist()),
        _integer(metadata, "sent_at"),
        metadata.get("boot", ""),
    )


def _one_chunk(column: Any) -> Any:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _check_rows(batch: Batch) -> None:
    if not batch.id.agent or not batch.id.epoch:
        raise BadBatch("metadata 'agent' or 'epoch' is empty")
    if any(not name for name in batch.names):
        raise BadBatch("empty series name")
    if len(batch) and int(batch.quality.max()) > 2:
        raise BadBatch(f"quality {int(batch.quality.max())}, expected 0, 1 or 2")
    same = batch.series[1:] == batch.series[:-1]
    if np.any(same & (batch.ts[1:] < batch.ts[:-1])) or np.any(np.diff(_ranks(batch)) < 0):
        raise BadBatch("rows are not sorted by (series, ts)")


def _ranks(batch: Batch) -> Any:
    """The position of each row's series name in sorted order, int64[n]."""
    order = np.argsort(np.array(batch.names, dtype=object)) if batch.names else np.empty(0, np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[batch.series]
