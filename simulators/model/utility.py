"""A compressor or chiller: it runs through, under load or not as the plant asks."""

from collections.abc import Callable
from random import Random

from simulators.model.events import Events
from simulators.model.parts import Station
from simulators.model.powered import Powered


class Utility(Powered):
    """Changes between load (`producing`) and no load (`idle`) in stays, and seldom breaks down."""

    def __init__(
        self, spec: Station, events: Events, rng: Random, dwell_ns: int, activity: Callable[[], float]
    ) -> None:
        super().__init__(spec, events, rng, dwell_ns)
        self._activity = activity

    def start(self) -> None:
        self.begin("idle")
        self.events.at(self.settled_at, self._next_stay)

    def _next_stay(self) -> None:
        if self.events.now < self.settled_at:
            self.events.at(self.settled_at, self._next_stay)
            return
        stay = self._draw_stay()
        wanted, stay = self._draw_state(stay)
        if wanted != self.state:
            self.enter(wanted)
        self.events.at(self.events.now + stay, self._next_stay)

    def _draw_stay(self) -> int:
        assert self.spec.load is not None
        return max(self.dwell_ns, self.rng.randint(*self.spec.load.stay_ns))

    def _draw_state(self, stay: int) -> tuple[str, int]:
        load = self.spec.load
        assert load is not None
        if self.rng.random() < stay / self.spec.mtbf_ns:
            return "down", max(self.dwell_ns, round(self.spec.mttr_ns * self.rng.lognormvariate(0, 0.4)))
        share = load.calm + (load.busy - load.calm) * self._activity()
        return ("producing" if self.rng.random() < share else "idle"), stay
