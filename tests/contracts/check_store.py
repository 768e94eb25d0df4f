"""What every store keeps to, as one function that each implementation is put through."""

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np

from collector.store.base import Store
from evidence_engine.vocabulary.batch import Batch, BatchId
from evidence_engine.vocabulary.samples import Samples
from evidence_engine.vocabulary.window import Window

Row = tuple[str, int, float] | tuple[str, int, float, int] | tuple[str, int, float, int, str | None]


def batch_of(sequence: int, rows: Sequence[Row], agent: str = "edge-1", epoch: str = "e1") -> Batch:
    """A batch from (series, ts, value[, quality[, text]]) in any order."""
    full = [(*row, *(0, None)[len(row) - 3 :]) for row in rows]
    full.sort(key=lambda row: (row[0], row[1]))
    names = sorted({row[0] for row in full})
    texts = tuple(row[4] for row in full)
    return Batch(
        BatchId(agent, epoch, sequence),
        tuple(names),
        np.array([names.index(row[0]) for row in full], np.int32),
        np.array([row[1] for row in full], np.int64),
        np.array([row[2] for row in full], np.float64),
        np.array([row[3] for row in full], np.uint8),
        texts if any(text is not None for text in texts) else None,
    )


def listed(samples: Samples) -> list[tuple[int, float, int]]:
    """Rows that a test can compare; NaN becomes −1e9."""
    return [
        (int(t), -1e9 if np.isnan(v) else float(v), int(q))
        for t, v, q in zip(samples.ts, samples.value, samples.quality, strict=True)
    ]


ALL = Window(-(2**63), 2**63 - 1)


def check_store(make: Callable[[], Store]) -> None:
    """Put a store through the contract. make(): opens the same store again after it was closed; empty at first."""
    _repeats_and_windows(make)
    _reopened(make)
    _order_and_conflicts(make)
    _texts(make)
    _missing_batch(make)
    _snapshot(make)


def _repeats_and_windows(make: Callable[[], Store]) -> None:
    with closing(make()) as store:
        assert store.series() == []
        assert len(store.read("A/state", ALL)) == 0
        first = batch_of(1, [("A/state", 10, 1.0), ("A/state", 20, 2.0), ("B/state", 10, np.nan, 2)])
        assert store.append(first)
        assert not store.append(first), "a repeat is harmless"
        assert store.append(batch_of(2, [("A/state", 30, 3.0)]))
        assert store.series() == ["A/state", "B/state"]
        assert listed(store.read("A/state", Window(10, 30))) == [(10, 1.0, 0), (20, 2.0, 0)]
        assert listed(store.read("B/state", ALL)) == [(10, -1e9, 2)]
        assert store.append(batch_of(3, [])), "an empty batch is a batch"
        assert not store.append(batch_of(3, []))


def _reopened(make: Callable[[], Store]) -> None:
    with closing(make()) as store:
        assert listed(store.read("A/state", ALL)) == [(10, 1.0, 0), (20, 2.0, 0), (30, 3.0, 0)]
        again = batch_of(1, [("A/state", 99, 9.0)])
        assert not store.append(again), "who it was is known for ever"


def _order_and_conflicts(make: Callable[[], Store]) -> None:
    with closing(make()) as store:
        before = store.columns()[0]["A/state"]
        conflicts = store.statistics().conflicts
        store.append(batch_of(4, [("A/state", 15, 1.5), ("A/state", 20, 2.0), ("A/state", 40, 4.0)]))
        assert store.statistics().conflicts == conflicts, "same content is one sample"
        store.append(batch_of(5, [("A/state", 10, 7.0), ("A/state", 40, 4.0, 2)]))
        assert store.statistics().conflicts == conflicts + 2
        expected = [(10, 7.0, 0), (15, 1.5, 0), (20, 2.0, 0), (30, 3.0, 0), (40, 4.0, 2)]
        assert listed(store.read("A/state", ALL)) == expected, "the later arrival wins"
        assert listed(before) == [(10, 1.0, 0), (20, 2.0, 0), (30, 3.0, 0)], "a view stays as it was"
        assert store.statistics().rows == 6
    with closing(make()) as store:
        assert listed(store.read("A/state", ALL)) == expected


def _texts(make: Callable[[], Store]) -> None:
    with closing(make()) as store:
        store.append(batch_of(6, [("A/product", 10, np.nan, 0, "P1"), ("A/state", 50, 5.0)]))
        store.append(batch_of(7, [("A/product", 20, np.nan, 0, None), ("A/product", 30, np.nan, 0, "泵壳")]))
    with closing(make()) as store:
        assert list(store.read("A/product", ALL).text or ()) == ["P1", None, "泵壳"]
        assert list(store.read("A/product", Window(20, 31)).text or ()) == [None, "泵壳"]
        assert store.read("A/state", ALL).text is None


def _missing_batch(make: Callable[[], Store]) -> None:
    """D2: for a batch that is missing the collector writes a 0 after the last row before it, on each link."""
    with closing(make()) as store:
        store.append(batch_of(8, [("@a/link", 100, 1.0), ("@b/link", 90, 1.0), ("A/state", 110, 1.0)]))
        store.append(batch_of(1, [("@c/link", 100, 1.0)], agent="edge-2"))
        store.append(batch_of(10, [("@a/link", 200, 1.0)]))
        assert store.statistics().gaps == 1
    with closing(make()) as store:
        assert listed(store.read("@a/link", ALL)) == [(100, 1.0, 0), (101, 0.0, 0), (200, 1.0, 0)]
        assert listed(store.read("@b/link", ALL)) == [(90, 1.0, 0), (91, 0.0, 0)]
        assert listed(store.read("@c/link", ALL)) == [(100, 1.0, 0)], "another agent's link is untouched"


def _snapshot(make: Callable[[], Store]) -> None:
    with closing(make()) as store:
        name = store.snapshot()
        assert store.columns()[1] == name
        store.take_touched()
        store.append(batch_of(10, [("A/state", 60, 1.0)]))
        assert store.snapshot() == name, "a repeat changes nothing"
        assert store.take_touched() is None
        store.append(batch_of(11, [("A/state", 120, 1.0)]))
        assert store.snapshot() != name
        assert store.take_touched() == 110, "what may have changed begins at the sample before"
    with closing(make()) as store:
        assert store.snapshot() != name
