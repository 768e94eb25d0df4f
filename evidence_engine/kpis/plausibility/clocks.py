"""Clocks of devices that are further off than the stated time error of the stamps that they give (D6, D31)."""

from collections.abc import Sequence

import numpy as np

from evidence_engine.knowledge.facts import Regime
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD


def is_off(history: History, regimes: Sequence[Regime], start: int, end: int) -> str | None:
    """The offset series by which a series' clock was off in the window, in the middle of its readings; one late reading
    is no proof."""
    ends = [*(regime.start for regime in regimes[1:]), end]
    for regime, until in zip(regimes, ends, strict=True):
        if regime.connection is None or until <= start or regime.start >= end:
            continue
        name = series_name(f"@{regime.connection}", "clock_offset")
        rows = history.of(name).between(max(start, regime.start), min(end, until))
        found = np.sort(np.abs(rows.value[(rows.quality == GOOD) & np.isfinite(rows.value)]))
        if len(found) and float(found[(len(found) - 1) // 2]) * NS > regime.error:
            return name
    return None
