"""Pieces that a machine counted while an order held it, calendar or not: (start, end] of the run (D10, D11, D22)."""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Range, counted, known_in, range_in
from evidence_engine.kpis.inputs import NO_BASIS, Basis, merged, of_flow
from evidence_engine.kpis.outcome import Ratio, share
from evidence_engine.kpis.subjects import GOOD, REJECT, TOTAL
from evidence_engine.vocabulary.orders import OrderRun


@dataclass(frozen=True, slots=True)
class RunPieces:
    """value None: nothing is known · known of whole: ns of the runs in which it is counted."""

    value: int | None
    range: Range
    known: int
    whole: int
    basis: Basis

    @property
    def coverage(self) -> Ratio:
        """Of the time of the runs."""
        return share(self.known, self.whole)


def pieces_of(found: AssetWindow, run: OrderRun, name: str) -> RunPieces:
    """`total` or `reject` of a run that has ended: its own counter, else from the other two."""
    if name == "reject" and found.of.pieces.assumed:
        length = run.ended - run.start
        return RunPieces(0, Range(0, 0), length, length, NO_BASIS)
    own = TOTAL if name == "total" else REJECT
    if found.of.has(own):
        return _counter(found, run, own)
    other = REJECT if name == "total" else TOTAL
    good, more = _counter(found, run, GOOD), _counter(found, run, other)
    if found.of.has(GOOD) and found.of.has(other):
        return _summed(good, more) if name == "total" else _less(more, good)
    least = good.range.least if name == "total" else 0
    return RunPieces(
        None, Range(least, more.range.most if name == "reject" else None), 0, good.whole, more.basis
    )


def _counter(found: AssetWindow, run: OrderRun, role: str) -> RunPieces:
    start, end = run.start, run.ended
    if not found.of.has(role):
        return RunPieces(None, Range(0, None), 0, end - start, NO_BASIS)
    booked = found.of.medium(role)
    known = known_in(booked.flow, start, end)
    _, all_in, is_any = counted(booked, start, end)
    return RunPieces(
        all_in if known or is_any else None,
        range_in(booked, start, end),
        known,
        end - start,
        of_flow(found.of.name, booked, start, end),
    )


def _summed(one: RunPieces, other: RunPieces) -> RunPieces:
    most = None if one.range.most is None or other.range.most is None else one.range.most + other.range.most
    least = one.range.least_natural + other.range.least_natural
    return _joined(one, other, 1, Range(least, most))


def _less(total: RunPieces, good: RunPieces) -> RunPieces:
    least = 0 if good.range.most is None else max(0, total.range.least_natural - good.range.most)
    most = None if total.range.most is None else max(0, total.range.most - good.range.least_natural)
    return _joined(total, good, -1, Range(least, most))


def _joined(one: RunPieces, other: RunPieces, sign: int, found: Range) -> RunPieces:
    value = None if one.value is None or other.value is None else one.value + sign * other.value
    undecided = one.range.undecided or other.range.undecided
    return RunPieces(
        value,
        Range(found.least, found.most, undecided),
        min(one.known, other.known),
        one.whole,
        merged([one.basis, other.basis]),
    )


def together(runs: Iterable[RunPieces]) -> RunPieces:
    """Of all of them; the value only where each one's is known."""
    every = list(runs)
    values = [one.value for one in every if one.value is not None]
    mosts = [one.range.most for one in every if one.range.most is not None]
    return RunPieces(
        sum(values) if len(values) == len(every) else None,
        Range(
            sum(one.range.least_natural for one in every),
            sum(mosts) if len(mosts) == len(every) else None,
            any(one.range.undecided for one in every),
        ),
        sum(one.known for one in every),
        sum(one.whole for one in every),
        merged(one.basis for one in every),
    )
