"""Slow, obvious twins of what pieces need: shares of steps, gaps filled one at a time in exact fractions; no code shared."""

import math
from collections.abc import Sequence, Set
from fractions import Fraction

NaiveGap = tuple[int, int | None, int, int, int, int, int]
"""The fields of `Gap`."""
Ways = tuple[tuple[int, int], tuple[int, int]]


def oee_ways(gaps: Sequence[NaiveGap], f: Fraction, burst_time: int) -> Ways:
    """(earned, planned stop) with pieces first, and with planned stop first (D21)."""
    pieces_first, planned_first = (0, 0), (0, 0)
    for least, most, unsure, sure, planned, other, stretches in gaps:
        room = f * (unsure + sure) + stretches * burst_time
        earned = _earned(least, most, room)
        stop = min(planned, max(0, math.floor((room - earned) / f)))
        pieces_first = (pieces_first[0] + earned, pieces_first[1] + stop + other)
        stop = min(planned, max(0, math.floor((room - least) / f)))
        earned = _earned(least, most, room - f * stop)
        planned_first = (planned_first[0] + earned, planned_first[1] + stop + other)
    return pieces_first, planned_first


def _earned(least: int, most: int | None, room: Fraction) -> int:
    fits = math.floor(room)
    return max(least, fits if most is None else min(most, fits))


def effectiveness_ways(gaps: Sequence[NaiveGap], f: Fraction, burst_time: int) -> Ways:
    """(earned, unsure time that must then be producing): stopped where none is needed, and filled (D23)."""
    ways = [[0, 0], [0, 0]]
    for least, most, unsure, sure, _, _, stretches in gaps:
        free = f * sure + stretches * burst_time
        for way, room in zip(ways, (free, free + f * unsure), strict=True):
            earned = _earned(least, most, room)
            way[0] += earned
            way[1] += min(unsure, max(0, math.ceil((earned - free) / f)))
    return (ways[0][0], ways[0][1]), (ways[1][0], ways[1][1])


def least_loss(gaps: Sequence[NaiveGap], f: Fraction, burst_time: int) -> int:
    """Σ of the least of (unsure time that produced − earned time)."""
    loss = 0
    for least, most, unsure, sure, _, _, stretches in gaps:
        free = f * sure + stretches * burst_time
        room = math.ceil(free + f * unsure)
        if most is None or most > room:
            loss += unsure - max(least, room)
        else:
            loss += min(unsure, max(0, math.floor((most - free) / f))) - max(least, most)
    return loss


Share = tuple[int, int, bool]


def share_of(
    step: tuple[int, int, int, int, int, bool], inside: Set[int], limit: tuple[Fraction, int] | None
) -> Share:
    """(least, most, no bound) of a step (start, end, low, high, sign, endless) in the instants `inside` (D10, D12).

    Sign 0: it may hide falls as well. limit: rate and burst.
    """
    begin, stop, low, high, sign, endless = step
    held, left = ([t for t in range(begin, stop) if (t in inside) is which] for which in (True, False))
    if not held:
        return 0, 0, False
    if not left:
        return low, high, endless
    if sign < 0:
        least, most, is_open = share_of((begin, stop, -high, -low, 1, endless), inside, limit)
        return -most, -least, is_open
    if limit is None:
        return (min(low, 0), max(high, 0), True) if sign == 0 else (0, max(high, 0), endless)
    fits, fits_outside = (
        math.floor(limit[0] * len(part)) + limit[1] * sum(t - 1 not in part for t in part)
        for part in (held, left)
    )
    if sign == 0:
        bounds = (
            (-fits, fits) if endless else (max(low - fits_outside, -fits), min(high + fits_outside, fits))
        )
        return *bounds, False
    least = max(0, low - fits_outside)
    return least, max(least, fits if endless else min(high, fits)), False
