"""Stays in one state around a window, and the chains of time in which it may hold: how many stops, and how long (D34).

By the plain reading a stay goes on over unknown time to the next segment of the same state. Bounds stand on chains, as
in `failures`: a chain is maximal time in which the state may hold, made of sure runs and unsure parts; a stay holds a
sure run whole or lies within one part.
"""

from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.losses.spans import Flags, Ints, Spans, View, spans_around
from evidence_engine.vocabulary.states import UNKNOWN, State


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays by the plain reading, ascending. All int64[n]: length, sure: calendar ns of the state in it, of them surely ·
    inside: ns in the window · chain: the chain it lies in · latest: the instant by which it has surely begun."""

    start: Ints
    end: Ints
    length: Ints
    inside: Ints
    sure: Ints
    chain: Ints
    latest: Ints


@dataclass(frozen=True, slots=True)
class Parts:
    """Sure runs and unsure parts of all chains, ascending; chain_start, chain_end: of the chain of each."""

    start: Ints
    end: Ints
    sure: Flags
    chain: Ints
    chain_start: Ints
    chain_end: Ints


@dataclass(frozen=True, slots=True)
class Runs:
    """What a window needs of one state."""

    view: View
    spans: Spans
    stays: Stays
    parts: Parts


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
    """The stays and chains that touch the window, whole."""
    spans = spans_around(held, view, 1 << state)
    can = (spans.may & np.uint64(1 << state)) != 0
    parts = _parts(spans, can, can & spans.single)
    return Runs(view, spans, _stays(spans, state, can), parts)


def _edges(new: Flags) -> tuple[Ints, Ints]:
    """First and last row of each run that begins where `new` says."""
    first = np.flatnonzero(new)
    return first, np.append(first[1:], len(new))[: len(first)] - 1


def _parts(spans: Spans, can: Flags, sure: Flags) -> Parts:
    rows = np.flatnonzero(can)
    fresh = np.append(True, np.diff(rows) > 1)[: len(rows)]
    new = fresh | np.append(True, sure[rows][1:] != sure[rows][:-1])[: len(rows)]
    first, last = _edges(new)
    chain = (np.cumsum(fresh) - 1)[first]
    begin, stop = _edges(fresh)
    start, end = spans.start[rows], spans.end[rows]
    return Parts(start[first], end[last], sure[rows][first], chain, start[begin][chain], end[stop][chain])


def _stays(spans: Spans, state: State, can: Flags) -> Stays:
    known = np.flatnonzero(spans.plain != UNKNOWN)
    held = spans.plain[known] == state
    new = np.append(True, held[1:] != held[:-1])[: len(known)]
    first, last = _edges(new)
    chosen = held[first]
    first, last = known[first[chosen]], known[last[chosen]]
    is_state = spans.plain == state
    chain = np.cumsum(can & ~np.append(False, can[:-1])[: len(can)]) - 1
    _, chain_stop = _edges(np.append(True, np.diff(chain[can]) > 0)[: int(can.sum())])
    return Stays(
        start=spans.start[first],
        end=spans.end[last],
        length=_sums(np.where(is_state, spans.length, 0), first, last),
        inside=_sums(np.where(is_state, spans.inside, 0), first, last),
        sure=_sums(np.where(is_state & spans.single, spans.length, 0), first, last),
        chain=chain[first],
        latest=_latest(spans, is_state & spans.single, first, last, spans.end[can][chain_stop][chain[first]]),
    )


def _sums(amount: Ints, first: Ints, last: Ints) -> Ints:
    total = np.append(0, np.cumsum(amount))
    return np.asarray(total[last + 1] - total[first], np.int64)


def _latest(spans: Spans, sure: Flags, first: Ints, last: Ints, otherwise: Ints) -> Ints:
    """Where the first sure segment of each stay begins, else the end of its chain."""
    rows = np.flatnonzero(sure)
    at = np.searchsorted(rows, first)
    found = np.append(rows, len(sure))[at]
    inner = found <= last
    return np.where(inner, np.append(spans.start, LAST)[np.where(inner, found, 0)], otherwise)


def _reaches(view: View, start: Ints, end: Ints, least: int) -> Flags:
    """Which [start, end) may be as long as `least`."""
    return np.asarray((start == FIRST) | (end == LAST) | (view.length(start, end) >= least))


def count_long(runs: Runs, min_stop: int) -> Count:
    """Stays of at least `min_stop` that begin in the window's calendar."""
    view, stays = runs.view, runs.stays
    value = int(((stays.length >= min_stop) & view.holds(stays.start)).sum())
    return Count(value, *_long_bounds(runs, min_stop))


def _long_bounds(runs: Runs, min_stop: int) -> tuple[int, int]:
    """As `failures` counts them: at least one per chain with a long run that surely begins here, at most all that fit,
    into each part and into the time of the chain."""
    view, parts = runs.view, runs.parts
    if not len(parts.start):
        return 0, 0
    inside = view.inside(parts.start, parts.end)
    reaches = _reaches(view, parts.chain_start, parts.chain_end, min_stop)
    goes_on = (parts.end > view.end) & (inside > 0) & _reaches(view, parts.start, parts.end, min_stop)
    beginning = view.inside(_before(parts), parts.start + 1)
    most = np.where(parts.sure, reaches & (beginning > 0), inside // min_stop + goes_on)
    is_certain = _so_far(parts, parts.sure & (beginning != parts.start + 1 - _before(parts))) == 0
    is_long = parts.sure & is_certain & (view.length(parts.start, parts.end) >= min_stop) & (inside > 0)
    may_count = _so_far(parts, np.where(parts.sure, beginning > 0, inside > 0)) > 0
    time = _by_chain(parts, np.where(~parts.sure | (may_count & reaches), inside, 0))
    fits = np.where(_of_chains(parts, parts.chain_end) <= view.end, time // min_stop, LAST)
    return len(np.unique(parts.chain[is_long])), int(np.minimum(_by_chain(parts, most), fits).sum())


def _before(parts: Parts) -> Ints:
    """From when on the stay of each part may have begun: that of an unsure part before it in its chain."""
    follows = np.append(False, parts.chain[1:] == parts.chain[:-1])
    return np.where(follows, np.append(0, parts.start[:-1]), parts.start)


def _so_far(parts: Parts, flags: Flags) -> Ints:
    """How many flags are set in the chain of each part, up to it."""
    total = np.cumsum(flags)
    first = np.append(True, parts.chain[1:] != parts.chain[:-1])
    return np.asarray(total - np.append(0, total)[np.flatnonzero(first)][parts.chain], np.int64)


def _by_chain(parts: Parts, amount: Ints) -> Ints:
    """Sums of the parts of each chain."""
    found = np.zeros(int(parts.chain[-1]) + 1, np.int64)
    np.add.at(found, parts.chain, amount)
    return found


def count_minor(runs: Runs, min_stop: int) -> Count:
    """Stays shorter than `min_stop` that begin in the window's calendar.

    least: one per chain too short for more, with a sure run and every possible beginning here. most: where all of the
    window is known, as many as were seen that may be so short and may begin here, since nothing came and went between
    two looks; None where unknown time may hide any number.
    """
    view, stays, parts = runs.view, runs.stays, runs.parts
    value = int(((stays.length < min_stop) & view.holds(stays.start)).sum())
    short = ~_reaches(view, parts.chain_start, parts.chain_end, min_stop)
    begins = view.inside(parts.chain_start, parts.start + 1) == parts.start + 1 - parts.chain_start
    first = np.append(True, parts.chain[1:] != parts.chain[:-1])[: len(parts.chain)]
    second = np.append(False, first[:-1])[: len(first)] & ~first
    least = len(np.unique(parts.chain[(first | second) & parts.sure & short & begins]))
    if runs.spans.inside[runs.spans.dark].any():
        return Count(value, least, None)
    chain_start = _of_chains(parts, parts.chain_start)[stays.chain]
    possible = (stays.sure < min_stop) & (
        view.inside(chain_start, np.maximum(stays.latest, chain_start) + 1) > 0
    )
    return Count(value, least, int(possible.sum()))


def _of_chains(parts: Parts, of_part: Ints) -> Ints:
    """One value per chain from one per part."""
    _, rows = np.unique(parts.chain, return_index=True)
    return of_part[rows]


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
    view, stays, spans = runs.view, runs.stays, runs.spans
    bit = np.uint64(1 << state)
    can = (spans.may & bit) != 0
    long_run = _marked(runs, runs.parts.sure & (view.length(runs.parts.start, runs.parts.end) >= min_stop))
    long_chain = _marked(runs, _reaches(view, runs.parts.chain_start, runs.parts.chain_end, min_stop))
    only = (spans.may & ~np.uint64(1 << state | beside)) == 0
    other = (spans.may & np.uint64(beside)) != 0
    return LongTime(
        value=int(stays.inside[stays.length >= min_stop].sum()),
        least=int(spans.inside[long_run].sum()),
        most=int(spans.inside[can & long_chain].sum()),
        short_least=int(spans.inside[can & only & ~long_chain].sum()),
        short_most=int(spans.inside[can & ~long_run & ~other].sum()),
    )


def _marked(runs: Runs, chosen: Flags) -> Flags:
    """The segments that lie in one of the chosen parts."""
    spans, parts = runs.spans, runs.parts
    if not len(parts.start):
        return np.zeros(len(spans.start), np.bool_)
    at = np.searchsorted(parts.start, spans.start, "right") - 1
    return np.asarray((at >= 0) & (spans.start < parts.end[at]) & chosen[at])
