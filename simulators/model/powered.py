"""What all machines share: a state that stays, a power that goes with it, and the meters above it."""

from collections.abc import Callable
from random import Random

from simulators.model.events import Events
from simulators.model.parts import MINUTE, Measure, Station
from simulators.model.trace import Flow, Steps

POWER_QUANTUM_W = 125  # in kW exact as a 32-bit float, so that a wire rounds nothing
WANDER_NS = (8 * MINUTE, 25 * MINUTE)


class Powered:
    """State and power of one machine; neither changes within `dwell_ns` of the last change of either."""

    def __init__(
        self, spec: Station, events: Events, rng: Random, dwell_ns: int, over_power: bool = False
    ) -> None:
        self.spec, self.events, self.rng, self.dwell_ns = spec, events, rng, dwell_ns
        self.state = ""
        self.category, self.code, self.kilowatts = Steps(), Steps(), Steps()
        self.power = Flow()
        self.meters: list[Callable[[int], None]] = []
        self.on_state: list[Callable[[str], None]] = []
        self._over_power = over_power
        self._watts = 0
        self._changed = 0

    @property
    def settled_at(self) -> int:
        """From when on the state may change again."""
        return self._changed + self.dwell_ns

    def begin(self, state: str) -> None:
        self.power.put(self.events.now, 0)
        self.kilowatts.put(self.events.now, 0.0)
        self.enter(state)
        self._wander_later()

    def enter(self, state: str) -> None:
        """The new state, now, with a power level of its own."""
        now = self.events.now
        self.state = state
        self._changed = now
        self.category.put(now, state)
        self.code.put(now, float(self.spec.codes[state]))
        self._set_power(self._level())
        for call in self.on_state:
            call(state)

    def _level(self) -> int:
        base = self.spec.power_w[self.state]
        spread = 1 + self.spec.power_spread * self.rng.uniform(-1, 1)
        watts = min(round(base * spread), self.spec.rated_w)
        if self._over_power and self.state == "producing" and self.rng.random() < 0.5:
            watts = round(self.spec.rated_w * 1.25)
        return watts // POWER_QUANTUM_W * POWER_QUANTUM_W

    def _set_power(self, watts: int) -> None:
        now, rise = self.events.now, watts - self._watts
        if not rise:
            return
        self._watts = watts
        self.power.put(now, watts)
        self.kilowatts.put(now, watts / 1000)
        for add in self.meters:
            add(rise)

    def _wander_later(self) -> None:
        self.events.at(self.events.now + self.rng.randint(*WANDER_NS), self._wander)

    def _wander(self) -> None:
        if self.events.now >= self.settled_at and self.state != "off":
            self._changed = self.events.now
            self._set_power(self._level())
        self._wander_later()


class Wanderer:
    """A measurement that drifts in steps inside its band while active, and rests at `calm` otherwise."""

    def __init__(
        self, measure: Measure, events: Events, rng: Random, active: Callable[[], bool], dwell_ns: int
    ) -> None:
        self.trace = Steps()
        self._measure, self._events, self._rng, self._active = measure, events, rng, active
        self._stay = (dwell_ns + 1, dwell_ns + 10 * MINUTE)
        self._level = (measure.low + measure.high) // 2

    def step(self) -> None:
        """The next level; each lasts at least the dwell."""
        m, rng = self._measure, self._rng
        reach = max(1, (m.high - m.low) // 6)
        self._level = min(m.high, max(m.low, self._level + rng.randint(-reach, reach)))
        shown = self._level if self._active() else m.calm
        self.trace.put(self._events.now, shown / m.per_unit)
        self._events.at(self._events.now + rng.randint(*self._stay), self.step)
