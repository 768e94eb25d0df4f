"""Machines whose every instant is known, drawn at random: states, products, power and pieces, and how they are counted."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from evidence_engine.vocabulary.instants import DAY, HOUR, NS

T0 = 20_000 * DAY
BEGIN, END = T0 + 5 * HOUR, T0 + 11 * HOUR
"""What a machine does is drawn from BEGIN to END; the shifts of the plants begin and end in between."""

STATES = ("producing", "setup", "idle", "down", "planned_stop", "off")
MWNS_PER_KWH = 3600 * 10**15


@dataclass(frozen=True, slots=True)
class Trait:
    """What is drawn for one asset; cycles in ns by product (`*` all), powers in mW. shortest: of any stay, ns."""

    name: str
    cycles: dict[str, int]
    burst: int
    min_stop: int
    rated: int
    shortest: int
    all_good: bool
    feed_in: int

    def cycle_of(self, product: str, missing: int = 0) -> int:
        """ns of ideal cycle of a piece, `missing` where none is stated."""
        return self.cycles.get(product, self.cycles.get("*", missing))


@dataclass(frozen=True, slots=True)
class Steps:
    """A value that changes at instants: values[i] holds from ts[i] on."""

    ts: list[int]
    values: list[str | int]

    def at(self, instant: int) -> str | int:
        """The value at an instant, a change included."""
        return self.values[max(0, bisect_right(self.ts, instant) - 1)]

    def spans(self) -> list[tuple[int, int, str | int]]:
        """(from, until, value), the last until a day after END."""
        ends = [*self.ts[1:], END + DAY]
        return list(zip(self.ts, ends, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class Machine:
    """pieces: (finished at, good, product), ascending; energy[i]: mW·ns up to power.ts[i]."""

    trait: Trait
    states: Steps
    products: Steps
    power: Steps
    pieces: list[tuple[int, bool, str]]
    energy: list[int]

    def energy_at(self, instant: int) -> int:
        """mW·ns taken since BEGIN."""
        row = max(0, bisect_right(self.power.ts, instant) - 1)
        return self.energy[row] + int(self.power.values[row]) * (max(instant, BEGIN) - self.power.ts[row])

    def finished(self, role: str) -> list[int]:
        """The instants at which a counter rises by one."""
        wanted = {"count_total": (True, False), "count_good": (True,), "count_reject": (False,)}[role]
        return [ts for ts, good, _ in self.pieces if good in wanted]


def rounded(instant: float, to: int) -> int:
    """A whole multiple of `to` ns."""
    return int(instant) // to * to


def drawn(chance: random.Random, trait: Trait, products: Sequence[str]) -> Machine:
    """One machine; no stay, product or level of power is shorter than the trait's shortest."""
    grid = chance.choice([NS, NS, NS // 10, 1])
    states = _walk(chance, STATES, trait.shortest, chance.choice([90, 400, 1500]), grid)
    held = _walk(chance, products, trait.shortest, chance.choice([600, 3000]), grid)
    levels = [-trait.feed_in, trait.rated, trait.rated // 3, trait.rated // 2 + 1]
    power = _walk(chance, levels, trait.shortest, 300, grid)
    pieces = _pieces(chance, trait, states, held)
    taken = [int(level) * (b - a) for a, b, level in power.spans()]
    return Machine(trait, states, held, power, pieces, list(accumulate([0, *taken[:-1]])))


def _walk(
    chance: random.Random, values: Sequence[str] | Sequence[int], shortest: int, mean: int, grid: int
) -> Steps:
    """Stays of random length, no value twice in a row unless there is only one."""
    now, ts = BEGIN, [BEGIN][:0]
    held: list[str | int] = []
    while now < END:
        others = [v for v in values if not held or v != held[-1]] or list(values)
        if len(values) == 1 and held:
            break
        ts.append(now)
        held.append(chance.choice(others))
        stay = shortest + int(chance.expovariate(1 / mean) * NS) * chance.choice([0, 1, 1])
        now = rounded(now + stay, grid) + grid
    return Steps(ts, held)


def _pieces(
    chance: random.Random, trait: Trait, states: Steps, products: Steps
) -> list[tuple[int, bool, str]]:
    """In any producing time at most D12's limit: a bucket of `burst` that fills at one piece per smallest cycle."""
    smallest = min(trait.cycles.values(), default=20 * NS)
    lazy, full = chance.choice([1.0, 1.0, 1.3, 6.0]), trait.burst * smallest
    made: list[tuple[int, bool, str]] = []
    level = full if chance.random() < 0.3 else 0
    for begin, stop, state in states.spans():
        now = begin
        while state == "producing":
            wait = int(chance.choice([1, 1, trait.burst, chance.random()]) * smallest * lazy)
            wait = max(wait, smallest - level) if lazy == 1.0 else wait
            if now + wait > min(stop, END):
                level = min(full, level + max(0, min(stop, END) - now))
                break
            now, level = now + wait, min(full, level + wait)
            shot = min(level // smallest, chance.choice([1, trait.burst]))
            level -= shot * smallest
            product = str(products.at(now - 1))
            made += [(now, trait.all_good or chance.random() < 0.85, product) for _ in range(shot)]
    return made


def overlap(start: int, end: int, spans: Sequence[tuple[int, int]]) -> int:
    """ns of [start, end) in the spans."""
    return sum(max(0, min(end, b) - max(start, a)) for a, b in spans)


def gaps_between(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The time of [start, end) between ascending spans."""
    edges = [start, *(x for span in spans for x in span), end]
    return [(a, b) for a, b in list(pairwise(edges))[::2] if a < b]
