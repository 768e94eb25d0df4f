"""Held values, states and products: what is so by the plain reading, and all that may be so by the careful (D5, D26, D31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evidence_engine.kernels.held import MANY_UNMAPPED, Coding
from evidence_engine.kernels.overlay import overlay_masks
from evidence_engine.knowledge.reading import Links, Reading, changes_of, margins_of, read, runs_of, sight_of
from evidence_engine.knowledge.stretches import Stretches, ascending, cut, segments_at
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import series_name
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.states import STATE_WORDS, UNKNOWN

OTHER = ""
"""The category of all products beyond the 63 that a mask can tell apart; the only one where the plant lists none."""


@dataclass(frozen=True, slots=True)
class Held:
    """Segments [border[i], border[i + 1]) of a held value; before the first and after the last all is unknown.

    plain[n]: index of the category, -1 unknown · may[n]: the categories that may hold, bit 1 << index; `full`: any ·
    names: the categories · limitations: codes · unmapped: values that no category is stated for.
    """

    border: NDArray[np.int64]
    plain: NDArray[np.int16]
    may: NDArray[np.uint64]
    full: int
    names: tuple[str, ...]
    limitations: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()

    def at(self, instants: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.uint64]]:
        """Plain category and mask at each instant."""
        index = segments_at(self.border, instants)
        if not len(self.plain):
            return np.full(len(index), UNKNOWN, np.int16), np.full(len(index), self.full, np.uint64)
        unknown = index < 0
        return (
            np.where(unknown, np.int16(UNKNOWN), self.plain[index]),
            np.where(unknown, np.uint64(self.full), self.may[index]),
        )

    def within(self, stretches: Stretches) -> "Pieces":
        """The value over these stretches, cut at every change."""
        spans = cut(stretches, self.border)
        plain, may = self.at(spans[:, 0])
        return Pieces(spans, plain, may, self.full)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A held value over some stretches: spans int64[n, 2], plain[n] and may[n] as in Held."""

    spans: Stretches
    plain: NDArray[np.int16]
    may: NDArray[np.uint64]
    full: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        """ns of each piece."""
        return self.spans[:, 1] - self.spans[:, 0]

    def plain_time(self) -> dict[int, int]:
        """ns per category of the plain reading, -1 for unknown; only those that occur."""
        return _sums(self.plain, self.lengths)

    def mask_time(self) -> dict[int, int]:
        """ns per mask of the careful reading; only those that occur."""
        return _sums(self.may, self.lengths)


def _sums(keys: NDArray[np.int16] | NDArray[np.uint64], lengths: NDArray[np.int64]) -> dict[int, int]:
    found, place = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(found), np.int64)
    np.add.at(sums, place, lengths)
    return {int(key): int(ns) for key, ns in zip(found, sums, strict=True)}


def state_of(history: History, plant: Plant, asset: str, links: Links | None = None) -> Held:
    """The state of an asset: its own codes mapped to state categories (D26); a code without one is unknown.

    Where the asset states no codes, the words of the categories themselves are understood.
    """
    words = {code: STATE_WORDS.index(word) for code, word in plant.assets[asset].states.items()}
    codes = words or {word: index for index, word in enumerate(STATE_WORDS)}
    series = series_name(asset, "state")
    return held_of(history, plant, series, codes, STATE_WORDS, "unmapped_state_code", links)


def product_of(history: History, plant: Plant, asset: str, links: Links | None = None) -> Held:
    """The product that an asset holds, by id or by code; one that the plant doesn't list is unknown."""
    codes = {name: name for name in plant.products}
    codes |= {
        str(p.code): name
        for name, p in plant.products.items()
        if p.code is not None and str(p.code) not in codes
    }
    series = series_name(asset, "product")
    names = list(plant.products) or [OTHER]
    limitations: tuple[str, ...] = ()
    if len(names) > 63:
        names = _closest(history.of(series), codes, [*plant.assets[asset].ideal_cycle], names)
        limitations = ("many_products",)
    index = {code: names.index(name if name in names else OTHER) for code, name in codes.items()}
    held = held_of(history, plant, series, index, tuple(names), "unmapped_product", links)
    both = tuple(sorted({*held.limitations, *limitations}))
    return Held(held.border, held.plain, held.may, held.full, held.names, both, held.unmapped)


def _closest(samples: Samples, codes: Mapping[str, str], cycles: list[str], names: list[str]) -> list[str]:
    """The 63 products that matter to the asset, and `OTHER` for the rest."""
    seen = [codes[key] for key in dict.fromkeys(keys_of(samples)) if key in codes]
    kept = list(dict.fromkeys([*(c for c in cycles if c in names), *seen, *names]))[:63]
    return [*kept, OTHER]


def keys_of(samples: Samples) -> list[str]:
    """Each sample as the text that a mapping names it by: its text, or its number ('3', '3.5'); NaN is ''."""
    if samples.text is not None:
        pairs = zip(samples.text, samples.value.tolist(), strict=True)
        return [number_key(value) if text is None else text for text, value in pairs]
    return [number_key(value) for value in samples.value.tolist()]


def number_key(value: float) -> str:
    """'3' for 3.0, '3.5' for 3.5, '' for what is no number."""
    if not np.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _coding(samples: Samples, codes: Mapping[str, int]) -> tuple[Samples, Coding, list[str]]:
    """The samples as numbers, what each number stands for, and those values of texts that stand for nothing."""
    if samples.text is None:
        stated = {value: index for key, index in codes.items() if number_key(value := _number(key)) == key}
        return samples, _table(stated), []
    every = keys_of(samples)
    order = {key: index for index, key in enumerate(dict.fromkeys(every))}
    place = np.array([order[key] for key in every], np.float64)
    table = _table({float(index): codes.get(key, UNKNOWN) for key, index in order.items()})
    return Samples(samples.ts, place, samples.quality), table, [key for key in order if key not in codes]


def _number(key: str) -> float:
    """The number that a code is written as, NaN where it is none."""
    try:
        return float(key)
    except ValueError:
        return float("nan")


def _table(stated: Mapping[float, int]) -> Coding:
    codes = np.array(list(stated), np.float64)
    return Coding(codes, np.array(list(stated.values()), np.int64), 0, 0.0)


def held_of(
    history: History,
    plant: Plant,
    series: str,
    codes: Mapping[str, int],
    names: Sequence[str],
    unmapped_code: str,
    links: Links | None = None,
) -> Held:
    """A held series as segments; `codes` gives the index into `names` of each value as text."""
    samples, coding, strange = _coding(history.of(series), codes)
    sight = sight_of(links or Links(history, plant), series)
    columns = sight.series._replace(value=samples.value)
    reading, flags, numbers = read(replace(sight, series=columns), coding)
    if flags & MANY_UNMAPPED:
        numbers = np.setdiff1d(samples.value, coding.codes)
    named = strange if history.of(series).text is not None else [number_key(v) for v in numbers.tolist()]
    unmapped = tuple(sorted(sight.before.unmapped.union(key for key in named if key)))
    limitations = {*sight.limitations(flags), *([unmapped_code] if unmapped else [])}
    limitations |= {"assumes_stamps_and_looks"} if _outrun(reading) else set()
    full = (1 << len(names)) - 1
    border, plain, may = segments(reading, full)
    return Held(border, plain, may, full, tuple(names), tuple(sorted(limitations)), unmapped)


def _outrun(reading: Reading) -> bool:
    """Whether a value was seen to stay shorter than r + 2e: another like it may have come and gone between two looks.

    This is what assumption (a) excludes, so a history that shows it rests on the assumption by name.
    """
    rows, _, _ = changes_of(reading)
    run = np.searchsorted(runs_of(reading)[0], rows, "right")
    least = reading.resolution[rows[1:]] + 2 * reading.error[rows[1:]]
    return bool(((np.diff(reading.ts[rows]) < least) & (run[1:] == run[:-1])).any())


def segments(reading: Reading, full: int) -> tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.uint64]]:
    """Borders, plain categories and masks of a reading, as Held has them."""
    if not (reading.looks.any() or reading.off.any() or reading.resolution.any() or reading.error.any()):
        return _exact_segments(reading, full)
    category = reading.what.astype(np.int16)
    rows, start, end = changes_of(reading)
    margins = margins_of(reading)
    border, held_by = segments_of(reading, np.concatenate([start, end, margins.ravel()]))
    plain = np.where(held_by < 0, np.int16(UNKNOWN), category[held_by]) if len(held_by) else category[:0]
    alone = _bit(plain, full)
    bits = np.concatenate([_bit(category[rows], full) | _bit(category[rows - 1], full)])
    every = np.full(len(margins), full, np.uint64)
    first = np.searchsorted(border, np.concatenate([start, margins[:, 0]]))
    last = np.searchsorted(border, np.concatenate([end, margins[:, 1]]))
    may = overlay_masks(alone, first, last, np.concatenate([bits, every]))
    return _fewest(border, plain, may)


def _exact_segments(
    reading: Reading, full: int
) -> tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.uint64]]:
    """Where r = e = 0 throughout: nothing is either of two, and all that is known is sure."""
    follows, what = reading.follows(), reading.what
    first = np.flatnonzero(~(follows & np.append(False, what[1:] == what[:-1])[: len(what)]))
    last = np.append(first[1:], len(what))[: len(first)] - 1
    edges = np.stack([reading.ts[first], reading.until[last]], axis=1).ravel()
    category = np.stack([what[first], np.full(len(first), UNKNOWN)], axis=1).ravel()[:-1]
    lasting = np.append(edges[1:] > edges[:-1], True)[: len(edges)]
    border, plain = edges[lasting], category[lasting[:-1]].astype(np.int16)
    return border, plain, _bit(plain, full)


def _bit(category: NDArray[np.int16], full: int) -> NDArray[np.uint64]:
    shifted = np.left_shift(np.uint64(1), np.maximum(category, 0).astype(np.uint64))
    return np.where(category < 0, np.uint64(full), shifted)


def segments_of(reading: Reading, more: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Borders at all that begins or ends, and the row whose value is known in each segment, -1 for none."""
    border = ascending(reading.ts, reading.until, more)
    if not len(reading.ts):
        return border[:0], np.empty(0, np.int64)
    at = np.searchsorted(reading.ts, border[:-1], "right") - 1
    return border, np.where(border[:-1] < reading.until[at], at, -1)


def _fewest(
    border: NDArray[np.int64], plain: NDArray[np.int16], may: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.uint64]]:
    """Neighbours that say the same become one segment."""
    if not len(plain):
        return border, plain, may
    new = np.append(True, (plain[1:] != plain[:-1]) | (may[1:] != may[:-1]))
    return np.append(border[:-1][new], border[-1]), plain[new], may[new]
