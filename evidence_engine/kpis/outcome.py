"""What a KPI answers before it becomes a record: exact ratios of integers, coverage, parts and limitations (D15–D18)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evidence_engine.vocabulary.figure import Figure

Ratio = tuple[int, int]
"""Numerator and denominator, the denominator above zero: divided once, at the very end (D18)."""

ZERO: Ratio = (0, 1)
ONE: Ratio = (1, 1)

Part = Figure | float | int | str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result. value None: nothing known or not applicable (D16) · high None: not bounded (D12).

    coverage: share of the time that counts in which all inputs were known (D17) · undecided: a fall is (D7, D11).
    """

    value: Ratio | None
    low: Ratio | None
    high: Ratio | None
    coverage: Ratio = ZERO
    parts: Mapping[str, Part] = field(default_factory=dict)
    limitations: frozenset[str] = frozenset()
    undecided: bool = False

    def adding(self, codes: Iterable[str] = (), parts: Mapping[str, Part] | None = None) -> "Outcome":
        """The same with more limitations and parts."""
        return Outcome(
            self.value,
            self.low,
            self.high,
            self.coverage,
            {**self.parts, **(parts or {})},
            self.limitations.union(codes),
            self.undecided,
        )


def ratio(numerator: int, denominator: int) -> Ratio | None:
    """None where there is nothing to divide by (D16)."""
    return (numerator, denominator) if denominator > 0 else None


def share(part: int, whole: int) -> Ratio:
    """A coverage: 0 where there is no time at all."""
    return (part, whole) if whole > 0 else ZERO


def less(one: Ratio, other: Ratio) -> bool:
    """one < other, exactly."""
    return one[0] * other[1] < other[0] * one[1]


def least(one: Ratio, other: Ratio) -> Ratio:
    """The smaller of two ratios."""
    return one if less(one, other) else other


def greatest(one: Ratio, other: Ratio) -> Ratio:
    """The larger of two ratios."""
    return other if less(one, other) else one


def divided(value: Ratio | None) -> float | None:
    """The one division, correctly rounded (D18)."""
    return None if value is None else value[0] / value[1]


def moved_into(value: Ratio | None, low: Ratio | None, high: Ratio | None) -> Ratio | None:
    """The value, or the nearer bound where it lies outside of them (D15)."""
    if value is None:
        return None
    if low is not None and less(value, low):
        return low
    if high is not None and less(high, value):
        return high
    return value


def figure_of(outcome: Outcome, unit: str) -> tuple[Figure, float | None]:
    """The figure, and the raw value over known time where D15 moved it."""
    settled = moved_into(outcome.value, outcome.low, outcome.high)
    raw = divided(outcome.value) if settled is not outcome.value else None
    return Figure(divided(settled), divided(outcome.low), divided(outcome.high), unit), raw


def part_of(value: Ratio | None, low: Ratio | None, high: Ratio | None, unit: str = "1") -> Figure:
    """A part of a record: its value stays as it is, its bounds are widened to hold it, so they stay true."""
    if value is not None:
        low = None if low is None else least(low, value)
        high = None if high is None else greatest(high, value)
    return Figure(divided(value), divided(low), divided(high), unit)
