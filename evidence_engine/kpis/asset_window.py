"""The figures of one asset in one window (D20–D25, D34, D35)."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar, cast

from evidence_engine.kernels import shares
from evidence_engine.knowledge.stretches import clip
from evidence_engine.kpis import availability, effectiveness, energy, failures, oee, production, quality
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.booking import Range, counted, known_in, range_in
from evidence_engine.kpis.energy import Taken
from evidence_engine.kpis.gaps import Gaps, gaps_in
from evidence_engine.kpis.inputs import GROUPS, Basis, basis_of, merged
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Part, Ratio, part_of, ratio, share
from evidence_engine.kpis.state_time import StateTime, time_along
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.window import Window


def not_applicable(*, is_stated: bool) -> Outcome:
    """Without calendar time there is nothing to divide by (D16)."""
    code = "no_calendar_time" if is_stated else "no_calendar"
    return Outcome(None, None, None, limitations=frozenset({code}))


T = TypeVar("T")


class AssetWindow:
    """What several figures of a window share, worked out once."""

    def __init__(self, book: AssetBook, window: Window) -> None:
        self.book, self.of, self.window = book, book.of, window
        self.start, self.end = window.start, window.end
        self._bases: dict[str, Basis] = {}
        self._once: dict[object, object] = {}

    def once(self, name: object, work: Callable[[], T]) -> T:
        """What a family works out for the asset, and needs again for its step and its site; by a name of its own."""
        if name not in self._once:
            self._once[name] = work()
        return cast("T", self._once[name])

    def basis(self, kpi: str) -> Basis:
        """The series that a KPI of this asset rests on, with their limitations."""
        for group in GROUPS[kpi]:
            if group not in self._bases:
                self._bases[group] = basis_of(self.book, group, self.start, self.end)
        return merged(self._bases[group] for group in GROUPS[kpi])

    @cached_property
    def time(self) -> Mapping[str, int]:
        """ns per row of the asset's calendar time."""
        return self.book.time.in_window(self.start, self.end)

    @cached_property
    def states(self) -> StateTime:
        """The same by the states that it may have been in."""
        return time_along(self.book.line.line, clip(self.book.calendar.stretches, self.start, self.end))

    @property
    def empty(self) -> Outcome:
        """The answer where the window has no calendar time."""
        return not_applicable(is_stated=self.book.calendar.stated)

    @cached_property
    def taken(self) -> Taken:
        """Electricity, mW·ns."""
        return self.of.electricity(self.start, self.end)

    def range(self, name: str) -> Range:
        """Bounds of pieces in the calendar; good from nothing where only a total tells."""
        found = self._ranges[name]
        if name == "good" and self.of.pieces.good is None:
            return Range(0, found.most, found.undecided)
        return found

    def range_or_open(self, name: str) -> Range:
        """The same for a group: rejects that nothing tells are none where all is assumed good, else up to all pieces."""
        if name in self._ranges:
            return self.range(name)
        return Range(0, 0) if self.of.pieces.assumed else Range(0, self.range("total").most)

    @cached_property
    def _ranges(self) -> dict[str, Range]:
        return {name: range_in(b, self.start, self.end) for name, b in self.book.tallied.items()}

    @cached_property
    def good_window(self) -> tuple[int | None, Range]:
        """(value, bounds) of good pieces in the whole window."""
        found = range_in(self.book.always, self.start, self.end)
        if self.of.pieces.good is None:
            return None, Range(0, found.most, found.undecided)
        _, all_in, is_any = counted(self.book.always, self.start, self.end)
        known = known_in(self.of.pieces.good, self.start, self.end)
        return (all_in if known or is_any else None), found

    @cached_property
    def gaps(self) -> dict[str, Gaps]:
        """Gaps of total and of good pieces; only where the asset has cycles."""
        window = (self.start, self.end)
        return {
            name: gaps_in(self.book.tallied_earned[name], self.book.time, *window)
            for name in ("total", "good")
        }

    @property
    def is_silent(self) -> bool:
        """Nothing of its state or pieces is known in the window's calendar (D16)."""
        time = self.time
        return not (time["known"] or time["good"] or time["total"])

    def availability(self) -> Outcome:
        """D20."""
        return availability.availability(self.time) if self.time["C"] else self.empty

    @cached_property
    def failures(self) -> failures.Failures:
        """D34."""
        return failures.failures_in(self.book.stops, self.book.calendar, self.start, self.end)

    @cached_property
    def oee_bounds(self) -> oee.OeeBounds:
        """What this asset brings to the bounds of OEE, its own and those of its step and site."""
        gaps = self.gaps["good"]
        found = oee.oee_bounds(
            gaps, self.time["C"] - self.time["sure_n"], self.book.cycles.stretch, self.book.burst_time
        )
        if self.of.pieces.good is not None:
            return found
        return oee.OeeBounds(0, found.busy, found.stretch, found.pieces_first, found.planned_first)

    @cached_property
    def earned(self) -> tuple[int, int]:
        """Earned time of (good, all) pieces by the plain reading over jointly known time."""
        values = self.book.values
        return values["good"].between(self.start, self.end), values["total"].between(self.start, self.end)

    def oee(self) -> Outcome:
        """D21."""
        time = self.time
        if not time["C"]:
            return self.empty
        if self.of.cycles is None:
            return Outcome(None, ZERO, None, limitations=frozenset({"no_ideal_cycle"}))
        low, high = oee.low_of([self.oee_bounds]), oee.high_of([self.oee_bounds])
        if self.is_silent and not self.oee_bounds.least:
            return Outcome(None, ZERO, ONE, limitations=frozenset({"nothing_known"}))
        good, total = self.earned
        busy = time["joint"] - time["j_planned"]
        return Outcome(
            ratio(good, busy),
            low,
            high,
            share(time["joint"], time["C"]),
            self._parts(oee.parts_of(time, good, None if self.of.pieces.total is None else total)),
            self.codes("good"),
            self.gaps["good"].undecided,
        )

    def _parts(self, values: Mapping[str, Ratio | None]) -> dict[str, Part]:
        bounds = {
            "availability": availability.bounds(self.time),
            "effectiveness": self.effectiveness_bounds,
            "quality": self.quality_part,
        }
        return {name: part_of(value, *bounds[name]) for name, value in values.items()}

    @property
    def quality_part(self) -> tuple[Ratio | None, Ratio | None]:
        """(low, high) of the quality that is a part of OEE: pieces weighed by their cycles."""
        if self.of.pieces.good is None or self.of.pieces.reject is None or self.of.cycles is None:
            return self.quality.low, self.quality.high
        cycles = self.of.cycles
        return quality.earned_bounds(
            self.range("good"), self.range("reject"), cycles.smallest, cycles.largest
        )

    def codes(self, name: str) -> frozenset[str]:
        """What the earned time of `good` or `total` pieces rests on."""
        codes = set()
        if self.book.cycles.stretch != 1:
            codes.add("several_cycles")
        if name == "good" and self.of.pieces.good is None:
            codes.add("no_good_count")
        if name == "good" and self.of.pieces.assumed:
            codes.add("assumed_good")
        if self._has_foreign_pieces(name):
            codes.add("product_without_cycle")
        return frozenset(codes)

    def _has_foreign_pieces(self, name: str) -> bool:
        """Whether a step of the window is of a known product that has no ideal cycle."""
        earned = self.book.tallied_earned[name]
        if earned.cycles.uniform is not None or (earned.cycles.of > 0).all():
            return False
        steps = earned.booked.shares(self.start, self.end)
        rows = steps[(steps[:, shares.FLAGS] & shares.WHOLE) != 0, shares.ROW]
        return bool((earned.step.plain[rows] == 0).any())

    @cached_property
    def effectiveness_share(self) -> effectiveness.EffectivenessBounds:
        """What this asset brings to the bounds of effectiveness, its own and those of its step and site."""
        time, book = self.time, self.book
        producing = time["sure_p"], time["sure_p"] + time["may_p"]
        return effectiveness.effectiveness_bounds(
            self.gaps["total"], producing, book.cycles.stretch, book.burst_time
        )

    @property
    def effectiveness_bounds(self) -> tuple[Ratio | None, Ratio | None]:
        """(low, high) of D23."""
        own = [self.effectiveness_share]
        return effectiveness.low_together(own), effectiveness.high_together(own)

    def effectiveness(self) -> Outcome:
        """D23."""
        time = self.time
        if not time["C"]:
            return self.empty
        if self.of.cycles is None:
            return Outcome(None, ZERO, None, limitations=frozenset({"no_ideal_cycle"}))
        pieces = self.book.values["worked"].between(self.start, self.end)
        low, high = self.effectiveness_bounds
        codes = self.codes("total")
        if pieces and not time["w_producing"]:
            codes |= {"pieces_without_time"}
        if self.is_silent:
            codes |= {"nothing_known"}
        coverage = share(time["worked"], time["C"])
        value = ratio(pieces, time["w_producing"])
        return Outcome(value, low, high, coverage, {}, codes, self.gaps["total"].undecided)

    @cached_property
    def quality(self) -> Outcome:
        """D22."""
        time, pieces = self.time, self.of.pieces
        if not time["C"]:
            return self.empty
        if pieces.assumed:
            good = self.book.quality_values["good"].between(self.start, self.end)
            found = quality.quality(
                good, 0, self.range("good"), Range(0, 0), share(time["quality"], time["C"])
            )
            return found.adding({"assumed_good"})
        if pieces.good is None or pieces.reject is None:
            return quality.unknown(frozenset({"nothing_known" if self.is_silent else "no_good_count"}))
        good, reject = (
            self.book.quality_values[name].between(self.start, self.end) for name in ("good", "reject")
        )
        coverage = share(time["quality"], time["C"])
        ranges = (self.range("good"), self.range("reject"))
        if not time["quality"] and not any(one.least_natural for one in ranges):
            return quality.unknown(frozenset({"nothing_known"}), coverage)
        found = quality.quality(good, reject, *ranges, coverage)
        return found.adding({"counts_contradict"} if quality.contradict(self.range("total"), *ranges) else ())

    def count(self, name: str) -> Outcome:
        """Pieces in the calendar (D14); null where nothing tells them."""
        if not self.book.calendar.stated:
            return self.empty
        known = self.time[name]
        found = production.count(self.book.tallied[name], known, self.time["C"], self.start, self.end)
        if (self.of.pieces.good if name == "good" else self.of.pieces.total) is not None:
            return found
        if name == "total":
            least = self.range("good").least_natural if self.of.pieces.good is not None else 0
            return Outcome(None, (least, 1), found.high, ZERO, limitations=found.limitations)
        code = "nothing_known" if self.of.pieces.total is None else "no_good_count"
        return Outcome(None, ZERO, found.high, ZERO, limitations=frozenset({code}))

    def count_window(self) -> Outcome:
        """Good pieces of the whole window (D14)."""
        if self.of.pieces.good is not None:
            known = known_in(self.of.pieces.good, self.start, self.end)
            return production.count(self.book.always, known, self.end - self.start, self.start, self.end)
        _, found = self.good_window
        high = None if found.most is None else (max(0, found.most), 1)
        code = "nothing_known" if self.of.pieces.total is None else "no_good_count"
        return Outcome(None, ZERO, high, ZERO, limitations=frozenset({code}))

    def throughput(self) -> Outcome:
        """D35."""
        time = self.time
        window = (self.start, self.end)
        if not time["C"]:
            return self.empty
        return production.throughput(self.book.tallied["total"], time["total"], time["C"], *window)

    def made(self, entry: PlanEntry) -> production.Made:
        """What it made of a plan entry; from nothing where only a total tells."""
        found = production.made(self.book.always, self.of.product, entry)
        if self.of.pieces.good is not None:
            return found
        return production.Made(None, Range(0, found.range.most, found.range.undecided), 0)

    def electricity(self) -> Outcome:
        """D25, kWh."""
        return energy.amount(self.taken, energy.MWNS_PER_KWH, self.end - self.start)

    def per_good_piece(self) -> Outcome:
        """D25, kWh per piece."""
        value, found = self.good_window
        return energy.per_piece(self.taken, value, found, self.end - self.start)

    def all_figures(self) -> Iterator[tuple[str, Outcome]]:
        """Every KPI of the asset's state, pieces and electricity that could concern it."""
        if self.of.has_states:
            yield "equipment.availability", self.availability()
            has_time = self.time["C"] > 0
            yield "equipment.mtbf", failures.mtbf(self.time, self.failures) if has_time else self.empty
            yield "equipment.mttr", failures.mttr(self.time, self.failures) if has_time else self.empty
        if self.of.makes_pieces:
            yield "equipment.effectiveness", self.effectiveness()
            yield "equipment.oee", self.oee()
            yield "quality.quality_ratio", self.quality
            yield "quality.reject_ratio", quality.reject_ratio(self.quality)
            yield "production.count_good", self.count("good")
            yield "production.count_good_window", self.count_window()
            yield "production.count_total", self.count("total")
            yield "production.throughput", self.throughput()
        if self.of.takes_electricity:
            yield "energy.electricity", self.electricity()
            if self.of.makes_pieces:
                yield "energy.per_good_piece", self.per_good_piece()
