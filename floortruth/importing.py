"""`floortruth import PLANT.yaml FILE… --store URI`: history from text, sheets or Parquet into a store (D29)."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from collector.importing import ImportReport, Mapping, Reading, Rejects, import_file, preview
from collector.importing.advice import lines_to_add, unstated
from collector.importing.first_rows import table
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.plant import Plant
from floortruth.files import read_plant, read_text
from floortruth.progress import Progress
from floortruth.stores import open_sink
from floortruth.words import language, say

SHOWN = 5
"""How many rejected rows are printed; all of them go to the reject file."""
PASTED = 20
"""Lines for the plant file that are printed; more go to a file that --facts names."""
UNSTATED = "resolution not stated for {} series ({}): taken as max_hold (D29); --resolution SECONDS states it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth import`."""

    def add(flag: str, text: str, metavar: str, **more: object) -> None:
        parser.add_argument(flag, help=text, metavar=metavar, **more)  # type: ignore[arg-type]

    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="CSV, XLSX or Parquet: columns ts, asset, role, value[, text][, quality], or as --mapping says",
    )
    add("--store", "a store's folder, or http://… of a running collector", "URI")
    add("--token-file", "the token for a running collector (else FLOORTRUTH_TOKEN)", "FILE")
    add("--mapping", "how the file is to be read (YAML, see configs/import.example.yaml)", "FILE")
    parser.add_argument(
        "--dry-run", action="store_true", help="show the first rows as understood, store nothing"
    )
    add("--encoding", "utf-8, gb18030, utf-16, …; found out unless told", "NAME")
    add("--separator", "between columns of a text file: , ; or tab; found out unless told", "MARK")
    add("--decimal", "decimal mark: . or , ; found out unless told", "MARK", choices=(".", ","))
    add(
        "--time-format",
        "iso, ymd, dmy, mdy, compact, epoch_s, epoch_ms, epoch_us, epoch_ns or excel; found out unless told",
        "NAME",
    )
    add("--time-zone", "zone of times without an offset (default: the plant's)", "ZONE")
    add(
        "--resolution",
        "seconds between two looks at a value; 0: a log of changes (D29)",
        "SECONDS",
        type=float,
    )
    add("--rejects", "where rows that were set aside are written", "FILE", default="rejects.csv")
    add("--facts", "write the lines that the plant file lacks there", "FILE")


def main(args: argparse.Namespace) -> int:
    """Import every file; 0 even where rows were set aside (counted, shown, kept), 2 where a file had no good row."""
    plant = read_plant(args.plant)
    reading = _reading(args, plant)
    lang = args.lang or language([])
    if args.dry_run:
        for name in args.files:
            _show(plant, name, reading, lang)
        return 0
    if args.store is None:
        raise BadInput("--store is missing, expected a folder or http://…; --dry-run needs none")
    hopeless = 0
    with Rejects(Path(args.rejects)) as rejects:
        for name, report in _imported(args, plant, reading, rejects):
            print(_read_as(name, report, lang))
            print(_sentence(name, report, lang))
            _advise(plant, report, args.facts, lang)
            hopeless += not report.rows and report.set_aside > 0
        _tell_rejects(rejects, lang)
    return 2 if hopeless else 0


def _imported(
    args: argparse.Namespace, plant: Plant, reading: Reading, rejects: Rejects
) -> Iterator[tuple[str, ImportReport]]:
    with open_sink(args.store, args.token_file) as sink:
        for number, name in enumerate(args.files):
            with Progress("import") as progress:
                yield (
                    name,
                    import_file(
                        plant,
                        Path(name),
                        sink,
                        progress.add,
                        reading=reading,
                        rejects=rejects,
                        share=partial(_reach, progress, number, len(args.files)),
                    ),
                )


def _reach(progress: Progress, before: int, of: int, done: float) -> None:
    progress.reach((before + done) / of)


def _reading(args: argparse.Namespace, plant: Plant) -> Reading:
    mapping = Mapping()
    if args.mapping is not None:
        mapping = read_yaml(read_text(args.mapping), Path(args.mapping).name, Mapping)
    separator = {"tab": "\t", "\\t": "\t"}.get(args.separator, args.separator)
    if separator is not None and len(separator) != 1:
        raise BadInput(f"--separator '{args.separator}': expected one character, or 'tab'")
    reading = Reading(
        mapping, args.encoding, separator, args.decimal, args.time_format, args.time_zone, args.resolution
    )
    reading.check(plant, Path(args.mapping or "").name)
    return reading


def _show(plant: Plant, name: str, reading: Reading, lang: str) -> None:
    """The first rows as understood, and what would be set aside among them."""
    report, rows = preview(plant, Path(name), reading, 1)
    print(_read_as(name, report, lang))
    print(table(rows, plant.zone))
    for reject in report.rejects[:SHOWN]:
        print(say("would be set aside: {}", lang).format(reject))
    text = say("{}: the first {:,} samples, {:,} rows set aside; nothing was stored", lang)
    print(text.format(name, report.rows, len(report.aside)))
    _advise(plant, report, None, lang)


def _read_as(name: str, report: ImportReport, lang: str) -> str:
    return say("{}: read as {}", lang).format(name, ", ".join(report.understood))


def _sentence(name: str, report: ImportReport, lang: str) -> str:
    is_known = bool(report.batches) and report.repeats == report.batches
    known = say(" (already there)", lang) if is_known else ""
    return say("{}: {} rows{}, {} set aside", lang).format(name, report.rows, known, report.set_aside)


def _advise(plant: Plant, report: ImportReport, facts: str | None, lang: str) -> None:
    """What the plant file must still say about these series."""
    silent = unstated(plant, report.series)
    if silent:
        names = ", ".join(silent[:3]) + (" …" if len(silent) > 3 else "")
        print(say(UNSTATED, lang).format(len(silent), names))
    lines = lines_to_add(plant, report.series)
    if not lines:
        return
    print(say("the plant file must state the resolution of these series (D29); add:", lang))
    print("\n".join(lines[:PASTED]))
    if len(lines) > PASTED:
        print(say("  … {} lines more: --facts FILE writes them all", lang).format(len(lines) - PASTED))
    if facts is not None:
        Path(facts).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _tell_rejects(rejects: Rejects, lang: str) -> None:
    if not len(rejects):
        return
    for reject in rejects.first[:SHOWN]:
        print(reject, file=sys.stderr)
    if rejects.unknown:
        print(rejects.about_unknown(), file=sys.stderr)
    text = say("{} rows set aside, all of them in {}", lang)
    print(text.format(len(rejects), rejects.path), file=sys.stderr)
