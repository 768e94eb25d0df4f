"""A value from a message becomes a number or a text, and a stamp comes before its arrival: for both modes."""

import math

from connectors.base import Chunk

NAN = math.nan
_TRUTHS = {"true": 1.0, "false": 0.0}


def count(chunk: Chunk, what: str) -> None:
    """One more of what was noticed."""
    chunk.counts[what] = chunk.counts.get(what, 0) + 1


def decode(raw: object, *, is_text: bool) -> tuple[float, str | None] | None:
    """Number and text of a scalar; None where it is neither (null, list, object, a number beyond all bounds)."""
    if isinstance(raw, bool):
        return float(raw), ("true" if raw else "false") if is_text else None
    if isinstance(raw, int | float):
        return _of_number(raw, is_text)
    if isinstance(raw, str):
        return _of_text(raw, is_text)
    return None


def _of_number(raw: float, is_text: bool) -> tuple[float, str | None] | None:
    try:
        number = float(raw)
    except OverflowError:
        return None
    return (number, str(raw) if is_text else None) if math.isfinite(number) else None


def _of_text(raw: str, is_text: bool) -> tuple[float, str | None] | None:
    """A number, or a truth, that is written as text is a number where the role wants one."""
    if is_text:
        return NAN, raw
    if raw.lower() in _TRUTHS:
        return _TRUTHS[raw.lower()], None
    try:
        return _of_number(float(raw), is_text)
    except ValueError:
        return NAN, raw


def add(chunk: Chunk, tag: int, ts: int, raw: object, quality: int, *, is_text: bool) -> None:
    """One row; bad where there is no value."""
    decoded = decode(raw, is_text=is_text) if quality < 2 else None
    if decoded is None:
        if quality < 2:
            count(chunk, "no_value")
        chunk.add(tag, ts, NAN, None, 2)
    else:
        chunk.add(tag, ts, decoded[0], decoded[1], quality)


def not_after(stamp: int, arrived: int, chunk: Chunk) -> int:
    """A stamp after its arrival is cut to the arrival, and counted (D6); an old one is delay, and stays."""
    if stamp <= arrived:
        return stamp
    count(chunk, "cut_to_arrival")
    return arrived
