"""Maximum demand, load rate and base load: means of the load over fixed or sliding times of the clock, in kW.

E₁…Eₙ: the energies of the n means that lie in the window. Bounds:
- maximum demand = max Eᵢ: high max highᵢ, reached, since the means of a window don't hold each other down; low the
  largest of all lowᵢ and of the means over what an energy of known total was taken in: if that was certainly
  taken over k means in a row, the highest of them is at least their k-th part. For one bridged step that is the level
  to which the step fills the means, so it is reached.
- base load = the lowest mean of a clock hour, the same turned round.
- load rate = mean ÷ highest 15-min mean. low: one mean at its high, all others at their low (but no less than the
  window took in all); high: the highest mean m as low as it can be, every other at its high but at most m.
value: over the means of which the plain reading knows all.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.book import Group
from evidence_engine.kpis.energies.means import Means, means_in, shared
from evidence_engine.kpis.energies.site import site_group
from evidence_engine.kpis.energy import MWNS_PER_KWH
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Part, Ratio, ratio, share
from evidence_engine.vocabulary.instants import HOUR, MINUTE, format_instant

LOAD_LENGTH = 15 * MINUTE
"""The means of the load rate, whatever the demand is taken over."""
WITHOUT = frozenset({"history"})
"""Demand is a figure of a shift, a day or a billing period; that of all time since the start would be worked out anew
each hour."""
MOST_MEANS = 100_000
"""Beyond it (three years without any data) the bounds of the load rate are those of any share."""

Energy = int | Fraction


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one electricity meter."""
    if found.of.asset.kind == "electricity_meter" and found.window.kind not in WITHOUT:
        group = Group([found])
        if group.is_metered:
            yield from of_group(group)


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of the site's meters together."""
    group = site_group(site)
    if group is not None and group.is_metered and site.window.kind not in WITHOUT:
        for found in of_group(group):
            yield {}, found


def of_group(group: Group) -> Iterator[Found]:
    """The three figures, each where the window holds at least one mean."""
    basis = group.basis()
    rule = group.plant.energy.demand
    demanded = means_in(group, rule.minutes * MINUTE, rule.every * MINUTE)
    if demanded.count:
        parts: dict[str, Part] = {"minutes": rule.minutes, "every_minutes": rule.every}
        yield Found("energy.max_demand", maximum(group, demanded).adding(parts=parts), basis)
    quarters = means_in(group, LOAD_LENGTH, LOAD_LENGTH)
    if quarters.count:
        yield Found("energy.load_rate", load_rate(group, quarters), basis)
    hours = means_in(group, HOUR, HOUR)
    if hours.count:
        yield Found("energy.base_load", minimum(group, hours), basis)


def maximum(group: Group, means: Means) -> Outcome:
    """The highest mean, kW."""
    highs = [one.high for one in means.bounds]
    most = None if None in highs else max(high for high in highs if high is not None)
    return _extreme(means, max(means.whole, key=_energy, default=None), peak_low(group, means), most)


def peak_low(group: Group, means: Means) -> Energy | None:
    """The highest mean is at least this."""
    lows: list[Energy] = [one.low for one in means.bounds if one.low is not None]
    return max([*lows, *shared(group, means, "low")], default=None)


def minimum(group: Group, means: Means) -> Outcome:
    """The lowest mean, kW."""
    lows = [one.low for one in means.bounds]
    least = None if None in lows else min(low for low in lows if low is not None)
    highs: list[Energy] = [one.high for one in means.bounds if one.high is not None]
    most = min([*highs, *shared(group, means, "high")], default=None)
    return _extreme(means, min(means.whole, key=_energy, default=None), least, most)


def _energy(row: tuple[int, int]) -> int:
    return row[1]


def _extreme(means: Means, best: tuple[int, int] | None, low: Energy | None, high: Energy | None) -> Outcome:
    return Outcome(
        None if best is None else in_kw(best[1], means.length),
        None if low is None else in_kw(low, means.length),
        None if high is None else in_kw(high, means.length),
        share(len(means.whole), means.count),
        {} if best is None else {"at": format_instant(best[0])},
        means.codes if best is not None else means.codes | {"nothing_known"},
        means.undecided,
    )


def in_kw(energy: Energy, length: int) -> Ratio:
    """The mean power of an energy in mW·ns over `length` ns."""
    exact = Fraction(energy) * HOUR / (MWNS_PER_KWH * length)
    return exact.numerator, exact.denominator


def load_rate(group: Group, means: Means) -> Outcome:
    """Mean ÷ highest mean of the window."""
    known = [energy for _, energy in means.whole]
    top = max(known, default=0)
    return Outcome(
        ratio(sum(known), len(known) * top) if top > 0 else None,
        *rate_bounds(group, means),
        coverage=share(len(known), means.count),
        limitations=means.codes if known else means.codes | {"nothing_known"},
        undecided=means.undecided,
    )


def rate_bounds(group: Group, means: Means) -> tuple[Ratio | None, Ratio | None]:
    """(low, high); null where the load is surely nothing, or may be below: a mean over a peak then has no limits."""
    if any(one.low is None or one.low < 0 for one in means.bounds):
        return None, None
    if all(one.high == 0 for one in means.bounds):
        return None, None
    if means.count > MOST_MEANS:
        return ZERO, ONE
    every = means.every + ([] if means.far is None else [means.far] * means.more)
    whole = group.load(*means.span)
    highs = [one.high for one in every]
    low = least_rate([one.low or 0 for one in every], highs, whole.low or 0)
    return low, most_rate(highs, peak_low(group, means) or 0, whole.high)


def least_rate(lows: Sequence[int], highs: Sequence[int | None], whole: int) -> Ratio:
    """One mean at its high, all others at their low."""
    total, count = sum(lows), len(lows)
    if None in highs:
        return (1, count)
    pairs = zip(lows, highs, strict=True)
    best = min(Fraction(max(high + total - low, whole), count * high) for low, high in pairs if high)
    return best.numerator, best.denominator


def most_rate(highs: Sequence[int | None], peak: Energy, whole: int | None) -> Ratio:
    """The peak as low as it can be, no mean above it."""
    if peak <= 0:
        return ONE
    tops = [Fraction(peak if high is None else min(high, peak)) for high in highs]
    total = min(sum(tops, Fraction(0)), Fraction(whole)) if whole is not None else sum(tops, Fraction(0))
    best = min(total / (len(highs) * peak), Fraction(1))
    return best.numerator, best.denominator
