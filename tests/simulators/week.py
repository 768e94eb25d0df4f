"""A simulated week of the demo plant for tests: made once, never advanced again by them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from simulators.model import Plant, PlantSpec, load
from simulators.model.parts import HOUR, SECOND

PLANT_FILE = Path(__file__).parents[2] / "simulators" / "plants" / "demo.yaml"
DAY = 24 * HOUR
BEGIN = int(datetime(2026, 11, 16, 16, tzinfo=UTC).timestamp()) * SECOND  # Tuesday 00:00 in Shanghai
END = BEGIN + 7 * DAY


@cache
def demo_spec() -> PlantSpec:
    return load(PLANT_FILE)


def new_plant(seed: int = 1, broken: frozenset[str] = frozenset()) -> Plant:
    return Plant(demo_spec(), seed, BEGIN - HOUR, broken)


@cache
def week(seed: int = 1) -> Plant:
    plant = new_plant(seed)
    plant.advance(END)
    return plant
