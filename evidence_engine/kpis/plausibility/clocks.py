"""Clocks of devices that are further off than the stated time error of the stamps that they give (D6, D31)."""

from collections.abc import Sequence

import numpy as np

from evidence_engine.knowledge.facts import Regime
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD


class Clocks:
    """How far the clocks of connections were off in one window; the series of one device ask for the same."""

    def __init__(self, history: History, start: int, end: int) -> None:
        self._history, self._start, self._end = history, start, end
        self._off = dict[tuple[str, int, int], float]()

    def is_off(self, regimes: Sequence[Regime]) -> str | None:
        """The offset series by which a series' clock was off in the window, in the middle of its readings; one late reading
        is no proof."""
        ends = [*(regime.start for regime in regimes[1:]), self._end]
        for regime, until in zip(regimes, ends, strict=True):
            if regime.connection is None or until <= self._start or regime.start >= self._end:
                continue
            name = series_name(f"@{regime.connection}", "clock_offset")
            if self._middle(name, max(self._start, regime.start), min(self._end, until)) > regime.error:
                return name
        return None

    def _middle(self, series: str, start: int, end: int) -> float:
        """The middle one of the offsets in [start, end), whatever their sign, in ns; 0 without one."""
        key = series, start, end
        if key not in self._off:
            rows = self._history.of(series).between(start, end)
            found = np.sort(np.abs(rows.value[(rows.quality == GOOD) & np.isfinite(rows.value)]))
            self._off[key] = float(found[(len(found) - 1) // 2]) * NS if len(found) else 0.0
        return self._off[key]
