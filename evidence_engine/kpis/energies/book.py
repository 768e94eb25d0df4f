"""What all windows of an asset share of its energy, kept as long as its book: parts of time laid out, loads by the clock."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.stretches import Stretches, ascending, inside, joined
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.energies.register import EVER, cells_of
from evidence_engine.kpis.energies.source import Measure, Measures, Source, from_rows
from evidence_engine.kpis.energy import Taken, together
from evidence_engine.kpis.flows import Flags
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.vocabulary.instants import DAY
from evidence_engine.vocabulary.states import UNKNOWN, State
from evidence_engine.vocabulary.tariff import BandTime, Tariff

_BOOKS: "WeakKeyDictionary[AssetBook, EnergyBook]" = WeakKeyDictionary()


def energy_book(book: AssetBook) -> "EnergyBook":
    """The energy book of an asset's book, made once."""
    if book not in _BOOKS:
        _BOOKS[book] = EnergyBook(book)
    return _BOOKS[book]


class EnergyBook:
    """One asset's electricity over any part of time, and its loads by the clock."""

    def __init__(self, book: AssetBook) -> None:
        self.of, self.calendar = book.of, book.calendar
        self.source = Source(book.of)
        self.loads: dict[tuple[int, int], Taken] = {}
        """Energy of [start, end) that was asked for as a load, mW·ns."""
        self._parts: dict[Hashable, Measure] = {}
        self._banded: tuple[int, int] = (0, 0)
        self._bands: list[BandTime] = []

    def part(self, key: Hashable, stretches: Callable[[], Stretches]) -> Measure:
        """A part of time, laid out once per key."""
        if key not in self._parts:
            self._parts[key] = self.source.part(stretches())
        return self._parts[key]

    def load(self, start: int, end: int) -> Taken:
        """Energy of one mean of the load."""
        found = self.loads.get((start, end))
        if found is None:
            found = self.loads[start, end] = self.of.electricity(start, end)
        return found

    @cached_property
    def in_shift(self) -> Stretches:
        """The asset's calendar."""
        return self.calendar.stretches

    def by_state(self, start: int, end: int) -> dict[Hashable, Taken]:
        """The energy of each part of time that the state and the calendar tell apart: see `_told_apart`."""
        names, measures = self._states
        return dict(zip(names, measures(start, end), strict=True))

    @cached_property
    def _states(self) -> tuple[list[Hashable], Measures]:
        held = self.of.state
        border = ascending(np.array(EVER, np.int64), held.border, self.in_shift.ravel())
        parts = _told_apart(inside(self.in_shift, border[:-1]), *held.at(border[:-1]))
        return list(parts), self.source.parts(cells_of(border, list(parts.values())))

    def bands(self, tariff: Tariff, start: int, end: int) -> list[BandTime]:
        """The tariff's bands over a time that holds the window; parts by band are laid out anew where it grows."""
        first, last = self._banded
        if not self._bands or start < first or end > last:
            history = self.of.history
            known = (history.since or start, history.end or end)
            kept = (first, last) if self._bands else (start, end)
            first, last = min(start, known[0], kept[0]) - DAY, max(end, known[1], kept[1]) + DAY
            self._banded = first, last
            self._bands = list(tariff.times(self.of.plant.zone, first, last))
            self._parts = {key: part for key, part in self._parts.items() if not _is_band(key)}
        return self._bands

    def banded(self, key: Hashable, chosen: Callable[[BandTime], bool]) -> Measure:
        """The energy in the bands that are chosen; `bands` was asked for the window before."""
        return self.part(
            ("band", key), lambda: joined(from_rows([(b.start, b.end) for b in self._bands if chosen(b)]))
        )


def _told_apart(shift: Flags, plain: NDArray[np.int16], may: NDArray[np.uint64]) -> dict[Hashable, Flags]:
    """Which cells are off shift, placed by the plain reading, or in the calendar in a state: (state, how) by the plain
    reading, surely, possibly; and (state, "not sure"), (state, "not possible"), which is all other time."""
    parts: dict[Hashable, Flags] = {"off shift": ~shift, "placed": ~shift | (plain != UNKNOWN)}
    for state in (State.IDLE, State.PLANNED_STOP, State.PRODUCING):
        bit = np.uint64(1 << state)
        parts[state, "plain"] = shift & (plain == state)
        parts[state, "sure"] = shift & (may == bit)
        parts[state, "possible"] = shift & ((may & bit) != 0)
    parts["not producing", "possible"] = ~parts[State.PRODUCING, "sure"]
    parts["not producing", "sure"] = ~parts[State.PRODUCING, "possible"]
    return parts


def _is_band(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[0] == "band"


class Group:
    """One asset, or the meters of a site, in one window."""

    def __init__(self, members: Iterable[AssetWindow]) -> None:
        self.members: Sequence[AssetWindow] = list(members)
        self.books = [energy_book(member.book) for member in self.members]
        self.start, self.end = self.members[0].start, self.members[0].end
        self.plant = self.members[0].of.plant

    @property
    def length(self) -> int:
        """ns of the window, once per meter."""
        return (self.end - self.start) * len(self.members)

    @cached_property
    def whole(self) -> Taken:
        """All electricity of the window."""
        return together(member.taken for member in self.members)

    @property
    def is_metered(self) -> bool:
        """Whether anything tells the electricity of one of them."""
        return any(book.source.is_metered for book in self.books)

    @cached_property
    def gives_back(self) -> bool:
        """Whether one of them may give energy back."""
        return any(book.source.gives_back for book in self.books)

    def load(self, start: int, end: int) -> Taken:
        """Energy of one mean of the load, all meters together."""
        if len(self.books) == 1:
            return self.books[0].load(start, end)
        return together(book.load(start, end) for book in self.books)

    def basis(self) -> Basis:
        """What its electricity rests on."""
        return merged(member.basis("energy.electricity") for member in self.members)


__all__ = ["EnergyBook", "Group", "energy_book"]
