"""Effectiveness: Σ ideal cycle × pieces ÷ producing time, never clipped (D23).

low: the least pieces while all unsure time produced: (E + Σ least)/(P + Σ u).
high: pieces need time. In a gap up to f × p + k × burst × largest cycle can be earned in the sure producing time
alone; each further ns of earned time takes 1/f of unsure time, which then counts as producing. Going on pays while f is
above the ratio, so the best is one of two: stop at what needs no unsure time, or fill the room.
"""

from fractions import Fraction

from evidence_engine.kpis.gaps import Gap, Gaps
from evidence_engine.kpis.outcome import Ratio, greatest, ratio


def low_of(gaps: Gaps, producing_most: int) -> Ratio | None:
    """`producing_most`: P + all that may be producing."""
    return ratio(gaps.least, producing_most)


def high_of(gaps: Gaps, producing_least: int, stretch: Fraction, burst_time: int) -> Ratio | None:
    """`producing_least`: P. None where pieces are possible without producing time, or D12 is disproved."""
    best: Ratio | None = None
    for fill in (False, True):
        way = _filled(gaps, stretch, burst_time, fill=fill)
        if way is None:
            return None
        earned, extra = way
        if producing_least + extra <= 0:
            if earned > 0:
                return None
            continue
        reached = (earned, producing_least + extra)
        best = reached if best is None else greatest(best, reached)
    return best


def _filled(gaps: Gaps, stretch: Fraction, burst_time: int, *, fill: bool) -> tuple[int, int] | None:
    """(earned time, unsure time that must then be producing)."""
    num, den = stretch.numerator, stretch.denominator
    earned, extra = gaps.outside, 0
    for gap in gaps.gaps:
        if not gaps.limited:
            if gap.least != gap.most:
                return None
            earned += gap.least  # how long that took, nobody can say
            continue
        free = num * gap.sure + den * gap.stretches * burst_time  # over den
        room = free + num * gap.unsure if fill else free
        pieces = _between(gap, room // den)
        earned += pieces
        extra += min(gap.unsure, max(0, -((free - den * pieces) // num)))
    return earned, extra


def _between(gap: Gap, room: int) -> int:
    return max(gap.least, room if gap.most is None else min(gap.most, room))
