"""Where a series is at rest: from which row on its columns tell all that they tell together with the rows before (D7).

All knowledge is local but for these, and each has an instant `at` behind which nothing reaches:
1. What a row says reaches at most r + 4e back and ahead of it (D5, D10): rows are kept from `reach` before `at` on.
2. A stay, a change of product or a value that was seen too short goes on from what was before it: at `at` and for
   `reach` before it one value is sure, and a row behind it says that no later change can lie there.
3. A counter's readings are judged by those within the glitch window (D11): for so long before the first row that is kept
   nothing was judged. D12's bucket is empty at `at`, whatever was in it before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels import rises
from evidence_engine.knowledge.counters import StepKind, Steps
from evidence_engine.knowledge.facts import Regime
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.limits import GLITCH_WINDOW
from evidence_engine.knowledge.stretches import (
    FIRST,
    LAST,
    Stretches,
    clip,
    complement,
    intersect,
    joined,
    stretches_of,
)
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import UNKNOWN

Instants = NDArray[np.int64]

LOOKED_AT = 6 * HOUR
"""So much of a calm stretch is searched for an empty bucket at first: spelling out a year's rises is dear."""


@dataclass(frozen=True, slots=True)
class Rest:
    """`row`: the first that has to be kept · `at`: the instant of rest."""

    row: int
    at: int


def reach_of(regimes: Sequence[Regime], since: int = FIRST) -> int:
    """How far the word of a row from `since` on reaches at most: r + 4e, and a ns for what lies just before."""
    ends = [*(regime.start for regime in regimes[1:]), LAST]
    held = [regime for regime, end in zip(regimes, ends, strict=True) if end > since]
    return max(regime.resolution + 4 * regime.error for regime in held) + 1


def rest_in(calm: Stretches, ts: Instants, limit: int, reach: int) -> Rest | None:
    """The last rest at or before `limit` that has `reach` of one calm stretch before it; None where there is none."""
    if not len(ts) or not len(calm):
        return None
    at = np.minimum(calm[:, 1] - 1, min(limit, int(ts[-1]) - reach))
    fits = np.flatnonzero(at - reach >= calm[:, 0])
    if not len(fits):
        return None
    found = int(at[fits[-1]])
    return Rest(int(np.searchsorted(ts, found - reach, "right")) - 1, found)


def sure_time(held: Held, value: int | None = None) -> Stretches:
    """Each stretch in which one value is known and sure: any, or this one."""
    fits = (held.plain != UNKNOWN) & ((held.may & (held.may - np.uint64(1))) == 0)
    if value is not None:
        fits &= held.plain == value
    return np.stack([held.border[:-1][fits], held.border[1:][fits]], axis=1)


def calm_time(steps: Steps) -> Stretches:
    """Where a counter is known, with nothing but ordinary rises for a glitch window."""
    known = joined(stretches_of(steps.border[:-1][steps.known], steps.border[1:][steps.known]))
    odd = (steps.kind != int(StepKind.RISE)) | ~steps.seen
    odd |= (steps.low != steps.amount) | (steps.high != steps.amount)
    begin = np.append(steps.start[odd], steps.jumped)
    end = np.append(steps.end[odd], steps.jumped) + GLITCH_WINDOW + 1
    settled = stretches_of(known[:, 0] + GLITCH_WINDOW, known[:, 1])
    return intersect(settled, complement(joined(stretches_of(begin, end)), FIRST, LAST))


def rest_of_counter(steps: Steps, ts: Instants, limit: int, reach: int) -> Rest | None:
    """The last rest of a counter at or before `limit`; reach: also r + 2e at most, for which a bucket may be ahead."""
    if not len(ts):
        return None
    for start, end in clip(calm_time(steps), FIRST, min(limit, int(ts[-1]) - reach))[::-1].tolist():
        for since in _backwards(start, end):
            empty = _emptied(steps, since, end, reach)
            if empty is not None and empty - reach >= start:
                return rest_in(np.array([[start, empty + 1]], np.int64), ts, empty, reach)
    return None


def _backwards(start: int, end: int) -> Iterator[int]:
    """Ever earlier instants, the last of them `start`."""
    length = LOOKED_AT
    while end - length > start:
        yield end - length
        length *= 4
    yield start


def _emptied(steps: Steps, start: int, end: int, reach: int) -> int | None:
    """The last instant of a calm stretch at which D12's bucket is surely empty, None where none is.

    What a bucket holds after a step that did not disprove the limit is at most burst + max_rate × (r + 2e): begin with
    that, and let it drain. Numbers are rounded to the safe side.
    """
    if steps.max_rate is None:
        return end
    at, amount = _seen_in(steps, start, end)
    begin = start
    if (steps.disproved <= start).any():
        fine = np.flatnonzero(~np.isin(at, steps.disproved))
        if not len(fine):
            return None
        begin, at, amount = int(at[fine[0]]), at[fine[0] + 1 :], amount[fine[0] + 1 :]
    rate = float(steps.max_rate)
    instants = np.append(at - 1, end)
    held = np.append(0, np.cumsum(amount)) - rate * (instants - begin)
    most = -(steps.burst + rate * reach + 1)
    lowest = np.minimum.accumulate(np.append(most, held))[:-1]
    spare = 1e-9 * (float(amount.sum()) + rate * (end - begin) - most)
    fits = np.flatnonzero(held + spare <= lowest)
    return int(instants[fits[-1]]) if len(fits) else None


def _seen_in(steps: Steps, start: int, end: int) -> tuple[Instants, Instants]:
    """(t2, |amount|) of the steps of a calm stretch that are booked in (start, end]."""
    places = rises.touching(steps.ordinary, np.array([start], np.int64), np.array([end], np.int64))
    found = rises.steps_at(steps.ordinary, places)
    at = np.append(found[:, rises.T2], steps.t2)
    amount = np.append(found[:, rises.AMOUNT], np.abs(steps.amount))
    order = np.argsort(at, kind="stable")
    order = order[(at[order] > start) & (at[order] <= end)]
    return at[order], amount[order]
