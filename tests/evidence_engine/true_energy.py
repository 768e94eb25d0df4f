"""A site of one machine and one meter whose every watt is known, and an agent that reads their registers badly."""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import hypot

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.tariff import exact
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import DAY, HOUR, MINUTE, NS, T0, small_plant
from tests.evidence_engine.true_machine import POWER, WORK, Agent, Machine

Spans = Sequence[tuple[int, int]]
KWH_MWNS = 3_600_000_000_000 * 10**6

TARIFF = {
    "schema": "floortruth/tariff/1",
    "region": "X",
    "power_factor_standard": 0.9,
    "versions": [
        {
            "valid_from": "2020-01-01",
            "source": "by hand",
            "hours": [
                {"band": "peak", "hours": ["08:30-11:30", "15:00-17:00"]},
                {"band": "valley", "hours": ["00:00-08:00", "12:00-13:00"]},
                {"band": "sharp", "hours": ["10:00-10:30"]},
            ],
            "prices": {"sharp": 1.2, "peak": 1.0, "flat": 0.6, "valley": 0.3},
            "demand_price": 40.0,
        }
    ],
}


def energy_plant(**changes: object) -> Plant:
    """The small plant with a tariff, the machine below its meter."""
    return small_plant(energy={"tariff": TARIFF, **changes}, assets={"M1": {"fed_by": "E1"}})


@dataclass(frozen=True, slots=True)
class Load:
    """A power over time: mW of each stretch between two borders, and the energy up to each border, mW·ns."""

    border: list[int]
    level: list[int]
    upto: list[int]

    def energy(self, start: int, end: int) -> int:
        """mW·ns in [start, end)."""
        return self._before(end) - self._before(start)

    def _before(self, t: int) -> int:
        at = min(max(bisect_right(self.border, t) - 1, 0), len(self.level) - 1)
        return self.upto[at] + self.level[at] * (t - self.border[at])

    def register(self, t: int, step: int) -> float:
        """What a register shows, kWh: multiples of `step` mWh, from some old reading on."""
        return (self._before(t) // (NS * 3600) // step * step + 123 * step) / 1e6

    def at(self, t: int) -> float:
        """kW."""
        return self.level[bisect_right(self.border, t) - 1] / 1e6


def load_of(rows: Sequence[tuple[int, int]]) -> Load:
    """(from, mW) rows, each until the next."""
    border, level = [t for t, _ in rows], [mw for _, mw in rows]
    lengths = [b - a for a, b in pairwise(border)]
    parts = [mw * length for mw, length in zip(level, lengths, strict=False)]
    return Load(border, level, list(accumulate(parts, initial=0)))


def loads(of: Machine, seed: int) -> tuple[Load, Load, Load]:
    """(machine, meter, the meter's reactive power): other users change each 20 min."""
    chance = random.Random(seed)
    machine = [(t, round(POWER[state] * 1e6)) for t, state in of.states]
    others = [
        (t, chance.randrange(0, 10_000_000, 1000)) for t in range(T0 - HOUR, T0 + 26 * HOUR, 20 * MINUTE)
    ]
    lagging = [(t, chance.randrange(0, 6_000_000, 1000)) for t, _ in others]
    borders = sorted({t for t, _ in machine} | {t for t, _ in others})
    own, other = load_of(machine), load_of(others)
    both = [(t, round((own.at(t) + other.at(t)) * 1e6)) for t in borders]
    return own, load_of(both), load_of(lagging)


@dataclass(frozen=True, slots=True)
class Meters:
    """What is read beside the state: the machine's power, its register, or both · step: mWh of the registers."""

    power: bool
    register: bool
    step: int


def read(of: Machine, energy: tuple[Load, Load, Load], agent: Agent, meters: Meters, seed: int) -> History:
    """What the agent would have brought home."""
    chance = random.Random(seed)
    own, meter, lagging = energy
    starts = [ts for ts, _ in of.states]
    looks: dict[str, Callable[[int], float | str]] = {
        "M1/state": lambda t: of.states[bisect_right(starts, t) - 1][1],
        "E1/energy_active": lambda t: meter.register(t, meters.step),
        "E1/energy_reactive": lambda t: lagging.register(t, meters.step),
    }
    if meters.power:
        looks["M1/power_active"] = own.at
    if meters.register:
        looks["M1/energy_active"] = lambda t: own.register(t, meters.step)
    facts = SeriesFacts(resolution=agent.poll, time_error=agent.error)
    shown = SeriesFacts(resolution=agent.poll, time_error=agent.error, step=meters.step / 1e6)
    stated = {name: shown if "energy" in name else facts for name in looks}
    series = {name: _polled(look, agent, chance) for name, look in looks.items()}
    series["@c/link"] = _beats(agent)
    announced = ConnectionFacts(schema="floortruth/facts/1", connection="c", protocol="modbus", series=stated)
    return History(series, {"c": [(T0 - 2 * HOUR, announced)]})


def _beats(agent: Agent) -> Samples:
    rows: dict[int, float] = {}
    for start, end in agent.up:
        rows |= {start: 0.0, end: 0.0} | dict.fromkeys(range(start + NS, end, 30 * NS), 1.0)
    ts = sorted(rows)
    return samples_of(ts, [rows[t] for t in ts])


def _polled(look: Callable[[int], float | str], agent: Agent, chance: random.Random) -> Samples:
    """Looked at each poll, told on change and each 5 min, stamped a little off."""
    rows: list[tuple[int, float | str]] = []
    for start, end in agent.up:
        now, held, frame = start + NS // 2, None, -1
        while now < end:
            value, key = look(now), now // (300 * NS)
            if value != held or key != frame:
                held, frame = value, key
                off = now + int(chance.uniform(-agent.error, agent.error) * NS)
                rows.append((max(off, start + 1, rows[-1][0] + 1 if rows else 0), value))
            now += int(chance.uniform(0.5, 0.99) * agent.poll * NS)
    ts = [t for t, _ in rows]
    if rows and isinstance(rows[0][1], str):
        return samples_of(ts, [float("nan")] * len(ts), None, [str(value) for _, value in rows])
    return samples_of(ts, [float(value) for _, value in rows])


def cut(window: Window, spans: Spans) -> Spans:
    """The spans inside the window."""
    clipped = [(max(a, window.start), min(b, window.end)) for a, b in spans]
    return [(a, b) for a, b in clipped if a < b]


def off_shift(window: Window) -> Spans:
    """All time of the window outside of the shift."""
    edges = [window.start, *(t for span in cut(window, WORK) for t in span), window.end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def truth(of: Machine, energy: tuple[Load, Load, Load], window: Window) -> dict[tuple[str, str], float]:
    """(KPI, asset; "" the site) → the true figure, by the words of the definitions."""
    own, meter, lagging = energy
    stays = [(a[0], b[0], a[1]) for a, b in pairwise([*of.states, (T0 + 26 * HOUR, "off")])]
    work = cut(window, WORK)

    def in_state(state: str) -> float:
        return sum(
            own.energy(max(a, c), min(b, d))
            for a, b, s in stays
            if s == state
            for c, d in work
            if max(a, c) < min(b, d)
        )

    whole = own.energy(window.start, window.end)
    found = {
        ("energy.idle", "M1"): in_state("idle") / KWH_MWNS,
        ("energy.planned_stop", "M1"): in_state("planned_stop") / KWH_MWNS,
        ("energy.off_shift", "M1"): sum(own.energy(a, b) for a, b in off_shift(window)) / KWH_MWNS,
        ("energy.comprehensive", "M1"): whole / KWH_MWNS * 0.1229,
    }
    if whole:
        found["energy.producing_share", "M1"] = in_state("producing") / whole
    for subject in ("E1", ""):
        found |= {(kpi, subject): value for kpi, value in _of_meter(meter, window).items()}
    active, reactive = (one.energy(window.start, window.end) for one in (meter, lagging))
    found["energy.power_factor", "E1"] = active / hypot(active, reactive)
    found["energy.balance_difference", "E1"] = (active - whole) / KWH_MWNS
    return found


def _of_meter(meter: Load, window: Window) -> dict[str, float]:
    quarters = [meter.energy(t, t + 15 * MINUTE) for t in _clock(window, 15 * MINUTE)]
    hours = [meter.energy(t, t + HOUR) for t in _clock(window, HOUR)]
    whole = meter.energy(window.start, window.end)
    bands: dict[str, int] = {}
    cost = 0.0
    for t in range(window.start, window.end, MINUTE):
        band, price = band_at(t)
        amount = meter.energy(t, t + MINUTE)
        bands[band] = bands.get(band, 0) + amount
        cost += amount * price / KWH_MWNS
    shares = {f"energy.share_{band}": bands.get(band, 0) / whole for band in TARIFF_BANDS}
    return shares | {
        "energy.cost": cost,
        "energy.max_demand": max(quarters) / KWH_MWNS * 4,
        "energy.load_rate": sum(quarters) / len(quarters) / max(quarters),
        "energy.base_load": min(hours) / KWH_MWNS,
    }


TARIFF_BANDS = ("sharp", "peak", "flat", "valley")


def band_at(t: int) -> tuple[str, float]:
    """The band and the price of an instant, by reading the tariff row by row."""
    version = TARIFF["versions"][0]  # type: ignore[index]
    clock = f"{to_datetime(t):%H:%M}"
    band = "flat"
    for row in version["hours"]:  # type: ignore[index]
        for hours in row["hours"]:
            start, _, end = hours.partition("-")
            if start <= clock < end:
                band = row["band"]
    return band, float(exact(version["prices"][band]))  # type: ignore[index]


def _clock(window: Window, length: int) -> range:
    first = -(-window.start // length) * length
    return range(first, window.end - length + 1, length)


WHOLE_DAY = Window(T0, T0 + DAY, "day", "1")
