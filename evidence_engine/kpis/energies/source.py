"""Electricity of one asset inside any part of time: a shift's idle time, the valley hours, all but the calendar.

A part of time S is a set of stretches. The energy in S is bounded like that in a window (D10, D25), at every stretch:
register: a step that crosses an edge of S has inside at most what D12 allows there and at least what cannot fit
outside; a register that shows multiples of its step adds ± one step for every stretch and for every run in it, since
what it hides may differ at each edge · power: between the two readings of each change, rated where nothing is known.
The register where one is configured, else the power (D25). A power beside a register would often give narrower parts, but
only if it never left its two readings between two looks, and a noisy power does all the time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from evidence_engine.kernels.tally import Cells
from evidence_engine.knowledge.stretches import Stretches, complement, joined
from evidence_engine.kpis.energies.register import (
    EVER,
    RegisterParts,
    cells_in,
    nothing,
    parts_of,
    register_parts,
)
from evidence_engine.kpis.energy import MWNS_PER_MWH, PowerIntegral, Taken, unmeasured
from evidence_engine.kpis.flows import Flow
from evidence_engine.kpis.subjects import POWER, AssetKnowledge
from evidence_engine.kpis.timeline import CalendarTime, calendar_of

Measure = Callable[[int, int], Taken]
"""Energy in the part of [start, end), mW·ns."""
Measures = Callable[[int, int], list[Taken]]
"""The same of several parts."""


def but(stretches: Stretches) -> Stretches:
    """All other time."""
    return complement(stretches, *EVER)


@dataclass(frozen=True, slots=True)
class RegisterPart:
    """What a register counted in one part of time."""

    parts: RegisterParts

    def taken(self, start: int, end: int) -> Taken:
        """In (start, end]."""
        return self.parts.taken(start, end)[0]


def register_part(flow: Flow, stretches: Stretches, scale: int) -> RegisterPart:
    """A flow laid over a part of time."""
    return RegisterPart(register_parts(flow, cells_in(joined(stretches)), scale))


@dataclass(frozen=True, slots=True)
class PowerPart:
    """A power integrated over a part of time. before: sums over the stretches before each (value, low, high, known,
    stretches without a value, stretches without a high)."""

    power: PowerIntegral
    starts: list[int]
    ends: list[int]
    before: list[tuple[int, ...]]

    def taken(self, start: int, end: int) -> Taken:
        """In [start, end)."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first >= last:
            return nothing()
        pieces = [_row(self.power, max(self.starts[first], start), min(self.ends[first], end))]
        if last - first > 1:
            pieces.append(_row(self.power, self.starts[last - 1], min(self.ends[last - 1], end)))
            whole = zip(self.before[last - 1], self.before[first + 1], strict=True)
            pieces.append(tuple(b - a for b, a in whole))
        value, low, high, known, unvalued, open_high = (sum(column) for column in zip(*pieces, strict=True))
        count = last - first
        codes = {"integrated_power"} | (
            {"no_rated_power"} if open_high and self.power.rated is None else set()
        )
        codes |= {"power_above_rated"} if open_high and self.power.rated is not None else set()
        return Taken(
            value if unvalued < count else None,
            low,
            None if open_high else high,
            known,
            limitations=frozenset(codes),
        )


def _row(power: PowerIntegral, start: int, end: int) -> tuple[int, ...]:
    return _summed(power.taken(start, end))


def _summed(one: Taken) -> tuple[int, ...]:
    return (
        one.value or 0,
        one.low or 0,
        one.high or 0,
        one.known,
        int(one.value is None),
        int(one.high is None),
    )


def power_part(power: PowerIntegral, stretches: Stretches) -> PowerPart:
    """A power laid over a part of time."""
    merged = calendar_of(stretches)
    zero: tuple[int, ...] = (0,) * 6
    rows = [_summed(one) for one in power.each(merged.stretches)]
    before = list(
        accumulate(rows, lambda a, b: tuple(x + y for x, y in zip(a, b, strict=True)), initial=zero)
    )
    return PowerPart(power, merged.starts, merged.ends, before)


class Source:
    """The electricity of one asset, by its register or else its power."""

    def __init__(self, of: AssetKnowledge) -> None:
        self.of = of

    @property
    def is_metered(self) -> bool:
        """Whether anything tells its electricity."""
        return self.of.register is not None or self.of.has(POWER)

    @cached_property
    def gives_back(self) -> bool:
        """Whether its energy may fall: then no part of it is bounded by the whole."""
        if self.of.register is not None:
            return self.of.register.flow.net or self.of.feed_in > 0
        return self.of.feed_in > 0 or self.of.gave_back

    def part(self, stretches: Stretches) -> Measure:
        """Its energy in a part of time."""
        if self.of.register is not None:
            return register_part(self.of.register.flow, stretches, MWNS_PER_MWH).taken
        if self.of.has(POWER):
            return power_part(self.of.power, stretches).taken
        return self._unmeasured(calendar_of(stretches))

    def parts(self, cells: Cells) -> Measures:
        """Its energy in each of several parts of time."""
        if self.of.register is not None:
            return register_parts(self.of.register.flow, cells, MWNS_PER_MWH).taken
        each = [self.part(stretches) for stretches in parts_of(cells)]
        return lambda start, end: [part(start, end) for part in each]

    def _unmeasured(self, part: CalendarTime) -> Measure:
        return lambda start, end: unmeasured(self.of.rated, self.of.feed_in, 0, part.between(start, end))


def from_rows(rows: list[tuple[int, int]]) -> Stretches:
    """Stretches of a list."""
    return np.array(rows, np.int64).reshape(-1, 2)
