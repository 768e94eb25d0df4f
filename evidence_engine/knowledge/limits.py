"""Limits: what a machine or a meter can do at most in a length of time (D12), as exact fractions."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from evidence_engine.kernels.counters import Limit
from evidence_engine.kernels.counting import Bucket
from evidence_engine.knowledge.quanta import scale_of
from evidence_engine.knowledge.stretches import Instants
from evidence_engine.vocabulary.facts import seconds_to_ns
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.plant import Asset, Plant

JUMP_FACTOR = 10
"""A step is credible up to this times what D12 allows (D11)."""
GLITCH_WINDOW = seconds_to_ns(600.0)
"""Known time within which a fall that was a glitch returns (D11)."""

PIECE_ROLES = frozenset({"count_total", "count_good", "count_reject"})
FLOW_ROLES = frozenset({"gas_volume", "water_volume", "steam_mass", "compressed_air_volume", "heat_energy"})
ROOM = 2**62
"""Products of int64 stay below this."""


def limit_of(plant: Plant, asset: str, role: str) -> tuple[Fraction | None, int]:
    """(max_rate in quanta per ns, burst in quanta) of a counter (D12); the rate None where nothing limits it.

    Pieces: one per smallest ideal cycle, and as many at once as there are cavities. Electricity: the rated power, or
    the rated feed-in where that is more; other meters: what they can pass in an hour. `steps_of` adds the register's
    step. Hours of running: one per hour.
    """
    machine = plant.assets[asset]
    if role in PIECE_ROLES:
        return _pieces(machine)
    if role == "energy_active" and machine.pace.greatest is not None:
        return _per_hour(max(machine.pace.greatest, machine.rated_feed_in), role), 0
    if role in FLOW_ROLES and machine.max_flow is not None:
        return _per_hour(machine.max_flow, role), 0
    if role == "run_time":
        return _per_hour(1.0, role), 0
    return None, 1


def _pieces(machine: Asset) -> tuple[Fraction | None, int]:
    fastest = machine.pace.fastest
    if fastest is None:
        return None, machine.burst
    return Fraction(1, max(seconds_to_ns(fastest), 1)), machine.burst


def _per_hour(amount: float, role: str) -> Fraction:
    return Fraction(round(amount * scale_of(role)), HOUR)


def allowed(max_rate: Fraction, burst: int, length: int, stretches: int = 1) -> int:
    """The most quanta that D12 allows in `length` ns made of that many unbroken stretches."""
    return max_rate.numerator * length // max_rate.denominator + stretches * burst


def allowed_each(max_rate: Fraction, burst: int, lengths: Instants) -> Instants:
    """`allowed` of many lengths, each unbroken; Python's integers (dtype object) where the rate leaves int64 no room."""
    num, den = max_rate.numerator, max_rate.denominator
    return scaled(lengths if num * den < ROOM else lengths.astype(np.object_), num, den) + burst


def scaled(amount: Instants, numerator: int, denominator: int) -> Instants:
    """⌊amount × numerator ÷ denominator⌋, without a product above numerator × denominator."""
    if denominator == 1:
        return amount * numerator
    whole, rest = amount // denominator, amount % denominator
    found: Instants = numerator * whole + numerator * rest // denominator
    return found


@dataclass(frozen=True, slots=True)
class Counting:
    """How a counter is judged: D12's limit, and D11's numbers."""

    max_rate: Fraction | None
    burst: int
    modulus: int = 0
    net: bool = False
    jump_factor: int = JUMP_FACTOR
    glitch_window: int = GLITCH_WINDOW

    def for_kernel(self) -> Limit:
        """As the kernel takes it."""
        rate = _small(self.max_rate or Fraction(1), self.jump_factor)
        bounded = self.max_rate is not None
        return Limit(
            int(bounded),
            rate.numerator,
            rate.denominator,
            self.burst,
            self.jump_factor,
            self.glitch_window,
            self.modulus,
            int(self.net),
        )

    def for_quick_looks(self) -> Bucket:
        """The same as numbers small enough for one multiplication: D12 itself where they are, else a little less."""
        if self.max_rate is None:
            return Bucket(1, 0, 0, 0, 0, ROOM)
        num, den = self.max_rate.numerator, self.max_rate.denominator
        is_small = num < 2**20 and den < 2**46 and self.for_kernel().num == num
        unit, shift, drain = den, 0, num
        if not is_small:
            doublings = 0
            while doublings < 40 and num * 2 ** (doublings + 20) < den * 2**20:
                doublings += 1
            unit, shift, drain = 2**doublings, 20, min(num * 2 ** (doublings + 20) // den, 2**38)
        cap = 2**58 // unit
        return Bucket(int(is_small), unit, drain, shift, min(self.burst, cap) * unit, cap)


def _small(rate: Fraction, factor: int) -> Fraction:
    """The rate itself where num × factor × den has room in int64, else one above it that has.

    For a rated power of any size that is less than 2 in 100,000 above; a cycle in ns always has room.
    """
    num, den = rate.numerator, rate.denominator
    while num * factor * den >= ROOM:
        den //= 2
        num = -(-rate.numerator * den // rate.denominator)
    return Fraction(num, den)
