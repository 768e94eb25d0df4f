"""`python -m simulators`: the simulated plant alone."""

import argparse
import sys

from simulators.runner import add_arguments, main


def _parser(lang: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m simulators", description="The simulated plant over real sockets."
    )
    parser.add_argument(
        "--lang", choices=["zh", "en"], help="language of help and messages / 语言", default=lang
    )
    add_arguments(parser, lang or "en")
    return parser


if __name__ == "__main__":
    first = argparse.ArgumentParser(
        add_help=False
    )  # help is printed while words are parsed: know the language before
    first.add_argument("--lang", choices=["zh", "en"])
    sys.exit(main(_parser(first.parse_known_args()[0].lang).parse_args()))
