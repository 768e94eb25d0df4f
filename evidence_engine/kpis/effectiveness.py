"""Effectiveness: Σ ideal cycle × pieces ÷ producing time, never clipped (D23).

low: the least pieces while all unsure time produced: (E + Σ least)/(P + Σ u).
high: pieces need time. In a gap up to f × p + k × burst × largest cycle can be earned in the sure producing time
alone; each further ns of earned time takes 1/f of unsure time, which then counts as producing. Going on pays while f is
above the ratio, so the best is one of two: stop at what needs no unsure time, or fill the room. Several assets (D35):
for some threshold those with f above it fill, the others stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.knowledge.limits import scaled
from evidence_engine.kpis.gap_rows import GapRows, summed
from evidence_engine.kpis.gaps import Gaps
from evidence_engine.kpis.outcome import Ratio, greatest, ratio

Way = tuple[int, int]
"""Earned time, and the unsure time that must then be producing, ns."""


@dataclass(frozen=True, slots=True)
class EffectivenessBounds:
    """What one asset brings to the bounds. shortest, longest: producing time, P and P + Σ u · stretch: f ·

    stop, fill: its gaps filled as far as needs no unsure time, and as far as there is room; None: not bounded (D12).
    """

    least: int
    shortest: int
    longest: int
    stretch: Fraction
    stop: Way | None
    fill: Way | None


def effectiveness_bounds(
    gaps: Gaps, producing: tuple[int, int], stretch: Fraction, burst_time: int
) -> EffectivenessBounds:
    """`producing`: P and P + Σ u · `burst_time`: what `burst` pieces of the largest cycle earn."""
    rows = gaps.gaps.fitting(stretch, burst_time)
    stop, fill = (_filled(gaps, rows, stretch, burst_time, fill=fill) for fill in (False, True))
    return EffectivenessBounds(gaps.least, *producing, stretch, stop, fill)


def low_together(bounds: Sequence[EffectivenessBounds]) -> Ratio | None:
    """Least pieces ÷ most producing time."""
    return ratio(sum(b.least for b in bounds), sum(b.longest for b in bounds))


def high_together(bounds: Sequence[EffectivenessBounds]) -> Ratio | None:
    """The largest over the thresholds; None where pieces are possible without producing time, or D12 is disproved."""
    best: Ratio | None = None
    for threshold in [*sorted({b.stretch for b in bounds}), None]:
        ways = [b.fill if threshold is not None and b.stretch >= threshold else b.stop for b in bounds]
        chosen = [way for way in ways if way is not None]
        if len(chosen) < len(bounds):
            return None
        earned = sum(pieces for pieces, _ in chosen)
        time = sum(b.shortest for b in bounds) + sum(extra for _, extra in chosen)
        if time <= 0 and earned > 0:
            return None
        if time > 0:
            best = (earned, time) if best is None else greatest(best, (earned, time))
    return best


def low_of(gaps: Gaps, producing_most: int) -> Ratio | None:
    """Of one asset; `producing_most`: P + all that may be producing."""
    return ratio(gaps.least, producing_most)


def high_of(gaps: Gaps, producing_least: int, stretch: Fraction, burst_time: int) -> Ratio | None:
    """Of one asset; `producing_least`: P."""
    producing = (producing_least, producing_least)
    return high_together([effectiveness_bounds(gaps, producing, stretch, burst_time)])


def _filled(gaps: Gaps, rows: GapRows, stretch: Fraction, burst_time: int, *, fill: bool) -> Way | None:
    """(earned time, unsure time that must then be producing)."""
    if not gaps.limited:  # how long its pieces took, nobody can say
        return (gaps.outside + summed(rows.least), 0) if rows.certain().all() else None
    num, den = stretch.as_integer_ratio()
    bursts = rows.stretches * burst_time
    earned = rows.earned(bursts + scaled(rows.sure + rows.unsure if fill else rows.sure, num, den))
    needed = -scaled(bursts - earned, den, num) - rows.sure
    return gaps.outside + summed(earned), summed(np.minimum(rows.unsure, np.maximum(needed, 0)))
