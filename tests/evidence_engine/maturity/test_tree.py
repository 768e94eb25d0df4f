"""The whole score as text: no clause is missing, each with verdict, who said it, evidence and reason; one screen sums up."""

from fractions import Fraction
from pathlib import Path

import pytest

from evidence_engine.maturity import Answer, ClauseResult, load_model, score, summary, tree
from evidence_engine.maturity.summary import CLAUSES_SHOWN
from evidence_engine.maturity.verdict import join
from floortruth.__main__ import main

MODEL = load_model()
BY_DATA = ClauseResult(
    "partly",
    Fraction(1, 2),
    Fraction(1, 2),
    "data",
    {"zh": "七台中四台", "en": "four of seven"},
    ("sha256:0123456789abcdef", "sha256:fedcba9876543210"),
)
DISPUTED = join(BY_DATA, Answer(Fraction(1), "seen on the floor", "Wang", "2026-11-20", "p.pdf"))


def test_every_clause_stands_once_with_names_of_all_that_is_above_it() -> None:
    text = tree(score(MODEL, {}), MODEL, "en")
    lines = [line.split()[0] for line in text.splitlines() if line.startswith("        ") and line[8] != " "]
    assert lines.count("M2-7.2c") == 1
    assert sorted(lines) == sorted(MODEL.clauses)
    assert "L2 standardised  [0.000–1.000]" in text
    assert "      M2-7 energy management  [0.000–1.000]" in text
    assert "    M2 production  [0.000–1.000]" in text


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (
                "M2-7.2c partly met [0.5–1] · both",
                "data: partly met, four of seven",
                "a person: 1, seen on the floor, Wang, 2026-11-20, p.pdf",
                "evidence 2: sha256:0123456789ab sha256:fedcba987654",
            ),
        ),
        ("zh", ("M2-7.2c 部分满足 [0.5–1] · 数据与人工", "数据: 部分满足, 七台中四台", "证据 2: sha256:")),
    ],
)
def test_a_clause_says_who_said_what_and_on_which_evidence(lang: str, words: tuple[str, ...]) -> None:
    text = tree(score(MODEL, {"M2-7.2c": DISPUTED}), MODEL, lang)
    for part in words:
        assert part in text


def test_what_is_left_out_is_not_in_the_tree() -> None:
    text = tree(score(MODEL, {}, exclude=["M1"]), MODEL, "en")
    assert "M1-1" not in text


def test_the_summary_is_one_screen_whatever_was_said() -> None:
    results = dict.fromkeys(MODEL.clauses, BY_DATA)
    text = summary(score(MODEL, results) | {"next": []}, "en")
    assert len(text.splitlines()) < 50
    assert f"… and {219 - CLAUSES_SHOWN} more: see --tree" in text
    assert "who said it: data 219, a person 0, both 0, nobody 0" in text


def test_the_command_prints_tree_then_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant = str(Path(__file__).parents[3] / "configs" / "plant.example.yaml")
    (tmp_path / "evidence").mkdir()
    words = ["score", plant, "--evidence", str(tmp_path / "evidence"), "--lang", "en"]
    assert main([*words, "--tree"]) == 0
    whole = capsys.readouterr().out
    assert main(words) == 0
    assert whole.endswith(capsys.readouterr().out)
    assert "P1.1a not assessed" in whole
