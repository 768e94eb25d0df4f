"""One asset over one calendar: its flows booked, its gaps and stops laid out, ready for any window of the span."""

from functools import cached_property

from evidence_engine.kpis.asset_time import AssetTime, asset_time
from evidence_engine.kpis.booking import ALWAYS, Booked, Upto, book
from evidence_engine.kpis.cycles import Cycles
from evidence_engine.kpis.failures import LineTime, Stops, stops_along
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.gaps import Earned, Running, earned, running
from evidence_engine.kpis.network import AssetLinks, LinkTime, link_time
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.kpis.timeline import CalendarTime
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.states import State


class AssetBook:
    """What all windows of an asset share; each part is worked out when first asked for."""

    def __init__(self, of: AssetKnowledge, calendar: CalendarTime, links: AssetLinks) -> None:
        self.of, self.calendar, self._links = of, calendar, links
        self._stays: dict[State, Stops] = {}

    @cached_property
    def time(self) -> AssetTime:
        """Calendar time by what is known."""
        return asset_time(self.calendar, self.of.state, self.of.product, self.of.cycles, self.of.pieces)

    @cached_property
    def links(self) -> LinkTime:
        """Proven time of its links."""
        return link_time(self._links, self.calendar)

    @property
    def stops(self) -> Stops:
        """Stays and chains of `down`."""
        return self.stays_in(State.DOWN)

    def stays_in(self, state: State) -> Stops:
        """Stays and chains of one state."""
        if state not in self._stays:
            min_stop = seconds_to_ns(self.of.asset.min_stop)
            self._stays[state] = stops_along(self.line, min_stop, state)
        return self._stays[state]

    @cached_property
    def line(self) -> LineTime:
        """Its state over all time."""
        return LineTime.of(self.of.state, self.calendar)

    @property
    def total_most(self) -> Flow:
        """The flow that bounds all pieces from above."""
        return self.of.silent if self.of.pieces.total is None else self.of.pieces.total

    @property
    def good_most(self) -> Flow:
        """The flow that bounds good pieces from above: good itself, else all pieces."""
        return self.total_most if self.of.pieces.good is None else self.of.pieces.good

    @cached_property
    def tallied(self) -> dict[str, Booked]:
        """Flows in the calendar: total and good from above, reject where it is told; ordinary rises stay samples."""
        flows = {"total": self.total_most, "good": self.good_most, "reject": self.of.pieces.reject}
        found: dict[str, Booked] = {}
        for name, flow in flows.items():
            if flow is not None:
                found[name] = book(flow, self.calendar, found.values())
        return found

    @cached_property
    def always(self) -> Booked:
        """Good pieces over all time (D14)."""
        return book(self.good_most, ALWAYS)

    @cached_property
    def tallied_earned(self) -> dict[str, Earned]:
        """The earned time of `total` and `good`, ordinary rises left as samples; only where the asset has cycles."""
        return {name: earned(self.tallied[name], self.cycles, self.of.product) for name in ("total", "good")}

    @property
    def cycles(self) -> Cycles:
        """Its cycles; ValueError where none is stated, which callers ask first."""
        if self.of.cycles is None:
            raise ValueError(f"{self.of.name} has no ideal cycle")
        return self.of.cycles

    @property
    def burst_time(self) -> int:
        """What `burst` pieces of the largest cycle earn, ns."""
        return self.of.asset.burst * self.cycles.largest

    @cached_property
    def values(self) -> dict[str, Running]:
        """Plain sums: earned time for OEE (good, total) and effectiveness (worked); pieces for quality."""
        good, total = self.tallied_earned["good"], self.tallied_earned["total"]
        return {
            "good": good.value_over(self.time.joint, self._upto),
            "total": total.value_over(self.time.joint, self._upto),
            "worked": total.value_over(self.time.worked, self._upto),
        }

    @cached_property
    def quality_values(self) -> dict[str, Running]:
        """Good and rejected pieces over the time in which both are known."""
        return {
            name: running(self.tallied[name], self.time.quality, upto=self._upto)
            for name in ("good", "reject")
            if name in self.tallied
        }

    @cached_property
    def _upto(self) -> Upto:
        """Rises up to the edges of all time over which the plain sums go."""
        time = self.time
        known = (time.joint.ravel(), time.worked.ravel(), time.quality.ravel())
        return Upto(*known, self.of.product.border)
