"""Sums in whole numbers against the method read word by word: weighted means of weighted means, one node after the other."""

from collections.abc import Collection, Mapping
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.maturity import ClauseResult, calculate, load_model
from evidence_engine.maturity.forms import Weighting, forms_of, weightings_of
from evidence_engine.maturity.verdict import SCORE_OF, WORD_OF

MODEL = load_model()
SCORES = st.sampled_from(sorted(SCORE_OF.values()))
LEFT_OUT: list[tuple[str, ...]] = [(), ("M1",), ("M3", "M4"), ("M5-2", "M1-1"), ("M1", "M3", "M4", "M5")]


def mean(children: list[tuple[F, F | None]]) -> F | None:
    kept = [(weight, score) for weight, score in children if score is not None and weight]
    if not kept:
        return None
    return sum((w * s for w, s in kept), F(0)) / sum((w for w, _ in kept), F(0))


def level_score(level: int, scores: Mapping[str, F], weights: Weighting, out: Collection[str]) -> F:
    """One level under one reading of the weights."""
    file = MODEL.file
    subdomains: dict[str, F | None] = {}
    for node in file.subdomains:
        clauses = MODEL.at(node.id, level)
        counts = clauses and node.id not in out
        subdomains[node.id] = sum((scores[c.id] for c in clauses), F(0)) / len(clauses) if counts else None
    domains = {
        d.id: mean(
            [(weights["subdomains"][s.id], subdomains[s.id]) for s in file.subdomains if s.domain == d.id]
        )
        for d in file.domains
    }
    elements = {
        e.id: mean([(weights["domains"][d.id], domains[d.id]) for d in file.domains if d.element == e.id])
        for e in file.elements
    }
    return mean([(weights["elements"][name], score) for name, score in elements.items()]) or F(0)


@given(drawn=st.lists(SCORES, min_size=219, max_size=219), left_out=st.sampled_from(LEFT_OUT))
@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("industry", ["discrete", "process"])
def test_levels_as_the_method_says(industry: str, drawn: list[F], left_out: tuple[str, ...]) -> None:
    scores = dict(zip(MODEL.clauses, drawn, strict=True))
    results = {c: ClauseResult(WORD_OF[s], s, s, "data") for c, s in scores.items()}
    found = calculate(MODEL, results, industry, left_out)
    readings = weightings_of(MODEL.file.weights[industry])
    for item in found.levels:
        each = [level_score(item.level, scores, weights, found.left_out) for weights in readings]
        assert item.score == (min(each), max(each))


@pytest.mark.parametrize("industry", ["discrete", "process"])
def test_parts_of_a_node_add_up_to_the_whole(industry: str) -> None:
    left_out = frozenset({"M1-1", "M5-2"})
    for level in forms_of(MODEL, industry, left_out, empty_counts=False):
        for form in [*level.domains.values(), *level.elements.values(), level.score]:
            assert form is None or {sum(parts) for parts in form.parts} == {form.unit}


def test_what_is_left_out_has_no_part() -> None:
    (first, *_) = forms_of(MODEL, "discrete", frozenset({"P2"}), empty_counts=False)
    place = [node.id for node in MODEL.file.subdomains].index("P2")
    assert first.score is not None
    assert place not in first.score.at
    assert "P2" not in first.present
