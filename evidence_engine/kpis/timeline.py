"""Calendar time laid end to end, with what is known of an asset in each piece of it: sums for any window in O(log n).

Inside, time is `x`: nanoseconds of calendar time since the span began, so that off-shift time is no gap (D21).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stretches as kernel
from evidence_engine.kernels import timeline as laid
from evidence_engine.knowledge.stretches import NEVER, Stretches, in_a_row, joined

Flags = NDArray[np.bool_]
Instants = NDArray[np.int64]
Cells = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CalendarTime:
    """C of an asset over a span: disjoint stretches (int64[n, 2]) that do not touch, and x at each one's start.

    starts, ends, xs: the same as lists, for one instant at a time · stated: whether the plant file has a calendar for it at all (D9).
    """

    stretches: Stretches
    x: Instants
    starts: list[int]
    ends: list[int]
    xs: list[int]
    stated: bool = True

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
    lengths = merged[:, 1] - merged[:, 0]
    x = np.cumsum(lengths) - lengths
    return CalendarTime(merged, x, merged[:, 0].tolist(), merged[:, 1].tolist(), x.tolist(), stated)


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


def cells_of(
    calendar: CalendarTime,
    line: laid.Line,
    known: Mapping[int, Stretches],
    conclusions: Sequence[tuple[int, int]] = (),
) -> Cells:
    """Calendar time in cells, a new one wherever anything changes (`kernels.timeline.lay`).

    known: stretches by the bit that they set.
    """
    lists = laid.Lists(
        np.concatenate([NEVER, *known.values()]),
        np.cumsum([0, *map(len, known.values())], dtype=np.int64),
        np.array([1 << bit for bit in known], np.int64),
    )
    return laid.lay(calendar.stretches, line, lists, np.array(conclusions, np.int64).reshape(-1, 2))
