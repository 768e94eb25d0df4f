"""What a family of KPIs is given and yields; apart from the list of them (`families`), which imports every family."""

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
