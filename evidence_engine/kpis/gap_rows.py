"""The gaps of a window as columns, a row each: what may have been made in them and how their time may be used (D21)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction

import numpy as np

from evidence_engine.knowledge.limits import ROOM
from evidence_engine.kpis.flows import Flags, Ints


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap of a window, ns: earned time between least and most (None: only room bounds it).

    Of a difference of two counters the least may be below nothing: what is rejected may have been made long before.
    unsure: u, may be producing without being sure · sure: p · planned: of u, may be planned stop as well ·
    other: may be planned stop and can't be producing · stretches: k.
    """

    least: int
    most: int | None
    unsure: int
    sure: int
    planned: int
    other: int
    stretches: int


@dataclass(frozen=True, slots=True, eq=False)
class GapRows:
    """The columns of `Gap`, int64[n]; Python's integers (dtype object) where int64 may have no room.

    endless: only room bounds the earned time, whatever `most` says.
    """

    least: Ints
    most: Ints
    endless: Flags
    unsure: Ints
    sure: Ints
    planned: Ints
    other: Ints
    stretches: Ints

    def __len__(self) -> int:
        return len(self.least)

    def __iter__(self) -> Iterator[Gap]:
        columns = [getattr(self, field.name).tolist() for field in fields(self)]
        for least, most, endless, *time in zip(*columns, strict=True):
            yield Gap(least, None if endless else most, *time)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GapRows) and tuple(self) == tuple(other)

    def certain(self) -> Flags:
        """Where just as much was earned whatever is unknown."""
        found: Flags = ~self.endless & (self.least == self.most)
        return found

    def earned(self, room: Ints) -> Ints:
        """The most earned time in `room`, which what is certain may exceed."""
        found: Ints = np.maximum(self.least, np.where(self.endless, room, np.minimum(self.most, room)))
        return found

    def fitting(self, stretch: Fraction, burst_time: int) -> "GapRows":
        """Columns in which time × f, bursts and earned time can be added up: these, or Python's integers.

        `scaled` needs numerator × denominator; no sum is above (f + 2) × all time + all bursts + all that is earned.
        """
        times = int(self.unsure.sum()) + int(self.sure.sum()) + int(self.planned.sum())
        most = float(stretch + 2) * times + float(burst_time) * float(self.stretches.sum())
        most += float(np.abs(self.least.astype(np.float64)).sum())
        if most < ROOM / 2 and stretch.numerator * stretch.denominator < ROOM:
            return self
        large = {
            f.name: getattr(self, f.name).astype(np.object_) for f in fields(self) if f.name != "endless"
        }
        return replace(self, **large)


def summed(column: Ints) -> int:
    """Of int64 or of Python's integers."""
    return int(column.sum())
