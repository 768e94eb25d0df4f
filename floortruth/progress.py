"""A progress line for what takes over two seconds, on a terminal only."""

import sys
import time
from types import TracebackType
from typing import Self

AFTER = 2.0
"""Seconds before anything is shown."""
BAR = 30
"""Its width in characters."""


class Progress:
    """Counts what is done; shows it on stderr after two seconds, where that is a terminal."""

    def __init__(self, what: str, total: int | None = None, after: float = AFTER) -> None:
        self._what, self._total, self._done = what, total, 0
        self._share: float | None = None
        self._after = after
        self._began = time.monotonic()
        self._shown = 0.0

    def add(self, amount: int) -> None:
        """So much more is done."""
        self._done += amount
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._began >= self._after and now - self._shown > 0.1:
            self._shown = now
            of = f" / {self._total:,}" if self._total else ""
            line = f"{self._what}: {self._bar()}{self._done:,}{of}  {now - self._began:.0f} s "
            print(f"\r{line}", end="", file=sys.stderr)

    def reach(self, share: float) -> None:
        """This share of the whole is done, where the whole has no number: from 0 to 1."""
        self._share = share

    def _bar(self) -> str:
        if self._share is None:
            return ""
        filled = int(BAR * min(1.0, self._share))
        return f"[{'█' * filled}{'·' * (BAR - filled)}] {self._share:4.0%}  "

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print(file=sys.stderr)
