"""Figures of windows that the board does not keep (seven days, a window of one's own), computed when somebody asks."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

Json = dict[str, Any]

FRESH_SECONDS = 30.0
"""Real seconds for which an answer stands though data went on arriving."""
KEPT = 12
"""Windows that are remembered."""


@dataclass(frozen=True, slots=True)
class _Answer:
    version: int
    made: float
    records: list[Json]


@dataclass
class OnDemand:
    """Records by window; a newer version of the board renews an answer once it is no longer fresh."""

    _answers: OrderedDict[Window, _Answer] = field(default_factory=OrderedDict)

    def records(self, plant: Plant, history: History, window: Window, version: int) -> list[Json]:
        """The records of all KPIs and subjects over a window."""
        found = self._answers.get(window)
        if found is None or (found.version != version and time.monotonic() - found.made > FRESH_SECONDS):
            found = _Answer(version, time.monotonic(), compute(plant, history, window))
            self._answers[window] = found
        self._answers.move_to_end(window)
        if len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        return found.records


def compute(plant: Plant, history: History, window: Window) -> list[Json]:
    """What the engine says about a window."""
    from evidence_engine.assess import (
        Assessor,
    )  # here, so that pages are served before its kernels are loaded

    return [record.to_json() for record in Assessor(plant, history, [window]).records(window)]
