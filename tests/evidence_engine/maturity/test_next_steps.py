"""What next: never more clauses than a search over all subsets finds, and applying the list reaches the level."""

from collections.abc import Collection
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.maturity import ClauseResult, Model, calculate, load_model
from evidence_engine.maturity.next_steps import EFFORTS, next_goals
from evidence_engine.maturity.verdict import SCORE_OF
from tests.evidence_engine.maturity.maturity_cases import (
    CLAUSES,
    WORKED,
    model_file,
    scored,
    small_model,
    with_settings,
    with_split,
)

REAL = load_model()
DONE = scored("1")
SCORES = st.dictionaries(
    st.sampled_from(CLAUSES),
    st.sampled_from(sorted(SCORE_OF.values())).map(lambda score: scored(score)),
)
Results = dict[str, ClauseResult]


def applied(model: Model, results: Results, clauses: Collection[str], industry: str = "discrete") -> int:
    """The level surely reached once these clauses have full marks."""
    return calculate(model, {**results, **dict.fromkeys(clauses, DONE)}, industry).level[0]


def is_reached_by_fewer(model: Model, results: Results, level: int, count: int) -> bool:
    """Any set of one less, by trying every one; if none does, no smaller one does: more never lowers the level."""
    sets = combinations(CLAUSES, count - 1)
    return any(applied(model, results, chosen) >= level for chosen in sets)


@pytest.mark.parametrize("file", [model_file(), with_split()], ids=["plain", "split"])
@given(results=SCORES)
@settings(max_examples=12, deadline=None)
def test_no_shorter_list_exists_and_the_list_reaches_its_level(
    file: dict[str, object], results: Results
) -> None:
    model = small_model(file)
    reached = calculate(model, results).level[0]
    goals = next_goals(model, results, {})
    assert [goal.level for goal in goals] == [level for level in (1, 2) if level > reached]
    for goal in goals:
        assert applied(model, results, goal.clauses) >= goal.level
        assert not is_reached_by_fewer(model, results, goal.level, len(goal.clauses))


def test_the_worked_example() -> None:
    """Level 1 has 0.668 of 0.8: A1.1b adds 0.4 × 0.6 ÷ 2 = 0.12, B1-1.1a half of 0.6 × ¼ = 0.075."""
    one, two = next_goals(small_model(), WORKED, {"B1-1.1a": "coverage"})
    assert [(s.clause, s.effort, s.gain) for s in one.steps] == [
        ("B1-1.1a", "coverage", Fraction("0.075")),
        ("A1.1b", "person", Fraction("0.12")),
    ]
    assert [s.clause for s in two.steps] == ["A1.2a"]  # 0.4695 + 0.4
    assert two.clauses == ["B1-1.1a", "A1.2a", "A1.1b"]
    assert one.is_shortest


def test_of_equally_short_lists_the_one_of_less_effort() -> None:
    results = dict.fromkeys(CLAUSES, DONE) | {"A1.1a": scored("0"), "A1.1b": scored("0")}
    results["B1-1.1a"] = scored("0.5")  # level 1: 1 − 0.24 − 0.075
    assert [s.clause for s in next_goals(small_model(), results, {})[0].steps] == ["A1.1a"]
    (goal,) = next_goals(small_model(), results, {"A1.1b": "connect"})[:1]
    assert [s.clause for s in goal.steps] == ["A1.1b"]


def test_steps_come_in_the_order_of_effort() -> None:
    efforts = dict(zip(sorted(REAL.clauses), EFFORTS * 60, strict=False))
    for goal in next_goals(REAL, {}, efforts):
        order = [EFFORTS.index(step.effort) for step in goal.steps]
        assert order == sorted(order)


def test_under_the_other_reading_the_list_reaches_its_level_and_says_what_it_is_not() -> None:
    model = small_model(with_settings(above_first_unmet="own_score"))
    for goal in next_goals(model, {}, {}):
        assert applied(model, {}, goal.clauses) >= goal.level
        assert not goal.is_shortest


@pytest.mark.parametrize("industry", ["discrete", "process"])
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_the_real_model_reaches_every_level_by_its_list(industry: str, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(REAL.clauses)), max_size=120))
    results = dict.fromkeys(chosen, DONE)
    for goal in next_goals(REAL, results, {}, industry):
        assert applied(REAL, results, goal.clauses, industry) >= goal.level
        for left in goal.clauses[:4]:
            assert applied(REAL, results, set(goal.clauses) - {left}, industry) < goal.level


def test_nothing_is_next_where_everything_is_met() -> None:
    assert next_goals(REAL, dict.fromkeys(REAL.clauses, DONE), {}) == []


def test_what_is_left_out_is_never_a_step() -> None:
    clauses = {c for goal in next_goals(REAL, {}, {}, exclude=["M1", "M4"]) for c in goal.clauses}
    assert not [c for c in clauses if c.startswith(("M1-", "M4-"))]
