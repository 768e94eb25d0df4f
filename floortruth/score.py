"""`floortruth score PLANT.yaml --evidence DIR`: from evidence records to clauses and the level range (D30)."""

import argparse
import json
from pathlib import Path
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.evidence.files import read_records
from evidence_engine.maturity import (
    Answer,
    Model,
    apply_all,
    apply_view,
    choose,
    load_model,
    load_views,
    summary,
    tree,
    view_summary,
    views_summary,
)
from evidence_engine.rules import read_answer_sheet, read_answers, rules_for, score_plant
from floortruth.files import read_plant, read_text
from floortruth.since import read_since
from floortruth.words import language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth score`."""
    parser.add_argument(
        "plant", metavar="PLANT.yaml", help="the plant file: register, calendars, connections"
    )
    parser.add_argument(
        "--evidence", required=True, type=Path, metavar="DIR", help="the folder of evidence records"
    )
    parser.add_argument("--answers", metavar="FILE", help="people's answers to clauses (YAML or XLSX)")
    parser.add_argument(
        "--model",
        default="gbt39116-2020",
        metavar="NAME",
        help="maturity model: a bundled one, a folder, or a file of corrections",
    )
    parser.add_argument(
        "--rules", type=Path, metavar="FILE", help="rules of one's own instead of the bundled ones"
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="ID",
        help="a domain or sub-domain that the company does not have",
    )
    parser.add_argument(
        "--view",
        metavar="NAME",
        help="some of the sub-domains: predefined, workshop, custom:R1,M2-4, …; all for every view",
    )
    parser.add_argument(
        "--since",
        type=Path,
        metavar="FILE",
        help="an earlier score.json or plant.yaml: list what changed in the plant's facts",
    )
    parser.add_argument(
        "--tree", action="store_true", help="print every clause: verdict, who said it, evidence, reason"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the score document there")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def main(args: argparse.Namespace) -> int:
    """Score, print a screen of text or the document."""
    model = load_model(args.model)
    if not args.evidence.is_dir():
        raise BadInput(f"{args.evidence}: no such folder of evidence; floortruth evidence … --out makes it")
    answers = None if args.answers is None else _answers(Path(args.answers), model)
    rules = rules_for(model, args.rules)
    plant = read_plant(args.plant)
    since = None if args.since is None else read_since(args.since, plant)
    document = score_plant(plant, model, rules, read_records(args.evidence), answers, args.exclude, since)
    if args.out is not None:
        write_score(document, args.out)
    lang = args.lang or language([])
    if args.view is not None:
        print(_view(args, model, document, lang))
    elif args.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(tree(document, model, lang) + "\n" if args.tree else "", summary(document, lang), sep="")
    return 0


def _answers(path: Path, model: Model) -> dict[str, Answer]:
    """A YAML file, or a sheet by its suffix."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return read_answer_sheet(_bytes(path), path.name, model.clauses)
    return read_answers(read_text(path), path.name, model.clauses)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'not readable').lower()}") from None


def _view(args: argparse.Namespace, model: Model, document: dict[str, Any], lang: str) -> str:
    """One view or all of them, as text or as JSON."""
    views = load_views(model, args.model)
    if args.view == "all":
        every = apply_all(model, views, document)
        return json.dumps(every, ensure_ascii=False) if args.json else views_summary(every, lang)
    view, chosen = choose(model, views, args.view)
    found = apply_view(model, view, document, chosen)
    return json.dumps(found, ensure_ascii=False) if args.json else view_summary(found, lang)


def write_score(document: dict[str, Any], path: Path) -> None:
    """The score document, readable by people too."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
