"""Frozen values: a measurement that must move while a machine produces, and keeps every digit."""

from collections.abc import Iterator

import numpy as np

from evidence_engine.kernels.oddities import unmoved
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.doubt import Doubt, columns, doubt
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.states import State

MOVING = ("power_active", "current", "vibration")
"""What changes with load, material and temperature. Temperatures and pressures are held by controllers, speeds are
set: they may stand still."""

FROZEN = 2 * HOUR
"""No work holds its load to the last digit of a meter for so much producing time; coarse meters may for minutes."""

LOOKS = 8
"""As many equal readings at least: one each quarter of an hour, so that the link did not just fail in between."""


def frozen(found: AssetWindow) -> Iterator[Doubt]:
    """Roles whose good readings in the window are all one value, other than zero, over FROZEN of producing time."""
    for role in MOVING:
        if not found.of.has(role) or not found.of.has("state"):
            continue
        of = columns(found, role)
        first, last, count = unmoved(of, (found.start, found.end))
        if count < LOOKS or of.value[first] == 0:
            continue
        if _producing(found, int(of.ts[first]), int(of.ts[last])) >= FROZEN:
            yield doubt(found, "frozen_value", (role,), ("state",))


def _producing(found: AssetWindow, start: int, end: int) -> int:
    """ns of producing by the plain reading in [start, end)."""
    border = found.of.state.border
    inner = border[np.searchsorted(border, start, "right") : np.searchsorted(border, end, "left")]
    edges = np.concatenate([[start], inner, [end]]).astype(np.int64)
    plain, _ = found.of.state.at(edges[:-1])
    return int(np.diff(edges)[plain == State.PRODUCING].sum())
