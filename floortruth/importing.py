"""`floortruth import PLANT.yaml FILE… --store URI`: history from long CSV or Parquet into a store (D29)."""

import argparse
import sys
from pathlib import Path

from collector.importing import ImportReport, Reject, import_file
from floortruth.files import read_plant
from floortruth.progress import Progress
from floortruth.stores import open_sink

SHOWN = 5
"""How many rejected rows are printed; all of them go to the reject file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth import`."""
    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="CSV or Parquet with columns ts, asset, role, value[, text][, quality]",
    )
    parser.add_argument(
        "--store", required=True, metavar="URI", help="a store's folder, or http://… of a running collector"
    )
    parser.add_argument(
        "--token-file", metavar="FILE", help="the token for a running collector (else FLOORTRUTH_TOKEN)"
    )
    parser.add_argument(
        "--rejects", metavar="FILE", default="rejects.txt", help="where rows that were set aside are written"
    )


def main(args: argparse.Namespace) -> int:
    """Import every file; 0 even where rows were set aside (they are counted, shown and kept)."""
    plant = read_plant(args.plant)
    rejects: list[Reject] = []
    with open_sink(args.store, args.token_file) as sink, Progress("import") as progress:
        for name in args.files:
            report = import_file(plant, Path(name), sink, progress.add)
            rejects += report.rejects
            print(_sentence(name, report))
    _tell_rejects(rejects, Path(args.rejects))
    return 0


def _sentence(name: str, report: ImportReport) -> str:
    known = " (already there)" if report.repeats == report.batches else ""
    return f"{name}: {report.rows} rows{known}, {len(report.rejects)} set aside"


def _tell_rejects(rejects: list[Reject], path: Path) -> None:
    if not rejects:
        return
    path.write_text("".join(f"{reject}\n" for reject in rejects), encoding="utf-8")
    for reject in rejects[:SHOWN]:
        print(reject, file=sys.stderr)
    print(f"{len(rejects)} rows set aside, all of them in {path}", file=sys.stderr)
