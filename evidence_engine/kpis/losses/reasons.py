"""Why a machine stopped: what its operator stated, else the alarm that came before (D26).

1. The operator's: the last code that `stop_reason` changed to while the stop lasted; one that stood before the stop began
   is not its reason.
2. Else the alarm's: the last that was raised in the minute before the stop began, or while its beginning is open.
3. Else unknown: nothing is guessed.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.held import keys_of
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD

ALARM_BEFORE = MINUTE
"""An alarm that came earlier before a stop than this is not blamed for it: machines stop within seconds of what stops
them, and warnings that stand for hours stop nothing."""

ALARM, OPERATOR = "alarm", "stop_reason"
_NOTHING = ("", "0")

By = Literal["operator", "alarm", "unknown"]


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """by: who says so · code: as the machine or operator gave it · reason: the plant's stop reason, "" where none is
    stated for the code."""

    by: By
    code: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """One word for tables: the plant's reason, else the code with who gave it."""
        return self.reason or (f"{self.by} {self.code}" if self.code else self.by)


Ints = NDArray[np.int64]

UNKNOWN_REASON = Reason("unknown")


@dataclass(frozen=True, slots=True)
class _Raised:
    """Instants at which a code was given, and which of the codes it was."""

    ts: Ints
    place: Ints
    codes: list[str]

    def last_in(self, start: Ints, end: Ints) -> Ints:
        """Which code was the last in each [start, end], -1 where there is none."""
        if not len(self.ts):
            return np.full(len(start), -1, np.int64)
        at = np.searchsorted(self.ts, end, "right") - 1
        return np.where((at >= 0) & (self.ts[at] >= start), self.place[at], -1)


NEVER_RAISED = _Raised(np.empty(0, np.int64), np.empty(0, np.int64), [])


class Reasons:
    """The codes of one asset, for stops that begin and end in [start, end]; `every`: the reasons that they give."""

    def __init__(self, of: AssetKnowledge, start: int, end: int) -> None:
        self._of = of
        self._start, self._end = start - ALARM_BEFORE, end
        self._operator, self._alarm = self._raised(OPERATOR), self._raised(ALARM)
        told, raised = of.asset.stop_codes, of.asset.stop_alarms
        operator = [Reason("operator", code, told.get(code, "")) for code in self._operator.codes]
        alarm = [Reason("alarm", code, raised.get(code, "")) for code in self._alarm.codes]
        self.every = [*operator, *alarm, UNKNOWN_REASON]

    def of_stops(self, begin: Ints, latest: Ints, end: Ints) -> Ints:
        """Which of `every` each stop has; `latest`: by when it has surely begun."""
        if len(self.every) == 1:
            return np.zeros(len(begin), np.int64)
        operator = self._operator.last_in(begin, end)
        alarm = self._alarm.last_in(begin - ALARM_BEFORE, np.maximum(begin, np.minimum(latest, end)))
        alarm = np.where(alarm < 0, len(self.every) - 1, alarm + len(self._operator.codes))
        return np.where(operator < 0, alarm, operator)

    def _raised(self, role: str) -> _Raised:
        """Changes to a code, seen by two good samples; the first of all is none: it may have stood for long."""
        if not self._of.has(role):
            return NEVER_RAISED
        whole = self._of.history.of(series_name(self._of.name, role))
        before = whole.ts[(whole.ts < self._start) & (whole.quality == GOOD)][-1:]
        samples = whole.between(int(before[0]) if len(before) else self._start, self._end + 1)
        good = np.flatnonzero(samples.quality == GOOD)
        keys = keys_of(samples)
        codes = [keys[row] for row in good.tolist()]
        pairs = zip(good.tolist()[1:], codes[1:], codes[:-1], strict=True)
        nothing = {*_NOTHING, *(code for code, kind in self._of.asset.alarms.items() if kind == "none")}
        none = nothing if role == ALARM else {*_NOTHING}
        rows = [(row, new) for row, new, old in pairs if new != old and new not in none]
        order = {code: place for place, code in enumerate(dict.fromkeys(code for _, code in rows))}
        place = np.array([order[code] for _, code in rows], np.int64)
        return _Raised(samples.ts[[row for row, _ in rows]], place, list(order))
