"""Slow, obvious twins of sweeps over stretches: every instant of a window by itself."""

from collections.abc import Sequence

Spans = Sequence[tuple[int, int]]


def lies_in(spans: Spans, instant: int) -> bool:
    """Whether a span holds the instant."""
    return any(first <= instant < last for first, last in spans)


def live_time(
    time: Spans, known: Sequence[Spans], dead: Sequence[Spans], start: int, end: int
) -> list[list[int]]:
    """How many instants each signal is known, or dead and not known; at last all known, and any dead."""
    found = [[0, 0] for _ in range(len(known) + 1)]
    for instant in range(start, end):
        if not lies_in(time, instant):
            continue
        is_known = [lies_in(spans, instant) for spans in known]
        is_dead = [lies_in(spans, instant) and not told for spans, told in zip(dead, is_known, strict=True)]
        for row, says in zip(
            found, [*zip(is_known, is_dead, strict=True), (all(is_known), any(is_dead))], strict=True
        ):
            row[0] += says[0]
            row[1] += says[1]
    return found


def came(
    ts: Sequence[int], up: Spans, down: Spans, length: int, start: int, end: int
) -> tuple[int, int, int]:
    """(with a row, without though up throughout, without and neither up nor down throughout) of all periods."""
    whole = [t for t in range(start, end) if t % length == 0 and t + length <= end]
    without = [t for t in whole if not any(t <= one < t + length for one in ts)]

    def holds(spans: Spans, t: int) -> bool:
        return any(first <= t and t + length <= last for first, last in spans)

    lost = [t for t in without if holds(up, t)]
    return len(whole) - len(without), len(lost), sum(not holds(up, t) and not holds(down, t) for t in without)
