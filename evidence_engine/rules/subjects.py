"""Whom a rule asks about: the assets of the register, not those that happen to have data."""

from collections.abc import Callable, Mapping

from evidence_engine.rules.rule import Item, Over
from evidence_engine.vocabulary.plant import Asset, Plant

SITE = ""
"""The subject that is the whole site."""

STEP = "step/"
"""Before the name of a process step; no asset's name holds a slash."""

ELECTRICITY = ("electricity_meter",)
CARRIERS = ("electricity_meter", "gas_meter", "water_meter", "steam_meter")

_CHOICES: dict[Over, Callable[[Plant, Asset, Item], bool]] = {
    "production": lambda plant, asset, item: asset.is_production,
    "key_production": lambda plant, asset, item: asset.is_production and _is_key(plant, asset),
    "high_energy": lambda plant, asset, item: asset.kind not in ELECTRICITY and _is_rated(asset, item),
    "output": lambda plant, asset, item: asset.output,
    "electricity_meters": lambda plant, asset, item: asset.kind in ELECTRICITY,
    "carrier_meters": lambda plant, asset, item: asset.kind in CARRIERS,
    "environment_stations": lambda plant, asset, item: asset.kind == "environment_station",
}

NAMES: dict[Over, tuple[str, str]] = {
    "site": ("全厂", "the site"),
    "production": ("生产设备", "production assets"),
    "key_production": ("关键设备（含关键工序的设备）", "key production assets (those of key steps included)"),
    "high_energy": ("重点用能设备", "high users of energy"),
    "key_steps": ("关键工序", "key process steps"),
    "output": ("产出设备", "output assets"),
    "electricity_meters": ("电能表", "electricity meters"),
    "carrier_meters": ("能源计量表", "energy meters"),
    "environment_stations": ("环境监测点", "environment stations"),
}
"""What to call them, in zh and en."""


def subjects(plant: Plant, item: Item) -> list[str]:
    """The assets or steps of the register that an item looks at, in its order; [SITE] for the site."""
    if item.over == "site":
        return [SITE]
    if item.over == "key_steps":
        return [STEP + name for name, step in plant.steps.items() if step.key]
    return [name for name, asset in plant.assets.items() if _CHOICES[item.over](plant, asset, item)]


def subject_of(subject: Mapping[str, str]) -> str:
    """What a record is about, as `subjects` names it."""
    return STEP + subject["step"] if "step" in subject else subject.get("asset", SITE)


def _is_key(plant: Plant, asset: Asset) -> bool:
    """A key asset 关键设备, or one of a key step 关键工序."""
    return asset.key_ever or (asset.step is not None and plant.steps[asset.step].key)


def _is_rated(asset: Asset, item: Item) -> bool:
    return asset.rated_power is not None and asset.rated_power >= (item.rated_from or 0)
