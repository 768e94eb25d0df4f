"""What may happen to a history on its way: a cable cut, a meter that stops, batches dropped, whole stretches deleted.

Each leaves what an honest agent and collector would leave (D2, D31): a cut shows as failed attempts and a new start, a
tag that no longer answers as a bad sample after its last reading, a missing batch as a 0 after the last row before it.
A stretch that is deleted, from the store itself, leaves nothing at all.
"""

import dataclasses
import random
from collections.abc import Callable, Iterable

import numpy as np

from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS
from evidence_engine.vocabulary.samples import BAD, GOOD, Samples
from tests.random_plants.agent import TIMEOUT
from tests.random_plants.machines import BEGIN, END

Loss = Callable[[random.Random, History], History]


def cable_cut(chance: random.Random, history: History) -> History:
    """One machine is not reached for a while: attempts fail. What follows is proven from the next proof on."""
    link = chance.choice(_links(history))
    start, end = _stretch(chance, NS)
    tries = range(start, end, chance.choice([20, 50, 90]) * NS)
    rows = [(start, 0.0), *((t + 1, -1.0) for t in tries)]
    return _replaced(history, _of_link(history, link), start, end, {link: rows})


def batch_dropped(chance: random.Random, history: History) -> History:
    """All that one agent sent in a while is missing; the collector saw the gap in its numbers.

    Where proofs are unbroken: the 0 that tells of the gap lets the next 1 reach back to it (D3), also over a pause in
    which nothing was proven before.
    """
    link = chance.choice(_links(history))
    start, end = next(
        (
            found
            for found in (_stretch(chance, NS) for _ in range(50))
            if _is_proven(history.of(link), *found)
        ),
        (END, END + NS),
    )
    before = [
        int(s.ts[s.ts < start][-1]) for s in map(history.of, _of_link(history, link)) if (s.ts < start).any()
    ]
    return _replaced(
        history, _of_link(history, link), start, end, {link: [(max(before, default=start) + 1, 0.0)]}
    )


def _is_proven(link: Samples, start: int, end: int) -> bool:
    """Whether heartbeats are unbroken from the last row before a stretch to the first one after it."""
    first, last = np.searchsorted(link.ts, [start, end])
    rows = link.between(int(link.ts[max(first - 1, 0)]), int(link.ts[min(last, len(link) - 1)]) + 1)
    return bool((rows.value == 1).all() and (np.diff(rows.ts) <= TIMEOUT).all())


def meter_stopped(chance: random.Random, history: History) -> History:
    """One series ends, after its first good reading at the earliest, while the rest of its device answers.

    A counter that never gave a reading is none: another takes its place for all time (D25: per asset, not by moment).
    """
    names = [name for name, s in history.series.items() if "@" not in name and _good(s)]
    if not names:
        return history
    name = chance.choice(sorted(names))
    samples, (start, _) = history.of(name), _stretch(chance, NS)
    kept = samples.between(-(2**62), max(start, _good(samples)[0] + 1))
    return _with(history, {name: _joined(kept, _last_as_bad(kept))})


def _good(samples: Samples) -> list[int]:
    """The instants of readings that may be believed."""
    return [int(ts) for ts in samples.ts[samples.quality == GOOD]]


def stretch_deleted(chance: random.Random, history: History) -> History:
    """Nothing is left of a stretch; longer than the timeout, else the proofs beside it would stand for it (D2)."""
    start, end = _stretch(chance, TIMEOUT + 1)
    return _deleted(history, start, end)


def beginning_deleted(chance: random.Random, history: History) -> History:
    """Nothing is left of what came first."""
    return _deleted(history, -(2**62), _stretch(chance, NS)[0])


def _deleted(history: History, start: int, end: int) -> History:
    """A link whose first row goes begins with a failed attempt: else samples before its next row would have none (D29)."""
    begun = [link for link in _links(history) if start <= int(history.of(link).ts[0]) < end]
    return _replaced(history, history.series, start, end, {link: [(end - 1, -1.0)] for link in begun})


def end_deleted(chance: random.Random, history: History) -> History:
    """Nothing is left of what came last."""
    return _replaced(history, history.series, _stretch(chance, NS)[0], 2**62, {})


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (cable_cut, batch_dropped, meter_stopped, stretch_deleted, beginning_deleted, end_deleted)
}


def _stretch(chance: random.Random, least: int) -> tuple[int, int]:
    start = chance.randrange(BEGIN, END)
    length = chance.choice([least, 5 * MINUTE, HOUR, 3 * HOUR, chance.randrange(least, 2 * HOUR)])
    return start, start + max(length, least)


def _links(history: History) -> list[str]:
    return sorted(name for name in history.series if name.endswith("/link"))


def _of_link(history: History, link: str) -> list[str]:
    """A link and the series of its machine: `@c-M0/link` and `M0/…`."""
    asset = link.removeprefix("@c-").removesuffix("/link")
    return [name for name in history.series if name == link or name.startswith(f"{asset}/")]


def _replaced(
    history: History,
    names: Iterable[str],
    start: int,
    end: int,
    rows: dict[str, list[tuple[int, float]]],
) -> History:
    """Without the rows of these series in [start, end), with others in their place."""
    found: dict[str, Samples | None] = {}
    for name in names:
        samples = history.of(name)
        told = _rows(rows.get(name, []))
        kept = _joined(samples.between(-(2**62), start), told, samples.between(end, 2**62))
        found[name] = kept if len(kept) else None
    return _with(history, found)


def _rows(rows: list[tuple[int, float]]) -> Samples:
    return Samples(
        np.array([ts for ts, _ in rows], np.int64),
        np.array([value for _, value in rows], np.float64),
        np.zeros(len(rows), np.uint8),
    )


def _last_as_bad(samples: Samples) -> Samples:
    last = samples.between(int(samples.ts[-1]), 2**62)
    return dataclasses.replace(last, ts=last.ts + 1, quality=np.full(1, BAD, np.uint8))


def _joined(*parts: Samples) -> Samples:
    """In order of time; of the same instant twice the first stays."""
    ts = np.concatenate([part.ts for part in parts])
    order = np.unique(ts, return_index=True)[1]
    texts = [t for part in parts for t in (part.text if part.text is not None else [None] * len(part))]
    has_text = any(part.text is not None for part in parts)
    return dataclasses.replace(
        parts[0],
        ts=ts[order],
        value=np.concatenate([part.value for part in parts])[order],
        quality=np.concatenate([part.quality for part in parts])[order],
        text=[texts[n] for n in order] if has_text else None,
    )


def without(history: History, names: Iterable[str]) -> History:
    """As if these series had never been."""
    return _with(history, dict.fromkeys(names))


def _with(history: History, series: dict[str, Samples | None]) -> History:
    every = {**history.series, **series}
    return dataclasses.replace(history, series={n: s for n, s in every.items() if s is not None})
