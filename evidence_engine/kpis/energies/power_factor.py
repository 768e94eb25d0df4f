"""Power factor of a window and the surcharge or rebate that follows from it 力调电费 (power-factor adjustment).

PF = P ÷ √(P² + Q²), with the active and the reactive energy of the window. It rises with P and falls with |Q|, so its
low takes the least P with the most Q and its high the reverse; both are reached, since two registers don't hold each
other down. The root is taken in whole numbers: a low is rounded down and a high up at the 12th digit.
The adjustment is a table of the month's PF, rounded to 2 decimals.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from evidence_engine.knowledge.stretches import clip, intersect, total
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.site import site_meters
from evidence_engine.kpis.energy import MWNS_PER_MWH, Taken, register_taken
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import merged, of_flow
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Ratio, share

REACTIVE = "energy_reactive"
DIGITS = 10**12


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one meter that counts reactive energy beside active."""
    of = found.of
    if of.register is None or not of.has(REACTIVE):
        return
    booked = of.medium(REACTIVE)
    reactive = register_taken(booked, found.start, found.end, MWNS_PER_MWH)
    basis = merged([found.basis("energy.electricity"), of_flow(of.name, booked, found.start, found.end)])
    both = intersect(of.register.flow.known, booked.flow.known)
    known = total(clip(both, found.start, found.end))
    outcome = power_factor(found.taken, reactive, known, found.end - found.start)
    yield Found("energy.power_factor", outcome, basis)
    tariff = of.plant.energy.tariff
    if found.window.kind == "month" and tariff is not None and tariff.power_factor_standard is not None:
        yield Found("energy.power_factor_adjustment", adjustment(outcome), basis)


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of a site with one meter, whose factor is its own; those of several meters add up to none."""
    meters, _ = site_meters(site, "electricity")
    if len(meters) == 1:
        for found in figures(meters[0]):
            yield {}, found


def power_factor(active: Taken, reactive: Taken, known: int, length: int) -> Outcome:
    """P ÷ √(P² + Q²) of a window of `length` ns, both known in `known` of them."""
    codes = active.limitations | reactive.limitations
    value = None
    if active.value is not None and reactive.value is not None:
        value = _factor(max(active.value, 0), reactive.value)
    return Outcome(
        value,
        _least(active, reactive),
        _most(active, reactive),
        share(known, length),
        limitations=codes if known else codes | {"nothing_known"},
        undecided=active.undecided or reactive.undecided,
    )


def _least(active: Taken, reactive: Taken) -> Ratio:
    if active.low is None or active.low < 0 or reactive.high is None or reactive.low is None:
        return ZERO
    most = max(abs(reactive.high), abs(reactive.low))
    return (_factor(active.low, most) or ZERO) if most else ONE


def _most(active: Taken, reactive: Taken) -> Ratio | None:
    """No active energy at all has no factor."""
    if active.high is None or reactive.low is None:
        return ONE
    least = max(reactive.low, -reactive.high if reactive.high is not None else 0, 0)
    return _factor(max(active.high, 0), least, up=True)


def _factor(active: int, reactive: int, *, up: bool = False) -> Ratio | None:
    """To 12 digits, rounded down, or up; None for 0 ÷ 0."""
    squares = active * active + reactive * reactive
    if not squares:
        return None
    squared = active * active * DIGITS * DIGITS
    root = isqrt(squared // squares)
    return root + (up and root * root * squares < squared), DIGITS


_STANDARD = Fraction(90, 100)
_STEPS = (
    (Fraction(70, 100), Fraction(5, 1000)),
    (Fraction(65, 100), Fraction(1, 100)),
    (Fraction(0), Fraction(2, 100)),
)
"""Down to which factor · what each 0.01 adds."""


def percent_of(factor: Fraction) -> Fraction:
    """Share of the bill, + surcharge, − rebate, for a factor of 2 decimals under the standard 0.90.

    Each 0.01 below adds 0.5 % down to 0.70, 1 % to 0.65, then 2 %; each 0.01 above takes off 0.15 %, 0.75 % at most.
    """
    if factor >= _STANDARD:
        return -min((factor - _STANDARD) * Fraction(15, 100), Fraction(75, 10_000))
    above, added = _STANDARD, Fraction(0)
    for floor, each in _STEPS:
        if factor < above:
            added += (above - max(factor, floor)) * 100 * each
        above = floor
    return added


def adjustment(factor: Outcome) -> Outcome:
    """The adjustment of a month by its factor: it falls as the factor rises."""

    def at(side: Ratio | None) -> Ratio | None:
        if side is None:
            return None
        found = percent_of(_two_decimals(side))
        return found.numerator, found.denominator

    return Outcome(
        at(factor.value),
        at(factor.high),
        at(factor.low),
        factor.coverage,
        {"standard": 0.9},
        factor.limitations,
        factor.undecided,
    )


def _two_decimals(side: Ratio) -> Fraction:
    """Half up, as on a bill."""
    return Fraction((200 * side[0] + side[1]) // (2 * side[1]), 100)
