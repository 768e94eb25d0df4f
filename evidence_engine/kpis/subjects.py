"""What is known of each asset, worked out once per history and shared by all windows."""

from functools import cached_property

from evidence_engine.kernels.rises import every
from evidence_engine.knowledge.counters import Steps, counted_of
from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.held import Held, product_of, state_of
from evidence_engine.knowledge.levels import level_time
from evidence_engine.knowledge.limits import Counting, limit_of
from evidence_engine.knowledge.numbers import Numbers, numbers_of
from evidence_engine.knowledge.quanta import one_quantum
from evidence_engine.knowledge.reading import Links
from evidence_engine.kpis.booking import ALWAYS, Booked, book
from evidence_engine.kpis.cycles import Cycles, cycles_of
from evidence_engine.kpis.energy import (
    MWNS_PER_MWH,
    PowerIntegral,
    Taken,
    register_taken,
    unmeasured,
)
from evidence_engine.kpis.flows import Flow, PieceFlows, flow_of, piece_flows
from evidence_engine.kpis.watching.signals import Signals
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Asset, Plant
from evidence_engine.vocabulary.roles import series_name

TOTAL, GOOD, REJECT = "count_total", "count_good", "count_reject"
ELECTRICITY, POWER = "energy_active", "power_active"


class AssetKnowledge:
    """Everything that is known of one asset, whatever the calendar; each part is worked out when first asked for."""

    def __init__(self, plant: Plant, history: History, name: str, links: Links | None = None) -> None:
        self.plant, self.history, self.name = plant, history, name
        self.links = Links(history, plant) if links is None else links
        self.asset: Asset = plant.assets[name]
        self._media: dict[str, Booked] = {}

    def has(self, role: str) -> bool:
        """Whether the history holds any sample of that role."""
        return len(self.history.of(series_name(self.name, role))) > 0

    @property
    def makes_pieces(self) -> bool:
        """Whether figures of pieces could concern it."""
        return self.asset.is_production or any(self.has(role) for role in (TOTAL, GOOD, REJECT))

    @property
    def has_states(self) -> bool:
        """Whether figures of its state could concern it."""
        return self.asset.is_production or self.has("state")

    @property
    def takes_electricity(self) -> bool:
        """Whether an electricity figure could concern it."""
        is_meter = self.asset.kind == "electricity_meter"
        rated = self.asset.is_production and self.asset.rated_power is not None
        return is_meter or rated or self.has(ELECTRICITY) or self.has(POWER)

    @cached_property
    def state(self) -> Held:
        """What it does."""
        return state_of(self.history, self.plant, self.name, self.links)

    @cached_property
    def product(self) -> Held:
        """What it makes."""
        return product_of(self.history, self.plant, self.name, self.links)

    @cached_property
    def cycles(self) -> Cycles | None:
        """Its ideal cycles."""
        return cycles_of(self.plant, self.asset, self.product.names)

    def steps(self, role: str) -> Steps:
        """Every step of one counter or register under its limit (D12)."""
        return self.counted(role).spelled_out()

    def counted(self, role: str) -> Steps:
        """The same with its ordinary rises left as they are."""
        return counted_of(self.links, self.name, role, Counting(*limit_of(self.plant, self.name, role)))

    def flow(self, role: str) -> Flow:
        """The steps of one counter or register as a flow over all time."""
        last = regimes_of(self.history, self.plant, series_name(self.name, role))[-1]
        return flow_of(self.counted(role), role, net=last.facts.direction == "net")

    @cached_property
    def pieces(self) -> PieceFlows:
        """Total, good and reject; a counter without a good reading tells nothing."""
        total, good, reject = (self._told(role) for role in (TOTAL, GOOD, REJECT))
        return piece_flows(total, good, reject, assume_good=self.asset.quality == "assumed_good")

    def _told(self, role: str) -> Flow | None:
        steps = self.counted(role) if self.has(role) else None
        return None if steps is None or steps.opens is None else flow_of(steps, role)

    @cached_property
    def silent(self) -> Flow:
        """Pieces where nothing is counted at all: only D12 says how many there may be."""
        return flow_of(self.counted(TOTAL), TOTAL)

    @cached_property
    def register(self) -> Booked | None:
        """The electricity register, if it has one (per asset, not by moment: D25)."""
        return book(self.flow(ELECTRICITY), ALWAYS) if self.has(ELECTRICITY) else None

    def medium(self, role: str) -> Booked:
        """A register of gas, water or the like over all time."""
        if role not in self._media:
            self._media[role] = book(self.flow(role), ALWAYS)
        return self._media[role]

    @cached_property
    def numbers(self) -> Numbers:
        """Its power."""
        return numbers_of(self.history, self.plant, self.name, POWER, self.links)

    @cached_property
    def power(self) -> PowerIntegral:
        """Its power over time."""
        level = level_time(self.links, self.name, POWER, self.rated)
        return PowerIntegral(level, self.rated, self.feed_in)

    @cached_property
    def signals(self) -> Signals:
        """Its other signals."""
        return Signals(self)

    @property
    def rated(self) -> int | None:
        """Rated power, mW."""
        rated = self.asset.rated_power
        return None if rated is None else one_quantum(rated, POWER)

    @property
    def feed_in(self) -> int:
        """What it may give back, mW."""
        return one_quantum(self.asset.rated_feed_in, POWER)

    @cached_property
    def gave_back(self) -> bool:
        """Whether its power may ever have been below nothing."""
        before = self.history.before(series_name(self.name, POWER)).below
        return before or (self.has(POWER) and bool((self.numbers.low < 0).any()))

    @cached_property
    def takes_rejects_away(self) -> bool:
        """Whether some steps of its rejects ever counted below nothing: where they are a difference of two counters."""
        if self.pieces.reject is None:
            return False
        flow, before = self.pieces.reject, self.history.before(series_name(self.name, REJECT)).below
        falls = any(one.sign < 0 and len(every(one.of)) for one in flow.rises)
        return before or falls or bool((flow.sign < 0).any())

    def electricity(self, start: int, end: int) -> Taken:
        """In mW·ns: by the register, else by power, else what the rating allows (D25)."""
        if self.register is not None:
            return register_taken(self.register, start, end, MWNS_PER_MWH)
        if self.has(POWER):
            return self.power.taken(start, end)
        return unmeasured(self.rated, self.feed_in, start, end)
