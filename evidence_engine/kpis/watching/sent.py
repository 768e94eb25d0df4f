"""When an agent had to send a series: its keyframes, and when the link that it hangs on was proven up or down (D2, D4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.links import in_order, link_of
from evidence_engine.knowledge.stretches import LAST, NEVER, Stretches, clip, joined
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
    hanging = tuple((regime.connection, regime.start) for regime in regimes)
    return history.once(("sent", hanging), lambda: _sent(history, plant, hanging), plant)


def _sent(history: History, plant: Plant, hanging: Sequence[tuple[str | None, int]]) -> Sent | None:
    """Of whatever hangs on these connections, on each from its instant on until the next."""
    ends = [*(start for _, start in hanging[1:]), LAST]
    keyframes, up, down = [], [NEVER], [NEVER]
    for (connection, start), end in zip(hanging, ends, strict=True):
        facts = None if connection is None else _agent_of(history, connection)
        if facts is not None:
            link = link_of(history, facts.connection, plant)
            keyframes.append(seconds_to_ns(facts.keyframe))
            up.append(clip(link.up, start, end))
            down.append(clip(link.down, start, end))
    if not keyframes:
        return None
    return Sent(max(keyframes), joined(np.concatenate(up)), joined(np.concatenate(down)))


def _agent_of(history: History, connection: str) -> ConnectionFacts | None:
    """The facts that the connection's agent announced last; None: it is an import's."""
    rows = in_order(history, connection)
    return rows[-1][1] if rows and rows[-1][1].protocol != "import" else None
