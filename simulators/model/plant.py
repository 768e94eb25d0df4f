"""The plant: machines, buffers, meters and sensors on one event loop, told by their traces."""

from collections.abc import Callable
from random import Random

from simulators.model.buffer import Buffer
from simulators.model.calendar import PlantCalendar
from simulators.model.events import Events
from simulators.model.machine import Machine
from simulators.model.parts import HOUR, SECOND, Measure, Meter, Station
from simulators.model.powered import POWER_QUANTUM_W, Powered, Wanderer
from simulators.model.spec import PlantSpec
from simulators.model.trace import BlockMean, Flow, Register, Steps, Trace
from simulators.model.utility import Utility

BREAKABLE = frozenset({"fast_cycle", "over_power", "flicker"})
DAY = 24 * HOUR
ENERGY_STEP_WNS = 10 * 3600 * SECOND  # 0.01 kWh in W·ns
ML_PER_M3 = 1_000_000


class SummedFlow:
    """The flow through a meter: what it feeds, added up at each change."""

    def __init__(self, events: Events, constant: int) -> None:
        self.flow = Flow()
        self._events, self._rate = events, constant
        self.flow.put(events.now, constant)

    def add(self, rise: int) -> None:
        self._rate += rise
        self.flow.put(self._events.now, self._rate)


class Plant:
    """A seeded plant; the same seed, spec and start give the same traces, however `advance` is called."""

    def __init__(
        self, spec: PlantSpec, seed: int, start_ns: int, assumptions_broken: frozenset[str] = frozenset()
    ) -> None:
        """Raises ValueError where an assumption to break is unknown."""
        unknown = assumptions_broken - BREAKABLE
        if unknown:
            raise ValueError(
                f"cannot break {', '.join(sorted(unknown))}, expected {', '.join(sorted(BREAKABLE))}"
            )
        self.spec, self.seed, self.start_ns = spec, seed, start_ns
        self.assumptions_broken = assumptions_broken
        self.calendar = PlantCalendar(spec)
        self._events = Events(start_ns)
        self._dwell_ns = spec.min_dwell_s * SECOND
        self._traces: dict[tuple[str, str], Trace] = {}
        self._flows: dict[str, Flow] = {}
        self._product = self.calendar.campaigns(start_ns, start_ns + 1)[0][1]
        self._on_shift = False
        self.machines: dict[str, Machine] = {}
        self.utilities: dict[str, Utility] = {}
        self._build()
        self._announce(start_ns, first=True)
        for machine in self.powered.values():
            machine.start()
        self.advance(start_ns)

    # --- what others ask ---

    @property
    def now_ns(self) -> int:
        return self._events.now

    @property
    def powered(self) -> dict[str, Machine | Utility]:
        """Every machine with a state and a power, production first."""
        return {**self.machines, **self.utilities}

    def advance(self, until_ns: int) -> None:
        """Runs everything up to and including `until_ns`; an instant already passed does nothing."""
        self._events.run(until_ns)

    def signals(self) -> tuple[tuple[str, str], ...]:
        """Each (asset, role) that has a trace."""
        return tuple(self._traces)

    def trace(self, asset: str, role: str) -> Trace:
        """Raises KeyError where the plant has no such signal."""
        return self._traces[asset, role]

    def flow(self, asset: str) -> Flow:
        """The true flow behind a machine's or meter's register: W, or mL/s for gas and water."""
        return self._flows[asset]

    # --- building ---

    def _build(self) -> None:
        for station in self.spec.stations.values():
            self._add_station(station)
        self._connect_buffers()
        for meter in self.spec.meters.values():
            self._add_meter(meter)
        for environment in self.spec.environments.values():
            for measure in environment.measures:
                self._add_measure(environment.id, measure, lambda: self._on_shift)

    def _rng(self, name: str) -> Random:
        return Random(f"{self.seed}/{name}")  # a text seeds by its digest: the same on each machine

    def _add_station(self, station: Station) -> None:
        rng = self._rng(station.id)
        machine: Powered
        if station.is_production:
            machine = self._add_machine(station, rng)
        else:
            machine = self.utilities[station.id] = Utility(
                station, self._events, rng, self._dwell_ns, self._activity
            )
        self._keep(station.id, {"state": machine.code})
        if station.is_production:
            self._keep_production(station.id)
        self._keep(station.id, {"power_active": machine.kilowatts})
        self._add_register(station.id, "energy_active", machine.power, rng.randint(10**6, 9 * 10**6), 100)
        for measure in station.measures:
            states = ("producing",) if measure.role == "vibration" else ("producing", "setup", "idle")
            self._add_measure(station.id, measure, lambda m=machine, s=states: m.state in s)  # type: ignore[misc]

    def _add_machine(self, station: Station, rng: Random) -> Machine:
        machine = Machine(
            station, self._events, rng, self._dwell_ns, lambda: self._product, self.assumptions_broken
        )
        self.machines[station.id] = machine
        return machine

    def _keep(self, asset: str, traces: dict[str, Trace]) -> None:
        self._traces.update({(asset, role): trace for role, trace in traces.items()})

    def _keep_production(self, asset: str) -> None:
        machine = self.machines[asset]
        self._keep(
            asset,
            {
                "count_total": machine.total,
                "count_good": machine.good,
                "count_reject": machine.reject,
                "product": machine.product,
                "alarm": machine.alarm,
            },
        )

    def _connect_buffers(self) -> None:
        buffers = {name: Buffer(capacity) for name, capacity in self.spec.buffers.items()}
        for capacity, buffer in zip(self.spec.buffers.values(), buffers.values(), strict=True):
            buffer.fill(self._product, capacity // 2)
        for machine in self.machines.values():
            station = machine.spec
            machine.source = buffers.get(station.input)
            machine.joined = buffers.get(station.joins)
            machine.sink = buffers.get(station.output)
            for taken in (machine.source, machine.joined):
                if taken is not None:
                    taken.on_put.append(machine.wake)
            if machine.sink is not None:
                machine.sink.on_take.append(machine.wake)

    def _add_register(self, asset: str, role: str, flow: Flow, start: int, per_unit: int) -> None:
        step = ENERGY_STEP_WNS if role == "energy_active" else ML_PER_M3 // per_unit * SECOND
        report = self.spec.register_report_s * SECOND
        self._flows[asset] = flow
        self._traces[asset, role] = Register(flow, start, step, per_unit, lambda: self.now_ns, report)

    def _add_meter(self, meter: Meter) -> None:
        if meter.kind != "electricity":
            self._add_flow_meter(meter)
            return
        leaves, constant = self._leaves(meter)
        summed = SummedFlow(self._events, constant)
        for leaf in leaves:
            self.powered[leaf].meters.append(summed.add)
        self._traces[meter.id, "power_active"] = BlockMean(
            summed.flow, self._dwell_ns, POWER_QUANTUM_W, 1000, lambda: self.now_ns
        )
        self._add_register(meter.id, meter.role, summed.flow, meter.start, meter.per_unit)

    def _leaves(self, meter: Meter) -> tuple[list[str], int]:
        """The machines below a meter, and the constant load in W."""
        leaves: list[str] = []
        constant = meter.constant_w
        for fed in meter.feeds:
            if fed in self.spec.meters:
                below, more = self._leaves(self.spec.meters[fed])
                leaves += below
                constant += more
            else:
                leaves.append(fed)
        return leaves, constant

    def _add_flow_meter(self, meter: Meter) -> None:
        flow = Flow()
        flow.put(self.now_ns, 0)
        self.powered[meter.of].on_state.append(lambda state: flow.put(self.now_ns, meter.flow_ml_s[state]))
        self._add_register(meter.id, meter.role, flow, meter.start, meter.per_unit)

    def _add_measure(self, asset: str, measure: Measure, active: Callable[[], bool]) -> None:
        rng = self._rng(f"{asset}/{measure.role}")
        wanderer = Wanderer(measure, self._events, rng, active, self._dwell_ns)
        self._traces[asset, measure.role] = wanderer.trace
        self._events.soon(wanderer.step)

    def _activity(self) -> float:
        return sum(m.state == "producing" for m in self.machines.values()) / max(1, len(self.machines))

    # --- the calendar ---

    def _announce(self, from_ns: int, first: bool = False) -> None:
        """Schedules the borders of one day; what is already under way at the very beginning as well."""
        to_ns = from_ns + DAY
        shifts = self.calendar.shifts(from_ns, to_ns)
        for shift in shifts:
            if first or shift.start >= from_ns:
                self._stretch(shift.start, shift.end, self._set_shift)
        breaks = [b for shift in shifts for b in shift.breaks]
        meetings = self.calendar.stretches(self.spec.meetings, from_ns, to_ns)
        for machine in self.machines.values():
            own = self.calendar.stretches(machine.spec.maintenance, from_ns, to_ns)
            attended = not machine.spec.runs_through
            stops = (
                own
                + (meetings if attended else [])
                + (breaks if attended and not machine.spec.runs_breaks else [])
            )
            for begin, end in stops:
                if from_ns <= begin < to_ns or (first and begin < from_ns < end):
                    self._stretch(begin, end, lambda on, m=machine: self._set_stop(m, on))  # type: ignore[misc]
        for ts, product in self.calendar.campaigns(from_ns, to_ns):
            self._events.at(ts, lambda p=product: self._set_product(p))  # type: ignore[misc]
        self._events.at(to_ns, lambda: self._announce(to_ns))

    def _stretch(self, begin: int, end: int, switch: Callable[[bool], None]) -> None:
        if begin <= self.now_ns:
            switch(True)
        else:
            self._events.at(begin, lambda: switch(True))
        self._events.at(end, lambda: switch(False))

    def _set_shift(self, on: bool) -> None:
        now = self.now_ns
        self._on_shift = on or any(s.start <= now < s.end for s in self.calendar.shifts(now, now + 1))
        for machine in self.machines.values():
            machine.on_shift = self._on_shift
            self._events.soon(machine.look)

    def _set_stop(self, machine: Machine, on: bool) -> None:
        machine.stops += 1 if on else -1
        self._events.soon(machine.look)

    def _set_product(self, product: str) -> None:
        self._product = product
        for machine in self.machines.values():
            machine.wake()


__all__ = ["BREAKABLE", "Plant", "Steps"]
