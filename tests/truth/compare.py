"""Compares true figures with evidence records: which truths lie outside [low, high], and which have no record (D28)."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
Key = tuple[str, str, str, str, str]
"""(kpi, subject, window from, window to, site)."""

ROUNDINGS = 4
"""Units in the last place by which two correctly divided floats may differ and still be the same figure."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A truth that its record excludes."""

    key: Key
    truth: float
    low: float | None
    value: float | None
    high: float | None

    @property
    def by(self) -> float:
        """How far outside, in the figure's unit."""
        below = 0.0 if self.low is None else self.low - self.truth
        above = 0.0 if self.high is None else self.truth - self.high
        return max(below, above)

    @property
    def share(self) -> float:
        """How far outside, by the size of the truth."""
        return self.by / max(abs(self.truth), 1e-9)

    def __str__(self) -> str:
        kpi, subject, start, end, _ = self.key
        return (
            f"{kpi} {subject} [{start}, {end}): truth {self.truth!r} outside "
            f"[{self.low!r}, {self.high!r}], value {self.value!r}"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many figures were compared, which truths had no record, which records exclude their truth."""

    compared: int
    missing: tuple[Key, ...]
    violations: tuple[Violation, ...]

    @property
    def holds(self) -> bool:
        """Something was compared, everything had a record, and no record excluded its truth."""
        return self.compared > 0 and not self.missing and not self.violations

    def report(self, most: int = 25) -> str:
        """The worst first."""
        worst = sorted(self.violations, key=lambda found: -found.share)
        by_kpi = Counter(found.key[0] for found in self.violations)
        lines = [
            f"{self.compared} figures compared, {len(self.violations)} violations, {len(self.missing)} missing"
        ]
        lines += [f"  {kpi}: {count} violations" for kpi, count in by_kpi.most_common()]
        lines += [f"  {found}" for found in worst[:most]]
        lines += [f"  no record: {' '.join(key[:4])}" for key in self.missing[:most]]
        return "\n".join(lines)


def read_truth(path: Path) -> Json:
    """A truth file."""
    document: Json = json.loads(path.read_text(encoding="utf-8"))
    if document["schema"] != "floortruth/truth/1":
        raise ValueError(f"{path}: schema is {document['schema']!r}")
    return document


def read_records(folder: Path) -> list[Json]:
    """Every evidence record of a folder, read as any outsider would."""
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def key_of(entry: Json) -> Key:
    """What pairs a truth with its record."""
    subject, window = entry["subject"], entry["window"]
    step = f"step {subject['step']}" if "step" in subject else ""
    return entry["kpi"], subject.get("asset") or step, window["from"], window["to"], subject["site"]


def compare(truths: Iterable[Json], records: Sequence[Json]) -> Comparison:
    """Each true figure against its record; a null bound excludes nothing on its side."""
    by_key = {key_of(record): record["result"] for record in records}
    compared, missing, violations = 0, [], []
    for truth in truths:
        key, value = key_of(truth), float(truth["value"])
        result = by_key.get(key)
        if result is None:
            missing.append(key)
            continue
        compared += 1
        if excludes(result, value):
            violations.append(Violation(key, value, result["low"], result["value"], result["high"]))
    return Comparison(compared, tuple(missing), tuple(violations))


def excludes(result: Json, truth: float) -> bool:
    """Whether [low, high] leaves the truth out by more than the rounding of floats."""
    slack = ROUNDINGS * math.ulp(truth)
    low, high = result["low"], result["high"]
    return (low is not None and truth < low - slack) or (high is not None and truth > high + slack)
