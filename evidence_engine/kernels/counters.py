"""Judging what is no ordinary rise of a counter: resets, rollovers, glitches, jumps, corrections (D10–D12).

Everything is an integer: instants and lengths in ns, amounts in the quantum of the role, the limit of D12 as
num / den quanta per ns plus a burst. The caller keeps num * factor * den below 2**62, so no product overflows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.compiling import compiled, only_for_loops

RISE, RESET, ROLLOVER, GLITCH, CORRECTION, UNDECIDED = 0, 1, 2, 3, 4, 5
LEFT_OUT = 6
"""Kinds of steps. UNDECIDED: a fall or jump whose glitch window has not passed (D11); LEFT_OUT: no step."""

BELIEVED, JUMPED, MISREAD = 1, 0, -1
"""Verdicts on a reading. JUMPED: a rise that is not credible; MISREAD: within a glitch, or nobody can tell yet."""

NONE, PENDING, FURTHER = -1, -2, -3
"""Instead of an index: there is none; nobody can tell yet; more readings have to be looked at."""

GOES_ON, NEEDS_MORE, ENDED = 0, 1, 2
"""What judging came to: a reading from which it goes on, the end of the readings given, the end of all."""

COLUMNS = 10
FROM, TO, START, END, SEEN, AMOUNT, LOW, HIGH, KIND, BOUNDED = range(COLUMNS)
"""Columns of a row of steps; FROM and TO are samples."""

READ_COLUMNS = 12
TS, VALUE, BASE, UNTIL, RESOLUTION, ERROR, LOOKS, OFF, KNOWN, SAMPLE, SPAN, VERDICT = range(READ_COLUMNS)
"""Columns of a good reading: BASE stands for zero (0, unless a meter was exchanged) · UNTIL: when knowledge of it ended ·
r and e at the reading, and their largest while it is known (D31) · KNOWN: known time before it, from the first one on ·
its sample, the span of that, and what it was found to be."""


class Readings(NamedTuple):
    """Some good readings of one counter, int64[n + 1, READ_COLUMNS]; of the last row only KNOWN counts, the total.

    final: 1 where no others follow.
    """

    rows: NDArray[np.int64]
    final: int


class Limit(NamedTuple):
    """D12 and D11 as numbers. `bounded` 0: no limit is known; `modulus` 0: none; `net` 1: the register may fall."""

    bounded: int
    num: int
    den: int
    burst: int
    factor: int
    window: int
    modulus: int
    net: int


@compiled
def most(limit: Limit, length: int, times: int) -> int:
    """⌊times × (max_rate × length + burst)⌋ quanta (D12), without a product above num × times × den."""
    num = limit.num * times
    whole = length // limit.den
    rest = length - whole * limit.den
    return num * whole + (num * rest) // limit.den + times * limit.burst


@compiled
def _seen(of: Readings, i: int, j: int) -> bool:
    """All of [ts[i], ts[j]) is known (D10)."""
    return j == i + 1 and of.rows[i, UNTIL] == of.rows[j, TS]


@compiled
def _leaves(of: Readings, i: int) -> int:
    """The last instant at which what comes after reading i can't have begun: r + e before knowledge of it ended.

    Knowledge ends just before `until`, so with r = e = 0 a piece at `until` itself is already unknown; what came
    more than e before the reading itself is in it.
    """
    return int(
        max(of.rows[i, TS] - of.rows[i, OFF], of.rows[i, UNTIL] - max(of.rows[i, LOOKS] + of.rows[i, OFF], 1))
    )


@compiled
def _start(of: Readings, i: int, j: int) -> int:
    """Where the interval of the step i → j begins (D10); it ends at ts[j] + error[j]."""
    if not _seen(of, i, j):
        return _leaves(of, i)
    error, resolution = (
        max(of.rows[i, OFF], of.rows[j, ERROR]),
        max(of.rows[i, LOOKS], of.rows[j, RESOLUTION]),
    )
    return int(min(max(of.rows[i, TS], of.rows[j, TS] - resolution) - error, of.rows[j, TS] - 1))


@compiled
def _length(of: Readings, i: int, j: int) -> int:
    return int(of.rows[j, TS] + of.rows[j, ERROR] - _start(of, i, j))


@only_for_loops
def _credible(of: Readings, limit: Limit, i: int, j: int, amount: int) -> bool:
    """At most `factor` × what D12 allows in the step's own interval (D11)."""
    return limit.bounded == 0 or abs(amount) <= most(limit, _length(of, i, j), limit.factor)


@only_for_loops
def _return_of(of: Readings, limit: Limit, i: int, j: int) -> int:
    """The reading with which the fall i → j would be over as a glitch, NONE, PENDING or FURTHER (D11)."""
    n = len(of.rows) - 1
    for k in range(j + 1, n):
        if of.rows[k, KNOWN] - of.rows[j, KNOWN] > limit.window:
            return NONE
        rise = of.rows[k, VALUE] - of.rows[i, VALUE]
        if rise >= 0 and _credible(of, limit, i, k, rise):
            return k
    if of.final == 0:
        return FURTHER
    return NONE if of.rows[n, KNOWN] - of.rows[j, KNOWN] >= limit.window else PENDING


@compiled
def _followed(of: Readings, limit: Limit, j: int) -> int:
    """1: all that follows the jump to j for the glitch window is credible from it; 0: not; PENDING; FURTHER."""
    n = len(of.rows) - 1
    for k in range(j + 1, n):
        if of.rows[k, KNOWN] - of.rows[j, KNOWN] > limit.window:
            return 1
        amount = of.rows[k, VALUE] - of.rows[k - 1, VALUE]
        if (amount < 0 and limit.net == 0) or not _credible(of, limit, k - 1, k, amount):
            return 0
    if of.final == 0:
        return FURTHER
    return 1 if of.rows[n, KNOWN] - of.rows[j, KNOWN] >= limit.window else PENDING


@compiled
def _rises(of: Readings, j: int, k: int) -> int:
    """The sum of the rises between readings j and k."""
    total = 0
    for m in range(j + 1, k + 1):
        total += max(of.rows[m, VALUE] - of.rows[m - 1, VALUE], 0)
    return total


@only_for_loops
def _rollover(of: Readings, limit: Limit, i: int, j: int, credible: int) -> int:
    """The amount of the fall i → j as a rollover, NONE where it can't be one."""
    if limit.modulus == 0 or of.rows[i, BASE] != of.rows[j, BASE]:
        return NONE
    if of.rows[i, VALUE] - of.rows[i, BASE] >= limit.modulus or of.rows[j, VALUE] < of.rows[j, BASE]:
        return NONE
    amount = of.rows[j, VALUE] - of.rows[i, VALUE] + limit.modulus
    fits = 2 * amount <= limit.modulus and (limit.bounded == 0 or amount <= credible)
    return int(amount) if fits else NONE


@compiled
def _reset(of: Readings, limit: Limit, i: int, j: int, credible: int) -> int:
    """The amount of the fall i → j as a reset, NONE where it can't be one."""
    amount = of.rows[j, VALUE] - of.rows[j, BASE]
    fits = (
        amount >= 0
        and 2 * amount <= of.rows[i, VALUE] - of.rows[j, BASE]
        and (limit.bounded == 0 or amount <= credible)
    )
    return int(amount) if fits else NONE


@only_for_loops
def _covering(of: Readings, limit: Limit, i: int, largest: int) -> tuple[int, int, int, int, int, int]:
    """The finding that covers all from reading i to the last one: from nothing to the most that any story allows."""
    end = len(of.rows) - 2
    if limit.bounded:
        length = of.rows[end, TS] + of.rows[end, ERROR] - _leaves(of, i)
        largest = max(largest, most(limit, length, 1))
    return UNDECIDED, end, 0, -largest if limit.net else 0, largest, NONE


@only_for_loops
def _jump(of: Readings, limit: Limit, i: int, j: int, allowed: int) -> tuple[int, int, int, int, int, int]:
    """What a rise (in a net register any change) that is not credible was: (kind, to, amount, low, high, back)."""
    followed = _followed(of, limit, j)
    if followed == 1:
        return CORRECTION, j, 0, -allowed if limit.net else 0, allowed, NONE
    if followed == 0:
        return LEFT_OUT, j, 0, 0, 0, NONE
    if followed == FURTHER:
        return LEFT_OUT, j, 0, 0, 0, FURTHER
    return _covering(of, limit, i, allowed)


@only_for_loops
def _fall(
    of: Readings, limit: Limit, i: int, j: int, allowed: int, credible: int
) -> tuple[int, int, int, int, int, int]:
    """What the fall i → j was: (kind, to, amount, low, high, back).

    `to`: the reading with which it is over, for a glitch its return · back: where the value takes another story, the
    return that the fall would have as a glitch, NONE without one.
    """
    rollover = _rollover(of, limit, i, j, credible)
    reset = _reset(of, limit, i, j, credible)
    largest = max(allowed, rollover)
    if reset >= 0:
        largest = max(largest, reset + allowed)
    back = _return_of(of, limit, i, j)
    if back == FURTHER:
        return LEFT_OUT, j, 0, 0, 0, FURTHER
    if back == PENDING:
        return _covering(of, limit, i, largest + _rises(of, j, len(of.rows) - 2))
    if back >= 0:
        step = of.rows[back, VALUE] - of.rows[i, VALUE]
        last = of.rows[back, VALUE] - of.rows[back - 1, VALUE]
        if last < 0 or not _credible(of, limit, back - 1, back, last):
            return GLITCH, back, step, step, step, NONE
        if rollover >= 0:
            return GLITCH, back, step, step, max(step, largest + _rises(of, j, back)), NONE
    if rollover >= 0:
        return ROLLOVER, j, rollover, 0, largest, back
    if reset >= 0:
        return RESET, j, reset, 0, largest, back
    return CORRECTION, j, 0, 0, largest, back


@compiled
def _say(of: Readings, first: int, last: int, verdict: int) -> None:
    """Of the readings from the first to before the last."""
    for k in range(first, last):
        of.rows[k, VERDICT] = verdict


@compiled
def judge(of: Readings, limit: Limit) -> tuple[NDArray[np.int64], int, int]:
    """Steps from reading 0, which is believed: int64[m, COLUMNS], how it ended, and where; the readings get verdicts.

    1. A credible rise is a step; a rise that is not is a jump: a bad reading, or a correction if what follows agrees.
    2. A fall is looked at with its return, if it has one: glitch, rollover, reset, correction, in this order.
    3. Where a return exists but is as credible from the reading before it, both stories stay inside the bounds: the
       rises up to the return have low 0, and a row of its own says what the glitch would have hidden.
    4. Nothing after an undecided fall or jump is believed: one row covers it all.
    5. It stops at the first believed reading that no glitch's story covers.
    """
    n = len(of.rows) - 1
    rows = np.zeros((2 * n + 2, COLUMNS), np.int64)
    _say(of, 0, n, BELIEVED)
    m = 0
    soft = NONE  # up to this reading the rises may be a glitch's
    i = 0
    j = 1
    ended = ENDED if of.final == 1 else NEEDS_MORE
    while j < n:
        if i > 0 and i >= soft and j == i + 1:  # (5)
            break
        change = of.rows[j, VALUE] - of.rows[i, VALUE]
        length = _length(of, i, j)
        allowed, credible = most(limit, length, 1), most(limit, length, limit.factor)
        kind, to, amount, low, high, back = RISE, j, change, change, change, NONE
        if change < 0 and limit.net == 0:
            kind, to, amount, low, high, back = _fall(
                of, limit, i, j, allowed * limit.bounded, credible
            )  # (2)
        elif limit.bounded and abs(change) > credible:
            kind, to, amount, low, high, back = _jump(of, limit, i, j, allowed)  # (1)
        if back == FURTHER:
            return rows[:0], NEEDS_MORE, 0
        if kind == LEFT_OUT:
            of.rows[j, VERDICT] = JUMPED
            j += 1
            continue
        if kind == RISE and to <= soft:
            low = 0
        if kind != RISE or change != 0:
            rows[m, FROM], rows[m, TO] = of.rows[i, SAMPLE], of.rows[to, SAMPLE]
            rows[m, START], rows[m, END] = _start(of, i, to), of.rows[to, TS] + of.rows[to, ERROR]
            rows[m, SEEN] = _seen(of, i, to)
            rows[m, AMOUNT], rows[m, LOW], rows[m, HIGH] = amount, low, high
            rows[m, KIND] = kind
            rows[m, BOUNDED] = kind == RISE or (kind == GLITCH and low == high) or limit.bounded
            m += 1
        if kind == UNDECIDED:  # (4)
            rows[m - 1, START] = _leaves(of, i)
            rows[m - 1, SEEN] = 0
            _say(of, j, n, MISREAD)
            return rows[:m], ENDED, i
        if kind == GLITCH:
            _say(of, j, to, MISREAD)
        if back >= 0:  # (3)
            soft = max(soft, back)
            hidden = of.rows[back, VALUE] - of.rows[i, VALUE]
            if hidden > 0:
                rows[m, FROM], rows[m, TO] = of.rows[i, SAMPLE], of.rows[back, SAMPLE]
                rows[m, START], rows[m, END] = _start(of, i, back), of.rows[back, TS] + of.rows[back, ERROR]
                rows[m, HIGH], rows[m, KIND], rows[m, BOUNDED] = hidden, GLITCH, 1
                m += 1
        i = to
        j = to + 1
    if i > 0 and i >= soft and j == i + 1 and (j < n or of.final == 0):
        ended = GOES_ON
    return rows[: m * (ended != NEEDS_MORE)], ended, i


@compiled
def disproofs(
    at: NDArray[np.int64], amount: NDArray[np.int64], reach: NDArray[np.int64], limit: Limit
) -> NDArray[np.int64]:
    """The instants at which D12's limit is disproved by a bucket that drains at `max_rate`.

    at[n] ascending, amount[n] seen steps, reach[n] = r + 2e there. The level is whole + part / den quanta.
    """
    out = np.empty(len(at), np.int64)
    found = 0
    whole = 0
    part = 0
    for s in range(len(at)):
        if s > 0:
            length = at[s] - at[s - 1]
            turns = length // limit.den
            product = limit.num * (length - turns * limit.den)
            whole -= limit.num * turns + product // limit.den
            part -= product % limit.den
            if part < 0:
                part += limit.den
                whole -= 1
            if whole < 0:
                whole = 0
                part = 0
        whole += amount[s]
        turns = reach[s] // limit.den
        product = limit.num * (reach[s] - turns * limit.den)
        spare = whole - limit.burst - limit.num * turns - product // limit.den
        if spare > 0 or (spare == 0 and part > product % limit.den):
            out[found] = at[s]
            found += 1
    return out[:found].copy()
