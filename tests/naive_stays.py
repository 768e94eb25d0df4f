"""Slow, obvious twins of the loops over stays and chains: single instants, sharing no code (D34)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

EVER = 2**62
"""So far does time go on before and after all that a series says."""

Part = tuple[int, int, bool]


def chains(border: Sequence[int], masks: Sequence[int], bit: int, full: int) -> list[list[Part]]:
    """Maximal time in which a state may hold, each as its (start, end, surely) parts; outside of `border` all may hold."""
    edges = [-EVER, *(border or [0]), EVER]
    found: list[list[Part]] = []
    reach: int | None = None
    for start, end, mask in zip(edges[:-1], edges[1:], [full, *masks, full], strict=True):
        if not mask & bit:
            continue
        sure = mask == bit
        if reach != start:
            found.append([(start, end, sure)])
        elif found[-1][-1][2] == sure:
            found[-1][-1] = (found[-1][-1][0], end, sure)
        else:
            found[-1].append((start, end, sure))
        reach = end
    return found


def stays(border: Sequence[int], plain: Sequence[int], state: int) -> list[list[tuple[int, int]]]:
    """The pieces of each stay by the plain reading; -1 between two of them parts nothing."""
    found: list[list[tuple[int, int]]] = []
    before = -1
    for piece, value in zip(itertools.pairwise(border), plain, strict=True):
        if value == state:
            if before != state:
                found.append([])
            found[-1].append(piece)
        before = before if value == -1 else value
    return found


@dataclass(frozen=True)
class Here:
    """Single instants: those of the calendar, and those of the window."""

    calendar: frozenset[int]
    window: range

    def time(self, start: int, end: int) -> int:
        """In the calendar."""
        return sum(start <= t < end for t in self.calendar)

    def inside(self, start: int, end: int) -> int:
        """In the calendar and the window."""
        return sum(start <= t < end and t in self.window for t in self.calendar)


@dataclass(frozen=True)
class ChainCounts:
    """What a chain may hold in a window (D34)."""

    least: int
    least_time: int
    most: int
    time: int
    minor: int
    long_time: int
    reaching: int
    short_time: int


def chain_counts(parts: Sequence[Part], here: Here, min_stop: int) -> ChainCounts:
    """Part by part: which runs may begin a stay here, which must, and what fits."""
    first, last = parts[0][0], parts[-1][1]
    may_reach = abs(first) == EVER or abs(last) == EVER or here.time(first, last) >= min_stop
    runs = [(a, b) for a, b, sure in parts if sure]
    begin_from = {a: max([first, *(b if sure else c for c, b, sure in parts if c < a)]) for a, _ in runs}
    may_begin = {a: here.inside(begin_from[a], a + 1) > 0 for a, _ in runs}
    must_begin = {a: here.inside(begin_from[a], a + 1) == a + 1 - begin_from[a] for a, _ in runs}
    most = sum(may_begin.values()) if may_reach else 0
    time = 0
    for a, b, sure in parts:
        inside = here.inside(a, b)
        if not sure:
            reaches = abs(a) == EVER or abs(b) == EVER or here.time(a, b) >= min_stop
            most += inside // min_stop + (b > here.window.stop and inside > 0 and reaches)
            time += inside
        elif may_reach and any(may_begin[c] if s else here.inside(c, d) > 0 for c, d, s in parts if c <= a):
            time += inside
    if last <= here.window.stop:
        most = min(most, time // min_stop)
    long = [(a, b) for a, b in runs if here.time(a, b) >= min_stop]
    least_time = sum(here.inside(a, b) for a, b in long if all(must_begin[c] for c, _ in runs if c <= a))
    whole, sure_time = here.inside(first, last), sum(here.inside(a, b) for a, b in runs)
    return ChainCounts(
        least=int(least_time > 0),
        least_time=least_time,
        most=most,
        time=time if most else 0,
        minor=int(bool(runs) and not may_reach and must_begin[runs[0][0]]),
        long_time=sum(here.inside(a, b) for a, b in long),
        reaching=whole if may_reach else 0,
        short_time=0 if may_reach else sure_time,
    )
