"""What was made or taken over time: one counter's steps, or those of two counters where they give the third (D10, D22).

A flow's steps are signed: good = total − reject is the steps of total with those of reject below zero, so that every
figure stays a sum over steps and every bound a sum over their bounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import rises
from evidence_engine.kernels.counting import RUN_R, RUN_T1
from evidence_engine.kernels.rises import Ordinary
from evidence_engine.knowledge.counters import EVENTS, StepKind, Steps
from evidence_engine.knowledge.limits import allowed_each
from evidence_engine.knowledge.stretches import (
    FIRST,
    LAST,
    Stretches,
    ascending,
    clip,
    intersect,
    joined,
    stretches_of,
)

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def kinds(*of: StepKind) -> Flags:
    """A table of all kinds of steps that says which are of these."""
    return np.isin(np.arange(256), [int(kind) for kind in of])


BREAKS = kinds(StepKind.RESET, StepKind.CORRECTION)
"""What ends a run of a register."""

_RESTING = kinds(StepKind.RESET, StepKind.ROLLOVER, StepKind.CORRECTION, StepKind.UNDECIDED)
"""Steps whose high comes from D12's limit."""


@dataclass(frozen=True, slots=True)
class Source:
    """A counter that a flow reads in [start, end)."""

    role: str
    steps: Steps
    start: int
    end: int
    events: Ints
    """Edges of what carries limitations of its own, int64[n, 2]: most windows hold none of them."""

    def codes_in(self, start: int, end: int) -> frozenset[str]:
        """The limitations of the counter in the window (start, end]."""
        start, end = max(start, self.start), min(end, self.end)
        if ((self.events[:, 1] > start) & (self.events[:, 0] < end)).any():
            return frozenset(self.steps.limitations_in(start, end))
        return frozenset(self.steps.limitations) - EVENTS - {"jump", "limit_disproved"}


def _events_of(steps: Steps) -> Ints:
    rows = np.flatnonzero((steps.kind != int(StepKind.RISE)) | ~steps.seen)
    instants = np.concatenate([steps.jumped, steps.disproved])
    return np.stack(
        [np.append(steps.start[rows], instants - 1), np.append(steps.end[rows], instants)], axis=1
    )


@dataclass(frozen=True, slots=True)
class Open:
    """Unknown time before the first or after the last reading: nothing in value, up to D12 in the bounds."""

    start: int
    end: int
    sign: int


@dataclass(frozen=True)
class Rises:
    """Ordinary rises of one counter that have no rows: seen, low = high = amount × sign."""

    of: Ordinary
    sign: int

    @cached_property
    def is_wide(self) -> bool:
        """Whether an instant may lie inside the interval of one of them."""
        return bool(self.of.runs[:, RUN_R:RUN_T1].any())

    def crossing(self, edges: Ints) -> Ints:
        """(run, sample) of those whose interval begins before and ends after one of the edges, which ascend."""
        return rises.crossing(self.of, edges) if self.is_wide else NO_PLACES


NO_PLACES: Ints = np.empty((0, 2), np.int64)


@dataclass(frozen=True, slots=True)
class Flow:
    """Signed steps, ascending in t2, all arrays of one length n; amount, low and high carry the sign.

    rises: seen steps that have no row here, read off the samples where they are needed; `spelled_out` gives them rows.

    endless: the magnitude has no bound · rests: the high rests on D12 · known: time in which all its counters are
    known by the plain reading · disproved: instants at which D12's limit is disproved · net: may fall.
    """

    t1: Ints
    t2: Ints
    start: Ints
    end: Ints
    seen: Flags
    amount: Ints
    low: Ints
    high: Ints
    sign: Ints
    endless: Flags
    undecided: Flags
    rests: Flags
    kind: NDArray[np.uint8]
    known: Stretches
    opens: tuple[Open, ...]
    sources: tuple[Source, ...]
    max_rate: Fraction | None
    burst: int
    disproved: Ints
    step_quantum: int = 0
    net: bool = False
    rises: tuple[Rises, ...] = ()

    def spelled_out(self) -> "Flow":
        """With a row for each step."""
        return self._exposing([rises.every(one.of) for one in self.rises])

    def parted(self, edges: Ints) -> "Flow":
        """With rows for the rises whose interval crosses one of the edges, which ascend."""
        return self._exposing([one.crossing(edges) for one in self.rises])

    def exposed(self, stretches: Stretches) -> "Flow":
        """With rows for the rises whose interval shares time with the stretches."""
        start, end = np.ascontiguousarray(stretches.T)
        return self._exposing([rises.touching(one.of, start, end) for one in self.rises])

    def alone(self, rows: slice, start: int, end: int) -> "Flow":
        """Only these rows, and rows for the rises whose interval shares time with [start, end); in no order."""
        first, last = np.array([start], np.int64), np.array([end], np.int64)
        found = [rows_of(one, rises.touching(one.of, first, last)) for one in self.rises if len(one.of.runs)]
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name)[rows], *(one[name] for one in found)])
            for name in _PER_STEP
        }
        return replace(self, **columns, rises=())

    def _exposing(self, places: list[Ints]) -> "Flow":
        if not any(map(len, places)):
            return self
        found = [rows_of(one, each) for one, each in zip(self.rises, places, strict=True)]
        both: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), *(rows[name] for rows in found)]) for name in _PER_STEP
        }
        order = np.argsort(both["t2"], kind="stable")
        left = tuple(
            replace(one, of=one.of._replace(runs=rises.without(one.of, each)))
            for one, each in zip(self.rises, places, strict=True)
        )
        return replace(self, **{name: column[order] for name, column in both.items()}, rises=left)

    def crossing(self, start: int, end: int) -> "Flow | None":
        """Only the rises whose interval crosses an edge of the window, as rows; None where there are none."""
        wide = [one for one in self.rises if one.is_wide]
        if not wide:
            return None
        edges = np.array([start, end], np.int64)
        found = [rows_of(one, places) for one in wide if len(places := one.crossing(edges))]
        if not found:
            return None
        columns: dict[str, Any] = {name: np.concatenate([rows[name] for rows in found]) for name in _PER_STEP}
        return replace(self, **columns, rises=())

    def is_disproved(self, start: int, end: int) -> bool:
        """Whether the limit is disproved in the window (start, end] (D12)."""
        if not len(self.disproved):
            return False
        return bool(((self.disproved > start) & (self.disproved <= end)).any())


def rows_of(one: Rises, places: Ints) -> dict[str, Any]:
    """Columns of rows for rises at (run, sample)."""
    found = rises.steps_at(one.of, places)
    n, amount = len(found), found[:, rises.AMOUNT] * one.sign
    no = np.zeros(n, np.bool_)
    columns: dict[str, Any] = dict(zip(_PER_STEP, found[:, : rises.AMOUNT].T, strict=False))
    columns |= {"seen": ~no, "amount": amount, "low": amount, "high": amount}
    columns |= {"sign": np.full(n, one.sign, np.int64), "kind": np.zeros(n, np.uint8)}
    return columns | {"endless": no, "undecided": no, "rests": no}


_PER_STEP = (
    "t1",
    "t2",
    "start",
    "end",
    "seen",
    "amount",
    "low",
    "high",
    "sign",
    "endless",
    "undecided",
    "rests",
    "kind",
)


def flow_of(steps: Steps, role: str, *, net: bool = False) -> Flow:
    """One counter as a flow over all time."""
    known = joined(stretches_of(steps.border[:-1][steps.known], steps.border[1:][steps.known]))
    if steps.opens is None or steps.closes is None:
        opens: tuple[Open, ...] = (Open(FIRST, LAST, 1),)
    else:
        opens = (Open(FIRST, steps.opens, 1), Open(steps.closes, LAST, 1))
    return Flow(
        t1=steps.t1,
        t2=steps.t2,
        start=steps.start,
        end=steps.end,
        seen=steps.seen,
        amount=steps.amount,
        low=steps.low if net else _low_within_limit(steps),
        high=steps.high,
        sign=np.ones(len(steps.t2), np.int64),
        endless=~steps.high_bounded,
        undecided=steps.undecided,
        rests=_RESTING[steps.kind],
        kind=steps.kind,
        known=known,
        opens=opens,
        sources=(Source(role, steps, FIRST, LAST, _events_of(steps)),),
        max_rate=steps.max_rate,
        burst=steps.burst,
        disproved=steps.disproved,
        step_quantum=steps.step_quantum,
        net=net,
        rises=(Rises(steps.ordinary, 1),),
    )


def _low_within_limit(steps: Steps) -> Ints:
    """The low of each step counts no more of it than D12 allows in its interval."""
    if steps.max_rate is None:
        return steps.low
    most = allowed_each(steps.max_rate, steps.burst, steps.end - steps.start)
    return np.minimum(steps.low, most).astype(np.int64, copy=False)


def negative(flow: Flow) -> Flow:
    """The same pieces taken away."""
    return replace(
        flow,
        amount=-flow.amount,
        low=-flow.high,
        high=-flow.low,
        sign=-flow.sign,
        opens=tuple(Open(o.start, o.end, -o.sign) for o in flow.opens),
        rises=tuple(replace(one, sign=-one.sign) for one in flow.rises),
    )


def both(one: Flow, other: Flow) -> Flow:
    """Two flows added up; known where both are."""
    return _combined((one, other), intersect(one.known, other.known))


def within(flow: Flow, start: int, end: int) -> Flow:
    """The part of a flow in [start, end): a step that crosses an edge is bridged, from nothing to all of it."""
    flow = flow.parted(np.array([start, end], np.int64))
    touches = (flow.end > start) & (flow.start < end)
    crosses = touches & ~((flow.start >= start) & (flow.t2 <= end))
    cut = replace(
        flow,
        start=np.maximum(flow.start, start),
        end=np.minimum(flow.end, end),
        seen=flow.seen & ~crosses,
        amount=np.where(crosses, 0, flow.amount),
        low=np.where(crosses, np.minimum(flow.low, 0), flow.low),
        high=np.where(crosses, np.maximum(flow.high, 0), flow.high),
        known=clip(flow.known, start, end),
        opens=tuple(
            Open(max(o.start, start), min(o.end, end), o.sign)
            for o in flow.opens
            if max(o.start, start) < min(o.end, end)
        ),
        sources=tuple(replace(s, start=max(s.start, start), end=min(s.end, end)) for s in flow.sources),
        rises=tuple(
            replace(one, of=one.of._replace(runs=rises.between(one.of, start, end))) for one in flow.rises
        ),
    )
    return replace(cut, **{name: getattr(cut, name)[touches] for name in _PER_STEP})


def first_of(direct: Flow | None, derived: Flow | None) -> Flow | None:
    """The counter itself where it was read; before its first and after its last reading what the other two give."""
    if direct is None or derived is None:
        return direct if derived is None else derived
    begins, ends = _bounds(direct)
    parts = [within(direct, begins, ends)]
    if _bounds(derived)[0] < begins:
        parts.append(within(derived, FIRST, begins))
    else:
        parts.append(within(direct, FIRST, begins))
    if _bounds(derived)[1] > ends:
        parts.append(within(derived, ends, LAST))
    else:
        parts.append(within(direct, ends, LAST))
    return _combined(parts, joined(np.concatenate([part.known for part in parts])))


def _bounds(flow: Flow) -> tuple[int, int]:
    """Between the last instant before which and the first after which something of it is open."""
    begins = max((o.end for o in flow.opens if o.start == FIRST), default=FIRST)
    ends = min((o.start for o in flow.opens if o.end == LAST), default=LAST)
    return begins, max(begins, ends)


def _combined(parts: Iterable[Flow], known: Stretches) -> Flow:
    flows = list(parts)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(flow, name) for flow in flows]) for name in _PER_STEP
    }
    order = np.argsort(columns["t2"], kind="stable")
    rates = [flow.max_rate for flow in flows]
    stated = [rate for rate in rates if rate is not None]
    return Flow(
        **{name: column[order] for name, column in columns.items()},
        known=known,
        opens=tuple(o for flow in flows for o in flow.opens),
        sources=tuple(s for flow in flows for s in flow.sources if s.start < s.end),
        max_rate=max(stated) if len(stated) == len(rates) and stated else None,
        burst=max(flow.burst for flow in flows),
        disproved=ascending(*(flow.disproved for flow in flows)),
        rises=tuple(one for flow in flows for one in flow.rises if len(one.of.runs)),
    )


@dataclass(frozen=True, slots=True)
class PieceFlows:
    """The pieces of an asset; None where nothing tells. assumed: good is total because the plant file says so (D22)."""

    total: Flow | None
    good: Flow | None
    reject: Flow | None
    assumed: bool = False


def piece_flows(
    total: Flow | None, good: Flow | None, reject: Flow | None, *, assume_good: bool
) -> PieceFlows:
    """Any two of total, good and reject give the third (D22)."""
    derived_total = both(good, reject) if good is not None and reject is not None else None
    derived_good = both(total, negative(reject)) if total is not None and reject is not None else None
    derived_reject = both(total, negative(good)) if total is not None and good is not None else None
    all_good = first_of(good, derived_good)
    if all_good is None and total is not None and assume_good:
        return PieceFlows(total, total, None, assumed=True)
    return PieceFlows(first_of(total, derived_total), all_good, first_of(reject, derived_reject))
