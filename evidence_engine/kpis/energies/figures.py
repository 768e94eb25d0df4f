"""All energy figures of an asset and of a site, as one family each."""

from collections.abc import Iterator

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies import balance, by_band, by_state, carriers, load, metering, power_factor
from evidence_engine.kpis.family import Found, SiteWindow


def asset_figures(found: AssetWindow) -> Iterator[Found]:
    """Of one asset."""
    for part in (carriers, by_state, load, by_band, power_factor):
        yield from part.figures(found)


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of the site, and the balance of its meters."""
    for part in (carriers, by_state, load, by_band, power_factor, balance, metering):
        yield from part.site_figures(site)
