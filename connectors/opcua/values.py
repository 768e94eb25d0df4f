"""What a node showed becomes a number or a text; nothing here knows the library."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from evidence_engine.vocabulary.instants import NS, format_instant, from_datetime

Plain = bool | int | float | str | bytes | datetime | None
"""What a scalar of OPC UA is in Python; None: no value."""

OVERFLOW = 0x480  # info type DataValue and the overflow bit: values before this one were dropped (D5)
NAN = math.nan


@dataclass(slots=True)
class Columns:
    """Values as they came, in columns: `status` is the raw code, `source` and `server` the stamps in ns or None."""

    raw: list[Plain] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    source: list[int | None] = field(default_factory=list)
    server: list[int | None] = field(default_factory=list)
    is_composite: list[bool] = field(default_factory=list)
    """An array or a structure, which is no value of a series."""


def quality_of(status: int) -> int:
    """0 good, 1 uncertain, 2 bad, by the severity in the two highest bits; unusual good codes are good."""
    return min(status >> 30, 2)


def has_overflow(status: int) -> bool:
    """The server dropped values before this one."""
    return status & OVERFLOW == OVERFLOW


def decode(raw: Plain, *, is_text: bool, encoding: str) -> tuple[float, str | None] | None:
    """Number and text of a value; None where it is neither or cannot be read."""
    if raw is None:
        return None
    if isinstance(raw, bytes):
        try:
            raw = raw.decode(encoding)
        except UnicodeDecodeError:
            return None
    if isinstance(raw, str):
        return _of_text(raw, is_text)
    if isinstance(raw, datetime):
        ns = from_datetime(raw)
        return (NAN, format_instant(ns)) if is_text else (ns / NS, None)
    if not math.isfinite(raw):
        return None
    return (float(raw), _number_text(raw)) if is_text else (float(raw), None)


def _of_text(raw: str, is_text: bool) -> tuple[float, str | None]:
    """A number that is written as text is a number where the role wants one."""
    if is_text:
        return NAN, raw
    try:
        return float(raw), None
    except ValueError:
        return NAN, raw


def _number_text(raw: float) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)
