"""A person and the data on one clause: who said it stays visible, and an override never deletes (D30)."""

from fractions import Fraction as F

from evidence_engine.maturity.verdict import NOT_ASSESSED, Answer, By, ClauseResult, Verdict, join

WHY = {"zh": "12 台中 6 台", "en": "6 of 12"}


def data(verdict: Verdict, low: str, high: str, by: By = "data") -> ClauseResult:
    return ClauseResult(verdict, F(low), F(high), by, WHY, ("e1",))


def answer(score: str) -> Answer:
    return Answer(F(score), "看过现场", "王工", "2026-11-20", "photo.jpg")


def test_nobody() -> None:
    assert join(None, None) == NOT_ASSESSED
    assert (NOT_ASSESSED.low, NOT_ASSESSED.high, NOT_ASSESSED.by) == (F(0), F(1), "none")


def test_data_alone() -> None:
    measured = data("partly", "0.5", "0.8")
    assert join(measured, None) is measured
    assert "machine" not in measured.to_json()
    assert "person" not in measured.to_json()


def test_a_person_alone() -> None:
    said = join(None, answer("0.8"))
    assert (said.verdict, said.low, said.high, said.by) == ("mostly", F(4, 5), F(4, 5), "person")
    assert said.because == {"zh": "看过现场 (王工)", "en": "看过现场 (王工)"}
    assert said.machine is None
    assert said.to_json()["person"] == {
        "score": 0.8,
        "reason": "看过现场",
        "who": "王工",
        "when": "2026-11-20",
        "file": "photo.jpg",
    }


def test_agreeing_settles_the_range() -> None:
    both = join(data("partly", "0.5", "1"), answer("0.8"))
    assert (both.verdict, both.low, both.high, both.by) == ("mostly", F(4, 5), F(4, 5), "both")
    assert both.because["en"] == "看过现场 (王工)"
    assert both.evidence == ("e1",)


def test_agreeing_at_the_end_of_the_range() -> None:
    both = join(data("partly", "0.5", "0.8"), answer("0.5"))
    assert (both.verdict, both.low, both.high, both.by) == ("partly", F(1, 2), F(1, 2), "both")

    both = join(data("partly", "0.5", "0.8"), answer("0.8"))
    assert (both.verdict, both.low, both.high, both.by) == ("mostly", F(4, 5), F(4, 5), "both")
    assert "disagree" not in both.because["en"]


def test_a_person_above_the_data_gives_the_range_and_says_so_first() -> None:
    both = join(data("partly", "0.5", "0.5"), answer("1"))
    assert (both.verdict, both.low, both.high, both.by) == ("partly", F(1, 2), F(1), "both")
    assert both.because["zh"] == "人与数据不一致。人：看过现场 (王工)；数据：12 台中 6 台"
    assert both.because["en"] == "person and data disagree. Person: 看过现场 (王工); data: 6 of 12"


def test_a_person_below_the_data_takes_the_smaller_as_the_word() -> None:
    both = join(data("mostly", "0.8", "1"), answer("0"))
    assert (both.verdict, both.low, both.high, both.by) == ("not", F(0), F(1), "both")
    assert both.because["en"].startswith("person and data disagree")


def test_what_the_data_said_stays() -> None:
    measured = data("partly", "0.5", "0.5")
    assert join(measured, answer("1")).to_json()["machine"] == measured.to_json()


def test_a_person_confirms_a_sign() -> None:
    sign = data("indicated", "0", "1", "none")
    said = join(sign, answer("1"))
    assert (said.verdict, said.low, said.high, said.by) == ("met", F(1), F(1), "person")
    assert said.evidence == ("e1",)
    assert said.to_json()["machine"]["verdict"] == "indicated"


def test_a_person_speaks_where_data_is_insufficient() -> None:
    said = join(ClauseResult("insufficient", because=WHY), answer("0.5"))
    assert (said.verdict, said.by) == ("partly", "person")
    assert said.to_json()["machine"]["because"] == WHY
