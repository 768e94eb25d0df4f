"""Rework and scrap ratio: what of the pieces was made good again, and what was thrown away (ISO 22400-2).

A counter of rework counts a piece when it is rejected to be made good again: rework + scrap = rejects. Rework ratio =
rework ÷ all pieces, scrap ratio = (rejects − rework) ÷ all pieces, inside the calendar. low: fewest ÷ most pieces;
high: most ÷ fewest pieces, and never above 1, since neither is more than all pieces. The fewest scrap is the fewest
rejects less the most rework, the most the other way round. Each bound takes its two counters apart from each other, as
if what one of them hides could not show in the other: true, and reached where their unknown times are not the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from evidence_engine.knowledge.stretches import intersect
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Booked, Range, book, range_in
from evidence_engine.kpis.family import Found
from evidence_engine.kpis.gaps import Running, running
from evidence_engine.kpis.inputs import Basis, merged, of_flow
from evidence_engine.kpis.outcome import (
    ONE,
    ZERO,
    Outcome,
    Ratio,
    least,
    ratio,
    share,
)
from evidence_engine.kpis.timeline import CalendarTime, calendar_of

REWORK = "count_rework"


@dataclass(frozen=True, slots=True)
class _Books:
    """Rework in the calendar, the time in which all that a ratio needs is known, and the plain sums over it."""

    rework: Booked
    known: CalendarTime
    values: dict[str, Running]


_KEPT: WeakKeyDictionary[AssetBook, _Books] = WeakKeyDictionary()
"""As long as the asset's book: every window asks for the same."""


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of an asset that counts its rework."""
    if not found.of.has(REWORK):
        return
    if found.book not in _KEPT:
        _KEPT[found.book] = _booked(found.book)
    books = _KEPT[found.book]
    basis = merged([found.basis("quality.quality_ratio"), found.basis("production.count_total")])
    basis = merged([basis, of_flow(found.of.name, books.rework, found.start, found.end)])
    yield from _figures(found, books, basis)


def _booked(of: AssetBook) -> _Books:
    flow = of.of.flow(REWORK)
    rework = book(flow, of.calendar)
    pieces = of.of.pieces
    known = intersect(of.calendar.stretches, flow.known)
    for other in (pieces.total, pieces.reject):
        known = known[:0] if other is None else intersect(known, other.known)
    values = {name: running(of.tallied[name], known) for name in ("total", "reject") if name in of.tallied}
    return _Books(rework, calendar_of(known), values | {"rework": running(rework, known)})


def _figures(found: AssetWindow, books: _Books, basis: Basis) -> Iterator[Found]:
    if not found.time["C"]:
        yield Found("quality.rework_ratio", found.empty, basis)
        yield Found("quality.scrap_ratio", found.empty, basis)
        return
    rework = range_in(books.rework, found.start, found.end)
    total, reject = found.range("total"), found.range_or_open("reject")
    values = {name: of.between(found.start, found.end) for name, of in books.values.items()}
    known = books.known.between(found.start, found.end)
    coverage = share(known, found.time["C"])
    pieces = values["total"] if known else 0
    yield Found(
        "quality.rework_ratio",
        _share_of(values["rework"], pieces, rework, total, coverage),
        basis,
    )
    scrap = Range(_less(reject.least, rework.most), _less(reject.most, rework.least_natural))
    made = values.get("reject", 0) - values["rework"]
    yield Found(
        "quality.scrap_ratio",
        _share_of(made, pieces, scrap, total, coverage),
        basis,
    )


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def _share_of(value: int, pieces: int, part: Range, whole: Range, coverage: Ratio) -> Outcome:
    """Part ÷ whole; 0 ÷ 0 is null (D16)."""
    low = ZERO if whole.most is None else ratio(part.least_natural, whole.most)
    fewest = whole.least_natural
    if part.most is None or (part.most > 0 and not fewest):
        high: Ratio | None = ONE
    else:
        top = ratio(max(0, part.most), fewest)
        high = None if top is None else least(top, ONE)
    return Outcome(
        ratio(value, pieces),
        None if low is None else least(low, ONE),
        high,
        coverage,
        {"pieces": pieces, "of_them": value},
        frozenset() if pieces else frozenset({"nothing_known"}),
        part.undecided or whole.undecided,
    )
