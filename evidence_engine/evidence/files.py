"""Where evidence records live on disk, and how a folder of them is written and read.

Example: `2026-11-24T08.CNC-01.equipment.oee.json`, `2026-11-24-day.S1.network.networking_rate.json`; flat, and fit
for any file system: what is not a letter of any script, a digit, `-`, `_` or `.` becomes `_`, told apart by a digest.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence_engine.evidence.record import SCHEMA, Record
from evidence_engine.vocabulary.instants import format_instant
from evidence_engine.vocabulary.window import Window

_WINDOWS_DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)),
}


class BadRecord(ValueError):
    """A file in a folder of evidence is no evidence record; str() names file and reason."""


def record_path(record: Record) -> str:
    """The file name of a record: `<window>.<asset, step-… or site>.<kpi>.json`."""
    step = record.subject.get("step")
    subject = record.subject.get("asset") or (f"step-{step}" if step else record.subject["site"])
    return ".".join((_safe(window_name(record.window)), _safe(subject), record.kpi, "json"))


def window_name(window: Window) -> str:
    """The window's own name, else its two instants."""
    if window.name:
        return window.name
    return f"{_compact(window.start)}_{_compact(window.end)}"


def _compact(instant: int) -> str:
    return format_instant(instant).replace("-", "").replace(":", "").replace(".000000000Z", "Z")


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    """The text itself where any file system takes it; else a part of its digest keeps it apart from its like."""
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in text).strip(". ")
    if kept == text and kept.upper() not in _WINDOWS_DEVICES:
        return kept
    return f"{kept}~{sha256(text.encode()).hexdigest()[:6]}"


def write_records(folder: Path, records: Iterable[Record]) -> int:
    """Write each record as canonical JSON, whole or not at all; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for record in records:
        path = f"{folder}/{record_path(record)}"  # a Path for each of thousands takes longer than to write it
        with open(f"{path}.part", "wb") as draft:
            draft.write(record.to_bytes())
        os.replace(f"{path}.part", path)
        written += 1
    return written


def read_records(folder: Path) -> Iterator[dict[str, Any]]:
    """The documents of a folder in the order of their names; BadRecord says which file is none."""
    for path in sorted(folder.glob("*.json")):
        yield read_record(path)


def read_record(path: Path) -> dict[str, Any]:
    """One document; BadRecord where the file is no evidence record."""
    try:
        document = json.loads(path.read_bytes())
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadRecord(f"{path}: not readable as JSON: {error}") from None
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        found = document.get("schema", "none") if isinstance(document, Mapping) else "none"
        raise BadRecord(f"{path}: schema is '{found}', expected '{SCHEMA}'")
    return dict(document)
