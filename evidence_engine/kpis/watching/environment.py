"""Environment and safety: measuring points that are live, time within limits, limits exceeded: how often and how long.

A point is any asset with a limit of purpose environment or safety in the plant file, or an environment station. Between
two readings that differ the value may be anything between them (D5, D31): such a stretch counts as outside only as far as
that may be. Time: value over known time, low what surely was outside, high what may have been, unknown time included.
Times: a stay of at least the limit's `min_time`, counted where it begins; unknown time hides at most as many as fit (D34).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.outcome import Outcome, Part, ratio, share
from evidence_engine.kpis.watching.conditions import times_of
from evidence_engine.kpis.watching.live import Wanted, basis_of_roles, live, share_live, time_live
from evidence_engine.kpis.watching.signals import ANY_MEASURED
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.monitoring import Limit


@dataclass(frozen=True, slots=True)
class Beyond:
    """ns outside by the plain reading, known, surely and perhaps outside."""

    name: str
    plain: int
    known: int
    surely: int
    perhaps: int
    stays: int = 0
    least: int = 0
    most: int = 0
    """Stays outside that begin in the window, by the plain reading, at least, at most."""


def limits_of(found: AssetWindow) -> list[Limit]:
    """What counts here of an asset's limits."""
    return found.of.signals.environment_limits


def is_station(found: AssetWindow) -> bool:
    """Whether the register calls it an environment station."""
    return found.of.asset.kind == "environment_station"


def asset_environment(found: AssetWindow) -> Iterator[Found]:
    """Of a measuring point."""
    if is_station(found):
        outcome = time_live(live(found, quantities(found), always=True))
        yield Found("environment.point_live", outcome, _live_basis([found]))
    if limits_of(found):
        yield from _figures([found], {})


def site_environment(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """All stations and points of the register together."""
    stations = [found for found in site.assets.values() if is_station(found)]
    points = [found for found in site.assets.values() if limits_of(found)]
    if not stations and not points:
        return
    outcome = share_live([live(found, quantities(found), always=True) for found in stations])
    codes = ("live_share_is_ours",) if stations else ("no_station",)
    yield {}, Found("environment.points_live", outcome.adding(codes), _live_basis(stations))
    parts: dict[str, Part] = {"points": len(points), "without_limit": sum(not limits_of(s) for s in stations)}
    for figure in _figures(points, parts):
        yield {}, figure


def quantities(found: AssetWindow) -> Sequence[Wanted]:
    """What a station must deliver: its `collect:`, else what its limits are about, else anything."""
    asset = found.of.asset
    roles = asset.collect or list(dict.fromkeys(limit.role for limit in asset.limits)) or [ANY_MEASURED]
    return [(role,) for role in roles]


def _live_basis(members: Iterable[AssetWindow]) -> Basis:
    return merged(
        basis_of_roles(found, (role for roles in quantities(found) for role in roles)) for found in members
    )


def _figures(points: Sequence[AssetWindow], parts: dict[str, Part]) -> Iterator[Found]:
    basis = merged(_basis(found) for found in points)
    single = [beyond for found in points for beyond in _each_limit(found)]
    length = points[0].end - points[0].start if points else 0
    yield Found(
        "environment.within_limits",
        within([_any_limit(f) for f in points], length).adding(parts=parts),
        basis,
    )
    named = _by_role(single) if len(points) == 1 else {}
    yield Found("environment.exceeded_time", exceeded(single, length).adding(parts=parts | named), basis)
    yield Found("environment.exceedances", exceedances(single, length).adding(parts=parts | named), basis)


def _basis(found: AssetWindow) -> Basis:
    signals = found.of.signals
    codes = frozenset(code for limit in limits_of(found) for code in signals.outside(limit).limitations)
    return basis_of_roles(found, (limit.role for limit in limits_of(found)), codes)


def _each_limit(found: AssetWindow) -> list[Beyond]:
    return found.once("limits", lambda: [_beyond(found, limit) for limit in limits_of(found)])


def _beyond(found: AssetWindow, limit: Limit) -> Beyond:
    signals, window = found.of.signals, (found.start, found.end)
    stays, rises = signals.exceedances(limit), signals.exceedances(limit).rises(*window)
    counts = len(stays.plain(*window)), int(rises.certain.sum()), int(rises.most.sum())
    return Beyond(limit.role, *times_of(signals.outside(limit), *window), *counts)


def _any_limit(found: AssetWindow) -> Beyond:
    def beyond() -> Beyond:
        return Beyond(found.of.name, *times_of(found.of.signals.outside_any, found.start, found.end))

    return found.once("any limit", beyond)


def _by_role(every: Iterable[Beyond]) -> dict[str, Part]:
    """Known hours outside by role; of several limits of one role together."""
    found: dict[str, int] = {}
    for one in every:
        found[one.name] = found.get(one.name, 0) + one.plain
    return {f"hours_{role}": ns / HOUR for role, ns in found.items()}


def within(points: Sequence[Beyond], length: int) -> Outcome:
    """Time within every limit of a point ÷ time, over all points."""
    whole = length * len(points)
    if not whole:
        return Outcome(None, None, None, limitations=frozenset({"no_environment_limit"}))
    known, plain = sum(one.known for one in points), sum(one.plain for one in points)
    return Outcome(
        ratio(known - plain, known),
        (whole - sum(one.perhaps for one in points), whole),
        (whole - sum(one.surely for one in points), whole),
        share(known, whole),
        limitations=frozenset() if known else frozenset({"nothing_known"}),
    )


def exceeded(limits: Sequence[Beyond], length: int) -> Outcome:
    """Σ over limits of the time outside, h."""
    known, whole = sum(one.known for one in limits), length * len(limits)
    if not whole:
        return Outcome(None, None, None, limitations=frozenset({"no_environment_limit"}))
    return Outcome(
        (sum(one.plain for one in limits), HOUR) if known else None,
        (sum(one.surely for one in limits), HOUR),
        (sum(one.perhaps for one in limits), HOUR),
        share(known, whole),
        limitations=frozenset() if known else frozenset({"nothing_known"}),
    )


def exceedances(limits: Sequence[Beyond], length: int) -> Outcome:
    """How many stays outside of a limit begin in the window."""
    known, whole = sum(one.known for one in limits), length * len(limits)
    if not whole:
        return Outcome(None, None, None, limitations=frozenset({"no_environment_limit"}))
    return Outcome(
        (sum(one.stays for one in limits), 1) if known else None,
        (sum(one.least for one in limits), 1),
        (sum(one.most for one in limits), 1),
        share(known, whole),
        limitations=frozenset() if known else frozenset({"nothing_known"}),
    )
