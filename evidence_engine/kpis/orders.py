"""Figures of whole orders, over those that lie wholly in the window: Σ numerators ÷ Σ denominators (ISO 22400-2, D35).

AOET of an order runs from its first start to its last end, as the file states: exact. What its machines did in it is
known or unknown: Σ AUBT, Σ APT from what surely to what possibly was so, pieces as D10 to D12 count them in
(start, end]. A ratio over AOET has a certain denominator, so its bounds are those of its numerator; fewest rejects over
most pieces to most over fewest bounds what has two counters. Each is reached where different counters or times are
unsure; rejects and pieces of one counter are taken apart from each other, which may leave the bounds wider.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence_engine.knowledge.stretches import clip
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import NO_BASIS, Basis, merged
from evidence_engine.kpis.order_time import AS_GIVEN
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Ratio, ratio, share
from evidence_engine.kpis.run_pieces import RunPieces, pieces_of, together
from evidence_engine.kpis.state_time import PLANNED, PRODUCING, StateTime, state_time
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.orders import Attendance, OrderRun, Papers
from evidence_engine.vocabulary.window import Window


@dataclass(frozen=True, slots=True)
class Done:
    """An order whose operations all lie in the window."""

    runs: Sequence[OrderRun]

    @property
    def time(self) -> int:
        """AOET, ns."""
        return max(run.ended for run in self.runs) - min(run.start for run in self.runs)

    @property
    def first(self) -> OrderRun:
        """Its first operation."""
        return min(self.runs, key=lambda run: (run.start, run.ended, run.asset))

    @property
    def last(self) -> OrderRun:
        """The operation that ended last."""
        return max(self.runs, key=lambda run: (run.ended, run.start, run.asset))


def done_in(papers: Papers, window: Window) -> list[Done]:
    """The orders that lie wholly in a window, in the order of the file."""
    return [
        Done(papers.runs_by_order[order])
        for order, (start, end) in papers.span_by_order.items()
        if end is not None and window.start <= start and end <= window.end
    ]


def _lies_in(run: OrderRun, window: Window) -> bool:
    return run.end is not None and window.start <= run.start and run.end <= window.end


def site_figures(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Of all orders done in the window, and of the people."""
    papers = site.history.papers
    done = done_in(papers, site.window)
    if done:
        for found in _figures(done, site.assets):
            yield {}, found
    if attended := _heads(papers.attendance, site.window):
        worked = _heads(papers.orders, site.window)
        outcome = _exact((worked, attended)).adding({"attendance_as_given"} | AS_GIVEN)
        yield {}, Found("production.worker_efficiency", outcome, NO_BASIS)


def _heads(rows: Iterable[OrderRun | Attendance], window: Window) -> int:
    """Head-ns of the window; a run that has not ended goes on."""
    return sum((row.personnel or 0) * _inside(row, window) for row in rows)


def _inside(row: OrderRun | Attendance, window: Window) -> int:
    end = window.end if row.end is None else min(row.end, window.end)
    return max(0, end - max(row.start, window.start))


def _exact(of: Ratio) -> Outcome:
    return Outcome(of, of, of, ONE)


def _figures(done: Sequence[Done], assets: Mapping[str, AssetWindow]) -> Iterator[Found]:
    execution = sum(order.time for order in done)
    runs = [run for order in done for run in order.runs]
    times = [_time(assets[run.asset], run) for run in runs]
    states = merged(assets[run.asset].basis("equipment.availability") for run in runs)
    parts = {"orders": len(done)}
    yield Found(
        "production.order_execution_time",
        _exact((execution, len(done) * HOUR)).adding(AS_GIVEN, parts),
        NO_BASIS,
    )
    for kpi, outcome in (
        ("production.allocation_ratio", _busy(times, execution)),
        ("production.process_ratio", _producing(times, execution)),
    ):
        yield Found(kpi, outcome.adding(AS_GIVEN, parts), states)
    yield from _pieces(done, assets, execution)


def _time(found: AssetWindow, run: OrderRun) -> StateTime:
    inside = clip(found.book.calendar.stretches, run.start, run.ended)
    return state_time(found.of.state, inside)


def _busy(times: Sequence[StateTime], execution: int) -> Outcome:
    """ΣAUBT ÷ ΣAOET."""
    return _over(
        times,
        sum(time.known - time.seen(PLANNED) for time in times),
        sum(time.whole - time.may(PLANNED) for time in times),
        sum(time.whole - time.sure(PLANNED) for time in times),
        execution,
    )


def _producing(times: Sequence[StateTime], execution: int) -> Outcome:
    """ΣAPT ÷ ΣAOET."""
    return _over(
        times,
        sum(time.seen(PRODUCING) for time in times),
        sum(time.sure(PRODUCING) for time in times),
        sum(time.may(PRODUCING) for time in times),
        execution,
    )


def _over(times: Sequence[StateTime], value: int, low: int, high: int, execution: int) -> Outcome:
    known, whole = sum(time.known for time in times), sum(time.whole for time in times)
    told = known > 0 or not whole
    return Outcome(
        ratio(value, execution) if told else None,
        ratio(low, execution),
        ratio(high, execution),
        share(known, whole),
        limitations=frozenset() if told else frozenset({"nothing_known"}),
    )


def _pieces(done: Sequence[Done], assets: Mapping[str, AssetWindow], execution: int) -> Iterator[Found]:
    last = [pieces_of(assets[one.last.asset], one.last, "total") for one in done]
    known = [(made.value, one.time) for made, one in zip(last, done, strict=True) if made.value is not None]
    value = ratio(sum(pieces for pieces, _ in known) * HOUR, sum(time for _, time in known))
    made = together(last)
    most = made.range.most
    rate = Outcome(
        value,
        ratio(made.range.least_natural * HOUR, execution),
        None if most is None else ratio(max(0, most) * HOUR, execution),
        made.coverage,
        undecided=made.range.undecided,
    )
    yield _found("production.throughput_rate", rate, made.basis, done)
    lost = [together(pieces_of(assets[run.asset], run, "reject") for run in one.runs) for one in done]
    first = [pieces_of(assets[one.first.asset], one.first, "total") for one in done]
    basis = merged(one.basis for one in (*lost, *first))
    yield _found("quality.fall_off_ratio", _fall_off(lost, first), basis, done)


def _found(kpi: str, outcome: Outcome, basis: Basis, done: Sequence[Done]) -> Found:
    codes = AS_GIVEN if outcome.value is not None else AS_GIVEN | {"nothing_known"}
    return Found(kpi, outcome.adding(codes, {"orders": len(done)}), basis)


def _fall_off(lost: Sequence[RunPieces], first: Sequence[RunPieces]) -> Outcome:
    """SQ ÷ PQ of the first operation; the value over the orders of which both are known."""
    pairs = [
        (part.value, whole.value)
        for part, whole in zip(lost, first, strict=True)
        if part.value is not None and whole.value is not None
    ]
    part, whole = together(lost), together(first)
    most, pieces = part.range.most, whole.range.most
    return Outcome(
        ratio(sum(one for one, _ in pairs), sum(other for _, other in pairs)),
        ZERO if pieces is None else ratio(part.range.least_natural, pieces),
        None if most is None else ratio(max(0, most), whole.range.least_natural),
        part.coverage,
        undecided=part.range.undecided or whole.range.undecided,
    )


def asset_figures(found: AssetWindow) -> Iterator[Found]:
    """Rejects against planned scrap, of the operations of one machine that lie wholly in the window."""
    runs = [
        run
        for run in found.of.history.papers.runs_by_asset.get(found.of.name, ())
        if run.planned_scrap is not None and _lies_in(run, found.window)
    ]
    if not runs:
        return
    every = [(pieces_of(found, run, "reject"), run.planned_scrap or 0) for run in runs]
    known = [(lost.value, planned) for lost, planned in every if lost.value is not None]
    lost, planned = together(one for one, _ in every), sum(planned for _, planned in every)
    most = lost.range.most
    outcome = Outcome(
        ratio(sum(value for value, _ in known), sum(scrap for _, scrap in known)),
        ratio(lost.range.least_natural, planned),
        None if most is None else ratio(max(0, most), planned),
        lost.coverage,
        {"planned_scrap": planned, "orders": len({run.order for run in runs})},
        AS_GIVEN if known else AS_GIVEN | {"nothing_known"},
        lost.range.undecided,
    )
    yield Found("production.scrap_to_planned", outcome, lost.basis)
