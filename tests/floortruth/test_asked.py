"""Asking a process to end."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from floortruth.asked import Asked


@pytest.fixture
def asked() -> Iterator[Asked]:
    found = Asked()
    yield found
    found.close()


def test_nobody_asked(asked: Asked) -> None:
    assert not asked.wait(0.01)
    assert not asked.is_set()


def test_twice_is_once_and_heard_anew_after_clear(asked: Asked) -> None:
    asked.set()
    asked.set()
    assert asked.wait(0.0)
    asked.clear()
    assert not asked.wait(0.0)
    asked.set()
    assert asked.is_set()


def test_a_signal_ends_the_wait_at_once(asked: Asked) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: asked.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        began = time.monotonic()
        assert asked.wait(30)
        assert time.monotonic() - began < 10
    finally:
        signal.signal(signal.SIGALRM, before)


def test_many_signals_while_it_is_looked_at(asked: Asked) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: asked.set())
    try:
        for _ in range(200):
            os.kill(os.getpid(), signal.SIGUSR1)
            assert asked.wait(30)
            asked.clear()
    finally:
        signal.signal(signal.SIGUSR1, before)
