"""An honest agent over a bad line: what it brings home of a machine by D2–D6 and D31, whatever breaks.

It polls or is told of changes, with stamps off by up to e; the line is cut, tags go bad, readings come late, heartbeats
pause; counters are reset, set anew, misread. It never writes what it has no proof of.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from evidence_engine.vocabulary.instants import MINUTE, NS
from evidence_engine.vocabulary.samples import BAD, GOOD, UNCERTAIN, Samples, samples_of
from tests.random_plants.machines import BEGIN, END

TIMEOUT, KEYFRAME, GLITCH = 75 * NS, 300 * NS, 600 * NS
Value = float | str


@dataclass(frozen=True, slots=True)
class Manner:
    """How a series is watched, ns: poll 0 is reporting each change · r, e of D31 · late, bad: chances at each look.

    accept: uncertain values are true and accepted · extreme: stamps as far off as they may be · every: no look unwritten.
    """

    poll: int
    resolution: int
    error: int
    late: float = 0.0
    bad: float = 0.0
    accept: bool = False
    extreme: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a device shows: at(t), and the instants at which it changes. count: of a counter, in units."""

    role: str
    at: Callable[[int], Value]
    changes: Sequence[int]
    count: Callable[[int], int] | None = None
    unit: float = 1.0
    modulus: int | None = None
    jump: int | None = None


@dataclass(slots=True)
class Rows:
    """Samples as they are written: one at least 1 ns after the one before."""

    ts: list[int] = field(default_factory=list)
    value: list[Value] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)

    def add(self, ts: int, value: Value, quality: int = GOOD) -> None:
        """Append a row, never before the last one."""
        self.ts.append(max(ts, self.ts[-1] + 1) if self.ts else ts)
        self.value.append(value)
        self.quality.append(quality)

    def samples(self) -> Samples:
        """As columns."""
        if any(isinstance(v, str) for v in self.value):
            texts = [str(v) for v in self.value]
            return samples_of(self.ts, [float("nan")] * len(texts), self.quality, texts)
        return samples_of(self.ts, [float(v) for v in self.value], self.quality)


@dataclass(frozen=True, slots=True)
class Session:
    """One connect: [start, end) on the wire, the 0 at start, the first 1 after all first readings."""

    start: int
    first_one: int
    end: int


def sessions_of(chance: random.Random, cuts: Sequence[tuple[int, int]], start: int) -> list[Session]:
    """Connects between the cuts; some time passes until one is tried."""
    found = []
    edges = [start, *(x for cut in cuts if cut[1] > start for x in cut), END + 10**12]
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        at = begin + chance.randrange(1, 20) * NS + chance.randrange(NS)
        if at + 8 * NS < end:
            found.append(Session(at, at + 6 * NS, end))
    return found


def link_rows(
    chance: random.Random, sessions: Sequence[Session], cuts: Sequence[tuple[int, int]], *, pauses: bool
) -> Rows:
    """Heartbeats at proofs, with a pause now and then; failed attempts while it is cut."""
    rows: dict[int, float] = {}
    for session in sessions:
        rows[session.start] = 0.0
        now = session.first_one
        while now < session.end:
            rows[now] = 1.0
            now += chance.choice([30 * NS, 30 * NS, chance.randrange(NS, TIMEOUT + 1), TIMEOUT])
            now += chance.randrange(TIMEOUT, 300 * NS) if pauses and chance.random() < 0.01 else 0
    for start, end in cuts:
        now = start + chance.randrange(40 * NS)
        while now < end:
            rows[now] = -1.0
            now += chance.choice([10 * NS, 30 * NS, MINUTE, 61 * NS, chance.randrange(NS, 90 * NS)])
    found = Rows()
    for ts in sorted(rows):
        found.add(ts, rows[ts])
    return found


@dataclass(slots=True)
class Counter:
    """A counter's disturbances, one at a time, each of which shows in a reading (assumption (e))."""

    of: Quantity
    chance: random.Random
    trouble: float
    start: int = 0
    shown: int | None = None
    clean: int = 0
    last: int = BEGIN
    lies: int = 0
    lie: int = 0
    since: int = 0
    reports: bool = False

    def look(self, now: int, *, is_first: bool) -> Value:
        """What the counter shows; `is_first`: after a gap, when it tells the truth (but may have been reset)."""
        true = self._true(now)
        self.clean += 0 if is_first or self.lies else now - self.last
        if self.lies and not is_first and now - self.since < 250 * NS:
            self.lies -= 1
            self.last, self.clean = now, 0
            return self.lie * self.of.unit
        self.lies = 0
        if self.shown is not None and self.clean > 4 * GLITCH and self.chance.random() < self.trouble:
            true = self._disturb(now, true, is_first=is_first)
        self.last, self.shown = now, true if self.lies == 0 else self.shown
        return true * self.of.unit

    def _count(self, instant: int) -> int:
        return self.of.count(instant) if self.of.count is not None else 0

    def _true(self, instant: int) -> int:
        value = self.start + self._count(instant)
        return value % self.of.modulus if self.of.modulus else value

    def _disturb(self, now: int, true: int, *, is_first: bool) -> int:
        kinds = ["reset", "correct"] if is_first else ["reset", "correct", "glitch", "glitch", "jump"]
        kind, shown = self.chance.choice(kinds), self.shown or 0
        self.clean = 0
        if kind == "reset":
            earliest = now - 1 if self.reports else max(self.last, now - 60 * NS)
            at = self.chance.randint(earliest, now)
            start = -self._count(at)
            return self._set(start, now) if 0 <= start + self._count(now) < shown else true
        if kind == "correct":
            to = shown + self.of.jump if self.of.jump and self.chance.random() < 0.4 else -1
            to = (
                to
                if to >= 0 or not shown
                else self.chance.choice([0, shown - 1, self.chance.randrange(shown)])
            )
            fits = to >= 0 and (self.of.modulus is None or to < shown)
            return self._set(to - self._count(now), now) if fits else true
        if kind == "glitch" and shown:
            self.lie = self.chance.choice([0, shown // 3, shown - 1])
        elif kind == "jump" and self.of.jump and not self.of.modulus:
            self.lie = shown + self.of.jump
        else:
            return true
        self.lies, self.since = self.chance.randrange(3), now
        return self.lie

    def _set(self, start: int, now: int) -> int:
        self.start = start
        return self._true(now)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which manner holds from when on; the first from the beginning of time."""

    starts: list[int]
    manners: list[Manner]

    def at(self, now: int) -> Manner:
        """The manner of a look."""
        if len(self.manners) == 1:
            return self.manners[0]
        return self.manners[max(0, bisect_right(self.starts, now) - 1)]

    def error_at(self, now: int) -> int:
        """How far off a stamp may be: near a change of manner by no more than either side says."""
        found = self.at(now).error
        if len(self.manners) == 1:
            return found
        near = [m for s, m in zip(self.starts, self.manners, strict=True) if abs(now - s) <= found + m.error]
        return min([found, *(m.error for m in near), *([0] if near and found else [])])


def watched(
    chance: random.Random, of: Quantity, plan: Plan, sessions: Sequence[Session], trouble: float
) -> Rows:
    """What the agent writes of a quantity in all sessions."""
    counter = Counter(of, chance, trouble) if of.count is not None else None
    if counter is not None and of.modulus is not None:
        counter.start = chance.choice([0, of.modulus - 5, chance.randrange(of.modulus)])
    rows = Rows()
    for session in sessions:
        _Watch(chance, of, plan, rows, counter).session(session)
    return rows


@dataclass(slots=True)
class _Watch:
    chance: random.Random
    of: Quantity
    plan: Plan
    rows: Rows
    counter: Counter | None
    held: Value | None = None
    is_bad: bool = False
    stamp: int = 0
    frame: int = 0

    def session(self, session: Session) -> None:
        """Each look of one connect."""
        first = session.start + self.chance.randrange(1, 5 * NS)
        self._look(first, session, is_first=True)
        previous = first
        for now in self._looks(first, session.end):
            manner = self.plan.at(previous)
            self._miss(previous, now)
            previous = now
            trouble = self.chance.random()
            if trouble < manner.bad:
                self._go_bad(now)
            elif not (self.is_bad and trouble < 0.5):
                self._look(now, session, is_first=False)
        self._miss(previous, session.end)

    def _miss(self, previous: int, now: int) -> None:
        manner = self.plan.at(previous)
        if manner.poll and now - previous > manner.resolution and not self.is_bad:
            self._break()

    def _looks(self, first: int, end: int) -> Iterator[int]:
        if not self.plan.at(first).poll:
            frames = range(first + KEYFRAME, end, KEYFRAME)
            lies = [at + self.chance.randrange(NS, 120 * NS) for at in frames]
            yield from sorted({t for t in [*self.of.changes, *frames, *lies] if first < t < end})
            return
        now = first
        while True:
            manner = self.plan.at(now)
            quick = self.chance.choice([1.5, 1.0, self.chance.uniform(0.3, 1.5)])
            late = self.chance.uniform(1.5, 9) if self.chance.random() < manner.late else 0.0
            now += max(1, int(manner.poll * max(quick, late)))
            if now >= end:
                return
            yield now

    def _stamp_of(self, now: int) -> int:
        e = max(0, self.plan.error_at(now) - 1)  # the interval of D10 is open at its start
        off = self.chance.choice([-e, e]) if self.plan.at(now).extreme else self.chance.randint(-e, e)
        return now + off

    def _look(self, now: int, session: Session, *, is_first: bool) -> None:
        lost = is_first or self.is_bad
        value = self._value(now, is_first=lost)
        ts = max(self._stamp_of(now), session.start + 1, self.rows.ts[-1] + 1 if self.rows.ts else 0)
        is_frame = now // KEYFRAME != self.frame or self.plan.at(now).every
        if value != self.held or lost or is_frame:
            self.rows.add(ts, value, UNCERTAIN if self._is_unsure(now) else GOOD)
        self.held, self.is_bad, self.stamp, self.frame = value, False, ts, now // KEYFRAME

    def _value(self, now: int, *, is_first: bool) -> Value:
        if self.counter is None:
            return self.of.at(now)
        self.counter.reports = not self.plan.at(now).poll
        return self.counter.look(now, is_first=is_first)

    def _is_unsure(self, now: int) -> bool:
        return self.plan.at(now).accept and self.chance.random() < 0.3

    def _break(self) -> None:
        """The last good reading, and a bad sample 1 ns after it (D31)."""
        if self.held is None:
            return
        if self.stamp > self.rows.ts[-1]:
            self.rows.add(self.stamp, self.held)
        self.rows.add(self.rows.ts[-1] + 1, self.held, BAD)
        self.is_bad = True

    def _go_bad(self, now: int) -> None:
        """The device says bad, or what is no value, or an uncertain lie that nobody accepts."""
        quality = self.chance.choice([BAD, GOOD, BAD if self.plan.at(now).accept else UNCERTAIN])
        lie: Value = float("nan") if quality == GOOD or self.chance.random() < 0.5 else 0.0
        lie = "?" if isinstance(self.held, str) else lie
        self.rows.add(max(self._stamp_of(now), (self.rows.ts[-1] if self.rows.ts else 0) + 1), lie, quality)
        self.is_bad = True
