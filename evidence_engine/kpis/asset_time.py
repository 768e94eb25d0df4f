"""The calendar time of one asset by what is known of its state, product and counters: all that shares and rates need.

Rows of the sums, each ns of calendar time:
  C all · known, producing, planned, operating: by the plain reading
  sure_p, sure_n: can only be producing, planned stop (P, N) · must: can only be one of these two (c of D20)
  may_p: may be producing and something else (a, u) · both: of that, may be planned stop too
  may_n: may be planned stop and something else, never producing (b) · op_sure, op_may: producing or setup (D34)
  total, good, quality: the counters are known · joint, j_producing, j_planned: all that OEE needs is known (D21)
  worked, w_producing: all that effectiveness needs is known (D23)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import Stretches, inside, joined, stretches_of
from evidence_engine.kpis.cycles import Cycles
from evidence_engine.kpis.flows import Flow, PieceFlows
from evidence_engine.kpis.timeline import CalendarTime, Flags, Sums, cells_of, sums_of
from evidence_engine.vocabulary.states import UNKNOWN, State

_P, _N = np.uint64(1 << State.PRODUCING), np.uint64(1 << State.PLANNED_STOP)
_OPERATING = np.uint64(1 << State.PRODUCING | 1 << State.SETUP)


@dataclass(frozen=True, slots=True)
class AssetTime:
    """calendar: C over the span · sums: as the module says · unsure: x-stretches in which the state is not sure.

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
    """Cut the calendar at everything that changes, and flag each cell."""
    flows = [flow for flow in (pieces.total, pieces.good, pieces.reject) if flow is not None]
    cells = cells_of(calendar, state.border, product.border, *(flow.known.ravel() for flow in flows))
    at = cells[:, 0]
    plain, may = state.at(at)
    flags = _state_flags(plain, may)
    flags |= _counter_flags(at, pieces)
    flags |= _joint_flags(flags, at, pieces, _product_known(at, product, cycles))
    sums = sums_of(calendar, cells, flags)
    alone = (may & (may - np.uint64(1))) == 0
    return AssetTime(
        calendar,
        sums,
        unsure=stretches_of(sums.border[:-1][~alone], sums.border[1:][~alone]),
        joint=joined(cells[flags["joint"]]),
        worked=joined(cells[flags["worked"]]),
        quality=joined(cells[flags["quality"]]),
    )


def _joint_flags(
    flags: dict[str, Flags], at: NDArray[np.int64], pieces: PieceFlows, known_product: Flags
) -> dict[str, Flags]:
    worked = flags["known"] & known_product & flags["total"]
    joint = flags["known"] & known_product & flags["good"]
    for flow in (pieces.total, pieces.reject):
        joint = joint if flow is None else joint & _known(flow, at)
    return {
        "joint": joint,
        "j_producing": joint & flags["producing"],
        "j_planned": joint & flags["planned"],
        "worked": worked,
        "w_producing": worked & flags["producing"],
    }


def _state_flags(plain: NDArray[np.int16], may: NDArray[np.uint64]) -> dict[str, Flags]:
    may_p, may_n = (may & _P) != 0, (may & _N) != 0
    sure_p, sure_n = may == _P, may == _N
    only_both = may == (_P | _N)
    return {
        "C": np.ones(len(plain), np.bool_),
        "known": plain != UNKNOWN,
        "producing": plain == State.PRODUCING,
        "planned": plain == State.PLANNED_STOP,
        "operating": (plain == State.PRODUCING) | (plain == State.SETUP),
        "sure_p": sure_p,
        "sure_n": sure_n,
        "must": only_both,
        "may_p": may_p & ~sure_p,
        "may_n": may_n & ~may_p & ~sure_n,
        "both": may_p & may_n,
        "op_sure": (may & ~_OPERATING) == 0,
        "op_may": (may & _OPERATING) != 0,
    }


def _counter_flags(at: NDArray[np.int64], pieces: PieceFlows) -> dict[str, Flags]:
    total, good = _known(pieces.total, at), _known(pieces.good, at)
    either = good if pieces.assumed else good & _known(pieces.reject, at)
    return {"total": total, "good": good, "quality": either}


def _known(flow: Flow | None, at: NDArray[np.int64]) -> Flags:
    return np.zeros(len(at), np.bool_) if flow is None else inside(flow.known, at)


def _product_known(at: NDArray[np.int64], product: Held, cycles: Cycles | None) -> Flags:
    """Where a piece's ideal cycle is known; nowhere without cycles."""
    if cycles is None:
        return np.zeros(len(at), np.bool_)
    if cycles.uniform is not None:
        return np.ones(len(at), np.bool_)
    plain, _ = product.at(at)
    found: Flags = np.append(cycles.of, 0)[plain] > 0
    return found
