"""Whether a signal is live: known for 95 % of the asset's calendar time in the window (the share is our own, as in D24).

value = low: the plain reading knows one of its roles for so long; no value where nothing is proven either way. high: all counts as known that is not proven dead: the
link proven down for its timeout (D2), or nothing in register, facts or history ever named the series. Without calendar
time in the window nothing is live.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from evidence_engine.kernels.live import live_time
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.inputs import Basis, merged, whole_series
from evidence_engine.kpis.network import LEAST_PERCENT
from evidence_engine.kpis.outcome import Outcome, Ratio, share

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
    return _lives(found, wanted, always=always)[-1]


def each_live(found: AssetWindow, wanted: Iterable[Wanted]) -> list[Live]:
    """Each of `wanted` by itself, in the asset's calendar."""
    return _lives(found, wanted, always=False)[:-1]


def _lives(found: AssetWindow, wanted: Iterable[Wanted], *, always: bool) -> list[Live]:
    """Each of `wanted`, and then all of them together."""
    chosen = tuple(tuple(roles) for roles in wanted)
    return found.once(("live", chosen, always), lambda: _find(found, chosen, always=always))


def _find(found: AssetWindow, wanted: Sequence[Wanted], *, always: bool) -> list[Live]:
    calendar = found.book.calendar if found.book.calendar.stated and not always else ALWAYS
    whole = calendar.between(found.start, found.end)
    rows = live_time(calendar.stretches, found.of.signals.signs(wanted), found.start, found.end).tolist()
    each = [
        Live(_is_enough(known, whole), _is_enough(whole - dead, whole), known, dead, whole)
        for known, dead in rows
    ]
    surely, perhaps = all(one.surely for one in each[:-1]), all(one.perhaps for one in each[:-1])
    return [*each[:-1], replace(each[-1], surely=surely and whole > 0, perhaps=perhaps and whole > 0)]


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
    of, chosen = found.of, tuple(dict.fromkeys(roles))
    name = ("basis of roles", of.name, chosen)
    basis = of.history.once(
        name, lambda: merged(whole_series(of.name, r) for r in of.signals.collected(chosen)), of
    )
    return Basis(basis.needed, frozenset(codes))


def _is_enough(part: int, whole: int) -> bool:
    return whole > 0 and 100 * part >= LEAST_PERCENT * whole
