"""Metering rate by level 能源计量器具配备率 (GB 17167): meters that are fitted and live ÷ needed meters.

The plant file lists the places where a meter is needed, by carrier and level; one that no asset measures is not fitted,
and stays in the denominator. Live: all links of the meter were proven up together, with a tag good, for at least 95 % of
the window (D24's share). value = low: proven live · high: not proven down for that share. The standard asks for fitted
meters only: parts say how many are, and how many percent the 2006 edition asks for.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.coefficient_tables import least_shares
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, Needed
from evidence_engine.kpis.network import LEAST_PERCENT
from evidence_engine.kpis.outcome import ZERO, Outcome, Part, ratio, share
from evidence_engine.vocabulary.coefficients import CARRIERS, ROLE_OF
from evidence_engine.vocabulary.energy_facts import MeterLevel, NeededMeter
from evidence_engine.vocabulary.roles import series_name

KPIS: dict[MeterLevel, str] = {
    "site": "energy.metering_rate_site",
    "unit": "energy.metering_rate_unit",
    "equipment": "energy.metering_rate_equipment",
}


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of every level that the plant's list names."""
    for level, kpi in KPIS.items():
        needed = [need for need in site.plant.energy.needed_meters if need.level == level]
        if needed:
            yield {}, Found(kpi, metering_rate(site, level, needed), _basis(site, needed))


def metering_rate(site: SiteWindow, level: MeterLevel, needed: Sequence[NeededMeter]) -> Outcome:
    """Fitted and live ÷ needed."""
    fitted = [need for need in needed if need.meter is not None]
    found = [_liveness(site.assets[need.meter], need) for need in fitted if need.meter is not None]
    live, maybe = sum(low for low, _, _ in found), sum(high for _, high, _ in found)
    low = ratio(live, len(needed))
    whole = (site.window.end - site.window.start) * len(needed)
    told = sum(known for _, _, known in found) + (site.window.end - site.window.start) * (
        len(needed) - len(fitted)
    )
    parts: dict[str, Part] = {"needed": len(needed), "fitted": len(fitted), "live": live}
    parts |= {"live_most": max(live, maybe), "share": LEAST_PERCENT / 100}
    codes = frozenset({"connected_share_is_ours", "metering_table_2006"})
    is_told = not fitted or _any_row(site, fitted)
    return Outcome(
        low if is_told else None,
        low,
        ratio(max(live, maybe), len(needed)),
        share(told, whole) if is_told else ZERO,
        parts | _by_carrier(level, needed),
        codes if is_told else codes | {"nothing_known"},
    )


def _any_row(site: SiteWindow, fitted: Sequence[NeededMeter]) -> bool:
    """Whether a link of one of the meters has a row in the window, or none has a link at all (D24)."""
    links = {name for need in fitted if need.meter for name in site.assets[need.meter].book.links.links.names}
    window = (site.window.start, site.window.end)
    for name in links:
        first, last = np.searchsorted(site.history.of(series_name(f"@{name}", "link")).ts, window)
        if first < last:
            return True
    return not links


def _by_carrier(level: MeterLevel, needed: Sequence[NeededMeter]) -> dict[str, Part]:
    """Of each carrier: fitted of needed, and the least percent of the 2006 edition."""
    parts: dict[str, Part] = {}
    for carrier in CARRIERS:
        chosen = [need for need in needed if need.carrier == carrier]
        if chosen:
            parts[carrier] = f"{sum(need.meter is not None for need in chosen)}/{len(chosen)}"
            if carrier in least_shares():
                parts[f"{carrier}.least_percent_2006"] = least_shares()[carrier].at(level)
    return parts


def _liveness(found: AssetWindow, need: NeededMeter) -> tuple[bool, bool, int]:
    """(proven live, may be live, ns in which that is decided); a meter without a link or a series of its carrier isn't."""
    whole = found.end - found.start
    roles = [ROLE_OF[need.carrier], *(["power_active"] if need.carrier == "electricity" else [])]
    if not found.book.links.links.names or not any(found.of.has(role) for role in roles):
        return False, False, whole
    time = found.book.links.in_window(found.start, found.end)
    low = 100 * time["up"] >= LEAST_PERCENT * whole
    high = 100 * (whole - time["down"]) >= LEAST_PERCENT * whole
    return low, low or high, min(time["up_alone"] + time["down"], whole)


def _basis(site: SiteWindow, needed: Sequence[NeededMeter]) -> Basis:
    """The series of each meter; their links come with them."""
    series = [
        series_name(need.meter, role)
        for need in needed
        if need.meter is not None
        for role in (ROLE_OF[need.carrier], "power_active")
        if site.assets[need.meter].of.has(role)
    ]
    return Basis(frozenset(Needed(name, FIRST, LAST) for name in series), frozenset())
