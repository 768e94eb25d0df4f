"""Which meters stand for the site, carrier by carrier: those marked `site_meter`, else the leaves of the tree (D25)."""

from collections.abc import Sequence

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.energies.book import Group
from evidence_engine.kpis.family import SiteWindow
from evidence_engine.vocabulary.coefficients import ROLE_OF, Carrier
from evidence_engine.vocabulary.plant import Plant

METER_KINDS: dict[str, Carrier] = {
    "electricity_meter": "electricity",
    "gas_meter": "gas",
    "water_meter": "water",
    "steam_meter": "steam",
}
"""Kind of asset → the carrier that it is there for."""


def site_meters(site: SiteWindow, carrier: Carrier) -> tuple[list[AssetWindow], bool]:
    """The meters, and whether the plant file marks them."""
    if carrier == "electricity":
        marked, leaves = electricity_meters(site.plant)
        names = marked or leaves
        return [site.assets[name] for name in names], bool(marked)
    every = [name for name, found in site.assets.items() if _measures(found, carrier)]
    marked = [name for name in every if site.plant.assets[name].site_meter]
    feeding = {site.plant.assets[name].fed_by for name in every}
    names = marked or [name for name in every if name not in feeding]
    return [site.assets[name] for name in names], bool(marked)


def electricity_meters(plant: Plant) -> tuple[list[str], list[str]]:
    """(those marked, the leaves of the tree of electricity meters); a gas meter may be marked too, and is none."""
    of_others = {kind for kind, carrier in METER_KINDS.items() if carrier != "electricity"}
    marked = [n for n, asset in plant.assets.items() if asset.site_meter and asset.kind not in of_others]
    every = [name for name, asset in plant.assets.items() if asset.kind == "electricity_meter"]
    feeding = {plant.assets[name].fed_by for name in every}
    return marked, [name for name in every if name not in feeding]


def _measures(found: AssetWindow, carrier: Carrier) -> bool:
    """By its kind, or by a series of the carrier's role."""
    return METER_KINDS.get(found.of.asset.kind) == carrier or found.of.has(ROLE_OF[carrier])


def site_group(site: SiteWindow) -> Group | None:
    """The site's electricity meters, as the figure of its electricity takes them."""
    meters, _ = site_meters(site, "electricity")
    return Group(meters) if meters else None


def good_pieces(outputs: Sequence[AssetWindow]) -> tuple[int | None, Range]:
    """(value, bounds) of the good pieces of several assets in the window."""
    pairs = [output.good_window for output in outputs]
    values = [value for value, _ in pairs if value is not None]
    mosts = [found.most for _, found in pairs if found.most is not None]
    return sum(values) if values else None, Range(
        sum(found.least_natural for _, found in pairs),
        sum(mosts) if len(mosts) == len(pairs) else None,
        any(found.undecided for _, found in pairs),
    )
