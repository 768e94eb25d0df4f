"""The further figures of a machine that ISO 22400-2 names: NEE, set-up ratio, load ratio, and failures counted its way.

NEE = (producing + set-up)/PBT × effectiveness × quality = Σ ideal × good × (P + U) ÷ (P × B), with P producing, U
set-up, B = C − planned stop. Bounds over every completion:
low: the least pieces, and every ns as the state that makes it least: producing where it may be, since 1 + U/P falls
with P; what can only be set-up or planned stop was planned stop, since (P + U)/(B − δ) ≤ (P + U + δ)/B wherever
B ≥ P + U + δ, and that always holds; all else unsure was neither. So least × (P₁ + U₀)/(P₁ × (B − c)).
high: at most the high of effectiveness (good pieces ÷ P, D23) times that of (P + U)/B. Both are reached together
where unsure time may be any state: what the pieces don't need was set-up. Elsewhere the product is an upper bound.

Set-up ratio = U/(U + P): low U₀/(U₀ + P₁), what may be producing was; high U₁/(U₁ + P₀). Reached, so tight.
"""

from collections.abc import Iterator
from fractions import Fraction

from evidence_engine.knowledge.stretches import clip
from evidence_engine.kpis import effectiveness
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import counted
from evidence_engine.kpis.failures import Failures, restoration_bounds
from evidence_engine.kpis.family import Found
from evidence_engine.kpis.outcome import ZERO, Outcome, Ratio, ratio, share
from evidence_engine.kpis.state_time import (
    OPERATING,
    PLANNED,
    PRODUCING,
    SETUP,
    StateTime,
    time_along,
)
from evidence_engine.vocabulary.instants import HOUR


def figures(found: AssetWindow) -> Iterator[Found]:
    """Of one machine in one window."""
    if found.of.has_states:
        has_time = found.time["C"] > 0
        basis = found.basis("equipment.mtbf")
        states = found.states
        yield Found("equipment.setup_ratio", setup_ratio(states) if has_time else found.empty, basis)
        for kpi, figure in (("equipment.motbf", motbf), ("equipment.mttr_iso", mttr_iso)):
            yield Found(kpi, figure(states, found.failures) if has_time else found.empty, basis)
    if found.of.makes_pieces:
        yield Found("equipment.nee", nee(found), found.basis("equipment.oee"))
        if found.of.asset.rated_capacity is not None:
            yield Found("equipment.load_ratio", load_ratio(found), found.basis("production.throughput"))


def setup_ratio(time: StateTime) -> Outcome:
    """Set-up ÷ (set-up + producing), by calendar time."""
    setup, sure, may = time.seen(SETUP), time.sure(SETUP), time.may(SETUP)
    return Outcome(
        ratio(setup, time.seen(OPERATING)),
        ratio(sure, sure + time.may(PRODUCING)),
        ratio(may, may + time.sure(PRODUCING)),
        share(time.known, time.whole),
        limitations=frozenset() if time.known else frozenset({"nothing_known"}),
    )


def motbf(time: StateTime, failures: Failures) -> Outcome:
    """Operating time ÷ (failures + 1), hours: a failure parts two stretches of operating."""
    return _over_stretches(
        time,
        failures,
        time.seen(OPERATING),
        (
            (time.sure(OPERATING), (failures.most + 1) * HOUR),
            (time.may(OPERATING), (failures.least + 1) * HOUR),
        ),
    )


def mttr_iso(time: StateTime, failures: Failures) -> Outcome:
    """Down time of failures ÷ (failures + 1), hours."""
    low, high = restoration_bounds(failures, 1)
    return _over_stretches(time, failures, failures.time, (low, high))


def _over_stretches(
    time: StateTime, failures: Failures, value: int, bounds: tuple[Ratio | None, Ratio | None]
) -> Outcome:
    parts = {
        "failures": failures.count,
        "failures_least": failures.least,
        "failures_most": failures.most,
    }
    codes = {"stay_cut_by_window"} if failures.is_cut else set()
    return Outcome(
        (value, (failures.count + 1) * HOUR) if time.known else None,
        *bounds,
        share(time.known, time.whole),
        parts,
        frozenset(codes if time.known else codes | {"nothing_known"}),
    )


def nee(found: AssetWindow) -> Outcome:
    """Net equipment effectiveness: OEE without set-up as a loss."""
    time = found.time
    if not time["C"]:
        return found.empty
    if found.of.cycles is None:
        return Outcome(None, ZERO, None, limitations=frozenset({"no_ideal_cycle"}))
    states = found.states
    codes = found.codes("good") | ({"nothing_known"} if found.is_silent else set())
    return Outcome(
        _nee_value(found),
        _nee_low(found, states),
        _nee_high(found, states),
        share(time["joint"], time["C"]),
        limitations=codes,
        undecided=found.gaps["good"].undecided,
    )


def _nee_value(found: AssetWindow) -> Ratio | None:
    good, _ = found.earned
    joint = time_along(found.book.line.line, clip(found.book.time.joint, found.start, found.end))
    busy = joint.known - joint.seen(PLANNED)
    return ratio(good * joint.seen(OPERATING), joint.seen(PRODUCING) * busy)


def _nee_low(found: AssetWindow, states: StateTime) -> Ratio | None:
    least = found.oee_bounds.least
    producing = states.may(PRODUCING)
    setup = states.sure(SETUP)
    either = states.sure(SETUP | PLANNED) - setup - states.sure(PLANNED)
    busy = found.time["C"] - states.sure(PLANNED) - either
    return ratio(least * (producing + setup), producing * busy)


def _nee_high(found: AssetWindow, states: StateTime) -> Ratio | None:
    pieces = effectiveness.high_of(
        found.gaps["good"], found.time["sure_p"], found.book.cycles.stretch, found.book.burst_time
    )
    planned = states.may(PLANNED, apart=OPERATING)
    operating = ratio(states.may(OPERATING), found.time["C"] - planned)
    if pieces is None or operating is None:
        return None
    return pieces[0] * operating[0], pieces[1] * operating[1]


def load_ratio(found: AssetWindow) -> Outcome:
    """Pieces in the calendar ÷ what the machine is rated to make in it."""
    time = found.time
    if not time["C"]:
        return found.empty
    rated = Fraction(str(found.of.asset.rated_capacity))
    booked, pieces = found.book.tallied["total"], found.range("total")
    seen, _, _ = counted(booked, found.start, found.end)
    above, below = rated.denominator * HOUR, rated.numerator
    return Outcome(
        ratio(seen * above, time["total"] * below),
        (pieces.least_natural * above, time["C"] * below),
        None if pieces.most is None else (max(0, pieces.most) * above, time["C"] * below),
        share(time["total"], time["C"]),
        {"rated_per_hour": found.of.asset.rated_capacity},
        frozenset() if time["total"] else frozenset({"nothing_known"}),
        pieces.undecided,
    )
