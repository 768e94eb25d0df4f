"""`python -m simulators`: the simulated plant alone."""

import argparse
import sys

from simulators.runner import add_arguments, main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="The simulated plant over real sockets."
    )
    add_arguments(parser)
    parser.add_argument("--lang", choices=["zh", "en"], help="language of the messages")
    sys.exit(main(parser.parse_args()))
