"""Whoever waits for the compiler is told so."""

from pathlib import Path

import pytest

from floortruth.compiling import is_cold, tell_if_cold


def test_an_empty_cache_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    monkeypatch.setenv("FLOORTRUTH_LANG", "en")
    tell_if_cold()
    assert "compiling the engine" in capsys.readouterr().err
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "counting.count-1.py311.nbi").touch()
    assert not is_cold()


def test_without_a_compiler_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert not is_cold()
