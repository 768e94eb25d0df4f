"""Commands of documents, run as they stand there, as processes on this machine."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(
    words: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process until the block ends: it must still run then, and leave with 0 within ten seconds of SIGTERM."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=os.environ | dict(env), cwd=cwd
        )
        try:
            yield process
            assert process.poll() is None, f"{words} ended by itself: {log.read_text()}"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()


def until(holds: Callable[[], bool], seconds: float, why: Callable[[], str]) -> None:
    """Wait for a condition; AssertionError with `why` at the deadline."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether an address is served."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    for first in range(24000, 60000, count):
        if all(_is_free(first + i) for i in range(count)):
            return first
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
