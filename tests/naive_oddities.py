"""Slow, obvious twins of what is odd about columns: lists of good readings, and every instant looked at by itself."""

import itertools
from collections.abc import Sequence

Rows = Sequence[tuple[int, float, int]]
"""(ts, value, quality)."""


def good_in(rows: Rows, start: int, end: int) -> list[int]:
    """Which rows are good numbers of the window."""
    return [i for i, (ts, v, q) in enumerate(rows) if start <= ts < end and q == 0 and abs(v) < 2**62]


def unmoved(rows: Rows, start: int, end: int) -> tuple[int, int, int]:
    """(first row, last row, number) of the good readings where they are one value, else zeros."""
    good = [i for i, (ts, _, q) in enumerate(rows) if start <= ts < end and q == 0]
    alike = len({str(rows[i][1]) for i in good}) == 1 and rows[good[0]][1] == rows[good[0]][1]
    return (good[0], good[-1], len(good)) if alike else (0, 0, 0)


def equal_steps(rows: Rows, start: int, end: int, least: int) -> list[list[int]]:
    """Every longest row of changes with `least` equal pairs of steps: its first two changes, and the one after it."""
    good = good_in(rows, start, end)
    level = {i: round(rows[i][1]) for i in good}
    moved = [i for k, i in enumerate(good) if k == 0 or level[i] != level[good[k - 1]]]
    steps = [(rows[b][0] - rows[a][0], level[b] - level[a]) for a, b in itertools.pairwise(moved)]
    found, at = [], 0
    while at < len(steps):
        upto = at + 1
        while upto < len(steps) and steps[upto] == steps[at]:
            upto += 1
        if upto - at - 1 >= least:
            found.append([moved[at], moved[at + 1], moved[min(upto + 1, len(moved) - 1)]])
        at = upto
    return found


def mask_at(border: Sequence[int], may: Sequence[int], instant: int) -> int:
    """What may be at an instant; all of it beyond the borders."""
    inside = [mask for a, b, mask in zip(border, border[1:], may, strict=False) if a <= instant < b]
    return inside[0] if inside else 7


def resting_rises(
    rows: Rows, window: tuple[int, int], state: tuple[Sequence[int], Sequence[int]], works: int, before: int
) -> int:
    """Rises that no instant of `works` touches from `before` ns before them on."""
    good = good_in(rows, *window)
    rises = [(a, b) for a, b in itertools.pairwise(good) if rows[b][1] > rows[a][1]]
    return sum(
        all(not mask_at(*state, t) & works for t in range(rows[a][0] - before, rows[b][0])) for a, b in rises
    )


def low_while(
    rows: Rows,
    window: tuple[int, int],
    state: tuple[Sequence[int], Sequence[int]],
    wanted: int,
    level: float,
) -> int:
    """The instants of the window at which nothing but `wanted` may be and the last value is at most `level`."""
    found = 0
    for t in range(*window):
        last = [v for ts, v, _ in rows if ts <= t][-1:]
        inside = state[0] and state[0][0] <= t < state[0][-1]
        found += bool(inside and mask_at(*state, t) == wanted and last and last[0] <= level)
    return found
