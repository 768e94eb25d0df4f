"""People's answers: what a good file gives, and the one sentence for each wrong one."""

from fractions import Fraction

import pytest

from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer, load_model
from evidence_engine.rules import answers, answers_text, check_answer, read_answers

CLAUSES = load_model().clauses
HEAD = "schema: floortruth/answers/1\nanswers:\n"


def test_an_answer_with_all_its_parts() -> None:
    text = (
        HEAD + "  P1.1a: {score: 0.8, reason: ' 规划已批准 ', who: 王工, when: 2026-11-20, file: plan.pdf}\n"
    )
    assert read_answers(text, "answers.yaml", CLAUSES) == {
        "P1.1a": Answer(Fraction(4, 5), "规划已批准", "王工", "2026-11-20", "plan.pdf")
    }


def test_score_and_reason_are_enough() -> None:
    found = read_answers(HEAD + "  P1.1b: {score: 1, reason: seen}\n", "answers.yaml", CLAUSES)
    assert found == {"P1.1b": Answer(Fraction(1), "seen")}


@pytest.mark.parametrize("score", ["0", "0.5", "0.50", "'0.8'", "1", "1.0"])
def test_scores_of_the_method(score: str) -> None:
    found = read_answers(HEAD + f"  P1.1a: {{score: {score}, reason: r}}\n", "a.yaml", CLAUSES)
    assert found["P1.1a"].score == Fraction(score.strip("'"))


def test_the_example_of_the_module_reads() -> None:
    text = (answers.__doc__ or "").split("Example:\n")[1]
    assert read_answers(text, "answers.yaml", CLAUSES)["P1.1a"].who == "王工"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("P1.1a: {score: 0.7, reason: r}", "answers.P1.1a.score: score 0.7, expected 0, 0.5, 0.8 or 1"),
        ("P1.1a: {score: most, reason: r}", "answers.P1.1a.score: 'most' is not a number"),
        ("P1.1a: {score: true, reason: r}", "answers.P1.1a.score: 'True' is not a number"),
        ("P1.1a: {score: .nan, reason: r}", "answers.P1.1a.score: 'nan' is not a number"),
        ("P1.1a: {score: 1}", "answers.P1.1a.reason: is missing"),
        ("P1.1a: {score: 1, reason: '  '}", "answers.P1.1a.reason: is empty, an answer needs its reason"),
        ("P1.1a: {reason: r}", "answers.P1.1a.score: is missing"),
        ("P1.1z: {score: 1, reason: r}", "answers.P1.1z: no such clause, did you mean 'P1.1"),
        (
            "P1.1a: {score: 1, reason: r, whom: me}",
            "answers.P1.1a.whom: unknown key 'whom', did you mean 'who'?",
        ),
    ],
)
def test_a_wrong_answer_is_one_sentence_with_its_place(line: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        read_answers(f"{HEAD}  {line}\n", "answers.yaml", CLAUSES)
    assert str(error.value).startswith(f"answers.yaml:3: {message}")
    assert "\n" not in str(error.value)


def test_an_answer_given_twice() -> None:
    text = HEAD + "  P1.1a: {score: 1, reason: r}\n  P1.1a: {score: 0, reason: r}\n"
    with pytest.raises(BadInput, match=r"^answers\.yaml:4: 'P1\.1a' stands twice at the same place$"):
        read_answers(text, "answers.yaml", CLAUSES)


def test_another_schema() -> None:
    with pytest.raises(BadInput, match=r"^a\.yaml:1: schema: .*floortruth/answers/1"):
        read_answers("schema: floortruth/answers/2\nanswers: {}\n", "a.yaml", CLAUSES)


def test_a_file_is_named_with_its_digest() -> None:
    digest = "sha256:" + "0a" * 32
    answer = check_answer(
        "P1.1a", {"score": 1, "reason": "seen", "file": "a.pdf", "digest": digest}, ["P1.1a"]
    )
    assert answer.to_json()["digest"] == digest
    assert read_answers(answers_text({"P1.1a": answer}), "a.yaml", ["P1.1a"]) == {"P1.1a": answer}
    with pytest.raises(
        BadInput, match=r"P1\.1a: digest: 'md5:1', expected sha256: and 64 lower-case hex digits"
    ):
        check_answer("P1.1a", {"score": 1, "reason": "seen", "digest": "md5:1"}, ["P1.1a"])
