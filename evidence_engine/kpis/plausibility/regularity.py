"""Counters that are too regular to be measured: the same amount after the same time, to digits that could differ."""

from collections.abc import Iterator

import numpy as np

from evidence_engine.knowledge.quanta import to_quanta
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.doubt import Doubt, doubt
from evidence_engine.kpis.subjects import ELECTRICITY, GOOD, TOTAL
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD as GOOD_QUALITY
from evidence_engine.vocabulary.samples import Samples

IN_A_ROW = 500
"""So many equal steps: a steady load read each quarter of a minute may give two hundred, a measured one no more."""

DIGITS = 1000
"""In how many ways a step could have differed: (its distance ÷ the grain of the stamps) × (its amount ÷ the grain of the
levels). A log in whole seconds of one piece a minute, or in quarter hours, has less, and proves nothing."""


def too_regular(found: AssetWindow) -> Iterator[Doubt]:
    """Counters and the register whose steps in the window are equal IN_A_ROW."""
    for role in (TOTAL, GOOD, ELECTRICITY):
        if found.of.has(role):
            samples = found.of.history.of(series_name(found.of.name, role)).between(found.start, found.end)
            if len(samples) > IN_A_ROW and is_too_regular(samples, role):
                yield doubt(found, "too_regular", (role,))


def is_too_regular(samples: Samples, role: str) -> bool:
    """Of the changes of a series; repeated readings of one level are none."""
    level, fit = to_quanta(samples.value, role)
    good = fit & (samples.quality == GOOD_QUALITY)
    ts, level = samples.ts[good], level[good]
    moved = np.append(True, level[1:] != level[:-1])[: len(level)]
    ts, level = ts[moved], level[moved]
    distance, amount = np.diff(ts), np.diff(level)
    same = (distance[1:] == distance[:-1]) & (amount[1:] == amount[:-1])
    ends = np.flatnonzero(~np.concatenate([[False], same, [False]]))
    runs = np.diff(ends) - 1
    for at in np.flatnonzero(runs >= IN_A_ROW - 1).tolist():
        rows = slice(int(ends[at]), int(ends[at + 1]) + 2)
        if _ways(ts[rows]) * _ways(level[rows]) >= DIGITS:
            return True
    return False


def _ways(values: np.ndarray) -> int:
    """The constant difference of a row, in multiples of the grain of its values."""
    step = abs(int(values[1]) - int(values[0]))
    return step // int(np.gcd.reduce(np.append(np.abs(values), step)))
