"""Families of KPIs beside the first ones: each a module with a function that yields what it found in a window.

An asset's family sees one `AssetWindow`, a site's all of them; a family that says nothing in so short a time as an hour
is left out of windows of an hour. To add one: its rows in `tables/`, its texts in `texts/`, its line here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.inputs import Basis
from evidence_engine.kpis.outcome import Outcome
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window


class Found(NamedTuple):
    """One figure and what it rests on."""

    kpi: str
    outcome: Outcome
    basis: Basis


@dataclass(frozen=True, slots=True)
class SiteWindow:
    """All assets of a plant in one window, by name."""

    plant: Plant
    history: History
    window: Window
    assets: Mapping[str, AssetWindow]


class AssetFamily(NamedTuple):
    """Figures of one asset."""

    figures: Callable[[AssetWindow], Iterator[Found]]
    hourly: bool


class SiteFamily(NamedTuple):
    """Figures of other subjects, `{}` for the site or `{"step": …}`."""

    figures: Callable[[SiteWindow], Iterator[tuple[dict[str, str], Found]]]
    hourly: bool


ASSETS: tuple[AssetFamily, ...] = ()
SITES: tuple[SiteFamily, ...] = ()


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
