"""The stop list of a window: each stay in down, idle or set-up with its beginning, end, length and reason, and the Pareto."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.losses.reasons import Reason, Reasons
from evidence_engine.kpis.losses.spans import View
from evidence_engine.kpis.losses.stays import Runs, runs_of
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.states import State

STOPPED = (State.DOWN, State.IDLE, State.SETUP)


@dataclass(frozen=True, slots=True)
class Edge:
    """An instant by the plain reading, and between which it lies; None: before or after all that is known."""

    at: int
    earliest: int | None
    latest: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    """One stay. length, least, most: calendar ns of the state in it, most None where it may go on for ever ·
    inside, sure_inside: of these in the window · is_minor: too short for a stop · begins: here, so it is counted here."""

    state: State
    begin: Edge
    end: Edge
    length: int
    least: int
    most: int | None
    inside: int
    is_minor: bool
    begins: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason of the Pareto: how many stops touch the window, and their ns in it."""

    reason: Reason
    count: int
    time: int


def stops_of_window(of: AssetKnowledge, view: View, known: Mapping[State, Runs] | None = None) -> list[Stop]:
    """All stays in down, idle or set-up that lie in the window's calendar, in order of time; `known`: runs at hand."""
    runs = known or {state: runs_of(of.state, state, view) for state in STOPPED}
    edges = [edge for one in runs.values() for edge in (one.stays.start, one.stays.end, one.stays.latest)]
    instants = np.concatenate(edges)
    instants = instants[(instants > FIRST) & (instants < LAST)]
    if not len(instants):
        return []
    why = Reasons(of, int(instants.min()), int(instants.max()))
    found = [stop for state, one in runs.items() for stop in _of_state(of, one, state, why)]
    return sorted(found, key=lambda stop: (stop.begin.at, stop.state))


def _of_state(of: AssetKnowledge, runs: Runs, state: State, why: Reasons) -> Iterator[Stop]:
    stays, view = runs.stays, runs.view
    begins = view.holds(stays.start)
    least_stop = seconds_to_ns(of.asset.min_stop)
    for row in np.flatnonzero(stays.inside > 0).tolist():
        start, end, latest = int(stays.start[row]), int(stays.end[row]), int(stays.latest[row])
        first, last = _chain(runs, int(stays.chain[row]))
        length = int(stays.length[row])
        yield Stop(
            state=state,
            begin=Edge(start, _known(first), _known(latest)),
            end=Edge(end, _end_earliest(runs, start, end), _known(last)),
            length=length,
            least=int(stays.sure[row]),
            most=None if first == FIRST or last == LAST else view.calendar.between(first, last),
            inside=int(stays.inside[row]),
            is_minor=length < least_stop,
            begins=bool(begins[row]),
            reason=why.of_stop(start, latest, end),
        )


def _chain(runs: Runs, chain: int) -> tuple[int, int]:
    row = int(np.searchsorted(runs.parts.chain, chain))
    return int(runs.parts.chain_start[row]), int(runs.parts.chain_end[row])


def _end_earliest(runs: Runs, start: int, end: int) -> int | None:
    """Where its last sure run ends; its own beginning where it has none."""
    parts = runs.parts
    rows = np.flatnonzero(parts.sure & (parts.start < end) & (parts.end > start))
    return _known(int(parts.end[rows[-1]])) if len(rows) else start


def _known(instant: int) -> int | None:
    return None if instant in (FIRST, LAST) else instant


def pareto(stops: Iterable[Stop]) -> list[Bar]:
    """By reason, the one that took most first; those that nobody and nothing told are one of them."""
    found: dict[Reason, tuple[int, int]] = {}
    for stop in stops:
        count, time = found.get(stop.reason, (0, 0))
        found[stop.reason] = count + 1, time + stop.inside
    bars = [Bar(reason, count, time) for reason, (count, time) in found.items()]
    return sorted(bars, key=lambda bar: (-bar.time, bar.reason))
