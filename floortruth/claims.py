"""`floortruth claims PLANT.yaml --claims FILE --store URI`: "OEE up 12 %" against what was collected.

Exit status: 0 every claim is supported, 1 one is contradicted or not decidable, 2 the input is wrong.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evidence_engine.assess import assess
from evidence_engine.claims import judge, read_claims, summary, windows_of
from evidence_engine.evidence.files import write_records
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from floortruth.evidence import read_history
from floortruth.files import read_plant, read_text
from floortruth.progress import Progress
from floortruth.words import language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth claims`."""
    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument("--claims", required=True, metavar="FILE", help="the claims to check (YAML)")
    parser.add_argument("--store", required=True, metavar="URI", help="the store's folder")
    parser.add_argument(
        "--plan", metavar="FILE", help="production plan, CSV: asset, product, from, to, quantity"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write one file per record there")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def main(args: argparse.Namespace) -> int:
    """Judge every claim over the store; print the answer."""
    plant = read_plant(args.plant)
    history = read_history(plant, args.store, args.plan)
    data = None if history.start is None or history.end is None else (history.start, history.end)
    claims = read_claims(read_text(args.claims), Path(args.claims).name, plant, data)
    records = _assessed(plant, history, windows_of(claims))
    if args.out is not None:
        write_records(args.out, records)
    document = judge(plant, claims, [record.to_json() for record in records])
    told = json.dumps(document, ensure_ascii=False) if args.json else None
    print(told or summary(document, args.lang or language([])))
    return 0 if all(claim["verdict"] == "supported" for claim in document["claims"]) else 1


def _assessed(plant: Plant, history: History, windows: Sequence[Window]) -> list[Record]:
    records = []
    with Progress("evidence") as progress:
        for record in assess(plant, history, windows):
            progress.add(1)
            records.append(record)
    return records
