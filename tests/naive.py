"""Slow, obvious twins of the engine's kernels and knowledge: plain loops over single instants, sharing no code."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

ALL = "all"
"""Stands for 'any value may hold'."""


def overlay_masks(mask: Sequence[int], stretches: Sequence[tuple[int, int, int]]) -> list[int]:
    """Twin of the kernel: (first, last, bits) per stretch."""
    out = list(mask)
    for first, last, bits in stretches:
        for s in range(len(out)):
            if first <= s < last:
                out[s] |= bits
    return out


def overlay_ranges(
    level: Sequence[int], stretches: Sequence[tuple[int, int, int, int]]
) -> tuple[list[int], list[int]]:
    """Twin of the kernel: (first, last, one, other) per stretch."""
    sets = [{value} for value in level]
    for first, last, one, other in stretches:
        for s, values in enumerate(sets):
            if first <= s < last:
                values |= {one, other}
    return [min(v) for v in sets], [max(v) for v in sets]


def up_between(rows: Sequence[tuple[int, int]], timeout: int, what: int = 1) -> set[int]:
    """The instants proven up (what = 1) or down (what = -1, `timeout` 60 s) by D2; rows are (ts, 1 | 0 | -1)."""
    found: set[int] = set()
    for (t1, v1), (t2, v2) in itertools.pairwise(rows):
        if v1 == what and v2 == what and t2 - t1 <= timeout:
            found |= set(range(t1, t2))
    return found


def stretch_end(rows: Sequence[tuple[int, int]], timeout: int, ts: int) -> int | None:
    """The end of the stretch that a sample at `ts` speaks for (D3), None where it lies in none."""
    for index, (t1, v1) in enumerate(rows):
        if v1 != 1 or (index and rows[index - 1][1] == 1 and t1 - rows[index - 1][0] <= timeout):
            continue  # not the first 1 of its stretch
        begin = rows[index - 1][0] if index and rows[index - 1][1] == 0 else t1
        end = index
        while end + 1 < len(rows) and rows[end + 1][1] == 1 and rows[end + 1][0] - rows[end][0] <= timeout:
            end += 1
        if begin <= ts < rows[end][0]:
            return rows[end][0]
    return None


@dataclass(frozen=True)
class Case:
    """One held series: samples (ts, value or None for bad), its link's rows (None: no link), and its facts in ns."""

    samples: list[tuple[int, int | None]]
    link: list[tuple[int, int]] | None
    timeout: int
    resolution: int
    error: int
    hold: int

    def known_at(self, t: int) -> int | None:
        """The index of the sample whose value is known at t (D5)."""
        before = [i for i, (ts, _) in enumerate(self.samples) if ts <= t]
        if not before or self.samples[before[-1]][1] is None:
            return None
        index = before[-1]
        ts = self.samples[index][0]
        if self.link and ts >= self.link[0][0]:
            end = stretch_end(self.link, self.timeout, ts)
            return index if end is not None and t < end else None
        hold = min(self.hold, self.resolution) if self.resolution else self.hold
        alone = [s for s, _ in self.samples if not self.link or s < self.link[0][0]]
        limit = min([ts + hold, max(alone), *([self.link[0][0]] if self.link else [])])
        return index if t < limit else None

    def may_at(self, t: int) -> set[int] | str:
        """The values that may hold at t by the careful reading (D5, D31)."""
        if self.known_at(t) is None:
            return ALL
        first = t
        while self.known_at(first - 1) is not None:
            first -= 1
        last = t
        while self.known_at(last) is not None:
            last += 1
        if t < first + self.error or t >= last - self.resolution - self.error:
            return ALL
        rows = sorted({i for x in range(first, last) if (i := self.known_at(x)) is not None})
        values = {self._value(self.known_at(t))}
        for i, j in itertools.pairwise(rows):
            t1, t2 = self.samples[i][0], self.samples[j][0]
            start = max(t1, t2 - self.resolution) - self.error
            if self._value(i) != self._value(j) and start <= t < t2 + self.error:
                values |= {self._value(i), self._value(j)}
        return values

    def _value(self, index: int | None) -> int:
        assert index is not None
        value = self.samples[index][1]
        assert value is not None
        return value


@dataclass(frozen=True)
class Look:
    """One good reading of a counter: when, what, and until when it is known."""

    ts: int
    value: int
    until: int


@dataclass(frozen=True)
class Rules:
    """D11 and D12 for a counter. rate: quanta per ns, None for no limit."""

    rate: Fraction | None
    burst: int
    resolution: int
    error: int
    window: int
    factor: int = 10
    modulus: int = 0


class Counter:
    """D11 read aloud. `rows` are (kind, t1, t2, amount, low, high or None for not bounded)."""

    def __init__(self, looks: list[Look], rules: Rules) -> None:
        self.looks, self.rules = looks, rules

    def interval(self, i: int, j: int) -> tuple[int, int]:
        """D10."""
        one, two, rules = self.looks[i], self.looks[j], self.rules
        if self.seen(i, j):
            start = min(max(one.ts, two.ts - rules.resolution) - rules.error, two.ts - 1)
        else:
            start = self.leaves(one)
        return start, two.ts + rules.error

    def leaves(self, one: Look) -> int:
        """D10: what is not in a reading came at most e before it, and at most r + e before it was known no more."""
        rules = self.rules
        return max(one.ts - rules.error, one.until - max(rules.resolution + rules.error, 1))

    def seen(self, i: int, j: int) -> bool:
        """D10."""
        return all(self.looks[k].until == self.looks[k + 1].ts for k in range(i, j)) and j == i + 1

    def allows(self, length: int) -> Fraction | None:
        """D12."""
        return None if self.rules.rate is None else self.rules.rate * length + self.rules.burst

    def credible(self, i: int, j: int, amount: int) -> bool:
        """D11."""
        start, end = self.interval(i, j)
        most = self.allows(end - start)
        return most is None or amount <= self.rules.factor * most

    def known_from(self, j: int, k: int) -> int:
        """Known time from reading j to reading k (k may be one past the last)."""
        return sum(look.until - look.ts for look in self.looks[j:k])

    def rows(self) -> Iterator[tuple[str, int, int, int, int, int | None]]:
        """The steps in order of t2."""
        return iter(sorted(self._rows(), key=lambda row: (row[2], row[1])))

    def _rows(self) -> Iterator[tuple[str, int, int, int, int, int | None]]:
        looks, i, j, doubtful = self.looks, 0, 1, -1
        while j < len(looks):
            change = looks[j].value - looks[i].value
            t1, t2 = looks[i].ts, looks[j].ts
            start, end = self.interval(i, j)
            most = self.allows(end - start)
            floor = None if most is None else int(most)
            if change >= 0 and self.credible(i, j, change):
                if change:
                    yield "rise", t1, t2, change, 0 if j <= doubtful else change, change
                i, j = j, j + 1
            elif change >= 0:
                verdict = self._followed(j)
                if verdict is None:
                    yield self._cover(i, floor)
                    return
                if verdict:
                    yield "correction", t1, t2, 0, 0, floor
                    i = j
                j += 1
            else:
                stories = list(self._stories(i, j, change))
                highs = [high for _, _, high in stories]
                high = None if None in highs else max(h for h in highs if h is not None)
                back = self._back(i, j)
                if back is None:
                    rises = sum(
                        max(b.value - a.value, 0) for a, b in zip(looks[j:], looks[j + 1 :], strict=False)
                    )
                    yield self._cover(i, None if high is None else high + rises)
                    return
                both = back > 0 and self._rises_to(back)
                if back > 0 and (not both or stories[0][0] == "rollover"):
                    step = looks[back].value - looks[i].value
                    rises = sum(max(looks[k + 1].value - looks[k].value, 0) for k in range(j, back))
                    top = step if not both else None if high is None else max(step, high + rises)
                    yield "glitch", t1, looks[back].ts, step, step, top
                    i, j = back, back + 1
                    continue
                yield stories[0][0], t1, t2, stories[0][1], 0, high
                if back > 0:
                    doubtful = max(doubtful, back)
                    if looks[back].value > looks[i].value:
                        hidden = looks[back].value - looks[i].value
                        yield "glitch", t1, looks[back].ts, 0, 0, hidden
                i, j = j, j + 1

    def _cover(self, i: int, known: int | None) -> tuple[str, int, int, int, int, int | None]:
        one, last, rules = self.looks[i], self.looks[-1], self.rules
        most = self.allows(last.ts + rules.error - self.leaves(one))
        high = None if most is None or known is None else max(known, int(most))
        return "undecided", one.ts, last.ts, 0, 0, high

    def _stories(self, i: int, j: int, change: int) -> Iterator[tuple[str, int, int | None]]:
        """(kind, amount, high) of each that fits, in the order in which value takes them, glitch left out."""
        one, two, rules = self.looks[i].value, self.looks[j].value, self.rules
        start, end = self.interval(i, j)
        most = self.allows(end - start)
        full = change + rules.modulus
        if one < rules.modulus and 2 * full <= rules.modulus and self.credible(i, j, full):
            yield "rollover", full, full if most is not None else None
        if 2 * two <= one and self.credible(i, j, two):
            yield "reset", two, None if most is None else two + int(most)
        yield "correction", 0, None if most is None else int(most)

    def _back(self, i: int, j: int) -> int | None:
        """The index of the return, -1 for none, None for not yet decided."""
        for k in range(j + 1, len(self.looks)):
            if self.known_from(j, k) > self.rules.window:
                return -1
            rise = self.looks[k].value - self.looks[i].value
            if rise >= 0 and self.credible(i, k, rise):
                return k
        return -1 if self.known_from(j, len(self.looks)) >= self.rules.window else None

    def _rises_to(self, k: int) -> bool:
        rise = self.looks[k].value - self.looks[k - 1].value
        return rise >= 0 and self.credible(k - 1, k, rise)

    def _followed(self, j: int) -> bool | None:
        for k in range(j + 1, len(self.looks)):
            if self.known_from(j, k) > self.rules.window:
                return True
            if not self._rises_to(k):
                return False
        return True if self.known_from(j, len(self.looks)) >= self.rules.window else None


def disproofs(steps: Sequence[tuple[int, int]], rate: Fraction, burst: int, reach: int) -> list[int]:
    """D12's bucket: (t2, amount) of the seen steps, in order."""
    level, at, found = Fraction(0), 0, []
    for t2, amount in steps:
        level = max(level - rate * (t2 - at), Fraction(0)) if at else level
        at = t2
        level += amount
        if level > burst + rate * reach:
            found.append(t2)
    return found


def believed_sum(levels: Sequence[int], ts: Sequence[int], start: int, end: int) -> int:
    """Rises with start < t2 <= end of a counter that only rises, sample by sample."""
    pairs = zip(itertools.pairwise(levels), ts[1:], strict=True)
    return sum(b - a for (a, b), t2 in pairs if start < t2 <= end)


def rises_of(ts: Sequence[int], levels: Sequence[int], r: int, e: int) -> list[tuple[int, int, int]]:
    """(start, end, amount) of each rise of a counter looked at over unbroken knowledge (D10)."""
    found = []
    for (t1, v1), (t2, v2) in itertools.pairwise(zip(ts, levels, strict=True)):
        if v2 != v1:
            found.append((min(max(t1, t2 - r) - e, t2 - 1), t2 + e, v2 - v1))
    return found


def level_over(case: Case, start: int, end: int) -> tuple[int, int, int, int, int]:
    """(value, low, high, ns known, ns bounded) of a sampled level, instant by instant."""
    value = low = high = known = bounded = 0
    for t in range(start, end):
        index, may = case.known_at(t), case.may_at(t)
        if index is not None:
            value += case.samples[index][1] or 0
            known += 1
        if not isinstance(may, str):
            low, high, bounded = low + min(may), high + max(may), bounded + 1
    return value, low, high, known, bounded


def level_in_doubt(
    ts: Sequence[int], levels: Sequence[int], regimes: Sequence[tuple[int, int, int]], t: int
) -> tuple[int, int, int]:
    """(value, low, high) at t of a level that is known from ts[0] on; regimes: (start, r, e)."""
    value = max((i, v) for i, v in enumerate(levels) if ts[i] <= t)[1]
    may = {value}
    for (t1, v1), (t2, v2) in itertools.pairwise(zip(ts, levels, strict=True)):
        ends = [*(start for start, _, _ in regimes[1:]), t2 + 1]
        held = [(r, e) for (start, r, e), end in zip(regimes, ends, strict=True) if start <= t2 and end > t1]
        r, e = max(r for r, _ in held), max(e for _, e in held)
        if max(t1, t2 - r) - e <= t < t2 + e:
            may |= {v1, v2}
    return value, min(may), max(may)


@dataclass(frozen=True)
class RegisterStep:
    """A step of a register over (begin, stop], in instants begin to stop - 1."""

    begin: int
    stop: int
    t2: int
    low: int
    high: int
    sign: int
    seen: bool
    endless: bool


def in_part(
    step: RegisterStep, part: set[int], window: tuple[int, int], rate: Fraction | None, burst: int
) -> tuple[int, int, bool]:
    """(least, most, endless) of a step in a part of time and a window (D10, D12)."""
    every = range(step.begin, step.stop)
    inside = [t for t in every if t in part and window[0] <= t < window[1]]
    if not inside or len(inside) == len(every):
        return (step.low, step.high, step.endless) if inside else (0, 0, False)
    low, high = sorted((step.low * step.sign, step.high * step.sign))
    if rate is None:
        least, most, endless = 0, max(high, 0), step.endless
    else:
        runs = sum(t - 1 not in inside for t in inside)
        ends = (step.begin not in inside) + (step.stop - 1 not in inside)
        inner = int(rate * len(inside)) + runs * burst
        outer = int(rate * (len(every) - len(inside))) + (runs - 1 + ends) * burst
        least = max(0, low - outer)
        most, endless = max(least, inner if step.endless else min(high, inner)), False
    return (least, most, endless) if step.sign > 0 else (-most, -least, endless)


def plain_in_part(step: RegisterStep, part: set[int], window: tuple[int, int]) -> bool:
    """Whether the plain reading counts a step in a part: one that is seen by its t2, a bridged one whole (D10, D13)."""
    if not window[0] < step.t2 <= window[1]:
        return False
    if step.seen:
        return step.t2 - 1 in part
    return step.begin >= window[0] and part.issuperset(range(step.begin, step.stop))
