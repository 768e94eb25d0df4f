"""From evidence records to the answer of each claim, by the bound that is worse for the claim (D30's rule).

In this order, per subject:
(1) the figure of each window with its bounds, normalised as the claim says; without a record, or where it is not
    applicable (D16), nothing is decidable.
(2) the change with its bounds: the least after the greatest before, the greatest after the least before.
(3) supported if even the worse bound reaches what is claimed, contradicted if even the better one does not.
(4) where neither: what each window's figure would have to be, and how much of its time is known.
The whole claim is supported if every subject's is, contradicted if any subject's is.
Example of an answer: docs/assessor.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evidence_engine.claims import words
from evidence_engine.claims.claim import Claim, Subject
from evidence_engine.claims.interval import (
    Interval,
    Verdict,
    absolute_change,
    reaches,
    relative_change,
    together,
    total,
)
from evidence_engine.documents import BadInput
from evidence_engine.evidence.record import SCHEMA
from evidence_engine.kpis import KPIS
from evidence_engine.vocabulary.instants import DAY, format_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window

Record = Mapping[str, Any]
ANSWER_SCHEMA = "floortruth/claims-answer/1"
PIECES = "production.count_good_window"


@dataclass(frozen=True, slots=True)
class Told:
    """What one window says of one subject: its figure, or why there is none; the records behind it."""

    window: Window
    figure: Interval | None
    records: tuple[Record, ...]
    missing: str = ""
    """`no_record` or `not_applicable`, where there is no figure."""

    @property
    def coverage(self) -> float:
        """The least of its records."""
        return min((float(record["coverage"]) for record in self.records), default=0.0)

    def to_json(self) -> dict[str, Any]:
        """As in the answer."""
        window = {"from": format_instant(self.window.start), "to": format_instant(self.window.end)}
        return {
            "window": window,
            "result": None if self.figure is None else self.figure.to_json(),
            "coverage": self.coverage,
            "provisional": any(record["provisional"] for record in self.records),
            "evidence": [record["id"] for record in self.records],
            "limitations": sorted(
                {item["code"] for record in self.records for item in record["limitations"]}
            ),
        }


class Records:
    """Records by KPI, subject and window, of one site."""

    def __init__(self, plant: Plant, records: Iterable[Record]) -> None:
        self.plant = plant
        self._found: dict[tuple[str, str, str, str, str], Record] = {}
        for record in records:
            if record.get("schema") != SCHEMA:
                raise BadInput(f"evidence record of schema '{record.get('schema')}', expected '{SCHEMA}'")
            if record["subject"].get("site") == plant.site.id:
                self._keep(record)

    def _keep(self, record: Record) -> None:
        window = record["window"]
        key = self._key(record["kpi"], record["subject"], window["from"], window["to"])
        if key in self._found and self._found[key]["id"] != record["id"]:
            raise BadInput(f"two different evidence records of {key[0]} from {key[3]} to {key[4]}, keep one")
        self._found[key] = record

    @staticmethod
    def _key(kpi: str, subject: Subject, start: str, end: str) -> tuple[str, str, str, str, str]:
        return (kpi, subject.get("asset", ""), subject.get("step", ""), start, end)

    def of(self, kpi: str, subject: Subject, window: Window) -> Record | None:
        """The record, None where there is none."""
        return self._found.get(
            self._key(kpi, subject, format_instant(window.start), format_instant(window.end))
        )


def windows_of(claims: Sequence[Claim]) -> list[Window]:
    """Every window that must be assessed, each once."""
    return list(dict.fromkeys(window for claim in claims for window in (claim.baseline, claim.comparison)))


def judge(plant: Plant, claims: Sequence[Claim], records: Iterable[Record]) -> dict[str, Any]:
    """The answer document. records: those of the claims' windows; others are passed over."""
    found = Records(plant, records)
    return {
        "schema": ANSWER_SCHEMA,
        "site": plant.site.id,
        "claims": [_claim(claim, found) for claim in claims],
    }


def _claim(claim: Claim, found: Records) -> dict[str, Any]:
    written, kpi = claim.written, KPIS[claim.written.kpi]
    subjects = [_subject(claim, subject, found) for subject in claim.subjects]
    verdict = together(answer["verdict"] for answer in subjects)
    return {
        "id": written.id,
        "statement": written.statement.model_dump(),
        "kpi": kpi.id,
        "name": {"zh": kpi.name_zh, "en": kpi.name_en},
        "unit": words.unit_of(written),
        "normalise": written.normalise,
        "claimed": written.change.to_json(),
        "verdict": verdict,
        "subjects": subjects,
    }


def _subject(claim: Claim, subject: Subject, found: Records) -> dict[str, Any]:
    before = _told(claim, subject, claim.baseline, found)
    after = _told(claim, subject, claim.comparison, found)
    verdict, change = _verdict(claim, before, after)
    return {
        "subject": {"site": found.plant.site.id, **subject},
        "verdict": verdict,
        "change": None if change is None else change.to_json(),
        "baseline": before.to_json(),
        "comparison": after.to_json(),
        "because": words.because(claim, verdict, change, before.figure, after.figure),
        "would_decide": [] if verdict != "not_decidable" else _would_decide(claim, before, after),
    }


def _told(claim: Claim, subject: Subject, window: Window, found: Records) -> Told:
    """(1)"""
    if claim.written.normalise == "per_good_piece":
        return _per_good_piece(claim, subject, window, found)
    told = _plain(claim.written.kpi, subject, window, found)
    if claim.written.normalise == "per_day" and told.figure is not None:
        return Told(window, told.figure.times(Fraction(DAY, window.end - window.start)), told.records)
    return told


def _plain(kpi: str, subject: Subject, window: Window, found: Records) -> Told:
    record = found.of(kpi, subject, window)
    if record is None:
        return Told(window, None, (), "no_record")
    value, low, high = (_exact(record["result"][key]) for key in ("value", "low", "high"))
    if low is None:
        return Told(window, None, (record,), "not_applicable")
    return Told(window, Interval(low, high, value), (record,))


def _exact(number: float | None) -> Fraction | None:
    """As it is written in the record."""
    return None if number is None else Fraction(str(number))


def _per_good_piece(claim: Claim, subject: Subject, window: Window, found: Records) -> Told:
    """Energy ÷ good pieces of the window: the site's of its output assets (D25), else the asset's own.

    Of electricity there is a figure with joint bounds; else the bounds of both are divided, which is never too narrow.
    """
    if claim.written.kpi == "energy.electricity" and "step" not in subject:
        return _plain("energy.per_good_piece", subject, window, found)
    makers = [subject] if subject else [{"asset": n} for n, a in found.plant.assets.items() if a.output]
    energy = _plain(claim.written.kpi, subject, window, found)
    pieces = [_plain(PIECES, maker, window, found) for maker in makers]
    records = tuple(record for told in (energy, *pieces) for record in told.records)
    figures = [told.figure for told in pieces if told.figure is not None]
    if energy.figure is None or not pieces or len(figures) < len(pieces):
        missing = [told.missing for told in (energy, *pieces) if told.missing]
        return Told(window, None, records, missing[0] if missing else "no_record")
    return Told(window, energy.figure.divided(total(figures)), records)


def _verdict(claim: Claim, before: Told, after: Told) -> tuple[Verdict, Interval | None]:
    """(2) and (3)"""
    if before.figure is None or after.figure is None:
        return "not_decidable", None
    change, rises = claim.written.change, claim.written.change.least > 0
    if change.relative is not None:
        found = relative_change(before.figure, after.figure)
        return reaches(found, change.least, rises=rises), found
    found = absolute_change(before.figure, after.figure)
    verdicts = [reaches(found, change.least, rises=rises)]
    if change.after is not None:
        verdicts.append(reaches(after.figure, change.after, rises=rises))
    return together(verdicts), found


def _would_decide(claim: Claim, before: Told, after: Told) -> list[dict[str, str]]:
    """(4)"""
    if before.figure is None or after.figure is None:
        return [
            words.missing(claim, what, told.missing) for what, told in _both(before, after) if told.missing
        ]
    told = list(words.thresholds(claim, before.figure, after.figure))
    unknown = [(what, found.coverage) for what, found in _both(before, after) if found.coverage < 1]
    return [*told, *(words.uncovered(what, coverage) for what, coverage in unknown)]


def _both(before: Told, after: Told) -> tuple[tuple[str, Told], tuple[str, Told]]:
    return (("baseline", before), ("comparison", after))
