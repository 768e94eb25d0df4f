"""Carriers of an asset and a site, and what they come to together: standard coal 综合能耗, CO2, per good piece.

Comprehensive consumption = Σ carrier × coefficient over the bought carriers of a site, or over all that is measured at an
asset. Media made on site from energy that was counted are not added again, so a site counts electricity, gas and water
unless its file names the carriers that it buys. low and high add the carriers' bounds, each with the least and the most
of its coefficient where the source gives a range; they are reached, since carriers don't hold each other down.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evidence_engine.knowledge.quanta import scale_of
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.energies.coefficient_tables import coefficient
from evidence_engine.kpis.energies.site import good_pieces, site_meters
from evidence_engine.kpis.energy import MWNS_PER_KWH, NOTHING, Taken, amount, register_taken, together
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import NO_BASIS, Basis, merged, of_flow
from evidence_engine.kpis.outcome import ZERO, Outcome, Part, Ratio, share
from evidence_engine.vocabulary.coefficients import CARRIERS, ROLE_OF, Carrier, Coefficient, CoefficientKind
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.tariff import exact

KPI_OF: dict[Carrier, str] = {carrier: f"energy.{carrier}" for carrier in CARRIERS}
TOTALS: dict[str, CoefficientKind] = {
    "energy.comprehensive": "calorific",
    "energy.comprehensive_equivalent": "equivalent",
    "energy.co2": "co2",
}
WITHOUT_CO2: frozenset[Carrier] = frozenset({"water", "compressed_air"})
"""Working media: no fuel, so no emission of their own."""
ELSEWHERE = frozenset({"electricity", "gas", "water"})
"""Carriers whose figure of an asset stands with its first figures."""


@dataclass(frozen=True, slots=True)
class Used:
    """One carrier of a subject: its amount in quanta (electricity: mW·ns), ns of its meters, what it rests on."""

    carrier: Carrier
    taken: Taken
    length: int
    basis: Basis

    @property
    def per_unit(self) -> int:
        """Quanta per unit of the role."""
        return MWNS_PER_KWH if self.carrier == "electricity" else scale_of(ROLE_OF[self.carrier])


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one asset: every carrier that it measures, and what they come to."""
    used = list(_of_asset(found))
    for one in used:
        if one.carrier not in ELSEWHERE:
            yield Found(KPI_OF[one.carrier], amount(one.taken, one.per_unit, one.length), one.basis)
    if not found.of.asset.is_production or not used:
        return
    plant, end = found.of.plant, found.end
    yield from totals(plant, end, used, frozenset())
    if found.of.makes_pieces:
        value, pieces = found.good_window
        basis = merged([*(one.basis for one in used), found.basis("production.count_good_window")])
        yield Found("energy.comprehensive_per_good_piece", per_piece(plant, end, used, value, pieces), basis)


def _of_asset(found: AssetWindow) -> Iterator[Used]:
    length = found.end - found.start
    if found.of.takes_electricity:
        yield Used("electricity", found.taken, length, found.basis("energy.electricity"))
    for carrier in CARRIERS[1:]:
        if found.of.has(ROLE_OF[carrier]):
            yield _of_register(found, carrier)


def _of_register(found: AssetWindow, carrier: Carrier) -> Used:
    booked = found.of.medium(ROLE_OF[carrier])
    taken = register_taken(booked, found.start, found.end)
    basis = of_flow(found.of.name, booked, found.start, found.end)
    return Used(carrier, taken, found.end - found.start, basis)


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of the site: every carrier that has a meter, and what the bought ones come to."""
    every = {carrier: _of_site(site, carrier) for carrier in CARRIERS}
    metered = {carrier: one for carrier, one in every.items() if one is not None}
    for carrier, one in metered.items():
        if carrier != "electricity":
            yield {}, Found(KPI_OF[carrier], amount(one.taken, one.per_unit, one.length), one.basis)
    used, codes = _bought(site, metered)
    if not used:
        return
    for found in totals(site.plant, site.window.end, used, codes):
        yield {}, found
    outputs = [found for found in site.assets.values() if found.of.asset.output]
    if outputs:
        made = merged(output.basis("production.count_good_window") for output in outputs)
        outcome = per_piece(site.plant, site.window.end, used, *good_pieces(outputs))
        basis = merged([*(one.basis for one in used), made])
        yield {}, Found("energy.comprehensive_per_good_piece", outcome.adding(codes), basis)


def _of_site(site: SiteWindow, carrier: Carrier) -> Used | None:
    meters, is_marked = site_meters(site, carrier)
    if not meters:
        return None
    length = site.window.end - site.window.start
    if carrier == "electricity":
        parts = [Used(carrier, meter.taken, length, meter.basis("energy.electricity")) for meter in meters]
    else:
        parts = [_of_register(meter, carrier) for meter in meters]
    basis = merged(part.basis for part in parts)
    codes = frozenset() if is_marked else frozenset({"no_site_meter"})
    return Used(
        carrier,
        together(part.taken for part in parts),
        length * len(parts),
        Basis(basis.needed, basis.codes | codes),
    )


def _bought(site: SiteWindow, metered: dict[Carrier, Used]) -> tuple[list[Used], frozenset[str]]:
    """The carriers that count; one that the plant names and nobody measures has no high."""
    facts = site.plant.energy
    if facts.carriers is None:
        return [metered[carrier] for carrier in facts.bought if carrier in metered], frozenset(
            {"carriers_unstated"}
        )
    length = site.window.end - site.window.start
    unmetered = Taken(None, 0, None, 0, limitations=NOTHING.limitations)
    found = [metered.get(c) or Used(c, unmetered, length, NO_BASIS) for c in facts.bought]
    return found, frozenset()


def totals(plant: Plant, until: int, used: Sequence[Used], codes: frozenset[str]) -> Iterator[Found]:
    """Standard coal on both bases and CO2; the equivalent basis only where a table has it for every carrier."""
    for kpi, kind in TOTALS.items():
        chosen = [one for one in used if kind != "co2" or one.carrier not in WITHOUT_CO2]
        is_told = kind != "equivalent" or any(coefficient(plant, one.carrier, kind, until) for one in chosen)
        if chosen and is_told:
            basis = merged(one.basis for one in chosen)
            yield Found(kpi, total(plant, until, chosen, kind).outcome(codes), basis)


@dataclass(frozen=True, slots=True)
class Total:
    """Σ carrier × coefficient: exact sides, None where nothing is known or not bounded."""

    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    known: int
    length: int
    parts: dict[str, Part]
    limitations: frozenset[str]
    undecided: bool

    def outcome(self, codes: Iterable[str] = ()) -> Outcome:
        """As a figure."""
        return Outcome(
            _ratio(self.value),
            _ratio(self.low),
            _ratio(self.high),
            share(self.known, self.length),
            self.parts,
            self.limitations.union(codes),
            self.undecided,
        )


def _ratio(side: Fraction | None) -> Ratio | None:
    return None if side is None else (side.numerator, side.denominator)


def total(plant: Plant, until: int, used: Sequence[Used], kind: CoefficientKind) -> Total:
    """All carriers together."""
    rows = [(one, _row(plant, until, one.carrier, kind)) for one in used]
    sides = [_sides(one, row) for one, row in rows]
    values = [value for value, _, _ in sides if value is not None]
    lows = [low for _, low, _ in sides if low is not None]
    highs = [high for _, _, high in sides if high is not None]
    known = sum(one.taken.known for one, row in rows if row is not None)
    codes = frozenset().union(*(one.taken.limitations for one in used), *(_said(row) for _, row in rows))
    return Total(
        sum(values, Fraction(0)) if values else None,
        sum(lows, Fraction(0)) if len(lows) == len(sides) else None,
        sum(highs, Fraction(0)) if len(highs) == len(sides) else None,
        known,
        sum(one.length for one in used),
        {"basis": kind}
        | {name: part for _, row in rows if row is not None for name, part in _parts(row).items()},
        codes if values else codes | {"nothing_known"},
        any(one.taken.undecided for one in used),
    )


def _row(plant: Plant, until: int, carrier: Carrier, kind: CoefficientKind) -> Coefficient | None:
    """Of the equivalent basis only electricity has a value of its own; the others keep their calorific one."""
    found = coefficient(plant, carrier, kind, until)
    if found is None and kind == "equivalent" and carrier != "electricity":
        return coefficient(plant, carrier, "calorific", until)
    return found


def _sides(one: Used, row: Coefficient | None) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """(value, low, high) of a carrier; without a coefficient it is not in the value, and has no high."""
    taken = one.taken
    if row is None:
        return None, Fraction(0) if (taken.low or 0) >= 0 and taken.low is not None else None, None
    each = exact(row.per_unit)
    least = each if row.low is None else exact(row.low)
    most = each if row.high is None else exact(row.high)
    value = None if taken.value is None else Fraction(taken.value, one.per_unit) * each
    low = (
        None if taken.low is None else Fraction(taken.low, one.per_unit) * (least if taken.low >= 0 else most)
    )
    high = (
        None
        if taken.high is None
        else Fraction(taken.high, one.per_unit) * (most if taken.high >= 0 else least)
    )
    return value, low, high


def _parts(row: Coefficient) -> dict[str, Part]:
    said: dict[str, Part] = {f"{row.carrier}.coefficient": row.per_unit, f"{row.carrier}.source": row.source}
    if row.data_year is not None:
        said |= {f"{row.carrier}.data_year": row.data_year, f"{row.carrier}.region": row.region}
        said[f"{row.carrier}.kind"] = row.basis
    return said


def _said(row: Coefficient | None) -> frozenset[str]:
    if row is None:
        return frozenset({"no_coefficient"})
    return frozenset({"coefficient_likely"} if row.certainty == "L" else ())


def per_piece(plant: Plant, until: int, used: Sequence[Used], good: int | None, pieces: Range) -> Outcome:
    """kgce of all carriers ÷ good pieces: least over most, most over least (D25)."""
    found = total(plant, until, used, "calorific")
    value = None if found.value is None or not good else found.value / good
    return Total(
        value,
        _per(found.low, pieces, smallest=True),
        _per(found.high, pieces, smallest=False),
        found.known,
        found.length,
        {**found.parts, "good": good},
        found.limitations,
        found.undecided or pieces.undecided,
    ).outcome()


def _per(side: Fraction | None, pieces: Range, *, smallest: bool) -> Fraction | None:
    """The smallest or the largest quotient over all that the pieces may be."""
    if side is None:
        return None
    if (side >= 0) != smallest:
        return side / pieces.least_natural if pieces.least_natural else None
    if pieces.most is None:
        return Fraction(*ZERO)
    return side / pieces.most if pieces.most > 0 else None
