"""A pass over what is open hands the engine the tail of a long history, and shows what all of it would give."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.rig.asset_year import ASSET, Damage, asset_year
from collector.assess import Assessment
from collector.board import Json, LiveBoard
from collector.config import load_config
from collector.store.lake import Lake
from evidence_engine.assess import Assessor
from evidence_engine.vocabulary.batch import Batch, BatchId
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import Samples, samples_of
from evidence_engine.vocabulary.window import Window
from tests.collector.serving import write_config
from tests.contracts.check_store import batch_of

YEAR = asset_year(11, 7, Damage(0.002, 10, 3, 6), 10.0, 1.0)
NOW = YEAR.window.start + 6 * DAY + 9 * HOUR + 30 * MINUTE


def _columns() -> dict[str, Samples]:
    """The history as a store holds it: the announcement is a row of text."""
    [(instant, facts)] = YEAR.history.facts["cell"]
    return {**YEAR.history.series, "@cell/facts": samples_of([instant], [np.nan], [0], [facts.to_text()])}


def batch_between(start: int, end: int) -> Batch:
    """All rows of the year in [start, end)."""
    parts = {name: rows for name, s in sorted(_columns().items()) if len(rows := s.between(start, end))}
    texts = tuple(text for rows in parts.values() for text in (rows.text or (None,) * len(rows)))
    return Batch(
        BatchId("edge-1", "e1", end // MINUTE),
        tuple(parts),
        np.repeat(np.arange(len(parts), dtype=np.int32), [len(rows) for rows in parts.values()]),
        np.concatenate([rows.ts for rows in parts.values()]),
        np.concatenate([rows.value for rows in parts.values()]),
        np.concatenate([rows.quality for rows in parts.values()]),
        texts if any(text is not None for text in texts) else None,
    )


def rows_of(history: History) -> int:
    return sum(len(samples) for samples in history.series.values())


class Bench:
    """Store, board and loop with the real engine; it remembers how many rows that was handed in each pass."""

    def __init__(self, folder: Path) -> None:
        self.now, self.handed = NOW, list[int]()
        self.store = Lake(folder / "store")
        self.store.append(batch_between(-(2**62), NOW))
        clock = Clock(lambda: self.now, lambda: self.now)
        self.board = LiveBoard(YEAR.plant, clock, lambda: self.loop.history())
        config = load_config(write_config(folder, assess="{recent_days: 0.2}"))
        score = {"schema": "floortruth/score/1"}
        self.loop = Assessment(
            config, YEAR.plant, (), self.store, clock, self.board, self._make, lambda documents: score
        )

    def _make(self, plant: Plant, history: History, windows: Sequence[Window]) -> Assessor:
        self.handed.append(rows_of(history))
        return Assessor(plant, history, windows)

    async def once(self) -> list[int]:
        """Passes until nothing is left to do; the rows that were handed."""
        self.handed = []
        while await self.loop.once():
            pass
        return self.handed

    async def next_minute(self, minutes: int = 1) -> list[int]:
        """The rows of a minute or some arrive, and the loop looks."""
        self.store.append(batch_between(self.now, self.now + minutes * MINUTE))
        self.now += minutes * MINUTE
        return await self.once()

    def shown(self, name: str) -> tuple[list[Json], list[Json]]:
        """What the board shows of an open window, and what the whole history gives."""
        window = next(w for w in self.board.windows() if w.name == name)
        full = Assessor(YEAR.plant, self.loop.history()).records(window)
        return self.board.records(window=window), [record.to_json() for record in full]


@pytest.fixture
def bench(tmp_path: Path) -> Iterable[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


async def test_D7_the_minute_that_came_last_costs_the_tail_of_the_history_only(bench: Bench) -> None:
    await bench.once()
    for _ in range(3):
        (handed,) = await bench.next_minute()
        assert handed < rows_of(bench.loop.history()) / 3
        for name in ("this-shift", "today"):
            shown, full = bench.shown(name)
            assert shown == full


async def test_D6_a_row_of_yesterday_brings_back_all_of_it_and_then_the_tail_again(bench: Bench) -> None:
    await bench.once()
    bench.store.append(batch_of(1, [(f"{ASSET}/state", NOW - DAY + 12_345, 1.0)]))
    handed = await bench.next_minute()
    assert max(handed) == rows_of(bench.loop.history())
    assert max(await bench.next_minute()) < rows_of(bench.loop.history()) / 3
    shown, full = bench.shown("today")
    assert shown == full


async def test_the_whole_is_renewed_once_when_no_row_on_its_way_may_change_it(bench: Bench) -> None:
    await bench.once()
    await bench.next_minute(35)
    whole = next(w for w in bench.board.windows() if w.kind == "history")
    assert whole.end == NOW + 30 * MINUTE
    of_then = bench.board.records(window=whole)
    handed = [await bench.next_minute(6) for _ in range(9)]
    is_whole = [max(rows) > rows_of(bench.loop.history()) / 2 for rows in handed]
    assert is_whole == [False, False, False, False, False, True, False, False, False]
    now = bench.board.records(window=whole)
    assert [r["result"] for r in now] == [r["result"] for r in of_then]
    assert [r["snapshot"] for r in now] != [r["snapshot"] for r in of_then]
