"""What is known over time, cut to the axis of a page: states per machine, links, power, pieces.

The engine's knowledge room answers what is known when; here its answers become stretches to draw. A page looks at
a few hours or days, so the history is cut to the axis and a margin around it (D4: nothing needs a longer look back).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.counters import steps_of
from evidence_engine.knowledge.held import state_of
from evidence_engine.knowledge.limits import limit_of
from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.numbers import numbers_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import ROLES
from evidence_engine.vocabulary.states import STATE_WORDS
from evidence_engine.vocabulary.working_time import working_time

Spans = list[tuple[int, int]]

MARGIN = HOUR
"""How far around the axis the history is read: more than two keyframes and any `max_hold` by default (D7)."""

COLUMNS = 700
"""A lane is drawn in at most so many columns."""

SLOTS = 48
"""Pieces are counted in so many columns of the axis."""

UNKNOWN_WORD = "unknown"
_ALL_WORDS = (*STATE_WORDS, UNKNOWN_WORD)
_SHOW_FIRST = np.array([1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 2.0])
"""Weight of a state in a column that holds several: a short stop or gap must not vanish."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Stretches by state word over the axis [start, end), ascending."""

    start: int
    end: int
    by_state: Mapping[str, Spans]

    def share(self, instant: int) -> float:
        """Where an instant lies on the axis, 0 to 1."""
        return min(max((instant - self.start) / (self.end - self.start), 0.0), 1.0)

    def total(self, word: str) -> int:
        """ns in a state."""
        return sum(b - a for a, b in self.by_state.get(word, ()))

    def last(self) -> tuple[str, int, int] | None:
        """(word, start, end) of the last stretch; None where there is none."""
        ends = [(spans[-1][1], word, spans[-1][0]) for word, spans in self.by_state.items() if spans]
        return (max(ends)[1], max(ends)[2], max(ends)[0]) if ends else None


@dataclass(frozen=True, slots=True)
class Line:
    """A measurement over the axis in columns: NaN where nothing is known."""

    at: NDArray[np.int64]
    value: NDArray[np.float64]

    @property
    def last(self) -> float | None:
        """The value at the end, None where it is not known."""
        return None if not len(self.value) or np.isnan(self.value[-1]) else float(self.value[-1])


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces per column of the axis; bridged: those of no known moment · dark: where the counter is not known."""

    seen: NDArray[np.int64]
    bridged: int
    dark: Spans


def cut(history: History, start: int, end: int) -> History:
    """The history around [start, end): every series cut, facts and plan whole."""
    series = {name: s.between(start - MARGIN, end + MARGIN) for name, s in history.series.items()}
    return History(series, history.facts, history.plan, history.snapshot)


def calendar_spans(plant: Plant, asset: str, start: int, end: int) -> Spans:
    """The calendar time of an asset on the axis (D9); all of it where the asset has no calendar."""
    found = working_time(plant, plant.assets[asset], start, end)
    return [(int(a), int(b)) for a, b in found.stretches] if found.stated else [(start, end)]


def state_bars(history: History, plant: Plant, asset: str, axis: tuple[int, int], until: int) -> Bars:
    """An asset's states by the plain reading from the axis' start to `until`; the rest of that is unknown."""
    start, end = axis
    stop = min(max(until, start), end)
    held = state_of(history, plant, asset)
    border, code = _clip(held.border, held.plain, start, stop)
    words = [UNKNOWN_WORD if c < 0 else held.names[c] for c in code]
    return Bars(start, end, _grouped(border, words))


def _clip(
    border: NDArray[np.int64], plain: NDArray[np.int16], start: int, stop: int
) -> tuple[NDArray[np.int64], list[int]]:
    """Borders and codes of [start, stop), unknown (−1) where the knowledge does not reach."""
    if stop <= start:
        return np.empty(0, np.int64), []
    inner = border[(border > start) & (border < stop)]
    borders = np.concatenate([[start], inner, [stop]]).astype(np.int64)
    if not len(plain):
        return borders, [-1] * (len(borders) - 1)
    place = np.searchsorted(border, borders[:-1], side="right") - 1
    inside = (place >= 0) & (place < len(plain))
    codes = np.where(inside, plain[np.clip(place, 0, len(plain) - 1)], -1)
    return borders, [int(c) for c in codes]


def _grouped(border: NDArray[np.int64], words: list[str]) -> dict[str, Spans]:
    """Stretches by word, equal neighbours joined."""
    found: dict[str, Spans] = {}
    for word, a, b in zip(words, border[:-1].tolist(), border[1:].tolist(), strict=True):
        spans = found.setdefault(word, [])
        if spans and spans[-1][1] == a:
            spans[-1] = (spans[-1][0], b)
        else:
            spans.append((a, b))
    return found


def within(bars: Bars, spans: Spans) -> Bars:
    """The bars inside spans only: a lane is blank outside the calendar."""
    kept = {word: _intersect(mine, spans) for word, mine in bars.by_state.items()}
    return Bars(bars.start, bars.end, {word: mine for word, mine in kept.items() if mine})


def _intersect(mine: Spans, spans: Spans) -> Spans:
    found: Spans = []
    j = 0
    for a, b in mine:
        while j and spans[j - 1][1] > a:
            j -= 1
        while j < len(spans) and spans[j][0] < b:
            low, high = max(a, spans[j][0]), min(b, spans[j][1])
            if low < high:
                found.append((low, high))
            j += 1
    return found


def coarse(bars: Bars) -> Bars:
    """The same bars in at most COLUMNS columns, each showing what filled it most, stops and gaps first."""
    count = sum(len(spans) for spans in bars.by_state.values())
    if count <= COLUMNS:
        return bars
    edges = np.linspace(bars.start, bars.end, COLUMNS + 1).astype(np.int64)
    filled = np.stack([_filled(bars.by_state.get(word, []), edges) for word in _ALL_WORDS])
    best = (filled * _SHOW_FIRST[:, None]).argmax(axis=0)
    words = [_ALL_WORDS[k] if filled[k, i] > 0 else "" for i, k in enumerate(best)]
    grouped = _grouped(edges, words)
    grouped.pop("", None)
    return Bars(bars.start, bars.end, grouped)


def _filled(spans: Spans, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """ns of the spans in each column."""
    if not spans:
        return np.zeros(len(edges) - 1)
    starts, ends = np.array(spans, np.int64).T
    done = np.concatenate([[0], np.cumsum(ends - starts)])
    begun = np.searchsorted(starts, edges, side="right")
    last = np.maximum(begun - 1, 0)
    before = np.where(begun > 0, done[last] + np.minimum(edges, ends[last]) - starts[last], 0)
    return np.diff(before).astype(np.float64)


def connections_of(history: History, plant: Plant, asset: str) -> list[str]:
    """The connections that series of an asset hang on, announced facts first."""
    found: dict[str, None] = {}
    for name, announced in history.facts.items():
        if any(_owns(facts.series, asset) for _, facts in announced):
            found[name] = None
    for name, facts in plant.connections.items():
        if _owns(facts.series, asset):
            found.setdefault(name)
    return list(found)


def _owns(series: Iterable[str], asset: str) -> bool:
    return any(name.startswith(f"{asset}/") for name in series)


def link_bars(history: History, plant: Plant, connection: str, axis: tuple[int, int], until: int) -> Bars:
    """A link over the axis: `up`, `down`, and unknown for what is neither (D2)."""
    start, end = axis
    stop = min(max(until, start), end)
    link = link_of(history, connection, plant)
    up = _rows(link.up, start, stop)
    down = _rows(link.down, start, stop)
    taken = sorted(up + down)
    rest: Spans = []
    at = start
    for a, b in [*taken, (stop, stop)]:
        if a > at:
            rest.append((at, a))
        at = max(at, b)
    return Bars(start, end, {"up": up, "down": down, UNKNOWN_WORD: rest})


def _rows(stretches: NDArray[np.int64], start: int, stop: int) -> Spans:
    clipped = ((max(int(a), start), min(int(b), stop)) for a, b in stretches)
    return [(a, b) for a, b in clipped if a < b]


def power_line(history: History, plant: Plant, asset: str, axis: tuple[int, int], until: int) -> Line:
    """Active power in kW, by the plain reading at each column's middle; NaN where unknown."""
    start, end = axis
    stop = min(max(until, start), end)
    numbers = numbers_of(history, plant, asset, "power_active")
    at = np.linspace(start, stop, COLUMNS // 2, endpoint=False).astype(np.int64)
    if not len(numbers.plain):
        return Line(at, np.full(len(at), np.nan))
    place = np.searchsorted(numbers.border, at, side="right") - 1
    inside = (place >= 0) & (place < len(numbers.plain))
    place = np.clip(place, 0, len(numbers.plain) - 1)
    quantum = ROLES["power_active"].quantum or 1.0
    value = np.where(inside & numbers.known[place], numbers.plain[place] * quantum, np.nan)
    return Line(at, value)


def piece_columns(
    history: History, plant: Plant, asset: str, role: str, axis: tuple[int, int], until: int
) -> Pieces:
    """The counter's steps over the axis, as the engine judges them (D10, D11)."""
    steps = steps_of(history, plant, asset, role, *limit_of(plant, asset, role))
    edges = np.linspace(axis[0], axis[1], SLOTS + 1).astype(np.int64)
    place = np.searchsorted(edges, steps.t2, side="left") - 1
    inside = (place >= 0) & (place < SLOTS)
    seen = np.zeros(SLOTS, np.int64)
    np.add.at(seen, place[inside & steps.seen], steps.amount[inside & steps.seen])
    border, known = _clip(steps.border, np.where(steps.known, 0, -1).astype(np.int16), axis[0], until)
    words = [UNKNOWN_WORD if k < 0 else "" for k in known]
    return Pieces(
        seen, int(steps.amount[inside & ~steps.seen].sum()), _grouped(border, words).get(UNKNOWN_WORD, [])
    )


def has_series(history: History, asset: str, role: str) -> bool:
    """Whether anything was ever collected for it."""
    return len(history.of(f"{asset}/{role}")) > 0
