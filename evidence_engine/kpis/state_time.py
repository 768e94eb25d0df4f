"""Time of an asset by what it may have been doing: for shares that ask for other sets of states than OEE does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from evidence_engine.kernels.state_time import time_of
from evidence_engine.kernels.stays import Line
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches
from evidence_engine.vocabulary.states import UNKNOWN, State

PRODUCING = frozenset({State.PRODUCING})
SETUP = frozenset({State.SETUP})
PLANNED = frozenset({State.PLANNED_STOP})
OFF = frozenset({State.OFF})
OPERATING = PRODUCING | SETUP
DELAY = frozenset({State.IDLE, State.DOWN, State.OFF})
"""Neither of use nor planned: ADET inside an order."""


@dataclass(frozen=True, slots=True)
class StateTime:
    """ns of some stretches. plain: per state of the plain reading, -1 for unknown · masks: per set of states that may hold."""

    plain: Mapping[int, int]
    masks: Mapping[int, int]

    @property
    def unknown(self) -> int:
        """ns in which the plain reading does not know the state."""
        return self.plain.get(UNKNOWN, 0)

    @property
    def known(self) -> int:
        """ns in which it does."""
        return self.whole - self.unknown

    @property
    def whole(self) -> int:
        """ns of all of it."""
        return sum(self.plain.values())

    def seen(self, states: Iterable[State]) -> int:
        """ns in one of these by the plain reading."""
        return sum(self.plain.get(state, 0) for state in states)

    def sure(self, states: Iterable[State]) -> int:
        """ns in which nothing but these may hold."""
        bits = _bits(states)
        return sum(ns for mask, ns in self.masks.items() if not mask & ~bits)

    def may(self, states: Iterable[State], apart: Iterable[State] = ()) -> int:
        """ns in which one of these may hold, and none of `apart`."""
        bits, others = _bits(states), _bits(apart)
        return sum(ns for mask, ns in self.masks.items() if mask & bits and not mask & others)


def _bits(states: Iterable[State]) -> int:
    return sum(1 << state for state in states)


def state_time(state: Held, stretches: Stretches) -> StateTime:
    """What is known of a state over these stretches."""
    return time_along(line_of(state), stretches)


def time_along(line: Line, stretches: Stretches) -> StateTime:
    """The same of a state as loops take it."""
    seen, masks = time_of(line, stretches)
    plain = {value - 1: ns for value, ns in enumerate(seen.tolist()) if ns}
    return StateTime(plain, {mask: ns for mask, ns in enumerate(masks.tolist()) if ns})


def line_of(held: Held) -> Line:
    """A held value over all time, as loops take it."""
    border = held.border if len(held.border) else np.zeros(1, np.int64)
    plain = np.full(len(border) + 1, UNKNOWN, np.int16)
    may = np.full(len(border) + 1, held.full, np.int64)
    plain[1:-1], may[1:-1] = held.plain, held.may
    return Line(np.concatenate([[FIRST], border, [LAST]]), plain, may)
