"""A measured quantity by whether it is within two limits: read in one pass, a row for each crossing instead of each sample.

Only where r and e never change: then what is between two levels of one band lies wholly in stretches that the crossings
beside it make unsure as well, so that nothing is lost. Else `numbers` has all levels.
"""

import numpy as np

from evidence_engine.kernels.held import Band, banded
from evidence_engine.knowledge.held import Held, segments
from evidence_engine.knowledge.quanta import LARGEST, scale_of
from evidence_engine.knowledge.reading import Links, Reading, runs_of, sight_of
from evidence_engine.knowledge.stretches import LAST, Stretches
from evidence_engine.vocabulary.roles import series_name

NAMES = ("within", "above", "below")
FULL = (1 << len(NAMES)) - 1
NO_LOW, NO_HIGH = -(2**62), 2**62


def is_steady(links: Links, asset: str, role: str) -> bool:
    """Whether r and e of a series are the same from its first sample on."""
    sight = sight_of(links, series_name(asset, role))
    begins = sight.series.ts[0] if len(sight.series.ts) else LAST
    ends = [*(regime.start for regime in sight.regimes[1:]), LAST]
    pairs = zip(sight.regimes, ends, strict=True)
    return len({(regime.resolution, regime.error) for regime, end in pairs if end > begins}) <= 1


def bands_of(links: Links, asset: str, role: str, low: int, high: int) -> Held:
    """Within [low, high], above and below, in quanta of the role; a steady series only."""
    reading, limitations = _read(links, asset, role, low, high)
    return Held(*segments(reading, FULL), FULL, NAMES, limitations)


def known_numbers(links: Links, asset: str, role: str) -> Stretches:
    """Time in which a level is known by the plain reading (D5)."""
    reading, _ = _read(links, asset, role, NO_LOW, NO_HIGH)
    first, last = runs_of(reading)
    return np.stack([reading.ts[first], reading.until[last]], axis=1)


def _read(links: Links, asset: str, role: str, low: int, high: int) -> tuple[Reading, tuple[str, ...]]:
    sight, scale = sight_of(links, series_name(asset, role)), scale_of(role)
    rows, flags = banded(sight.series, sight.proof, Band(scale, LARGEST / scale, low, high))
    return Reading(*np.ascontiguousarray(rows.T)), tuple(sorted(sight.limitations(flags)))
