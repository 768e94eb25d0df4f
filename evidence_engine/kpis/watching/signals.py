"""What is known of an asset's other signals: since when and until when each role is live, its alarms, limits and batches.

Worked out once per history. A role is known where the plain reading knows its value (D5), and proven dead where the link
that it hangs on is proven down for at least its timeout (D2, D24), or for all time where nothing ever named it.
"""

import functools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.live import Signs
from evidence_engine.knowledge.bands import NO_HIGH, NO_LOW, bands_of, is_steady, known_numbers
from evidence_engine.knowledge.facts import regimes_of, series_of_connections
from evidence_engine.knowledge.held import Held, held_of, keys_of, number_key
from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.numbers import Numbers, numbers_of
from evidence_engine.knowledge.quanta import one_quantum
from evidence_engine.knowledge.stretches import (
    FIRST,
    LAST,
    NEVER,
    Stretches,
    clip,
    intersect,
    joined,
    where,
)
from evidence_engine.kpis.booking import ALWAYS as ALL_TIME
from evidence_engine.kpis.failures import Stops, stops_of
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.kpis.watching.batches import CATEGORIES, Batches, batches_of
from evidence_engine.kpis.watching.beginnings import Beginnings
from evidence_engine.kpis.watching.conditions import (
    any_of,
    condition_of_bands,
    condition_of_held,
    condition_of_numbers,
    known_of,
)
from evidence_engine.kpis.watching.sent import Sent, sent_of
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.monitoring import Limit
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import Kind, role_of, series_name, split_series

if TYPE_CHECKING:
    from evidence_engine.kpis.subjects import AssetKnowledge

EVER: Stretches = np.array([[FIRST, LAST]], np.int64)
ANY_MEASURED = "*"
"""Stands for whatever measured quantities the asset delivers."""
NO_ALARM, WARNING, ALARM = range(3)
ALARM_CLASSES = ("none", "warning", "alarm")


class Signals:
    """The roles of one asset beside its state, pieces and power."""

    def __init__(self, of: "AssetKnowledge") -> None:
        self._of, self._known = of, dict[str, Stretches]()
        self._signs = dict[tuple[tuple[str, ...], ...], Signs]()
        self._known_together = dict[tuple[str, ...], Stretches]()
        self._numbers = dict[str, Numbers]()
        self._sent = dict[str, Sent | None]()
        self._held = dict[str, Held]()
        self._conditions = dict[tuple[object, ...], Held]()
        self._exceedances = dict[Limit, Beginnings]()
        self._failures: Beginnings | None = None

    def known(self, roles: Sequence[str]) -> Stretches:
        """Time in which at least one of these roles is known."""
        every = self._each(roles)
        if len(every) == 1:
            return self._known_role(every[0])
        key = tuple(every)
        if key not in self._known_together:
            self._known_together[key] = _union(self._known_role(role) for role in every)
        return self._known_together[key]

    def signs(self, wanted: Sequence[Sequence[str]]) -> Signs:
        """What is known and what proven dead, of each of `wanted` by itself: one of its roles is enough."""
        key = tuple(tuple(roles) for roles in wanted)
        if key not in self._signs:
            known, dead = (self.known(roles) for roles in key), (self.dead(roles) for roles in key)
            self._signs[key] = Signs(*_laid(known), *_laid(dead))
        return self._signs[key]

    def dead(self, roles: Sequence[str]) -> Stretches:
        """Time in which it is proven that none of these roles can be read."""
        every = [self._dead_role(role) for role in self._each(roles)]
        return functools.reduce(intersect, every) if every else EVER

    def collected(self, roles: Sequence[str]) -> list[str]:
        """Those of these roles of which there is any sample."""
        return [role for role in self._each(roles) if self._of.has(role)]

    def sent(self, role: str) -> Sent | None:
        """What the agents' links of a role prove."""
        if role not in self._sent:
            of = self._of
            self._sent[role] = sent_of(of.history, of.plant, series_name(of.name, role))
        return self._sent[role]

    def numbers(self, role: str) -> Numbers:
        """A measured quantity."""
        if role not in self._numbers:
            of = self._of
            is_power = role == "power_active"
            self._numbers[role] = of.numbers if is_power else numbers_of(of.history, of.plant, of.name, role)
        return self._numbers[role]

    def alarm(self, wanted: frozenset[int]) -> Held:
        """Where an alarm of these classes stands: the condition of `conditions`."""
        key = ("alarm", *sorted(wanted))
        if key not in self._conditions:
            self._conditions[key] = condition_of_held(self.alarm_classes(), wanted)
        return self._conditions[key]

    def outside(self, limit: Limit) -> Held:
        """Where a limit is exceeded: the condition of `conditions`."""
        key = ("limit", limit.role, limit.low, limit.high)
        if key not in self._conditions:
            self._conditions[key] = self._outside(limit)
        return self._conditions[key]

    def _outside(self, limit: Limit) -> Held:
        of, role = self._of, limit.role
        if not is_steady(of.links, of.name, role):
            return condition_of_numbers(self.numbers(role), limit)
        low = NO_LOW if limit.low is None else one_quantum(limit.low, role)
        high = NO_HIGH if limit.high is None else one_quantum(limit.high, role)
        return condition_of_bands(bands_of(of.links, of.name, role, low, high))

    @property
    def states_alarms(self) -> bool:
        """Whether the plant file or the history says that it raises alarms."""
        return bool(self._of.asset.alarms) or "alarm" in self.named

    @property
    def states_warnings(self) -> bool:
        """Whether anything could warn of its failures."""
        return "warning" in self._of.asset.alarms.values() or bool(self.condition_limits)

    @property
    def condition_limits(self) -> list[Limit]:
        """The limits that warn of a failure."""
        return [limit for limit in self._of.asset.limits if limit.purpose == "condition"]

    @property
    def environment_limits(self) -> list[Limit]:
        """The limits of environment and safety."""
        return [limit for limit in self._of.asset.limits if limit.purpose != "condition"]

    @cached_property
    def outside_any(self) -> Held:
        """Where any of these is exceeded."""
        return any_of([self.outside(limit) for limit in self.environment_limits])

    @cached_property
    def alarms(self) -> Beginnings:
        """Alarms as stays."""
        return self._beginnings(self.alarm(frozenset({ALARM})), self._of.plant.monitoring.min_alarm)

    @cached_property
    def warning(self) -> Held:
        """Where something warns of a failure: an alarm of class warning, or a condition limit that is exceeded."""
        parts = [self.outside(limit) for limit in self.condition_limits]
        if "warning" in self._of.asset.alarms.values():
            parts.append(self.alarm(frozenset({WARNING})))
        return any_of(parts)

    @cached_property
    def warning_known(self) -> Stretches:
        """Time in which it is known whether something warns."""
        return known_of(self.warning)

    @cached_property
    def warnings(self) -> Beginnings | None:
        """Warnings as stays, each at least as long as the shortest time that one of its sources asks for."""
        least = [limit.min_time for limit in self.condition_limits]
        if "warning" in self._of.asset.alarms.values():
            least.append(self._of.plant.monitoring.min_alarm)
        return self._beginnings(self.warning, min(least)) if least else None

    def exceedances(self, limit: Limit) -> Beginnings:
        """Exceedances of a limit as stays."""
        if limit not in self._exceedances:
            self._exceedances[limit] = self._beginnings(self.outside(limit), limit.min_time)
        return self._exceedances[limit]

    def failures(self, stops: Stops, calendar: CalendarTime) -> Beginnings:
        """Failures by the calendar that was asked for last."""
        if self._failures is None or self._failures.stops is not stops:
            self._failures = Beginnings(stops, calendar)
        return self._failures

    @staticmethod
    def _beginnings(condition: Held, least: float) -> Beginnings:
        return Beginnings(stops_of(condition, ALL_TIME, seconds_to_ns(least)), ALL_TIME)

    @cached_property
    def batches(self) -> Batches:
        """Which batches it held, and when."""
        of = self._of
        return batches_of(of.history, of.plant, of.name)

    @cached_property
    def in_batch(self) -> Held:
        """Where any batch is stated."""
        return condition_of_held(self.batches.held, range(1, CATEGORIES + 1))

    def alarm_classes(self) -> Held:
        """By class; a code that the plant file does not list is an alarm, 0 is none."""
        if "alarm" not in self._held:
            classes = {"0": NO_ALARM} | {
                code: ALARM_CLASSES.index(word) for code, word in self._of.asset.alarms.items()
            }
            codes = {key: classes.get(key, ALARM) for key in self._keys("alarm")}
            self._held["alarm"] = self._as_held("alarm", codes, ALARM_CLASSES)
        return self._held["alarm"]

    def _keys(self, role: str) -> list[str]:
        """The distinct values, as text, in the order of their first appearance."""
        samples = self._of.history.of(series_name(self._of.name, role))
        if samples.text is not None:
            return [key for key in dict.fromkeys(keys_of(samples)) if key]
        values, rows = np.unique(samples.value, return_index=True)
        keys = [number_key(value) for value in values[np.argsort(rows)].tolist()]
        return [key for key in keys if key]

    def _as_held(self, role: str, codes: dict[str, int], names: Sequence[str]) -> Held:
        of = self._of
        return held_of(of.history, of.plant, series_name(of.name, role), codes, names, "unmapped_state_code")

    def _each(self, roles: Sequence[str]) -> list[str]:
        if ANY_MEASURED not in roles:
            return list(roles)
        measured = {role for role in self.named if role_of(role).kind is Kind.SAMPLED}
        return sorted(measured.union(roles) - {ANY_MEASURED})

    @cached_property
    def named(self) -> list[str]:
        """Its roles that were announced or collected."""
        of = self._of
        every = of.history.once("roles", lambda: _roles_by_asset(of.history, of.plant), of.plant)
        return every.get(of.name, [])

    def _known_role(self, role: str) -> Stretches:
        if role not in self._known:
            self._known[role] = self._find_known(role) if self._of.has(role) else NEVER
        return self._known[role]

    def _find_known(self, role: str) -> Stretches:
        of = self._of
        match role_of(role).kind:
            case Kind.CUMULATIVE:
                return self._known_counter(role)
            case Kind.SAMPLED:
                return known_numbers(of.links, of.name, role)
            case _:
                held = (
                    of.state
                    if role == "state"
                    else self._as_held(role, dict.fromkeys(self._keys(role), 0), ("any",))
                )
                return where(held.border, held.plain >= 0)

    def _known_counter(self, role: str) -> Stretches:
        of = self._of
        pieces = {
            "count_total": of.pieces.total,
            "count_good": of.pieces.good,
            "count_reject": of.pieces.reject,
        }
        if role in pieces:
            flow: Flow | None = pieces[role]
            return NEVER if flow is None else flow.known
        if role == "energy_active":
            return NEVER if of.register is None else of.register.flow.known
        return of.medium(role).flow.known

    def _dead_role(self, role: str) -> Stretches:
        """Where the links of a role are cut; for ever where nobody ever named it, unless nobody said anything at all."""
        of = self._of
        regimes = regimes_of(of.history, of.plant, series_name(of.name, role))
        hanging = tuple((regime.connection, regime.start) for regime in regimes)
        if all(connection is None for connection, _ in hanging):
            return NEVER if of.has(role) or not of.history.series else EVER
        return of.history.once(("cut", hanging), lambda: _cut(of.history, of.plant, hanging), of.plant)


def _cut(history: History, plant: Plant, hanging: Sequence[tuple[str | None, int]]) -> Stretches:
    """When what hangs on these connections, on each from its instant on until the next, was cut off (D24)."""
    ends = [*(start for _, start in hanging[1:]), LAST]
    cuts = [
        clip(link_of(history, connection, plant).cut, start, end)
        for (connection, start), end in zip(hanging, ends, strict=True)
        if connection is not None
    ]
    return _union(cuts)


def _roles_by_asset(history: History, plant: Plant) -> dict[str, list[str]]:
    """The roles of each asset that were announced or collected, in the order of their names."""
    found: dict[str, list[str]] = {}
    for series in sorted(set(history.series).union(*series_of_connections(history, plant).values())):
        asset, role = split_series(series)
        found.setdefault(asset, []).append(role)
    return found


def _laid(every: Iterable[Stretches]) -> tuple[Stretches, NDArray[np.int64]]:
    """Several stretches one after the other, and where each of them begins."""
    parts = list(every)
    begins = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
    return np.ascontiguousarray(np.concatenate([NEVER, *parts])), begins


def _union(parts: Iterable[Stretches]) -> Stretches:
    return joined(np.concatenate([NEVER, *parts]))
