"""Corrections of a model by a file, a second model, a company's own: without code, and refused by name and line."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.maturity import ClauseResult, apply_all, load_model, load_views, score, summary
from evidence_engine.maturity.next_steps import next_goals
from evidence_engine.rules import rules_for
from tests.evidence_engine.maturity.maturity_cases import scored, write_model

DRAFT = load_model("cmmm-draft")
HEAD = 'schema: floortruth/model-corrections/1\nversion: "1+ours"\nsource: our copy of the standard\n'


def corrected(folder: Path, *lines: str) -> Path:
    path = folder / "ours.yaml"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_clause_is_reworded_one_removed_one_added(tmp_path: Path) -> None:
    path = corrected(
        tmp_path,
        "remove: [M2-7.2d]",
        "clauses:",
        "  - {id: M2-7.2c, zh: 新措辞, certainty: H}",
        "  - {id: M2-7.2e, zh: 新条款, en: a new clause, source: '7.2.7', live_data: P}",
    )
    base, model = load_model(), load_model(path)
    assert [c.id for c in model.at("M2-7", 2)] == ["M2-7.2a", "M2-7.2b", "M2-7.2c", "M2-7.2e"]
    assert (model.clauses["M2-7.2c"].zh, model.clauses["M2-7.2c"].en) == (
        "新措辞",
        base.clauses["M2-7.2c"].en,
    )
    assert (model.file.id, model.file.version) == (base.file.id, "1+ours")
    told = score(model, {})["model"]
    assert told["corrected"]["rows"] == ["M2-7.2d", "M2-7.2c", "M2-7.2e"]
    assert told["corrected"]["source"] == "our copy of the standard"
    assert "ours.yaml" in summary(score(model, {}) | {"next": []}, "en")


def test_weights_that_were_open_are_settled(tmp_path: Path) -> None:
    path = corrected(
        tmp_path,
        "settled: [tailoring_rescaled]",
        "weights: {process: {subdomains: {M2-4: 12, M2-5: 12, M2-6: 13, M2-7: 14}, open_split: settled}}",
    )
    document = score(load_model(path), {}, "process")
    points = [point["id"] for point in document["model"]["open_points"]]
    assert "open_split" not in points
    assert "tailoring_rescaled" not in points
    assert "text_not_seen" in points


def test_bundled_rules_stay_for_the_clauses_that_are_left(tmp_path: Path) -> None:
    rules = rules_for(load_model())
    gone = rules.rules[0].clause
    left = rules_for(load_model(corrected(tmp_path, f"remove: [{gone}]")))
    assert [r.clause for r in left.rules] == [r.clause for r in rules.rules if r.clause != gone]
    assert rules_for(DRAFT).rules == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["remove: [M2-7.2x]"], "ours.yaml:4: remove.0: no clause 'M2-7.2x', did you mean 'M2-7.2"),
        (["settled: [text_unseen]"], "ours.yaml:4: settled.0: no open point 'text_unseen', did you mean"),
        (["names: {M2-8: {zh: 一, en: one}}"], "ours.yaml:4: names.M2-8: no element, domain or sub-domain"),
        (["weights: {discreet: {}}"], "no industry 'discreet', did you mean 'discrete'?"),
        (
            ["weights: {discrete: {subdomains: {P1: 60}}}"],
            "ours.yaml:4: weights.discrete.subdomains under 'P' add up to 110, expected 100",
        ),
        (
            ["clauses:", "  - {id: P1.1a, zh: 甲}", "  - {id: P1.1z, zh: 乙}"],
            "ours.yaml:6: clauses.1.id: clause 'P1.1z' is new: it needs its wording, zh and en",
        ),
        (
            ["clauses:", "  - {id: P1.1a, zh: 甲}", "  - {id: P1.1a, en: b}"],
            "ours.yaml:6: clauses.1.id: clause 'P1.1a' stands twice",
        ),
        (["remove: [P1.1a]", "clauses: [{id: P1.1a, zh: 甲}]"], "is corrected and removed, keep one"),
        (
            ["clauses:", "  - {id: Q1.1a, zh: 甲, en: a}"],
            "ours.yaml:5: clause 'Q1.1a': unknown sub-domain, did you mean",
        ),
        (
            ["clauses: [{id: P1.1a, live_data: X}]"],
            "ours.yaml:4: clauses.0.live_data: input should be 'F', 'P'",
        ),
        (["clause: []"], "ours.yaml:4: clause: unknown key 'clause', did you mean 'clauses'?"),
        (["base: gbt39116"], "no maturity model"),
    ],
)
def test_wrong_corrections_name_their_row(lines: Sequence[str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        load_model(corrected(tmp_path, *lines))
    assert sentence in str(error.value)


def test_a_corrected_model_needs_a_version_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD.replace("1+ours", "1"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"ours\.yaml:2: version: '1' is the base's own"):
        load_model(path)


def test_the_draft_has_25_subdomains_each_with_its_certainty_and_both_industries_weights() -> None:
    assert len(DRAFT.file.subdomains) == 25
    assert len(DRAFT.file.domains) == 5
    assert all(node.certainty is not None for node in (*DRAFT.file.domains, *DRAFT.file.subdomains))
    assert [DRAFT.file.weights["process"].elements[key] for key in "SFDOB"] == [7, 24, 4, 42, 23]
    assert [DRAFT.file.weights["discrete"].elements[key] for key in "SFDOB"] == [7, 15, 11, 37, 30]
    unsure = DRAFT.file.weights["discrete"].certainty_of
    assert set(unsure) == {node.id for node in DRAFT.file.subdomains}


def test_a_model_whose_clauses_nobody_knows_is_open_from_0_to_1_and_has_no_next_steps() -> None:
    document = score(DRAFT, {}, "process")
    assert document["level"] == {"low": 0, "high": 5}
    assert document["total"] == {"low": 0.0, "high": 5.0}
    assert next_goals(DRAFT, {}, {}, "process") == []
    assert [view["id"] for view in apply_all(DRAFT, load_views(DRAFT), document)] == ["self-diagnosis"]


def test_a_company_brings_the_drafts_clauses_in_a_file(tmp_path: Path) -> None:
    path = corrected(
        tmp_path, "base: cmmm-draft", "clauses:", "  - {id: O7.1a, zh: 用能有台账, en: energy is booked}"
    )
    model = load_model(path)
    (low, high) = _level_1(model, {"O7.1a": scored("1")})
    assert (low, high) == (Fraction(13, 100) * Fraction(37, 100), Fraction(1))


def _level_1(model: object, results: dict[str, ClauseResult]) -> tuple[Fraction, Fraction]:
    from evidence_engine.maturity import calculate

    return calculate(model, results).levels[0].score  # type: ignore[arg-type]


def test_a_companys_own_small_model_loads_and_scores_without_code(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path))
    document = score(model, {"A1.1a": scored("1")})
    assert document["model"]["id"] == "small"
    assert rules_for(model).rules == []
    assert set(load_views(model, tmp_path)) == {"self-diagnosis", "custom"}


def test_corrections_over_a_companys_own_model_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    write_model(folder)
    model = load_model(corrected(tmp_path, "base: own", "clauses: [{id: A1.1a, zh: 改过的}]"))
    assert model.clauses["A1.1a"].zh == "改过的"
    assert set(load_views(model, tmp_path / "ours.yaml")) == {"self-diagnosis", "custom"}
    (folder / "views.yaml").write_text(
        "schema: floortruth/views/1\nmodel: small\nviews: [{id: v, kind: mode, zh: 甲, en: a, subdomains: [A1]}]\n",
        encoding="utf-8",
    )
    assert set(load_views(model)) == {"v"}, "those beside the base"


def test_the_example_of_the_page_is_good(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "standard.md").read_text(encoding="utf-8")
    block = page.partition("## Models")[2].partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "ours.yaml").write_text(block, encoding="utf-8")
    model = load_model(tmp_path / "ours.yaml")
    assert "M2-7.2e" in model.clauses
    assert "M2-7.2d" not in model.clauses
    wrong = block.replace("remove: [M2-7.2d]", "remove: [M2-7.2x]")
    (tmp_path / "ours.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        load_model(tmp_path / "ours.yaml")
    said = str(error.value)
    assert said in page.replace("\n", " ")
