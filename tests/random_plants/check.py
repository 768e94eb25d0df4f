"""Every record of a case against the truth: what lies outside of [low, high] is a violation."""

from collections.abc import Iterator
from fractions import Fraction

from evidence_engine.assess import assess
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.window import Window
from tests.random_plants.case import Case
from tests.random_plants.oracle import Amount, asset_truth, attained, group_truth, site_truth

SLACK = Fraction(1, 10**12)
NOT_KNOWN = "network.networking_rate_digitised", "energy.gas", "energy.water"


def records_of(case: Case) -> list[Record]:
    """All of them."""
    return list(assess(case.plant, case.history, case.windows))


def violations(case: Case) -> Iterator[str]:
    """One sentence for each figure that leaves out a truth, or its own value."""
    truths = {window: dict(_truths(case, window)) for window in case.windows}
    for record in records_of(case):
        subject = record.subject.get("asset") or record.subject.get("step") or ""
        for true in truths[record.window].get((record.kpi, subject), []):
            if _is_silent(record):
                continue  # nothing is known: 0 to 1 by D16, though pieces at an edge may earn more
            if not _holds(record.result, true):
                yield f"seed {case.seed}: {_sentence(record)}: truth {float(true) if true is not None else None}"
        if not _orders(record.result):
            yield f"seed {case.seed}: {_sentence(record)}: low ≤ value ≤ high does not hold"


def _is_silent(record: Record) -> bool:
    found = record.result
    return record.kpi == "equipment.oee" and (found.value, found.low, found.high) == (None, 0.0, 1.0)


def _sentence(record: Record) -> str:
    window, found = record.window, record.result
    bounds = f"value {found.value} in [{found.low}, {found.high}]"
    return f"{window.start}–{window.end} {record.kpi} of {dict(record.subject)}: {bounds}"


def _truths(case: Case, window: Window) -> Iterator[tuple[tuple[str, str], list[Amount]]]:
    """Per KPI and subject every figure that may be true: a piece without an ideal cycle earns any of its asset's."""
    for name, line in case.lines.items():
        ways = [asset_truth(line, window, unstated) for unstated in ("smallest", "largest")]
        for kpi in ways[0]:
            yield (kpi, name), [way[kpi] for way in ways]
        entries = [
            e
            for e in case.history.plan
            if e.asset == name and window.start <= e.start and e.end <= window.end
        ]
        if entries:
            yield ("production.schedule_attainment", name), [attained(line, entries)]
    for subject in ("s", ""):
        groups = [group_truth(list(case.lines.values()), window, u) for u in ("smallest", "largest")]
        for kpi in groups[0]:
            yield (kpi, subject), [group[kpi] for group in groups]
    for kpi, true in site_truth(case.lines, list(case.lines), list(case.lines), window).items():
        yield (kpi, ""), [true]


def _holds(found: Figure, true: Amount) -> bool:
    if true is None:
        return True
    exact = Fraction(true)
    slack = SLACK * max(Fraction(1), abs(exact))
    is_low = found.low is None or Fraction(found.low) <= exact + slack
    return is_low and (found.high is None or exact <= Fraction(found.high) + slack)


def _orders(found: Figure) -> bool:
    value, low, high = found.value, found.low, found.high
    is_low = low is None or ((value is None or low <= value) and (high is None or low <= high))
    return is_low and (high is None or value is None or value <= high)
