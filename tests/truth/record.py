"""The plant's own record of changes: the same seeded plant once more, told by its traces (simulators/README.md).

`truth.json` lists states and counts, energy by the hour only; what widths need between the hours is in the traces. A
test holds the two against each other.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import simulators
from simulators.model import Plant, load
from simulators.model.calendar import PlantCalendar
from simulators.model.parts import HOUR, SECOND
from tests.truth.looks import Stretch

DEMO = Path(simulators.__file__).parent / "plants" / "demo.yaml"
WNS_PER_KWH = 1000 * HOUR
ROLES = ("total", "good", "reject")


@dataclass(frozen=True, slots=True)
class Machine:
    """One production machine: its states from each `since` on, completions per kind, the product of each instant."""

    since: list[int]
    states: list[str]
    made: dict[str, list[int]]
    product_since: list[int]
    products: list[str]
    ideal: dict[str, int]
    """ns per piece of a product."""

    def stays(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Whole stays cut to [start, end)."""
        ends = [*self.since[1:], end]
        stays = zip(self.since, ends, self.states, strict=True)
        return [(max(a, start), min(b, end), state) for a, b, state in stays if a < end and b > start]

    def changes(self, start: int, end: int) -> list[tuple[int, str, str]]:
        """(instant, state before, state after) of the changes in [start, end]."""
        first, last = bisect_left(self.since, start), bisect_right(self.since, end)
        rows = range(max(first, 1), last)
        return [(self.since[row], self.states[row - 1], self.states[row]) for row in rows]

    def pieces(self, kind: str, start: int, end: int) -> list[int]:
        """Completions in (start, end] (D10)."""
        made = self.made[kind]
        return made[bisect_right(made, start) : bisect_right(made, end)]

    def cycle_of(self, made_at: int) -> int:
        """The ideal cycle of the product held just before an instant, ns."""
        row = bisect_right(self.product_since, made_at - 1) - 1
        return self.ideal[self.products[max(0, row)]]

    @property
    def cycles(self) -> tuple[int, int]:
        """The shortest and the longest ideal cycle."""
        return min(self.ideal.values()), max(self.ideal.values())


@dataclass(frozen=True, slots=True)
class Record:
    """The plant from its beginning until an instant."""

    plant: Plant

    @property
    def calendar(self) -> PlantCalendar:
        """Its shifts and breaks."""
        return self.plant.calendar

    def working(self, start: int, end: int) -> list[Stretch]:
        """Calendar time of [start, end), stretches that touch made one."""
        found: list[Stretch] = []
        for first, last in sorted(self.calendar.working(start, end)):
            if found and found[-1][1] == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def machine(self, asset: str) -> Machine:
        """Any machine with a state; without pieces if it makes none."""
        return _machine(self.plant, asset)

    def kwh(self, asset: str, start: int, end: int) -> float:
        """Energy of [start, end)."""
        flow = self.plant.flow(asset)
        return (flow.integral(end) - flow.integral(start)) / WNS_PER_KWH


@cache
def _machine(plant: Plant, asset: str) -> Machine:
    powered: Any = plant.powered[asset]
    makes = asset in plant.machines
    made = {kind: list(getattr(powered, kind).ts[1:]) if makes else [] for kind in ROLES}
    return Machine(
        since=list(powered.category.ts),
        states=[str(state) for state in powered.category.value],
        made=made,
        product_since=list(powered.product.ts) if makes else [],
        products=[str(product) for product in powered.product.value] if makes else [],
        ideal=dict(powered.spec.ideal_ns) if makes else {},
    )


def record_of(seed: int, start: int, until: int, broken: frozenset[str] = frozenset()) -> Record:
    """The demo's plant with this seed from `start` until `until`."""
    plant = Plant(load(DEMO), seed, start, broken)
    plant.advance(until)
    return Record(plant)


def instant_of(text: str) -> int:
    """ns of an instant as D1 writes it."""
    whole, part = text.removesuffix("Z").split(".")
    return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()) * SECOND + int(part)
