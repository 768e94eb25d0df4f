"""Ties a child process to its parent: when the parent is gone, however it went, the child ends by itself.

The parent keeps the writing end of a pipe that is the child's standard input, and never writes. Whatever ends the
parent, kill -9 included, closes that end; the child reads the end of file and takes it for a request to stop.
"""

import os
import signal
import sys
import threading
import time

TIED = "FLOORTRUTH_TIED"
"""Set in the environment of a tied child, so that nobody else's standard input stops anything."""

PATIENCE = 5.0
"""Seconds in which a child without a parent may end in order; nobody waits for its files any more."""


def tie() -> None:
    """In the child, before anything else: watch standard input where the parent asked for it."""
    if os.environ.pop(TIED, None):
        threading.Thread(target=_watch, name="parent", daemon=True).start()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)
