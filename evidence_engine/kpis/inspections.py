"""First pass yield and capabilities, from inspections as a file states them (ISO 22400-2).

A part is looked at for the first time with the first row of its serial number on an asset; it is right at first pass
if the first look at each of its characteristics passed. Parts with a look that says nothing may be either, so they
make the bounds: right ÷ all to (right + unsaid) ÷ all. Both are reached.

Capabilities, per characteristic with both limits: Cm = (USL − LSL)/6s and Cmk = min(USL − x̄, x̄ − LSL)/3s over all values
of the window, s with n − 1; Cp and Cpk the same with the mean of the samples' means and σ = R̄/d₂ of samples of five
consecutive values (d₂ = 2.326). The figure is that of the weakest characteristic, the others are parts. Values are
decimal numbers, sums exact; the root is taken to 30 digits. A row without a value leaves the high open (and the low of
Cmk and Cpk): the missing number may be any.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found
from evidence_engine.kpis.inputs import NO_BASIS
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Part, Ratio, ratio, share
from evidence_engine.vocabulary.orders import Inspection

SAMPLE = 5
"""Values of one small sample."""
D2 = Fraction(2326, 1000)
"""Mean range ÷ standard deviation of five normal values."""
FEW = 50
"""Below so many values a capability rests on little."""
_AS_GIVEN = frozenset({"inspections_as_given"})
_SCALE = 10**60


class Measured(NamedTuple):
    """Values of one characteristic in order of time, between its limits; missing: rows without a value."""

    values: Sequence[Fraction]
    lsl: Fraction
    usl: Fraction
    missing: int


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of an asset at which parts were inspected."""
    papers, name = found.of.history.papers, found.of.name
    parts = papers.parts_by_asset.get(name, ())
    first, last = (bisect_left(parts, at, key=lambda part: part[0].ts) for at in (found.start, found.end))
    if first < last:
        yield Found("quality.first_pass_yield", first_pass_yield(parts[first:last]), NO_BASIS)
    looks = papers.looks_by_asset.get(name, ())
    first, last = (bisect_left(looks, at, key=lambda look: look.ts) for at in (found.start, found.end))
    measured = _measured(looks[first:last])
    if measured:
        for kpi, (of, is_signed) in CAPABILITIES.items():
            yield Found(kpi, capability(measured, of, is_signed=is_signed), NO_BASIS)


def first_pass_yield(parts: Sequence[Sequence[Inspection]]) -> Outcome:
    """GP ÷ IP."""
    verdicts = [[look.passed for look in part] for part in parts]
    bad = sum(False in verdict for verdict in verdicts)
    unsaid = sum(False not in verdict and None in verdict for verdict in verdicts)
    inspected = len(parts)
    good = inspected - bad - unsaid
    return Outcome(
        ratio(good, good + bad),
        (good, inspected),
        (good + unsaid, inspected),
        share(good + bad, inspected),
        {"inspected": inspected, "right": good, "unsaid": unsaid},
        _AS_GIVEN,
    )


def _measured(looks: Sequence[Inspection]) -> dict[str, Measured]:
    """By characteristic, told apart by its limits where they changed."""
    found: dict[tuple[str, float, float], list[float | None]] = defaultdict(list)
    for look in looks:
        if look.lsl is not None and look.usl is not None:
            found[look.characteristic, look.lsl, look.usl].append(look.value)
    names = [name for name, _, _ in found]
    return {
        name if names.count(name) == 1 else f"{name} [{lsl}, {usl}]": Measured(
            [Fraction(str(value)) for value in values if value is not None],
            Fraction(str(lsl)),
            Fraction(str(usl)),
            values.count(None),
        )
        for (name, lsl, usl), values in found.items()
    }


Spread = tuple[Fraction, Fraction]
"""(mean, standard deviation)."""
Capability = Callable[[Measured], Fraction | None]


def _all(of: Measured) -> Spread | None:
    """Mean and s of all values."""
    n = len(of.values)
    if n < 2:
        return None
    mean = sum(of.values, Fraction(0)) / n
    variance = sum(((value - mean) ** 2 for value in of.values), Fraction(0)) / (n - 1)
    return mean, _root(variance)


def _samples(of: Measured) -> Spread | None:
    """Mean of means and R̄/d₂ of the whole small samples."""
    whole = len(of.values) // SAMPLE
    if whole < 2:
        return None
    samples = [of.values[at * SAMPLE : (at + 1) * SAMPLE] for at in range(whole)]
    mean = sum((value for sample in samples for value in sample), Fraction(0)) / (whole * SAMPLE)
    ranges = sum((max(sample) - min(sample) for sample in samples), Fraction(0)) / whole
    return mean, ranges / D2


def _root(of: Fraction) -> Fraction:
    return Fraction(isqrt(of.numerator * _SCALE // of.denominator), isqrt(_SCALE))


def _wide(spread: Callable[[Measured], Spread | None]) -> Capability:
    def of(measured: Measured) -> Fraction | None:
        found = spread(measured)
        return None if found is None or not found[1] else (measured.usl - measured.lsl) / (6 * found[1])

    return of


def _near(spread: Callable[[Measured], Spread | None]) -> Capability:
    def of(measured: Measured) -> Fraction | None:
        found = spread(measured)
        if found is None or not found[1]:
            return None
        return min(measured.usl - found[0], found[0] - measured.lsl) / (3 * found[1])

    return of


CAPABILITIES: dict[str, tuple[Capability, bool]] = {
    "quality.cm": (_wide(_all), False),
    "quality.cmk": (_near(_all), True),
    "quality.cp": (_wide(_samples), False),
    "quality.cpk": (_near(_samples), True),
}
"""KPI → how it follows, and whether it may be below nothing."""


def capability(measured: Mapping[str, Measured], of: Capability, *, is_signed: bool) -> Outcome:
    """Of the weakest characteristic."""
    found = {name: known for name, one in measured.items() if (known := of(one)) is not None}
    missing = sum(one.missing for one in measured.values())
    told = sum(len(one.values) for one in measured.values())
    codes = set(_AS_GIVEN)
    codes |= {"few_inspections"} if any(len(one.values) < FEW for one in measured.values()) else set()
    codes |= {"no_spread"} if len(found) < len(measured) else set()
    weakest = min(found.values(), default=None)
    value: Ratio | None = None if weakest is None else weakest.as_integer_ratio()
    parts: dict[str, Part] = {name: float(one) for name, one in sorted(found.items())}
    is_sure = not missing
    low = value if is_sure else None if is_signed else ZERO
    coverage = ONE if not missing else share(told, told + missing)
    return Outcome(value, low, value if is_sure else None, coverage, parts, frozenset(codes))
