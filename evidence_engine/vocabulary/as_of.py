"""The plant as of a window: facts that changed are those valid in it (D8), and what to do where they changed inside.

For a window in which nothing changed it is one plant. For one that a change of ideal cycles or of rated power crosses it
is several: with the least of the values that held in it and with the most, in every combination. What is true of the
window lies between what these say, since each figure rises or falls throughout with a cycle and with a rating.

What a machine can do at most (D12) is taken over all time, whatever the window: a step of a counter may reach into
another time than the window's, and must not be thought impossible there.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from evidence_engine.vocabulary.earlier import EarlierFacts, values_in
from evidence_engine.vocabulary.plant import Asset, Pace, Plant

Cycles = Mapping[str, float]

_ALWAYS = (-(2**62), 2**62)


class _Held(NamedTuple):
    """What held of one asset in a window."""

    cycles: list[Cycles]
    powers: list[float | None]
    key: bool


class PlantInTime:
    """A plant whose facts may change; plants as of a window are made once per stretch between changes."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        instants = {t for asset in plant.assets.values() for t in asset.earlier.instants(plant.zone)}
        self._instants = sorted(instants)
        self._found: dict[tuple[int, int], tuple[Plant, ...]] = {}

    def of(self, start: int, end: int) -> tuple[Plant, ...]:
        """The plant as of [start, end): one, or the corners between which the truth lies."""
        if not self._instants:
            return (self.plant,)
        place = (bisect_right(self._instants, start), bisect_left(self._instants, end))
        if place not in self._found:
            self._found[place] = tuple(_plants(self.plant, start, end))
        return self._found[place]


def _plants(plant: Plant, start: int, end: int) -> Iterable[Plant]:
    held = {name: _held(plant, asset, start, end) for name, asset in plant.assets.items()}
    ever = {name: _held(plant, asset, *_ALWAYS) for name, asset in plant.assets.items()}
    several_cycles = any(len(_distinct(one.cycles)) > 1 for one in held.values())
    several_powers = any(len(_distinct(one.powers)) > 1 for one in held.values())
    ways: tuple[Callable[[Iterable[float]], float], ...] = (min, max)
    for of_cycles, of_powers in itertools.product(
        ways if several_cycles else ways[:1], ways if several_powers else ways[:1]
    ):
        assets = {
            name: _as_of(asset, held[name], ever[name], of_cycles, of_powers)
            for name, asset in plant.assets.items()
        }
        yield plant.model_copy(update={"assets": assets})


def _distinct(values: list[Cycles] | list[float | None]) -> list[object]:
    found: list[object] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _held(plant: Plant, asset: Asset, start: int, end: int) -> _Held:
    earlier, span = asset.earlier, (plant.zone, start, end)
    return _Held(
        [value for _, value in values_in(earlier.ideal_cycle, asset.ideal_cycle, *span)],
        [value for _, value in values_in(earlier.rated_power, asset.rated_power, *span)],
        any(value for _, value in values_in(earlier.key, asset.key, *span)),
    )


def _as_of(
    asset: Asset,
    held: _Held,
    ever: _Held,
    of_cycles: Callable[[Iterable[float]], float],
    of_powers: Callable[[Iterable[float]], float],
) -> Asset:
    if asset.earlier == EarlierFacts(calendar=asset.earlier.calendar):
        return asset
    powers = [power for power in held.powers if power is not None]
    cycles = [cycle for one in held.cycles for cycle in one.values()]
    found = asset.model_copy(
        update={
            "ideal_cycle": _merged(held.cycles, of_cycles),
            "rated_power": of_powers(powers) if len(powers) == len(held.powers) else None,
            "key": held.key,
            "earlier": EarlierFacts(calendar=asset.earlier.calendar),
        }
    )
    found._pace = Pace(
        _fastest(ever.cycles), _greatest(ever.powers), min(cycles, default=0), max(cycles, default=0)
    )
    return found


def _merged(held: list[Cycles], choose: Callable[[Iterable[float]], float]) -> dict[str, float]:
    """One cycle per product that has one in each of them; `"*"` stands for every product (D21)."""
    products = dict.fromkeys(product for one in held for product in one)
    found = {}
    for product in products:
        cycles = [cycle for one in held if (cycle := one.get(product, one.get("*"))) is not None]
        if len(cycles) == len(held):
            found[product] = choose(cycles)
    return found


def _fastest(ever: list[Cycles]) -> float | None:
    """None where at some time no cycle was stated: then nothing limits it."""
    return min(min(one.values()) for one in ever) if all(ever) else None


def _greatest(ever: list[float | None]) -> float | None:
    known = [power for power in ever if power is not None]
    return max(known) if len(known) == len(ever) else None
