"""The course of a score: what is kept, when a verdict counts as changed, and the cause that is told."""

import copy
from pathlib import Path
from typing import Any

from collector.journal import Journal
from collector.score_history import MOST_CAUSES, ScoreHistory, causes_of, figure_of

LIMIT = {"code": "time_error_assumed", "zh": "时间误差为默认值", "en": "the time error is a default"}


def record(
    asset: str, low: float | None, coverage: float = 1.0, limits: tuple[Any, ...] = ()
) -> dict[str, Any]:
    return {
        "id": f"sha256:{asset}-{low}-{coverage}",
        "kpi": "equipment.oee",
        "subject": {"site": "S1", "asset": asset},
        "window": {
            "kind": "day",
            "from": "2026-11-23T16:00:00.000000000Z",
            "to": "2026-11-24T16:00:00.000000000Z",
        },
        "result": {"value": low, "low": low, "high": None if low is None else low + 0.1, "unit": "1"},
        "coverage": coverage,
        "limitations": list(limits),
    }


def document(clause: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "model": {"id": "m", "version": "1"},
        "rules": "m@1",
        "level": {"low": 0, "high": 5},
        "total": {"low": clause["score"]["low"], "high": 5.0},
        "levels": [{"level": 1, "score": clause["score"], "subdomains": [{"id": "P1", "clauses": [clause]}]}],
    } | more


def clause(
    verdict: str, low: float, high: float, records: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    return {
        "id": "M2-4.3b",
        "verdict": verdict,
        "score": {"low": low, "high": high},
        "by": "data",
        "because": {"zh": "因", "en": f"as {verdict}"},
        "evidence": [r["id"] for r in records],
    } | more


MET = [record("CNC-01", 0.9), record("CNC-02", 0.8)]
LOST = [record("CNC-01", 0.9), record("CNC-02", 0.8, coverage=0.4)]


def test_the_first_score_is_kept_and_tells_nobody_anything() -> None:
    history = ScoreHistory(Journal(None))
    (first,) = history.take(document(clause("met", 1, 1, MET)), MET, 10)
    assert first.change["first"]
    assert first.change["before"] is None
    assert first.change["causes"] == []
    assert [point.at for point in history.journal.points()] == [10]


def test_a_score_that_stays_is_kept_once() -> None:
    history = ScoreHistory(Journal(None))
    history.take(document(clause("met", 1, 1, MET)), MET, 10)
    assert history.take(document(clause("met", 1, 1, LOST)), LOST, 20) == []
    assert len(history.journal.points()) == 1


def test_a_verdict_that_fell_names_the_figure_that_fell() -> None:
    history = ScoreHistory(Journal(None))
    history.take(document(clause("met", 1, 1, MET)), MET, 10)
    (change,) = history.take(document(clause("partly", 0.5, 0.5, LOST)), LOST, 20)
    assert (change.change["before"]["verdict"], change.change["after"]["verdict"]) == ("met", "partly")
    (cause,) = change.change["causes"]
    assert cause["kind"] == "figure"
    assert cause["en"].startswith("CNC-02 ")
    assert "→ 80.0% [80.0%–90.0%], coverage 40.0%" in cause["en"]
    assert "覆盖 40.0%" in cause["zh"]
    assert cause["evidence"] == LOST[1]["id"]


def test_a_restart_between_the_two_changes_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    ScoreHistory(journal).take(document(clause("met", 1, 1, MET)), MET, 10)
    journal.close()
    journal = Journal(tmp_path)
    again = ScoreHistory(journal)
    assert again.take(document(clause("met", 1, 1, MET)), MET, 20) == []
    (change,) = again.take(document(clause("partly", 0.5, 0.5, LOST)), LOST, 30)
    assert not change.change["first"]
    assert "coverage 40.0%" in change.change["causes"][0]["en"]
    journal.close()


def test_an_answer_a_limitation_a_record_that_went_are_causes() -> None:
    history = ScoreHistory(Journal(None))
    history.take(document(clause("met", 1, 1, MET)), MET, 10)
    limited = [record("CNC-01", 0.9, limits=(LIMIT,))]
    person = {"score": 0.5, "reason": "half", "who": "Wang"}
    (change,) = history.take(document(clause("partly", 0.5, 1, limited, person=person)), limited, 20)
    told = [(cause["kind"], cause["en"]) for cause in change.change["causes"]]
    assert [kind for kind, _ in told] == ["answer", "figure", "limitation"]
    assert told[0][1] == "a person's answer: none → 0.5 (half, Wang)"
    assert told[1][1].endswith("→ no record")
    assert told[2][1].endswith("newly limited: the time error is a default")


def test_another_model_rules_or_fact_of_the_plant_is_told_first() -> None:
    history = ScoreHistory(Journal(None))
    history.take(document(clause("met", 1, 1, MET), facts={"cycle": 30}), MET, 10)
    row = {"zh": "CNC-01：理想节拍，30 → 36", "en": "CNC-01: ideal cycle, 30 → 36"}
    changed = document(clause("not", 0, 0, LOST), facts={"cycle": 36}, facts_changed=[row], rules="m@2")
    (change,) = history.take(changed, LOST, 20)
    kinds = [cause["kind"] for cause in change.change["causes"]]
    assert kinds == ["facts", "rules", "figure"]
    assert change.change["causes"][0]["en"] == "fact of the plant: CNC-01: ideal cycle, 30 → 36"
    back = copy.deepcopy(changed)
    back["levels"][0]["subdomains"][0]["clauses"][0] = clause("met", 1, 1, MET)
    (again,) = history.take(back, MET, 30)
    assert [cause["kind"] for cause in again.change["causes"]] == ["figure"], (
        "told with the score that it first changed"
    )


def test_without_any_figure_that_moved_the_reasons_are_told() -> None:
    before = {"model": "m@1", "rules": "m@1", "because": {"zh": "甲", "en": "a"}, "figures": []}
    after = before | {"because": {"zh": "乙", "en": "b"}}
    assert list(causes_of(before, after)) == [{"kind": "words", "zh": "甲 → 乙", "en": "a → b"}]


def test_many_causes_are_counted() -> None:
    history = ScoreHistory(Journal(None))
    many = [record(f"CNC-{n:02}", 0.9) for n in range(30)]
    fewer = [record(f"CNC-{n:02}", 0.5) for n in range(30)]
    history.take(document(clause("met", 1, 1, many)), many, 10)
    (change,) = history.take(document(clause("not", 0, 0, fewer)), fewer, 20)
    assert len(change.change["causes"]) == MOST_CAUSES + 1
    assert change.change["causes"][-1]["en"] == "18 more things changed"


def test_nothing_known_is_written_as_such() -> None:
    assert figure_of(record("A", None))["low"] is None
    state = {"model": "m@1", "rules": "", "because": {}}
    known = state | {"figures": [figure_of(record("A", 0.5))]}
    unknown = state | {"figures": [figure_of(record("A", None, coverage=0.0))]}
    (cause,) = causes_of(known, unknown)
    assert "→ — [—–—], coverage 0.0%" in cause["en"]
