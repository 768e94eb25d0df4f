"""The calendar time of one asset by what is known of its state, product and counters: all that shares and rates need.

Rows of the sums, each ns of calendar time:
  C all · known, producing, planned, operating: by the plain reading
  sure_p, sure_n: can only be producing, planned stop (P, N) · must: can only be one of these two (c of D20)
  may_p: may be producing and something else (a, u) · both: of that, may be planned stop too
  may_n: may be planned stop and something else, never producing (b) · op_sure, op_may: producing or setup (D34)
  unsure: several states may hold
  total, good, quality: the counters are known · joint, j_producing, j_planned: all that OEE needs is known (D21)
  worked, w_producing: all that effectiveness needs is known (D23)
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from evidence_engine.kernels.timeline import STATE_BITS, chosen, state_words
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST, NEVER, Stretches, where
from evidence_engine.kpis.cycles import Cycles
from evidence_engine.kpis.flows import PieceFlows
from evidence_engine.kpis.timeline import CalendarTime, Conclusions, Line, Sums, cells_of, sums_of
from evidence_engine.vocabulary.states import UNKNOWN

ROWS = (
    *STATE_BITS,
    *("total", "good", "quality", "joint", "j_producing", "j_planned", "worked", "w_producing"),
)
_BITS = {name: bit for bit, name in enumerate((*ROWS, "reject", "product"))}
"""Each row is a bit of a cell's word; so is what only others are concluded from."""


@dataclass(frozen=True, slots=True)
class AssetTime:
    """calendar: C over the span · sums: as the module says · unsure: x-stretches of that row.

    joint, worked, quality: the stretches of those rows, in real time.
    """

    calendar: CalendarTime
    sums: Sums
    unsure: Stretches
    joint: Stretches
    worked: Stretches
    quality: Stretches

    def in_window(self, start: int, end: int) -> dict[str, int]:
        """ns of each row in the window."""
        first, last = self.x_of(start, end)
        return self.sums.between(first, last)

    def x_of(self, start: int, end: int) -> tuple[int, int]:
        """The window's edges in calendar time."""
        return self.calendar.x_at(start), self.calendar.x_at(end)


def asset_time(
    calendar: CalendarTime, state: Held, product: Held, cycles: Cycles | None, pieces: PieceFlows
) -> AssetTime:
    """Cut the calendar at everything that changes, and say of each cell what holds in it."""
    flows = {"total": pieces.total, "good": pieces.good, "reject": pieces.reject}
    known = {_BITS[name]: NEVER if flow is None else flow.known for name, flow in flows.items()}
    known[_BITS["product"]] = _product_known(product, cycles)
    counted = tuple(name for name, flow in flows.items() if flow is not None)
    cells = cells_of(calendar, _line(state), known, _conclusions(counted, assumed=pieces.assumed))
    sums = sums_of(cells, ROWS)
    joint, worked, quality = (chosen(cells, _word(name)) for name in ("joint", "worked", "quality"))
    return AssetTime(calendar, sums, chosen(sums.cells, _word("unsure")), joint, worked, quality)


@cache
def _conclusions(counted: tuple[str, ...], *, assumed: bool) -> Conclusions:
    """(all of these hold, so does this) as words, each after those that it builds on; counted: what has a counter."""
    joint = {"known", "product", "good", *counted}
    found = [
        (joint, "joint"),
        ({"joint", "producing"}, "j_producing"),
        ({"joint", "planned"}, "j_planned"),
        ({"known", "product", "total"}, "worked"),
        ({"worked", "producing"}, "w_producing"),
        ({"good"} if assumed else {"good", "reject"}, "quality"),
    ]
    return np.array([(_word(*names), _word(name)) for names, name in found], np.int64)


def _word(*names: str) -> int:
    return sum(1 << _BITS[name] for name in names)


def _line(state: Held) -> Line:
    """What is known of the state, and of no state where there is none."""
    plain = np.append(state.plain, np.int16(UNKNOWN)).astype(np.int64)
    may = np.append(state.may, np.uint64(state.full)).view(np.int64)
    return Line(state.border, state_words(plain, may))


def _product_known(product: Held, cycles: Cycles | None) -> Stretches:
    """Where a piece's ideal cycle is known; nowhere without cycles."""
    if cycles is None:
        return NEVER
    if cycles.uniform is not None:
        return np.array([[FIRST, LAST]], np.int64)
    stated = np.append(cycles.of, 0)[product.plain] > 0  # -1, unknown, is the last
    return where(product.border, stated)
