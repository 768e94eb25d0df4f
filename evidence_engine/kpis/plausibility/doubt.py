"""One doubt about data: its limitation, the series it is about, and those that it was seen in (D7)."""

from dataclasses import dataclass

from evidence_engine.kernels.series import Series
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.vocabulary.roles import series_name

COUNTERS = ("count_total", "count_good", "count_reject")


@dataclass(frozen=True, slots=True)
class Doubt:
    """about: figures that rest on one of these carry the code, and name all of `seen_in` as inputs."""

    code: str
    about: frozenset[str]
    seen_in: frozenset[str]


def doubt(found: AssetWindow, code: str, about: tuple[str, ...], beside: tuple[str, ...] = ()) -> Doubt:
    """By roles of the asset; those that it does not have are left out."""
    names = [
        frozenset(series_name(found.of.name, r) for r in roles if found.of.has(r))
        for roles in (about, beside)
    ]
    return Doubt(code, names[0], names[0] | names[1])


def columns(found: AssetWindow, role: str) -> Series:
    """All samples of a role of the asset, as the kernels take them."""
    samples = found.of.history.of(series_name(found.of.name, role))
    return Series(samples.ts, samples.value, samples.quality)
