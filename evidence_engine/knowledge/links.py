"""Links: from the heartbeats of a connection, when it was proven up, when proven down, and what it speaks for (D2, D3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence_engine.knowledge.stretches import NEVER, Stretches, joined, stretches_of
from evidence_engine.vocabulary.facts import ConnectionFacts, seconds_to_ns
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import MINUTE
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD, Samples

PROVEN, BROKEN, FAILED = 1, 0, -1
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
    rows = history.of(series_name(f"@{connection}", "link"))
    if not len(rows):
        return NO_LINK
    beat = _beats(rows)
    timeout = _timeouts(history, connection, plant, rows.ts)
    pair = (beat[:-1] == PROVEN) & (beat[1:] == PROVEN) & (np.diff(rows.ts) <= timeout[:-1])
    dead = (beat[:-1] == FAILED) & (beat[1:] == FAILED) & (np.diff(rows.ts) <= DOWN_BETWEEN)
    down = joined(_between(rows.ts, dead))
    return Link(
        up=joined(_between(rows.ts, pair)),
        down=down,
        cut=_long(down, rows.ts, timeout),
        speaks=_speaks(rows.ts, beat, pair),
        first_row=int(rows.ts[0]),
        last_row=int(rows.ts[-1]),
    )


def _beats(rows: Samples) -> NDArray[np.int8]:
    """1, 0 or -1 per row; a row that is not good, or says anything else, proves nothing: 0."""
    good = rows.quality == GOOD
    return np.where(
        good & (rows.value == 1), PROVEN, np.where(good & (rows.value == -1), FAILED, BROKEN)
    ).astype(np.int8)


def _timeouts(
    history: History, connection: str, plant: Plant | None, ts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The timeout in ns that holds at each row."""
    stated = plant.connections.get(connection) if plant is not None else None
    first = seconds_to_ns(stated.timeout if stated is not None else DEFAULT_TIMEOUT)
    announced = in_order(history, connection)
    spans = np.array([first, *(seconds_to_ns(facts.timeout) for _, facts in announced)], np.int64)
    since = np.array([start for start, _ in announced], np.int64)
    return spans[np.searchsorted(since, ts, "right")]


def in_order(history: History, connection: str) -> list[tuple[int, ConnectionFacts]]:
    """The announcements of a connection by their instant; of two at one instant the later one holds."""
    return sorted(history.facts.get(connection, ()), key=lambda row: row[0])


def _between(ts: NDArray[np.int64], pair: NDArray[np.bool_]) -> Stretches:
    return stretches_of(ts[:-1][pair], ts[1:][pair])


def _long(down: Stretches, ts: NDArray[np.int64], timeout: NDArray[np.int64]) -> Stretches:
    """Those that last for the timeout: a shorter one may be all of a cut that counts as none."""
    least = timeout[np.searchsorted(ts, down[:, 0])]
    return down[down[:, 1] - down[:, 0] >= least]


def _speaks(ts: NDArray[np.int64], beat: NDArray[np.int8], pair: NDArray[np.bool_]) -> Stretches:
    """Runs of 1s, each from the 0 right before it, if there is one, to its last 1."""
    begins = (beat == PROVEN) & ~np.append(False, pair)
    ends = (beat == PROVEN) & ~np.append(pair, False)
    after_zero = begins & np.append(False, beat[:-1] == BROKEN)
    start = np.where(after_zero, np.append(ts[0], ts[:-1]), ts)
    return stretches_of(start[begins], ts[ends])
