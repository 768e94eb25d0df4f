"""Which series a figure rests on in a window, and the limitations that come with them (D7, D31)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.booking import Booked
from evidence_engine.kpis.subjects import POWER
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name

GROUPS: dict[str, tuple[str, ...]] = {
    "equipment.availability": ("state",),
    "equipment.mtbf": ("state",),
    "equipment.mttr": ("state",),
    "equipment.effectiveness": ("state", "product", "total"),
    "equipment.oee": ("state", "product", "total", "good", "reject"),
    "quality.quality_ratio": ("good", "reject"),
    "quality.reject_ratio": ("good", "reject"),
    "production.count_good": ("good",),
    "production.count_good_window": ("good",),
    "production.count_total": ("total",),
    "production.throughput": ("total",),
    "production.schedule_attainment": ("good", "product"),
    "energy.electricity": ("electricity",),
    "energy.per_good_piece": ("electricity", "good"),
}
"""What each KPI of an asset reads."""


class Needed(NamedTuple):
    """A series that is read in [start, end) of time; outside of it another one stands for it."""

    series: str
    start: int
    end: int


class Basis(NamedTuple):
    """What a figure rests on."""

    needed: frozenset[Needed]
    codes: frozenset[str]


NO_BASIS = Basis(frozenset(), frozenset())


def merged(bases: Iterable[Basis]) -> Basis:
    """All of them together."""
    every = list(bases)
    if len(every) == 1:
        return every[0]
    return Basis(
        frozenset().union(*(basis.needed for basis in every)),
        frozenset().union(*(basis.codes for basis in every)),
    )


def basis_of(book: AssetBook, group: str, start: int, end: int) -> Basis:
    """The series and codes of one group of an asset's inputs."""
    of = book.of
    match group:
        case "state":
            return whole_series(of.name, "state", of.state.limitations) if of.has("state") else NO_BASIS
        case "product":
            is_used = of.has("product") and (of.cycles is None or of.cycles.uniform is None)
            return whole_series(of.name, "product", of.product.limitations) if is_used else NO_BASIS
        case "electricity":
            if of.register is not None:
                return of_flow(of.name, of.register, start, end)
            return whole_series(of.name, POWER, of.power.limitations) if of.has(POWER) else NO_BASIS
        case _:
            booked = book.tallied.get(group)
            return NO_BASIS if booked is None else of_flow(of.name, booked, start, end)


def whole_series(asset: str, role: str, codes: Iterable[str] = ()) -> Basis:
    """One series of an asset over all time."""
    return Basis(frozenset({Needed(series_name(asset, role), FIRST, LAST)}), frozenset(codes))


def of_flow(asset: str, booked: Booked, start: int, end: int) -> Basis:
    """The counters that a flow reads in the window."""
    sources = [s for s in booked.flow.sources if s.start < end and s.end > start]
    needed = {Needed(series_name(asset, s.role), s.start, s.end) for s in sources}
    codes = frozenset().union(*(source.codes_in(start, end) for source in sources))
    return Basis(frozenset(needed), codes)


class Hanging(NamedTuple):
    """A series hangs on a connection in [start, end) of time."""

    connection: str
    start: int
    end: int


def hanging_of(history: History, plant: Plant, series: str) -> list[Hanging]:
    """The connections of a series over time."""
    regimes = regimes_of(history, plant, series)
    ends = [*(regime.start for regime in regimes[1:]), LAST]
    return [
        Hanging(regime.connection, regime.start, end)
        for regime, end in zip(regimes, ends, strict=True)
        if regime.connection is not None
    ]


def protocols_of(history: History, plant: Plant) -> Iterator[tuple[str, str]]:
    """(connection, protocol), what was announced last winning."""
    for name, facts in plant.connections.items():
        yield name, facts.protocol
    for name, rows in history.facts.items():
        if rows:
            yield name, max(rows, key=lambda row: row[0])[1].protocol
