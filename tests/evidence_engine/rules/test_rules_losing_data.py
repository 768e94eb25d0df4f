"""A day in which everything is told, damaged at random: no clause, level or total that the rules give becomes better.

tests/random_plants/test_nothing_flatters.py does the same over random machines; here are also alarms, warnings before a
failure, batches through steps, environment limits, meters by level and a plan.
"""

import random

import pytest

from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.history import History
from tests.evidence_engine.rules.mutation_cases import history, plant
from tests.evidence_engine.small_plant import WHOLE
from tests.random_plants.losses import LOSSES
from tests.random_plants.test_nothing_flatters import better_figures, better_lows

PLANT, WHOLE_HISTORY = plant(), history()


def records(told: History) -> list[Record]:
    return list(assess(PLANT, told, [WHOLE]))


BEFORE = records(WHOLE_HISTORY)


@pytest.mark.parametrize("loss", LOSSES)
def test_losing_data_makes_nothing_better(loss: str) -> None:
    chance, damaged = random.Random(loss), WHOLE_HISTORY
    for _ in range(4):
        damaged = LOSSES[loss](chance, damaged)
    after = records(damaged)
    assert [*better_figures(BEFORE, after), *better_lows(PLANT, BEFORE, after)] == []
