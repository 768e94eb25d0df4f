"""Links: from the heartbeats of a connection, when it was proven up, when proven down, and what it speaks for (D2, D3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.links import DOWN, SPEAKS, UP, proofs
from evidence_engine.kernels.series import Series
from evidence_engine.knowledge.stretches import FIRST, NEVER, Stretches
from evidence_engine.vocabulary.facts import ConnectionFacts, seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name

PROVEN = 1
"""The beat of a proof, as the rows of a link write it."""
DEFAULT_TIMEOUT = 75.0
DOWN_BETWEEN = MINUTE
"""Two failed attempts at most this far apart prove that it was down between them (D2)."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one connection proves.

    up, down: proven so (D2) · cut: down for at least the timeout, which the networking rate counts (D24) · speaks: the up-stretches as samples see them, a 1 right after
    a 0 reaching back to it (D3) · first_row, last_row: of the link itself, None where it has no row.
    """

    up: Stretches
    down: Stretches
    cut: Stretches
    speaks: Stretches
    first_row: int | None
    last_row: int | None


NO_LINK = Link(NEVER, NEVER, NEVER, NEVER, None, None)


def link_of(history: History, connection: str, plant: Plant | None = None) -> Link:
    """The link of a connection; without a row in its series, nothing is proven.

    `plant` gives the timeout of imported links; what the agent announced wins from its instant on.
    """
    stated = plant.connections.get(connection) if plant is not None else None
    first = seconds_to_ns(stated.timeout if stated is not None else DEFAULT_TIMEOUT)
    return history.once(("link", connection, first), lambda: _link(history, connection, first))


def _link(history: History, connection: str, first: int) -> Link:
    """The link with the timeout `first`, ns, until the first announcement."""
    rows = history.of(series_name(f"@{connection}", "link"))
    if not len(rows):
        return NO_LINK
    announced = in_order(history, connection)
    since = np.array([FIRST, *(start for start, _ in announced)], np.int64)
    timeout = np.array([first, *(seconds_to_ns(facts.timeout) for _, facts in announced)], np.int64)
    found = proofs(Series(rows.ts, rows.value, rows.quality), since, timeout, DOWN_BETWEEN)
    down = found[found[:, 0] == DOWN, 1:]
    return Link(
        up=found[found[:, 0] == UP, 1:],
        down=down,
        cut=_long(down, since, timeout),
        speaks=found[found[:, 0] == SPEAKS, 1:],
        first_row=int(rows.ts[0]),
        last_row=int(rows.ts[-1]),
    )


def in_order(history: History, connection: str) -> list[tuple[int, ConnectionFacts]]:
    """The announcements of a connection by their instant; of two at one instant the later one holds."""
    return sorted(history.facts.get(connection, ()), key=lambda row: row[0])


def _long(down: Stretches, since: NDArray[np.int64], timeout: NDArray[np.int64]) -> Stretches:
    """Those that last for the timeout: a shorter one may be all of a cut that counts as none."""
    least = timeout[np.searchsorted(since, down[:, 0], "right") - 1]
    return down[down[:, 1] - down[:, 0] >= least]
