"""Levels as integers: each is rounded once, where it is decoded, to the quantum of its role (D18)."""

import numpy as np
from numpy.typing import NDArray

from evidence_engine.vocabulary.roles import role_of

DEFAULT_SCALE = 1_000_000
LARGEST = float(2**62)
EXACT = 2**53
"""Beyond it a float64 can't tell a whole number from its neighbour."""


def scale_of(role: str) -> int:
    """Quanta per unit of the role; a millionth of the unit where the role states none."""
    quantum = role_of(role).quantum
    return DEFAULT_SCALE if quantum is None else round(1 / quantum)


def to_quanta(values: NDArray[np.float64], role: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Levels in quanta, and which are numbers at all (NaN, infinities and beyond ±2**62 quanta are not: 0)."""
    scale = scale_of(role)
    fit = np.isfinite(values) & (np.abs(np.where(np.isfinite(values), values, 0.0)) < LARGEST / scale)
    return np.rint(np.where(fit, values, 0.0) * scale).astype(np.int64), fit


def one_quantum(value: float, role: str) -> int:
    """One stated quantity of the role in quanta."""
    return round(value * scale_of(role))
