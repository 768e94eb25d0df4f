"""Slow, obvious twins of the loops over stretches: sets of single instants."""

from collections.abc import Sequence


def instants_of(stretches: Sequence[tuple[int, int]]) -> set[int]:
    """The instants of any stretches."""
    return {t for start, end in stretches for t in range(start, end)}


def stretches_of(instants: set[int]) -> list[list[int]]:
    """The fewest stretches with these instants, ascending."""
    return pieces_of(instants, [])


def pieces_of(instants: set[int], borders: Sequence[int]) -> list[list[int]]:
    """The same, a new one at each border too."""
    found: list[list[int]] = []
    for t in sorted(instants):
        if found and found[-1][1] == t and t not in borders:
            found[-1][1] = t + 1
        else:
            found.append([t, t + 1])
    return found


def before(instants: set[int], instant: int) -> int:
    """How many of them lie before an instant."""
    return sum(t < instant for t in instants)
