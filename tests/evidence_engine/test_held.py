"""Held values and numbers: what is known by the plain reading, and what may be by the careful one (D5, D26, D29, D31)."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.held import Held, number_key, product_of, state_of
from evidence_engine.knowledge.numbers import numbers_of
from evidence_engine.knowledge.stretches import total
from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.samples import NO_SAMPLES, Samples, samples_of
from evidence_engine.vocabulary.states import ANY_STATE, State
from tests import naive
from tests.evidence_engine.knowledge_cases import at, beats, facts, history, plant, rows

LIVE: dict[str, Any] = {"resolution": 10.0, "time_error": 1.0}


def plain_at(held: Held, seconds: float) -> int:
    return int(held.at(np.array(at(seconds)))[0][0])


def may_at(held: Held, seconds: float) -> set[State] | str:
    mask = int(held.at(np.array(at(seconds)))[1][0])
    return "any" if mask == held.full else {s for s in State if mask >> s & 1}


def polled(*pairs: tuple[float, float | None], end: float = 300, **stated: Any) -> Held:
    """A state looked at every 10 s over a link that is up from 0 to `end`."""
    here = plant([facts("A/state", **(LIVE | stated))])
    return state_of(history(link=beats(0, end), A__state=rows(*pairs)), here, "A")


def test_D5_a_good_sample_holds_until_the_next() -> None:
    held = polled((0, 0), (100, 1))
    assert [plain_at(held, t) for t in (-1, 0, 99.9, 100, 299, 300)] == [
        -1,
        State.PRODUCING,
        0,
        State.IDLE,
        2,
        -1,
    ]


def test_D5_either_stretch_lies_before_a_change_as_long_as_the_resolution() -> None:
    held = polled((0, 0), (100, 1))
    assert may_at(held, 88.9) == {State.PRODUCING}
    assert may_at(held, 89) == may_at(held, 100.9) == {State.PRODUCING, State.IDLE}
    assert may_at(held, 101) == {State.IDLE}


def test_D5_either_stretch_begins_at_the_sample_before_where_that_is_nearer() -> None:
    held = polled((0, 0), (95, 0), (100, 1))
    assert may_at(held, 93.9) == {State.PRODUCING}
    assert may_at(held, 94) == {State.PRODUCING, State.IDLE}


def test_D5_overlapping_either_stretches_allow_any_of_their_values() -> None:
    held = polled((0, 0), (50, 1), (50.5, 2))
    assert may_at(held, 50.2) == {State.PRODUCING, State.IDLE, State.DOWN}


def test_D5_the_first_e_and_the_last_r_and_e_are_unknown_for_the_bounds_only() -> None:
    held = polled((0, 0))
    assert may_at(held, 0.9) == "any"
    assert may_at(held, 1) == {State.PRODUCING}
    assert may_at(held, 288.9) == {State.PRODUCING}
    assert may_at(held, 289) == "any"
    assert plain_at(held, 299) == State.PRODUCING


def test_D5_a_bad_sample_ends_the_value_until_the_next_good_one() -> None:
    held = polled((0, 0), (100, None), (150, 0))
    assert [plain_at(held, t) for t in (99, 100, 149, 150)] == [0, -1, -1, 0]
    assert may_at(held, 89) == may_at(held, 120) == may_at(held, 150.5) == "any"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 99, 1.5, -1])
def test_D5_an_unmapped_code_or_no_number_is_unknown(value: float) -> None:
    held = polled((0, 0), (100, value))
    assert (plain_at(held, 99), plain_at(held, 101)) == (0, -1)


def test_D26_unmapped_codes_are_listed() -> None:
    held = polled((0, 0), (100, 99), (110, 1.5))
    assert held.unmapped == ("1.5", "99")
    assert "unmapped_state_code" in held.limitations


def test_D26_text_codes_and_words_where_the_asset_states_no_codes() -> None:
    samples = samples_of(at(0, 100, 200), [0, 0, 0], text=["setup", "down", "broken"])
    held = state_of(
        history(link=beats(0, 300), A__state=samples), plant([facts("A/state", **LIVE)], states={}), "A"
    )
    assert [plain_at(held, t) for t in (50, 150, 250)] == [State.SETUP, State.DOWN, -1]
    assert held.unmapped == ("broken",)


@pytest.mark.parametrize(
    ("value", "key"), [(3.0, "3"), (-0.0, "0"), (3.5, "3.5"), (2.0**53, "9007199254740992")]
)
def test_D26_numbers_are_mapped_by_their_text(value: float, key: str) -> None:
    assert number_key(value) == key


def test_D3_a_sample_between_the_zero_and_the_first_one_is_known_from_its_own_time() -> None:
    link = rows((0, 0), (5, 1), (30, 1))
    held = state_of(history(link=link, A__state=rows((2, 0))), plant([facts("A/state", **LIVE)]), "A")
    assert [plain_at(held, t) for t in (1, 2, 29, 30)] == [-1, 0, 0, -1]


def test_D3_a_sample_speaks_only_for_the_stretch_that_it_lies_in() -> None:
    link = rows((0, 1), (30, 1), (200, 1), (230, 1))
    held = state_of(
        history(link=link, A__state=rows((10, 0), (40, 1))), plant([facts("A/state", **LIVE)]), "A"
    )
    assert [plain_at(held, t) for t in (29, 35, 45, 210)] == [0, -1, -1, -1]


def test_D5_without_a_link_a_value_holds_for_max_hold_and_not_beyond_the_import() -> None:
    here = plant(series={"A/state": SeriesFacts(resolution=0.0)})
    held = state_of(history(A__state=rows((0, 0), (1000, 1), (1100, 1))), here, "A")
    assert [plain_at(held, t) for t in (599, 600, 1099, 1100)] == [0, -1, State.IDLE, -1]
    assert "no_link_max_hold" in held.limitations


def test_D5_a_stated_resolution_that_is_shorter_than_max_hold_is_the_hold() -> None:
    here = plant(series={"A/state": SeriesFacts(resolution=60.0)})
    held = state_of(history(A__state=rows((0, 0), (1000, 1))), here, "A")
    assert [plain_at(held, t) for t in (59, 60)] == [0, -1]


def test_D29_an_unstated_resolution_is_max_hold() -> None:
    held = state_of(history(A__state=rows((0, 0), (500, 0), (1000, 1), (1500, 1))), plant(), "A")
    assert "resolution_unstated" in held.limitations
    assert may_at(held, 450) == {State.PRODUCING}
    assert may_at(held, 500) == {State.PRODUCING, State.IDLE}


def test_D29_samples_before_the_first_row_of_a_link_have_none() -> None:
    here = plant([facts("A/state", **LIVE)])
    held = state_of(history(link=beats(100, 300), A__state=rows((0, 0), (95, 0), (120, 1))), here, "A")
    assert [plain_at(held, t) for t in (9, 10, 97, 99, 121)] == [0, -1, -1, -1, State.IDLE]


def test_D31_facts_valid_at_the_sample_count() -> None:
    """Imported with r = 0, then polled every 10 s."""
    here = plant([facts("A/state", resolution=0.0)])
    announced = {"c": [(at(100)[0], facts("A/state", **LIVE))]}
    series = {"@c/link": beats(0, 300), "A/state": rows((0, 0), (50, 1), (150, 0))}
    held = state_of(History(series, announced), here, "A")
    assert may_at(held, 49.9) == {State.PRODUCING}
    assert may_at(held, 50) == {State.IDLE}
    assert may_at(held, 139) == {State.PRODUCING, State.IDLE}


def test_D31_looks_that_become_rarer_while_a_value_is_known_widen_the_margin_at_its_end() -> None:
    """Looked at each second, from 100 on each 10 s; the value of 50 is known until the last proof, at 130."""
    facts_of = [(at(0)[0], facts("A/state", resolution=1.0)), (at(100)[0], facts("A/state", resolution=10.0))]
    series = {"@c/link": beats(0, 130), "A/state": rows((0, 0), (50, 1))}
    held = state_of(History(series, {"c": facts_of}), plant(), "A")
    assert may_at(held, 49.5) == {State.PRODUCING, State.IDLE}
    assert may_at(held, 119) == {State.IDLE}
    assert may_at(held, 121) == "any"


def test_D5_uncertain_counts_as_bad_unless_the_tag_accepts_it() -> None:
    samples = samples_of(at(0, 100), [0, 1], [0, 1])
    known = history(link=beats(0, 300), A__state=samples)
    refused = state_of(known, plant([facts("A/state", **LIVE)]), "A")
    accepted = state_of(known, plant([facts("A/state", accept_uncertain=True, **LIVE)]), "A")
    assert (plain_at(refused, 150), plain_at(accepted, 150)) == (-1, State.IDLE)
    assert "uncertain_accepted" in accepted.limitations


def test_D31_an_assumed_time_error_is_a_limitation() -> None:
    assert "time_error_assumed" in polled((0, 0), time_error_assumed=True).limitations


@pytest.mark.parametrize("samples", [NO_SAMPLES, rows((5, None)), rows((5, None), (9, None))])
def test_nothing_known_is_any_state(samples: Samples) -> None:
    held = state_of(history(link=beats(0, 300), A__state=samples), plant([facts("A/state", **LIVE)]), "A")
    whole = held.within(np.array([at(0, 100)]))
    assert whole.plain_time() == {-1: 100 * NS}
    assert whole.mask_time() == {ANY_STATE: 100 * NS}


def test_products_by_id_and_by_code() -> None:
    samples = samples_of(at(0, 100, 200), [float("nan"), 7, float("nan")], text=["q", None, "r"])
    held = product_of(
        history(link=beats(0, 300), A__product=samples), plant([facts("A/product", **LIVE)]), "A"
    )
    assert [held.names[plain_at(held, t)] for t in (50, 150)] == ["q", "p"]
    assert plain_at(held, 250) == -1
    assert "unmapped_product" in held.limitations


def test_more_than_63_products_share_the_last_category() -> None:
    many = {f"p{n}": {"name": {"zh": "件", "en": "part"}} for n in range(80)}
    here = plant([facts("A/product", **LIVE)])
    here = type(here).model_validate(here.model_dump(by_alias=True) | {"products": many})
    samples = samples_of(at(0), [float("nan")], text=["p79"])
    held = product_of(history(link=beats(0, 300), A__product=samples), here, "A")
    assert len(held.names) == 64
    assert held.names[plain_at(held, 50)] == "p79"
    assert "many_products" in held.limitations


def test_pieces_add_up_to_the_stretches_they_are_cut_from() -> None:
    held = polled((0, 0), (50, 1), (50.5, 2), (120, None), (130, 3))
    stretches = np.array([at(-20, 10), at(40, 60), at(110, 400)])
    pieces = held.within(stretches)
    assert sum(pieces.plain_time().values()) == sum(pieces.mask_time().values()) == total(stretches)


def test_D5_a_number_lies_between_the_two_readings_of_a_change() -> None:
    known = history(link=beats(0, 300), A__power_active=rows((0, 1), (100, 3), (200, 2)))
    power = numbers_of(known, plant([facts("A/power_active", **LIVE)]), "A", "power_active")
    index = power.at(np.array(at(50, 95, 150, 299)))
    assert power.plain[index].tolist() == [1_000_000, 1_000_000, 3_000_000, 2_000_000]
    assert power.low[index[:3]].tolist() == [1_000_000, 1_000_000, 3_000_000]
    assert power.high[index[:3]].tolist() == [1_000_000, 3_000_000, 3_000_000]
    assert power.bounded[index].tolist() == [True, True, True, False]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_D5_what_is_no_number_is_unknown_power(value: float) -> None:
    known = history(link=beats(0, 300), A__power_active=rows((0, 1), (100, value)))
    power = numbers_of(known, plant([facts("A/power_active", **LIVE)]), "A", "power_active")
    assert power.known[power.at(np.array(at(50)))].tolist() == [True]
    assert power.at(np.array(at(150))).tolist() == [-1]


CASES = st.builds(
    naive.Case,
    samples=st.lists(st.tuples(st.integers(1, 6), st.one_of(st.none(), st.integers(0, 3))), max_size=8).map(
        lambda gaps: [(sum(g for g, _ in gaps[: i + 1]), v) for i, (_, v) in enumerate(gaps)]
    ),
    link=st.one_of(
        st.none(),
        st.lists(st.tuples(st.integers(1, 9), st.sampled_from([1, 1, 1, 0, -1])), min_size=1, max_size=8).map(
            lambda gaps: [(sum(g for g, _ in gaps[: i + 1]), v) for i, (_, v) in enumerate(gaps)]
        ),
    ),
    timeout=st.just(7),
    resolution=st.integers(0, 5),
    error=st.integers(0, 3),
    hold=st.integers(1, 12),
)


def history_of(case: naive.Case, role: str) -> tuple[History, object]:
    stated: dict[str, Any] = {"resolution": case.resolution * 1e-9, "time_error": case.error * 1e-9}
    here = plant([facts(f"A/{role}", timeout=case.timeout * 1e-9, hold=case.hold * 1e-9, **stated)])
    series = {f"A/{role}": rows(*case.samples, unit=1)}
    if case.link:
        series["@c/link"] = rows(*case.link, unit=1)
    return History(series), here


@given(CASES)
@settings(deadline=None, max_examples=300)
def test_D5_state_as_its_twin_says(case: naive.Case) -> None:
    known, here = history_of(case, "state")
    held = state_of(known, here, "A")  # type: ignore[arg-type]
    category = [State.PRODUCING, State.IDLE, State.DOWN, State.PLANNED_STOP]
    instants = range(-3, 60)
    plain, may = held.at(np.array(instants))
    for t, got, mask in zip(instants, plain.tolist(), may.tolist(), strict=True):
        index = case.known_at(t)
        assert got == (-1 if index is None else category[case.samples[index][1] or 0]), t
        expected = case.may_at(t)
        wanted = ANY_STATE if isinstance(expected, str) else sum(1 << category[v] for v in expected)
        assert mask == wanted, t


@given(CASES)
@settings(deadline=None, max_examples=200)
def test_D5_numbers_as_their_twin_says(case: naive.Case) -> None:
    known, here = history_of(case, "power_active")
    power = numbers_of(known, here, "A", "power_active")  # type: ignore[arg-type]
    for t in range(-3, 60):
        s = int(power.at(np.array([t]))[0])
        index, expected = case.known_at(t), case.may_at(t)
        assert (s >= 0 and bool(power.known[s])) == (index is not None)
        if index is not None:
            assert power.plain[s] == (case.samples[index][1] or 0) * 1_000_000
        assert (s >= 0 and bool(power.bounded[s])) == (not isinstance(expected, str))
        if not isinstance(expected, str):
            assert (power.low[s], power.high[s]) == (min(expected) * 1_000_000, max(expected) * 1_000_000)
