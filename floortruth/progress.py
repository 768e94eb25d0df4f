"""A progress line for what takes over two seconds, on a terminal only."""

import sys
import time
from types import TracebackType
from typing import Self

AFTER = 2.0
"""Seconds before anything is shown."""


class Progress:
    """Counts what is done; shows it on stderr after two seconds, where that is a terminal."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what, self._total, self._done = what, total, 0
        self._began = time.monotonic()
        self._shown = 0.0

    def add(self, amount: int) -> None:
        """So much more is done."""
        self._done += amount
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._began > AFTER and now - self._shown > 0.1:
            self._shown = now
            of = f" / {self._total:,}" if self._total else ""
            print(f"\r{self._what}: {self._done:,}{of}  {now - self._began:.0f} s ", end="", file=sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print(file=sys.stderr)
