"""Writes the history as Parquet, one file per local day, or as CSV."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulators.history.damage import Damage, Faults, damage_of
from simulators.history.rows import Rows, link_rows, links, signal_rows
from simulators.model.plan import plan_entries
from simulators.model.plant import Plant
from simulators.model.spec import PlantSpec
from simulators.truth.windows import instant

SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("ns", "UTC")),
        ("asset", pa.string()),
        ("role", pa.string()),
        ("value", pa.float64()),
        ("text", pa.string()),
        ("quality", pa.string()),
    ]
)


def write_history(
    plant: Plant, from_ns: int, to_ns: int, out_dir: Path, faults: Faults | None = None
) -> list[Path]:
    """Writes `[from, to]`, advancing the plant to `to`; `faults` None: those of the plant file, (): none.

    Files `history-<local date>.parquet` with rows sorted by (asset, role, ts); a number stands in `value`
    and leaves `text` null, a text the other way round.
    """
    plant.advance(to_ns)
    damage = damage_of(plant.spec, from_ns, to_ns, faults)
    table = _table(series(plant, damage))
    out_dir.mkdir(parents=True, exist_ok=True)
    return [_write_day(table, day, begin, end, out_dir) for day, begin, end in _days(plant, from_ns, to_ns)]


def write_csv(
    plant: Plant, from_ns: int, to_ns: int, path: Path, assets: Iterable[str], faults: Faults | None = ()
) -> None:
    """The same for some assets and their links: columns ts, asset, role, value, quality."""
    plant.advance(to_ns)
    damage = damage_of(plant.spec, from_ns, to_ns, faults)
    wanted = set(assets)
    names = wanted | {f"@{link}" for asset, link in links(plant.spec).items() if asset in wanted}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ts", "asset", "role", "value", "quality"])
        for rows in series(plant, damage):
            if rows.asset in names:
                writer.writerows(_csv_rows(rows))


def write_plan(spec: PlantSpec, from_ns: int, to_ns: int, path: Path) -> None:
    """The production plan of a stretch of time as a planner would hand it over (D35)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["asset", "product", "from", "to", "quantity"])
        for entry in plan_entries(spec, from_ns, to_ns):
            edges = [instant(entry.from_ns), instant(entry.to_ns)]
            writer.writerow([entry.asset, entry.product, *edges, entry.quantity])


def series(plant: Plant, damage: Damage) -> Iterator[Rows]:
    """Every series that has a wire, sorted by (asset, role)."""
    wired = links(plant.spec)
    for link in sorted(set(wired.values())):
        yield link_rows(damage, link)
    for asset, role in sorted(plant.signals()):
        station = plant.spec.stations.get(asset)
        if asset in wired and (station is None or station.shows(role)):
            yield signal_rows(plant, asset, role, wired[asset], damage)


def _csv_rows(rows: Rows) -> Iterator[list[str]]:
    for ts, value, bad in zip(rows.ts, rows.value, rows.bad, strict=True):
        shown = value if isinstance(value, str) else repr(value)
        yield [instant(ts), rows.asset, rows.role, shown, "bad" if bad else "good"]


def _table(rows: Iterable[Rows]) -> pa.Table:
    return pa.concat_tables([_series_table(each) for each in rows])


def _series_table(rows: Rows) -> pa.Table:
    length = len(rows.ts)
    is_text = bool(rows.value) and isinstance(rows.value[0], str)
    nothing = pa.nulls(length)
    values = pa.array(rows.value)
    quality = np.where(np.array(rows.bad, dtype=bool), "bad", "good")
    return pa.table(
        [
            pa.array(rows.ts, pa.int64()).cast(SCHEMA.field("ts").type),
            pa.repeat(rows.asset, length),
            pa.repeat(rows.role, length),
            (nothing if is_text else values).cast(pa.float64()),
            (values if is_text else nothing).cast(pa.string()),
            pa.array(quality),
        ],
        schema=SCHEMA,
    )


def _days(plant: Plant, from_ns: int, to_ns: int) -> list[tuple[str, int, int]]:
    """(date, begin, end) of each file; the last takes the end itself."""
    edges = [from_ns, *(m for m in plant.calendar.midnights(from_ns, to_ns) if from_ns < m < to_ns), to_ns]
    names = [plant.calendar.date_of(edge).isoformat() for edge in edges[:-1]]
    begins = edges[:-1]
    ends = [*edges[1:-1], to_ns + 1]
    return list(zip(names, begins, ends, strict=True))


def _write_day(table: pa.Table, day: str, begin: int, end: int, out_dir: Path) -> Path:
    ts = table["ts"].cast(pa.int64()).to_numpy()
    path = out_dir / f"history-{day}.parquet"
    draft = path.with_name(path.name + ".part")
    pq.write_table(table.filter(pa.array((ts >= begin) & (ts < end))), draft, compression="zstd")
    draft.replace(path)
    return path
