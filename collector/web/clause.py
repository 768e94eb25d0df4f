"""A clause's card: requirement, verdict, evidence, what its rule asks, what to look at, what people said, how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collector.journal import Said
from collector.web.course import Turn, turns_of
from collector.web.evidence import Row, row
from collector.web.level import LEVELS, span_text
from collector.web.view import Json, View

Found = tuple[Json, Json, Json]
"""(level, sub-domain, clause) of a score document."""

SCORES = (("1", "met"), ("0.8", "mostly"), ("0.5", "partly"), ("0", "not"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause's rule asks: one line per figure, the assessor's look and sample, where thresholds come from."""

    items: list[str]
    look_at: str
    sample: str
    parameters: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One clause."""

    id: str
    wording: str
    verdict: str
    score: str
    by: str
    because: str
    subdomain: str
    level: str
    certainty: str
    source: str
    rows: list[Row]
    window: str
    """The window of the evidence, where all of it has the same."""
    missing: int
    said: list[tuple[str, str]]
    """What data and a person each said, where both did: an override never deletes what it overrides."""
    disputed: bool
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer: what was written, what is wrong with it, whether an answer was just kept."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    kept: bool = False


def card_of(view: View, found: Found) -> Card:
    """A clause's card with its evidence."""
    level, sub, clause = found
    records = [r for identity in clause["evidence"] if (r := view.board.record(identity)) is not None]
    low, high = float(clause["score"]["low"]), float(clause["score"]["high"])
    model_row = view.wording.row(clause["id"])
    return Card(
        id=clause["id"],
        wording=view.clause_text(clause),
        verdict=clause["verdict"],
        score=span_text(low, high),
        by=view.words(f"by.{clause['by']}"),
        because=view.words.pick(clause.get("because")),
        subdomain=view.wording.subdomain(sub["id"], view.words.lang),
        level=view.words(LEVELS[int(level["level"]) - 1]),
        certainty="" if model_row is None else model_row.certainty,
        source="" if model_row is None else model_row.source,
        rows=[row(view, r) for r in records],
        window=windows.pop() if len(windows := {view.record_window(r) for r in records}) == 1 else "",
        missing=len(clause["evidence"]) - len(records),
        said=said_of(view, clause),
        disputed=is_disputed(clause),
        asked=asked_of(view, clause["id"]),
    )


def is_disputed(clause: Json) -> bool:
    """Whether a person's score lies outside of what data allows."""
    return "machine" in clause and "person" in clause and clause["score"]["low"] != clause["score"]["high"]


def said_of(view: View, clause: Json) -> list[tuple[str, str]]:
    """(who, what they said) where a person spoke, and what data said beneath it."""
    words, found = view.words, []
    machine, person = clause.get("machine"), clause.get("person")
    if machine is not None:
        found.append(
            (words("by.data"), f"{words.verdict(machine['verdict'])}: {words.pick(machine['because'])}")
        )
    if person is not None:
        keys = ("who", "when", "reason", "file")
        told = [str(person[key]) for key in keys if person.get(key)]
        found.append((words("by.person"), words("list.stop").join([f"{person['score']:g}", *told])))
    return found


def asked_of(view: View, clause: str) -> Asked | None:
    """What the clause's rule asks, None where a person alone judges it."""
    score = view.score or {}
    rule = score.get("asked", {}).get(clause)
    if rule is None:
        return None
    pick, card = view.words.pick, rule["card"]
    return Asked(
        items=[item_text(view, rule, item) for item in rule["items"]],
        look_at=pick(card["look_at"]),
        sample=pick(card["sample"]),
        parameters=pick(rule["parameters"]),
        decides=rule["says"] == "decides",
    )


def item_text(view: View, rule: Json, item: Json) -> str:
    """`data completeness of key production assets ≥ 50 %`."""
    from evidence_engine.rules.subjects import NAMES

    words = view.words
    over = NAMES[item["over"]][words.lang == "en"]
    least = words("rule.any") if not item["at_least"] else f"≥ {item['at_least']:.0%}"
    if item["test"] == "coverage":
        least = words("rule.coverage", least=least)
    return words("rule.item", kpi=words.kpi(item["kpi"]), over=over, least=least)


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One answer as the page lists it."""

    when: str
    who: str
    by: str
    score: str
    text: str
    file: str
    link: str
    digest: str
    withdrawn: bool


def answers_of(view: View, clause: str) -> list[SaidRow]:
    """Everything that people ever said of a clause here, the newest first."""
    return [_said_row(view, said) for said in reversed(view.board.journal.said(clause))]


def _said_row(view: View, said: Said) -> SaidRow:
    when, answer = view.clock_time(said.at), said.answer
    if answer is None:
        return SaidRow(when, said.by, said.by, "", said.withdrawn, "", "", "", True)
    link = answer.file if answer.file.startswith(("https://", "http://")) else ""
    score = f"{float(answer.score):g}"
    who = answer.who or said.by
    return SaidRow(when, who, said.by, score, answer.reason, answer.file, link, answer.digest, False)


def course_of_clause(view: View, clause: str) -> list[Turn]:
    """How the clause's verdict went."""
    return turns_of(view, clause)
