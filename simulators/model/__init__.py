"""The plant itself: a seeded discrete-event model whose truth is a set of traces in plant time."""

from simulators.model.plan import PlanEntry, plan_entries
from simulators.model.plant import BREAKABLE, Plant
from simulators.model.reader import SpecError
from simulators.model.spec import PlantSpec, load
from simulators.model.trace import Trace

__all__ = ["BREAKABLE", "PlanEntry", "Plant", "PlantSpec", "SpecError", "Trace", "load", "plan_entries"]
