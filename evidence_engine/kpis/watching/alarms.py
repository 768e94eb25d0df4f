"""Alarms and what people did about them: followed by a work order, closed in a loop (D34's way of counting stays).

An alarm is a stay of at least `min_alarm` in a code of class alarm, counted where it begins, at any hour. It is followed
where an order of the asset that is not preventive was opened at most `respond_within` after it. What orders say is
taken as written; when the alarm began, and whether there was one, is known as far as the data goes. An alarm whose time
to respond is not over when the history ends is in no value and in both bounds. The site adds up all assets that state or
deliver alarms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.stretches import FIRST, LAST, clip, total
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.outcome import Outcome, Part, share
from evidence_engine.kpis.watching.beginnings import Follows, Tally, end_of, tally, together
from evidence_engine.kpis.watching.live import basis_of_roles
from evidence_engine.kpis.watching.signals import ALARM
from evidence_engine.kpis.watching.work_orders import orders_of
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.work_orders import WorkOrder

KPIS = ("maintenance.alarm_to_order", "maintenance.closed_loop")
_WANTED = frozenset({ALARM})


@dataclass(frozen=True, slots=True)
class Answered:
    """The alarms of some assets: tallies per KPI, ns in which alarms were known, of `whole`."""

    tallies: tuple[Tally, Tally]
    alarms: int
    """By the plain reading, those whose time to respond is not over included."""
    known: int
    whole: int
    is_open: bool
    is_told: bool
    """Whether there is a file of orders at all."""

    def figures(self, basis: Basis, parts: dict[str, Part]) -> Iterator[Found]:
        """Both shares."""
        for kpi, counts in zip(KPIS, self.tallies, strict=True):
            yield Found(kpi, self._outcome(counts).adding(parts=parts), basis)

    def _outcome(self, counts: Tally) -> Outcome:
        coverage = share(self.known, self.whole)
        if not counts.is_possible:
            return Outcome(None, None, None, coverage, limitations=frozenset({"no_alarm"}))
        codes = {"orders_as_written"} if self.is_told else {"no_work_orders"}
        codes |= {"horizon_open"} if self.is_open else set()
        codes |= set() if self.known else {"nothing_known"}
        parts: dict[str, Part] = {"alarms": self.alarms, "answered": counts.has if self.is_told else None}
        return Outcome(counts.value, counts.low, counts.high, coverage, parts, frozenset(codes), self.is_open)


def asset_alarms(found: AssetWindow) -> Iterator[Found]:
    """Of an asset that states or delivers alarms."""
    if found.of.signals.states_alarms:
        yield from answered(found).figures(_basis(found), {})


def site_alarms(site: SiteWindow) -> Iterator[tuple[dict[str, str], Found]]:
    """All sources of alarms together."""
    sources = [found for found in site.assets.values() if found.of.signals.states_alarms]
    parts: dict[str, Part] = {"sources": len(sources), "registered": len(site.plant.production_assets())}
    if not sources:
        outcome = Outcome(None, None, None, parts=parts, limitations=frozenset({"no_alarm_source"}))
        yield from (({}, Found(kpi, outcome, merged([]))) for kpi in KPIS)
        return
    every = [answered(found) for found in sources]
    all_of_them = Answered(
        (together(one.tallies[0] for one in every), together(one.tallies[1] for one in every)),
        sum(one.alarms for one in every),
        sum(one.known for one in every),
        sum(one.whole for one in every),
        any(one.is_open for one in every),
        all(one.is_told for one in every),
    )
    stated = all(found.of.asset.alarms for found in sources)
    for kpi, outcome, basis in all_of_them.figures(merged(_basis(found) for found in sources), parts):
        yield {}, Found(kpi, outcome.adding(() if stated else {"alarm_sources_by_data"}), basis)


def answered(found: AssetWindow) -> Answered:
    """The alarms of one asset in its window."""
    return found.once("alarms", lambda: _answered(found))


def _answered(found: AssetWindow) -> Answered:
    signals, history = found.of.signals, found.of.history
    orders = _orders(orders_of(history, found.of.name))
    closed = None if orders is None else [order for order in orders if order.is_closed]
    within = seconds_to_ns(found.of.plant.monitoring.respond_within)
    until = end_of(history)
    rises = signals.alarms.rises(found.start, found.end)
    begun = signals.alarms.plain(found.start, found.end)
    tallies = []
    is_open = False
    for chosen in (orders, closed):
        after = orders_after(chosen, within, until)
        told = [] if chosen is None else list(zip(begun, after.is_at(begun), strict=True))
        settled = [has for instant, has in told if has or instant + within <= until]
        is_open |= len(settled) < len(told)
        tallies.append(tally(rises, settled, after))
    known = total(clip(signals.known(["alarm"]), found.start, found.end))
    length, is_told = found.end - found.start, orders is not None
    return Answered((tallies[0], tallies[1]), len(begun), known, length, is_open, is_told)


def _orders(orders: Sequence[WorkOrder] | None) -> list[WorkOrder] | None:
    """Those that may answer an alarm: what was planned before answers none."""
    return None if orders is None else [order for order in orders if order.kind != "preventive"]


def orders_after(orders: Sequence[WorkOrder] | None, within: int, until: int) -> Follows:
    """Orders opened after an alarm; behind the history's end, or without a file, there may be any."""
    opened = np.array(sorted(order.opened for order in orders or ()), np.int64)
    told = opened[opened <= until]
    more = np.array([FIRST if orders is None else until + 1], np.int64)
    ends = np.array([LAST], np.int64)
    return Follows(opened, opened, np.concatenate([told, more]), np.concatenate([told, ends]), 0, within)


def _basis(found: AssetWindow) -> Basis:
    return basis_of_roles(found, ["alarm"], found.of.signals.alarm(_WANTED).limitations)
