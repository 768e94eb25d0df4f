"""Early warning: at the window's end, whether open plan entries are on track, and whether they can still be reached.

An entry is open where its time has begun and not ended at that instant. On track: its good pieces so far are at least the
planned quantity × the share of its calendar time that has passed. Reachable: made so far, and at most what the machines
can make in the calendar time that is left (one piece per ideal cycle of the product, and `burst` per stretch, D12), reach
the quantity. Value by the count over known time, low and high by the least and most that may have been made. Where
a machine states no cycle nothing bounds what it can still make: then reachable in the high only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.kpis import production
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import most_in
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import merged
from evidence_engine.kpis.outcome import Outcome, Part, ratio, share
from evidence_engine.kpis.production import Made
from evidence_engine.kpis.timeline import CalendarTime, calendar_of
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.plant import Asset, PlanEntry, Plant
from evidence_engine.vocabulary.working_time import working_key, working_time


@dataclass(frozen=True, slots=True)
class Pace:
    """One open entry. passed, whole: calendar ns of its machines so far and in all · room: the most that can still be
    made, None where nothing bounds it · since: ns since its start."""

    quantity: int
    made: Made
    passed: int
    whole: int
    room: int | None
    since: int

    def on_track(self, pieces: int) -> bool:
        """Whether so many pieces keep pace."""
        return pieces * self.whole >= self.quantity * self.passed

    def reachable(self, pieces: int) -> bool | None:
        """Whether so many pieces leave the quantity in reach; None where nothing tells."""
        if pieces >= self.quantity:
            return True
        return None if self.room is None else pieces + self.room >= self.quantity


def asset_forecast(found: AssetWindow) -> Iterator[Found]:
    """Entries of one asset."""
    yield from _figures([(entry, [found]) for entry in _open(found, found.of.name)])


def site_forecast(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """Entries of each step, and all entries of the site."""
    registered = [site.assets[name] for name in site.plant.production_assets()]
    every: list[tuple[PlanEntry, list[AssetWindow]]] = []
    for step in site.plant.steps:
        members = [found for found in registered if found.of.asset.step == step]
        own = [(entry, members) for entry in (_open(members[0], step) if members else ())]
        every += own
        for figure in _figures(own):
            yield {"step": step}, figure
    for name, found in site.assets.items():
        every += [(entry, [found]) for entry in _open(found, name)]
    for figure in _figures(every):
        yield {}, figure


def _open(found: AssetWindow, subject: str) -> list[PlanEntry]:
    history, now = found.of.history, found.end
    by_subject = history.once("plan", lambda: _by_subject(history.plan))
    return [e for e in by_subject.get(subject, ()) if e.start < now < e.end]


def _by_subject(plan: Iterable[PlanEntry]) -> dict[str, list[PlanEntry]]:
    found: dict[str, list[PlanEntry]] = {}
    for entry in plan:
        found.setdefault(entry.asset, []).append(entry)
    return found


def _figures(entries: Sequence[tuple[PlanEntry, Sequence[AssetWindow]]]) -> Iterator[Found]:
    paces = [_pace_once(entry, members) for entry, members in entries]
    if not paces:
        return
    basis = merged(m.basis("production.schedule_attainment") for _, members in entries for m in members)
    yield Found("planning.on_track", on_track(paces), basis)
    yield Found("planning.reachable", reachable(paces), basis)


def _pace_once(entry: PlanEntry, members: Sequence[AssetWindow]) -> Pace:
    """An asset's own entry is asked for by the site again."""
    if len(members) > 1:
        return pace(entry, members)
    return members[0].once(("pace", entry), lambda: pace(entry, members))


def pace(entry: PlanEntry, members: Sequence[AssetWindow]) -> Pace:
    """Where an entry stands at the window's end."""
    now = members[0].end
    so_far = PlanEntry(
        asset=entry.asset, product=entry.product, start=entry.start, end=now, quantity=entry.quantity
    )
    made = production.made_together([member.made(so_far) for member in members])
    calendars = [_calendar(member, entry) for member in members]
    rooms = [_room(member, entry, calendar, now) for member, calendar in zip(members, calendars, strict=True)]
    bounded = [room for room in rooms if room is not None]
    return Pace(
        entry.quantity,
        made,
        sum(calendar.between(entry.start, now) for calendar in calendars),
        sum(calendar.between(entry.start, entry.end) for calendar in calendars),
        sum(bounded) if len(bounded) == len(rooms) else None,
        now - entry.start,
    )


def _calendar(member: AssetWindow, entry: PlanEntry) -> CalendarTime:
    """Calendar time of the entry, which may end long after all that was collected; all its time without a calendar."""
    of = member.of
    name = ("calendar", working_key(of.plant, of.asset), entry.start, entry.end)
    return of.history.once(name, lambda: _working(of.plant, of.asset, entry.start, entry.end), of.plant)


def _working(plant: Plant, asset: Asset, start: int, end: int) -> CalendarTime:
    found = working_time(plant, asset, start, end)
    if not found.stated:
        return calendar_of(np.array([[start, end]], np.int64), stated=False)
    return calendar_of(found.stretches)


def _room(member: AssetWindow, entry: PlanEntry, calendar: CalendarTime, now: int) -> int | None:
    """The most good pieces of the product that a machine can still make."""
    cycle, left = member.of.asset.cycle_of(entry.product), calendar.between(now, entry.end)
    rate = None if cycle is None else Fraction(1, max(1, seconds_to_ns(cycle)))
    return most_in(rate, member.of.asset.burst, left, calendar.stretches_in(now, entry.end)) if left else 0


def on_track(paces: Sequence[Pace]) -> Outcome:
    """Entries that keep pace ÷ open entries."""
    value = [one.on_track(one.made.value) for one in paces if one.made.value is not None]
    low = sum(one.on_track(one.made.range.least_natural) for one in paces)
    high = sum(one.made.range.most is None or one.on_track(one.made.range.most) for one in paces)
    return _outcome(paces, value, low, high, {"on_track": sum(value)})


def reachable(paces: Sequence[Pace]) -> Outcome:
    """Entries that can still be reached ÷ open entries; at risk are those that can, but are behind."""
    told = [
        (one, one.reachable(one.made.value), one.made.value) for one in paces if one.made.value is not None
    ]
    value = [is_in_reach for _, is_in_reach, _ in told if is_in_reach is not None]
    low = sum(one.reachable(one.made.range.least_natural) is True for one in paces)
    tops = [(one, one.made.range.most) for one in paces]
    high = sum(most is None or one.reachable(most) is not False for one, most in tops)
    at_risk = sum(reach is True and not one.on_track(made) for one, reach, made in told)
    parts: dict[str, Part] = {"at_risk": at_risk, "unreachable": len(value) - sum(value)}
    found = _outcome(paces, value, low, high, parts)
    return found.adding({"no_limit_for_plan"} if any(one.room is None for one in paces) else ())


def _outcome(
    paces: Sequence[Pace], value: Sequence[bool], low: int, high: int, parts: dict[str, Part]
) -> Outcome:
    entries = len(paces)
    return Outcome(
        ratio(sum(value), len(value)),
        (low, entries),
        (high, entries),
        share(sum(one.made.known for one in paces), sum(one.since for one in paces)),
        {"entries": entries, **parts},
        frozenset() if value else frozenset({"nothing_known"}),
        any(one.made.range.undecided for one in paces),
    )
