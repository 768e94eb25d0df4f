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
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from evidence_engine.evidence.canonical import canonical
from evidence_engine.vocabulary.figure import Figure, Limitation
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.window import Window

SCHEMA = "floortruth/evidence/1"
Listed = TypeVar("Listed", "Input", Limitation)


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
            "window": _span(self.window),
            "result": self.result.to_json(),
            "parts": self._parts(),
            "coverage": self.coverage,
            "provisional": self.provisional,
            "snapshot": self.snapshot,
            "inputs": [item.to_json() for item in sorted(self.inputs)],
            "limitations": [item.to_json() for item in sorted(self.limitations)],
        }
        return body | {"id": _id(*self._around_id())}

    def to_bytes(self) -> bytes:
        """The same document in its canonical form, as its file holds it."""
        before, after = self._around_id()
        return b'{%b,"id":"%b",%b}' % (before, _id(before, after).encode(), after)

    def _around_id(self) -> tuple[bytes, bytes]:
        """The members of the canonical record before and after `id`: in the order of their keys, none depends on another.

        What the records of a window have in common is written once for all of them.
        """
        return b'"coverage":%b' % canonical(self.coverage), (
            b'"inputs":%b,"kpi":%b,"limitations":%b,"method":%b,"parts":%b,"provisional":%b,"result":%b,"schema":%b,'
            b'"snapshot":%b,"subject":%b,"window":%b'
        ) % (
            _listed(self.inputs),
            _word(self.kpi),
            _listed(self.limitations),
            _word(self.method),
            canonical(self._parts()),
            canonical(self.provisional),
            canonical(self.result.to_json()),
            _word(SCHEMA),
            _word(self.snapshot),
            canonical(dict(self.subject)),
            _window(self.window),
        )

    def _parts(self) -> dict[str, Any]:
        return {k: v.to_json() if isinstance(v, Figure) else v for k, v in self.parts.items()}


def _id(before: bytes, after: bytes) -> str:
    return f"sha256:{sha256(b'{%b,%b}' % (before, after)).hexdigest()}"


def _span(window: Window) -> dict[str, str]:
    return {"from": format_instant(window.start), "to": format_instant(window.end), "kind": window.kind}


@lru_cache(maxsize=64)
def _window(window: Window) -> bytes:
    return canonical(_span(window))


@lru_cache(maxsize=1024)
def _word(text: str) -> bytes:
    return canonical(text)


@lru_cache(maxsize=4096)
def _listed(items: tuple[Listed, ...]) -> bytes:
    return canonical([item.to_json() for item in sorted(items)])
