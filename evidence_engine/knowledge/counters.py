"""Counters and registers: the steps between believed readings, each with its interval, value and bounds (D10–D12)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import counters as kernel
from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.limits import GLITCH_WINDOW, JUMP_FACTOR, PIECE_ROLES, Counting
from evidence_engine.knowledge.quanta import EXACT, one_quantum, to_quanta
from evidence_engine.knowledge.reading import Reading, margins_of, read, runs_of
from evidence_engine.knowledge.stretches import inside, joined, segments_at
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import parse_instant
from evidence_engine.vocabulary.plant import MeterExchange, Plant
from evidence_engine.vocabulary.roles import series_name


class StepKind(IntEnum):
    """What a step was taken for (D11)."""

    RISE = kernel.RISE
    RESET = kernel.RESET
    ROLLOVER = kernel.ROLLOVER
    GLITCH = kernel.GLITCH
    CORRECTION = kernel.CORRECTION
    UNDECIDED = kernel.UNDECIDED


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
    jumped: instants of the readings that were left out as jumps.
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
    """The steps of a counter under the limit `max_rate` (quanta per ns, None: no limit) and `burst` (quanta) of D12."""
    series = series_name(asset, role)
    samples = history.of(series)
    regimes = regimes_of(history, plant, series)
    facts = regimes[-1].facts
    net = facts.direction == "net"
    level, fit = to_quanta(samples.value, role)
    reading = read(history, plant, series, fit if net else fit & (level >= 0))
    step = max((one_quantum(r.facts.step, role) for r in regimes if r.facts.step), default=0)
    if role not in PIECE_ROLES:
        burst += max(step, 1)  # levels are rounded to whole quanta
    modulus = 0 if facts.modulus is None else one_quantum(facts.modulus, role)
    counting = Counting(max_rate, burst, modulus, net, jump_factor, glitch_window)
    base = _bases(plant, asset, role, samples.ts)
    judged = _judged(reading, level, base, counting)
    return _steps(reading, judged, counting, step, _found(plant, asset, role, level, reading))


@dataclass(frozen=True, slots=True)
class _Judged:
    """The kernel's rows by t2, its verdict on each good reading, and the sample that each one is."""

    rows: NDArray[np.int64]
    verdict: NDArray[np.int8]
    sample: NDArray[np.int64]

    def column(self, index: int) -> NDArray[np.int64]:
        """One column of the rows."""
        return self.rows[:, index]


def _judged(
    reading: Reading, level: NDArray[np.int64], base: NDArray[np.int64], counting: Counting
) -> _Judged:
    good = np.flatnonzero(reading.good)
    ts, until = reading.ts[good], reading.until[good]
    known = np.concatenate([np.zeros(1, np.int64), np.cumsum(until - ts)])
    of = kernel.Readings(
        ts,
        level[good] + base[good],
        base[good],
        until,
        reading.resolution[good],
        reading.error[good],
        reading.looks[good],
        reading.off[good],
        known,
    )
    rows, verdict = kernel.judge(of, counting.for_kernel())
    return _Judged(rows[np.lexsort((rows[:, kernel.START], rows[:, kernel.TO]))], verdict, good)


def _bases(plant: Plant, asset: str, role: str, ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """What each reading is shifted by, so that declared exchanges of the meter leave no step (D11)."""
    base = np.zeros(len(ts), np.int64)
    for exchange in _exchanges(plant, asset, role):
        shift = one_quantum(exchange.old_end, role) - one_quantum(exchange.new_start, role)
        base[ts >= parse_instant(exchange.time, plant.zone)] += shift
    return base


def _exchanges(plant: Plant, asset: str, role: str) -> list[MeterExchange]:
    return [exchange for exchange in plant.assets[asset].exchanges if exchange.role == role]


def _steps(reading: Reading, judged: _Judged, counting: Counting, step: int, limitations: list[str]) -> Steps:
    good = np.zeros(len(reading.ts), np.bool_)
    good[judged.sample] = judged.verdict == kernel.BELIEVED
    trusted = reading.believing(good)
    border, known, sure = _known(trusted)
    opens, closes = _open_ends(reading, trusted, judged)
    disproved = _disproved(reading, judged, counting)
    kind = judged.column(kernel.KIND).astype(np.uint8)
    found = {*limitations, *_said(kind, judged, counting), *(["limit_disproved"] if len(disproved) else [])}
    return Steps(
        t1=reading.ts[judged.sample][judged.column(kernel.FROM)],
        t2=reading.ts[judged.sample][judged.column(kernel.TO)],
        start=judged.column(kernel.START),
        end=judged.column(kernel.END),
        seen=judged.column(kernel.SEEN) == 1,
        amount=judged.column(kernel.AMOUNT),
        low=judged.column(kernel.LOW),
        high=judged.column(kernel.HIGH),
        high_bounded=judged.column(kernel.BOUNDED) == 1,
        undecided=kind == StepKind.UNDECIDED,
        kind=kind,
        border=border,
        known=known,
        sure=sure,
        opens=opens,
        closes=closes,
        disproved=disproved,
        max_rate=counting.max_rate,
        burst=counting.burst,
        step_quantum=step,
        jumped=reading.ts[judged.sample[judged.verdict == kernel.JUMPED]],
        limitations=tuple(sorted(found)),
    )


def _known(trusted: Reading) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Segments of plain and of sure knowledge."""
    first, last = runs_of(trusted)
    runs = np.stack([trusted.ts[first], trusted.until[last]], axis=1)
    margins = margins_of(trusted)
    border = np.unique(np.concatenate([runs.ravel(), margins.ravel()]))
    known = inside(runs, border[:-1])
    return border, known, known & ~inside(joined(margins), border[:-1])


def _open_ends(reading: Reading, trusted: Reading, judged: _Judged) -> tuple[int | None, int | None]:
    """Until when nothing is counted yet, and from when on no more."""
    believed = np.flatnonzero(trusted.good)
    if not len(believed):
        return None, None
    first, last = believed[0], believed[-1]
    opens = int(reading.ts[first] + reading.error[first])
    margin = max(reading.looks[last] + reading.off[last], 1)
    closes = int(max(reading.ts[last] - reading.off[last], reading.until[last] - margin))
    if len(judged.rows) and judged.rows[-1, kernel.KIND] == kernel.UNDECIDED:
        end = judged.sample[-1]
        closes = int(reading.ts[end] - reading.error[end])
    return opens, closes


def _disproved(reading: Reading, judged: _Judged, counting: Counting) -> NDArray[np.int64]:
    """Instants at which the seen steps are more than the limit of D12 allows, in one direction.

    A net register that wavers about a multiple of its step shows many steps and takes next to nothing.
    """
    if counting.max_rate is None:
        return np.empty(0, np.int64)
    seen = judged.rows[judged.column(kernel.SEEN) == 1]
    sample, before = judged.sample[seen[:, kernel.TO]], judged.sample[seen[:, kernel.FROM]]
    resolution = np.maximum(reading.looks[before], reading.resolution[sample])
    error = np.maximum(reading.off[before], reading.error[sample])
    reach = resolution + 2 * error
    amounts, limit = seen[:, kernel.AMOUNT], counting.for_kernel()
    found = kernel.disproofs(reading.ts[sample], amounts, reach, limit)
    if not counting.net:
        return found
    return np.union1d(found, kernel.disproofs(reading.ts[sample], -amounts, reach, limit))


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


def _said(kind: NDArray[np.uint8], judged: _Judged, counting: Counting) -> Iterator[str]:
    """Codes of what was found in the whole history."""
    yield from codes_of(kind, judged.column(kernel.SEEN) == 1)
    if (judged.verdict == kernel.JUMPED).any():
        yield "jump"
    if counting.max_rate is None and len(judged.verdict):
        yield "no_limit"


def _found(plant: Plant, asset: str, role: str, level: NDArray[np.int64], reading: Reading) -> list[str]:
    """Codes of what the readings rest on."""
    found = list(reading.limitations)
    if _exchanges(plant, asset, role):
        found.append("meter_exchange")
    if (np.abs(level[reading.good]) > EXACT).any():
        found.append("precision_lost")
    return found
