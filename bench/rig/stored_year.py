"""A plant's year on disk: one Parquet file, a row group per series; read alone, and read with every figure worked out.

Layout: columns ts (DELTA_BINARY_PACKED), value and quality (dictionary), zstd; the series' name stands in the file's own
metadata, so that no column of names is read. Two workers, each with a whole asset at a time: memory holds two assets.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.rig import own_year
from bench.rig.asset_year import WHOLE, Year, asset_year
from bench.rig.processes import ROOT
from bench.rig.table import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import Window

WORKERS = 2
ROW_GROUP = 1 << 26
"""More rows than a series has: each series is one row group."""

_SCHEMA = pa.schema([("ts", pa.int64()), ("value", pa.float64()), ("quality", pa.uint8())])


def measured_store(seed: int, days: int, assets: int) -> Iterator[Figure]:
    """Write it, read it alone, read and compute it, and the same over half of it; each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="floortruth-bench-") as name:
        path = Path(name) / "year.parquet"
        samples = _write(path, asset_year(seed, days), assets)
        alone, figured = (_run(mode, path, seed, days, assets) for mode in ("read", "figures"))
        half = _run("figures", path, seed, days, assets // 2)
        size = path.stat().st_size
    yield Figure(
        f"{assets} assets × 5 series and a link each from one zstd Parquet file: samples", samples, ""
    )
    yield Figure("… on disk, per sample", size / samples, "B")
    yield Figure("… read by pyarrow alone, per sample", alone["seconds"] * 1e9 / samples, "ns")
    yield Figure("… read and all figures worked out, per sample", figured["seconds"] * 1e9 / samples, "ns")
    yield Figure("… times reading alone", figured["seconds"] / alone["seconds"], "×", 1.4)
    yield Figure("… peak memory", figured["memory"], "MB", 800.0)
    yield Figure("… twice the history costs", figured["seconds"] / half["seconds"], "×", 2.1)


def _write(path: Path, year: Year, assets: int) -> int:
    """The year under as many names as there are assets; how many samples, the links' too."""
    series = list(year.history.series.items())
    written = 0
    with pq.ParquetWriter(
        path,
        _SCHEMA,
        compression="zstd",
        use_dictionary=["value", "quality"],
        column_encoding={"ts": "DELTA_BINARY_PACKED"},
        write_statistics=False,
    ) as writer:
        for _ in range(assets):
            for _, samples in series:
                table = pa.table([samples.ts, samples.value, samples.quality], schema=_SCHEMA)
                writer.write_table(table, row_group_size=ROW_GROUP)
                written += len(samples)
    return written


def _run(mode: str, path: Path, seed: int, days: int, assets: int) -> dict[str, float]:
    words = ["-m", "bench.rig.stored_year", mode, str(path), str(seed), str(days), str(assets)]
    ran = subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _asset(path: Path, number: int, names: list[str]) -> dict[str, Samples]:
    """The columns of one asset: its row groups follow one another."""
    file = pq.ParquetFile(path)
    found = {}
    for index, name in enumerate(names):
        columns = file.read_row_group(number * len(names) + index, use_threads=False)
        ts, value, quality = (column.combine_chunks() for column in columns.columns)
        found[name] = Samples(ts.to_numpy(), value.to_numpy(), quality.to_numpy())
    return found


def _work(mode: str, path: Path, year: Year, assets: int) -> float:
    """Seconds over all assets; the year gives plant and facts, the file the samples."""
    names = list(year.history.series)

    def one(number: int) -> int:
        series = _asset(path, number, names)
        if mode == "read":
            return len(series)
        history = History(series, year.history.facts, (), year.history.snapshot)
        return len(own_year.figures(Year(year.plant, history, year.window)))

    one(0)
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, range(assets)))
    return time.perf_counter() - began


def _main(mode: str, path: str, seed: str, days: str, assets: str) -> None:
    tiny = asset_year(int(seed), 2, WHOLE)
    start = tiny.window.start
    window = Window(start, start + (tiny.window.end - start) // 2 * int(days), "year", tiny.window.name)
    seconds = _work(mode, Path(path), Year(tiny.plant, tiny.history, window), int(assets))
    print(json.dumps({"seconds": seconds, "memory": _peak()}))


def _peak() -> float:
    """The most memory that this program held, MB; `ru_maxrss` would count what its parent held when it was forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kib = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    return int(kib) * 1024 / 1e6


if __name__ == "__main__":
    _main(*sys.argv[1:])
