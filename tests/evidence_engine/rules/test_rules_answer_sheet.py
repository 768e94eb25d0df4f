"""Answers as a sheet and one by one: the same answers as the YAML gives, and each wrong row with its number."""

import io
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer, load_model
from evidence_engine.rules import (
    answers_text,
    check_answer,
    read_answer_rows,
    read_answer_sheet,
    read_answers,
)
from floortruth.__main__ import main

CLAUSES = load_model().clauses
HEAD = ["clause", "score", "reason", "who", "when", "file"]
CONFIGS = Path(__file__).parents[3] / "configs"


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_sheet_with_all_its_columns() -> None:
    data = sheet(
        HEAD,
        ["P1.1a", 0.8, " 规划已批准 ", "王工", datetime.fromisoformat("2026-11-20"), "plan.pdf"],
        [],
        ["P1.1b", 1, "seen", None, date(2026, 11, 21)],
    )
    assert read_answer_sheet(data, "answers.xlsx", CLAUSES) == {
        "P1.1a": Answer(Fraction(4, 5), "规划已批准", "王工", "2026-11-20", "plan.pdf"),
        "P1.1b": Answer(Fraction(1), "seen", when="2026-11-21"),
    }


def test_chinese_headings_in_any_order() -> None:
    data = sheet(["得分", "条款", "理由"], ["0.5", "P1.1a", "看过"])
    assert read_answer_sheet(data, "答复.xlsx", CLAUSES) == {"P1.1a": Answer(Fraction(1, 2), "看过")}


def test_every_wrong_row_is_told_with_its_number() -> None:
    rows = [
        HEAD,
        ["P1.1a", 0.7, "r"],
        ["P1.1z", 1, "r"],
        ["P1.1b", 1],
        [None, 1, "r"],
        ["P1.2a", "most", "r"],
        ["P1.2b", 1, "r", None, None, None, "beyond"],
        ["P2.1a", 1, "r"],
        ["P2.1a", 0, "r"],
        ["P2.1b", None, None],
    ]
    with pytest.raises(BadInput) as error:
        read_answer_sheet(sheet(*rows), "answers.xlsx", CLAUSES)
    assert str(error.value).splitlines() == [
        "answers.xlsx:2: P1.1a: score: score 0.7, expected 0, 0.5, 0.8 or 1",
        str(error.value).splitlines()[1],
        "answers.xlsx:4: P1.1b: reason: is missing",
        "answers.xlsx:5: clause: is missing",
        "answers.xlsx:6: P1.2a: score: 'most' is not a number",
        "answers.xlsx:7: 'beyond' stands under no heading",
        "answers.xlsx:9: P2.1a: stands twice",
        "answers.xlsx:10: P2.1b: score: is missing",
        "answers.xlsx:10: P2.1b: reason: is missing",
    ]
    assert (
        str(error.value)
        .splitlines()[1]
        .startswith("answers.xlsx:3: P1.1z: no such clause, did you mean 'P1.1")
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [],
            r"^a\.xlsx:1: no rows, expected a line of headings: clause, score, reason, who, when, file, digest$",
        ),
        ([["clause", "scores", "reason"]], r"^a\.xlsx:1: unknown heading 'scores', did you mean 'score'\?"),
        ([["clause", "score"]], r"^a\.xlsx:1: heading 'reason' is missing, expected clause, score, reason"),
        ([["clause", "条款", "score", "reason"]], r"^a\.xlsx:1: heading 'clause' stands twice$"),
    ],
)
def test_wrong_headings(rows: list[list[str]], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_answer_rows(enumerate(rows, 1), "a.xlsx", CLAUSES)


def test_a_file_that_is_no_sheet() -> None:
    with pytest.raises(BadInput, match=r"^answers\.xlsx: not readable as XLSX"):
        read_answer_sheet(b"clause,score\n", "answers.xlsx", CLAUSES)


def test_one_answer_as_an_api_brings_it() -> None:
    words = {"score": 0.5, "reason": "two of four", "who": "Wang", "when": "2026-11-24T08:00:00Z"}
    found = check_answer("M2-4.3b", words, CLAUSES)
    assert found == Answer(Fraction(1, 2), "two of four", "Wang", "2026-11-24T08:00:00Z")


@pytest.mark.parametrize(
    ("clause", "words", "message"),
    [
        ("M2-4.3b", {"score": 0.7, "reason": "r"}, "M2-4.3b: score: score 0.7, expected 0, 0.5, 0.8 or 1"),
        ("M2-4.3b", {"score": 1}, "M2-4.3b: reason: is missing"),
        ("M2-4.3b", {"score": 1, "reason": " "}, "M2-4.3b: reason: is empty, an answer needs its reason"),
        ("M2-4.3b", {"score": 1, "reason": 7}, "M2-4.3b: reason: input should be a valid string"),
        (
            "M2-4.3b",
            {"score": 1, "reason": "r", "whom": 1},
            "M2-4.3b: unknown key 'whom', did you mean 'who'?",
        ),
        ("M2-4.9z", {"score": 1, "reason": "r"}, "M2-4.9z: no such clause"),
    ],
)
def test_a_wrong_answer_of_an_api(clause: str, words: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as error:
        check_answer(clause, words, CLAUSES)
    assert str(error.value).startswith(message)


def test_answers_are_written_as_they_are_read() -> None:
    answers = {
        "P1.1a": Answer(Fraction(4, 5), "规划: 已批准, 附件 #3", "王工", "2026-11-20", "plan.pdf"),
        "P1.1b": Answer(Fraction(1), "seen\nagain"),
    }
    assert read_answers(answers_text(answers), "answers.yaml", CLAUSES) == answers


def test_the_command_takes_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, none = tmp_path / "answers.xlsx", tmp_path / "evidence"
    none.mkdir()
    path.write_bytes(sheet(HEAD, ["P1.1a", 1, "seen", "Wang"]))
    words = ["score", str(CONFIGS / "plant.example.yaml"), "--evidence", str(none), "--lang", "en"]
    assert main([*words, "--answers", str(path)]) == 0
    assert "P1.1a    met" in capsys.readouterr().out
    path.write_bytes(sheet(HEAD, ["P1.1a", 0.7, "seen"]))
    assert main([*words, "--answers", str(path)]) == 2
    assert "answers.xlsx:2: P1.1a: score: score 0.7" in capsys.readouterr().err
    assert main([*words, "--answers", str(tmp_path / "none.xlsx")]) == 2
    assert "none.xlsx: no such file" in capsys.readouterr().err
