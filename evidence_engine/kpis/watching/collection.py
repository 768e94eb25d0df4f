"""Automatic collection: which of the data that must be collected are live, per asset, step and site.

What must be collected of an asset: what its `collect:` lists, else the table below by its kind. The denominator is the
register: a step's production assets, whether connected or not.
"""

from collections.abc import Iterable, Iterator, Sequence

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.watching.forewarning import is_key
from evidence_engine.kpis.watching.live import (
    Live,
    Wanted,
    basis_of_roles,
    each_live,
    live,
    share_live,
    time_live,
)
from evidence_engine.kpis.watching.signals import ANY_MEASURED
from evidence_engine.vocabulary.plant import Asset, AssetKind

_CODES = ("role_share_is_ours",)
STATE: Wanted = ("state",)
PIECES: Wanted = ("count_total", "count_good")
ENERGY: Wanted = ("energy_active", "power_active")

REQUIRED: dict[AssetKind, tuple[Wanted, ...]] = {
    "furnace": (STATE, ("temperature",)),
    "compressor": (STATE, ENERGY),
    "chiller": (STATE, ENERGY),
    "conveyor": (STATE,),
    "electricity_meter": (ENERGY,),
    "gas_meter": (("gas_volume",),),
    "water_meter": (("water_volume",),),
    "steam_meter": (("steam_mass",),),
    "environment_station": ((ANY_MEASURED,),),
}
"""By kind; of each entry one role is enough. A kind that makes pieces and is not listed: its state and a count."""


def required(asset: Asset) -> tuple[Wanted, ...]:
    """What must be collected of an asset."""
    if asset.collect:
        return tuple((role,) for role in asset.collect)
    return REQUIRED.get(asset.kind, (STATE, PIECES) if asset.is_production else ((ANY_MEASURED, "state"),))


def asset_collection(found: AssetWindow) -> Iterator[Found]:
    """Required roles that are live ÷ required roles."""
    each = each_live(found, required(found.of.asset))
    yield Found("collection.required_roles", share_live(each).adding(_CODES), _basis([found]))


def site_collection(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of each step, of the site, and of its key steps."""
    of = {name: live(found, required(found.of.asset)) for name, found in site.assets.items()}
    registered = [site.assets[name] for name in site.plant.production_assets()]
    kpi = "collection.automatic_coverage"
    for step in site.plant.steps:
        members = [found for found in registered if found.of.asset.step == step]
        yield {"step": step}, _coverage(kpi, members, of, "no_asset_of_step")
    yield {}, _coverage(kpi, registered, of, "no_asset_of_step")
    keys = [found for found in registered if _is_of_key_step(found)]
    yield {}, _coverage("collection.key_step_coverage", keys, of, "no_key_step")


def _is_of_key_step(found: AssetWindow) -> bool:
    step = found.of.asset.step
    return step is not None and found.of.plant.steps[step].key


def _coverage(kpi: str, members: Sequence[AssetWindow], of: dict[str, Live], none: str) -> Found:
    outcome = share_live([of[found.of.name] for found in members])
    return Found(kpi, outcome.adding(_CODES if members else (none,)), _basis(members))


def _basis(members: Iterable[AssetWindow]) -> Basis:
    return merged(
        basis_of_roles(found, (role for roles in required(found.of.asset) for role in roles))
        for found in members
    )


CONDITION: Wanted = ("temperature", "vibration", "pressure", "current", "voltage", "speed", "flow")
"""Condition parameters, of which one is enough where an asset states none."""


def condition_of(asset: Asset) -> tuple[Wanted, ...]:
    """The condition parameters of an asset that must be live together."""
    return tuple((role,) for role in asset.condition) or (CONDITION,)


def asset_condition(found: AssetWindow) -> Iterator[Found]:
    """Time in which the condition parameters of key equipment, or of what states some, are known."""
    if is_key(found.of.plant, found.of.asset) or found.of.asset.condition:
        from_live = live(found, condition_of(found.of.asset))
        yield Found("maintenance.condition_live", time_live(from_live), _condition_basis([found]))


def site_condition(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Key equipment with live condition parameters ÷ key equipment of the register."""
    keys = [found for found in site.assets.values() if is_key(site.plant, found.of.asset)]
    outcome = share_live([live(found, condition_of(found.of.asset)) for found in keys])
    codes = ("live_share_is_ours",) if keys else ("no_key_equipment",)
    yield {}, Found("maintenance.condition_monitoring", outcome.adding(codes), _condition_basis(keys))


def _condition_basis(members: Iterable[AssetWindow]) -> Basis:
    return merged(
        basis_of_roles(found, (role for roles in condition_of(found.of.asset) for role in roles))
        for found in members
    )
