"""Counters that are too regular to be measured: the same amount after the same time, to digits that could differ."""

from collections.abc import Iterator, Sequence
from math import gcd

from evidence_engine.kernels.oddities import equal_steps, may_be_equal
from evidence_engine.kernels.series import Series
from evidence_engine.knowledge.quanta import LARGEST, scale_of, to_quanta
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.doubt import Doubt, columns, doubt
from evidence_engine.kpis.subjects import ELECTRICITY, GOOD, TOTAL

IN_A_ROW = 500
"""So many equal steps: a steady load read each quarter of a minute may give two hundred, a measured one no more."""

DIGITS = 1000
"""In how many ways a step could have differed: (its distance ÷ the grain of the stamps) × (its amount ÷ the grain of the
levels). A log in whole seconds of one piece a minute, or in quarter hours, has less, and proves nothing."""


def too_regular(found: AssetWindow) -> Iterator[Doubt]:
    """Counters and the register whose steps in the window are equal IN_A_ROW."""
    for role in (TOTAL, GOOD, ELECTRICITY):
        if found.of.has(role) and is_too_regular(columns(found, role), role, (found.start, found.end)):
            yield doubt(found, "too_regular", (role,))


def is_too_regular(of: Series, role: str, window: tuple[int, int]) -> bool:
    """Of the changes of a series in a window; repeated readings of one level are none."""
    scale = scale_of(role)
    how = (scale, LARGEST / scale, IN_A_ROW - 1)
    if not may_be_equal(of, window, *how):
        return False
    for rows in equal_steps(of, window, *how):
        level, _ = to_quanta(of.value[rows], role)
        if _ways(of.ts[rows].tolist()) * _ways(level.tolist()) >= DIGITS:
            return True
    return False


def _ways(values: Sequence[int]) -> int:
    """The constant difference of a row of values, in multiples of their grain: of its first two, and the one after it."""
    first, second, after = values
    step = abs(second - first)
    return step // gcd(step, first, after)
