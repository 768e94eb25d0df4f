"""Intervals of figures and of their change, exact: every value that what is unknown still allows lies inside.

`None` as low or high is an open end. The two windows of a claim share no time, so any pair of their values is possible:
change ranges over (least after, greatest before) to (greatest after, least before).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

Verdict = Literal["supported", "contradicted", "not_decidable"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds, and the plain reading where there is one."""

    low: Fraction | None
    high: Fraction | None
    value: Fraction | None = None

    def to_json(self) -> dict[str, float | None]:
        """As in the answer."""
        return {"value": _float(self.value), "low": _float(self.low), "high": _float(self.high)}

    def divided(self, other: "Interval") -> "Interval":
        """self ÷ other, neither below zero."""
        return Interval(
            _ratio(self.low, other.high, open_=Fraction(0)),
            _ratio(self.high, other.low),
            _ratio(self.value, other.value),
        )

    def times(self, factor: Fraction) -> "Interval":
        """Every end times a positive factor."""
        return Interval(*(None if end is None else end * factor for end in (self.low, self.high, self.value)))


def _float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)


def _ratio(over: Fraction | None, under: Fraction | None, open_: Fraction | None = None) -> Fraction | None:
    """over ÷ under; `open_` where under is unbounded, None where it is zero or nothing is known."""
    if over is None:
        return None
    if under is None:
        return open_
    return over / under if under else None


def total(parts: Iterable[Interval]) -> Interval:
    """The sum; an open end stays open."""
    found = list(parts)
    return Interval(*(_sum([getattr(part, end) for part in found]) for end in ("low", "high", "value")))


def _sum(numbers: list[Any]) -> Fraction | None:
    return None if any(n is None for n in numbers) else sum(numbers, Fraction(0))


def relative_change(before: Interval, after: Interval) -> Interval:
    """after ÷ before − 1; open where before may be zero. Nothing falls by more than the whole."""
    ends = (
        _ratio(after.low, before.high, open_=Fraction(0)),
        _ratio(after.high, before.low),
        _ratio(after.value, before.value),
    )
    return Interval(*(None if end is None else end - 1 for end in ends))


def absolute_change(before: Interval, after: Interval) -> Interval:
    """after − before."""
    return Interval(
        _difference(after.low, before.high),
        _difference(after.high, before.low),
        _difference(after.value, before.value),
    )


def _difference(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def reaches(found: Interval, least: Fraction, *, rises: bool) -> Verdict:
    """Whether `found` is at least `least` (a rise) or at most (a fall): the bound that is worse for the claim decides."""
    if rises:
        worse, better = found.low, found.high
        if worse is not None and worse >= least:
            return "supported"
        return "contradicted" if better is not None and better < least else "not_decidable"
    worse, better = found.high, found.low
    if worse is not None and worse <= least:
        return "supported"
    return "contradicted" if better is not None and better > least else "not_decidable"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """All must be supported; one that is contradicted contradicts the whole."""
    found = set(verdicts)
    if "contradicted" in found:
        return "contradicted"
    return "supported" if found == {"supported"} else "not_decidable"
