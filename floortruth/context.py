"""`floortruth context [WORDS…]`: peers, policies, cases and modes of the report, to compare oneself with; no score uses them."""

import argparse
import json

from evidence_engine.context import context_json, context_text, load_context, search
from floortruth.words import language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth context`."""
    parser.add_argument("words", metavar="WORD", nargs="*", help="rows that bear every one of these words")
    parser.add_argument(
        "--province", default="", metavar="NAME", help="of this province (national policies too)"
    )
    parser.add_argument(
        "--industry", default="", metavar="NAME", help="of this industry, as electronics or 电子信息"
    )
    parser.add_argument("--level", type=int, choices=range(1, 6), help="companies and cases at this level")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def main(args: argparse.Namespace) -> int:
    """Search and print; 1 where nothing was found."""
    context = load_context()
    found = search(context, args.words, args.province, args.industry, args.level)
    if args.json:
        print(json.dumps(context_json(context, found), ensure_ascii=False))
    else:
        print(context_text(context, found, args.lang or language([])))
    return 0 if found.companies or found.policies or found.cases or found.modes else 1
