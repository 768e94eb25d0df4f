"""The import's speed: ten million rows of a file in under a minute, in a memory that does not grow with the file.

1 write the files · 2 `floortruth import` as a process of its own, into a new store · 3 the same file once more: it must
change nothing · 4 compare with the goals. The store keeps its columns in memory (17 bytes a sample, up to twice that while
they grow); reading alone is measured too, each batch forgotten at once.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from bench.rig.processes import ROOT
from bench.rig.table import Figure, machine, table

MINUTE = 60.0
"""Seconds for ten million rows."""
ROWS = 10_000_000
ROLES = ("state", "count_total", "power_active", "energy_active")
ASSETS = 50
AT_ONCE = 1_000_000
BEGIN = 1_764_000_000
"""The first instant, s."""

_FORGET = """
import sys
from pathlib import Path
from collector.importing import import_file
from floortruth.files import read_plant
report = import_file(read_plant(sys.argv[1]), Path(sys.argv[2]), lambda batch: True)
print(f"{report.rows} rows, {report.set_aside} set aside")
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of each file (default ten million)")
    parser.add_argument("--only", choices=tuple(CASES), help="one kind of file; all of them unless told")


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of file: what it is, and who writes it."""

    what: str
    ending: str
    write: Callable[[Path, int], None]


def main(args: argparse.Namespace) -> int:
    """0 when all goals are met, else 1."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="floortruth-bench-") as name:
        folder = Path(name)
        (folder / "plant.yaml").write_text(_plant(), encoding="utf-8")
        for key in [args.only] if args.only else CASES:
            figures += _measured(CASES[key], folder, args.rows)
        if not args.only:
            figures += _measured_names(folder, args.rows // 10)
    print(f"import: {args.rows:,} samples of {ASSETS} assets × {len(ROLES)} series in each file")
    print(machine())
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


def _measured(case: Case, folder: Path, rows: int) -> list[Figure]:
    path = folder / f"history{case.ending}"
    _written(case, path, rows)  # (1)
    size = path.stat().st_size / 1e6
    store = folder / f"store{case.ending}"
    words = ["-m", "floortruth", "import", str(folder / "plant.yaml"), str(path), "--store", str(store)]
    first = _run(words, f"{rows} rows, 0 set aside")  # (2)
    again = _run(words, "(already there)")  # (3)
    alone = _run(["-c", _FORGET, str(folder / "plant.yaml"), str(path)], f"{rows} rows")
    path.unlink()
    goal = MINUTE * rows / ROWS
    return [
        Figure(f"{case.what}, {size:,.0f} MB: into a store", first.seconds, "s", goal),
        Figure("… rows per second", rows / first.seconds, "/s"),
        Figure("… peak memory, the store's columns included", first.memory, "MB"),
        Figure("… the same file again: nothing new", again.seconds, "s"),
        Figure("… reading alone", alone.seconds, "s"),
        Figure("… reading alone, peak memory", alone.memory, "MB"),
    ]


def _written(case: Case, path: Path, rows: int) -> None:
    """Write it in another process: a child's peak counts from what its parent held when it began."""
    writer = get_context("spawn").Process(target=case.write, args=(path, rows))
    writer.start()
    writer.join()
    if writer.exitcode:
        raise RuntimeError(f"writing {path.name} ended with {writer.exitcode}")


@dataclass(frozen=True, slots=True)
class Ran:
    """One process: wall time in s, peak of resident memory in MB."""

    seconds: float
    memory: float


def _run(words: list[str], expected: str) -> Ran:
    """Run Python; its peak memory is asked of the system for this one child. RuntimeError if it said something else."""
    began = time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FLOORTRUTH_LANG": "en"}
    child = subprocess.Popen(
        [sys.executable, *words], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    if child.returncode or expected not in said:
        raise RuntimeError(f"import ended with {child.returncode}, expected '{expected}', said: {said[:500]}")
    return Ran(time.monotonic() - began, _peak(usage))


def _peak(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss * 1024 / 1e6


def _plant() -> str:
    names = "".join(f"  M-{n:03d}: {{kind: cnc, name: {{zh: 机, en: m}}}}\n" for n in range(ASSETS))
    site = "site: {id: S1, name: {zh: 厂, en: plant}, time_zone: Asia/Shanghai}"
    return f"schema: floortruth/plant/1\n{site}\nassets:\n{names}"


def _series() -> list[tuple[str, str]]:
    return [(f"M-{asset:03d}", role) for asset in range(ASSETS) for role in ROLES]


def _values(rows: np.ndarray, role: np.ndarray) -> np.ndarray:
    power = np.round(np.abs(np.sin(rows * 0.7)) * 20, 3)
    return np.select([role == 0, role == 2], [rows // 7 % 6, power], rows // 4000).astype(float)


def _rows(first: int, count: int) -> pa.Table:
    """Rows of a long file: every 5 s each series once."""
    series = _series()
    rows = np.arange(first, first + count)
    which = pa.array(rows % len(series))
    return pa.table(
        {
            "ts": pa.array((BEGIN + rows // len(series) * 5) * 10**9).cast(pa.timestamp("ns", "UTC")),
            "asset": pa.array([asset for asset, _ in series]).take(which),
            "role": pa.array([role for _, role in series]).take(which),
            "value": _values(rows, rows % len(ROLES)),
        }
    )


def _parts(rows: int) -> list[tuple[int, int]]:
    return [(first, min(AT_ONCE, rows - first)) for first in range(0, rows, AT_ONCE)]


def _long(path: Path, rows: int) -> None:
    """UTF-8, ISO with offset: our own form."""
    with path.open("wb") as file:
        for first, count in _parts(rows):
            part = _rows(first, count)
            stamps = pc.strftime(part["ts"].cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
            options = pa.csv.WriteOptions(include_header=first == 0, quoting_style="none")
            pa.csv.write_csv(part.set_column(0, "ts", stamps), file, options)


def _excel(path: Path, rows: int) -> None:
    """GB18030, `2026/11/24 8:00:00` in plant time, semicolons, decimal commas, as a Chinese or German Excel."""
    with path.open("wb") as file:
        file.write("ts;asset;role;value;备注\r\n".encode("gb18030"))
        for first, count in _parts(rows):
            part = _rows(first, count)
            local = part["ts"].cast(pa.timestamp("s", "Asia/Shanghai"))
            stamps = pc.replace_substring_regex(pc.strftime(local, "%Y/%m/%d %H:%M:%S"), " 0", " ")
            value = pc.replace_substring(part["value"].cast(pa.string()), ".", ",")
            note = pa.array(["正常"] * count)
            lines = pc.binary_join_element_wise(stamps, part["asset"], part["role"], value, note, ";")
            file.write(("\r\n".join(lines.to_pylist()) + "\r\n").encode("gb18030"))


def _wide(path: Path, rows: int) -> None:
    """A column per series, a row every 5 s."""
    series = _series()
    with path.open("wb") as file:
        for first, count in _parts(rows // len(series)):
            moments = np.arange(first, first + count)
            stamps = pa.array(BEGIN + moments * 5).cast(pa.timestamp("s", "UTC"))
            columns = {"time": pc.strftime(stamps, "%Y-%m-%d %H:%M:%S")}
            for number, (asset, role) in enumerate(series):
                values = _values(moments * len(series) + number, np.full(count, number % len(ROLES)))
                columns[f"{asset}/{role}"] = pa.array(values)
            options = pa.csv.WriteOptions(include_header=first == 0, quoting_style="none")
            pa.csv.write_csv(pa.table(columns), file, options)


def _parquet(path: Path, rows: int) -> None:
    """The long form, typed."""
    with pq.ParquetWriter(path, _rows(0, 1).schema, compression="zstd") as writer:
        for first, count in _parts(rows):
            writer.write_table(_rows(first, count))


def _names(path: Path, rows: int) -> None:
    """Every row of another asset that nobody knows, but the first."""
    with path.open("w", encoding="utf-8") as file:
        file.write("ts,asset,role,value\n2026-11-24T00:00:00Z,M-000,state,3\n")
        for first, count in _parts(rows):
            numbers = range(first, first + count)
            file.write("".join(f"2026-11-24T00:00:00Z,X{number},state,3\n" for number in numbers))


def _measured_names(folder: Path, rows: int) -> list[Figure]:
    """A file of a million names that are in no register: one sentence, a file of rejects, little memory."""
    path, rejects = folder / "names.csv", folder / "rejects.csv"
    _written(Case("", "", _names), path, rows)
    words = ["import", str(folder / "plant.yaml"), str(path), "--store", str(folder / "store.names")]
    ran = _run(["-m", "floortruth", *words, "--rejects", str(rejects)], f"1 rows, {rows} set aside")
    return [
        Figure(f"{rows:,} unknown names, all set aside", ran.seconds, "s"),
        Figure("… peak memory", ran.memory, "MB"),
        Figure("… the reject file", rejects.stat().st_size / 1e6, "MB"),
    ]


CASES = {
    "long": Case("long CSV, UTF-8, ISO", ".csv", _long),
    "excel": Case("long CSV, GB18030, plant time, decimal comma", ".txt", _excel),
    "wide": Case("wide CSV, 200 columns", ".wide.csv", _wide),
    "parquet": Case("long Parquet", ".parquet", _parquet),
}
"""By the word of --only."""
