"""A machine whose every second is known, and an agent that looks at it badly: polls, stamps off, cuts of the link."""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import HOUR, NS, SHIFT, T0, at

WORK = [(at(8), at(12)), (at(12.5), at(16))]
CYCLE, MIN_STOP = 60, 300
POWER = {"producing": 8.0, "setup": 4.0, "idle": 2.0, "down": 1.0, "planned_stop": 0.5, "off": 0.0}
LIVES = {"producing": 1500, "setup": 400, "idle": 300, "down": 420, "planned_stop": 700}
Value = float | str


@dataclass(frozen=True, slots=True)
class Machine:
    """states: (begin, state), each until the next · pieces: (finished, is good) · from T0 − 1 h to T0 + 25 h."""

    states: list[tuple[int, str]]
    pieces: list[tuple[int, bool]]


def machine(seed: int) -> Machine:
    """No stay is shorter than two minutes, no piece takes less than its cycle of producing time."""
    chance = random.Random(seed)
    now, end = T0 - HOUR, T0 + 25 * HOUR
    states: list[tuple[int, str]] = []
    pieces: list[tuple[int, bool]] = []
    left = 0
    while now < end:
        states.append((now, chance.choice([s for s in LIVES if not states or s != states[-1][1]])))
        stop = now + (120 + int(chance.expovariate(1 / LIVES[states[-1][1]]))) * NS
        while states[-1][1] == "producing" and now < stop:
            left = left or int(CYCLE * chance.uniform(1.0, 1.5) * NS)
            run = min(left, stop - now)
            now, left = now + run, left - run
            if not left:
                pieces.append((now, chance.random() > 0.1))
        now = stop
    return Machine(states, pieces)


def overlap(start: int, end: int, spans: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(end, b) - max(start, a)) for a, b in spans)


def truth(of: Machine, window: Window) -> dict[str, float | None]:
    """The true figures, by the words of the definitions."""
    work = [
        (max(a, window.start), min(b, window.end)) for a, b in WORK if a < window.end and b > window.start
    ]
    stays = [(a[0], b[0], a[1]) for a, b in pairwise([*of.states, (T0 + 26 * HOUR, "off")])]
    time = {state: sum(overlap(a, b, work) for a, b, s in stays if s == state) for state in POWER}
    made = [good for ts, good in of.pieces if any(a < ts <= b for a, b in work)]
    calendar = sum(b - a for a, b in work)
    busy = calendar - time["planned_stop"]
    failed = [
        (a, b)
        for a, b, s in stays
        if s == "down" and any(x <= a < y for x, y in work) and overlap(a, b, WORK) >= MIN_STOP * NS
    ]
    operating = time["producing"] + time["setup"]
    energy = sum(overlap(a, b, [(window.start, window.end)]) * POWER[s] for a, b, s in stays)
    return {
        "equipment.availability": _ratio(time["producing"], busy),
        "equipment.effectiveness": _ratio(len(made) * CYCLE * NS, time["producing"]),
        "equipment.oee": _ratio(sum(made) * CYCLE * NS, busy),
        "equipment.mtbf": _ratio(operating, len(failed) * HOUR),
        "equipment.mttr": _ratio(sum(overlap(a, b, work) for a, b in failed), len(failed) * HOUR),
        "quality.quality_ratio": _ratio(sum(made), len(made)),
        "production.count_good": sum(made),
        "production.count_total": len(made),
        "production.throughput": _ratio(len(made) * HOUR, calendar),
        "energy.electricity": energy / HOUR,
    }


def busy(of: Machine, window: Window) -> int:
    """Calendar time less planned stop, ns."""
    work = [
        (max(a, window.start), min(b, window.end)) for a, b in WORK if a < window.end and b > window.start
    ]
    stays = [(a[0], b[0], a[1]) for a, b in pairwise([*of.states, (T0 + 26 * HOUR, "off")])]
    planned = sum(overlap(a, b, work) for a, b, s in stays if s == "planned_stop")
    return sum(b - a for a, b in work) - planned


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None


@dataclass(frozen=True, slots=True)
class Agent:
    """Looks every `poll` s at most, stamps off by up to `error` s; up: when its link is. shift: stamps moved, ns."""

    poll: float
    error: float
    up: list[tuple[int, int]]
    shift: int = 0


def cuts(seed: int) -> list[tuple[int, int]]:
    """A link that breaks now and then."""
    chance = random.Random(seed)
    now, found = T0 - HOUR, []
    while now < T0 + 25 * HOUR:
        stop = now + int(chance.uniform(1000, 12_000)) * NS
        found.append((now, min(stop, T0 + 25 * HOUR)))
        now = stop + int(chance.uniform(100, 4000)) * NS
    return found


def collected(of: Machine, agent: Agent, seed: int) -> History:
    """What the agent would have brought home."""
    chance = random.Random(seed)
    starts, finished = [ts for ts, _ in of.states], [ts for ts, _ in of.pieces]
    good = [ts for ts, is_good in of.pieces if is_good]
    looks: dict[str, Callable[[int], Value]] = {
        "state": lambda t: of.states[_upto(starts, t) - 1][1],
        "count_total": lambda t: float(_upto(finished, t)),
        "count_good": lambda t: float(_upto(good, t)),
        "power_active": lambda t: POWER[of.states[_upto(starts, t) - 1][1]],
    }
    facts = SeriesFacts(resolution=agent.poll, time_error=agent.error)
    series = {f"M1/{role}": _polled(look, agent, chance) for role, look in looks.items()}
    announced = ConnectionFacts(
        schema="floortruth/facts/1", connection="c", protocol="modbus", series=dict.fromkeys(series, facts)
    )
    rows: dict[int, float] = {}
    for start, end in agent.up:
        rows |= {start: 0.0, end: 0.0} | dict.fromkeys(range(start + NS, end, 30 * NS), 1.0)
    ts = sorted(rows)
    series["@c/link"] = samples_of(ts, [rows[t] for t in ts])
    return History(series, {"c": [(T0 - 2 * HOUR, announced)]})


def _upto(instants: list[int], t: int) -> int:
    return bisect_right(instants, t)


def _polled(look: Callable[[int], Value], agent: Agent, chance: random.Random) -> Samples:
    ts: list[int] = []
    values: list[Value] = []
    for start, end in agent.up:
        now, held, frame = start + NS // 2, None, -1
        while now < end:
            value, key = look(now), now // (300 * NS)
            if value != held or key != frame:
                held, frame = value, key
                off = now + int(chance.uniform(-agent.error, agent.error) * NS) + agent.shift
                ts.append(max(off, start + 1, ts[-1] + 1 if ts else 0))
                values.append(value)
            now += int(chance.uniform(0.5, 0.99) * agent.poll * NS)
    if values and isinstance(values[0], str):
        return samples_of(ts, [float("nan")] * len(ts), None, [str(v) for v in values])
    return samples_of(ts, [float(v) for v in values])


WINDOWS = [SHIFT, *(Window(at(h), at(h + 1), "hour", f"{h}") for h in range(8, 16))]
