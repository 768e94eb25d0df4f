"""Changeovers: changes of the known product, what set-up was planned for them and what it took.

A change is booked where the new product was first seen; unknown time between two products parts them without a second
change. At least: one for two sure products that differ, where every instant between them lies in the window's calendar.
At most: those that were seen and may lie here, since nothing came and went between two looks; unknown time may hide any
number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evidence_engine.kpis.losses.spans import Flags, Ints, Spans, View, spans_around
from evidence_engine.kpis.losses.stays import Count
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.states import UNKNOWN, State

_SETUP = np.uint64(1 << State.SETUP)


@dataclass(frozen=True, slots=True)
class Changeover:
    """One change of product. at: where the new one was first seen, between earliest and latest · planned: ns, None where
    none is stated · setup: ns of set-up between the producing before and after it, at least and at most."""

    at: int
    earliest: int
    latest: int
    before: str
    after: str
    planned: int | None
    setup: int
    setup_least: int
    setup_most: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Changeovers of a window and the ns planned for them; most None: not bounded · unstated: some have no plan."""

    count: Count
    value: int
    least: int
    most: int | None
    unstated: bool


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changes by the plain reading, by the rows of the segments: from the last known one to the first of the new."""

    before: Ints
    after: Ints
    earliest: Ints
    latest: Ints


def planned_in(of: AssetKnowledge, view: View) -> Planned:
    """Count and planned time of the changeovers of the window's calendar."""
    spans = spans_around(of.product, view)
    changes = _changes(spans)
    here = view.holds(spans.start[changes.after])
    plans = [_planned(of, int(spans.plain[a]), int(spans.plain[b])) for a, b in _pairs(changes, here)]
    count, least = _least(of, spans)
    most = planned_most = None
    if not spans.is_dark:
        possible = view.inside(changes.earliest, changes.latest + 1) > 0
        most = int(possible.sum())
        every = [_planned(of, int(spans.plain[a]), int(spans.plain[b])) for a, b in _pairs(changes, possible)]
        planned_most = sum(plan or 0 for plan in every)
    value = sum(plan or 0 for plan in plans)
    return Planned(Count(len(plans), count, most), value, least, planned_most, None in plans)


def _planned(of: AssetKnowledge, before: int, after: int) -> int | None:
    names = of.product.names
    seconds = of.asset.planned_setup_of(names[before], names[after])
    return None if seconds is None else seconds_to_ns(seconds)


def _pairs(changes: _Changes, chosen: Flags) -> list[tuple[int, int]]:
    return list(zip(changes.before[chosen].tolist(), changes.after[chosen].tolist(), strict=True))


def _changes(spans: Spans) -> _Changes:
    known = np.flatnonzero(spans.plain != UNKNOWN)
    at = np.flatnonzero(spans.plain[known][1:] != spans.plain[known][:-1])
    before, after = known[at], known[at + 1]
    sure = np.flatnonzero(spans.single)
    left = np.searchsorted(sure, after, "left") - 1
    right = np.searchsorted(sure, after, "left")
    earliest = np.where(left >= 0, np.append(spans.end[sure], 0)[left], spans.start[0])
    latest = np.where(right < len(sure), np.append(spans.start[sure], 0)[right], spans.end[-1])
    return _Changes(before, after, earliest, latest)


def _least(of: AssetKnowledge, spans: Spans) -> tuple[int, int]:
    """(changes that are certain, ns planned for them at least)."""
    sure = np.flatnonzero(spans.single)
    count = planned = 0
    for a, b in zip(sure[:-1].tolist(), sure[1:].tolist(), strict=True):
        if spans.may[a] == spans.may[b]:
            continue
        start, end = int(spans.end[a]), int(spans.start[b]) + 1
        if spans.view.calendar.between(max(start, spans.view.start), min(end, spans.view.end)) == end - start:
            count += 1
            planned += _least_planned(of, spans, a, b)
    return count, planned


def _least_planned(of: AssetKnowledge, spans: Spans, a: int, b: int) -> int:
    """At least the change into the last product, from whatever may have been before it."""
    first, last = int(spans.may[a]).bit_length() - 1, int(spans.may[b]).bit_length() - 1
    between = int(np.bitwise_or.reduce(spans.may[a : b + 1]))
    others = [index for index in range(between.bit_length()) if between >> index & 1 and index != last]
    return min((_planned(of, index, last) or 0 for index in others), default=_planned(of, first, last) or 0)


def changeovers_of_window(of: AssetKnowledge, view: View) -> list[Changeover]:
    """Those of the window's calendar, one by one."""
    spans = spans_around(of.product, view)
    return list(_listed(of, view, spans, _changes(spans)))


def _listed(of: AssetKnowledge, view: View, spans: Spans, changes: _Changes) -> Iterator[Changeover]:
    for row in np.flatnonzero(view.holds(spans.start[changes.after])).tolist():
        a, b = int(spans.plain[changes.before[row]]), int(spans.plain[changes.after[row]])
        at = int(spans.start[changes.after[row]])
        names = of.product.names
        edges = at, int(changes.earliest[row]), int(changes.latest[row])
        yield Changeover(*edges, names[a], names[b], _planned(of, a, b), *_setup_around(of, view, at))


def _setup_around(of: AssetKnowledge, view: View, at: int) -> tuple[int, int, int]:
    """Calendar ns of set-up from the producing before an instant to the producing after it: seen, sure, possible."""
    border, plain, may = of.state.border, of.state.plain, of.state.may
    first = last = int(np.searchsorted(border, at, "right")) - 1
    while 0 <= first < len(plain) and plain[first] != State.PRODUCING:
        first -= 1
    while 0 <= last < len(plain) and (plain[last] != State.PRODUCING or border[last] < at):
        last += 1
    rows = slice(max(first + 1, 0), max(min(last, len(plain)), 0))
    lengths = view.length(border[:-1][rows], border[1:][rows])
    seen, masks = plain[rows] == State.SETUP, may[rows]
    sure, possible = masks == _SETUP, (masks & _SETUP) != 0
    return int(lengths[seen].sum()), int(lengths[sure].sum()), int(lengths[possible].sum())
