"""Stays in one state in a window, and the chains of time in which it may hold: how many stops, and how long (D34).

By the plain reading a stay goes on over unknown time to the next segment of the same state. Bounds stand on chains, as
in `failures`: a chain is maximal time in which the state may hold, made of sure runs and unsure parts; a stay holds a
sure run whole or lies within one part.
"""

from dataclasses import dataclass, field

import numpy as np

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.failures import Stops, Told, edges_of, stops_of, told_in
from evidence_engine.kpis.losses.spans import Ints, Spans, View, spans_around
from evidence_engine.vocabulary.states import State


@dataclass(frozen=True)
class Runs:
    """What a window needs of one state. stops: its stays and chains over all time · spans: what the window knows."""

    view: View
    spans: Spans
    stops: Stops

    _told: dict[int, Told] = field(default_factory=dict)

    def told(self, min_stop: int) -> Told:
        """What its stays and chains say in the window."""
        if min_stop not in self._told:
            edges = edges_of(self.view.calendar, self.view.start, self.view.end)
            self._told[min_stop] = told_in(self.stops, edges, min_stop)
        return self._told[min_stop]


@dataclass(frozen=True, slots=True)
class Count:
    """How many by the plain reading, at least, at most; most None: nothing bounds it."""

    value: int
    least: int
    most: int | None

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        most = None if self.most is None or other.most is None else self.most + other.most
        return Count(self.value + other.value, self.least + other.least, most)


def runs_of(held: Held, state: State, view: View) -> Runs:
    """Of a state of which nothing is laid out yet."""
    return Runs(view, spans_around(held, view), stops_of(held, view.calendar, 0, state))


def count_long(runs: Runs, min_stop: int) -> Count:
    """Stays of at least `min_stop` that begin in the window's calendar, as failures are counted."""
    told = runs.told(min_stop)
    return Count(told.of_stays[kernel.LONG], told.of_chains[kernel.LEAST], told.of_chains[kernel.MOST])


def count_minor(runs: Runs, min_stop: int) -> Count:
    """Stays shorter than `min_stop` that begin in the window's calendar.

    least: one per chain too short for more, with a sure run and every possible beginning here. most: where all of the
    window is known, as many as were seen that may be so short and may begin here, since nothing came and went between
    two looks; None where unknown time may hide any number.
    """
    told = runs.told(min_stop)
    most = None if runs.spans.is_dark else told.of_stays[kernel.MAY_BE_SHORT]
    return Count(told.of_stays[kernel.SHORT], told.of_chains[kernel.MINOR], most)


@dataclass(frozen=True, slots=True)
class LongTime:
    """ns of the window in stays of at least `min_stop`: by the plain reading, at least, at most; and so for short ones,
    where `bits` of other states that are not to be counted twice are left out."""

    value: int
    least: int
    most: int
    short_least: int
    short_most: int


def long_time(runs: Runs, min_stop: int, state: State, beside: int) -> LongTime:
    """Time in long and short stays of a state; `beside`: mask of a state that shares its leaf with the short ones.

    A sure run of `min_stop` lies in a long stay; a chain that can't reach it holds short ones only.
    """
    told, may, inside = runs.told(min_stop), runs.spans.may, runs.spans.inside
    sums = told.of_chains
    apart = (may & np.uint64(1 << state | beside)) == np.uint64(1 << state)
    return LongTime(
        value=told.of_stays[kernel.LONG_INSIDE],
        least=sums[kernel.LONG_TIME],
        most=sums[kernel.REACHING],
        short_least=sums[kernel.SHORT_TIME] + _either(runs.spans, told.chains, 1 << state, beside),
        short_most=int(inside[apart].sum()) - sums[kernel.LONG_TIME],
    )


def _either(spans: Spans, chains: Ints, bit: int, beside: int) -> int:
    """ns of the window that are of the state or of the one beside it, in chains that hold no long stay."""
    rows = np.flatnonzero((spans.may == np.uint64(bit | beside)) & (spans.inside > 0))
    if not beside or not len(rows):
        return 0
    chain = np.searchsorted(chains[:, kernel.START], spans.start[rows], "right") - 1
    return int(spans.inside[rows][chains[chain, kernel.REACHING] == 0].sum())
