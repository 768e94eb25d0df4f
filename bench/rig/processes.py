"""The processes of a rig: each says `ready`, all end with the block, and one that dies early is told with its words."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from evidence_engine.documents import BadInput

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, from which the modules of `bench` run."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Rig:
    """Child processes by name, their output in `<name>.log`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], env: dict[str, str] | None = None) -> int:
        """Its process id."""
        with self._log(name).open("wb") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | (env or {}),
                cwd=self._folder,
                start_new_session=True,
            )
        self._running[name] = child
        return child.pid

    def wait_ready(self, name: str, seconds: float = 30.0) -> None:
        """Until it says so."""
        self._wait(name, seconds, lambda: b"ready" in self._log(name).read_bytes())

    def wait_port(self, name: str, port: int, seconds: float = 30.0) -> None:
        """Until it listens there."""
        self._wait(name, seconds, lambda: _listens(port))

    def check(self) -> None:
        """BadInput when one has died."""
        for name, child in self._running.items():
            if child.poll() is not None:
                raise BadInput(
                    f"bench: {name} ended by itself (status {child.returncode}): {self._words(name)}"
                )

    def _wait(self, name: str, seconds: float, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not is_there():
            self.check()
            if time.monotonic() > deadline:
                raise BadInput(f"bench: {name} was not ready within {seconds:g} s: {self._words(name)}")
            time.sleep(0.02)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _words(self, name: str) -> str:
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self._running.values()):
            child.terminate()
            try:
                child.wait(3.0)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
