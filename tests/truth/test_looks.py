"""The loops that tell when a series was looked at, by small cases that can be read by eye."""

import pytest

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.samples import BAD, GOOD, Samples, samples_of
from tests.truth.looks import NS, Fall, Looks, Rise, Spell, looks_of, merged, rest, up_of

FACTS = (
    '{"timeout": 75.0, "keyframe": 300.0, "series": {"A/state": {"resolution": 15.0, "time_error": 2.0},'
    ' "A/count_total": {"resolution": null, "time_error": 0.0}}}'
)


def _s(*seconds: float) -> list[int]:
    return [round(second * NS) for second in seconds]


def _rows(*rows: tuple[float, float], bad: tuple[float, ...] = ()) -> Samples:
    quality = [BAD if ts in bad else GOOD for ts, _ in rows]
    return samples_of(_s(*(ts for ts, _ in rows)), [value for _, value in rows], quality)


def _looks(link: Samples, state: Samples) -> Looks:
    announced = samples_of(_s(0), [float("nan")], None, [FACTS])
    series = {"@c/facts": announced, "@c/link": link, "A/state": state}
    return looks_of(History(series), {"A/state": "c"})["A/state"]


def _in_seconds(stretches: object) -> list[tuple[float, float]]:
    return [(a / NS, b / NS) for a, b in stretches]  # type: ignore[attr-defined]


def test_a_run_reaches_from_the_first_value_after_the_zero_to_the_last_one() -> None:
    looks = _looks(_rows((1, 0), (4, 1), (34, 1), (64, 1)), _rows((2, 3), (20, 4)))
    assert _in_seconds(looks.runs) == [(2, 64)]


def test_ones_further_apart_than_the_timeout_are_two_stretches() -> None:
    looks = _looks(_rows((1, 0), (4, 1), (34, 1), (110, 1), (140, 1)), _rows((2, 3), (120, 4)))
    assert _in_seconds(looks.runs) == [(2, 34), (120, 140)]


def test_a_bad_sample_is_a_hole_until_the_next_good_one() -> None:
    looks = _looks(_rows((1, 0), (4, 1), (60, 1)), _rows((2, 3), (20, 3), (30, 3), bad=(20,)))
    assert _in_seconds(looks.runs) == [(2, 20), (30, 60)]


def test_the_edges_of_runs_are_not_sure() -> None:
    """The first e = 2 s and the last r + e = 17 s (D5)."""
    looks = _looks(
        _rows((1, 0), (4, 1), (60, 1)),
        _rows(
            (2, 3),
        ),
    )
    assert _in_seconds(looks.unsure(0, 100 * NS)) == [(0, 4), (43, 100)]


def test_an_unstated_resolution_is_twice_the_keyframe() -> None:
    announced = samples_of(_s(0), [float("nan")], None, [FACTS])
    series = {
        "@c/facts": announced,
        "@c/link": _rows((1, 0), (4, 1), (60, 1)),
        "A/count_total": _rows((2, 7), (9, 8)),
    }
    looks = looks_of(History(series), {})["A/count_total"]
    assert looks.spell_at(5 * NS) == Spell(0, 600 * NS, 0)


def test_only_steps_whose_interval_holds_an_edge_are_open() -> None:
    rises = [Rise(10, 20, 1.0), Rise(18, 28, 2.0), Rise(30, 40, 4.0)]
    looks = Looks([Spell(0, 10, 0)], [(0, 100)], rises)
    assert [looks.over([edge]) for edge in (10, 15, 19, 28, 35)] == [0.0, 1.0, 3.0, 0.0, 4.0]
    assert looks.over([19, 35]) == 7.0


def test_a_gap_at_an_edge_makes_all_of_it_open() -> None:
    looks = Looks([Spell(-(2**62), 5, 1)], [(0, 100), (150, 300)])
    assert looks.around(50) == (43, 57)
    assert looks.around(120) == (87, 158)


def test_a_fall_is_told_with_what_follows() -> None:
    announced = samples_of(_s(0), [float("nan")], None, [FACTS])
    series = {
        "@c/facts": announced,
        "@c/link": _rows((1, 0), (4, 1), (60, 1)),
        "A/count_total": _rows((2, 7), (9, 6), (12, 8)),
    }
    looks = looks_of(History(series), {"A/count_total": "c"})["A/count_total"]
    assert list(looks.falls) == [Fall(9 * NS, 7, 6, 8)]


def test_proven_up_lies_between_two_ones() -> None:
    history = History({"@c/link": _rows((1, 0), (4, 1), (34, 1), (40, 0), (50, 1), (126, 1))})
    assert _in_seconds(up_of(history, "c")) == [(4, 34)]


@pytest.mark.parametrize(
    ("stretches", "left"),
    [([], [(0, 10)]), ([(0, 10)], []), ([(2, 4), (4, 6)], [(0, 2), (6, 10)]), ([(-5, 3), (8, 20)], [(3, 8)])],
)
def test_what_is_left(stretches: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert rest(stretches, 0, 10) == left


def test_stretches_that_touch_are_one() -> None:
    assert merged([(5, 7), (1, 3), (3, 4), (6, 9)]) == [(1, 4), (5, 9)]
