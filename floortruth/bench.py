"""`floortruth bench [NAME]`: lists and runs the benchmarks of the checkout, each against its stated goals."""

import argparse
import ast
import importlib
import sys
from pathlib import Path

from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.roles import did_you_mean

ROOT = Path(__file__).resolve().parents[1]
"""Where `bench/` lies; it is part of the checkout, not of the installed package."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `floortruth bench`."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="which benchmark; all of them unless told")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument(
        "options",
        metavar="OPTION",
        nargs=argparse.REMAINDER,
        help="options of that benchmark; NAME --help tells",
    )


def main(args: argparse.Namespace) -> int:
    """Run; 0 where every goal was met, 1 where one was missed."""
    known = benchmarks()
    if args.list:
        for name, text in known.items():
            print(f"{name:<10} {text}")
        return 0
    if args.name is not None and args.name not in known:
        raise BadInput(
            f"unknown benchmark '{args.name}'{did_you_mean(args.name, known)}, expected one of {', '.join(known)}"
        )
    names = [args.name] if args.name is not None else list(known)
    return max(_run(name, args.options if args.name is not None else []) for name in names)


def benchmarks() -> dict[str, str]:
    """Name → what it measures, without importing any."""
    paths = sorted((ROOT / "bench").glob("[a-z]*.py"))
    if not paths:
        raise BadInput(
            "the benchmarks are not installed; run this in a checkout of the source, as 'make bench'"
        )
    return {path.stem: _first_sentence(path) for path in paths}


def _first_sentence(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def _run(name: str, options: list[str]) -> int:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    try:
        module = importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        raise BadInput(f"bench {name} needs the package '{error.name}'; 'make bench' installs it") from None
    parser = argparse.ArgumentParser(prog=f"floortruth bench {name}", description=module.__doc__)
    module.add_arguments(parser)
    status: int = module.main(parser.parse_args(options))
    return status
