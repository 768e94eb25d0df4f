"""D12 as loops ask it: what is allowed in a length of time, and what of a step may lie in a part of time (D10)."""

from typing import NamedTuple

from evidence_engine.kernels.compiling import compiled, only_for_loops


class Allowed(NamedTuple):
    """D12 as ⌊length × num ÷ den⌋ + burst per unbroken stretch; den 0: no limit.

    num < 2**40 and den < 2**42, or num × den < 2**62 and num <= den · broken: 1 where the limit is disproved, so that what
    rests on it has no bound · net: 1 where steps may hide falls as well.
    """

    num: int
    den: int
    burst: int
    broken: int
    net: int


class Lies(NamedTuple):
    """How a step lies to a part of time: ns of its interval inside and outside, in how many stretches of the part, and how
    many of its ends are outside."""

    inside: int
    outside: int
    stretches: int
    edges: int


@compiled
def most_in(allowed: Allowed, length: int, stretches: int) -> int:
    """The most that is allowed; where num × rest may have more than 62 bits, it is divided in two steps."""
    num, den = allowed.num, allowed.den
    whole = length // den
    rest = length - whole * den
    if num < 2**20:
        return int(num * whole + num * rest // den + stretches * allowed.burst)
    first = num * (rest >> 20)
    left = (first % den << 20) + num * (rest & 2**20 - 1)
    return int(num * whole + (first // den << 20) + left // den + stretches * allowed.burst)


@only_for_loops
def part_of(
    allowed: Allowed, amounts: tuple[int, int, int], endless: bool, lies: Lies
) -> tuple[int, int, bool]:
    """(least, most, endless) of a step inside; amounts: its low and high, with the sign, and the sign.

    At most what is allowed in the part inside, and at least what cannot fit outside.
    """
    low, high, sign = amounts
    if lies.outside == 0:
        return low, high, endless
    if allowed.den == 0 and allowed.net == 1:
        return min(low, 0), max(high, 0), True
    if allowed.den == 0:
        return (min(low, 0), 0, endless) if sign < 0 else (0, max(high, 0), endless)
    inner = most_in(allowed, lies.inside, lies.stretches)
    outer = most_in(allowed, lies.outside, lies.stretches - 1 + lies.edges)
    if allowed.net == 1 and endless:
        return -inner, inner, False
    if allowed.net == 1:  # anything may have gone in and out
        return max(low - outer, -inner), min(high + outer, inner), False
    if sign < 0:
        low, high = -high, -low
    least = max(0, low - outer)
    most = max(inner if endless else min(high, inner), least)
    return (-most, -least, False) if sign < 0 else (least, most, False)
