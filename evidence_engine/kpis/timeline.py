"""Calendar time laid end to end, with what is known of an asset in each piece of it: sums for any window in O(log n).

Inside, time is `x`: nanoseconds of calendar time since the span began, so that off-shift time is no gap (D21).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import stretches as kernel
from evidence_engine.knowledge.stretches import Stretches, cut, in_a_row, joined

Flags = NDArray[np.bool_]
Instants = NDArray[np.int64]


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
    """Running totals of flagged calendar time. border: x of n + 1 cell edges · total: int64[k, n + 1] · rows: names."""

    border: Instants
    flag: NDArray[np.int64]
    total: NDArray[np.int64]
    rows: Mapping[str, int]

    def upto(self, x: Instants) -> NDArray[np.int64]:
        """Time of each kind before each x: int64[k, m]."""
        if len(self.border) < 2:
            return np.zeros((len(self.flag), len(x)), np.int64)
        at = np.clip(np.searchsorted(self.border, x, "right") - 1, 0, len(self.border) - 2)
        return self.total[:, at] + self.flag[:, at] * (x - self.border[at])

    def between(self, first: int, last: int) -> dict[str, int]:
        """Time of each kind in [first, last) of x."""
        both = self.upto(np.array([first, last], np.int64))
        lengths = (both[:, 1] - both[:, 0]).tolist()
        return {name: lengths[row] for name, row in self.rows.items()}

    def each(self, first: Instants, last: Instants, names: Sequence[str]) -> NDArray[np.int64]:
        """Time of the kinds `names` in every [first, last) of x: int64[len(names), m]."""
        rows = [self.rows[name] for name in names]
        few = Sums(self.border, self.flag[rows], self.total[rows], {})
        return few.upto(last) - few.upto(first)


def cells_of(calendar: CalendarTime, *borders: Instants) -> Stretches:
    """Calendar time in cells that none of the borders crosses, in real time."""
    return cut(calendar.stretches, *borders)


def sums_of(calendar: CalendarTime, cells: Stretches, flags: Mapping[str, Flags]) -> Sums:
    """Running totals of the flags over the cells; None-length calendars give zeros."""
    border = np.append(calendar.to_x(cells[:, 0]), calendar.between(*_ends(calendar)))
    flag = np.array(list(flags.values()), np.int64).reshape(len(flags), len(cells))
    total = np.zeros((len(flags), len(cells) + 1), np.int64)
    np.cumsum(flag * (cells[:, 1] - cells[:, 0]), axis=1, out=total[:, 1:])
    return Sums(border, flag, total, {name: row for row, name in enumerate(flags)})


def _ends(calendar: CalendarTime) -> tuple[int, int]:
    if not len(calendar.stretches):
        return 0, 0
    return int(calendar.stretches[0, 0]), int(calendar.stretches[-1, 1])
