"""What the agent wrote of a plant with faults, row by row against the plant's own record."""

from collections.abc import Callable

import pytest

from tests.truth.demos import SEEDS
from tests.truth.rows import counters_against_plant, states_against_plant
from tests.truth.runs import Finished

pytestmark = pytest.mark.timeout(600)  # the first to ask waits for all demos
HOUR = 3600 * 10**9


@pytest.mark.parametrize("seed", SEEDS)
def test_no_state_is_a_lie_and_no_change_is_missed(faulty_run: Callable[[int], Finished], seed: int) -> None:
    found = states_against_plant(faulty_run(seed))
    assert (found.samples > 200, found.known_ns > 8 * HOUR) == (True, True), found
    assert not found.lies, "\n".join(found.lies or [])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_count_is_a_lie_and_no_piece_is_missed(faulty_run: Callable[[int], Finished], seed: int) -> None:
    found = counters_against_plant(faulty_run(seed))
    assert (found.samples > 1000, found.known_ns > 8 * HOUR) == (True, True), found
    assert not found.lies, "\n".join(found.lies or [])


def test_stamps_that_are_a_minute_off_would_be_found(faulty_run: Callable[[int], Finished]) -> None:
    assert states_against_plant(faulty_run(SEEDS[0]), shift=HOUR // 60).lies
