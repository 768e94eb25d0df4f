"""Families of KPIs beside the first ones: each a module with a function that yields what it found in a window.

An asset's family sees one `AssetWindow`, a site's all of them; a family that says nothing in so short a time as an hour
is left out of windows of an hour. To add one: its rows in `tables/`, its texts in `texts/`, its line here. A family's
module imports `Found` and `SiteWindow` from `family`: this one imports every family.
"""

from collections.abc import Iterator

from evidence_engine.kpis import inspections, net_equipment, order_time, orders, rework
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies import figures as energies
from evidence_engine.kpis.family import AssetFamily, Found, SiteFamily, SiteWindow
from evidence_engine.kpis.losses import figures as losses
from evidence_engine.kpis.watching import figures as watching

__all__ = [
    "ASSETS",
    "SITES",
    "AssetFamily",
    "Found",
    "SiteFamily",
    "SiteWindow",
    "asset_figures",
    "site_figures",
]

ASSETS: tuple[AssetFamily, ...] = (
    AssetFamily(energies.asset_figures, hourly=False),
    AssetFamily(net_equipment.figures, hourly=False),
    AssetFamily(rework.figures, hourly=False),
    AssetFamily(order_time.figures, hourly=False),
    AssetFamily(orders.asset_figures, hourly=False),
    AssetFamily(inspections.figures, hourly=False),
    AssetFamily(losses.figures, hourly=False),
    *watching.ASSETS,
)
SITES: tuple[SiteFamily, ...] = (
    SiteFamily(energies.site_figures, hourly=False),
    SiteFamily(orders.site_figures, hourly=False),
    *watching.SITES,
)


def asset_figures(found: AssetWindow) -> Iterator[Found]:
    """What the families say of one asset."""
    for family in ASSETS:
        if family.hourly or found.window.kind != "hour":
            yield from family.figures(found)


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """What the families say of the site and its steps."""
    for family in SITES:
        if family.hourly or site.window.kind != "hour":
            yield from family.figures(site)
