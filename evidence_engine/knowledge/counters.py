"""Counters and registers: the steps between believed readings, each with its interval, value and bounds (D10–D12)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import counters as judge
from evidence_engine.kernels import counting as kernel
from evidence_engine.kernels import rises
from evidence_engine.kernels import series as dense
from evidence_engine.kernels.rises import Ordinary, every
from evidence_engine.knowledge.limits import GLITCH_WINDOW, JUMP_FACTOR, PIECE_ROLES, Counting
from evidence_engine.knowledge.quanta import LARGEST, one_quantum, scale_of
from evidence_engine.knowledge.reading import Links, Sight, margins, sight_of
from evidence_engine.knowledge.stretches import ascending, inside, joined, segments_at
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import MeterExchange, Plant
from evidence_engine.vocabulary.roles import series_name


class StepKind(IntEnum):
    """What a step was taken for (D11)."""

    RISE = judge.RISE
    RESET = judge.RESET
    ROLLOVER = judge.ROLLOVER
    GLITCH = judge.GLITCH
    CORRECTION = judge.CORRECTION
    UNDECIDED = judge.UNDECIDED


NOTHING = Ordinary(
    np.empty(0, np.int64), np.empty(0, np.float64), 1, np.empty((0, kernel.RUN_COLUMNS), np.int64)
)
"""No ordinary rise at all."""

_ROWS = ("t1", "t2", "start", "end", "seen", "amount", "low", "high", "high_bounded", "undecided", "kind")


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one counter, ascending in t2; amounts in quanta of the role, all arrays of one length n.

    t1, t2: the believed readings · (start, end]: the interval of D10 · seen: all between is known; `amount` then
    books at t2 · low, high: bounds of the step, high only where high_bounded · undecided: D11, a figure that
    touches it is provisional · kind: StepKind. Steps of nothing are left out.

    border, known, sure: segments in which the counter is known by the plain reading, and surely (without the margins
    of D5); outside of them it is unknown · opens: what happened up to this instant is not in any step, `closes`:
    from this instant on neither; D12 bounds both; None without a good reading · disproved: instants t2 at which
    D12's limit is disproved: a high of a window that holds one is not bounded · max_rate, burst: D12's limit as it was
    applied, the register's step included · step_quantum: the register shows only multiples of it, 0 if any value ·
    jumped: instants of the readings that were left out as jumps · ordinary: seen rises within D12's limit that have no
    row here, low = high = amount, read off the samples where they are needed.
    """

    t1: NDArray[np.int64]
    t2: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    seen: NDArray[np.bool_]
    amount: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    high_bounded: NDArray[np.bool_]
    undecided: NDArray[np.bool_]
    kind: NDArray[np.uint8]
    border: NDArray[np.int64]
    known: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    opens: int | None
    closes: int | None
    disproved: NDArray[np.int64]
    max_rate: Fraction | None
    burst: int
    step_quantum: int
    jumped: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    limitations: tuple[str, ...] = ()
    ordinary: Ordinary = NOTHING

    def spelled_out(self) -> "Steps":
        """With a row for each ordinary rise."""
        return self.exposing(every(self.ordinary))

    def exposing(self, places: NDArray[np.int64]) -> "Steps":
        """With a row for each of these ordinary rises, int64[k, 2] of (run, sample), ascending."""
        if not len(places):
            return self
        found = rises.steps_at(self.ordinary, places)
        n, amount = len(found), found[:, rises.AMOUNT]
        yes, no = np.ones(n, np.bool_), np.zeros(n, np.bool_)
        more: dict[str, NDArray[Any]] = dict(zip(_ROWS, found[:, : rises.AMOUNT].T, strict=False))
        more |= {"seen": yes, "amount": amount, "low": amount, "high": amount, "high_bounded": yes}
        more |= {"undecided": no, "kind": np.zeros(n, np.uint8)}
        both: dict[str, Any] = {name: np.concatenate([getattr(self, name), more[name]]) for name in _ROWS}
        order = np.lexsort((both["start"], both["t2"]))
        sorted_rows = {name: column[order] for name, column in both.items()}
        left = self.ordinary._replace(runs=rises.without(self.ordinary, places))
        return replace(self, **sorted_rows, ordinary=left)

    def at(self, instants: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(known, sure) at each instant."""
        index = segments_at(self.border, instants)
        if not len(self.known):
            return index >= 0, index >= 0
        return (index >= 0) & self.known[index], (index >= 0) & self.sure[index]

    def limitations_in(self, start: int, end: int) -> tuple[str, ...]:
        """The codes that a figure of the window (start, end] carries: of the steps only those that touch it."""
        touching = (self.end > start) & (self.start < end)
        found = set(self.limitations) - EVENTS | codes_of(self.kind[touching], self.seen[touching])
        if not ((self.jumped > start) & (self.jumped <= end)).any():
            found.discard("jump")
        if not ((self.disproved > start) & (self.disproved <= end)).any():
            found.discard("limit_disproved")
        return tuple(sorted(found))

    def runs_in(self, start: int, end: int) -> int:
        """How many runs between resets and corrections touch (start, end]: each adds ± one register step (D10)."""
        breaks = np.isin(self.kind, (StepKind.RESET, StepKind.CORRECTION))
        return 1 + int((breaks & (self.end > start) & (self.start < end)).sum())


def steps_of(
    history: History,
    plant: Plant,
    asset: str,
    role: str,
    max_rate: Fraction | None,
    burst: int,
    jump_factor: int = JUMP_FACTOR,
    glitch_window: int = GLITCH_WINDOW,
) -> Steps:
    """Every step of a counter under the limit `max_rate` (quanta per ns, None: no limit) and `burst` (quanta) of D12."""
    limit = Counting(max_rate, burst, jump_factor=jump_factor, glitch_window=glitch_window)
    return counted_of(Links(history, plant), asset, role, limit).spelled_out()


def counted_of(links: Links, asset: str, role: str, limit: Counting) -> Steps:
    """The same with its ordinary rises left as they are; the facts of the series complete the limit."""
    series, plant = series_name(asset, role), links.plant
    sight = sight_of(links, series, _exchanged(plant, asset, role))
    facts = sight.regimes[-1].facts
    step = max((one_quantum(r.facts.step, role) for r in sight.regimes if r.facts.step), default=0)
    counting = replace(
        limit,
        burst=limit.burst
        if role in PIECE_ROLES
        else limit.burst + max(step, 1),  # levels are rounded to whole quanta
        modulus=0 if facts.modulus is None else one_quantum(facts.modulus, role),
        net=facts.direction == "net",
    )
    scale = scale_of(role)
    counter = kernel.Counter(scale, LARGEST / scale, int(counting.net))
    found = kernel.count(
        sight.series, sight.proof, counter, counting.for_kernel(), counting.for_quick_looks()
    )
    limitations = set(sight.limitations(int(found.summary[kernel.FLAGS])))
    if _exchanges(plant, asset, role):
        limitations.add("meter_exchange")
    return _steps(sight, scale, found, counting, step, limitations)


def _exchanged(plant: Plant, asset: str, role: str) -> dict[int, int]:
    """Instant of each declared exchange of the meter → what readings are shifted by from then on (D11)."""
    found: dict[int, int] = {}
    for exchange in _exchanges(plant, asset, role):
        instant = parse_instant(exchange.time, plant.zone)
        shift = one_quantum(exchange.old_end, role) - one_quantum(exchange.new_start, role)
        found[instant] = found.get(instant, 0) + shift
    return found


def _exchanges(plant: Plant, asset: str, role: str) -> list[MeterExchange]:
    return [exchange for exchange in plant.assets[asset].exchanges if exchange.role == role]


def _steps(
    sight: Sight, scale: int, found: kernel.Counted, counting: Counting, step: int, limitations: set[str]
) -> Steps:
    ts = sight.series.ts
    rows = found.rows[np.lexsort((found.rows[:, judge.START], found.rows[:, judge.TO]))]
    kind, seen = rows[:, judge.KIND].astype(np.uint8), rows[:, judge.SEEN] == 1
    border, known, sure = _known(found.known)
    opens, closes = _open_ends(sight, found.summary)
    limitations |= set(_said(kind, seen, found, counting))
    steps = Steps(
        t1=ts[rows[:, judge.FROM]],
        t2=ts[rows[:, judge.TO]],
        start=rows[:, judge.START],
        end=rows[:, judge.END],
        seen=seen,
        amount=rows[:, judge.AMOUNT],
        low=rows[:, judge.LOW],
        high=rows[:, judge.HIGH],
        high_bounded=rows[:, judge.BOUNDED] == 1,
        undecided=kind == StepKind.UNDECIDED,
        kind=kind,
        border=border,
        known=known,
        sure=sure,
        opens=opens,
        closes=closes,
        disproved=ascending(found.disproved[:, 0]),
        max_rate=counting.max_rate,
        burst=counting.burst,
        step_quantum=step,
        jumped=ts[found.jumped[:, 0]],
        limitations=tuple(sorted(limitations)),
    )
    steps = _with_ordinary(steps, Ordinary(ts, sight.series.value, scale, found.runs))
    return _disproved_exactly(steps, sight, counting) if found.summary[kernel.SUSPECT] else steps


def _with_ordinary(steps: Steps, of: Ordinary) -> Steps:
    """Where r or e change, the rises around get rows, so that starts and ends of what is left ascend."""
    runs = of.runs
    same = (runs[1:, kernel.RUN_R : kernel.RUN_T1] == runs[:-1, kernel.RUN_R : kernel.RUN_T1]).all(axis=1)
    edges = np.flatnonzero(~same) + 1
    if not len(edges):
        return replace(steps, ordinary=of)
    reach = 2 * int(runs[:, kernel.RUN_E].max()) + 1
    borders = of.ts[runs[edges, kernel.FIRST_ROW]]
    around = joined(np.stack([borders - reach, borders + reach], axis=1))
    places = []
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(runs)], strict=True):
        part = rises.touching(of._replace(runs=runs[first:last]), around[:, 0], around[:, 1])
        part[:, 0] += first
        places.append(part)
    return replace(steps, ordinary=of).exposing(np.concatenate(places))


def _disproved_exactly(steps: Steps, sight: Sight, counting: Counting) -> Steps:
    """D12's bucket over every seen step, where the quick look could not tell; in a net register both ways."""
    every_step = steps.spelled_out()
    seen = every_step.seen
    at, amount = every_step.t2[seen], every_step.amount[seen]
    before = every_step.t1[seen]
    reach = _reach(sight, before, at)
    limit = counting.for_kernel()
    found = judge.disproofs(at, amount, reach, limit)
    if counting.net:
        found = np.union1d(found, judge.disproofs(at, -amount, reach, limit))
    codes = {*steps.limitations} - {"limit_disproved"} | ({"limit_disproved"} if len(found) else set())
    return replace(steps, disproved=found, limitations=tuple(sorted(codes)))


def _reach(sight: Sight, before: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """r + 2e of each seen step: the largest that holds from the reading before it to its own."""
    regimes = sight.proof.regimes
    first = np.searchsorted(regimes[:, 0], before, "right") - 1
    last = np.searchsorted(regimes[:, 0], at, "right") - 1
    found = regimes[:, 1:][first]
    for row in np.flatnonzero(last > first).tolist():
        found[row] = regimes[first[row] : last[row] + 1, 1:].max(axis=0)
    return found[:, 0] + 2 * found[:, 1]


def _known(
    runs: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Segments of plain and of sure knowledge out of runs with their margins."""
    spans = runs[:, :2]
    unsure = margins(runs[:, 0], runs[:, 1], runs[:, 2], runs[:, 3])
    border = ascending(spans.ravel(), unsure.ravel())
    known = inside(spans, border[:-1])
    return border, known, known & ~inside(joined(unsure), border[:-1])


def _open_ends(sight: Sight, summary: NDArray[np.int64]) -> tuple[int | None, int | None]:
    """Until when nothing is counted yet, and from when on no more."""
    first, last = int(summary[kernel.FIRST_GOOD]), int(summary[kernel.LAST_BELIEVED])
    if first < 0:
        return None, None
    ts, spans, regimes = sight.series.ts, sight.proof.spans, sight.proof.regimes
    opens = sight.before.opens
    if opens is None:
        opens = int(ts[first]) + int(spans[_span(sight, first), dense.E])
    if summary[kernel.IS_UNDECIDED]:
        end = int(summary[kernel.LAST_GOOD])
        return opens, int(ts[end]) - int(spans[_span(sight, end), dense.E])
    at, until = int(ts[last]), int(dense.until_of(spans, _span(sight, last), ts, last))
    looks, off = (int(dense.largest(regimes, column, at, until)) for column in (1, 2))
    return opens, max(at - off, until - max(looks + off, 1))


def _span(sight: Sight, row: int) -> int:
    return int(np.searchsorted(sight.proof.spans[:, dense.START], sight.series.ts[row], "right")) - 1


_CODES = (
    (StepKind.RESET, "reset"),
    (StepKind.ROLLOVER, "rollover"),
    (StepKind.GLITCH, "glitch"),
    (StepKind.CORRECTION, "correction"),
    (StepKind.UNDECIDED, "undecided_fall"),
)

EVENTS = frozenset({code for _, code in _CODES} | {"assumes_no_hidden_reset", "assumes_one_disturbance"})
"""Codes that belong to single steps: a window carries those of the steps that touch it, `codes_of` says which."""


def codes_of(kind: NDArray[np.uint8], seen: NDArray[np.bool_]) -> set[str]:
    """The limitations of some steps, out of EVENTS: what they were taken for, and what that assumes ((d), (e))."""
    found = {code for each, code in _CODES if (kind == each).any()}
    if found:
        found.add("assumes_one_disturbance")
    if ((kind == StepKind.RISE) & ~seen).any():
        found.add("assumes_no_hidden_reset")
    return found


def _said(
    kind: NDArray[np.uint8], seen: NDArray[np.bool_], found: kernel.Counted, counting: Counting
) -> Iterator[str]:
    """Codes of what was found in the whole history."""
    yield from codes_of(kind, seen)
    if len(found.jumped):
        yield "jump"
    if len(found.disproved):
        yield "limit_disproved"
    if counting.max_rate is None and found.summary[kernel.FIRST_GOOD] >= 0:
        yield "no_limit"
