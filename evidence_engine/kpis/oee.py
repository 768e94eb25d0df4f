"""OEE: Σ ideal cycle × good ÷ (calendar − planned stop), with its parts over the same time (D21).

Bounds over every completion, planned stop included, where pieces need time. In a gap with u unsure and p sure
producing time in k unbroken stretches, at most f × (u + p) + k × burst × largest cycle can be earned ("room").
low: of each gap the least, and no unsure planned stop: (E + Σ least)/(C − N).
high: time of a gap can go to pieces (worth f a ns) or to planned stop (worth the OEE itself a ns): whichever comes
first takes what it can, the other what is left. Within one asset all gaps trade at the same rate, so the best is one
of two: pieces first, or planned stop first. Several assets (D35): those with f above the ratio put pieces first.
Tight for one ideal cycle; with several, a gap may be filled with the longest cycle at the rate of the shortest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.knowledge.limits import scaled
from evidence_engine.kpis.flows import Ints
from evidence_engine.kpis.gap_rows import GapRows, summed
from evidence_engine.kpis.gaps import Gaps
from evidence_engine.kpis.outcome import Ratio, greatest, ratio


@dataclass(frozen=True, slots=True)
class Filled:
    """A window's gaps filled one way: earned time of all pieces, and unsure time that is planned stop."""

    earned: int
    planned: int


@dataclass(frozen=True, slots=True)
class OeeBounds:
    """What one asset brings to the bounds. busy: C − N · stretch: f · high ways None: not bounded (D12)."""

    least: int
    busy: int
    stretch: Fraction
    pieces_first: Filled | None
    planned_first: Filled | None


def oee_bounds(gaps: Gaps, busy: int, stretch: Fraction, burst_time: int) -> OeeBounds:
    """`burst_time`: what `burst` pieces of the largest cycle earn."""
    rows = gaps.gaps.fitting(stretch, burst_time)
    ways = [_filled(gaps, rows, stretch, burst_time, pieces_first=first) for first in (True, False)]
    return OeeBounds(gaps.least, busy, stretch, ways[0], ways[1])


def _filled(
    gaps: Gaps, rows: GapRows, stretch: Fraction, burst_time: int, *, pieces_first: bool
) -> Filled | None:
    if not gaps.limited and not (rows.certain() & (rows.planned == 0)).all():
        return None  # only what is certain and can't be planned stop needs no room
    earned, planned = _fill(rows, stretch, burst_time, pieces_first=pieces_first)
    return Filled(gaps.outside + summed(earned), summed(planned))


def _fill(rows: GapRows, stretch: Fraction, burst_time: int, *, pieces_first: bool) -> tuple[Ints, Ints]:
    """(earned time, planned stop) of each gap; room = f × (u + p) + bursts."""
    f, time, bursts = stretch.as_integer_ratio(), rows.unsure + rows.sure, rows.stretches * burst_time
    if pieces_first:
        earned = rows.earned(bursts + scaled(time, *f))
        return earned, rows.other + _free(rows, stretch, time, bursts - earned)
    planned = _free(rows, stretch, time, bursts - rows.least)
    return rows.earned(bursts + scaled(time - planned, *f)), rows.other + planned


def _free(rows: GapRows, stretch: Fraction, time: Ints, left: Ints) -> Ints:
    """Planned stop where it shares time with u, as far as pieces leave it free: (room − earned)/f of it."""
    free = time + scaled(left, stretch.denominator, stretch.numerator)
    found: Ints = np.minimum(rows.planned, np.maximum(free, 0))
    return found


def low_of(bounds: Sequence[OeeBounds]) -> Ratio | None:
    """(E + Σ least y)/(C − N)."""
    return ratio(sum(b.least for b in bounds), sum(b.busy for b in bounds))


def high_of(bounds: Sequence[OeeBounds]) -> Ratio | None:
    """The largest over the ways to fill; None where one of them has pieces and no time, or nothing bounds it."""
    best: Ratio | None = None
    for ways in _ways(bounds):
        earned = sum(way.earned for way in ways)
        time = sum(b.busy for b in bounds) - sum(way.planned for way in ways)
        if time <= 0 and earned > 0:
            return None
        if time > 0:
            best = (earned, time) if best is None else greatest(best, (earned, time))
    return best


def _ways(bounds: Sequence[OeeBounds]) -> Iterator[list[Filled]]:
    """For each threshold of f: who is above it puts pieces first. An unbounded asset leaves nothing to say."""
    if any(b.pieces_first is None or b.planned_first is None for b in bounds):
        return
    thresholds = sorted({b.stretch for b in bounds})
    for threshold in [*thresholds, None]:
        chosen = [
            b.pieces_first if threshold is not None and b.stretch >= threshold else b.planned_first
            for b in bounds
        ]
        yield [way for way in chosen if way is not None]


def parts_of(time: Mapping[str, int], good: int, total: int | None) -> dict[str, Ratio | None]:
    """Availability, effectiveness and quality over jointly known time: their product is OEE as a fraction.

    total None: nothing tells all pieces, so only the first part can be said.
    """
    availability = ratio(time["j_producing"], time["joint"] - time["j_planned"])
    if total is None:
        return {"availability": availability, "effectiveness": None, "quality": None}
    return {
        "availability": availability,
        "effectiveness": ratio(total, time["j_producing"]),
        "quality": ratio(good, total),
    }
