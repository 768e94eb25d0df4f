"""Readings and reports become samples: scaled, on change and at keyframes, in the device's order (D4, D5, D6, D31)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.base import Chunk
from edge_agent.rows import Rows
from evidence_engine.vocabulary.samples import BAD

NAN = math.nan
NEVER = -(1 << 62)


@dataclass(slots=True)
class Look:
    """How one tag is looked at; times in ns of plant time."""

    series: int
    scale: float = 1.0
    offset: float = 0.0
    invalid: frozenset[float] = frozenset()
    is_text: bool = False
    resolution: int | None = None
    """r; 0: each change is reported; None: nobody says."""
    time_error: int = 0
    """e."""
    periodic: bool = False
    """Looked at again and again, so that a look that is missing shows (polls, periodic messages)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line brings its values."""

    asks: bool
    """The device can be read: its first values and keyframes are readings (D3, D4)."""
    reports: bool
    by_stamp: bool = False
    """The device's order is that of its stamps, since messages may overtake each other (MQTT)."""


class Change(NamedTuple):
    """A row of a tag that somebody else needs too."""

    tag: int
    ts: int
    value: float
    text: str | None
    quality: int


class Sampler:
    """All tags of one line, a list per property: nothing is allocated per sample."""

    def __init__(self, looks: Sequence[Look], rows: Rows, manner: Manner, keyframe: int) -> None:
        count = len(looks)
        self._looks, self._rows, self._manner, self._keyframe = looks, rows, manner, keyframe
        self._last = [NEVER] * count  # the newest row, whatever it says
        self._from_reading = [False] * count
        self._value = [NAN] * count  # what that row says
        self._text: list[str | None] = [None] * count
        self._quality = [-1] * count  # -1: nothing said since the line was connected
        self._looked = [NEVER] * count  # the newest look that gave a value
        self._reported = [NEVER] * count
        self._stated = [NEVER] * count  # the newest keyframe
        self._stated_before = [NEVER] * count  # the one before it
        self._since: list[list[int]] = [[] for _ in looks]  # good rows since the keyframe before the newest
        self._restated: list[list[int]] = [[] for _ in looks]  # keyframes since the newest report
        self._group = [0] * count  # which device a tag hangs on; 0: nobody said
        self._soonest = [NEVER]  # per device, up to here no look of it can be missing
        self._due = [NEVER] * count  # from here on a look is written down even if nothing changed
        self._began = [NEVER] * count
        self._unexplained: dict[int, tuple[int, float, str | None, int]] = {}
        self._asked_at = NEVER  # when the first block of the reading that is being taken was asked for
        self._offset: int | None = None  # of the device's clock, as a reading found it
        self._suspicion = NEVER  # the same of the oldest reading in `_unexplained`
        self.counts: dict[str, int] = {}
        self.changes: list[Change] = []
        """Rows of watched tags, for whoever empties this."""
        self._watched: frozenset[int] = frozenset()

    # --- what the line tells ---

    def watch(self, tags: Iterable[int]) -> None:
        """Tell the rows of these tags in `changes`."""
        self._watched = frozenset(tags)

    def group(self, tags: Iterable[int]) -> None:
        """These tags hang on one device: a proof of it need not ask each of them whether a look is missing."""
        for i in tags:
            self._group[i] = len(self._soonest)
        self._soonest.append(NEVER)

    def begin(self, tags: Iterable[int], at: int) -> None:
        """A new stretch: the next value of each tag is written, whatever it is (D3)."""
        self._offset = None
        self._soonest = [NEVER] * len(self._soonest)
        for i in tags:
            self._quality[i], self._due[i], self._began[i] = -1, NEVER, at
            self._looked[i] = self._stated[i] = self._stated_before[i] = NEVER
            self._since[i] = []
            self._unexplained.pop(i, None)

    def forget_time(self) -> None:
        """The wall clock was set: stamps may be smaller than those before."""
        for column in (self._last, self._looked, self._reported):
            column[:] = [NEVER] * len(column)

    def take(self, chunk: Chunk) -> None:
        """All rows of one chunk."""
        for name, count in chunk.counts.items():
            self.count(name, count)
        for i in chunk.lost:
            self._lose(i)
        if chunk.clock_offset is not None:
            self._mind_offset(chunk.clock_offset, min(chunk.ts, default=NEVER))
        put = self._reading if chunk.kind == "reading" else self._report
        if put == self._report and chunk.proof is None and not self._manner.asks:
            put = self._past
        self._asked_at = min(chunk.ts, default=NEVER)
        late = chunk.round_trip if chunk.kind == "reading" else 0
        for i, ts, value, text, quality in zip(
            chunk.tag, chunk.ts, chunk.value, chunk.text, chunk.quality, strict=True
        ):
            if late > 2 * self._looks[i].time_error:
                self.count("late_reading")
                self._gap(i)
            else:
                put(i, ts, *self._clean(self._looks[i], value, text, quality))
        for i in chunk.unanswered:
            self._gap(i)
        if self.changes and chunk.kind == "reading" and chunk.ts:
            self._as_of_one_instant(min(chunk.ts), max(chunk.ts))

    def check_looks(self, tags: Sequence[int], at: int) -> None:
        """Before a proof at `at` is written: tags of a device that should have been looked at by then and were not (D31)."""
        group = self._group[tags[0]] if tags else 0
        if at <= self._soonest[group]:
            return
        for i in tags:
            self._mind_gap(i, at)
        if group:
            self._soonest[group] = min((self._end_of_look(i) for i in tags), default=NEVER)

    def restate(self, tags: Iterable[int], at: int) -> int:
        """Keyframes of what cannot be asked: a proof at `at` says that nothing was reported until then (D4).

        A report that is still on its way may say otherwise: then `_late_news` states them again. Returns the next
        border: before it nothing has to be stated again.
        """
        for i in tags:
            is_due = self._due[i] <= at and self._last[i] < at and self._quality[i] in (0, 1)
            if is_due and not self._looks[i].periodic:
                self._restated[i].append(at)
                self._write(i, at, self._value[i], self._text[i], self._quality[i])
        return (at // self._keyframe + 1) * self._keyframe

    def unexplained(self, until: int) -> list[int]:
        """Tags whose reading, taken until then, differed from what is held while no report told why (D4)."""
        return [i for i, (ts, *_) in self._unexplained.items() if ts <= until]

    def distrust(self, tags: Iterable[int]) -> None:
        """The reports have failed: nothing is known since the last keyframe before the reading that showed it (D4).

        What was reported or read since then holds at its own instant only, the reading itself included: what comes
        after it would not be reported either.
        """
        for i in tags:
            reading = self._unexplained.pop(i, None)
            if self._quality[i] < 0:
                continue
            if reading is not None and reading[0] > self._last[i]:
                self._write(i, *reading)
            keyframe = self._stated[i] if self._stated[i] < self._suspicion else self._stated_before[i]
            good = [at for at in self._since[i] if at > keyframe]
            if keyframe != NEVER:
                good.insert(0, keyframe)
            for at, following in zip(good, [*good[1:], NEVER], strict=True):
                if at + 1 != following:
                    self._row(i, at + 1, NAN, None, BAD)
            if self._quality[i] in (0, 1):
                self._write(i, self._last[i] + 1, NAN, None, BAD)

    def _mind_offset(self, offset: int, at: int) -> None:
        """The device's clock moved by more than e since the last keyframe: its stamps since then were off (D6, D31)."""
        moved = 0 if self._offset is None else abs(offset - self._offset)
        self._offset = offset
        if moved > min(look.time_error for look in self._looks):
            self.count("device_clock_moved")
            self._suspicion = at
            self.distrust(range(len(self._looks)))

    def count(self, name: str, by: int = 1) -> None:
        """Something was noticed; shown, part of no sample."""
        self.counts[name] = self.counts.get(name, 0) + by

    def seen(self, i: int) -> tuple[int | None, float | str | None, str]:
        """The newest look at a tag, what it said, and its quality in a word; for people."""
        words = {-1: "nothing yet", 0: "good", 1: "uncertain", 2: "bad"}
        said = self._text[i] if self._text[i] is not None else self._value[i]
        looked = max(self._looked[i], self._reported[i])
        shown = None if isinstance(said, float) and math.isnan(said) else said
        return (looked if looked != NEVER else None), shown, words[self._quality[i]]

    # --- rows ---

    def _clean(
        self, look: Look, value: float, text: str | None, quality: int
    ) -> tuple[float, str | None, int]:
        """The value as it is stored: scaled, in the role's kind; everything that is no value is bad (D5)."""
        if quality >= BAD or value in look.invalid:
            return NAN, None, BAD
        if look.is_text:
            shown = text if text is not None else _as_text(value)
            return (NAN, shown, quality) if shown is not None else (NAN, None, BAD)
        number = value * look.scale + look.offset
        if text is not None or not math.isfinite(number):
            return NAN, None, BAD
        return number, None, quality

    def _reading(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A value that was asked for."""
        look = self._looks[i]
        if self._manner.reports:
            if ts <= self._reported[i] + 2 * look.time_error:
                return  # it may be older than the report (D6)
            if self._quality[i] in (0, 1) and not self._is_held(i, value, text, quality):
                if not self._unexplained:
                    self._suspicion = self._asked_at
                self._unexplained.setdefault(i, (ts, value, text, quality))
                return
        if ts <= self._last[i]:
            ts = self._last[i] + 1
        self._mind_gap(i, ts)
        if self._state(i, ts, value, text, quality):
            self._from_reading[i] = True
        self._keyframe_stated(i, ts)

    def _keyframe_stated(self, i: int, ts: int) -> None:
        """The two newest are kept: the newest may be part of the reading that shows that the reports have failed."""
        if self._stated[i] != ts:
            self._stated_before[i], self._stated[i] = self._stated[i], ts
            self._since[i] = [at for at in self._since[i] if at > self._stated_before[i]]

    def _report(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A value that the device told by itself."""
        self._explain(i, ts, value, text, quality)
        older = ts + 2 * self._looks[i].time_error  # what is stamped after this is surely newer
        if self._manner.asks and ts < self._began[i]:
            if older < (self._began[i] if self._quality[i] < 0 else self._last[i]):
                return  # what stood before the connect; the first reading tells it (D3)
            ts = self._began[i]
        if self._manner.by_stamp and self._reported[i] < ts < self._last[i]:
            self._late_news(i, ts, value, text, quality)
            return
        if self._manner.by_stamp and ts < max(self._last[i], self._looked[i]):
            self._overtaken(i, ts, value, text, quality)
            return
        if self._from_reading[i] and older < self._last[i]:
            self._before_reading(i, ts, value, text, quality)
            return
        if ts <= self._last[i]:
            ts = self._last[i] + 1
        self._mind_gap(i, ts)
        self._reported[i] = ts
        self._restated[i].clear()
        if self._state(i, ts, value, text, quality):
            self._from_reading[i] = False

    def _explain(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A reading that differed is explained by a report of the same value, or by one that may be as new (D4)."""
        reading = self._unexplained.get(i)
        if reading is not None and (
            ts + 2 * self._looks[i].time_error >= reading[0] or reading[1:] == (value, text, quality)
        ):
            del self._unexplained[i]

    def _before_reading(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A report that was on its way while its tag was read: what was so until the reading found it changed back."""
        ts = max(ts, self._reported[i] + 1)
        if ts < self._last[i]:
            self._reported[i] = ts
            self._row(i, ts, value, text, quality)

    def _late_news(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """The newest report is older than a keyframe that stated what was held before it: both are put right."""
        self.count("late_report")
        said = (value, text, quality)
        self._reported[i] = ts
        for at in (ts, *(keyframe for keyframe in self._restated[i] if keyframe > ts)):
            self._row(i, at, *said)
        if self._quality[i] < BAD:  # else something after it was lost
            self._value[i], self._text[i], self._quality[i] = said
            self._look_at(i, ts, quality)

    def _overtaken(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A message that a younger one overtook: it goes where its stamp says."""
        self.count("out_of_order")
        look, is_same = self._looks[i], self._is_held(i, value, text, quality)
        if ts == self._last[i] or (ts > self._last[i] and is_same):
            return
        self._row(i, ts, value, text, quality)
        if self._last[i] < ts < self._looked[i]:
            self._write(i, self._looked[i], self._value[i], self._text[i], self._quality[i])
        elif look.periodic and self._last[i] - ts > (look.resolution or 0):
            self._row(i, ts + 1, NAN, None, BAD)  # nobody looked between it and what is written next
        if not look.periodic and not is_same:
            self._lose(i)  # its stamp says that it is the past, its place in the order that it is the present

    def _past(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        """A retained message tells what was so at its own stamp, and nothing about now (D2, D3)."""
        if ts >= self._began[i]:
            self.count("retained_ignored")  # its clock is ahead, or it is live as well
            return
        self._rows.add(self._looks[i].series, ts, value, text, quality)
        self._rows.add(self._looks[i].series, ts + 1, NAN, None, BAD)

    def _state(self, i: int, ts: int, value: float, text: str | None, quality: int) -> bool:
        """Write what is new or due; whether it was written."""
        is_written = ts >= self._due[i] or not self._is_held(i, value, text, quality)
        if is_written:
            self._write(i, ts, value, text, quality)
        self._look_at(i, ts, quality)
        return is_written

    def _is_held(self, i: int, value: float, text: str | None, quality: int) -> bool:
        same = self._value[i] == value or (value != value and self._value[i] != self._value[i])
        return same and self._quality[i] == quality and self._text[i] == text

    def _end_of_look(self, i: int) -> int:
        """Until when the newest look at a tag lasts; it may take long where none is awaited."""
        if not self._looks[i].periodic or self._looked[i] == NEVER:
            return -NEVER
        return self._looked[i] + (self._looks[i].resolution or 0)

    def _look_at(self, i: int, ts: int, quality: int) -> None:
        """The newest look that gave a value, and what it means for its device."""
        self._looked[i] = ts if quality < BAD else NEVER
        group = self._group[i]
        self._soonest[group] = min(self._soonest[group], self._end_of_look(i))

    def _mind_gap(self, i: int, ts: int) -> None:
        """What should have been looked at again before `ts`, and was not, is unknown from its last look on."""
        look, looked = self._looks[i], self._looked[i]
        if look.periodic and looked != NEVER and ts - looked > (look.resolution or 0):
            self._gap(i)

    def _gap(self, i: int) -> None:
        """The last good look, and bad 1 ns after it (D31)."""
        if self._quality[i] not in (0, 1):
            return
        if self._looked[i] > self._last[i]:
            self._write(i, self._looked[i], self._value[i], self._text[i], self._quality[i])
        self._lose(i)
        self.count("gap")

    def _lose(self, i: int) -> None:
        """Bad 1 ns after the sample before (D5)."""
        if self._quality[i] in (0, 1):
            self._write(i, self._last[i] + 1, NAN, None, BAD)
            self._looked[i] = NEVER

    def _write(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        self._row(i, ts, value, text, quality)
        if self._manner.reports and self._manner.asks and quality < BAD:
            self._since[i].append(ts)
        self._last[i], self._value[i], self._text[i], self._quality[i] = ts, value, text, quality
        self._due[i] = (ts // self._keyframe + 1) * self._keyframe

    def _row(self, i: int, ts: int, value: float, text: str | None, quality: int) -> None:
        self._rows.add(self._looks[i].series, ts, value, text, quality)
        if i in self._watched:
            self.changes.append(Change(i, ts, value, text, quality))

    def _as_of_one_instant(self, first: int, last: int) -> None:
        """What one reading brought counts together: between two of its blocks the machine had no state of its own."""
        self.changes = [
            change._replace(ts=last) if change.ts >= first and change.quality < BAD else change
            for change in self.changes
        ]


def _as_text(value: float) -> str | None:
    """A code that stands for a text, as `3`; None where it is no number."""
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)
