"""The progress line: on a terminal only, with a bar where the share of the whole is known."""

import io
import sys

import pytest

from floortruth.progress import Progress


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_bar_grows_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress("import", after=0.0) as progress:
        progress.reach(0.5)
        progress.add(1_000)
    assert terminal.getvalue().startswith(f"\rimport: [{'█' * 15}{'·' * 15}]  50%  1,000  0 s ")
    assert terminal.getvalue().endswith("\n")


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress("import", after=0.0) as progress:
        progress.add(1)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
