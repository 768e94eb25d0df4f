"""The leaves of the loss tree: calendar time by where it went, in whole ns that add up to it without a remainder.

By the plain reading. Time in a state is told over all time in which the state is known; what producing time yielded over
the time in which pieces and ideal cycle are known too. Where nothing counts all pieces, speed holds the defects;
where nothing counts the good ones, what was earned is unrated, since its quality is not known.
"""

from dataclasses import dataclass, fields

import numpy as np

from evidence_engine.knowledge.stretches import Stretches, intersect, joined
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.losses.spans import Flags, Spans, View, spans_around
from evidence_engine.kpis.state_time import OFF, PLANNED, PRODUCING, SETUP
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.states import State

BEFORE_START_UP = (State.SETUP, State.PLANNED_STOP, State.OFF)
"""What a machine starts up from."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """ns each. speed, defects and start_up may be negative where counters contradict one another; none is clipped."""

    planned_stop: int
    off: int
    breakdown: int
    idling: int
    setup: int
    speed: int
    defects: int
    start_up: int
    effective: int
    unrated: int
    unknown: int

    @property
    def total(self) -> int:
        """The calendar time."""
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Yield:
    """What producing time yielded, ns. rated: producing time whose pieces are known · over: ns in which all this is
    known · codes: what the figures leave out."""

    rated: int
    earned: int
    good: int
    start_up: int
    over: int
    codes: frozenset[str]


def view_of(found: AssetWindow) -> View:
    """The window on the asset's calendar."""
    return View(found.book.calendar, found.start, found.end)


def min_stop_of(found: AssetWindow) -> int:
    """ns from which a stop is no minor one."""
    return seconds_to_ns(found.of.asset.min_stop)


def leaves_of(found: AssetWindow, breakdown: int, made: Yield) -> Leaves:
    """The tree of one window; `breakdown`: ns in long stays in down."""
    time = found.states
    unrated = time.seen(PRODUCING) - made.rated
    if found.of.pieces.good is None:
        unrated += made.earned
    told = found.of.pieces.good is not None
    rejected = made.earned - made.good if told else 0
    return Leaves(
        planned_stop=time.seen(PLANNED),
        off=time.seen(OFF),
        breakdown=breakdown,
        idling=time.seen({State.IDLE, State.DOWN}) - breakdown,
        setup=time.seen(SETUP),
        speed=made.rated - made.earned,
        defects=rejected - made.start_up,
        start_up=made.start_up,
        effective=made.good if told else 0,
        unrated=unrated,
        unknown=time.unknown,
    )


def yield_of(found: AssetWindow) -> Yield:
    """What the producing time of the window yielded, over the time in which that is known."""
    pieces, time = found.of.pieces, found.time
    if found.of.cycles is None or (pieces.total is None and pieces.good is None):
        return Yield(0, 0, 0, 0, 0, frozenset())
    window = (found.start, found.end)
    if pieces.good is None:
        earned = found.book.values["worked"].between(*window)
        return Yield(time["w_producing"], earned, 0, 0, time["worked"], frozenset({"no_good_count"}))
    good, total = found.earned
    if pieces.total is None:
        return Yield(time["j_producing"], good, good, 0, time["joint"], frozenset({"no_total_count"}))
    warm = _start_up(found)
    codes = frozenset({"no_warm_up"}) if found.of.asset.warm_up is None else frozenset[str]()
    if pieces.assumed:
        codes = frozenset({"assumed_good"})
    return Yield(time["j_producing"], total, good, warm, time["joint"], codes)


def _start_up(found: AssetWindow) -> int:
    """Earned time of the rejects of start-up by the plain reading."""
    if not found.of.asset.warm_up or found.of.pieces.assumed:
        return 0
    spans = warm_spans(found)
    chosen = np.isin(spans.plain, BEFORE_START_UP)
    known = intersect(warm_after(spans, chosen, found.of.asset.warm_up), found.book.time.joint)
    total, good = (found.book.tallied_earned[name].value_over(known) for name in ("total", "good"))
    return total.between(found.start, found.end) - good.between(found.start, found.end)


def warm_spans(found: AssetWindow) -> Spans:
    """The window and what may still warm it up."""
    return spans_around(found.of.state, view_of(found), 0, seconds_to_ns(found.of.asset.warm_up or 0))


def warm_after(spans: Spans, chosen: Flags, warm_up: float) -> Stretches:
    """The chosen segments and `warm_up` seconds more."""
    if not chosen.any():
        return np.empty((0, 2), np.int64)
    return joined(np.stack([spans.start[chosen], spans.end[chosen] + seconds_to_ns(warm_up)], axis=1))
