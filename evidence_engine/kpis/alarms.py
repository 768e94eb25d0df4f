"""Alarms and what people did about them: followed by a work order, closed in a loop (D34's way of counting stays).

An alarm is a stay of at least `min_alarm` in a code of class alarm, counted where it begins, at any hour. It is followed
where an order of the asset that is not preventive was opened at most `respond_within` after it. What orders say is
taken as written; when the alarm began, and whether there was one, is known as far as the data goes. An alarm whose time
to respond is not over when the history ends is in no value and in both bounds. The site adds up all assets that state or
deliver alarms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence_engine.knowledge.stretches import FIRST, LAST, clip, total
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.beginnings import Follows, Tally, beginnings_of, rises_in, tally, together
from evidence_engine.kpis.booking import ALWAYS
from evidence_engine.kpis.conditions import known_of
from evidence_engine.kpis.family import Found, SiteWindow
from evidence_engine.kpis.inputs import Basis, merged
from evidence_engine.kpis.live import basis_of_roles
from evidence_engine.kpis.outcome import Outcome, Part, share
from evidence_engine.kpis.signals import ALARM
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.work_orders import WorkOrder

KPIS = ("maintenance.alarm_to_order", "maintenance.closed_loop")
_WANTED = frozenset({ALARM})


@dataclass(frozen=True, slots=True)
class Answered:
    """The alarms of some assets: tallies per KPI, ns in which alarms were known, of `whole`."""

    tallies: tuple[Tally, Tally]
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
        parts: dict[str, Part] = {"alarms": counts.has + counts.has_not, "answered": counts.has}
        return Outcome(counts.value, counts.low, counts.high, coverage, parts, frozenset(codes))


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
        sum(one.known for one in every),
        sum(one.whole for one in every),
        any(one.is_open for one in every),
        all(one.is_told for one in every),
    )
    for figure in all_of_them.figures(merged(_basis(found) for found in sources), parts):
        yield {}, figure


def answered(found: AssetWindow) -> Answered:
    """The alarms of one asset in its window."""
    signals, history = found.of.signals, found.of.history
    told_of = history.papers.work_orders
    orders = None if told_of is None else _orders(told_of, found.of.name)
    whole = seconds_to_ns(found.of.plant.monitoring.respond_within)
    known_until = FIRST if history.end is None else history.end
    rises = rises_in(signals.alarm_stops, ALWAYS, found.start, found.end)
    begun = beginnings_of(signals.alarm_stops, ALWAYS, found.start, found.end)
    tallies = []
    open_ones = False
    for chosen in (orders, None if orders is None else [o for o in orders if o.is_closed]):
        after = _follows(chosen, whole, known_until)
        told = [_is_answered(t, after, known_until) for t in begun] if chosen is not None else []
        open_ones |= None in told
        tallies.append(tally(rises, [one for one in told if one is not None], after))
    known = total(clip(known_of(signals.alarm(_WANTED)), found.start, found.end))
    return Answered((tallies[0], tallies[1]), known, found.end - found.start, open_ones, told_of is not None)


def _orders(orders: Sequence[WorkOrder], asset: str) -> list[WorkOrder]:
    """Those that may answer an alarm: what was planned before answers none."""
    return [order for order in orders if order.asset == asset and order.kind != "preventive"]


def _follows(orders: Sequence[WorkOrder] | None, whole: int, known_until: int) -> Follows:
    """Orders opened after an alarm; after the end of the history, or without a file, there may be any."""
    if orders is None:
        return Follows((), ((FIRST, LAST),), 0, whole)
    opened = sorted((order.opened, order.opened) for order in orders)
    told = [one for one in opened if one[0] <= known_until]
    return Follows(opened, [*told, (known_until + 1, LAST)], 0, whole)


def _is_answered(begun: int, after: Follows, known_until: int) -> bool | None:
    """None: the time to respond is not over."""
    if after.surely((begun, begun)):
        return True
    return None if begun + after.last > known_until else False


def _basis(found: AssetWindow) -> Basis:
    return basis_of_roles(found, ["alarm"], found.of.signals.alarm(_WANTED).limitations)
