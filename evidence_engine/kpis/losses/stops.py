"""The stop list of a window: each stay in down, idle or set-up with its beginning, end, length and reason, and the Pareto."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from evidence_engine.kernels import stays as kernel
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.losses.reasons import Reason, Reasons
from evidence_engine.kpis.losses.spans import Ints, View
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


@dataclass(frozen=True, slots=True)
class Columns:
    """All stays in down, idle or set-up that lie in the window's calendar, one state after the other.

    state[n] · rows, here: in the columns of `kernels.stays` · why[n]: which of `reasons`.
    """

    state: Ints
    rows: Ints
    here: Ints
    why: Ints
    reasons: list[Reason]

    def time_by_reason(self) -> dict[Reason, int]:
        """ns of the window; only reasons that occur."""
        times, counts = np.zeros((2, len(self.reasons)), np.int64)
        np.add.at(times, self.why, self.here[:, kernel.INSIDE])
        np.add.at(counts, self.why, 1)
        pairs = zip(self.reasons, times.tolist(), strict=True)
        return {reason: time for (reason, time), count in zip(pairs, counts.tolist(), strict=True) if count}


def columns_of(of: AssetKnowledge, known: Mapping[State, Runs]) -> Columns:
    """From the runs of the window."""
    min_stop = seconds_to_ns(of.asset.min_stop)
    told = [runs.told(min_stop).stays for runs in known.values()]
    here = np.concatenate(told)
    touches = here[:, kernel.INSIDE] > 0
    states = np.repeat([int(state) for state in known], [len(each) for each in told])[touches]
    every = zip(known.values(), told, strict=True)
    rows = np.concatenate([runs.stops.rows[each[:, kernel.ROW]] for runs, each in every])[touches]
    begin, latest, end = rows[:, kernel.START], rows[:, kernel.LATEST], rows[:, kernel.END]
    why = Reasons(of, int(begin.min(initial=LAST)), int(end.max(initial=FIRST)))
    return Columns(states, rows, here[touches], why.of_stops(begin, latest, end), why.every)


def stops_of_window(of: AssetKnowledge, view: View) -> list[Stop]:
    """All stays in down, idle or set-up that lie in the window's calendar, in order of time."""
    found = columns_of(of, {state: runs_of(of.state, state, view) for state in STOPPED})
    order = np.lexsort((found.state, found.rows[:, kernel.START])).tolist()
    least_stop = seconds_to_ns(of.asset.min_stop)
    return [_stop(found, row, view, least_stop) for row in order]


def _stop(found: Columns, row: int, view: View, least_stop: int) -> Stop:
    stay, here = found.rows[row].tolist(), found.here[row].tolist()
    start, end, first, last = (
        stay[column] for column in (kernel.START, kernel.END, kernel.CHAIN_START, kernel.CHAIN_END)
    )
    return Stop(
        state=State(int(found.state[row])),
        begin=Edge(start, _known(first), _known(stay[kernel.LATEST])),
        end=Edge(end, _known(stay[kernel.EARLIEST_END]), _known(last)),
        length=stay[kernel.LENGTH],
        least=stay[kernel.SURE_LENGTH],
        most=None if first == FIRST or last == LAST else view.calendar.between(first, last),
        inside=here[kernel.INSIDE],
        is_minor=stay[kernel.LENGTH] < least_stop,
        begins=here[kernel.LONG] + here[kernel.SHORT] > 0,
        reason=found.reasons[int(found.why[row])],
    )


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
