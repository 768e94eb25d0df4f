"""One record out of several of the same figure, each by other facts of the plant, none of which held throughout (D8).

Low is the least and high the most of them; the value, where they differ, is the one that is worse for the claim.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.figure import Figure, Limitation

Better = Literal["more", "less"] | None
"""Which way the KPI is better; where neither is, the lesser value is taken."""


def enveloped(
    variants: Sequence[Iterable[Record]],
    better: Callable[[str], Better],
    limitation: Limitation,
) -> Iterator[Record]:
    """The records of the first variant, widened by those of the others; one that says another number says so."""
    first, *others = [{(r.kpi, *sorted(r.subject.items())): r for r in records} for records in variants]
    for key, record in first.items():
        same = [record, *(other[key] for other in others if key in other)]
        yield _one(same, better(record.kpi), limitation)
    for other in others:
        yield from (
            replace(r, limitations=_all([r], limitation)) for key, r in other.items() if key not in first
        )


def _one(records: list[Record], better: Better, limitation: Limitation) -> Record:
    chosen = _worst(records, better)
    results = {record.result for record in records}
    if len(results) == 1 and all(record.parts == chosen.parts for record in records):
        return chosen
    return replace(
        chosen,
        result=_around([record.result for record in records], chosen.result.value),
        coverage=min(record.coverage for record in records),
        parts={name: _part(records, chosen.parts, name) for name in chosen.parts},
        limitations=_all(records, limitation),
        provisional=any(record.provisional for record in records),
    )


def _worst(records: list[Record], better: Better) -> Record:
    known = [record for record in records if record.result.value is not None]
    if len(known) < len(records):
        return next(record for record in records if record.result.value is None)
    return (max if better == "less" else min)(known, key=lambda record: record.result.value or 0.0)


def _around(figures: list[Figure], value: float | None) -> Figure:
    lows = [figure.low for figure in figures if figure.low is not None]
    highs = [figure.high for figure in figures if figure.high is not None]
    return Figure(
        value,
        min(lows) if len(lows) == len(figures) else None,
        max(highs) if len(highs) == len(figures) else None,
        figures[0].unit,
    )


def _part(
    records: list[Record], chosen: Mapping[str, Figure | float | int | str | None], name: str
) -> Figure | float | int | str | None:
    part = chosen[name]
    figures = [record.parts.get(name) for record in records]
    if isinstance(part, Figure) and all(isinstance(figure, Figure) for figure in figures):
        return _around([figure for figure in figures if isinstance(figure, Figure)], part.value)
    return part


def _all(records: list[Record], limitation: Limitation) -> tuple[Limitation, ...]:
    return tuple(sorted({limitation, *(one for record in records for one in record.limitations)}))
