"""Ideal cycles: how much time a piece of a product earns, and between which bounds where the product is unsure (D21)."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import segments_at
from evidence_engine.kpis.flows import Flow, Ints
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.plant import Asset, Plant


@dataclass(frozen=True, slots=True)
class Cycles:
    """Ideal cycles of one asset in ns. of: int64 per product in the order of `names`, 0 where none is stated.

    uniform: the one cycle of every product, None where they differ, so that the product must be known.
    """

    names: tuple[str, ...]
    of: NDArray[np.int64]
    smallest: int
    largest: int
    uniform: int | None

    @property
    def stretch(self) -> Fraction:
        """f of D21: how many ns a machine can earn in one ns of producing, at least 1."""
        return Fraction(self.largest, self.smallest)

    def bounds_of(self, mask: int, full: int) -> tuple[int, int]:
        """The smallest and the largest cycle of the products in a mask."""
        if mask == full and not self.uniform:
            return self.smallest, self.largest
        found = {int(cycle) for index, cycle in enumerate(self.of.tolist()) if mask >> index & 1}
        if not found or 0 in found:
            return self.smallest, self.largest
        return min(found), max(found)


def cycles_of(plant: Plant, asset: Asset, names: tuple[str, ...]) -> Cycles | None:
    """The cycles that the plant file states, by the products of a Held; None where it states none."""
    if not asset.ideal_cycle:
        return None
    of = [seconds_to_ns(asset.cycle_of(name) or 0) for name in names]
    stated = [max(1, seconds_to_ns(cycle)) for cycle in asset.ideal_cycle.values()]
    pace = asset.pace
    smallest, largest = (max(1, seconds_to_ns(cycle)) for cycle in (pace.smallest, pace.largest))
    every = {asset.cycle_of(product) for product in plant.products} | set(asset.ideal_cycle.values())
    uniform = stated[0] if len(every) == 1 else None
    return Cycles(names, np.array(of, np.int64), smallest, largest, uniform)


@dataclass(frozen=True, slots=True)
class StepCycles:
    """Per step of a flow, ns: plain (0: not in value), and the smallest and largest that its pieces may earn."""

    plain: Ints
    small: Ints
    large: Ints


def step_cycles(flow: Flow, cycles: Cycles, product: Held) -> StepCycles:
    """A piece belongs to the product held just before its t2; its bounds cover all held in the interval (D10)."""
    n = len(flow.t2)
    if cycles.uniform is not None:
        one = np.full(n, cycles.uniform, np.int64)
        return StepCycles(one, one, one)
    plain, _ = product.at(flow.t2 - 1)
    table = np.append(cycles.of, 0)  # -1, unknown, is the last
    masks = products_in(product, flow.start, flow.end)
    distinct, place = np.unique(masks, return_inverse=True)
    bounds = np.array([cycles.bounds_of(int(mask), product.full) for mask in distinct], np.int64)
    bounds = bounds.reshape(-1, 2)
    return StepCycles(table[plain], bounds[place, 0], bounds[place, 1])


def weights_at(instants: Ints, cycles: Cycles, product: Held) -> Ints:
    """The ideal cycle of every piece that is made at each instant; 0 where it may be several, or is not stated."""
    if cycles.uniform is not None:
        return np.full(len(instants), cycles.uniform, np.int64)
    plain, may = product.at(instants)
    stated = np.append(cycles.of, 0)[plain]  # -1, unknown, is the last
    distinct, place = np.unique(may, return_inverse=True)
    bounds = np.array([cycles.bounds_of(int(mask), product.full) for mask in distinct], np.int64)
    bounds = bounds.reshape(-1, 2)
    alike = (bounds[:, 0] == bounds[:, 1])[place]
    return np.where(alike, stated, 0)


def products_in(product: Held, start: Ints, end: Ints) -> NDArray[np.uint64]:
    """The mask of all products that may have been held in each [start, end)."""
    first, last = segments_at(product.border, start), segments_at(product.border, end - 1)
    if not len(product.may):
        return np.full(len(start), product.full, np.uint64)
    known = (first >= 0) & (last >= 0)
    masks = np.where(known, product.may[first], np.uint64(product.full))
    for row in np.flatnonzero(known & (first != last)).tolist():
        masks[row] = np.bitwise_or.reduce(product.may[first[row] : last[row] + 1])
    return masks
