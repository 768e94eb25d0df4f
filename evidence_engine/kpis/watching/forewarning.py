"""Warnings before failures: hits, misses, false warnings, lead time (D34's failures and way of counting).

A warning is a stay above a condition limit, or in an alarm of class warning, counted where it begins, at any hour. A
failure is warned of where a warning began at most `warning_horizon` before it; a warning is false where no failure begins
within the horizon after it. Standing in a warning for ever is one warning, so it warns of one horizon only.

Bounds: unknown time may hide warnings and failures alike, at most as many as fit (`beginnings`). A failure is warned of
for sure where one certain warning precedes every instant at which it may begin; perhaps where any may. Lead time is from
the first warning within the horizon: at least what each certain warning gives, at most from the first possible one on.
A warning whose horizon is not over at the end of the history is in no value and in both bounds. An asset for which nothing
that could warn is stated has all its failures missed: it stays in the denominator.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evidence_engine.knowledge.stretches import LAST, clip, intersect, total
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.outcome import Outcome, Part, Ratio, greatest, least, ratio, share
from evidence_engine.kpis.watching.beginnings import (
    Beginnings,
    Follows,
    Rises,
    Tally,
    end_of,
    follows,
    tally,
    together,
)
from evidence_engine.kpis.watching.live import basis_of_roles
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import Asset, Plant


def is_key(plant: Plant, asset: Asset) -> bool:
    """Key equipment 关键设备, or equipment of a key step 关键工序."""
    return asset.key or (asset.step is not None and plant.steps[asset.step].key)


@dataclass(frozen=True, slots=True)
class Lead:
    """Lead times in ns: sum and number by the plain reading; of those that there may be, the least and the largest.

    exact: sums of both bounds where each warned failure is certain, so that the mean's bounds are those of the sums.
    """

    plain: int = 0
    count: int = 0
    low: int | None = None
    high: int | None = None
    exact: tuple[int, int, int] | None = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Watch:
    """One asset's failures and warnings in a window."""

    failures: Tally
    warnings: Tally
    """`has`: a failure followed."""
    lead: Lead
    known: int
    whole: int
    is_open: bool
    can_warn: bool


def asset_warnings(found: AssetWindow) -> Iterator[Found]:
    """Of key equipment, and of whatever can warn."""
    of = found.of
    if of.has_states and (is_key(of.plant, of.asset) or of.signals.states_warnings):
        yield from _figures([watch(found)], _basis(found), {})


def site_warnings(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """All key equipment of the register."""
    keys = [found for found in site.assets.values() if is_key(site.plant, found.of.asset)]
    if not keys:
        outcome = Outcome(None, None, None, limitations=frozenset({"no_key_equipment"}))
        for kpi in ("failures_warned", "false_warnings", "warning_lead_time"):
            yield {}, Found(f"maintenance.{kpi}", outcome, merged([]))
        return
    every = [watch(found) for found in keys]
    parts: dict[str, Part] = {"key_equipment": len(keys), "can_warn": sum(one.can_warn for one in every)}
    for figure in _figures(every, merged(_basis(found) for found in keys), parts):
        yield {}, figure


def _basis(found: AssetWindow) -> Basis:
    of = found.of
    roles = ["alarm"] if "warning" in of.asset.alarms.values() else []
    roles += [limit.role for limit in of.signals.condition_limits]
    codes = of.signals.warning.limitations if of.signals.states_warnings else ()
    return merged([found.basis("equipment.mtbf"), basis_of_roles(found, roles, codes)])


def _figures(every: Sequence[Watch], basis: Basis, parts: dict[str, Part]) -> Iterator[Found]:
    coverage = share(sum(one.known for one in every), sum(one.whole for one in every))
    failures, warnings = together(one.failures for one in every), together(one.warnings for one in every)
    codes = set() if all(one.can_warn for one in every) else {"no_warning_source"}
    counts: dict[str, Part] = {"hits": failures.has, "misses": failures.has_not}
    warned = _share(failures, coverage, "no_failure").adding(codes, counts | parts)
    yield Found("maintenance.failures_warned", warned, basis)
    false = _turned(_share(warnings, coverage, "no_warning"))
    is_open = any(one.is_open for one in every)
    open_codes = {"horizon_open"} if is_open else set()
    counts = {"followed": warnings.has, "false": warnings.has_not}
    settled = replace(false.adding(codes | open_codes, counts | parts), undecided=is_open)
    yield Found("maintenance.false_warnings", settled, basis)
    yield Found(
        "maintenance.warning_lead_time", lead_time(every, failures, coverage).adding(codes, parts), basis
    )


def _share(counts: Tally, coverage: Ratio, none: str) -> Outcome:
    if not counts.is_possible:
        return Outcome(None, None, None, coverage, limitations=frozenset({none}))
    codes = set() if coverage[0] else {"nothing_known"}
    return Outcome(counts.value, counts.low, counts.high, coverage, limitations=frozenset(codes))


def _turned(outcome: Outcome) -> Outcome:
    """1 − it."""

    def rest(of: Ratio | None) -> Ratio | None:
        return None if of is None else (of[1] - of[0], of[1])

    return Outcome(
        rest(outcome.value),
        rest(outcome.high),
        rest(outcome.low),
        outcome.coverage,
        limitations=outcome.limitations,
    )


def lead_time(every: Sequence[Watch], failures: Tally, coverage: Ratio) -> Outcome:
    """The mean over warned failures, h: its bounds are those of the sums where all is certain, else of each one."""
    leads = [one.lead for one in every]
    value = ratio(sum(one.plain for one in leads), sum(one.count for one in leads) * HOUR)
    lows = [(one.low, HOUR) for one in leads if one.low is not None]
    highs = [(one.high, HOUR) for one in leads if one.high is not None]
    if not lows or not highs:
        none = "no_warning" if failures.is_possible else "no_failure"
        return Outcome(None, None, None, coverage, limitations=frozenset({none}))
    sums = [one.exact for one in leads if one.exact is not None]
    if len(sums) == len(leads):  # all certain, and each has its own bounds
        low_sum, high_sum, count = (sum(parts) for parts in zip(*sums, strict=True))
        return Outcome(value, ratio(low_sum, count * HOUR), ratio(high_sum, count * HOUR), coverage)
    low, high = lows[0], highs[0]
    for one, other in zip(lows, highs, strict=True):
        low, high = least(low, one), greatest(high, other)
    return Outcome(value, low, high, coverage)


@dataclass(frozen=True, slots=True)
class Scene:
    """Failures, and warnings where anything can warn, in [start, end); until: the history's end, instants and ns."""

    failures: Beginnings
    warnings: Beginnings | None
    start: int
    end: int
    horizon: int
    until: int

    @property
    def failed(self) -> list[int]:
        """When failures began, by the plain reading."""
        return self.failures.plain(self.start, self.end)

    @property
    def warned(self) -> list[int]:
        """When warnings began, by the plain reading, from a horizon before the window on."""
        if self.warnings is None:
            return []
        return self.warnings.plain(self.start - self.horizon, self.end)


def watch(found: AssetWindow) -> Watch:
    """What one asset brings to all three."""
    return found.once("watch", lambda: _watch(found))


def _watch(found: AssetWindow) -> Watch:
    of, signals = found.of, found.of.signals
    horizon = seconds_to_ns(of.plant.monitoring.warning_horizon)
    until = end_of(of.history)
    failures = signals.failures(found.book.stops, found.book.calendar)
    scene = Scene(failures, signals.warnings, found.start, found.end, horizon, until)
    return watched(scene, _known(found), found.time["C"])


def watched(scene: Scene, known: int, whole: int) -> Watch:
    """Failures by whether a warning came before, warnings by whether a failure followed; `known` of `whole` ns are known."""
    rises = scene.failures.rises(scene.start, scene.end)
    before, plain = _warnings_before(scene), scene.warned
    leads = [_lead_of(begun, plain, scene.horizon) for begun in scene.failed]
    warnings, is_open = _warnings_judged(scene, plain)
    return Watch(
        tally(rises, [lead is not None for lead in leads], before),
        warnings,
        _lead([lead for lead in leads if lead is not None], rises, before),
        known,
        whole,
        is_open,
        scene.warnings is not None,
    )


def _known(found: AssetWindow) -> int:
    """ns of the window's calendar in which state and warnings are known."""
    signals = found.of.signals
    within = clip(found.book.calendar.stretches, found.start, found.end)
    within = intersect(within, clip(signals.known(["state"]), found.start, found.end))
    if signals.warnings is not None:
        within = intersect(within, clip(signals.warning_known, found.start, found.end))
    return total(within)


def _warnings_before(scene: Scene) -> Follows:
    """Warnings from a horizon before an instant up to right before it."""
    nothing = np.empty(0, np.int64)
    if scene.warnings is None:
        return Follows(nothing, nothing, nothing, nothing, -scene.horizon, -1)
    return follows(scene.warnings.rises(scene.start - scene.horizon, scene.end), -scene.horizon, -1)


def _lead_of(begun: int, plain: Sequence[int], horizon: int) -> int | None:
    """ns since the first warning within the horizon, by the plain reading; None: there was none."""
    at = bisect_left(plain, begun - horizon)
    return begun - plain[at] if at < len(plain) and plain[at] < begun else None


def _warnings_judged(scene: Scene, plain: Sequence[int]) -> tuple[Tally, bool]:
    """The warnings that begin in the window by whether a failure follows; whether the horizon of one is open."""
    if scene.warnings is None:
        return Tally(), False
    failed = scene.failures.plain(scene.start, scene.end + scene.horizon + 1)
    begun = [instant for instant in plain if instant >= scene.start]
    told = [_is_followed(instant, failed, scene.horizon, scene.until) for instant in begun]
    rises = scene.warnings.rises(scene.start, scene.end)
    counts = tally(rises, [one for one in told if one is not None], _failures_after(scene))
    return counts, None in told


def _failures_after(scene: Scene) -> Follows:
    """Failures from right after an instant up to a horizon after it; behind the history's end there may be any."""
    found = follows(scene.failures.rises(scene.start, scene.end + scene.horizon + 1), 1, scene.horizon)
    told = found.may_begin <= scene.until
    return replace(
        found,
        may_begin=np.append(found.may_begin[told], scene.until + 1),
        may_end=np.append(np.minimum(found.may_end[told], scene.until), LAST),
    )


def _is_followed(begun: int, failed: Sequence[int], horizon: int, until: int) -> bool | None:
    at = bisect_left(failed, begun + 1)
    if at < len(failed) and failed[at] <= begun + horizon:
        return True
    return None if begun + horizon > until else False


def _lead(leads: Sequence[int], failures: Rises, before: Follows) -> Lead:
    found = failures.rows(before.perhaps(failures.first, failures.last))
    if not len(found.most):
        return Lead(sum(leads), len(leads))
    lows, highs = _lead_bounds(found, before)
    exact = found.certain & (found.most == 1) & before.surely(found.first, found.last)
    sums = (sum(lows), sum(highs), len(lows)) if exact.all() else None
    return Lead(sum(leads), len(leads), min(lows), max(highs), sums)


def _lead_bounds(failures: Rises, before: Follows) -> tuple[list[int], list[int]]:
    """From the first certain warning for any instant of the failure; from the first possible one for its last."""
    horizon = -before.first
    earliest = before.may_begin[np.searchsorted(before.may_end, failures.first - horizon)]
    highs = np.minimum(horizon, failures.last - earliest)
    sure = np.append(before.sure_end, LAST)[np.searchsorted(before.sure_begin, failures.last - horizon)]
    lows = np.where(sure < failures.first, failures.first - sure, 0)
    return lows.tolist(), highs.tolist()
