"""Whether a signal is live: known for 95 % of the asset's calendar time in the window (the share is our own, as in D24).

value = low: the plain reading knows one of its roles for so long; no value where nothing is proven either way. high: all counts as known that is not proven dead: the
link proven down for its timeout (D2), or nothing in register, facts or history ever named the series. Without calendar
time in the window nothing is live.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence_engine.knowledge.stretches import Stretches, clip, complement, intersect, total
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.inputs import Basis, merged, whole_series
from evidence_engine.kpis.network import LEAST_PERCENT
from evidence_engine.kpis.outcome import Outcome, Ratio, share
from evidence_engine.kpis.watching.signals import EVER

Wanted = Sequence[str]
"""Roles of which one is enough."""


@dataclass(frozen=True, slots=True)
class Live:
    """Whether some signals of an asset are live together: surely, perhaps; ns that are decided, of `whole`.

    known, dead: ns in which all are known, in which one is proven dead.
    """

    surely: bool
    perhaps: bool
    known: int
    dead: int
    whole: int

    @property
    def decided(self) -> int:
        """ns in which it is proven either way."""
        return self.known + self.dead


def live(found: AssetWindow, wanted: Iterable[Wanted], *, always: bool = False) -> Live:
    """All of `wanted` in the asset's calendar, or in the whole window where `always` is set or it has no calendar."""
    chosen = tuple(tuple(roles) for roles in wanted)
    return found.once(("live", chosen, always), lambda: _live(found, chosen, always=always))


def _live(found: AssetWindow, wanted: Sequence[Wanted], *, always: bool) -> Live:
    time = _time_of(found, always=always)
    every = [_one(found, roles, time) for roles in wanted]
    together, whole = time, total(time)
    for known, _ in every:
        together = intersect(together, known)
    alive = time
    for _, dead in every:
        alive = intersect(alive, complement(dead, found.start, found.end))
    return Live(
        whole > 0 and all(_is_enough(total(known), whole) for known, _ in every),
        whole > 0 and all(_is_enough(whole - total(dead), whole) for _, dead in every),
        total(together),
        whole - total(alive),
        whole,
    )


def share_live(found: Sequence[Live]) -> Outcome:
    """How many of them are live, in the order low = value, high; None, None, None where there is none."""
    surely, perhaps = sum(one.surely for one in found), sum(one.perhaps for one in found)
    coverage = coverage_of(found)
    if not found:
        return Outcome(None, None, None, coverage)
    low: Ratio = (surely, len(found))
    return Outcome(
        low if coverage[0] else None,
        low,
        (max(surely, perhaps), len(found)),
        coverage,
        {"live": surely, "registered": len(found)},
        frozenset() if coverage[0] else frozenset({"nothing_known"}),
    )


def time_live(one: Live) -> Outcome:
    """Share of the time in which all are known; null where there is no time."""
    if not one.whole:
        return Outcome(None, None, None, limitations=frozenset({"no_calendar_time"}))
    low = (one.known, one.whole)
    high = (max(one.known, one.whole - one.dead), one.whole)
    coverage = coverage_of([one])
    if not coverage[0]:
        return Outcome(None, low, high, coverage, limitations=frozenset({"nothing_known"}))
    return Outcome(low, low, high, coverage)


def coverage_of(found: Iterable[Live]) -> Ratio:
    """Proven time ÷ all time."""
    every = list(found)
    return share(sum(min(one.decided, one.whole) for one in every), sum(one.whole for one in every))


def basis_of_roles(found: AssetWindow, roles: Iterable[str], codes: Iterable[str] = ()) -> Basis:
    """The series of these roles that were collected."""
    of = found.of
    every = [whole_series(of.name, role) for role in of.signals.collected(list(dict.fromkeys(roles)))]
    return merged([*every, Basis(frozenset(), frozenset(codes))])


def _time_of(found: AssetWindow, *, always: bool) -> Stretches:
    calendar = found.book.calendar
    stretches = EVER if always or not calendar.stated else calendar.stretches
    return clip(stretches, found.start, found.end)


def _one(found: AssetWindow, roles: Wanted, time: Stretches) -> tuple[Stretches, Stretches]:
    """(known, proven dead) of the time; what is known is not dead."""
    signals = found.of.signals
    known = intersect(time, clip(signals.known(roles), found.start, found.end))
    dead = intersect(time, clip(signals.dead(roles), found.start, found.end))
    return known, intersect(dead, complement(known, found.start, found.end))


def _is_enough(part: int, whole: int) -> bool:
    return 100 * part >= LEAST_PERCENT * whole
