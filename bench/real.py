"""Real data: runs the engine over public data that nobody here made, and writes docs/real-data.md.

1 find logs and tables below the folder · 2 run the engine over each · 3 check what must hold whatever the data say: a bare
log's bounds hold the figure of the better reading; months add up to the table · 4 write the page. The data are not part of the
checkout; without a folder the benchmark says so and ends.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from bench.rig.machine_days import MachineDay, machine_days
from bench.rig.metered_year import ZONE, MeteredYear, hundredths, metered_year
from bench.rig.mtconnect import machines_in, read_log
from bench.rig.processes import ROOT
from bench.rig.quarter_hours import read_table, tables_in
from bench.rig.real_page import page
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.figure import Figure

VARIABLE = "FLOORTRUTH_DATA"
PAGE = ROOT / "docs" / "real-data.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"where the data are (default ${VARIABLE})")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", default=PAGE, help="the page (default docs/real-data.md)"
    )


def main(args: argparse.Namespace) -> int:
    """0 where all that must hold does, or where there are no data; else 1."""
    folder = args.data if args.data is not None else data_folder()
    if folder is None:
        print(
            f"no data: name their folder by --data or ${VARIABLE}; docs/real-data.md says where the public gets them"
        )
        return 0
    days, years = run(folder)
    args.out.write_text(page(days, years), encoding="utf-8")  # (4)
    wrong = [*contradictions(days), *sums_that_differ(years)]  # (3)
    for sentence in wrong:
        print(sentence)
    print(
        f"{len(days)} machine-days, {len(years)} tables, {len(wrong)} contradictions; written to {args.out}"
    )
    return 1 if wrong else 0


def data_folder() -> Path | None:
    """What the environment names, else the shared folder beside the checkout, if it is there."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    beside = ROOT.parent / "shared" / "data"
    return beside if beside.is_dir() else None


def run(folder: Path) -> tuple[list[MachineDay], list[MeteredYear]]:
    """(1) and (2); BadInput where nothing is found."""
    if not folder.is_dir():
        raise BadInput(f"--data {folder}: no such folder, expected the one with the logs and tables")
    machines, tables = machines_in(folder), tables_in(folder)
    if not machines and not tables:
        raise BadInput(
            f"--data {folder}: neither a log 'MACHINE-YYYYMMDD-YYYYMMDD.txt' nor a table of quarter hours "
            "(.csv); docs/real-data.md says where the public gets them"
        )
    days = machine_days([read_log(asset, paths) for asset, paths in machines.items()])
    for silent in sorted(set(machines) - {day.log.asset for day in days}):
        print(f"{silent}: no row says anything but UNAVAILABLE: nothing is known of it")
    return days, [metered_year(read_table(path, ZONE)) for path in tables]


def contradictions(days: list[MachineDay]) -> Iterator[str]:
    """Figures whose two readings of one log can't both be true: the ranges have nothing in common, or value leaves its own."""
    for day in days:
        for kpi, proven in day.proven.records.items():
            place = f"{day.log.asset} {day.day} {kpi}"
            bare = day.bare.records.get(kpi)
            for figure in (proven.result, *([bare.result] if bare else [])):
                if not _holds(figure, figure.value):
                    yield f"{place}: the value is not within its bounds"
            if bare is not None and not _overlap(bare.result, proven.result):
                yield f"{place}: the bare log and the rows as proof exclude each other"


def _holds(figure: Figure, value: float | None) -> bool:
    if value is None:
        return True
    return (figure.low is None or figure.low <= value) and (figure.high is None or value <= figure.high)


def _overlap(one: Figure, other: Figure) -> bool:
    """Whether some value lies in both ranges."""
    if one.low is not None and other.high is not None and one.low > other.high:
        return False
    return not (other.low is not None and one.high is not None and other.low > one.high)


def sums_that_differ(years: list[MeteredYear]) -> Iterator[str]:
    """Months must add up to the table, to the last hundredth."""
    for year in years:
        months = sum(hundredths(one.energy) for one in year.months)
        whole, stated = hundredths(year.whole.energy), round(100 * sum(q.active for q in year.table.quarters))
        if not months == whole == stated:
            yield f"{year.table.name}: months {months}, table {whole}, its rows {stated} in 0.01 kWh"
