"""The facts of a series over time: which connection it hangs on, its resolution, time error and hold (D8, D29, D31)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches, joined
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts, seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant

DEFAULT_HOLD = seconds_to_ns(600.0)
"""`max_hold` where nothing is stated: twice the default keyframe (D5)."""


@dataclass(frozen=True, slots=True)
class Regime:
    """What holds for a series from `start` on until its next regime; lengths in ns.

    connection: None where it hangs on none · resolution: r, `max_hold` where it is not stated (D29) · error: e ·
    hold: how long a value without a link is known (D5) · facts: as they were stated ·
    protocol: of the connection.
    """

    start: int
    connection: str | None
    resolution: int
    error: int
    hold: int
    facts: SeriesFacts
    protocol: str = ""

    @property
    def stated(self) -> bool:
        """Whether somebody stated the resolution."""
        return self.facts.resolution is not None

    def same_as(self, other: "Regime") -> bool:
        """Nothing but the start differs."""
        mine, theirs = (
            (r.connection, r.resolution, r.error, r.hold, r.facts, r.protocol) for r in (self, other)
        )
        return mine == theirs


def regimes_of(history: History, plant: Plant, series: str) -> list[Regime]:
    """The regimes of a series, ascending, the first from the beginning of time; what is announced wins (D8).

    A newer announcement of its connection that leaves the series out takes it off that link.
    """
    return history.once(("regimes", series), lambda: _regimes(history, plant, series), plant)


def _regimes(history: History, plant: Plant, series: str) -> list[Regime]:
    found = [_written(plant, series)]
    for start, facts in _announced(history, series):
        if series in facts.series:
            regime = _regime(start, facts, facts.series[series])
        elif found[-1].connection == facts.connection:
            regime = replace(found[-1], start=start, connection=None, protocol="")
        else:
            continue
        if not regime.same_as(found[-1]):
            found.append(regime)
    return found


def connections_of(history: History, plant: Plant, series: Iterable[str]) -> dict[str, Stretches]:
    """Per connection that any of these series ever hung on, the time in which one did (D24: all links of an asset).

    The times reach from FIRST to LAST where nothing says otherwise.
    """
    found: dict[str, set[tuple[int, int]]] = {}  # most series of a connection hang on it throughout
    for name in series:
        regimes = regimes_of(history, plant, name)
        ends = [regime.start for regime in regimes[1:]] + [LAST]
        for regime, end in zip(regimes, ends, strict=True):
            if regime.connection is not None:
                found.setdefault(regime.connection, set()).add((regime.start, end))
    return {name: joined(np.array([*spans], np.int64)) for name, spans in found.items()}


def series_of_connections(history: History, plant: Plant) -> dict[str, set[str]]:
    """Per connection that anybody named, the series that ever hung on it."""
    return history.once("series of connections", lambda: _series_of_connections(history, plant), plant)


def _series_of_connections(history: History, plant: Plant) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set(facts.series) for name, facts in plant.connections.items()}
    for name, rows in history.facts.items():
        for _, facts in rows:
            found.setdefault(name, set()).update(facts.series)
    return found


_Announcements = list[tuple[int, ConnectionFacts]]


def _announced(history: History, series: str) -> _Announcements:
    """What its connections announced; of those that never name it, nothing."""
    by_series = history.once("announcements", lambda: _by_series(history))
    rows = [row for rows in by_series.get(series, ()) for row in rows]
    return sorted(rows, key=lambda row: (row[0], row[1].connection))


def _by_series(history: History) -> dict[str, list[_Announcements]]:
    """Of each series, all announcements of each connection that ever named it, in order of time."""
    found: dict[str, list[_Announcements]] = {}
    for announced in history.facts.values():
        rows = sorted(announced, key=lambda row: row[0])
        for series in dict.fromkeys(name for _, facts in rows for name in facts.series):
            found.setdefault(series, []).append(rows)
    return found


def _written(plant: Plant, series: str) -> Regime:
    """What the plant file says, for imported history."""
    for facts in plant.connections.values():
        if series in facts.series:
            return _regime(FIRST, facts, facts.series[series])
    stated = plant.series.get(series, SeriesFacts())
    return Regime(FIRST, None, *_lengths(stated, DEFAULT_HOLD), stated)


def _regime(start: int, connection: ConnectionFacts, stated: SeriesFacts) -> Regime:
    return Regime(
        start, connection.connection, *_lengths(stated, connection.hold_ns), stated, connection.protocol
    )


def _lengths(stated: SeriesFacts, max_hold: int) -> tuple[int, int, int]:
    """Resolution, error, hold in ns: a stated r > 0 that is shorter than `max_hold` is the hold (D5)."""
    resolution = max_hold if stated.resolution is None else seconds_to_ns(stated.resolution)
    hold = min(max_hold, resolution) if resolution > 0 else max_hold
    return resolution, seconds_to_ns(stated.time_error), hold
