"""`floortruth energy PLANT.yaml --evidence DIR --kind month`: the energy report of every period, with 环比 and 同比.

Exit status: 0 done, 1 there is no such record, 2 the input is wrong.
"""

import argparse
import json
from pathlib import Path

from evidence_engine.documents import BadInput
from evidence_engine.evidence.files import read_records
from evidence_engine.kpis.energies.report import KINDS, energy_report, report_text
from evidence_engine.vocabulary.roles import did_you_mean
from floortruth.files import read_plant
from floortruth.words import language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth energy`."""
    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument(
        "--evidence", required=True, type=Path, metavar="DIR", help="the folder of evidence records"
    )
    parser.add_argument(
        "--kind", choices=KINDS, default="month", help="the length of a period (default: month)"
    )
    parser.add_argument("--asset", metavar="NAME", help="of this asset (default: the site)")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def main(args: argparse.Namespace) -> int:
    """Read the records and print the report."""
    plant = read_plant(args.plant)
    if args.asset is not None and args.asset not in plant.assets:
        raise BadInput(f"--asset: unknown asset '{args.asset}'{did_you_mean(args.asset, plant.assets)}")
    if not args.evidence.is_dir():
        raise BadInput(f"--evidence: '{args.evidence}' is no folder")
    report = energy_report(read_records(args.evidence), args.kind, plant.zone, args.asset)
    told = json.dumps(report, ensure_ascii=False) if args.json else None
    print(told or report_text(report, plant.zone, args.lang or language([])))
    return 0 if report["periods"] else 1
