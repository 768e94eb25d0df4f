"""Networking rate and data completeness: when all links of an asset were proven up together (D2, D24).

value = low: assets whose links were proven up, with at least one tag good, for at least 95 % of their own calendar
time. high: those for which that share may have been reached, counting as up all that was not proven down. An asset
without a link is not connected, and stays in the denominator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.facts import connections_of, regimes_of, series_of_connections
from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.stretches import (
    FIRST,
    LAST,
    NEVER,
    Stretches,
    complement,
    intersect,
    joined,
    stretches_of,
)
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, ratio, share
from evidence_engine.kpis.timeline import CalendarTime, Line, Sums, cells_of, sums_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import CONNECTION_ROLES, split_series
from evidence_engine.vocabulary.samples import GOOD, UNCERTAIN

LEAST_PERCENT = 95
"""Share of its calendar from which an asset is connected: our own parameter, no authority states one (D24)."""


@dataclass(frozen=True, slots=True)
class AssetLinks:
    """Stretches in which all links of an asset were proven up together, with a tag good; proven down: any was.

    names: its connections · up_alone: proven up, whatever its tags say · down: proven so for at least the timeout.
    """

    names: tuple[str, ...]
    up: Stretches
    up_alone: Stretches
    down: Stretches


NO_LINKS = AssetLinks((), NEVER, NEVER, NEVER)


def series_by_asset(history: History, plant: Plant) -> dict[str, list[str]]:
    """Every series that was collected or announced, by its asset."""
    named = set(history.series).union(*series_of_connections(history, plant).values())
    found: dict[str, list[str]] = {}
    for series in sorted(named):
        asset, role = split_series(series)
        if role not in CONNECTION_ROLES and not asset.startswith("@"):
            found.setdefault(asset, []).append(series)
    return found


def asset_links(history: History, plant: Plant, series: Sequence[str]) -> AssetLinks:
    """What the links of an asset's series prove together, each while a series hangs on it."""
    times = connections_of(history, plant, series)
    if not times:
        return NO_LINKS
    key = ("links together", *((name, hanging.tobytes()) for name, hanging in times.items()))
    up, down = history.once(key, lambda: _together(history, plant, times), plant)
    good = joined(np.concatenate([_good_time(history, plant, name) for name in series]))
    return AssetLinks(tuple(sorted(times)), intersect(up, good), up, down)


def _together(history: History, plant: Plant, times: Mapping[str, Stretches]) -> tuple[Stretches, Stretches]:
    """When all of these links were up, and when any was cut, each in its own time; many assets share them."""
    links = {name: link_of(history, name, plant) for name in times}
    up = joined(np.concatenate([*times.values()]))
    for name, hanging in times.items():
        up = intersect(up, joined(np.concatenate([links[name].up, complement(hanging, FIRST, LAST)])))
    downs = [intersect(links[name].cut, hanging) for name, hanging in times.items()]
    return up, joined(np.concatenate(downs))


def _good_time(history: History, plant: Plant, series: str) -> Stretches:
    """From each good sample to the next sample, the last one's without end: the link says how long."""
    samples = history.of(series)
    if not len(samples):
        return NEVER
    accepts = UNCERTAIN if any(r.facts.accept_uncertain for r in regimes_of(history, plant, series)) else GOOD
    bad = np.flatnonzero(samples.quality > accepts)
    after = np.minimum(bad + 1, len(samples) - 1)
    until = np.where(after > bad, samples.ts[after], LAST)
    return complement(joined(stretches_of(samples.ts[bad], until)), int(samples.ts[0]), LAST)


@dataclass(frozen=True, slots=True)
class LinkTime:
    """Running sums of proven time: over the asset's own calendar, and over all time."""

    links: AssetLinks
    calendar: CalendarTime
    own: Sums
    always: Sums

    def in_calendar(self, start: int, end: int) -> dict[str, int]:
        """ns of C, up, up_alone and down in the window's calendar."""
        return self.own.between(self.calendar.x_at(start), self.calendar.x_at(end))

    def in_window(self, start: int, end: int) -> dict[str, int]:
        """ns of C (all), up, up_alone and down in the window."""
        return self.always.between(ALWAYS.x_at(start), ALWAYS.x_at(end))


def link_time(links: AssetLinks, calendar: CalendarTime) -> LinkTime:
    """Lay the proofs over the asset's calendar; without one, over all time (D24)."""
    own = calendar if calendar.stated else ALWAYS
    return LinkTime(links, own, _sums(links, own), _sums(links, ALWAYS))


def _sums(links: AssetLinks, calendar: CalendarTime) -> Sums:
    known = {1: links.up, 2: links.up_alone, 3: links.down}
    return sums_of(cells_of(calendar, _ALL, known), ("C", "up", "up_alone", "down"))


_ALL = Line(np.empty(0, np.int64), np.ones(1, np.int64))
"""Bit 0, C, holds everywhere."""


def networking_rate(assets: Sequence[LinkTime], start: int, end: int, *, any_row: bool) -> Outcome:
    """Connected ÷ registered; `any_row`: whether any link of the register has a row in the window."""
    codes = frozenset({"connected_share_is_ours"})
    parts = {"registered": len(assets), "share": LEAST_PERCENT / 100}
    if not assets:
        return Outcome(None, None, None, limitations=codes)
    if not any_row:
        return Outcome(None, ZERO, ONE, parts=parts, limitations=codes | {"nothing_known"})
    connected = possible = proven = whole = 0
    for asset in assets:
        time = asset.in_calendar(start, end)
        up, not_down = 100 * time["up"], 100 * (time["C"] - time["down"])
        connected += time["C"] > 0 and up >= LEAST_PERCENT * time["C"]
        is_linked = bool(asset.links.names) and time["C"] > 0
        possible += is_linked and not_down >= LEAST_PERCENT * time["C"]
        proven += time["up_alone"] + time["down"] if asset.links.names else time["C"]
        whole += time["C"]
    low = ratio(connected, len(assets))
    return Outcome(
        low,
        low,
        ratio(max(connected, possible), len(assets)),
        share(min(proven, whole), whole),
        parts | {"connected": connected, "connected_most": max(connected, possible)},
        codes,
    )


def completeness(asset: LinkTime, start: int, end: int, *, any_row: bool) -> Outcome:
    """Share of the window in which the asset's links were proven up; high: not proven down."""
    whole = end - start
    if not asset.links.names:
        return Outcome(ZERO, ZERO, ZERO, ONE, limitations=frozenset({"no_link_configured"}))
    if not any_row:
        return Outcome(None, ZERO, ONE, limitations=frozenset({"nothing_known"}))
    time = asset.in_window(start, end)
    low = (time["up_alone"], whole)
    return Outcome(low, low, (whole - time["down"], whole), share(time["up_alone"] + time["down"], whole))
