"""From a store's columns to the engine's History: announced facts parsed, those of the plant file before them."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from pydantic import ValidationError

from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.orders import Papers
from evidence_engine.vocabulary.plant import PlanEntry, Plant
from evidence_engine.vocabulary.roles import split_series
from evidence_engine.vocabulary.samples import Samples

_log = logging.getLogger(__name__)

Announced = tuple[int, ConnectionFacts]


def history_of(
    columns: Mapping[str, Samples],
    snapshot: str,
    plant: Plant,
    plan: Sequence[PlanEntry] = (),
    until: int | None = None,
    papers: Papers | None = None,
) -> History:
    """What the engine is given: the columns (of instants before `until`), facts, plan, papers and the snapshot's name.

    A connection of the plant file holds from the beginning of time, until an agent announces it (D8, D29).
    """
    if until is not None:
        columns = {name: samples.between(-(2**63), until) for name, samples in columns.items()}
    columns = {name: samples for name, samples in columns.items() if len(samples)}
    facts: dict[str, list[Announced]] = {name: [(0, stated)] for name, stated in plant.connections.items()}
    for name, samples in columns.items():
        if name.startswith("@") and name.endswith("/facts"):
            connection = split_series(name)[0][1:]
            facts.setdefault(connection, []).extend(_announcements(name, samples))
    return History(columns, facts, tuple(plan), snapshot, papers=papers or Papers())


def _announcements(name: str, samples: Samples) -> Iterator[Announced]:
    for row, text in enumerate(samples.text or ()):
        facts = _parsed(name, text or "")
        if facts is not None:
            yield int(samples.ts[row]), facts


@lru_cache(maxsize=1024)
def _parsed(name: str, text: str) -> ConnectionFacts | None:
    """The announcement, None where it is none: said once, since the cache remembers."""
    try:
        return ConnectionFacts.of_text(text)
    except ValidationError as error:
        _log.warning("%s: an announcement is not readable, left out: %s", name, error.errors()[0]["msg"])
        return None
