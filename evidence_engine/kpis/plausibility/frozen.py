"""Frozen values: a measurement that must move while a machine produces, and keeps every digit."""

from collections.abc import Iterator

import numpy as np

from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.plausibility.doubt import Doubt, doubt
from evidence_engine.vocabulary.instants import HOUR
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import GOOD
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
        samples = found.of.history.of(series_name(found.of.name, role)).between(found.start, found.end)
        good = samples.quality == GOOD
        values, ts = samples.value[good], samples.ts[good]
        if len(values) < LOOKS or values[0] == 0 or not (values == values[0]).all():
            continue
        if _producing(found, int(ts[0]), int(ts[-1])) >= FROZEN:
            yield doubt(found, "frozen_value", (role,), ("state",))


def _producing(found: AssetWindow, start: int, end: int) -> int:
    """ns of producing by the plain reading in [start, end)."""
    border = found.of.state.border
    inner = border[np.searchsorted(border, start, "right") : np.searchsorted(border, end, "left")]
    edges = np.concatenate([[start], inner, [end]]).astype(np.int64)
    plain, _ = found.of.state.at(edges[:-1])
    return int(np.diff(edges)[plain == State.PRODUCING].sum())
