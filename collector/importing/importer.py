"""The import of one file: found out how it is read, cut into batches, each handed to a store (D29).

An import's agent is `import`, its epoch names the file and how it is read: the same file twice changes nothing, and one
that was killed half-way is simply run again (D6).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import numpy as np

from collector.importing.layout import layout_of
from collector.importing.pieces import Piece, Source, source_of
from collector.importing.reading import Reading, epoch_of
from collector.importing.register import Register
from collector.importing.rejects import Reject, Rejects
from collector.importing.rows import RowReader, Rows
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.batch import Batch, BatchId
from evidence_engine.vocabulary.plant import Plant

Store = Callable[[Batch], bool]


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    rows: int = 0
    """Samples that were handed on, the bad ones in place of unreadable cells included."""
    batches: int = 0
    repeats: int = 0
    """Batches that the store already had."""
    set_aside: int = 0
    """Rows that were set aside; a cell of a wide row counts as one."""
    aside: Rejects = field(default_factory=Rejects)
    """They, and those of the files before where one object serves several."""
    understood: list[str] = field(default_factory=list)
    """How the file was read, for people."""
    series: dict[str, float | None] = field(default_factory=dict)
    """Every series that got a row, and the resolution that the import states for it."""

    @property
    def rejects(self) -> list[Reject]:
        """The first of the rows that were set aside; `aside` counts all."""
        return self.aside.first


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file whose way of being read is settled."""

    source: Source
    reader: RowReader
    pieces: Iterator[Piece]
    resolutions: dict[str, float | None]
    default_resolution: float | None


def import_file(
    plant: Plant,
    path: Path,
    store: Store,
    progress: Callable[[int], None] | None = None,
    *,
    reading: Reading | None = None,
    rejects: Rejects | None = None,
    share: Callable[[float], None] | None = None,
) -> ImportReport:
    """Hand every good row of a file to `store` (which says whether a batch was new), in batches of fixed borders.

    progress: called with the rows of each batch · share: with the share of the file that is done. Raises BadInput where
    the file as a whole can't be read; then nothing was stored.
    """
    told = (reading or Reading()).settled()
    report = ImportReport(aside=rejects if rejects is not None else Rejects())
    before = len(report.aside)
    opened = _open(plant, path, told, report)
    epoch = epoch_of(opened.source.digest, told, plant)
    for piece in opened.pieces:
        for rows in opened.reader.rows(piece):
            _note_series(report, rows, opened)
            batch = _batch(rows, BatchId("import", epoch, report.batches))
            report.rows += len(batch)
            report.batches += 1
            report.repeats += not store(batch)
            if progress is not None:
                progress(len(batch))
        if share is not None:
            share(piece.done)
    report.set_aside = len(report.aside) - before
    return report


def preview(plant: Plant, path: Path, reading: Reading, count: int) -> tuple[ImportReport, list[Rows]]:
    """The first rows as understood, enough for `count` samples; nothing is stored. Raises BadInput."""
    report = ImportReport()
    opened = _open(plant, path, reading.settled(), report)
    shown: list[Rows] = []
    for piece in islice(opened.pieces, 1):
        for rows in opened.reader.rows(piece):
            _note_series(report, rows, opened)
            report.rows += len(rows)
            if sum(map(len, shown)) < count:
                shown.append(rows)
    return report, shown


def _open(plant: Plant, path: Path, told: Reading, report: ImportReport) -> _Opened:
    """Find out everything before the first batch is stored."""
    source = source_of(path, told)
    register = Register(plant, told.mapping, report.aside)
    place = f"{path.name}:{source.header_line}"
    layout = layout_of(source.titles, place, told.mapping, register)
    register.check_tags()
    reader = RowReader(path.name, layout, told, told.zone or plant.site.time_zone, register, report.aside)
    pieces = source.pieces()
    first = next((piece for piece in pieces if len(piece.lines) or piece.malformed), None)
    report.understood = [*source.said, layout.said()]
    if first is None:
        if path.suffix.lower() == ".parquet":
            return _Opened(source, reader, iter(()), {}, None)
        raise BadInput(f"{place}: titles and no row below them")
    if len(first.lines):
        report.understood += reader.settle(first, source.header_line, comma_separates=source.comma_separates)
    targets = [*told.mapping.columns.values(), *told.mapping.tags.values()]
    stated = {target.name: target.resolution for target in targets if target.resolution is not None}
    return _Opened(source, reader, chain([first], pieces), dict(stated), told.resolution)


def _note_series(report: ImportReport, rows: Rows, opened: _Opened) -> None:
    if len(report.series) >= len(rows.names) and all(name in report.series for name in rows.names):
        return
    for number in np.unique(rows.series).tolist():
        name = rows.names[number]
        report.series[name] = opened.resolutions.get(name, opened.default_resolution)


def _batch(rows: Rows, identity: BatchId) -> Batch:
    """The rows sorted by (series, ts), those of the same instant in the order of the file (D6)."""
    names = sorted(rows.names)
    place = {name: number for number, name in enumerate(names)}
    rank = np.array([place[name] for name in rows.names], np.int32)
    series = rank[rows.series] if len(rows) else rows.series
    order = np.lexsort((rows.ts, series))
    texts = None if rows.text is None else tuple(rows.text[order].tolist())
    return Batch(
        identity, tuple(names), series[order], rows.ts[order], rows.value[order], rows.quality[order], texts
    )
