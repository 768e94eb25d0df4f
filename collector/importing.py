"""History from files: long CSV or Parquet (`ts, asset, role, value[, text][, quality]`, D29) becomes batches.

An import's agent is `import`, its epoch the digest of the file: the same file twice changes nothing (D6). A row that
is wrong is set aside with its line and reason, and costs the good ones nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.batch import Batch, BatchId
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import Kind, did_you_mean, role_of
from evidence_engine.vocabulary.samples import QUALITY_WORDS

COLUMNS = ("ts", "asset", "role", "value")
ROWS_PER_BATCH = 100_000

_ISO = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?$"
_ZONED = r"(Z|[+-]\d\d:?\d\d)$"


@dataclass(slots=True)
class Reject:
    """A row that was set aside. `line` counts from 1, the header is line 1."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    rows: int = 0
    batches: int = 0
    repeats: int = 0
    """Batches that the store already had."""
    rejects: list[Reject] = field(default_factory=list)


def import_file(
    plant: Plant, path: Path, store: Callable[[Batch], bool], progress: Callable[[int], None] | None = None
) -> ImportReport:
    """Hand every good row of a file to `store` (which says whether a batch was new), in batches of fixed borders.

    Raises BadInput where the file as a whole can't be read.
    """
    report = ImportReport()
    epoch = _digest(path)
    line = 2
    for sequence, table in enumerate(_tables(path)):
        batch = _batch(plant, table, BatchId("import", epoch, sequence), path.name, line, report.rejects)
        line += table.num_rows
        report.rows += len(batch)
        report.batches += 1
        report.repeats += not store(batch)
        if progress is not None:
            progress(table.num_rows)
    return report


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def _tables(path: Path) -> Iterator[pa.Table]:
    """The file in pieces of ROWS_PER_BATCH rows; the same file always gives the same pieces."""
    reader = _parquet if path.suffix == ".parquet" else _csv
    try:
        table = reader(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path.name}: not readable: {error}".splitlines()[0]) from None
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise BadInput(
            f"{path.name}:1: column '{missing[0]}' is missing, expected {', '.join(COLUMNS)}[, quality]"
        )
    for start in range(0, table.num_rows, ROWS_PER_BATCH):
        yield table.slice(start, ROWS_PER_BATCH)


def _parquet(path: Path) -> pa.Table:
    return pq.read_table(path)


def _csv(path: Path) -> pa.Table:
    options = pa.csv.ConvertOptions(
        column_types={name: pa.string() for name in (*COLUMNS, "quality", "text")},
        strings_can_be_null=False,
    )
    return pa.csv.read_csv(path, convert_options=options)


def _batch(
    plant: Plant, table: pa.Table, identity: BatchId, file: str, line: int, rejects: list[Reject]
) -> Batch:
    problems: dict[int, str] = {}
    ts = _instants(table.column("ts"), plant, problems)
    names, series, kinds = _series(table, plant, problems)
    value, text = _values(table, kinds[series], problems)
    quality = _quality(table, problems)
    rejects += [Reject(file, line + row, why) for row, why in sorted(problems.items())]
    keep = np.ones(table.num_rows, bool)
    keep[list(problems)] = False
    order = np.lexsort((ts, np.argsort(np.argsort(names))[series]))
    order = order[keep[order]]
    texts = tuple(text[i] for i in order) if any(t is not None for t in text) else None
    return Batch(identity, tuple(names), series[order], ts[order], value[order], quality[order], texts)


def _instants(column: Any, plant: Plant, problems: dict[int, str]) -> Any:
    """int64[n] ns; a naive stamp means the plant's time zone (D1)."""
    column = column.combine_chunks()
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            column = pc.assume_timezone(
                column, plant.site.time_zone, ambiguous="earliest", nonexistent="latest"
            )
        return column.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64()).to_numpy()
    return _parsed(pc.utf8_trim_whitespace(column.cast(pa.string())), plant, problems)


def _parsed(texts: Any, plant: Plant, problems: dict[int, str]) -> Any:
    if (
        pc.all(pc.match_substring_regex(texts, _ISO)).as_py()
        and pc.all(pc.match_substring_regex(texts, _ZONED)).as_py()
    ):
        try:
            return texts.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            pass  # one of them is no date of the calendar: find it below, row by row
    out = np.zeros(len(texts), np.int64)
    for row, text in enumerate(texts.to_pylist()):
        try:
            out[row] = parse_instant(text or "", plant.zone)
        except ValueError as error:
            problems[row] = f"ts: {error}"
    return out


def _series(table: pa.Table, plant: Plant, problems: dict[int, str]) -> tuple[list[str], Any, Any]:
    """Distinct names, int32[n] index into them, and the kind of each name."""
    joined = pc.binary_join_element_wise(
        table.column("asset").cast(pa.string()), table.column("role").cast(pa.string()), "/"
    )
    encoded = joined.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = [name or "" for name in encoded.dictionary.to_pylist()]
    index = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int32)
    kinds = np.empty(len(names), object)
    for number, name in enumerate(names):
        kinds[number], why = _kind(name, plant)
        if why:
            problems.update(dict.fromkeys(np.flatnonzero(index == number).tolist(), why))
    return names, index, kinds


def _kind(name: str, plant: Plant) -> tuple[tuple[Kind, bool], str]:
    asset, _, role_name = name.rpartition("/")
    wrong = (Kind.SAMPLED, False)
    try:
        role = role_of(role_name)
    except ValueError as error:
        return wrong, f"role: {error}"
    if asset.startswith("@"):
        fits = role.kind is Kind.LINK and "/" not in asset
        why = f"'{asset}' is a connection: it has the role 'link' and no slash in its name"
        return (role.kind, role.is_text), "" if fits else why
    if role.kind is Kind.LINK:
        return wrong, f"role 'link' belongs to a connection, expected asset '@{asset}'"
    if asset not in plant.assets:
        return wrong, f"asset: '{asset}' is not in the register{did_you_mean(asset, plant.assets)}"
    return (role.kind, role.is_text), ""


def _values(table: pa.Table, kinds: Any, problems: dict[int, str]) -> tuple[Any, list[str | None]]:
    """float64[n] and texts; a held role may bear a text code, a measured one must be a number."""
    column = table.column("value").combine_chunks()
    texts: list[str | None] = [None] * len(column)
    if "text" in table.column_names:
        texts = [text or None for text in table.column("text").to_pylist()]
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return column.cast(pa.float64()).fill_null(np.nan).to_numpy(), texts
    value = np.full(len(column), np.nan)
    for row, written in enumerate(column.to_pylist()):
        kind, is_text = kinds[row]
        if is_text:
            texts[row] = texts[row] or written or None
            continue
        try:
            value[row] = float(written or "nan")
        except ValueError:
            if kind is Kind.HELD:
                texts[row] = written
            else:
                problems.setdefault(row, f"value: '{written}' is not a number")
    return value, texts


def _quality(table: pa.Table, problems: dict[int, str]) -> Any:
    """uint8[n]: `good|uncertain|bad` or 0|1|2, empty is good."""
    codes = np.zeros(table.num_rows, np.uint8)
    if "quality" not in table.column_names:
        return codes
    column = table.column("quality").combine_chunks()
    if pa.types.is_integer(column.type):
        return column.cast(pa.uint8()).to_numpy(zero_copy_only=False)
    words = {"": 0, None: 0} | {word: code for code, word in enumerate(QUALITY_WORDS)}
    for row, word in enumerate(column.to_pylist()):
        if word in words:
            codes[row] = words[word]
        else:
            problems.setdefault(row, f"quality: '{word}', expected good, uncertain or bad")
    return codes
