"""The scoring of a maturity model: an example worked by hand, then what must hold of every model and every answer."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_engine.documents import BadInput
from evidence_engine.maturity import ClauseResult, Model, calculate, load_model, score
from evidence_engine.maturity.model import Settings
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


def test_the_example_worked_by_hand() -> None:
    found = calculate(small_model(), WORKED)
    one, two = found.levels
    assert one.subdomains == {
        "A1": (F(1, 2), F(1)),  # (1 + 0…1) ÷ 2
        "A2": (F(4, 5), F(4, 5)),
        "B1-1": (F(1, 2), F(1, 2)),
        "B2-1": (F(23, 30), F(14, 15)),  # (1 + 0.8 + 0.5…1) ÷ 3
        "B2-2": None,  # no clause at this level: it drops out
    }
    assert one.domains == {
        "A": (F("0.62"), F("0.92")),  # 0.6 × A1 + 0.4 × A2
        "B1": (F(1, 2), F(1, 2)),
        "B2": (F(23, 30), F(14, 15)),  # B2-1 alone
    }
    assert one.elements == {"A": (F("0.62"), F("0.92")), "B": (F("0.7"), F("0.825"))}  # ¼ B1 + ¾ B2
    assert one.score == (F("0.668"), F("0.863"))  # 0.4 × A + 0.6 × B
    assert two.subdomains["A2"] is None
    assert two.domains == {"A": (0, 1), "B1": (1, 1), "B2": (F("0.71"), F("0.86"))}
    assert two.elements == {"A": (0, 1), "B": (F("0.7825"), F("0.895"))}
    assert two.score == (F("0.4695"), F("0.937"))
    assert found.total == (F("0.668"), F(2))  # low: level 1 not met, nothing above; high: both met
    assert found.level == (0, 2)


def test_the_example_with_levels_above_the_first_unmet_counting_their_own_score() -> None:
    found = calculate(small_model(with_settings(above_first_unmet="own_score")), WORKED)
    assert found.total == (F("0.668") + F("0.4695"), F(2))
    assert found.level == (1, 2)


def test_the_example_with_empty_subdomains_counting_as_met() -> None:
    one, two = calculate(small_model(with_settings(empty_subdomain="met")), WORKED).levels
    assert one.domains["B2"] == (F("0.93"), F("0.98"))  # 0.3 × B2-1 + 0.7 × 1
    assert one.score == (F("0.7415"), F("0.884"))
    assert two.domains["A"] == (F("0.4"), F(1))
    assert two.score == (F("0.6295"), F("0.937"))


def test_the_example_with_a_domain_left_out() -> None:
    one = calculate(small_model(), WORKED, exclude=["B1"]).levels[0]
    assert one.domains["B1"] is None
    assert one.elements["B"] == (F(23, 30), F(14, 15))  # B2's weight is scaled up to the whole
    assert one.score == (F(2, 5) * F("0.62") + F(3, 5) * F(23, 30), F(2, 5) * F("0.92") + F(3, 5) * F(14, 15))


def test_weights_known_up_to_an_order_give_the_range_over_every_order() -> None:
    results = {clause: scored("1") for clause in CLAUSES} | {"B2-2.2a": scored("0")}
    two = calculate(small_model(with_split()), results).levels[1]
    assert two.domains["B2"] == (F(1, 4), F(3, 4))  # B2-1 has 1 or 3 of 4 points
    assert two.score == (1 - F(3, 5) * F(3, 4) * F(3, 4), 1 - F(3, 5) * F(3, 4) * F(1, 4))


def test_the_total_takes_each_order_for_all_levels_together() -> None:
    """Not the worst order of one level with the worst of another: the weights are the same at every level."""
    file = with_split() | {"settings": {"above_first_unmet": "own_score"}}
    clauses = ["A1.1a", "B2-1.1a", "B2-2.1a", "A1.2a", "B2-1.2a", "B2-2.2a"]
    results = {clause: scored("0") for clause in clauses}
    results |= {"B2-1.1a": scored("1"), "B2-2.2a": scored("1")}
    found = calculate(small_model(file, clauses), results)
    assert found.levels[0].score == found.levels[1].score == (F("0.15"), F("0.45"))
    assert found.total == (F("0.6"), F("0.6"))


def test_nothing_known_is_every_level_from_none_to_the_highest() -> None:
    for industry in ("discrete", "process"):
        found = calculate(REAL, {}, industry)
        assert (found.total, found.level) == ((F(0), F(5)), (0, 5))


@pytest.mark.parametrize("industry", ["discrete", "process"])
def test_all_mostly_met_meets_every_level_exactly(industry: str) -> None:
    """0.8 everywhere is 4/5 after every weighted mean: binary floats would land beside it."""
    results = {clause: scored("0.8") for clause in REAL.clauses}
    found = calculate(REAL, results, industry)
    assert [item.score for item in found.levels] == [(F(4, 5), F(4, 5))] * 5
    assert (found.total, found.level) == ((F(5), F(5)), (5, 5))


@pytest.mark.parametrize("industry", ["discrete", "process"])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_one_clause_less_misses_its_level(industry: str, level: int) -> None:
    results = {clause: scored("0.8") for clause in REAL.clauses}
    results[next(c.id for c in REAL.clauses.values() if c.level == level)] = scored("0.5")
    found = calculate(REAL, results, industry)
    own = found.levels[level - 1].score[1]
    assert own < F(4, 5)
    assert found.total[1] == level - 1 + own
    assert found.level == (level - 1, level - 1)


@pytest.mark.parametrize(
    ("level_one", "level_two", "total", "level"),
    [
        ("0.7999", "1", "1.7999", 1),
        ("0.8", "0.7999", "1.7999", 1),
        ("0.79", "1", "1.79", 1),
        ("0.5", "0.3", "0.8", 1),
        ("0.5", "0.2999", "0.7999", 0),
        ("0.8", "0.8", "2", 2),
    ],
)
def test_level_thresholds_of_the_total(level_one: str, level_two: str, total: str, level: int) -> None:
    file = with_settings(above_first_unmet="own_score")
    found = calculate(
        small_model(file, ["A1.1a", "A1.2a"]), {"A1.1a": scored(level_one), "A1.2a": scored(level_two)}
    )
    assert (found.total[0], found.level[0]) == (F(total), level)


def test_the_threshold_of_level_two_is_reached_at_its_very_value() -> None:
    file = with_settings(above_first_unmet="own_score") | {"levels": []}
    file["levels"] = [{"level": n, "zh": "级", "en": "level"} for n in (1, 2, 3)]
    found = calculate(
        small_model(file, ["A1.1a", "A1.2a", "A1.3a"]),
        {"A1.1a": scored("0.7"), "A1.2a": scored("0.8"), "A1.3a": scored("0.3")},
    )
    assert (found.total[0], found.level[0]) == (F("1.8"), 2)


def test_a_met_level_counts_one_and_not_its_score() -> None:
    results = {c: scored("0.8") if ".1" in c else scored("0") for c in CLAUSES}
    assert calculate(small_model(), results).total == (F(1), F(1))


def test_process_industry_spreads_over_the_splits_that_are_not_known() -> None:
    """M2-4 to M2-7 have 5,5,6,6 or 4,6,6,6 of 43 points: M2-7 weighs from 4/43 to 6/43 of its domain."""
    results = {clause: scored("1") for clause in REAL.clauses}
    results |= {c.id: scored("0") for c in REAL.at("M2-7", 1)}
    one = calculate(REAL, results, "process").levels[0]
    assert one.domains["M2"] == (1 - F(6, 43), 1 - F(4, 43))
    assert one.score == (1 - F("0.68") * F("0.63") * F(6, 43), 1 - F("0.68") * F("0.63") * F(4, 43))


def test_what_weighs_nothing_in_an_industry_is_left_out() -> None:
    assert calculate(REAL, {}, "process").left_out == {"M1-1", "M5-2"}
    assert calculate(REAL, {}, "discrete").left_out == set()


def test_an_element_without_clauses_at_a_level_drops_out() -> None:
    """人员 has no clause at level 5: technology, resources and manufacturing share the whole."""
    results = {c.id: scored("1") for c in REAL.clauses.values() if c.subdomain.startswith("T")}
    results |= {c.id: scored("0") for c in REAL.clauses.values() if not c.subdomain.startswith("T")}
    five = calculate(REAL, results).levels[4]
    assert five.elements["P"] is None
    assert five.score == (F(11, 94), F(11, 94))


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        ("M2", "exclude: 'M2' may not be left out, every company is assessed in it"),
        ("T1", "exclude: 'T1' may not be left out, every company is assessed in it"),
        ("M1-3", "exclude: unknown domain or sub-domain 'M1-3', did you mean 'M1'?"),
    ],
)
def test_tailoring_refuses_what_stays(exclude: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        calculate(REAL, {}, exclude=[exclude])
    assert str(error.value).startswith(message.split(", did")[0])


def test_tailoring_by_subdomain_scales_up_its_sister() -> None:
    results = {clause: scored("0") for clause in REAL.clauses}
    results |= {c.id: scored("1") for c in REAL.at("M1-2", 1)}
    assert calculate(REAL, results, exclude=["M1-1"]).levels[0].domains["M1"] == (F(1), F(1))
    assert calculate(REAL, results).levels[0].domains["M1"] == (F(1, 2), F(1, 2))


def test_tailoring_down_to_production_alone() -> None:
    found = calculate(REAL, {}, exclude=["M1", "M3", "M4", "M5"])
    assert found.left_out == {"M1-1", "M1-2", "M3-1", "M4-1", "M5-1", "M5-2"}
    assert found.levels[0].elements["M"] == found.levels[0].domains["M2"]


def test_unknown_industry_is_one_sentence() -> None:
    with pytest.raises(BadInput, match=r"^industry 'mining', expected one of discrete, process$"):
        score(REAL, {}, "mining")


WORDS = st.sampled_from(sorted(SCORE_OF.values()))
SETTINGS = st.builds(
    Settings,
    empty_subdomain=st.sampled_from(["dropped", "met"]),
    above_first_unmet=st.sampled_from(["nothing", "own_score"]),
)
SMALL = [small_model(), small_model(with_split())]
MODELS = st.sampled_from(SMALL)
EXCLUDE = st.sampled_from([[], ["B1"]])


def ranges(clauses: list[str]) -> st.SearchStrategy[dict[str, tuple[F, F]]]:
    pair = st.tuples(WORDS, WORDS).map(lambda two: (min(two), max(two)))
    return st.fixed_dictionaries(dict.fromkeys(clauses, pair))


def results_of(scores: dict[str, tuple[F, F]]) -> dict[str, ClauseResult]:
    return {clause: scored(low, high) for clause, (low, high) in scores.items()}


def exactly(scores: dict[str, F]) -> dict[str, ClauseResult]:
    return {clause: scored(value) for clause, value in scores.items()}


@given(data=st.data(), model=MODELS, settings=SETTINGS, exclude=EXCLUDE, known=ranges(CLAUSES))
def test_bounds_contain_every_completion(
    data: st.DataObject,
    model: Model,
    settings: Settings,
    exclude: list[str],
    known: dict[str, tuple[F, F]],
) -> None:
    chosen = {
        clause: data.draw(st.sampled_from([s for s in SCORE_OF.values() if low <= s <= high]))
        for clause, (low, high) in known.items()
    }
    bounds = calculate(model, results_of(known), exclude=exclude, settings=settings)
    truth = calculate(model, exactly(chosen), exclude=exclude, settings=settings)
    assert bounds.total[0] <= truth.total[0] <= truth.total[1] <= bounds.total[1]
    assert bounds.level[0] <= truth.level[0] <= truth.level[1] <= bounds.level[1]
    for here, there in zip(bounds.levels, truth.levels, strict=True):
        assert here.score[0] <= there.score[0] <= there.score[1] <= here.score[1]
        for wide, narrow in ((here.domains, there.domains), (here.elements, there.elements)):
            for key, item in narrow.items():
                outer = wide[key]
                assert (item is None) == (outer is None)
                assert item is None or outer is None or outer[0] <= item[0] <= item[1] <= outer[1]


@given(known=ranges(CLAUSES), settings=SETTINGS, exclude=EXCLUDE)
def test_bounds_are_reached(known: dict[str, tuple[F, F]], settings: Settings, exclude: list[str]) -> None:
    """All that is open failing gives the low ends, all of it met the high ends: no bound is wider than it must be."""
    bounds = calculate(SMALL[0], results_of(known), exclude=exclude, settings=settings)
    for end in (0, 1):
        chosen = exactly({clause: pair[end] for clause, pair in known.items()})
        reached = calculate(SMALL[0], chosen, exclude=exclude, settings=settings)
        assert reached.total == (bounds.total[end], bounds.total[end])
        assert reached.level == (bounds.level[end], bounds.level[end])


@given(
    model=MODELS,
    settings=SETTINGS,
    exclude=EXCLUDE,
    worse_and_better=ranges(CLAUSES),
    clause=st.sampled_from(CLAUSES),
)
def test_no_clause_can_lower_the_score_by_being_better(
    model: Model,
    settings: Settings,
    exclude: list[str],
    worse_and_better: dict[str, tuple[F, F]],
    clause: str,
) -> None:
    worse = {key: pair[0] for key, pair in worse_and_better.items()}
    better = worse | {clause: worse_and_better[clause][1]}
    low = calculate(model, exactly(worse), exclude=exclude, settings=settings)
    high = calculate(model, exactly(better), exclude=exclude, settings=settings)
    assert low.total[0] <= high.total[0]
    assert low.total[1] <= high.total[1]
    assert low.level <= high.level


@given(
    value=WORDS,
    industry=st.sampled_from(["discrete", "process"]),
    exclude=st.lists(st.sampled_from(["M1", "M1-1", "M3", "M4", "M5", "M5-1", "M5-2"]), unique=True),
)
def test_weights_sum_to_one_whatever_is_left_out(value: F, industry: str, exclude: list[str]) -> None:
    """Where every clause has the same score, so has every mean of them, at every node that counts."""
    found = calculate(REAL, exactly(dict.fromkeys(REAL.clauses, value)), industry, exclude)
    for level in found.levels:
        nodes = [*level.subdomains.values(), *level.domains.values(), *level.elements.values(), level.score]
        assert {item for item in nodes if item is not None} == {(value, value)}


def test_settings_of_the_file_are_the_default() -> None:
    file = model_file() | {"settings": {"above_first_unmet": "own_score", "empty_subdomain": "met"}}
    given_ = Settings(above_first_unmet="own_score", empty_subdomain="met")
    assert calculate(small_model(file), WORKED) == calculate(small_model(), WORKED, settings=given_)
