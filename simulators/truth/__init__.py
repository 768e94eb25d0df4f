"""What really happened: the true figures of the plant, by simple code of its own, as `truth.json` (D28)."""

from simulators.truth.document import truth_document, write_truth
from simulators.truth.network import Reachable, joined
from simulators.truth.terms import BandHours, Limit, Tariff, Terms
from simulators.truth.windows import Window, ended_windows

__all__ = [
    "BandHours",
    "Limit",
    "Reachable",
    "Tariff",
    "Terms",
    "Window",
    "ended_windows",
    "joined",
    "truth_document",
    "write_truth",
]
