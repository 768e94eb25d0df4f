"""The part of a held value that a window needs: its segments, as far as what may hold at the edges goes on (D7)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.states import UNKNOWN

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class View:
    """A window on a calendar: all lengths are calendar time, ns."""

    calendar: CalendarTime
    start: int
    end: int

    def length(self, start: Ints, end: Ints) -> Ints:
        """Of each [start, end)."""
        return self.calendar.to_x(end) - self.calendar.to_x(start)

    def inside(self, start: Ints, end: Ints) -> Ints:
        """Of the part of each [start, end) in the window."""
        first, last = np.clip(start, self.start, self.end), np.clip(end, self.start, self.end)
        return self.length(first, last)

    def holds(self, instants: Ints) -> Flags:
        """Which instants lie in window and calendar."""
        return self.inside(instants, instants + 1) > 0

    @property
    def whole(self) -> int:
        """Calendar time of the window."""
        return self.calendar.between(self.start, self.end)


@dataclass(frozen=True)
class Spans:
    """Segments [start[i], end[i]) without a gap, from before the window to after it; plain, may and full as in Held."""

    view: View
    start: Ints
    end: Ints
    plain: NDArray[np.int16]
    may: NDArray[np.uint64]
    full: int

    @cached_property
    def inside(self) -> Ints:
        """ns of each segment in the window's calendar."""
        border = np.append(self.start, self.end[-1])
        x = self.view.calendar.to_x(np.minimum(np.maximum(border, self.view.start), self.view.end))
        return np.asarray(x[1:] - x[:-1])

    @cached_property
    def single(self) -> Flags:
        """Segments in which one value is sure."""
        return np.asarray((self.may & (self.may - np.uint64(1))) == 0)

    @cached_property
    def dark(self) -> Flags:
        """Segments in which nothing is known, with the margins of knowledge (D5); a change between two looks is none."""
        full = self.may == np.uint64(self.full)
        unknown = full & (self.plain == UNKNOWN)
        run = np.cumsum(np.append(True, full[1:] != full[:-1]))
        is_dark = np.zeros(run[-1] + 1, np.bool_)
        is_dark[run[unknown]] = True
        return np.asarray(full & is_dark[run])

    @cached_property
    def is_dark(self) -> bool:
        """Whether any of the window is."""
        return bool(self.inside[self.dark].any())

    def sure(self, bits: int) -> int:
        """ns of the window in which nothing but these may hold."""
        return int(self.inside[(self.may & ~np.uint64(bits)) == 0].sum())

    def possible(self, bits: int) -> int:
        """ns of the window in which one of these may hold."""
        return int(self.inside[(self.may & np.uint64(bits)) != 0].sum())


def spans_around(held: Held, view: View, bits: int = 0, before: int = 0) -> Spans:
    """The window's segments and `before` ns more, from and to where none of `bits` may hold and one value is sure."""
    count = len(held.plain)
    if not count:
        alone = np.array([FIRST], np.int64), np.array([LAST], np.int64)
        return Spans(view, *alone, np.array([UNKNOWN], np.int16), np.array([held.full], np.uint64), held.full)
    first = int(np.searchsorted(held.border, view.start - before, "right")) - 1
    last = int(np.searchsorted(held.border, view.end, "left")) - 1
    while first >= 0 and (first >= count or _goes_on(int(held.may[first]), bits)):
        first -= 1
    while last < count and (last < 0 or _goes_on(int(held.may[last]), bits)):
        last += 1
    border = np.concatenate([[FIRST], held.border, [LAST]])[first + 1 : last + 3]
    chosen = slice(max(first, 0), min(last + 1, count))
    plain = np.concatenate([[UNKNOWN] * int(first < 0), held.plain[chosen], [UNKNOWN] * int(last >= count)])
    may = np.concatenate(
        [
            np.full(int(first < 0), held.full, np.uint64),
            held.may[chosen],
            np.full(int(last >= count), held.full, np.uint64),
        ]
    )
    return Spans(view, border[:-1], border[1:], plain.astype(np.int16), may, held.full)


def _goes_on(mask: int, bits: int) -> bool:
    return bool(mask & bits) or bool(mask & (mask - 1))
