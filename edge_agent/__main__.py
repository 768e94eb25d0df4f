"""`python -m edge_agent AGENT.yaml`: the agent without the rest of the product."""

import argparse
import sys

from edge_agent.agent import add_arguments, main
from evidence_engine.documents import BadInput


def run() -> int:
    """Parse the command line and run; the exit status."""
    parser = argparse.ArgumentParser(prog="edge_agent", description="one FloorTruth edge agent")
    add_arguments(parser)
    try:
        return main(parser.parse_args())
    except BadInput as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(run())
