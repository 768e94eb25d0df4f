"""When each series was looked at, told from the stored rows by loops that anybody can follow (D2, D3, D5, D31).

Shares no code with the engine: it reads heartbeats, bad samples and announced facts, nothing else.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import Samples

Stretch = tuple[int, int]
NS = 10**9
FAR = 12 * 3600 * NS
"""Further from an edge than any gap of a clean run reaches."""
TIMEOUT_OF_IMPORT = 75 * NS


@dataclass(frozen=True, slots=True)
class Spell:
    """From `start` on a series is looked at every `resolution`, with stamps off by at most `error`; ns."""

    start: int
    resolution: int
    error: int

    @property
    def width(self) -> int:
        """The longest either-stretch, r + 2e."""
        return self.resolution + 2 * self.error


IMPORTED = Spell(-(2**62), 0, 0)
"""The demo's history is a log of changes, with a reading of each register on every edge of a window."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A register that showed less than before, and what it showed next: (instant, before, after, next)."""

    at: int
    before: float
    after: float
    next: float


@dataclass(frozen=True, slots=True)
class Rise:
    """A register that showed more than before: somewhere in (start, end], by D10."""

    start: int
    end: int
    amount: float


@dataclass(frozen=True, slots=True)
class Looks:
    """One series: its spells, the runs in which it is known by the plain reading, and how its number rose and fell."""

    spells: Sequence[Spell]
    runs: Sequence[Stretch]
    rises: Sequence[Rise] = ()
    falls: Sequence[Fall] = ()

    def spell_at(self, instant: int) -> Spell:
        """The spell that holds at an instant."""
        return self.spells[bisect_right([spell.start for spell in self.spells], instant) - 1]

    def width_at(self, instant: int) -> int:
        """The longest either-stretch of a change at an instant: where the facts change within it, the larger (D5)."""
        own = self.spell_at(instant).width
        return max(own, self.spell_at(instant - own).width, self.spell_at(instant + own).width)

    def over(self, edges: Sequence[int]) -> float:
        """All that rose in steps of which a look leaves open on which side of an edge they lie (D10)."""
        return sum(rise.amount for rise in self.rises if any(rise.start < edge < rise.end for edge in edges))

    def around(self, edge: int) -> Stretch:
        """All instants of which a look may leave open whether they are before or after an edge (D10).

        r + 2e to each side, and where that meets a stretch that is not sure, all of it and r + 2e more.
        """
        width = self.width_at(edge)
        first, last = edge - width, edge + width
        for begin, end in self.unsure(edge - FAR, edge + FAR):
            if begin <= last and end >= first:
                first, last = min(first, begin - width), max(last, end + width)
        return first, last

    def unsure(self, start: int, end: int) -> list[Stretch]:
        """The parts of [start, end) that no run covers once its first e and its last r + e are taken off (D5)."""
        sure = []
        for first, last in self.runs:
            begin = first + self.spell_at(first).error
            spell = self.spell_at(last - 1)
            stop = last - spell.resolution - spell.error
            if begin < stop:
                sure.append((begin, stop))
        return rest(sure, start, end)


def rest(stretches: Iterable[Stretch], start: int, end: int) -> list[Stretch]:
    """What ascending stretches leave of [start, end)."""
    found, at = [], start
    for first, last in stretches:
        if first > at and at < end:
            found.append((at, min(first, end)))
        at = max(at, last)
    if at < end:
        found.append((at, end))
    return found


def length(stretches: Iterable[Stretch], start: int, end: int) -> int:
    """ns of stretches inside [start, end)."""
    return sum(max(0, min(last, end) - max(first, start)) for first, last in stretches)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Any stretches as the fewest that cover the same time."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def looks_of(history: History, imported: Mapping[str, str]) -> dict[str, Looks]:
    """Every series that hangs on a connection; `imported` names the connection of each imported series."""
    spells: dict[str, list[Spell]] = {series: [IMPORTED] for series in imported}
    connection_of = dict(imported)
    timeouts: dict[str, list[Stretch]] = {}
    for name, samples in history.series.items():
        if not (name.startswith("@") and name.endswith("/facts")):
            continue
        connection = name[1 : -len("/facts")]
        for ts, text in zip(samples.ts.tolist(), samples.text or (), strict=True):
            told = json.loads(text or "{}")
            timeouts.setdefault(connection, []).append((ts, round(told["timeout"] * NS)))
            for series, facts in told["series"].items():
                connection_of[series] = connection
                spells.setdefault(series, [IMPORTED]).append(_spell(ts, facts, told))
    proven = {
        connection: _stretches(history.of(f"@{connection}/link"), timeouts.get(connection, []))
        for connection in set(connection_of.values())
    }
    return {
        series: _looks(told, history.of(series), proven[connection_of[series]])
        for series, told in spells.items()
    }


def _looks(spells: Sequence[Spell], samples: Samples, stretches: Sequence[Stretch]) -> Looks:
    """Announcements under which nothing was ever known say nothing."""
    runs = _runs(samples, stretches)
    ends = [*(spell.start for spell in spells[1:]), -IMPORTED.start]
    used = [
        spell
        for spell, end in zip(spells, ends, strict=True)
        if any(first < end and last > spell.start for first, last in runs)
    ]
    found = Looks(used or spells[:1], runs)
    return Looks(found.spells, runs, list(_rises(samples, found)), list(_falls(samples)))


def _rises(samples: Samples, looks: Looks) -> Iterable[Rise]:
    for (before, was), (at, now) in pairwise(_good(samples)):
        if not now > was:
            continue
        old, new = looks.spell_at(before), looks.spell_at(at)
        end_of_run = next((last for first, last in looks.runs if first <= before < last), before)
        start = max(before, at - new.resolution) - max(old.error, new.error)
        if end_of_run < at:
            start = end_of_run - old.resolution - old.error
        yield Rise(min(start, at - 1), at + new.error, now - was)


def _good(samples: Samples) -> list[tuple[int, float]]:
    rows = zip(samples.ts.tolist(), samples.value.tolist(), samples.quality.tolist(), strict=True)
    return [(ts, value) for ts, value, quality in rows if quality == 0]


def _falls(samples: Samples) -> Iterable[Fall]:
    good = _good(samples)
    for (_, before), (at, after), (_, following) in zip(good, good[1:], good[2:], strict=False):
        if after < before:
            yield Fall(at, before, after, following)


def up_of(history: History, connection: str) -> list[Stretch]:
    """When a link was proven up: between two 1s at most a timeout apart (D2); the demo never changes its timeout."""
    rows = history.of(f"@{connection}/link")
    beats = list(zip(rows.ts.tolist(), rows.value.tolist(), strict=True))
    pairs = pairwise(beats)
    return [(a, b) for (a, was), (b, now) in pairs if was == 1 and now == 1 and b - a <= TIMEOUT_OF_IMPORT]


def _spell(ts: int, facts: Mapping[str, float | None], told: Mapping[str, float]) -> Spell:
    """An unstated resolution is twice the keyframe (D29)."""
    resolution = facts["resolution"]
    seconds = 2 * told["keyframe"] if resolution is None else resolution
    return Spell(ts, round(seconds * NS), round((facts["time_error"] or 0.0) * NS))


def _stretches(rows: Samples, timeouts: Sequence[Stretch]) -> list[Stretch]:
    """Runs of 1s at most a timeout apart, each reaching back to the 0 right before it (D2, D3)."""
    found: list[Stretch] = []
    start: int | None = None
    beats = list(zip(rows.ts.tolist(), rows.value.tolist(), strict=True))
    for (before, was), (ts, now) in pairwise([(IMPORTED.start, -1.0), *beats]):
        goes_on = start is not None and was == 1 and now == 1 and ts - before <= _at(timeouts, before)
        if goes_on:
            continue
        if start is not None:
            found.append((start, before))
        start = None if now != 1 else (before if was == 0 else ts)
    if start is not None:
        found.append((start, beats[-1][0]))
    return found


def _at(timeouts: Sequence[Stretch], instant: int) -> int:
    told = [timeout for since, timeout in timeouts if since <= instant]
    return told[-1] if told else TIMEOUT_OF_IMPORT


def _runs(samples: Samples, stretches: Sequence[Stretch]) -> list[Stretch]:
    """In each stretch from the first good sample on, a bad one being a hole until the next good one."""
    found: list[Stretch] = []
    rows = list(zip(samples.ts.tolist(), samples.quality.tolist(), strict=True))
    times = [ts for ts, _ in rows]
    for start, end in stretches:
        since: int | None = None
        for ts, quality in rows[bisect_right(times, start - 1) : bisect_right(times, end - 1)]:
            if quality == 0 and since is None:
                since = ts
            elif quality != 0 and since is not None:
                found.append((since, ts))
                since = None
        if since is not None:
            found.append((since, end))
    return [(first, last) for first, last in found if first < last]
