"""The way in: bytes become a checked batch; rows whose time cannot be are set aside, the rest is kept."""

import logging
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from collector.store.base import Store
from evidence_engine.encoding import BadBatch, decode_batch
from evidence_engine.vocabulary.batch import Batch
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.instants import DAY, format_instant
from evidence_engine.vocabulary.roles import CONNECTION_ROLES, role_of, split_series

_log = logging.getLogger(__name__)

IMPORTS = "import"
"""The agent name of imported files, whose rows may be as old as they like (D6)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one batch."""

    stored: bool
    """False: it was there already."""
    rows: int
    quarantined: int


class Intake:
    """Checks batches and hands them to the store.

    future: ns of plant time that a row may lie ahead · past: ns that a row may be old.
    """

    def __init__(self, store: Store, clock: Clock, future: int, past: int = 400 * DAY) -> None:
        self._store, self._clock = store, clock
        self._future, self._past = future, past
        self._told: set[tuple[str, str]] = set()

    def take(self, body: bytes, digest: str, agents: set[str]) -> Taken:
        """Decode, check and store, durably when this returns.

        digest: `sha256:…` of the body · agents: for whom the sender may speak (`*`: all). Raises BadBatch (sending again
        will not help), Forbidden, StoreFull (again later).
        """
        _check_digest(body, digest)
        batch = decode_batch(body)
        _check_names(batch)
        if not agents & {"*", batch.id.agent}:
            raise Forbidden(f"this token is not for agent '{batch.id.agent}'")
        possible = self._possible(batch)
        if possible.all():
            return Taken(self._store.append(batch, body=body), len(batch), 0)
        good, aside = _rows(batch, possible), _rows(batch, ~possible)
        self._say_once(aside)
        return Taken(self._store.append(good, aside=aside), len(good), len(aside))

    def _say_once(self, aside: Batch) -> None:
        """A clock that is wrong is told once per run of an agent; how many rows it costs is a counter."""
        run = (aside.id.agent, aside.boot)
        if run not in self._told:
            self._told.add(run)
            at = format_instant(int(aside.ts[0]))
            _log.warning("agent %s: %d rows set aside, as of %s: is its clock right?", run[0], len(aside), at)

    def _possible(self, batch: Batch) -> NDArray[np.bool_]:
        now = self._clock.now()
        earliest = 0 if batch.id.agent == IMPORTS else now - self._past
        return np.asarray((batch.ts <= now + self._future) & (batch.ts >= earliest))


class Forbidden(Exception):
    """The token is one of ours, but for another agent."""


def _check_digest(body: bytes, digest: str) -> None:
    kind, _, told = digest.partition(":")
    if kind != "sha256" or not told:
        raise BadBatch("header Floortruth-Digest is missing, expected sha256:<hex of the body>")
    found = sha256(body).hexdigest()
    if found != told.lower():
        raise BadBatch(f"the body's digest is sha256:{found[:12]}…, expected sha256:{told[:12]}…")


def _check_names(batch: Batch) -> None:
    """A series that nobody can read must not get in: it would stop the figures of all others."""
    for name in batch.names:
        try:
            asset, role = split_series(name)
            role_of(role)
        except ValueError as error:
            raise BadBatch(f"series '{name}': {error}") from None
        if asset.startswith("@") != (role in CONNECTION_ROLES):
            raise BadBatch(
                f"series '{name}': roles {sorted(CONNECTION_ROLES)} belong to '@<connection>', no other"
            )


def _rows(batch: Batch, keep: NDArray[np.bool_]) -> Batch:
    """The batch with some of its rows; it stays the same batch."""
    text = None if batch.text is None else tuple(np.array(batch.text, object)[keep].tolist())
    return replace(
        batch,
        series=batch.series[keep],
        ts=batch.ts[keep],
        value=batch.value[keep],
        quality=batch.quality[keep],
        text=text,
    )
