"""`floortruth evidence PLANT.yaml --store URI`: evidence records over a store, for one window or all standard ones."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from collector.history import history_of
from collector.orders import read_papers
from collector.plan import read_plan
from collector.store.opening import read_store
from evidence_engine.assess import assess
from evidence_engine.documents import BadInput
from evidence_engine.evidence import files
from evidence_engine.evidence.record import Record
from evidence_engine.from_columns import ended_windows
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import STANDARD, Window
from evidence_engine.vocabulary.working_time import holiday_years
from floortruth.compiling import tell_if_cold
from floortruth.files import read_plant, read_text
from floortruth.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth evidence`."""
    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument("--store", required=True, metavar="URI", help="the store's folder")
    parser.add_argument(
        "--from",
        dest="start",
        metavar="T",
        help="start of one window; without --from and --to: every ended window of the kinds of --windows",
    )
    parser.add_argument("--to", dest="end", metavar="T", help="end of the window (exclusive)")
    parser.add_argument(
        "--windows",
        metavar="KINDS",
        help="some of hour, shift, day, week, month, quarter, year, history, as day,week (default: all)",
    )
    parser.add_argument(
        "--plan", metavar="FILE", help="production plan, CSV: asset, product, from, to, quantity"
    )
    parser.add_argument(
        "--orders",
        type=Path,
        metavar="FILE",
        help="orders and attendance, CSV or XLSX: order, asset, start, end, quantity, …",
    )
    parser.add_argument(
        "--inspections",
        type=Path,
        metavar="FILE",
        help="inspections of parts, CSV or XLSX: ts, asset, serial, characteristic, value, …",
    )
    parser.add_argument(
        "--work-orders",
        type=Path,
        metavar="FILE",
        help="work orders of maintenance, CSV or XLSX: id, asset, kind, opened, alarm, started, finished, closed, …",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write one file per record there")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def main(args: argparse.Namespace) -> int:
    """Compute and print or write the records."""
    plant = read_plant(args.plant)
    papers = read_papers(plant, args.orders, args.inspections, args.work_orders)
    history = read_history(plant, args.store, args.plan, papers)
    windows = _windows(plant, history, args.start, args.end, args.windows)
    _tell_holidays(plant, windows)
    if args.out is not None:
        count = write_records(plant, history, windows, args.out)
        if not args.json:
            print(f"{count} records of {len(windows)} windows in {args.out}")
            return 0
    records = assess(plant, history, windows)
    if args.json:
        print(json.dumps([record.to_json() for record in records], ensure_ascii=False))
        return 0
    for record in records:
        print(line_of(record))
    return 0


def _tell_holidays(plant: Plant, windows: Sequence[Window]) -> None:
    """One sentence for the years whose holidays are asked for and known to nobody (D9); the records say so too."""
    start, end = min((w.start for w in windows), default=0), max((w.end for w in windows), default=0)
    years = sorted({y for asset in plant.assets.values() for y in holiday_years(plant, asset, start, end)})
    if windows and years:
        print(
            f"the holidays of {', '.join(map(str, years))} are not known yet, those dates follow the week alone;"
            " a CSV of your own (date, kind) under the calendar's 'holidays' tells them",
            file=sys.stderr,
        )


def read_history(plant: Plant, store: str, plan: str | Path | None, papers: Papers | None = None) -> History:
    """All that a store holds, with the plan and papers where there are any; what comes next may have to be compiled."""
    tell_if_cold()
    entries = read_plan(read_text(plan), Path(plan).name, plant) if plan is not None else ()
    columns, snapshot = read_store(store)
    return history_of(columns, snapshot, plant, entries, papers=papers)


def write_records(plant: Plant, history: History, windows: Sequence[Window], out: Path) -> int:
    """One file per record; how many. A file stands whole or not at all."""
    with Progress("evidence") as progress:
        return files.write_records(out, _counted(assess(plant, history, windows), progress))


def _counted(records: Iterable[Record], progress: Progress) -> Iterator[Record]:
    for record in records:
        progress.add(1)
        yield record


def _windows(
    plant: Plant, history: History, start: str | None, end: str | None, kinds: str | None = None
) -> list[Window]:
    if (start is None) != (end is None):
        raise BadInput("--from and --to belong together")
    if start is not None and end is not None:
        if kinds is not None:
            raise BadInput("--windows is of no use beside --from and --to, which are one window")
        return [_one(*(_instant(*told, plant) for told in (("--from", start), ("--to", end))))]
    if history.start is None or history.end is None:
        raise BadInput("the store holds nothing yet: give --from and --to to ask about a window all the same")
    try:
        return ended_windows(plant, history, STANDARD if kinds is None else kinds.replace(" ", "").split(","))
    except BadInput as error:
        raise BadInput(f"--windows: {error}") from None


def _instant(option: str, text: str, plant: Plant) -> int:
    try:
        return parse_instant(text, plant.zone)
    except ValueError as error:
        raise BadInput(f"{option}: {error}") from None


def _one(start: int, end: int) -> Window:
    if end <= start:
        raise BadInput("--to is not after --from")
    window = Window(start, end, "custom", f"{start // 10**9}-{end // 10**9}")
    try:
        window.check_reach()
    except ValueError as error:
        raise BadInput(f"--from, --to: {error}") from None
    return window


def line_of(record: Record) -> str:
    """One record as one line: subject, KPI, value [low–high], coverage."""
    subject = record.subject.get("asset") or record.subject.get("step") or record.subject["site"]
    result = record.result
    band = f"[{_number(result.low)}–{_number(result.high)}]"
    return f"{subject:<10} {record.kpi:<34} {_number(result.value):>10} {band:<22} {result.unit:<12} {record.coverage:.1%}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.4g}"
