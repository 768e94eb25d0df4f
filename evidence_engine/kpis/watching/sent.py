"""When an agent had to send a series: its keyframes, and when the link that it hangs on was proven up or down (D2, D4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.stretches import LAST, NEVER, Stretches, intersect, joined
from evidence_engine.vocabulary.facts import ConnectionFacts, seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant


@dataclass(frozen=True, slots=True)
class Sent:
    """keyframe: ns, the longest of its agents' · up, down: proven so while the series hangs on the link."""

    keyframe: int
    up: Stretches
    down: Stretches


def sent_of(history: History, plant: Plant, series: str) -> Sent | None:
    """None where no agent ever announced the series: imported history has no sender."""
    regimes = regimes_of(history, plant, series)
    ends = [*(regime.start for regime in regimes[1:]), LAST]
    keyframes, up, down = [], [], []
    for regime, end in zip(regimes, ends, strict=True):
        facts = None if regime.connection is None else _agent_of(history, regime.connection)
        if facts is not None:
            hanging = np.array([[regime.start, end]], np.int64)
            link = link_of(history, facts.connection, plant)
            keyframes.append(seconds_to_ns(facts.keyframe))
            up.append(intersect(link.up, hanging))
            down.append(intersect(link.down, hanging))
    return Sent(max(keyframes), _union(up), _union(down)) if keyframes else None


def _agent_of(history: History, connection: str) -> ConnectionFacts | None:
    """The facts that the connection's agent announced last; None: it is an import's."""
    rows = [facts for _, facts in sorted(history.facts.get(connection, ()), key=lambda row: row[0])]
    return rows[-1] if rows and rows[-1].protocol != "import" else None


def _union(parts: Sequence[Stretches]) -> Stretches:
    return joined(np.concatenate([NEVER, *parts]))
