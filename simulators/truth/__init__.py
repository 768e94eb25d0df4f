"""What really happened: the true figures of the plant, by simple code of its own, as `truth.json` (D28)."""

from simulators.truth.document import truth_document, write_truth
from simulators.truth.network import Reachable, joined
from simulators.truth.windows import Window, ended_windows

__all__ = ["Reachable", "Window", "ended_windows", "joined", "truth_document", "write_truth"]
