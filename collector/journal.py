"""What people said, how the score went and which verdicts changed: kept beside the store, only ever added to.

One SQLite file, `<store>/assessment/journal.db` (WAL, synchronous=FULL): what `say` returned is on the disk. Rows of
`answers`, `scores`, `changes` and `facts` (what the plant stated) can't be altered or deleted, the file's own triggers refuse it; `channels` holds how
far each way of telling has come.
"""

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence_engine.documents import BadInput
from evidence_engine.maturity.model import exact
from evidence_engine.maturity.verdict import Answer

Json = dict[str, Any]

FILE = "journal.db"
VERSION = 1

_TABLES = """
CREATE TABLE answers (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, clause TEXT NOT NULL, by TEXT NOT NULL,
                      answer TEXT, withdrawn TEXT, CHECK ((answer IS NULL) <> (withdrawn IS NULL)));
CREATE TABLE scores (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, score TEXT NOT NULL);
CREATE TABLE changes (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, clause TEXT NOT NULL, change TEXT NOT NULL);
CREATE TABLE facts (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE TABLE channels (name TEXT PRIMARY KEY, told INTEGER NOT NULL, failures INTEGER NOT NULL, error TEXT NOT NULL);
CREATE INDEX changes_of_clause ON changes (clause);
CREATE INDEX answers_of_clause ON answers (clause);
"""
_KEEP = """
CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are only ever added to'); END;
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a person said of a clause: an answer, or that an earlier one is withdrawn, and why.

    by: whose token it came with; at: when it was kept, plant time in ns.
    """

    id: int
    at: int
    clause: str
    by: str
    answer: Answer | None
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A score as it was from `at` on: {"model", "rules", "level", "total", "levels"}."""

    at: int
    score: Json


@dataclass(frozen=True, slots=True)
class Change:
    """A clause's verdict changed: {"first", "before", "after", "causes"} (score_history)."""

    id: int
    at: int
    clause: str
    change: Json


@dataclass(frozen=True, slots=True)
class Channel:
    """How far a way of telling has come: the last change told, failures since, why the last one failed."""

    name: str
    told: int
    failures: int = 0
    error: str = ""


class Journal:
    """Open for the life of the process. Every method may be called from any thread."""

    def __init__(self, folder: Path | None) -> None:
        """folder: made where it is missing; None keeps all in memory (tests, a report that stands still)."""
        self._lock = threading.Lock()
        where = ":memory:"
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            where = str(folder / FILE)
        self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False, timeout=10)
        weakref.finalize(self, self._db.close)
        try:
            self._begin(where)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise BadInput(
                f"{where}: not readable as a journal: {error}; move it aside to start anew"
            ) from None

    def _begin(self, where: str) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise BadInput(f"{where}: written by another version ({version}), expected {VERSION}")
        if version == 0:
            keep = "".join(
                _KEEP.format(table=table, verb=verb)
                for table in ("answers", "scores", "changes", "facts")
                for verb in ("UPDATE", "DELETE")
            )
            self._db.executescript(f"BEGIN; {_TABLES} {keep} PRAGMA user_version={VERSION}; COMMIT;")

    def close(self) -> None:
        """Close the file; safe twice."""
        with self._lock:
            self._db.close()

    # ---- what people said

    def say(self, clause: str, answer: Answer, by: str, at: int) -> int:
        """Keep an answer; its number. What was said before stays."""
        text = json.dumps(answer.to_json() | {"score": str(answer.score)}, ensure_ascii=False)
        return self._add(
            "INSERT INTO answers (at, clause, by, answer) VALUES (?, ?, ?, ?)", at, clause, by, text
        )

    def withdraw(self, clause: str, reason: str, by: str, at: int) -> int:
        """Keep that what was said here of a clause does not stand any more; it stays readable."""
        return self._add(
            "INSERT INTO answers (at, clause, by, withdrawn) VALUES (?, ?, ?, ?)", at, clause, by, reason
        )

    def said(self, clause: str | None = None) -> list[Said]:
        """Everything said, of one clause or of all, the first first."""
        rows = self._rows(
            "SELECT id, at, clause, by, answer, withdrawn FROM answers WHERE ? IN (clause, '') ORDER BY id",
            clause or "",
        )
        return [Said(id, at, name, by, _answer(text), gone or "") for id, at, name, by, text, gone in rows]

    def standing(self) -> dict[str, Answer]:
        """By clause, what was said last and not withdrawn."""
        last = {said.clause: said.answer for said in self.said()}
        return {clause: answer for clause, answer in last.items() if answer is not None}

    def heard(self) -> int:
        """How many things were said: rises with each."""
        return int(self._rows("SELECT coalesce(max(id), 0) FROM answers")[0][0])

    # ---- how the score went

    def add(self, at: int, score: Json | None, changes: Iterable[tuple[str, Json]]) -> list[Change]:
        """Keep a score (None: as the last) and the verdicts that changed with it, all or nothing."""
        kept = []
        with self._transaction() as db:
            if score is not None:
                db.execute("INSERT INTO scores (at, score) VALUES (?, ?)", (at, _text(score)))
            for clause, change in changes:
                added = db.execute(
                    "INSERT INTO changes (at, clause, change) VALUES (?, ?, ?)", (at, clause, _text(change))
                )
                kept.append(Change(int(added.lastrowid or 0), at, clause, change))
        return kept

    def points(self, most: int = 400) -> list[Point]:
        """The last so many scores, the first first."""
        rows = self._rows("SELECT at, score FROM scores ORDER BY id DESC LIMIT ?", most)
        return [Point(at, json.loads(text)) for at, text in reversed(rows)]

    def changes(self, clause: str | None = None, most: int = 100) -> list[Change]:
        """The last so many changes of verdicts, of one clause or of all, the first first."""
        rows = self._rows(
            "SELECT id, at, clause, change FROM changes WHERE ? IN (clause, '') ORDER BY id DESC LIMIT ?",
            clause or "",
            most,
        )
        return [_change(row) for row in reversed(rows)]

    def changes_after(self, id: int, most: int) -> list[Change]:
        """The first so many changes after one."""
        sql = "SELECT id, at, clause, change FROM changes WHERE id > ? ORDER BY id LIMIT ?"
        return [_change(row) for row in self._rows(sql, id, most)]

    def last_changes(self) -> dict[str, Change]:
        """By clause, its last change."""
        rows = self._rows(
            "SELECT id, at, clause, change FROM changes WHERE id IN (SELECT max(id) FROM changes GROUP BY clause)"
        )
        return {change.clause: change for change in map(_change, rows)}

    def add_facts(self, at: int, facts: Json) -> None:
        """Keep what the plant states, where it is not what it stated last."""
        if self.are_new(facts):
            self._add("INSERT INTO facts (at, facts) VALUES (?, ?)", at, _text(facts))

    def are_new(self, facts: Json) -> bool:
        """Whether the plant states something else than last."""
        last = self._rows("SELECT facts FROM facts ORDER BY id DESC LIMIT 1")
        return not last or bool(json.loads(last[0][0]) != facts)

    def facts_before(self, facts: Json) -> tuple[int, Json] | None:
        """The last facts that differ from these, and since when they were stated; None where there are none."""
        for at, text in self._rows("SELECT at, facts FROM facts ORDER BY id DESC"):
            if (found := json.loads(text)) != facts:
                return at, found
        return None

    # ---- how far it was told

    def channel(self, name: str) -> Channel:
        """How far a channel has come; a new one begins with what changes from now on."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO channels SELECT ?, coalesce(max(id), 0), 0, '' FROM changes", (name,)
            )
            return Channel(*db.execute("SELECT * FROM channels WHERE name = ?", (name,)).fetchone())

    def told(self, name: str, upto: int) -> None:
        """A channel has told everything up to a change."""
        self._add("UPDATE channels SET told = ?, failures = 0, error = '' WHERE name = ?", upto, name)

    def not_told(self, name: str, error: str) -> None:
        """A channel failed once more."""
        self._add("UPDATE channels SET failures = failures + 1, error = ? WHERE name = ?", error, name)

    def channels(self) -> list[Channel]:
        """All channels that ever were."""
        return [Channel(*row) for row in self._rows("SELECT * FROM channels ORDER BY name")]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _add(self, statement: str, *values: object) -> int:
        with self._lock:
            return int(self._db.execute(statement, values).lastrowid or 0)

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


def _change(row: tuple[Any, ...]) -> Change:
    id, at, clause, text = row
    return Change(id, at, clause, json.loads(text))


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _answer(text: str | None) -> Answer | None:
    if text is None:
        return None
    told = json.loads(text)
    return Answer(**(told | {"score": exact(told["score"])}))
