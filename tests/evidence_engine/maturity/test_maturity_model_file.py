"""The model's files: what is bundled holds together, and a file that contradicts itself is refused in one sentence."""

import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.maturity import BadModel, load_model
from evidence_engine.maturity.loading import BUNDLED
from tests.evidence_engine.maturity.maturity_cases import CLAUSES, SPLIT, model_file, row, write_model

REAL = load_model()


def test_the_bundled_model_has_the_clauses_of_the_standard_as_far_as_they_are_known() -> None:
    assert len(REAL.clauses) == 219
    assert len(REAL.file.subdomains) == 20
    assert Counter(clause.live_data for clause in REAL.clauses.values()) == {"F": 11, "P": 63, "N": 145}
    assert REAL.levels == [1, 2, 3, 4, 5]


def test_some_subdomains_have_no_clause_at_some_levels() -> None:
    empty = {(n.id, level) for n in REAL.file.subdomains for level in REAL.levels if not REAL.at(n.id, level)}
    assert empty == {("P1", 4), ("P1", 5), ("P2", 5), ("T2", 5), ("T3", 5), ("R2", 5)}


@pytest.mark.parametrize("name", sorted(folder.name for folder in BUNDLED.iterdir() if folder.is_dir()))
def test_every_bundled_model_loads_by_name_and_as_a_folder(name: str) -> None:
    assert load_model(name) == load_model(BUNDLED / name)
    assert load_model(name).file.id == name


@pytest.mark.parametrize(
    ("industry", "points"),
    [
        ("discrete", {"P": 6, "T": 11, "R": 6, "M": 77}),
        ("process", {"P": 6, "T": 11, "R": 15, "M": 68}),
    ],
)
def test_weights_of_the_elements(industry: str, points: dict[str, int]) -> None:
    assert REAL.file.weights[industry].elements == points


@pytest.mark.parametrize("industry", ["discrete", "process"])
def test_the_weights_of_all_subdomains_add_up_to_one(industry: str) -> None:
    weights = REAL.file.weights[industry]
    domain = {node.id: node for node in REAL.file.domains}
    whole = sum(
        weights.subdomains[node.id]
        * weights.domains[node.domain or ""]
        * weights.elements[domain[node.domain or ""].element or ""]
        for node in REAL.file.subdomains
    )
    assert whole == 100**3


def test_a_small_model_loads_from_a_folder(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path))
    assert list(model.clauses) == CLAUSES
    assert model.clauses["B2-1.1c"].zh == "条款"
    assert model.file.pass_mark == Fraction(4, 5)


def test_files_saved_by_a_spreadsheet_load_too(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    for name in ("model.yaml", "clauses.tsv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert list(load_model(folder).clauses) == CLAUSES


def broken(**changes: Any) -> dict[str, Any]:
    return model_file() | changes


def broken_weights(kind: str, **weights: float) -> dict[str, Any]:
    file = model_file()
    file["weights"]["discrete"][kind] |= weights
    return file


def broken_split(**changes: Any) -> dict[str, Any]:
    file = model_file()
    file["weights"]["discrete"]["open_split"] = SPLIT | changes
    return file


def node(**keys: Any) -> dict[str, Any]:
    return {"zh": "名", "en": "name", **keys}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (broken_weights("elements", A=41), "weights.discrete.elements add up to 101, expected 100"),
        (
            broken_weights("domains", B1=24.5),
            "weights.discrete.domains under 'B' add up to 99.5, expected 100",
        ),
        (
            broken_weights("subdomains", **{"B2-2": 70.1}),
            "weights.discrete.subdomains under 'B2' add up to 100.1, expected 100",
        ),
        (
            broken_weights("subdomains", **{"B2-3": 0}),
            "weights.discrete.subdomains: unknown id 'B2-3', did you mean 'B2-",
        ),
        (
            broken_weights("subdomains", **{"B2-1": -30, "B2-2": 130}),
            "weights.discrete.subdomains: 'B2-1' weighs -30, expected 0 or more",
        ),
        (
            broken(subdomains=[*model_file()["subdomains"], node(id="B2-3", domain="B2")]),
            "weights.discrete.subdomains: 'B2-3' has no weight",
        ),
        (
            broken(domains=[*model_file()["domains"], node(id="B1", element="B")]),
            "domain 'B1' stands twice",
        ),
        (broken(elements=[node(id="A")]), "domain 'B1': unknown element 'B'"),
        (broken(domains=[node(id="A"), *model_file()["domains"][1:]]), "domain 'A': element is missing"),
        (broken(clause_scores=["0", "0.5", "1"]), "clause_scores: expected 0, 0.5, 0.8 and 1"),
        (broken(pass_mark="80"), "pass_mark: 80, expected more than 0, at most 1"),
        (
            broken(levels=[node(level=2), node(level=1)]),
            "levels: [2, 1], expected each once, from the lowest",
        ),
        (broken(level_from_total=[{"level": 1, "from": 0.8}]), "level_from_total: expected each level once"),
        (
            broken(level_from_total=[{"level": 1, "from": 1.8}, {"level": 2, "from": 1.8}]),
            "level_from_total: expected a higher total for a higher level",
        ),
        (broken_split(subdomains=["B2-1"], points=[["1"]]), "expected all sub-domains of one domain"),
        (broken_split(points=[["1"]]), "open_split.points: expected lists of 2 points"),
        (broken_split(points=[["0", "4"]]), "open_split: points must be more than 0"),
        (
            broken_split(points=[["1", "3"], ["2", "3"]]),
            "open_split.points: every list must have the same sum",
        ),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(
    tmp_path: Path, file: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadModel) as error:
        load_model(write_model(tmp_path, file))
    lines = str(error.value).splitlines()
    assert any(line.startswith("model.yaml:1: ") and message in line for line in lines), lines


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (row("A1.1a"), "clauses.tsv:13: clause 'A1.1a' stands twice"),
        (row("A3.1a"), "clauses.tsv:13: clause 'A3.1a': unknown sub-domain, did you mean 'A"),
        (row("A2.7a"), "clauses.tsv:13: clause 'A2.7a': unknown level '7'"),
        (
            row("A2.2a").replace("\t2\t", "\t1\t"),
            "clauses.tsv:13: clause 'A2.2a' does not agree with level '1'",
        ),
        (row("A2.2a").replace("A2.2a", "A2.22a"), "clause 'A2.22a' does not agree with level '2'"),
        (row("A2.2a").removesuffix("F") + "f", "clauses.tsv:13: live_data is 'f', expected F, P or N"),
        ("A2.2a\t2\tonly three", "clauses.tsv:13: expected 7 cells separated by tabs"),
        (row("A2.2a") + "\tmore", "clauses.tsv:13: expected 7 cells separated by tabs"),
    ],
)
def test_a_wrong_row_of_clauses_is_named(tmp_path: Path, bad: str, message: str) -> None:
    rows = [*(row(clause) for clause in CLAUSES), bad]
    with pytest.raises(BadModel) as error:
        load_model(write_model(tmp_path, rows=rows))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    (folder / "clauses.tsv").write_text("id,level\nA1.1a,1\n", encoding="utf-8")
    with pytest.raises(BadModel, match=r"^clauses\.tsv:1: expected the columns id, level, zh, en, source"):
        load_model(folder)


def test_a_weight_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    file = model_file()
    file["weights"]["discrete"]["elements"]["A"] = "much"
    with pytest.raises(
        BadInput, match=r"model\.yaml:1: weights\.discrete\.elements\.A: 'much' is not a number"
    ):
        load_model(write_model(tmp_path, file))


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(
        BadModel, match="no maturity model 'cmmi': expected one of cmmm-draft, gbt39116-2020, or a folder"
    ):
        load_model("cmmi")
    with pytest.raises(BadModel, match="no maturity model"):
        load_model(tmp_path)


def test_clauses_missing_beside_the_model(tmp_path: Path) -> None:
    (write_model(tmp_path) / "clauses.tsv").unlink()
    with pytest.raises(BadModel, match=r"^no clauses\.tsv beside "):
        load_model(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    text = (write_model(tmp_path) / "clauses.tsv").read_text(encoding="utf-8")
    (tmp_path / "clauses.tsv").write_bytes(text.encode("gb18030"))
    with pytest.raises(BadModel, match=r"^clauses\.tsv: not UTF-8 at byte \d+, save it as UTF-8$"):
        load_model(tmp_path)


def test_the_line_of_a_wrong_weight_and_of_a_node_that_stands_twice(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(BUNDLED / "gbt39116-2020", folder)
    text = (folder / "model.yaml").read_text(encoding="utf-8")
    twice = "  - {id: M5-2, domain: M5, zh: 产品服务, en: product service}\n"
    (folder / "model.yaml").write_text(
        text.replace("M1: 13, M2: 48", "M1: 13, M2: 47").replace(twice, 2 * twice), encoding="utf-8"
    )
    with pytest.raises(BadModel) as error:
        load_model(folder)
    lines = text.splitlines()
    first = lines.index(twice.rstrip()) + 2
    second = next(n for n, line in enumerate(lines, 2) if "M1: 13, M2: 48" in line)
    assert str(error.value).splitlines()[:2] == [
        f"model.yaml:{first}: sub-domain 'M5-2' stands twice",
        f"model.yaml:{second}: weights.discrete.domains under 'M' add up to 99, expected 100",
    ]
