"""The extremes of a figure by trying every completion of a few cells: slow, and obviously right."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product

P, N, OTHER = "P", "N", "-"


def completions(cells: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Each cell is a string of the states that may hold in it; one is taken for each."""
    return product(*cells)


def availabilities(cells: Iterable[str]) -> list[Fraction]:
    """Producing ÷ (calendar − planned stop) over every completion in which it is defined."""
    found = []
    for states in completions(list(cells)):
        busy = len(states) - states.count(N)
        if busy:
            found.append(Fraction(states.count(P), busy))
    return found


def oees(cells: list[str], steps: list[tuple[int, int, int, int]], burst: int = 1) -> list[Fraction]:
    """Pieces ÷ (calendar − planned stop) with an ideal cycle of one cell, over every completion.

    steps: (first cell, last cell exclusive, fewest, most) · a piece needs its cycle of producing time, so in any run of
    cells at most `burst` more are finished than cells produce: the burst ones were in work when the run began.
    """
    found = []
    places = [
        [combination for count in range(low, high + 1) for combination in _places(first, last, count)]
        for first, last, low, high in steps
    ]
    for states in completions(cells):
        busy = len(states) - states.count(N)
        if not busy:
            continue
        for chosen in product(*places):
            ends = [place for group in chosen for place in group]
            if _is_possible(states, ends, burst):
                found.append(Fraction(len(ends), busy))
    return found


def speed_losses(cells: list[str], steps: list[tuple[int, int, int, int]], burst: int = 1) -> list[int]:
    """Producing cells − pieces over every completion, steps as for `oees`."""
    found = []
    places = [
        [combination for count in range(low, high + 1) for combination in _places(first, last, count)]
        for first, last, low, high in steps
    ]
    for states in completions(cells):
        for chosen in product(*places):
            ends = [place for group in chosen for place in group]
            if _is_possible(states, ends, burst):
                found.append(states.count(P) - len(ends))
    return found


def _places(first: int, last: int, count: int) -> Iterator[tuple[int, ...]]:
    """Ways to put `count` pieces into the cells, in order."""
    if count == 0:
        yield ()
        return
    for place in range(first, last):
        for rest in _places(place, last, count - 1):
            yield (place, *rest)


def _is_possible(states: tuple[str, ...], ends: list[int], burst: int) -> bool:
    for a in range(len(states)):
        for b in range(a + 1, len(states) + 1):
            made = sum(a <= place < b for place in ends)
            if made > states[a:b].count(P) + burst:
                return False
    return True


def ratios(top: Iterable[int], bottom: Iterable[int]) -> list[Fraction]:
    """Good ÷ (good + reject) over all pairs in which it is defined."""
    rejects = list(bottom)
    return [Fraction(good, good + bad) for good in top for bad in rejects if good + bad]


def failures(
    cells: str, min_stop: int, start: int, end: int, off: frozenset[int] = frozenset()
) -> tuple[int, int]:
    """(failures that begin in [start, end), their cells of down time inside) of one definite row of states, D = down.

    off: cells outside of the calendar.
    """
    count = time = 0
    at = 0
    while at < len(cells):
        if cells[at] != "D":
            at += 1
            continue
        stop = at
        while stop < len(cells) and cells[stop] == "D":
            stop += 1
        if start <= at < end and at not in off and len(set(range(at, stop)) - off) >= min_stop:
            count += 1
            time += len(set(range(at, min(stop, end))) - off)
        at = stop
    return count, time
