"""One random case: a plant as its file states it, what its machines truly did, and the history that was collected."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.shifts import calendar_time, shifts_touching
from evidence_engine.vocabulary.window import Window
from tests.random_plants.agent import (
    TIMEOUT,
    Manner,
    Plan,
    Quantity,
    Session,
    link_rows,
    sessions_of,
    watched,
)
from tests.random_plants.machines import BEGIN, END, T0, Machine, Trait, drawn
from tests.random_plants.oracle import Line, wire_of

NAME = {"zh": "名", "en": "name"}
CALENDARS: list[dict[str, Any]] = [
    {
        "shifts": [
            {"name": "d", "start": "08:00", "end": "12:00", "breaks": [{"start": "10:00", "end": "10:15"}]}
        ]
    },
    {
        "shifts": [
            {"name": "n", "start": "22:00", "end": "06:00"},
            {"name": "e", "start": "06:30", "end": "13:30", "breaks": [{"start": "09:00", "end": "09:30"}]},
        ]
    },
    {"shifts": [{"name": "all", "start": "00:00", "end": "00:00"}]},
]
COUNTS = (
    ("count_total", "count_good"),
    ("count_good", "count_reject"),
    ("count_total", "count_reject"),
    ("count_total",),
    ("count_good",),
    ("count_total", "count_good", "count_reject"),
    (),
)


@dataclass(frozen=True, slots=True)
class Ease:
    """How much goes wrong. `quiet`: nothing is cut, late, bad or disturbed, and stamps are exact reports."""

    quiet: bool = False
    disturbed: bool = True
    cut: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """windows: all lie in the time in which the machines are known · plan: entries that history holds."""

    seed: int
    plant: Plant
    history: History
    lines: dict[str, Line]
    windows: list[Window]


def case_of(seed: int, ease: Ease = Ease()) -> Case:
    """The case of a seed."""
    chance = random.Random(seed)
    products = chance.choice([["A"], ["A", "B"], ["A", "B", "C"]])
    names = [f"M{n}" for n in range(chance.choice([1, 1, 2, 3]))]
    watches = {name: _watch(chance, ease) for name in names}
    traits = {name: _trait(chance, name, products, watches[name]) for name in names}
    machines = {name: drawn(chance, traits[name], products) for name in names}
    builds = [_Build(chance, ease, machines[name], watches[name], products) for name in names]
    plan = [entry for build in builds for entry in _plan(chance, build.machine, products)]
    plant = _plant(chance, builds, products)
    history = _history(chance, builds, plan)
    lines = {b.name: Line(b.machine, _calendar(plant, b.name), _wire(b)) for b in builds}
    return Case(seed, plant, history, lines, _windows(chance, history, machines, plan))


def _watch(chance: random.Random, ease: Ease) -> list[Manner]:
    """How a machine is watched, and how from some moment on: once polled, always polled."""
    if ease.quiet:
        return [Manner(0, 0, 0)]
    is_polled = chance.random() < 0.6
    extreme, accept = chance.random() < 0.3, chance.random() < 0.15
    found = []
    for _ in range(chance.choice([1, 1, 2])):
        poll = chance.choice([2, 5, 10, 20, 60]) * NS if is_polled else 0
        error = chance.choice([0, 0, NS // 2, NS, 5 * NS, 17 * NS])
        late, bad = (chance.choice([0.0, 0.003, 0.02]) for _ in range(2))
        found.append(Manner(poll, poll * 3 // 2, error, late, bad, accept, extreme, chance.random() < 0.1))
    return found


def _trait(chance: random.Random, name: str, products: Sequence[str], watch: Sequence[Manner]) -> Trait:
    shortest = max(m.resolution + 2 * m.error for m in watch) + NS
    cycle = chance.choice([7 * NS, 20 * NS, 45 * NS + NS // 2, 120 * NS])
    cycles = chance.choice(
        [
            {"*": cycle},
            {"*": cycle},
            {"A": cycle},
            {product: cycle * (n + 1) for n, product in enumerate(products)},
            {"A": cycle * 5 // 2, "*": cycle},
            {},
        ]
    )
    return Trait(
        name,
        cycles,
        chance.choice([1, 1, 2, 5]),
        chance.choice([60, 180, 300, 900]) * NS,
        chance.choice([2_000_000, 15_000_000]),
        shortest,
        chance.random() < 0.3,
        chance.choice([0, 0, 0, 1_500_000]),
    )


@dataclass(slots=True)
class _Build:
    """What is drawn around one machine."""

    chance: random.Random
    ease: Ease
    machine: Machine
    watch: list[Manner]
    products: list[str]
    roles: tuple[str, ...] = ()
    modulus: int = 0
    step: float = 0.0
    change: int = 0
    link_start: int = 0
    cuts: list[tuple[int, int]] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        chance, roles = self.chance, self.chance.choice(COUNTS)
        power = chance.choice([("power_active",), ("energy_active",), ("power_active", "energy_active"), ()])
        if (
            self.machine.trait.feed_in
        ):  # its register would come and go between two looks, beyond assumption (a)
            power = ("power_active",)
        product = ("product",) if len(self.products) > 1 and chance.random() < 0.8 else ()
        self.roles = ("state", *roles, *product, *power) if chance.random() < 0.95 else roles
        is_rolling = self.ease.disturbed and chance.random() < 0.3 and not self.ease.quiet
        self.modulus = len(self.machine.pieces) + 10 + chance.randrange(500) if is_rolling else 0
        self.step = chance.choice([0.000001, 0.001, 0.01, 0.1])
        self.change = BEGIN + chance.randrange(HOUR, 5 * HOUR)
        self.link_start = BEGIN if self.ease.quiet else chance.choice([BEGIN, BEGIN, self.change])
        self.cuts = _cuts(chance) if self.ease.cut and not self.ease.quiet else []

    @property
    def name(self) -> str:
        return self.machine.trait.name

    def plan(self) -> Plan:
        """The manners over time."""
        return Plan([-(2**62), self.change][: len(self.watch)], self.watch)

    def quantities(self) -> Iterator[Quantity]:
        """What its device shows."""
        of = self.machine
        for role in self.roles:
            if role.startswith("count"):
                counts = of.finished(role)
                jump = 10**8 if of.trait.cycles else None
                count = _counting(counts)
                yield Quantity(role, count, counts, count, 1.0, self.modulus or None, jump)
            elif role == "energy_active":
                yield Quantity(role, self._register, [], self._steps, self.step)
            else:
                steps = {"state": of.states, "product": of.products, "power_active": of.power}[role]
                scale = 10**6 if role == "power_active" else 0
                yield Quantity(role, _shown(steps.at, scale), steps.ts)

    def _register(self, instant: int) -> float:
        return self._steps(instant) * self.step

    def _steps(self, instant: int) -> int:
        return self.machine.energy_at(instant) // (3600 * 10**9 * round(self.step * 10**6))

    def facts_of(self, role: str, manner: Manner) -> SeriesFacts:
        """As the agent announces them."""
        is_register = role == "energy_active"
        return SeriesFacts(
            resolution=(manner.resolution or (300 if is_register else 0) * NS) / NS,
            time_error=manner.error / NS,
            step=self.step if is_register else None,
            modulus=float(self.modulus) if self.modulus and role.startswith("count") else None,
            accept_uncertain=manner.accept,
        )


def _counting(counts: list[int]) -> Any:
    return lambda instant: bisect_right(counts, instant)


def _shown(at: Any, scale: int) -> Any:
    return (lambda instant: at(instant) / scale) if scale else at


def _cuts(chance: random.Random) -> list[tuple[int, int]]:
    now, found = BEGIN + chance.randrange(2 * HOUR), []
    while now < END:
        length = chance.choice([30 * NS, TIMEOUT, 90 * NS, chance.randrange(NS, HOUR)])
        found.append((now, now + length))
        now += length + chance.randrange(30 * NS, chance.choice([20 * MINUTE, 4 * HOUR]))
    return found


def _plant(chance: random.Random, builds: Sequence[_Build], products: Sequence[str]) -> Plant:
    assets = {}
    for build in builds:
        trait = build.machine.trait
        rated = trait.rated / 10**6 if chance.random() < 0.9 else None
        assets[build.name] = {
            "kind": "cnc",
            "name": NAME,
            "step": "s",
            "rated_power": rated,
            "rated_feed_in": trait.feed_in / 10**6,
            "ideal_cycle": {product: cycle / NS for product, cycle in trait.cycles.items()},
            "burst": trait.burst,
            "min_stop": trait.min_stop / NS,
            "quality": "assumed_good" if trait.all_good and chance.random() < 0.5 else "measured",
            "output": True,
            "site_meter": True,
        }
    tree = {
        "schema": "floortruth/plant/1",
        "site": {"id": "S", "name": NAME, "time_zone": "UTC"},
        "calendars": {"c": chance.choice(CALENDARS)},
        "default_calendar": "c",
        "steps": {"s": {"name": NAME}},
        "products": {p: {"name": NAME} for p in products},
        "assets": assets,
    }
    return Plant.model_validate(tree)


def _wire(build: _Build) -> list[tuple[int, int]]:
    """A device of which nothing is read has no link: it is not connected (D24)."""
    return wire_of(build.cuts, TIMEOUT) if build.roles else []


def _calendar(plant: Plant, name: str) -> list[tuple[int, int]]:
    calendar = plant.calendar_of(name)
    if calendar is None:
        return []
    shifts = shifts_touching(calendar, plant.zone, T0 - 2 * DAY, T0 + 3 * DAY)
    return [(a, b) for a, b in calendar_time(shifts, T0 - 2 * DAY, T0 + 3 * DAY).tolist()]


def _history(chance: random.Random, builds: Sequence[_Build], plan: Sequence[PlanEntry]) -> History:
    series: dict[str, Samples] = {}
    facts: dict[str, list[tuple[int, ConnectionFacts]]] = {}
    for build in builds:
        connection = f"c-{build.name}"
        sessions = _sessions(build)
        cuts = _late(build.cuts, build.link_start)
        beats = link_rows(chance, sessions, cuts, pauses=not build.ease.quiet)
        series[f"@{connection}/link"] = beats.samples()
        manners = build.plan()
        for of in build.quantities():
            trouble = 0.05 if build.ease.disturbed and not build.ease.quiet else 0.0
            watch = _polled(manners) if of.role == "energy_active" else manners
            rows = watched(chance, of, watch, sessions, trouble)
            series[f"{build.name}/{of.role}"] = rows.samples()
        facts[connection] = [
            (max(start, build.link_start - MINUTE), _announced(build, connection, manner))
            for start, manner in zip(manners.starts, manners.manners, strict=True)
        ]
    return History({n: s for n, s in series.items() if len(s)}, facts, plan, "random")


def _polled(plan: Plan) -> Plan:
    """A register is always read: each 200 s where the rest is reported."""
    read = [
        m if m.poll else Manner(200 * NS, 300 * NS, m.error, m.late, m.bad, m.accept) for m in plan.manners
    ]
    return Plan(plan.starts, read)


def _announced(build: _Build, connection: str, manner: Manner) -> ConnectionFacts:
    return ConnectionFacts(
        schema="floortruth/facts/1",
        connection=connection,
        protocol="modbus",
        series={f"{build.name}/{role}": build.facts_of(role, manner) for role in build.roles},
    )


def _late(cuts: Sequence[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    return [(max(a, start), b) for a, b in cuts if b > start]


def _sessions(build: _Build) -> list[Session]:
    """Half of the changes of manner come with a new start of the agent."""
    cuts = _late(build.cuts, build.link_start)
    if any(a <= build.link_start for a, _ in cuts):
        build.link_start = cuts[0][1]
        cuts = _late(build.cuts, build.link_start + 1)
    found = sessions_of(build.chance, cuts, build.link_start)
    if len(build.watch) == 1 or (build.chance.random() < 0.5 and not _switches(build.watch)):
        return found
    parted = []
    for session in found:
        if session.first_one < build.change < session.end - 60 * NS:
            parted.append(Session(session.start, session.first_one, build.change))
            parted.append(Session(build.change + NS, build.change + 7 * NS, session.end))
        else:
            parted.append(session)
    return parted


def _switches(watch: Sequence[Manner]) -> bool:
    return len({bool(m.poll) for m in watch}) > 1


def _plan(chance: random.Random, machine: Machine, products: Sequence[str]) -> Iterator[PlanEntry]:
    for _ in range(chance.randrange(3)):
        start = BEGIN + chance.randrange(5 * HOUR)
        end = start + chance.randrange(10 * MINUTE, 2 * HOUR)
        yield PlanEntry(
            asset=machine.trait.name,
            product=chance.choice(list(products)),
            start=start,
            end=min(end, END),
            quantity=chance.randrange(1, 200),
        )


def _windows(
    chance: random.Random, history: History, machines: dict[str, Machine], plan: Sequence[PlanEntry]
) -> list[Window]:
    """Hours, the whole, and windows whose edges are chosen to hurt: at changes, pieces, samples and beside them."""
    edges = [BEGIN, END, END + HOUR, *(x for e in plan for x in (e.start, e.end))]
    for machine in machines.values():
        edges += machine.states.ts + machine.products.ts + [ts for ts, _, _ in machine.pieces]
    for samples in history.series.values():
        edges += samples.ts.tolist()
    windows = [Window(h, h + HOUR, "hour") for h in range(BEGIN, END, HOUR)]
    windows.append(Window(BEGIN, END, "history"))
    while len(windows) < 16:
        one = chance.choice(edges) + chance.choice([-NS, -1, 0, 0, 1, NS])
        far = one + chance.choice([1, NS, MINUTE, 17 * MINUTE, 3 * HOUR, chance.randrange(1, 6 * HOUR)])
        other = chance.choice([chance.choice(edges), far])
        start, end = max(BEGIN, min(one, other)), min(max(one, other), END + HOUR)
        if start < end:
            windows.append(Window(start, end, "custom", f"w{len(windows)}"))
    return windows
