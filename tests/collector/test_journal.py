"""The journal: what was said stays, across restarts and against the file's own hand; a broken one is named."""

import sqlite3
from fractions import Fraction
from pathlib import Path

import pytest

from collector.journal import Change, Journal
from evidence_engine.documents import BadInput
from evidence_engine.maturity import Answer

HALF, FULL = (
    Answer(Fraction(1, 2), "half of it", "Wang"),
    Answer(Fraction(4, 5), "seen again", digest="sha256:0"),
)


def test_the_last_answer_stands_and_every_one_stays() -> None:
    journal = Journal(None)
    journal.say("P1.1a", HALF, "team", 10)
    journal.say("P1.1a", FULL, "team", 20)
    journal.say("P1.1b", HALF, "team", 30)
    assert journal.standing() == {"P1.1a": FULL, "P1.1b": HALF}
    assert [(s.at, s.answer) for s in journal.said("P1.1a")] == [(10, HALF), (20, FULL)]
    journal.withdraw("P1.1a", "wrong sample", "team", 40)
    assert journal.standing() == {"P1.1b": HALF}
    assert journal.said("P1.1a")[-1].withdrawn == "wrong sample"
    assert len(journal.said()) == 4


def test_it_survives_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "assessment")
    journal.say("P1.1a", FULL, "team", 10)
    journal.add(11, {"level": 1}, [("P1.1a", {"before": None})])
    journal.not_told("web", "no such channel")
    journal.channel("web")
    journal.close()
    again = Journal(tmp_path / "assessment")
    assert again.standing() == {"P1.1a": FULL}
    assert [p.score for p in again.points()] == [{"level": 1}]
    assert again.last_changes() == {"P1.1a": Change(1, 11, "P1.1a", {"before": None})}
    assert again.channel("web").told == 1
    again.close()
    again.close()


@pytest.mark.parametrize("table", ["answers", "scores", "changes", "facts"])
def test_nothing_can_be_altered_or_deleted(table: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.say("P1.1a", HALF, "team", 10)
    journal.add(11, {"level": 1}, [("P1.1a", {"before": None})])
    journal.add_facts(12, {"assets": 8})
    journal.close()
    db = sqlite3.connect(tmp_path / "journal.db")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET at = 0"):
        with pytest.raises(sqlite3.IntegrityError, match="are only ever added to"):
            db.execute(statement)
    db.close()


def test_a_new_channel_begins_now_and_fails_and_heals() -> None:
    journal = Journal(None)
    journal.add(1, None, [("P1.1a", {}), ("P1.1b", {})])
    assert journal.channel("web").told == 2
    journal.not_told("web", "503")
    journal.not_told("web", "504")
    assert (journal.channel("web").failures, journal.channel("web").error) == (2, "504")
    journal.told("web", 2)
    assert (journal.channel("web").failures, journal.channel("web").error) == (0, "")


def test_facts_are_kept_when_they_change() -> None:
    journal = Journal(None)
    assert journal.facts_before({"cycle": 30}) is None
    for at, cycle in ((1, 30), (2, 30), (3, 36)):
        journal.add_facts(at, {"cycle": cycle})
    assert journal.facts_before({"cycle": 36}) == (1, {"cycle": 30})
    assert not journal.are_new({"cycle": 36})


def test_a_file_that_is_no_journal_or_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not a database at all, " * 100)
    with pytest.raises(BadInput, match=r"journal\.db: not readable as a journal: .*move it aside"):
        Journal(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    db = sqlite3.connect(other / "journal.db")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(BadInput, match=r"written by another version \(99\), expected 1"):
        Journal(other)
