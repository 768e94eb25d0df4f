"""What the tests of the import share: a plant, a store that keeps what it is handed, an import of a text."""

from pathlib import Path

from collector.importing import ImportReport, Mapping, Reading, Rejects, import_file
from evidence_engine.documents import read_yaml
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.plant import Plant

PLANT = read_yaml(
    """\
schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}
assets:
  CNC-01: {kind: cnc, name: {zh: 机, en: machine}}
  CNC-02: {kind: cnc, name: {zh: 机, en: machine}}
  机床1: {kind: cnc, name: {zh: 机, en: machine}}
series:
  CNC-02/power_active: {resolution: 60, invalid: [-1]}
""",
    "plant.yaml",
    Plant,
)

Row = tuple[str, int, float, int, str | None]


class Kept:
    """A store that keeps what it is handed, once; `dies_at` makes it fail at that batch."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.batches: list[Batch] = []
        self.dies_at = dies_at

    def __call__(self, batch: Batch) -> bool:
        if self.dies_at is not None and len(self.batches) >= self.dies_at:
            raise InterruptedError
        new = batch.id not in [kept.id for kept in self.batches]
        if new:
            self.batches.append(batch)
        return new

    def rows(self) -> list[Row]:
        """(series, ts, value, quality, text), batch by batch."""
        return [
            (
                b.names[b.series[i]],
                int(b.ts[i]),
                float(b.value[i]),
                int(b.quality[i]),
                b.text[i] if b.text else None,
            )
            for b in self.batches
            for i in range(len(b))
        ]

    def shown(self) -> list[tuple[str, str, float]]:
        """(series, time to the second in UTC, value)."""
        return [(name, format_instant(ts)[:19], value) for name, ts, value, _, _ in self.rows()]


def mapping(text: str) -> Reading:
    """A reading by a mapping file of this text."""
    return Reading(read_yaml(text, "map.yaml", Mapping))


def load(path: Path, reading: Reading | None = None) -> tuple[Kept, ImportReport]:
    """Import a file; its rejects go to `rejects.csv` beside it."""
    kept = Kept()
    with Rejects(path.parent / "rejects.csv") as rejects:
        return kept, import_file(PLANT, path, kept, reading=reading, rejects=rejects)


def load_text(
    folder: Path, text: str, reading: Reading | None = None, encoding: str = "utf-8"
) -> tuple[Kept, ImportReport]:
    """Import a CSV file of this text."""
    path = folder / "history.csv"
    path.write_bytes(text.encode(encoding))
    return load(path, reading)
