"""Which batches an asset held and when: by the plain reading, surely, and perhaps (D5, D31).

There may be thousands, more than a mask has bits. So the held value has one of 62 categories, a different one for each of
a batch's neighbours; which batch a bit stands for follows from the samples around. In unknown time any may be there.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evidence_engine.knowledge.held import Held, held_of, keys_of
from evidence_engine.knowledge.stretches import FIRST, LAST, Stretches, joined, where
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.states import UNKNOWN

CATEGORIES = 62
"""Beside category 0, no batch."""
NAMES = ("none", *(str(number) for number in range(1, CATEGORIES + 1)))
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Batches:
    """Spans [start, end) per batch, ascending. unknown: in them any batch may be there · held: by category."""

    plain: dict[str, Spans]
    sure: dict[str, Spans]
    may: dict[str, Spans]
    unknown: Spans
    known: Stretches
    held: Held


def batches_of(history: History, plant: Plant, asset: str) -> Batches:
    """Read the batch series of an asset; an empty text is no batch."""
    series = series_name(asset, "batch")
    keys = keys_of(history.of(series))
    codes = categories_of(keys)
    held = held_of(history, plant, series, codes, NAMES, "unmapped_product")
    naming = _Naming(history.of(series).ts.tolist(), keys, codes)
    plain, sure, may = _Lists(), _Lists(), _Lists()
    border = held.border.tolist()
    unknown = [(FIRST, border[0]), (border[-1], LAST)] if border else [(FIRST, LAST)]
    for at, (category, mask) in enumerate(zip(held.plain.tolist(), held.may.tolist(), strict=True)):
        span = border[at], border[at + 1]
        if category > 0:
            plain.add(naming.before(category, span[0]), span)
        if mask == held.full:
            unknown.append(span)
            continue
        for name in naming.all_of(mask, span):
            may.add(name, span)
            if mask & (mask - 1) == 0:
                sure.add(name, span)
    known = where(held.border, held.plain != UNKNOWN)
    return Batches(plain.spans, sure.spans, may.spans, _joined(unknown), known, held)


def categories_of(keys: Sequence[str]) -> dict[str, int]:
    """A category for each batch, 0 for none: those that follow one another, or one apart, have different ones."""
    runs = [key for at, key in enumerate(keys) if at == 0 or keys[at - 1] != key]
    near: dict[str, set[str]] = defaultdict(set)
    for apart in (1, 2):
        for one, other in zip(runs, runs[apart:], strict=False):
            near[one].add(other)
            near[other].add(one)
    codes = {"": 0}
    for at, key in enumerate(dict.fromkeys(runs)):
        taken = {codes[other] for other in near[key] if other in codes}
        turn = [1 + (at + step) % CATEGORIES for step in range(CATEGORIES)]
        codes.setdefault(key, next((category for category in turn if category not in taken), turn[0]))
    return codes


class _Lists:
    """Spans per batch, touching ones joined."""

    def __init__(self) -> None:
        self.spans: dict[str, Spans] = defaultdict(list)

    def add(self, name: str, span: tuple[int, int]) -> None:
        found = self.spans[name]
        if found and found[-1][1] == span[0]:
            found[-1] = (found[-1][0], span[1])
        else:
            found.append(span)


class _Naming:
    """Which batch a category stands for at some instant."""

    def __init__(self, ts: list[int], keys: list[str], codes: dict[str, int]) -> None:
        self._ts, self._keys = ts, keys
        self._rows: dict[int, list[int]] = defaultdict(list)
        for row, key in enumerate(keys):
            self._rows[codes[key]].append(row)

    def before(self, category: int, instant: int) -> str:
        """Of the last sample of that category at or before the instant."""
        return self._keys[self._rows[category][self._place(category, instant) - 1]]

    def all_of(self, mask: int, span: tuple[int, int]) -> Iterator[str]:
        """The batches that the bits of a mask may stand for: of the last such sample before and the first one after."""
        left = mask & ~1  # category 0 is no batch
        while left:
            category = (left & -left).bit_length() - 1
            left ^= 1 << category
            rows, place = self._rows[category], self._place(category, span[0])
            near = rows[max(0, place - 1) : place + 1] if mask & (mask - 1) else rows[place - 1 : place]
            yield from dict.fromkeys(self._keys[row] for row in near)

    def _place(self, category: int, instant: int) -> int:
        return bisect_right(self._rows[category], bisect_right(self._ts, instant) - 1)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    every = joined(np.array(list(spans), np.int64).reshape(-1, 2))
    return [(first, last) for first, last in every.tolist()]


def earliest(spans: Spans, instant: int) -> int | None:
    """The first instant >= `instant` in one of these spans."""
    at = bisect_left(spans, instant + 1, key=lambda span: span[1])
    return max(instant, spans[at][0]) if at < len(spans) else None


def touches(spans: Spans, start: int, end: int) -> bool:
    """Whether one of these spans shares time with [start, end)."""
    at = bisect_left(spans, start + 1, key=lambda span: span[1])
    return at < len(spans) and spans[at][0] < end
