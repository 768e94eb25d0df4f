"""The means of the load that lie in a window: fixed or sliding times of the clock, each with its energy and bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.kpis.energies.book import Group
from evidence_engine.kpis.energy import Taken
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, to_datetime
from evidence_engine.vocabulary.plant import Plant


@dataclass(frozen=True, slots=True)
class Means:
    """length: ns of each · starts: ascending · every: their energies, mW·ns · more: how many others lie where nothing
    was ever collected, each of them like `far` · span: from the first's start to the last's end · needed: ns that all
    meters together know of a mean that is known."""

    length: int
    starts: list[int]
    every: list[Taken]
    more: int
    far: Taken | None
    span: tuple[int, int]
    needed: int

    @property
    def whole(self) -> list[tuple[int, int]]:
        """(start, energy) of the means that the plain reading knows wholly."""
        return [
            (start, one.value)
            for start, one in zip(self.starts, self.every, strict=True)
            if one.value is not None and one.known >= self.needed
        ]

    @property
    def bounds(self) -> list[Taken]:
        """All that bounds an extreme: each mean, and one for all that lie far."""
        return self.every if self.far is None else [*self.every, self.far]

    @property
    def count(self) -> int:
        """All means of the window."""
        return len(self.starts) + self.more

    @property
    def codes(self) -> frozenset[str]:
        """What they rest on."""
        return frozenset().union(*(one.limitations for one in self.bounds))

    @property
    def undecided(self) -> bool:
        """Whether a fall in one of them is."""
        return any(one.undecided for one in self.every)


def means_in(group: Group, length: int, every: int) -> Means:
    """Those that lie wholly in the window and begin each `every` ns of the local clock."""
    first, last = _grid(group, length, every)
    if last < first:
        return Means(length, [], [], 0, None, (first, first), 0)
    near = _near(group.members[0].of.history, group.plant, first, last)
    begin = first + -(-(near[0] - first) // every) * every
    starts = list(range(begin, near[1] + 1, every))
    more = (last - first) // every + 1 - len(starts)
    edge = first if not starts or starts[0] > first else last
    return Means(
        length,
        starts,
        [group.load(start, start + length) for start in starts],
        more,
        group.load(edge, edge + length) if more else None,
        (first, last + length),
        length * len(group.members),
    )


def _grid(group: Group, length: int, every: int) -> tuple[int, int]:
    """The first and the last instant of the local clock at which a mean of the window begins."""
    offset = to_datetime(group.start, group.plant.zone).utcoffset()
    turn = 0 if offset is None else round(offset.total_seconds()) * 10**9 % every
    first = -(-(group.start + turn) // every) * every - turn
    return first, (group.end - length - first) // every * every + first


def _near(history: History, plant: Plant, first: int, last: int) -> tuple[int, int]:
    """Between which instants something may be known: a value may hold for a while without a link (D5)."""
    stated = [facts for rows in history.facts.values() for _, facts in rows]
    holds = [facts.hold_ns for facts in (*stated, *plant.connections.values())]
    margin = DAY + HOUR + max(holds, default=0)
    begin, end = history.start, history.end
    if begin is None or end is None:
        return last + 1, last
    return max(first, begin - margin), min(last, end + margin)


def shared(group: Group, means: Means, side: str) -> Iterator[Fraction]:
    """Mean energies of several means in a row over which a bridged step lies, with and without the outer two."""
    for first, last in _bridged(group, means):
        for start in (means.starts[first], means.starts[first + 1]):
            most = -(-(means.starts[last] + means.length - start) // means.length)
            for count in (most, most - 1):
                end = start + count * means.length
                if count > 1 and end <= means.span[1]:
                    whole = group.load(start, end)
                    bound = whole.low if side == "low" else whole.high
                    if bound is not None:
                        yield Fraction(bound, count)


def _bridged(group: Group, means: Means) -> set[tuple[int, int]]:
    """(first, last) mean of each bridged step that lies over several of them."""
    found: set[tuple[int, int]] = set()
    if not means.starts:
        return found
    starts = np.array(means.starts, np.int64)
    for book in group.books:
        if book.of.register is None:
            continue
        flow = book.of.register.flow
        rows = np.flatnonzero(~flow.seen & (flow.end > group.start) & (flow.start < group.end))
        first = np.maximum(np.searchsorted(starts, flow.start[rows], "right") - 1, 0)
        last = np.searchsorted(starts + means.length, flow.end[rows], "left")
        last = np.minimum(last, len(starts) - 1)
        found |= {(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True) if b > a}
    return found
