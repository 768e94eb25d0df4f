"""`floortruth COMMAND …`: finds the command, speaks the user's language, turns errors into one sentence and a status.

Exit status: 0 done, 1 the answer is no, 2 the input is wrong.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

from evidence_engine.documents import BadInput
from floortruth.tied import tie
from floortruth.words import language, localise, say

COMMANDS = {
    "demo": ("floortruth.demo", "the bundled plant, end to end: pages with live values in a minute"),
    "sim": ("simulators.runner", "the simulated plant alone, over OPC UA, Modbus and MQTT"),
    "agent": (
        "edge_agent.agent",
        "one edge agent: reads equipment, sends to the collector; --check reads no network",
    ),
    "collector": ("collector.server", "receives, keeps, computes, serves pages and API"),
    "import": ("floortruth.importing", "bring in history from CSV, XLSX or Parquet files"),
    "evidence": ("floortruth.evidence", "compute evidence records over a store"),
    "score": ("floortruth.score", "from evidence to clauses and the level range"),
    "claims": (
        "floortruth.claims",
        "claims of change, before and after: supported, contradicted or not decidable",
    ),
    "energy": (
        "floortruth.energy",
        "energy of each day, week, month or year, against the period before and the year before",
    ),
    "context": (
        "floortruth.context",
        "peers, policies and cases to compare oneself with; never part of a score",
    ),
    "bench": ("floortruth.bench", "run the benchmarks of a checkout against their goals"),
}
"""Command → (module with `add_arguments(parser)` and `main(args) -> int`, what it does)."""

EXTRAS = {
    "demo": ("server", "sim"),
    "sim": ("sim",),
    "collector": ("server",),
    "import": ("server",),
    "evidence": ("server",),
    "score": ("server",),
    "claims": ("server",),
    "energy": ("server",),
}
"""Command → the extras that it needs beyond the base, which is the agent."""

PACKAGES = {"server": ("deltalake", "fastapi", "numba", "rfc8785", "uvicorn"), "sim": ("amqtt",)}
"""Extra → packages by whose absence it is known to be absent."""


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, *lang: str) -> None:
        """Declare its arguments."""

    def main(self, args: argparse.Namespace) -> int:
        """Do it; the exit status."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    tie()
    words = list(sys.argv[1:] if argv is None else argv)
    lang = language(words)
    name = next((word for word in words if not word.startswith("-") and word not in ("zh", "en")), None)
    if name not in COMMANDS:
        return _no_command(name, words, lang)
    words.remove(name)
    try:
        module = _load(name)
        return module.main(_parser(name, module, lang).parse_args(words))
    except (BadInput, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _load(name: str) -> Command:
    missing = [extra for extra in EXTRAS.get(name, ()) if not all(find_spec(p) for p in PACKAGES[extra])]
    if missing:
        raise BadInput(
            f"'floortruth {name}' needs more packages: pip install 'floortruth[{','.join(missing)}]'"
        )
    return importlib.import_module(COMMANDS[name][0])


def _parser(name: str, module: Command, lang: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"floortruth {name}", description=COMMANDS[name][1])
    if name == "sim":  # an independent witness: it brings its own words
        module.add_arguments(parser, lang)
    else:
        module.add_arguments(parser)
    if not any("--lang" in action.option_strings for action in parser._actions):
        parser.add_argument("--lang", choices=("zh", "en"), help="language of messages and pages")
    localise(parser, lang)
    return parser


def _no_command(name: str | None, words: Sequence[str], lang: str) -> int:
    if name is not None:
        print(
            say("unknown command '{}', expected one of {}", lang).format(name, ", ".join(COMMANDS)),
            file=sys.stderr,
        )
        return 2
    if "--version" in words:
        from importlib.metadata import version

        print(f"floortruth {version('floortruth')}")
        return 0
    print(overview(lang))
    return 0


def overview(lang: str) -> str:
    """The help of the whole: what it is, the commands, where to begin."""
    rows = [f"  {name:<10} {say(text, lang)}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        [
            say("FloorTruth: smart-manufacturing evidence, collected from the machines", lang),
            "",
            say("usage: floortruth COMMAND [options]", lang),
            "",
            *rows,
            "",
            say(
                "Begin with: floortruth demo. Every command explains itself: floortruth COMMAND --help", lang
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
