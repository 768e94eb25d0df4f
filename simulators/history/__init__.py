"""The days before the live demo, as files to import: changes, keyframes, link rows, and some honest damage."""

from simulators.history.damage import counter_bases, reachable
from simulators.history.files import write_csv, write_history, write_plan

__all__ = ["counter_bases", "reachable", "write_csv", "write_history", "write_plan"]
