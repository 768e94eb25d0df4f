"""The true figures of drawn machines, by the words of the definitions, as exact fractions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.window import Window
from tests.random_plants.machines import MWNS_PER_KWH, Machine, gaps_between, overlap

Spans = Sequence[tuple[int, int]]
Amount = Fraction | int | None
Truth = dict[tuple[str, str], Amount]
"""(KPI, asset or `step-…` or nothing for the site) → figure; None where it is not defined."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is true of one asset: its machine, its calendar time over all days, and when its device could be reached."""

    machine: Machine
    calendar: Spans
    wire: Spans


def share(top: Fraction | int, bottom: Fraction | int) -> Fraction | None:
    """A ratio, None where there is nothing to divide by."""
    return Fraction(top) / bottom if bottom > 0 else None


@dataclass(slots=True)
class Sums:
    """What the figures of one asset, or of several added up, are made of."""

    calendar: int = 0
    planned: int = 0
    producing: int = 0
    operating: int = 0
    earned: int = 0
    earned_good: int = 0
    total: int = 0
    good: int = 0
    window_good: int = 0
    energy: int = 0
    failures: int = 0
    down: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both added up."""
        names = self.__dataclass_fields__
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in names})


def sums_of(line: Line, window: Window, unstated: str) -> Sums:
    """`unstated`: `smallest` or `largest`, the cycle that pieces of a product without one earn."""
    machine, trait = line.machine, line.machine.trait
    work = [(max(a, window.start), min(b, window.end)) for a, b in line.calendar]
    work = [(a, b) for a, b in work if a < b]
    time = dict.fromkeys(("producing", "setup", "planned_stop"), 0)
    for begin, stop, state in machine.states.spans():
        if str(state) in time:
            time[str(state)] += overlap(begin, stop, work)
    missing = (min if unstated == "smallest" else max)(trait.cycles.values(), default=0)
    made = [p for p in machine.pieces if window.start < p[0] <= window.end]
    inside = [p for p in made if any(a < p[0] <= b for a, b in work)]
    failed = _failures(line, work)
    return Sums(
        calendar=sum(b - a for a, b in work),
        planned=time["planned_stop"],
        producing=time["producing"],
        operating=time["producing"] + time["setup"],
        earned=sum(trait.cycle_of(product, missing) for _, _, product in inside),
        earned_good=sum(trait.cycle_of(product, missing) for _, good, product in inside if good),
        total=len(inside),
        good=sum(good for _, good, _ in inside),
        window_good=sum(good for _, good, _ in made),
        energy=machine.energy_at(window.end) - machine.energy_at(window.start),
        failures=len(failed),
        down=sum(overlap(a, b, line.calendar) for a, b in failed),
    )


def _failures(line: Line, work: Spans) -> list[tuple[int, int]]:
    """Stays in `down` of at least `min_stop` of calendar time that begin in the window's calendar (D34)."""
    return [
        (begin, stop)
        for begin, stop, state in line.machine.states.spans()
        if state == "down"
        and any(a <= begin < b for a, b in work)
        and overlap(begin, stop, line.calendar) >= line.machine.trait.min_stop
    ]


def asset_truth(line: Line, window: Window, unstated: str) -> dict[str, Amount]:
    """Every figure of one asset."""
    of = sums_of(line, window, unstated)
    ok, connected = share(of.good, of.total), uptime(line, window)
    good_time = _cut(of) if line.machine.trait.cycles else {}
    energy = Fraction(of.energy, MWNS_PER_KWH)
    return good_time | {
        "equipment.availability": share(of.producing, of.calendar - of.planned),
        "equipment.mtbf": share(Fraction(of.operating, HOUR), of.failures),
        "equipment.mttr": share(Fraction(of.down, HOUR), of.failures),
        "equipment.setup_ratio": share(of.operating - of.producing, of.operating),
        "equipment.motbf": share(Fraction(of.operating, HOUR), of.failures + 1),
        "equipment.mttr_iso": share(Fraction(of.down, HOUR), of.failures + 1),
        "quality.quality_ratio": ok if of.calendar else None,
        "quality.reject_ratio": None if ok is None else 1 - ok,
        "production.count_good": of.good,
        "production.count_good_window": of.window_good,
        "production.count_total": of.total,
        "production.throughput": share(of.total * HOUR, of.calendar),
        "energy.electricity": energy,
        "energy.per_good_piece": share(energy, of.window_good),
        "data.completeness": connected,
    }


def _cut(of: Sums) -> dict[str, Amount]:
    return {
        "equipment.effectiveness": share(of.earned, of.producing),
        "equipment.oee": share(of.earned_good, of.calendar - of.planned),
        "equipment.nee": share(of.earned_good * of.operating, of.producing * (of.calendar - of.planned)),
    }


def group_truth(lines: Sequence[Line], window: Window, unstated: str) -> dict[str, Amount]:
    """The figures of a step or a site of these assets (D35)."""
    every, earning = Sums(), Sums()
    for line in lines:
        of = sums_of(line, window, unstated)
        every = every.plus(of)
        earning = earning.plus(of) if line.machine.trait.cycles else earning
    ok = share(every.good, every.total)
    return {
        "equipment.availability": share(every.producing, every.calendar - every.planned),
        "equipment.effectiveness": share(earning.earned, earning.producing),
        "equipment.mtbf": share(Fraction(every.operating, HOUR), every.failures),
        "equipment.mttr": share(Fraction(every.down, HOUR), every.failures),
        "quality.quality_ratio": ok,
        "quality.reject_ratio": None if ok is None else 1 - ok,
        "equipment.oee": share(earning.earned_good, earning.calendar - earning.planned),
    }


def site_truth(
    lines: Mapping[str, Line], meters: Sequence[str], outputs: Sequence[str], window: Window
) -> dict[str, Amount]:
    """Energy of the site's meters, and who was connected (D24, D25)."""
    taken = [sums_of(lines[name], window, "smallest").energy for name in meters]
    made = sum(sums_of(lines[name], window, "smallest").window_good for name in outputs)
    energy = Fraction(sum(taken), MWNS_PER_KWH)
    found = [is_connected(line, window) for name, line in lines.items() if name not in meters]
    return {
        "energy.electricity": energy if meters else None,
        "energy.coal_equivalent": energy * Fraction(1229, 10_000) if meters else None,
        "energy.per_good_piece": share(energy, made) if meters else None,
        "network.networking_rate": share(sum(found), len(found)),
    }


def uptime(line: Line, window: Window) -> Fraction:
    """The share of the window in which its device could be reached."""
    return Fraction(overlap(window.start, window.end, line.wire), window.end - window.start)


def is_connected(line: Line, window: Window) -> bool:
    """Reachable for at least 95 % of its calendar in the window; without calendar time, never."""
    work = [(max(a, window.start), min(b, window.end)) for a, b in line.calendar]
    whole = sum(b - a for a, b in work if a < b)
    up = sum(overlap(a, b, line.wire) for a, b in work if a < b)
    return whole > 0 and 100 * up >= 95 * whole


def wire_of(cuts: Spans, timeout: int) -> list[tuple[int, int]]:
    """When a device was reachable, cuts shorter than the timeout not counted (D24)."""
    return gaps_between([c for c in cuts if c[1] - c[0] >= timeout], -(2**62), 2**62)


def attained(line: Line, entries: Sequence[PlanEntry]) -> Fraction | None:
    """Good pieces of the planned products in the entries' times ÷ planned (D35)."""
    made = sum(
        good and product == entry.product and entry.start < ts <= entry.end
        for entry in entries
        for ts, good, product in line.machine.pieces
    )
    return share(made, sum(entry.quantity for entry in entries))
