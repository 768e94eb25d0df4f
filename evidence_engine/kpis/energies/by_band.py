"""Electricity by band of the tariff 尖峰平谷, its cost, and the cost of the demand.

Every band is a part of time, bounded as `source` says. The cost is bounded jointly: with the prices p₁ < p₂ < …,
cost = p₁ × all + Σ (pⱼ − pⱼ₋₁) × what is taken where the price is at least pⱼ. An energy of known total across bands
is cheapest where it fills the cheap time first, as far as D12 allows, and that one way of placing it makes each of these
terms least; dearest is the reverse. So the sum of their bounds is the bound of the cost, and is reached.
Share of a band = x ÷ (x + rest), as for a state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.book import Group
from evidence_engine.kpis.energies.by_state import share_of
from evidence_engine.kpis.energies.load import maximum
from evidence_engine.kpis.energies.means import means_in
from evidence_engine.kpis.energies.site import site_group
from evidence_engine.kpis.energy import MWNS_PER_KWH, Taken, amount, together
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.outcome import Outcome, Part, Ratio, figure_of, share
from evidence_engine.vocabulary.instants import MINUTE, to_datetime
from evidence_engine.vocabulary.tariff import BANDS, Band, BandTime, Tariff, TariffVersion, exact

SHARES: dict[Band, str] = {band: f"energy.share_{band}" for band in BANDS}


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one electricity meter."""
    if found.of.asset.kind == "electricity_meter":
        yield from of_group(Group([found]))


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of the site's meters together, with what the demand costs."""
    group = site_group(site)
    if group is None:
        return
    for found in of_group(group):
        yield {}, found
    version = _version(group)
    if site.window.kind == "month" and version is not None and version.demand_price is not None:
        yield {}, Found("energy.demand_cost", demand_cost(group, version), group.basis())


def _version(group: Group) -> TariffVersion | None:
    tariff = group.plant.energy.tariff
    day = to_datetime(group.start, group.plant.zone).date()
    return None if tariff is None or not group.is_metered else tariff.version_of(day)


def of_group(group: Group) -> Iterator[Found]:
    """Shares of every band of the tariff, and the cost."""
    tariff = group.plant.energy.tariff
    if tariff is None or not group.is_metered:
        return
    basis = group.basis()
    times = bands_in(group, tariff)
    covers = sum(time.end - time.start for time in times) == group.end - group.start
    named: set[Band] = set().union(*(version.bands for version in tariff.versions))
    for band in (band for band in BANDS if band in named):
        outcome = share_of_band(group, band) if covers else no_tariff()
        yield Found(SHARES[band], outcome.adding(parts=_said(tariff, group)), basis)
    outcome = cost(group, times) if covers else no_tariff()
    yield Found("energy.cost", outcome.adding(parts=_said(tariff, group)), basis)


def no_tariff() -> Outcome:
    """The window is older than the tariff file."""
    return Outcome(None, None, None, limitations=frozenset({"no_tariff"}))


def _said(tariff: Tariff, group: Group) -> dict[str, Part]:
    version = _version(group)
    found: dict[str, Part] = {"region": tariff.region, "currency": tariff.currency}
    if version is not None:
        found |= {"valid_from": version.valid_from, "source": version.source, "certainty": version.certainty}
    return found


def bands_in(group: Group, tariff: Tariff) -> list[BandTime]:
    """The bands of the window, and laid out in the books of all meters."""
    for book in group.books:
        book.bands(tariff, group.start, group.end)
    return list(tariff.times(group.plant.zone, group.start, group.end))


def in_band(group: Group, band: Band) -> Taken:
    """The electricity of one band; its bands are laid out already."""
    return together(
        book.banded(band, lambda time: time.band == band)(group.start, group.end) for book in group.books
    )


def share_of_band(group: Group, band: Band) -> Outcome:
    """Its part of the window's electricity."""
    part = in_band(group, band)
    rest = together(
        book.banded(("not", band), lambda time: time.band != band)(group.start, group.end)
        for book in group.books
    )
    told = together([_valued(part), _valued(rest)])
    found = share_of(part, rest, group.whole, told, group.length)
    if group.gives_back:
        found = replace(found.adding({"may_give_back"}), low=None, high=None)
    kwh, _ = figure_of(amount(part, MWNS_PER_KWH, group.length), "kWh")
    return found.adding(parts={"energy": kwh})


def _valued(part: Taken) -> Taken:
    return Taken(part.value or 0, part.low, part.high, part.known)


def cost(group: Group, times: list[BandTime]) -> Outcome:
    """What the electricity of the window costs, by its bands."""
    if any(time.price is None for time in times):
        return Outcome(None, None, None, limitations=frozenset({"no_price"}))
    prices = sorted({time.price for time in times if time.price is not None})
    return cost_of([(price, at_least(group, price)) for price in prices], group.length)


def cost_of(levels: Sequence[tuple[Fraction, Taken]], length: int) -> Outcome:
    """Σ over the prices, ascending, of what each is more than the one below × what is taken at it or above."""
    sides: list[Fraction | None] = [Fraction(0)] * 3
    below = Fraction(0)
    for price, part in levels:
        if price > below:  # what is free costs nothing, however much it is
            amounts = (part.value or 0, part.low, part.high)
            pairs = zip(sides, amounts, strict=True)
            sides = [None if a is None or s is None else s + (price - below) * a for s, a in pairs]
            below = price
    known = max((part.known for _, part in levels), default=0)
    codes = frozenset().union(*(part.limitations for _, part in levels))
    value, low, high = (in_money(side) for side in sides)
    return Outcome(
        value if known else None,
        low,
        high,
        share(known, length),
        limitations=codes if known else codes | {"nothing_known"},
        undecided=any(part.undecided for _, part in levels),
    )


def at_least(group: Group, level: Fraction) -> Taken:
    """The electricity of all time at this price or above."""
    return together(
        book.banded(level, lambda time: time.price is not None and time.price >= level)(
            group.start, group.end
        )
        for book in group.books
    )


def in_money(cost: Fraction | None) -> Ratio | None:
    """Price per kWh × mW·ns as an amount of the currency."""
    return None if cost is None else (cost.numerator, cost.denominator * MWNS_PER_KWH)


def demand_cost(group: Group, version: TariffVersion) -> Outcome:
    """Demand price × the month's maximum demand."""
    rule = group.plant.energy.demand
    found = maximum(group, means_in(group, rule.minutes * MINUTE, rule.every * MINUTE))
    price = exact(version.demand_price or 0.0)

    def priced(side: Ratio | None) -> Ratio | None:
        return None if side is None else (side[0] * price.numerator, side[1] * price.denominator)

    return Outcome(
        priced(found.value),
        priced(found.low),
        priced(found.high),
        found.coverage,
        {"demand_price": version.demand_price, **found.parts},
        found.limitations,
        found.undecided,
    )
