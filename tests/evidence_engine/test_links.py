"""Links prove what their heartbeats prove, and no more (D2, D3)."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.stretches import total
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from tests import naive
from tests.evidence_engine.knowledge_cases import at, facts, history, plant, rows


def spans(stretches: np.ndarray) -> list[list[float]]:
    return [[a / NS, b / NS] for a, b in stretches.tolist()]


def test_D2_up_is_between_two_ones_at_most_timeout_apart_equal_included() -> None:
    link = link_of(history(link=rows((0, 1), (75, 1), (150.001, 1), (160, 1))), "c")
    assert spans(link.up) == [[0, 75], [150.001, 160]]


def test_D2_nothing_is_proven_after_the_last_one_whatever_follows() -> None:
    for after in (0, -1):
        link = link_of(history(link=rows((0, 1), (30, 1), (40, after))), "c")
        assert spans(link.up) == [[0, 30]]
    assert link.last_row == 40 * NS


def test_D2_down_only_between_two_failed_attempts_a_minute_apart_at_most() -> None:
    link = link_of(history(link=rows((0, -1), (60, -1), (121, -1), (130, 0), (140, -1), (150, -1))), "c")
    assert spans(link.down) == [[0, 60], [140, 150]]
    assert not len(link.up)


def test_D2_no_row_proves_nothing() -> None:
    link = link_of(History({}), "c")
    assert (total(link.up), total(link.down), link.first_row, link.last_row) == (0, 0, None, None)


def test_D2_a_row_of_bad_quality_is_no_proof() -> None:
    link = link_of(history(link=rows((0, 1), (30, None), (60, 1))), "c")
    assert not len(link.up)


def test_D3_a_one_right_after_a_zero_reaches_back_to_it_for_samples_only() -> None:
    link = link_of(history(link=rows((0, 0), (5, 1), (30, 1))), "c")
    assert spans(link.up) == [[5, 30]]
    assert spans(link.speaks) == [[0, 30]]


def test_D3_a_one_after_a_failed_attempt_or_a_long_silence_does_not_reach_back() -> None:
    link = link_of(history(link=rows((0, -1), (5, 1), (30, 1), (200, 1), (230, 1))), "c")
    assert spans(link.speaks) == [[5, 30], [200, 230]]


def test_D3_a_single_one_after_a_zero_speaks_for_what_was_read_between_them() -> None:
    link = link_of(history(link=rows((0, 0), (5, 1), (9, 0))), "c")
    assert spans(link.speaks) == [[0, 5]]
    assert not len(link.up)


def test_D8_the_timeout_valid_at_the_beat_counts() -> None:
    timeline = [(at(100)[0], facts(timeout=300.0))]
    beats = rows((0, 1), (80, 1), (100, 1), (390, 1))
    link = link_of(History({"@c/link": beats}, {"c": timeline}), "c", plant())
    assert spans(link.up) == [[80, 390]]


def test_D29_the_plant_file_gives_the_timeout_of_an_imported_link() -> None:
    beats = history(link=rows((0, 1), (80, 1)))
    assert not len(link_of(beats, "c", plant()).up)
    assert len(link_of(beats, "c", plant([facts(timeout=100.0)])).up) == 1


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from([1, 1, 1, 0, -1])), max_size=12))
@settings(deadline=None)
def test_D2_and_D3_as_their_twin_says(steps: list[tuple[int, int]]) -> None:
    ts = np.cumsum([gap for gap, _ in steps]).tolist() if steps else []
    beats = list(zip(ts, [v for _, v in steps], strict=True))
    known = History({"@c/link": rows(*beats, unit=1)}, {"c": [(0, facts(timeout=7e-9))]})
    link = link_of(known, "c")
    up = {t for a, b in link.up.tolist() for t in range(a, b)}
    down = {t for a, b in link.down.tolist() for t in range(a, b)}
    assert up == naive.up_between(beats, 7)
    assert down == naive.up_between(beats, 60 * NS, -1)
    ends = {t: int(b) for a, b in link.speaks.tolist() for t in range(a, b)}
    horizon = range(-1, (ts[-1] if ts else 0) + 2)
    assert [ends.get(t) for t in horizon] == [naive.stretch_end(beats, 7, t) for t in horizon]
