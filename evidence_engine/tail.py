"""The tail of a history: the columns from where each series was at rest, and what they have to be told of the rows before.

Every record of a window that starts at or after `before` is the same, byte for byte, from the tail as from the whole
history, as long as no row comes at or before `settled` and no fact changes. `knowledge.rest` says why for one series.
Across the series of an asset:
1. Figures look back from their window: over a stop, a warm-up, a warning's horizon, an open entry of the plan.
2. A stop goes back to when the machine was surely producing; its reason is looked for in the minute before.
3. Batches are traced through all their past, and of more products than a mask has bits the first ones count: whole.
4. A link is kept from a proof before the first row of every series that hangs on it.
What was said of rows before, and no later row says again, goes along as `Past`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evidence_engine.knowledge.counters import EVENTS
from evidence_engine.knowledge.facts import regimes_of, series_of_connections
from evidence_engine.knowledge.links import DEFAULT_TIMEOUT, PROVEN
from evidence_engine.knowledge.rest import Rest, reach_of, rest_in, rest_of_counter, sure_time
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches
from evidence_engine.kpis.losses.reasons import ALARM, ALARM_BEFORE, OPERATOR
from evidence_engine.kpis.subjects import POWER, REJECT, AssetKnowledge
from evidence_engine.vocabulary.facts import ConnectionFacts, seconds_to_ns
from evidence_engine.vocabulary.history import NOTHING_BEFORE, Before, History, Past
from evidence_engine.vocabulary.instants import DAY, MINUTE
from evidence_engine.vocabulary.roles import Kind, role_of, series_name, split_series
from evidence_engine.vocabulary.samples import GOOD
from evidence_engine.vocabulary.states import State

ON_ITS_WAY = 20 * MINUTE
"""A tail is settled about so long before its windows start: what comes late by less does not end it."""

OF_LATE = 7 * DAY
"""Facts that held within so long before are tried first."""

MOST_PRODUCTS = 63
"""As many as a mask tells apart; of more, it matters which came first."""

_OF_WINDOWS = EVENTS | {"jump", "limit_disproved"}
"""Codes that a counter says in the windows that they touch only."""

Facts = Mapping[str, Sequence[tuple[int, ConnectionFacts]]]


@dataclass(frozen=True, slots=True)
class Tail:
    """first: per series the instant of the first row that is kept, all rows of those not named · facts: that it rests on."""

    before: int
    first: Mapping[str, int]
    past: Past
    facts: Facts

    def of(self, history: History) -> History:
        """The history, without what no window from `before` on needs."""
        first = self.first
        series = {n: s.between(first.get(n, FIRST), LAST) for n, s in history.series.items()}
        return replace(history, series=series, past=self.past)

    def stands(self, facts: Facts, touched: int | None) -> bool:
        """Whether it may still be used; `touched`: the earliest instant of which more is known than when it was found."""
        return (touched is None or touched > self.past.settled) and facts == self.facts


@dataclass(frozen=True, slots=True)
class _Cut:
    """first: instant of the first row that is kept · settled: what comes later does not change that."""

    first: int
    settled: int


def tail_of(
    history: History, known: Mapping[str, AssetKnowledge], before: int, late: int = ON_ITS_WAY
) -> Tail | None:
    """For windows that start at or after `before`; `known`: of each asset. None where there is nothing to cut.

    late: rows that come late by less should not end it.
    """
    found = list(known.values())
    if history.start is None or not found:
        return None
    cuts = {name: cut for of in found for name, cut in _cuts_of(of, before, late).items()}
    if history.past is not None:
        kept = {name: _Cut(int(rows.ts[0]), FIRST) for name, rows in history.series.items()}
        cuts = kept | cuts
    cuts |= _connections(history, series_of_connections(history, found[0].plant), cuts, before - late)
    settled = max((cut.settled for cut in cuts.values()), default=FIRST) + _timeout(history, found[0])
    if history.past is not None:
        settled = max(settled, history.past.settled)
    return Tail(
        before,
        {name: cut.first for name, cut in cuts.items()},
        Past(settled, history.start, found[0].links.import_end, _before(found, cuts)),
        history.facts,
    )


def _timeout(history: History, of: AssetKnowledge) -> int:
    """The longest time between two proofs that prove what lies between (D2)."""
    announced = (facts for rows in history.facts.values() for _, facts in rows)
    every = [DEFAULT_TIMEOUT, *(facts.timeout for facts in (*of.plant.connections.values(), *announced))]
    return seconds_to_ns(max(every))


def _cuts_of(of: AssetKnowledge, before: int, late: int) -> dict[str, _Cut]:
    """Of each series of an asset that was at rest."""
    limit = _limit(of, before) - late
    state = _rest(of, "state", limit)
    cuts = {}
    for role in filter(of.has, of.signals.named):
        name = series_name(of.name, role)
        rest = state if role == "state" else _rest(of, role, limit)
        if role in (ALARM, OPERATOR) and of.has("state"):
            rest = (
                None if state is None else _rest_of_reason(of, role, min(limit, state[0].at - ALARM_BEFORE))
            )
        if rest is not None:
            cuts[name] = _Cut(int(of.history.of(name).ts[rest[0].row]), rest[1])
    return cuts


def _rest_of_reason(of: AssetKnowledge, role: str, limit: int) -> tuple[Rest, int] | None:
    """From a good row on: whether there was one before tells whether a code is new (2)."""
    found = _rest(of, role, limit)
    if found is None:
        return None
    quality = of.history.of(series_name(of.name, role)).quality[: found[0].row + 1]
    good = np.flatnonzero(quality == GOOD)
    return (Rest(int(good[-1]), found[0].at), found[1]) if len(good) else None


def _limit(of: AssetKnowledge, before: int) -> int:
    """From when on figures of windows from `before` on look at an asset (1)."""
    watched, limits = of.plant.monitoring, of.asset.limits
    stays = [of.asset.min_stop, watched.min_alarm, *(limit.min_time for limit in limits)]
    back = max(stays) + (of.asset.warm_up or 0.0)
    back += watched.warning_horizon if of.signals.states_warnings else 0.0
    plan = (e for e in of.history.plan if e.asset in (of.name, of.asset.step))
    starts = [entry.start for entry in plan if entry.start < before < entry.end]
    return min([before, *starts]) - seconds_to_ns(back)


def _rest(of: AssetKnowledge, role: str, limit: int) -> tuple[Rest, int] | None:
    """A series at rest, and until when no row may come; at first by the facts of late: older ones often were vague."""
    series = series_name(of.name, role)
    ts, regimes = of.history.of(series).ts, regimes_of(of.history, of.plant, series)
    farthest = reach_of(regimes)
    for since in (limit - OF_LATE, FIRST):
        reach = reach_of(regimes, since)
        rest = _rest_within(of, role, limit, reach)
        if rest is not None and (since == FIRST or int(ts[rest.row]) - farthest > since):
            return rest, rest.at + reach
    return None


def _rest_within(of: AssetKnowledge, role: str, limit: int, reach: int) -> Rest | None:
    ts = of.history.of(series_name(of.name, role)).ts
    if role_of(role).kind is Kind.CUMULATIVE:
        return rest_of_counter(of.counted(role), ts, limit, reach)
    calm = _calm(of, role)
    return None if calm is None else rest_in(calm, ts, limit, reach)


def _calm(of: AssetKnowledge, role: str) -> Stretches | None:
    """The time in which a series may be at rest; None: never (3)."""
    match role:
        case "state":
            return sure_time(of.state, State.PRODUCING)
        case "product":
            return None if len(of.plant.products) > MOST_PRODUCTS else sure_time(of.product)
        case "alarm":
            return sure_time(of.signals.alarm_classes())
        case "batch":
            return None
        case _:
            return of.signals.known([role])


def _connections(
    history: History, hung: Mapping[str, Collection[str]], cuts: Mapping[str, _Cut], limit: int
) -> dict[str, _Cut]:
    """Links from a proof on before all that hangs on them (4), clocks from their last row."""
    found = dict[str, _Cut]()
    for name, rows in history.series.items():
        asset, role = split_series(name)
        upto = rows.ts
        if role == "link":
            first = [_first(history, one, cuts) for one in hung.get(asset[1:], ())]
            upto = rows.ts[(rows.value == PROVEN) & (rows.quality == GOOD)]
            at = int(np.searchsorted(upto, min([limit, *first]), "right")) - 1
        elif role == "clock_offset":
            at = int(np.searchsorted(upto, limit, "right")) - 1
        else:
            continue
        if at >= 0:
            found[name] = _Cut(int(upto[at]), limit)
    return found


def _first(history: History, series: str, cuts: Mapping[str, _Cut]) -> int:
    """The first row of a series that is kept."""
    rows = history.of(series).ts
    return cuts[series].first if series in cuts else int(rows[0]) if len(rows) else LAST


def _before(known: Sequence[AssetKnowledge], cuts: Collection[str]) -> dict[str, Before]:
    """What is left of the rows before those that are kept, by series."""
    found = {}
    for of in known:
        for role in of.signals.named:
            name = series_name(of.name, role)
            if name in cuts:
                found[name] = _left_of(of, role)
        rejects = series_name(of.name, REJECT)
        if of.takes_rejects_away:
            found[rejects] = replace(found.get(rejects, NOTHING_BEFORE), below=True)
    return found


def _left_of(of: AssetKnowledge, role: str) -> Before:
    """What a series said of itself that its later rows do not say again."""
    match role, role_of(role).kind:
        case "state", _:
            return Before(frozenset(of.state.limitations), frozenset(of.state.unmapped))
        case "product", _:
            return Before(frozenset(of.product.limitations), frozenset(of.product.unmapped))
        case "alarm", _:
            return Before(frozenset(of.signals.alarm_classes().limitations))
        case _, Kind.SAMPLED:
            codes = frozenset(of.signals.numbers(role).limitations)
            return Before(codes, below=role == POWER and of.gave_back)
        case _, Kind.CUMULATIVE:
            steps = of.counted(role)
            return Before(frozenset(steps.limitations) - _OF_WINDOWS, opens=steps.opens)
        case _:
            return NOTHING_BEFORE
