"""What a register counted in several parts of time at once: a shift's idle time, the valley hours, all but the calendar.

A step that crosses an edge of a part has inside at most what D12 allows there and at least what cannot fit outside; a
register that shows multiples of its step adds ± one step for every stretch and for every run in it, since what it hides
may differ at each edge (D10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evidence_engine.kernels import rises, tally
from evidence_engine.kernels.allowed import Allowed
from evidence_engine.knowledge.stretches import Stretches, ascending, clip, inside, where
from evidence_engine.kpis.energy import Taken
from evidence_engine.kpis.flows import BREAKS, Flags, Flow, Ints

EVER = (-(2**61), 2**61)
"""Where parts of time end that have no end."""


def nothing(codes: frozenset[str] = frozenset()) -> Taken:
    """No energy, surely, where there is no time."""
    return Taken(0, 0, 0, 0, limitations=codes)


def cells_of(border: Ints, parts: Sequence[Flags]) -> tally.Cells:
    """Cells with the parts that each belongs to; neighbours that belong to the same ones are one."""
    bits = np.zeros(len(border) - 1, np.int64)
    for place, part in enumerate(parts):
        bits |= part.astype(np.int64) << place
    new = np.flatnonzero(np.append(True, bits[1:] != bits[:-1]))
    return tally.Cells(np.append(border[new], border[-1:]), bits[new], len(parts))


def cells_in(stretches: Stretches) -> tally.Cells:
    """The cells of one part."""
    border = ascending(stretches.ravel(), np.array(EVER, np.int64))
    return cells_of(border, [inside(stretches, border[:-1])])


def parts_of(cells: tally.Cells) -> list[Stretches]:
    """The stretches of each part."""
    return [where(cells.border, cells.bits >> place & 1 == 1) for place in range(cells.parts)]


@dataclass(frozen=True)
class RegisterParts:
    """A register over the parts of `cells`, × scale; no ordinary rise of `flow` crosses a border."""

    flow: Flow
    cells: tally.Cells
    scale: int

    def taken(self, start: int, end: int) -> list[Taken]:
        """Of every part in (start, end]."""
        flow = self.flow
        rows = tally.tally(
            self._steps_in(start, end),
            self.cells,
            self._risen(start, end),
            clip(flow.known, start, end),
            (start, end),
            _allowed(flow, limited=not flow.is_disproved(start, end)),
        )
        return [self._taken(row) for row in rows.tolist()]

    def _taken(self, row: list[int]) -> Taken:
        if not row[tally.TIME]:
            return nothing()
        flow, scale = self.flow, self.scale
        margin = flow.step_quantum * (row[tally.STRETCHES] + row[tally.BREAKS])
        low = None if row[tally.NO_LOW] else row[tally.LEAST] - margin
        if not flow.net:
            low = max(0, low or 0)
        codes = {"register_step"} if margin else set()
        codes |= {"bridged"} if row[tally.BRIDGED] else set()
        codes |= {"no_limit"} if row[tally.NO_HIGH] and flow.max_rate is None else set()
        return Taken(
            (row[tally.PLAIN] + row[tally.BRIDGED]) * scale if row[tally.KNOWN] or row[tally.ANY] else None,
            None if low is None else low * scale,
            None if row[tally.NO_HIGH] else (row[tally.MOST] + margin) * scale,
            row[tally.KNOWN],
            row[tally.DOUBTS] > 0,
            frozenset(codes),
        )

    @cached_property
    def _rows(self) -> Ints:
        return _rows_of(self.flow)

    @cached_property
    def _reach(self) -> tuple[Ints, Ints]:
        """The latest stop of each step and those before it, the earliest begin of it and those after it."""
        begin, stop = self._rows[:, tally.BEGIN], self._rows[:, tally.STOP]
        return np.maximum.accumulate(stop), np.minimum.accumulate(begin[::-1])[::-1]

    def _steps_in(self, start: int, end: int) -> Ints:
        """Steps that may touch the window, the rises that cross its edges, and the open time."""
        first = int(np.searchsorted(self._reach[0], start, "right"))
        last = int(np.searchsorted(self._reach[1], end, "left"))
        edge = self.flow.crossing(start, end)
        more = [] if edge is None else [_rows_of(edge)]
        return np.concatenate([self._rows[first:last], *more, _open_time(self.flow)])

    def _risen(self, start: int, end: int) -> Ints:
        """What rises by the way in each cell of the window."""
        border = self.cells.border
        first = max(int(np.searchsorted(border, start, "right")) - 1, 0)
        edges = np.clip(border[first : int(np.searchsorted(border, end, "left")) + 1], start, end)
        found = np.zeros(len(edges) - 1, np.int64)
        one = np.ones(len(found), np.int64)
        for each in self.flow.rises:
            over = rises.lay(each.of, edges[:-1], edges[1:], one, rises.INSIDE)
            found += each.sign * (over[:, rises.HIGH] - over[:, rises.LOW])
        return found


def register_parts(flow: Flow, cells: tally.Cells, scale: int) -> RegisterParts:
    """A flow laid over several parts of time."""
    return RegisterParts(flow.parted(cells.border), cells, scale)


def _rows_of(flow: Flow) -> Ints:
    rows = np.empty((len(flow.t2), tally.STEP_COLUMNS), np.int64)
    columns = (flow.start, flow.end, flow.t2, flow.low, flow.high, flow.amount, flow.sign)
    for column, values in enumerate(columns):
        rows[:, column] = values
    flags = {tally.ENDLESS: flow.endless, tally.RESTS: flow.rests, tally.UNDECIDED: flow.undecided}
    rows[:, tally.FLAGS] = flow.seen
    for flag, which in (flags | {tally.BREAK: BREAKS[flow.kind]}).items():
        rows[:, tally.FLAGS] |= np.where(which, flag, 0)
    return rows


def _open_time(flow: Flow) -> Ints:
    rows = np.zeros((len(flow.opens), tally.STEP_COLUMNS), np.int64)
    for row, gap in zip(rows, flow.opens, strict=True):
        row[[tally.BEGIN, tally.STOP, tally.SIGN, tally.FLAGS]] = gap.start, gap.end, gap.sign, tally.OPEN
    return rows


def _allowed(flow: Flow, *, limited: bool) -> Allowed:
    """D12 as the kernel takes it; a rate of more digits is taken as the next larger one of fewer."""
    rate, net = flow.max_rate if limited else None, int(flow.net)
    num, den = (0, 0) if rate is None else (rate.numerator, rate.denominator)
    while num >= 2**40 or den >= 2**42:
        num, den = -(-num // 2), den // 2
    return Allowed(num, den, flow.burst, int(not limited), net)
