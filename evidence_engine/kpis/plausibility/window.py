"""All doubts about the data of a window, and which figures they concern: those that rest on the series in doubt.

A doubt adds a limitation and, since it was seen in other series too, names those as inputs (D7). It changes no figure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from evidence_engine.knowledge.facts import Regime, regimes_of
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.inputs import Basis, Needed, merged
from evidence_engine.kpis.plausibility.clocks import Clocks
from evidence_engine.kpis.plausibility.contradiction import (
    count_without_producing,
    cycle_not_credible,
    producing_without_power,
)
from evidence_engine.kpis.plausibility.doubt import Doubt
from evidence_engine.kpis.plausibility.frozen import frozen
from evidence_engine.kpis.plausibility.regularity import too_regular
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import split_series

CHECKS: tuple[Callable[[AssetWindow], Iterator[Doubt]], ...] = (
    frozen,
    count_without_producing,
    producing_without_power,
    cycle_not_credible,
    too_regular,
)
"""Of one asset in one window."""

UNCONCERNED = ("network", "data", "collection")
"""Domains that ask whether data came, whatever it says."""


def doubts_of(found: AssetWindow) -> list[Doubt]:
    """Everything that is odd about one asset."""
    return [doubt for check in CHECKS for doubt in check(found)]


class Regimes:
    """The facts of every series over time, read once."""

    def __init__(self, history: History, plant: Plant) -> None:
        self.history, self._plant = history, plant
        self._found: dict[str, list[Regime]] = {}

    def of(self, series: str) -> list[Regime]:
        """Those of one series."""
        if series not in self._found:
            self._found[series] = regimes_of(self.history, self._plant, series)
        return self._found[series]


class Plausibility:
    """The doubts of one window, found when a figure first rests on a series of their asset."""

    def __init__(self, assets: Mapping[str, AssetWindow], regimes: Regimes, start: int, end: int) -> None:
        self._assets, self._regimes = assets, regimes
        self._clocks = Clocks(regimes.history, start, end)
        self._has_offsets = any(name.endswith("/clock_offset") for name in regimes.history.series)
        self._about = dict[str, list[Doubt]]()
        self._more = dict[frozenset[Needed], Basis]()

    def basis(self, kpi: str, basis: Basis) -> Basis:
        """What a figure rests on, with the doubts about it."""
        if kpi.partition(".")[0] in UNCONCERNED:
            return basis
        if basis.needed not in self._more:
            self._more[basis.needed] = self._doubted({needed.series for needed in basis.needed})
        more = self._more[basis.needed]
        return merged([basis, more]) if more.codes else basis

    def _doubted(self, names: set[str]) -> Basis:
        """The doubts about what rests on these series, and the other series that they were seen in."""
        every = {split_series(name)[0] for name in names} & self._assets.keys()
        found = [d for asset in every for d in self._of(asset) if not d.about.isdisjoint(names)]
        if self._has_offsets:
            found += self._by_clocks(names)
        more = {Needed(name, FIRST, LAST) for doubt in found for name in doubt.seen_in - names}
        return Basis(frozenset(more), frozenset(doubt.code for doubt in found))

    def _of(self, asset: str) -> list[Doubt]:
        if asset not in self._about:
            self._about[asset] = doubts_of(self._assets[asset])
        return self._about[asset]

    def _by_clocks(self, names: Iterable[str]) -> Iterator[Doubt]:
        for name in names:
            offset = self._clocks.is_off(self._regimes.of(name))
            if offset is not None:
                yield Doubt("clock_offset_beyond_error", frozenset({name}), frozenset({name, offset}))
