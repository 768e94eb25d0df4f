"""One asset's year as an agent would have stored it: state, two counters, a register and power on change, with damage.

What happened is drawn first (stays of the state, pieces while it produces, power by state), then it is looked at: each
change and a keyframe every five minutes, a heartbeat every thirty seconds, some hundred cuts of the link after each of
which every tag is read once. Then it is damaged: bad quality, counters set back, misreadings. `mix` says what came out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import BAD, Samples
from evidence_engine.vocabulary.shifts import calendar_time, shifts_touching
from evidence_engine.vocabulary.states import STATE_WORDS, State
from evidence_engine.vocabulary.window import Window

Ints = NDArray[np.int64]

BEGIN = 20_089 * DAY
"""2025-01-01, UTC."""

ASSET, LINK = "CNC-01", "@cell/link"
CYCLE = 15 * NS
RATED = 30.0
STEP = 0.01
KEYFRAME, HEARTBEAT = 5 * MINUTE, 30 * NS
ROLES = ("state", "count_total", "count_good", "energy_active", "power_active")

_NAME = {"zh": "一台设备的一年", "en": "one asset's year"}
_BREAKS = [{"start": "10:00", "end": "10:15"}, {"start": "12:00", "end": "12:30"}]
_LATE_BREAKS = [{"start": "18:00", "end": "18:30"}, {"start": "21:00", "end": "21:15"}]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]
_SHIFTS = [
    {"name": "early", "start": "06:00", "end": "14:00", "days": _DAYS, "breaks": _BREAKS},
    {"name": "late", "start": "14:00", "end": "22:00", "days": _DAYS, "breaks": _LATE_BREAKS},
]
_LEVELS = {State.PRODUCING: 18.0, State.SETUP: 6.0, State.IDLE: 4.0, State.DOWN: 2.0}


@dataclass(frozen=True, slots=True)
class Year:
    """plant and history of one asset, and the window of its whole year."""

    plant: Plant
    history: History
    window: Window

    @property
    def samples(self) -> int:
        """Of all its series, heartbeats apart."""
        return sum(len(s) for name, s in self.history.series.items() if not name.startswith("@"))

    def mix(self) -> Iterator[str]:
        """What the year holds, one line per series."""
        for name, samples in self.history.series.items():
            bad = int((samples.quality == BAD).sum())
            yield f"{name}: {len(samples):,} samples, {bad:,} of bad quality"
        beats = self.history.of(LINK).value
        yield f"cuts of the link: {int((beats == 0).sum()) - 1}"


@dataclass(frozen=True, slots=True)
class Damage:
    """How much goes wrong. bad: share of samples · cuts of the link, resets of each counter, misreadings of it."""

    bad: float = 0.001
    cuts: int = 700
    resets: int = 52
    misread: int = 120


WHOLE = Damage(0.0, 0, 0, 0)


def asset_year(
    seed: int, days: int = 365, damage: Damage = Damage(), resolution: float = 0.0, error: float = 0.0
) -> Year:
    """The year of a seed; `resolution` and `error` (s) are what the agent announces of all its series."""
    chance = np.random.default_rng(seed)
    plant = _plant()
    end = BEGIN + days * DAY
    truth = _truth(chance, plant, end)
    cuts = _cuts(chance, damage.cuts, end)
    series = {f"{ASSET}/{role}": _watched(chance, role, truth[role], cuts, end, damage) for role in ROLES}
    series[LINK] = _beats(cuts, end)
    stated = SeriesFacts(resolution=resolution, time_error=error)
    facts = {name: stated for name in series if not name.startswith("@")}
    read = {"step": STEP, "resolution": max(resolution, 30.0)}  # a register is always read, here each 20 s
    facts[f"{ASSET}/energy_active"] = stated.model_copy(update=read)
    announced = ConnectionFacts(
        schema="floortruth/facts/1", connection="cell", protocol="opcua", series=facts
    )
    history = History(series, {"cell": [(BEGIN - HOUR, announced)]}, (), f"year-{seed}")
    return Year(plant, history, Window(BEGIN, end, "history"))


def _plant() -> Plant:
    asset = {
        "kind": "cnc",
        "name": _NAME,
        "step": "cutting",
        "ideal_cycle": {"*": CYCLE / NS},
        "rated_power": RATED,
        "states": {str(index): word for index, word in enumerate(STATE_WORDS)},
        "output": True,
    }
    tree = {
        "schema": "floortruth/plant/1",
        "site": {"id": "year", "name": _NAME, "time_zone": "UTC"},
        "calendars": {"two": {"shifts": _SHIFTS}},
        "default_calendar": "two",
        "steps": {"cutting": {"name": _NAME}},
        "products": {"A": {"name": _NAME}},
        "assets": {ASSET: asset},
    }
    return Plant.model_validate(tree)


@dataclass(frozen=True, slots=True)
class _Changes:
    """A quantity that holds `value[i]` from `ts[i]` on."""

    ts: Ints
    value: NDArray[np.float64]

    def at(self, instants: Ints) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.value[np.searchsorted(self.ts, instants, "right") - 1]
        return found


def _truth(chance: np.random.Generator, plant: Plant, end: int) -> Mapping[str, _Changes]:
    calendar = plant.calendar_of(ASSET)
    assert calendar is not None
    work = calendar_time(shifts_touching(calendar, plant.zone, BEGIN, end), BEGIN, end)
    states = _states(chance, work)
    pieces = _pieces(states, end)
    good = pieces[chance.random(len(pieces)) < 0.98]
    power = _power(chance, states, end)
    return {
        "state": states,
        "count_total": _Changes(np.append(BEGIN - DAY, pieces), np.arange(len(pieces) + 1.0)),
        "count_good": _Changes(np.append(BEGIN - DAY, good), np.arange(len(good) + 1.0)),
        "energy_active": _register(power, end),
        "power_active": power,
    }


def _states(chance: np.random.Generator, work: Ints) -> _Changes:
    """Producing and stops by turns in working time, planned stop in breaks and off between shifts."""
    ts, value = [np.array([BEGIN - DAY])], [np.array([float(State.OFF)])]
    for start, stop in work.tolist():
        n = int((stop - start) / (6 * MINUTE)) + 8
        stays = np.where(np.arange(n) % 2 == 0, 15.0, 4.0) * chance.exponential(1.0, n) * MINUTE
        begins = start + np.append(0, np.cumsum(stays.astype(np.int64) + NS))[:-1]
        kinds = chance.choice([State.SETUP, State.IDLE, State.DOWN], n, p=[0.3, 0.4, 0.3])
        inside = begins < stop
        ts.append(begins[inside])
        value.append(np.where(np.arange(n) % 2 == 0, float(State.PRODUCING), kinds)[inside])
        ts.append(np.array([stop]))
        value.append(np.array([float(State.PLANNED_STOP if stop % DAY < 21.5 * HOUR else State.OFF)]))
    return _last_of_each(np.concatenate(ts), np.concatenate(value))


def _last_of_each(ts: Ints, value: NDArray[np.float64]) -> _Changes:
    last = np.append(ts[1:] != ts[:-1], True)
    return _Changes(ts[last], value[last])


def _pieces(states: _Changes, end: int) -> Ints:
    """One each cycle of producing."""
    begin, stop = states.ts, np.append(states.ts[1:], end)
    made = np.where(states.value == State.PRODUCING, (stop - begin) // CYCLE, 0)
    first = np.repeat(begin, made)
    number = np.arange(made.sum()) - np.repeat(np.cumsum(made) - made, made) + 1
    return np.asarray(first + number * CYCLE - 1, np.int64)


def _power(chance: np.random.Generator, states: _Changes, end: int) -> _Changes:
    """A new level each fifteen seconds while something runs, in tenths of a watt."""
    ts = np.union1d(states.ts, np.arange(BEGIN, end, 15 * NS) + 3 * NS)
    state = states.at(ts)
    level = np.full(len(ts), 0.4)
    for each, kilowatts in _LEVELS.items():
        chosen = state == each
        level[chosen] = kilowatts * (1 + 0.1 * chance.standard_normal(int(chosen.sum())))
    level = np.round(np.clip(level, 0.0, RATED * 0.99), 4)
    new = np.append(True, level[1:] != level[:-1])
    return _Changes(ts[new], level[new])


def _register(power: _Changes, end: int) -> _Changes:
    """Read each twenty seconds, in whole steps."""
    ts = np.arange(BEGIN - 20 * NS, end, 20 * NS)
    edges = np.append(power.ts, end)
    energy = np.append(0.0, np.cumsum(power.value * np.diff(edges) / HOUR))
    at = np.clip(np.searchsorted(power.ts, ts, "right") - 1, 0, None)
    steps = np.floor((energy[at] + power.value[at] * np.clip(ts - power.ts[at], 0, None) / HOUR) / STEP)
    new = np.append(True, steps[1:] != steps[:-1])
    return _Changes(ts[new], np.round(steps[new] * STEP, 2))


def _cuts(chance: np.random.Generator, n: int, end: int) -> Ints:
    """int64[n, 2]: from the last proof's loss to the agent's new start."""
    start = np.sort(chance.choice((end - BEGIN) // HOUR - 1, n, replace=False)) * HOUR + BEGIN + 7 * MINUTE
    length = (chance.exponential(6.0, n) * MINUTE).astype(np.int64) + 90 * NS
    return np.stack([start, start + np.minimum(length, 50 * MINUTE)], axis=1)


def _outside(ts: Ints, cuts: Ints) -> NDArray[np.bool_]:
    if not len(cuts):
        return np.ones(len(ts), np.bool_)
    at = np.searchsorted(cuts[:, 0], ts, "right") - 1
    free: NDArray[np.bool_] = (at < 0) | (ts >= cuts[at, 1])
    return free


def _beats(cuts: Ints, end: int) -> Samples:
    ones = np.arange(BEGIN + NS, end + MINUTE, HEARTBEAT)
    ones = np.union1d(ones[_outside(ones, cuts)], cuts[:, 1] + NS)
    zeros = np.append(BEGIN - MINUTE, cuts[:, 1])
    ts = np.concatenate([ones, zeros])
    order = np.argsort(ts, kind="stable")
    value = np.append(np.ones(len(ones)), np.zeros(len(zeros)))
    return Samples(ts[order], value[order], np.zeros(len(ts), np.uint8))


def _watched(
    chance: np.random.Generator, role: str, of: _Changes, cuts: Ints, end: int, damage: Damage
) -> Samples:
    """Changes, keyframes, and a reading after each connect; then bad quality and what a counter suffers."""
    offset = NS // 10 * (1 + ROLES.index(role))
    looks = np.union1d(of.ts[of.ts >= BEGIN], np.arange(BEGIN, end, KEYFRAME) + offset)
    looks = looks[_outside(looks, cuts)]
    ts = np.union1d(looks, np.append(BEGIN - 30 * NS, cuts[:, 1]) + offset)
    value = of.at(ts)
    if role in ("count_total", "count_good"):
        value = _disturbed(chance, value, damage)
    quality = np.where(chance.random(len(ts)) < damage.bad, BAD, 0).astype(np.uint8)
    return Samples(ts, value, quality)


def _disturbed(
    chance: np.random.Generator, value: NDArray[np.float64], damage: Damage
) -> NDArray[np.float64]:
    """Set back to nothing some times, and shown as nothing for one reading other times."""
    at = np.sort(chance.choice(len(value) - 2, damage.resets + damage.misread, replace=False)) + 1
    resets = np.sort(chance.permutation(at)[: damage.resets])
    base = np.append(0.0, value[resets])[np.searchsorted(resets, np.arange(len(value)), "right")]
    found: NDArray[np.float64] = value - base
    found[np.setdiff1d(at, resets)] = 0.0
    return found
