"""Calendar time laid end to end, with what is known of an asset in each piece of it: sums for any window in O(log n).

Inside, time is `x`: nanoseconds of calendar time since the span began, so that off-shift time is no gap (D21).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stretches as kernel
from evidence_engine.kernels import timeline as laid
from evidence_engine.knowledge.stretches import NEVER, Stretches, in_a_row, joined

Flags = NDArray[np.bool_]
Instants = NDArray[np.int64]
Cells = NDArray[np.int64]


@dataclass(frozen=True)
class CalendarTime:
    """C of an asset over a span: disjoint stretches (int64[n, 2]) that do not touch, and x at each one's start.

    stated: whether the plant file has a calendar for it at all (D9).
    """

    stretches: Stretches
    x: Instants
    stated: bool = True

    @cached_property
    def starts(self) -> list[int]:
        """Of the stretches, as `ends` and `xs`: for one instant at a time."""
        found: list[int] = self.stretches[:, 0].tolist()
        return found

    @cached_property
    def ends(self) -> list[int]:
        """Of the stretches."""
        found: list[int] = self.stretches[:, 1].tolist()
        return found

    @cached_property
    def xs(self) -> list[int]:
        """x at each start."""
        found: list[int] = self.x.tolist()
        return found

    def to_x(self, instants: Instants) -> Instants:
        """Calendar ns before each instant."""
        return kernel.to_x(self.stretches, self.x, in_a_row(instants))

    def from_x(self, x: Instants) -> Instants:
        """The instants at which each x is reached."""
        if not len(self.stretches):
            return np.zeros(len(x), np.int64)
        at = np.maximum(np.searchsorted(self.x, x, "right") - 1, 0)
        found: Instants = self.stretches[at, 0] + x - self.x[at]
        return found

    def x_at(self, instant: int) -> int:
        """Calendar ns before one instant."""
        at = bisect_right(self.starts, instant) - 1
        return 0 if at < 0 else self.xs[at] + min(instant, self.ends[at]) - self.starts[at]

    def between(self, start: int, end: int) -> int:
        """Calendar ns in [start, end)."""
        return self.x_at(end) - self.x_at(start)

    def stretches_in(self, start: int, end: int) -> int:
        """How many stretches share time with [start, end)."""
        return max(0, bisect_left(self.starts, end) - bisect_right(self.ends, start))

    def holding(self, start: Instants, end: Instants) -> Flags:
        """Which [start, end) lie wholly in one stretch."""
        return kernel.holding(self.stretches, in_a_row(start), in_a_row(end))


def calendar_of(stretches: Stretches, *, stated: bool = True) -> CalendarTime:
    """Any stretches, touching ones merged."""
    merged = joined(stretches)
    return CalendarTime(merged, kernel.lengths_before(merged), stated)


@dataclass(frozen=True, slots=True)
class Sums:
    """Running totals of calendar time by what holds in it: cells in x, sums before some of them, names of their bits."""

    cells: NDArray[np.int64]
    before: NDArray[np.int64]
    rows: Mapping[str, int]

    def upto(self, x: Instants, names: Iterable[str]) -> NDArray[np.int64]:
        """Time of the kinds `names` before each x: int64[len(names), m]."""
        rows = np.array([self.rows[name] for name in names], np.int64)
        return laid.upto(self.cells, self.before, rows, in_a_row(x))

    def between(self, first: int, last: int) -> dict[str, int]:
        """Time of each kind in [first, last) of x."""
        both = self.upto(np.array([first, last], np.int64), self.rows)
        return dict(zip(self.rows, (both[:, 1] - both[:, 0]).tolist(), strict=True))

    def each(self, first: Instants, last: Instants, names: Sequence[str]) -> NDArray[np.int64]:
        """Time of the kinds `names` in every [first, last) of x: int64[len(names), m]."""
        return self.upto(last, names) - self.upto(first, names)


def sums_of(cells: Cells, names: Sequence[str]) -> Sums:
    """Running totals over cells in real time, whose lowest bits have these names."""
    in_x = laid.end_to_end(cells)
    return Sums(in_x, laid.totals(in_x, len(names)), {name: row for row, name in enumerate(names)})


@dataclass(frozen=True, slots=True)
class Line:
    """A word for each [border[i], border[i + 1]); the last word, one more than there are segments, is everywhere else's."""

    border: Instants
    words: NDArray[np.int64]


Conclusions = NDArray[np.int64]
"""int64[c, 2]: where all bits of the first are set, those of the second are, one after another."""

NO_CONCLUSIONS: Conclusions = np.empty((0, 2), np.int64)


def cells_of(
    calendar: CalendarTime,
    line: Line,
    known: Mapping[int, Stretches],
    conclusions: Conclusions = NO_CONCLUSIONS,
) -> Cells:
    """Calendar time in cells, a new one wherever the word of the line, or of the `known` stretches by bit, changes."""
    places, rows = [], 0
    for bit, stretches in known.items():
        places.append((rows, rows + len(stretches), 1 << bit))
        rows += len(stretches)
    lists = np.concatenate([NEVER, *known.values()])
    table = np.array(places, np.int64).reshape(-1, 3)
    return laid.lay(calendar.stretches, line.border, line.words, lists, table, conclusions)
