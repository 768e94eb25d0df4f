"""Evidence that a rule does not believe: records with a limitation that it distrusts, and how a reason tells of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evidence_engine.rules.rule import Rule

Record = Mapping[str, Any]


def doubts_of(rule: Rule, record: Record) -> list[Mapping[str, str]]:
    """The limitations of a record for which the rule does not believe it, those of the whole clause first."""
    if not record["limitations"]:
        return []
    listed = [*rule.distrusts.clause, *rule.distrusts.subject]
    found = [limitation for limitation in record["limitations"] if limitation["code"] in listed]
    return sorted(found, key=lambda limitation: listed.index(limitation["code"]))


def is_refuted(rule: Rule, records: Iterable[Record]) -> bool:
    """Whether one record carries a limitation under which nothing can be said of the clause (a limit disproved, D12)."""
    codes = {limitation["code"] for record in records for limitation in record["limitations"]}
    return not codes.isdisjoint(rule.distrusts.clause)


def doubts_told(rule: Rule, records: Sequence[Record]) -> dict[str, str]:
    """Whose evidence is not believed, and why: `not believed: CNC-01: the readings disprove …`; empty where all is."""
    told = {
        lang: dict.fromkeys(
            f"{_name(r)}{colon}{doubt[lang]}" for r in records for doubt in doubts_of(rule, r)
        )
        for lang, colon in (("zh", "："), ("en", ": "))
    }
    if not told["zh"]:
        return {}
    return {"zh": "不予采信，" + "；".join(told["zh"]), "en": "not believed: " + "; ".join(told["en"])}


def with_doubts(because: Mapping[str, str], doubts: Mapping[str, str]) -> dict[str, str]:
    """A reason, followed by the doubts where there are any."""
    if not doubts:
        return dict(because)
    return {"zh": f"{because['zh']}；{doubts['zh']}", "en": f"{because['en']}; {doubts['en']}"}


def _name(record: Record) -> str:
    subject = record["subject"]
    return str(subject.get("asset") or subject.get("step") or subject["site"])
