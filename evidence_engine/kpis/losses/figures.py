"""The figures of stops, changeovers and losses of one asset in one window (D34)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found
from evidence_engine.kpis.inputs import Basis, merged, whole_series
from evidence_engine.kpis.losses.bounds import Bounds, bounds_of
from evidence_engine.kpis.losses.changeovers import Planned, planned_in
from evidence_engine.kpis.losses.leaves import (
    Leaves,
    Yield,
    leaves_of,
    min_stop_of,
    view_of,
    yield_of,
)
from evidence_engine.kpis.losses.reasons import ALARM, OPERATOR
from evidence_engine.kpis.losses.spans import spans_around
from evidence_engine.kpis.losses.stays import Count, LongTime, Runs, count_long, count_minor, long_time
from evidence_engine.kpis.losses.stops import STOPPED, columns_of
from evidence_engine.kpis.outcome import ZERO, Outcome, Part, Ratio, part_of, ratio, share
from evidence_engine.kpis.state_time import SETUP
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import State

TIMES = ("breakdown", "setup", "idling")
"""Losses that the state alone tells; the others need pieces and ideal cycles."""

YIELDS = ("speed", "defects", "start_up")

REASONS = 8
"""So many reasons of a Pareto are parts of the record, the others one."""


def figures(found: AssetWindow) -> Iterator[Found]:
    """What the states, products and pieces of one asset tell of its losses."""
    if not found.of.has_states:
        return
    losses = Losses(found)
    if not found.time["C"]:
        names = ["stops", "minor_stops", "stop_time", *TIMES]
        names += [*YIELDS, "effective_time"] if found.of.makes_pieces else []
        yield from (Found(f"losses.{name}", found.empty, losses.by_state) for name in names)
        return
    yield from losses.stop_figures()
    yield from losses.time_figures()
    if found.of.has("product") and len(found.of.product.names) > 1:
        yield from losses.changeover_figures()
    if found.of.makes_pieces:
        yield from losses.yield_figures()


@dataclass(frozen=True)
class Losses:
    """What the figures of a window share, worked out once."""

    found: AssetWindow

    @cached_property
    def runs(self) -> dict[State, Runs]:
        """Stays and chains of each state that is a stop."""
        view = view_of(self.found)
        spans = spans_around(self.found.of.state, view)
        return {state: Runs(view, spans, self.found.book.stays_in(state)) for state in STOPPED}

    @cached_property
    def down(self) -> LongTime:
        """Time in long and short stays in down; idle time has the leaf of the short ones."""
        return long_time(self.runs[State.DOWN], min_stop_of(self.found), State.DOWN, 1 << State.IDLE)

    @cached_property
    def made(self) -> Yield:
        """What producing time yielded."""
        return yield_of(self.found)

    @cached_property
    def leaves(self) -> Leaves:
        """The loss tree."""
        return leaves_of(self.found, self.down.value, self.made)

    @cached_property
    def bounds(self) -> dict[str, Bounds]:
        """Of its leaves."""
        return bounds_of(self.found, self.runs[State.DOWN].spans, self.down)

    @cached_property
    def by_state(self) -> Basis:
        """What figures of the state rest on."""
        return self.found.basis("equipment.availability")

    @cached_property
    def by_pieces(self) -> Basis:
        """What figures of pieces rest on."""
        return self.found.basis("equipment.oee")

    @property
    def _codes(self) -> frozenset[str]:
        return frozenset() if self.found.time["known"] else frozenset({"nothing_known"})

    @property
    def _coverage(self) -> Ratio:
        return share(self.found.time["known"], self.found.time["C"])

    def _count(self, kpi: str, counts: list[Count], basis: Basis) -> Found:
        every = counts[0]
        for count in counts[1:]:
            every = every.plus(count)
        value = (every.value, 1) if self.found.time["known"] else None
        most = None if every.most is None else (every.most, 1)
        codes = self._codes | ({"stops_in_unknown_time"} if every.most is None else frozenset[str]())
        return Found(kpi, Outcome(value, (every.least, 1), most, self._coverage, limitations=codes), basis)

    def stop_figures(self) -> Iterator[Found]:
        """How many stops, how long, and why."""
        min_stop = min_stop_of(self.found)
        long = {s: count_long(self.runs[s], min_stop) for s in STOPPED}
        minor = {s: count_minor(self.runs[s], min_stop) for s in STOPPED}
        for name, counts in (("stops", long), ("minor_stops", minor)):
            told = self._count(f"losses.{name}", list(counts.values()), self.by_state)
            parts = {state.word: count.value for state, count in counts.items()}
            yield told._replace(outcome=told.outcome.adding(parts=parts))
        yield self._stop_time()

    def _stop_time(self) -> Found:
        time = self.found.states
        parts: dict[str, Part] = {
            state.word: part_of(*_hours(time.seen({state}), time.sure({state}), time.may({state})), "h")
            for state in STOPPED
        }
        bounds = Bounds(time.sure(STOPPED), time.may(STOPPED))
        outcome = self._time(time.seen(STOPPED), bounds).adding(parts=parts | self._reasons())
        of = self.found.of
        told = [whole_series(of.name, role) for role in (ALARM, OPERATOR) if of.has(role)]
        return Found("losses.stop_time", outcome, merged([self.by_state, *told]))

    def _reasons(self) -> dict[str, Part]:
        """Hours by reason, the largest first; what nobody and nothing told is one of them."""
        times: dict[str, int] = {}
        for reason, time in columns_of(self.found.of, self.runs).time_by_reason().items():
            times[reason.key] = times.get(reason.key, 0) + time
        order = sorted(times, key=lambda key: (-times[key], key))
        kept: dict[str, Part] = {f"reason.{key}": times[key] / HOUR for key in order[:REASONS]}
        rest = sum(times[key] for key in order[REASONS:])
        return kept | ({"reason.others": rest / HOUR} if rest else {})

    def _time(self, value: int, bounds: Bounds) -> Outcome:
        told = value if self.found.time["known"] else None
        return Outcome(*_hours(told, bounds.least, bounds.most), self._coverage, limitations=self._codes)

    def time_figures(self) -> Iterator[Found]:
        """Losses that the state tells."""
        for name in TIMES:
            outcome = self._time(getattr(self.leaves, name), self.bounds[name])
            yield Found(f"losses.{name}", outcome, self.by_state)

    def yield_figures(self) -> Iterator[Found]:
        """Losses of speed and quality, and the time that is left; the whole tree is in its parts."""
        for name in YIELDS:
            codes = self.made.codes
            if name == "speed" and self.leaves.speed < 0:
                codes |= {"faster_than_ideal"}
            value = getattr(self.leaves, name) if name == "speed" or self._tells_rejects else None
            outcome = self._yielded(value, self.bounds[name]).adding(codes)
            yield Found(f"losses.{name}", outcome, self.by_pieces)
        good = None if self.found.of.pieces.good is None else self.leaves.effective
        effective = self._yielded(good, self.bounds["effective"])
        parts = {field.name: self._leaf(field.name) for field in fields(Leaves)}
        parts["calendar"] = self.found.time["C"] / HOUR
        yield Found("losses.effective_time", effective.adding(self.made.codes, parts), self.by_pieces)

    @property
    def _tells_rejects(self) -> bool:
        """Whether any counters give the rejects; else a loss by them is not known, which is not none."""
        pieces = self.found.of.pieces
        return pieces.total is not None and pieces.good is not None

    def _yielded(self, value: int | None, bounds: Bounds) -> Outcome:
        found, codes = self.found, set(self._codes)
        if found.of.cycles is None:
            codes.add("no_ideal_cycle")
        idle = found.time["known"] == found.time["C"] and not found.time["producing"]
        is_told = self.made.over > 0 or idle
        undecided = found.of.cycles is not None and found.gaps["total"].undecided
        told = _hours(value if is_told else None, bounds.least, bounds.most)
        coverage = share(self.made.over, found.time["C"])
        return Outcome(*told, coverage, limitations=frozenset(codes), undecided=undecided)

    def _leaf(self, name: str) -> Part:
        value, bounds = getattr(self.leaves, name), self.bounds.get(name)
        if bounds is None:
            return float(value / HOUR)
        return part_of(*_hours(value, bounds.least, bounds.most), "h")

    def changeover_figures(self) -> Iterator[Found]:
        """How often the product changed, and set-up against its plan."""
        found = self.found
        by_product = whole_series(found.of.name, "product", found.of.product.limitations)
        planned = planned_in(found.of, view_of(found))
        yield self._count("losses.changeovers", [planned.count], by_product)
        basis = merged([self.by_state, by_product])
        yield Found("losses.setup_to_planned", self._to_planned(planned), basis)

    def _to_planned(self, planned: Planned) -> Outcome:
        time, setup = self.found.states, self.found.states.seen(SETUP)
        codes = self._codes | ({"no_planned_setup"} if planned.unstated else frozenset[str]())
        low = ZERO if planned.most is None else ratio(time.sure(SETUP), planned.most)
        return Outcome(
            ratio(setup, planned.value) if self.found.time["known"] else None,
            low,
            ratio(time.may(SETUP), planned.least),
            self._coverage,
            {"setup": setup / HOUR, "planned": planned.value / HOUR, "changeovers": planned.count.value},
            codes,
        )


def _hours(
    value: int | None, least: int | None, most: int | None
) -> tuple[Ratio | None, Ratio | None, Ratio | None]:
    return _of_hour(value), _of_hour(least), _of_hour(most)


def _of_hour(ns: int | None) -> Ratio | None:
    return None if ns is None else (ns, HOUR)
