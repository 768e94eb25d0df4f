"""The engine's speed: one asset's year with bounds, against polars, DuckDB, pandas and numpy, and against memory itself.

1 a year without damage: every peer must give the engine's values · 2 a damaged year: ns per sample, beside a plain read
of the same columns · 3 the peers' times on the first year, in turns with ours · 4 two threads · 5 a plant's year from
Parquet · 6 the first result in a fresh process · 7 the open shift of 100 assets once more.
Time is the median of the turns; the machine's noise shows in the spread that is printed with it.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.rig import own_year
from bench.rig.asset_year import WHOLE, Year, asset_year
from bench.rig.open_shift import measured_shift
from bench.rig.peers import PEERS, Answers, columns_of
from bench.rig.processes import ROOT
from bench.rig.reading import seconds_to_read, seconds_to_read_twice, words_of
from bench.rig.stored_year import measured_store
from bench.rig.table import Figure, machine, table
from evidence_engine.knowledge.stretches import total
from evidence_engine.vocabulary.figure import Figure as Bounded

GOALS = {"polars": 5.0, "DuckDB": 40.0, "pandas": 12.0, "numpy": 4.0}
"""Times as long as the engine's one thread."""
AS_MANY = 10.0
"""Times as long as polars takes with all cores, where the engine has two threads."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--days", type=int, default=365, help="days of the asset's year (default 365)")
    parser.add_argument("--turns", type=int, default=7, help="turns of each measurement (default 7)")
    parser.add_argument("--seed", type=int, default=1, help="the year's chance (default 1)")
    parser.add_argument(
        "--assets", type=int, default=120, help="assets of the stored year, 5 series each; 0: leave it out"
    )


def main(args: argparse.Namespace) -> int:
    """0 when all goals are met, else 1."""
    whole, damaged = asset_year(args.seed, args.days, WHOLE), asset_year(args.seed, args.days)
    print(f"{damaged.samples:,} samples of one asset in {args.days} days, heartbeats apart:")
    for line in damaged.mix():
        print(f"  {line}")
    figures = [
        *_against_memory(damaged, args.turns),
        *_against_peers(whole, args.turns),
        *_threads(damaged, args.turns),
    ]
    if args.assets:
        figures += measured_store(args.seed, args.days, args.assets)
    figures += [*_starts(), *measured_shift()]
    print(machine())
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


def _turns(work: Callable[[], object], turns: int) -> float:
    """The median of some turns after one to warm up, s."""
    work()
    return statistics.median(_once(work) for _ in range(turns))


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _against_memory(year: Year, turns: int) -> Iterator[Figure]:
    """Steps 2: per sample, and how far from a plain read."""
    columns = words_of([c for s in year.history.series.values() for c in (s.ts, s.value, s.quality)])
    ns = 1e9 / year.samples
    read = _turns(lambda: seconds_to_read(columns), turns)
    named = _turns(lambda: own_year.figures(year), turns)
    every = _turns(lambda: own_year.everything(year), turns)
    size = sum(column.nbytes for column in columns)
    yield Figure("a plain read of all columns, one thread", size / read / 1e9, "GB/s")
    yield Figure("… per sample", read * ns, "ns")
    yield Figure("D20–D25 and D34 with bounds, per sample, one thread", named * ns, "ns", 4.0)
    yield Figure("… times a plain read", named / read, "×")
    yield Figure("with all other figures of the asset, per sample", every * ns, "ns", 8.0)


def _against_peers(year: Year, turns: int) -> Iterator[Figure]:
    """Steps 1 and 3: the same answers, then the times, in turns."""
    stretches = own_year.stretches_of(year)
    columns = columns_of(year, stretches)
    found = own_year.figures(year)
    asked = {name: peer(columns) for name, peer in PEERS.items()}
    for name, ask in asked.items():
        _same(name, ask(), found, total(stretches))
    ours: list[float] = []
    twice: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in asked}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(turns):
            ours.append(_once(lambda: own_year.figures(year)))
            twice.append(_once(lambda: _two_at_once(pool, year)))
            for name, ask in asked.items():
                theirs[name].append(_once(ask))
    own, with_two = statistics.median(ours), statistics.median(twice) / 2
    yield Figure("the year without damage, per sample", own * 1e9 / year.samples, "ns")
    for name, times in theirs.items():
        note = ", all cores" if name in ("polars", "DuckDB") else ""
        yield Figure(
            f"{name}{note}, per sample, without bounds",
            statistics.median(times) * 1e9 / year.samples,
            "ns",
        )
        yield Figure("… times ours", statistics.median(times) / own, "×", GOALS[name], at_least=True)
        if name == "polars":
            label = "… times ours with two threads, a year each"
            yield Figure(label, statistics.median(times) / with_two, "×", AS_MANY, at_least=True)


def _two_at_once(pool: ThreadPoolExecutor, year: Year) -> None:
    """The figures of a year twice, a thread for each."""
    for job in [pool.submit(own_year.figures, year) for _ in range(2)]:
        job.result()


def _same(name: str, answers: Answers, found: dict[str, Bounded], calendar: int) -> None:
    """RuntimeError where a peer's answer is not the engine's value: then one of the two is wrong."""
    for kpi, value in answers.figures(calendar).items():
        own = found[kpi].value
        if own is None or not math.isclose(own, value, rel_tol=1e-9):
            raise RuntimeError(f"{kpi}: {name} says {value}, the engine {own}")


def _threads(year: Year, turns: int) -> Iterator[Figure]:
    """Step 4: two assets at once against one, beside what a plain read gains from a second thread."""
    columns = words_of([c for s in year.history.series.values() for c in (s.ts, s.value, s.quality)])
    with ThreadPoolExecutor(2) as pool:
        both = _turns(lambda: _two_at_once(pool, year), turns)
        gained = 2 * _turns(lambda: own_year.figures(year), turns) / both
        read = (
            2
            * _turns(lambda: seconds_to_read(columns), turns)
            / _turns(lambda: seconds_to_read_twice(pool, columns), turns)
        )
    yield Figure("two threads against one", gained, "×")
    yield Figure("… a plain read gains", read, "×")
    yield Figure("… share of that", gained / read, "", 0.9, at_least=True)


_FIRST = """
import time
began = time.perf_counter()
from bench.rig.asset_year import WHOLE, asset_year
from bench.rig import own_year
year = asset_year(1, 2, WHOLE)
imported = time.perf_counter()
own_year.figures(year)
print(time.perf_counter() - began)
"""


def _starts() -> Iterator[Figure]:
    """Step 6: the first figures of two days in a fresh process; cold means that none of our loops was ever compiled.

    Python's own bytecode is there before, as pip leaves it, whatever this process was told about writing it.
    """
    with tempfile.TemporaryDirectory(prefix="floortruth-bench-") as name:
        _ran("from bench.rig import own_year", Path(name))
        cold = _first(Path(name))
        warm = statistics.median(_first(Path(name)) for _ in range(3))
    yield Figure("first result in a fresh process, numba's cache warm", warm, "s", 1.0)
    yield Figure("… cold", cold, "s", 20.0)


def _first(cache: Path) -> float:
    return float(json.loads(_ran(_FIRST, cache).splitlines()[-1]))


def _ran(program: str, cache: Path) -> str:
    """What a program prints in a process of its own, which keeps in `cache` all that it compiles."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    places = {"NUMBA_CACHE_DIR": str(cache / "loops"), "PYTHONPYCACHEPREFIX": str(cache / "modules")}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment | places | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
