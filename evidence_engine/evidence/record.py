"""The evidence record: one result, its window, inputs and limitations, as one canonical JSON object (RFC 8785).

Example:
{"schema": "floortruth/evidence/1", "id": "sha256:…", "kpi": "equipment.oee", "method": "floortruth.oee@1",
 "subject": {"site": "S1", "asset": "CNC-01"}, "window": {"from": "…Z", "to": "…Z", "kind": "hour"},
 "result": {"value": 0.612, "low": 0.601, "high": 0.634, "unit": "1"},
 "parts": {"availability": {"value": …, "low": …, "high": …, "unit": "1"}}, "coverage": 0.97, "provisional": false,
 "snapshot": "…", "inputs": [{"series": "CNC-01/state", "samples": 12345, "digest": "sha256:…"}],
 "limitations": [{"code": "time_error_assumed", "zh": "…", "en": "…"}]}
`id` is SHA-256 over the canonical record without `id`. `value` null: nothing known (D16); `high` null: not bounded
(D12). `supports` (clauses) is added by the rules, in the score, never here: evidence does not know what it is used for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from evidence_engine.evidence.canonical import canonical
from evidence_engine.vocabulary.figure import Figure, Limitation
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.window import Window

SCHEMA = "floortruth/evidence/1"


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One series that a result used: its samples in the window (and what D7 needs around it) and their digest."""

    series: str
    samples: int
    digest: str

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"series": self.series, "samples": self.samples, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Record:
    """One evidence record. subject: {"site"}, {"site", "asset"} or {"site", "step"}."""

    kpi: str
    method: str
    subject: Mapping[str, str]
    window: Window
    result: Figure
    coverage: float
    parts: Mapping[str, Figure | float | int | str | None] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    provisional: bool = False
    snapshot: str = ""

    def to_json(self) -> dict[str, Any]:
        """The record as a document, with its id."""
        body: dict[str, Any] = {
            "schema": SCHEMA,
            "kpi": self.kpi,
            "method": self.method,
            "subject": dict(self.subject),
            "window": {
                "from": format_instant(self.window.start),
                "to": format_instant(self.window.end),
                "kind": self.window.kind,
            },
            "result": self.result.to_json(),
            "parts": {k: v.to_json() if isinstance(v, Figure) else v for k, v in self.parts.items()},
            "coverage": self.coverage,
            "provisional": self.provisional,
            "snapshot": self.snapshot,
            "inputs": [item.to_json() for item in sorted(self.inputs)],
            "limitations": [item.to_json() for item in sorted(self.limitations)],
        }
        return body | {"id": f"sha256:{sha256(canonical(body)).hexdigest()}"}
