"""Between which bounds each leaf of the loss tree lies, over every completion of what is unknown.

Time in a state: all that is surely in it to all that may be. Breakdown: sure runs of `min_stop` to all that may be down
in chains that may reach it. Speed = producing − earned: most where all that may be producing was, with the fewest
pieces; least, gap by gap, where unsure time produced just as long as the most pieces that fit need (a ns of it earns up
to f ≥ 1 ns, so filling never raises the loss, and time beyond the last piece only does). Rejects: fewest at the smallest
ideal cycle to most at the largest; those of start-up lie wholly in time that surely is, or touch time that may be.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.kernels.rises import INSIDE
from evidence_engine.knowledge.limits import scaled
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches, clip, complement, intersect
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import laid
from evidence_engine.kpis.flows import Flow, Ints
from evidence_engine.kpis.gap_rows import GapRows, summed
from evidence_engine.kpis.gaps import Gaps
from evidence_engine.kpis.losses.leaves import BEFORE_START_UP, warm_after, warm_spans
from evidence_engine.kpis.losses.spans import Spans
from evidence_engine.kpis.losses.stays import LongTime
from evidence_engine.kpis.state_time import OFF, PLANNED, SETUP, StateTime
from evidence_engine.vocabulary.states import State

IDLE_BIT = 1 << State.IDLE
_WARMING = sum(1 << state for state in BEFORE_START_UP)


@dataclass(frozen=True, slots=True)
class Bounds:
    """ns at least and at most; None: nothing bounds it on that side."""

    least: int | None
    most: int | None


def bounds_of(found: AssetWindow, spans: Spans, down: LongTime) -> dict[str, Bounds]:
    """By leaf; unrated and unknown have none: they are what is not known."""
    return {**_of_states(found.states, spans, down), **_of_pieces(found)}


def _of_states(states: StateTime, spans: Spans, down: LongTime) -> dict[str, Bounds]:
    alone = {
        name: Bounds(states.sure(of), states.may(of))
        for name, of in (("planned_stop", PLANNED), ("off", OFF), ("setup", SETUP))
    }
    idle = Bounds(spans.sure(IDLE_BIT) + down.short_least, spans.possible(IDLE_BIT) + down.short_most)
    return alone | {"breakdown": Bounds(down.least, down.most), "idling": idle}


def _of_pieces(found: AssetWindow) -> dict[str, Bounds]:
    if found.of.cycles is None or not found.time["C"]:
        return dict.fromkeys(("speed", "defects", "start_up", "effective"), Bounds(None, None))
    filled = found.oee_bounds.pieces_first
    return {
        "effective": Bounds(_least_earned(found), None if filled is None else filled.earned),
        "speed": _speed(found),
        **_rejects(found),
    }


def _least_earned(found: AssetWindow) -> int:
    """Of the good pieces; of a difference of two counters no more than its least at the smallest cycle."""
    least = max(0, found.oee_bounds.least)
    good = found.of.pieces.good
    if good is not None and len({source.role for source in good.sources}) > 1:
        least = min(least, found.range("good").least_natural * found.book.cycles.smallest)
    return least


def _speed(found: AssetWindow) -> Bounds:
    gaps, time, book = found.gaps["total"], found.time, found.book
    least = least_speed_loss(gaps, time["sure_p"], book.cycles.stretch, book.burst_time)
    pieces = gaps.least
    if found.of.pieces.good is not None:
        pieces = max(pieces, _least_earned(found))
    return Bounds(least, time["sure_p"] + time["may_p"] - pieces)


def least_speed_loss(gaps: Gaps, producing: int, stretch: Fraction, burst_time: int) -> int | None:
    """`producing`: P. None where D12 is disproved and some pieces are not certain."""
    rows = gaps.gaps.fitting(stretch, burst_time)
    certain = producing - gaps.outside
    if not gaps.limited:
        return certain - summed(rows.least) if rows.certain().all() else None
    return certain + summed(_least_of_gaps(rows, stretch, burst_time))


def _least_of_gaps(rows: GapRows, stretch: Fraction, burst_time: int) -> Ints:
    """The least of (unsure time that produced − earned time) in each gap."""
    num, den = stretch.as_integer_ratio()
    bursts = rows.stretches * burst_time
    room = bursts - scaled(-(rows.sure + rows.unsure), num, den)  # rounded up
    full = rows.unsure - np.maximum(rows.least, room)
    needed = np.maximum(0, scaled(rows.most - bursts, den, num) - rows.sure)
    made = np.minimum(rows.unsure, needed) - np.maximum(rows.least, rows.most)
    found: Ints = np.where(rows.endless | (rows.most > room), full, made)
    return found


def _rejects(found: AssetWindow) -> dict[str, Bounds]:
    cycles, window = found.book.cycles, found.range_or_open("reject")
    least = window.least_natural * cycles.smallest
    most = None if window.most is None else max(0, window.most) * cycles.largest
    if not found.of.asset.warm_up:
        return {"defects": Bounds(least, most), "start_up": Bounds(0, 0)}
    warm, cold = _sorted_rejects(found)
    start_up, defects = warm * cycles.smallest, cold * cycles.smallest
    return {
        "start_up": Bounds(start_up, None if most is None else most - cold * cycles.largest),
        "defects": Bounds(defects, None if most is None else most - warm * cycles.largest),
    }


def _sorted_rejects(found: AssetWindow) -> tuple[int, int]:
    """Rejects that surely are, and that surely are not, of start-up; none where they are a difference of two counters."""
    booked = found.book.tallied.get("reject")
    if booked is None or found.of.takes_rejects_away:
        return 0, 0
    spans, warm_up = warm_spans(found), found.of.asset.warm_up or 0.0
    calendar = clip(booked.calendar.stretches, found.start, found.end)
    sure = warm_after(spans, (spans.may & ~np.uint64(_WARMING)) == 0, warm_up)
    may = warm_after(spans, (spans.may & np.uint64(_WARMING)) != 0, warm_up)
    warm, cold = intersect(calendar, sure), intersect(calendar, complement(may, found.start, found.end))
    return _least_within(booked.flow, warm), _least_within(booked.flow, cold)


def _least_within(flow: Flow, stretches: Stretches) -> int:
    """The least of the steps whose whole interval lies in one of the stretches."""
    rows = np.flatnonzero(flow.low > 0)
    at = np.searchsorted(stretches[:, 0], flow.start[rows], "right") - 1
    held = at >= 0
    held[held] = flow.end[rows][held] <= stretches[at[held], 1]
    rises = sum(one.between(FIRST, LAST) for one in laid(flow, stretches, 1, INSIDE))
    return int(flow.low[rows][held].sum()) + rises
