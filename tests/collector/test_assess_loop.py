"""The loop that keeps figures current: which windows, when again, and what the board shows meanwhile."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from collector.assess import WINDOWS_PER_PASS, Assessment
from collector.board import LiveBoard
from collector.config import load_config
from collector.store.lake import Lake
from collector.windows import open_windows, touched_by, wanted_windows
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE, NS, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import samples_of
from evidence_engine.vocabulary.window import Window
from tests.collector.sample_board import PLANT
from tests.collector.serving import write_config
from tests.contracts.check_store import batch_of

START = parse_instant("2026-11-23T22:00", PLANT.zone)
NOW = parse_instant("2026-11-24T10:30", PLANT.zone)


class CountingEngine:
    """An engine whose only figure is the number of rows in the window; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = ""

    def make(self, plant: Plant, history: History, windows: Sequence[Window]) -> "CountingEngine":
        if self.broken:
            raise ArithmeticError(self.broken)
        self.plant, self.history = plant, history
        return self

    def tail(self, before: int) -> None:
        return None

    def records(self, window: Window) -> Iterable[Record]:
        self.asked.append(window.name)
        for name, samples in self.history.series.items():
            rows = len(samples.between(window.start, window.end))
            subject = {"site": self.plant.site.id, "asset": name.split("/")[0]}
            snapshot = self.history.snapshot
            yield Record("x.rows", "x@1", subject, window, Figure(rows, rows, rows), 1.0, snapshot=snapshot)


class Bench:
    """Store, board and loop over a counting engine, at an instant that the test moves."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self.now = NOW
        self.engine = CountingEngine()
        self.scored = 0
        self.store = Lake(folder / "store")
        clock = Clock(lambda: self.now, lambda: self.now)
        self.board = LiveBoard(PLANT, clock, lambda: self.loop.history())
        config = load_config(write_config(folder, **changes))
        make, score = self.engine.make, self._score
        self.loop = Assessment(config, PLANT, (), self.store, clock, self.board, make, score)

    def _score(self, documents: Iterable[object]) -> dict[str, object]:
        self.scored += 1
        return {"schema": "floortruth/score/1", "documents": len(list(documents))}

    async def once(self) -> list[str]:
        """One pass; the windows that were computed."""
        self.engine.asked = []
        await self.loop.once()
        assert len(self.engine.asked) <= WINDOWS_PER_PASS
        return self.engine.asked


@pytest.fixture
def bench(tmp_path: Path) -> Iterable[Bench]:
    bench = Bench(tmp_path, assess="{interval: 0.01, out: out}")
    yield bench
    bench.store.close()


def rows(sequence: int, *times: int) -> None:
    return batch_of(sequence, [("CNC-01/state", t, float(t % 7)) for t in times])  # type: ignore[return-value]


async def test_what_is_open_comes_first_and_what_is_settled_is_kept(bench: Bench) -> None:
    bench.store.append(rows(1, *range(START, NOW - NS, 10 * MINUTE)))
    first = await bench.once()
    assert first[:3] == ["this-shift", "today", "history"]
    assert first[3:5] == ["2026-11-24T09", "2026-11-24T08"]
    assert "2026-11-23-night" not in first, "the shift began before the history"
    assert await bench.once() == []
    bench.now += 5 * MINUTE
    bench.store.append(rows(2, NOW + 4 * MINUTE))
    again = await bench.once()
    assert set(again) == {"this-shift", "today"}
    names = [w.name for w in bench.board.windows()]
    assert names.count("today") == 1
    assert names.count("history") == 1


async def test_an_hour_that_ends_is_added_and_the_whole_is_renewed(bench: Bench) -> None:
    bench.store.append(rows(1, *range(START, NOW - NS, 10 * MINUTE)))
    await bench.once()
    bench.now = NOW + 35 * MINUTE
    bench.store.append(rows(2, bench.now - MINUTE))
    assert {"2026-11-24T10", "history", "this-shift", "today"} == set(await bench.once())


async def test_late_rows_bring_back_the_hours_from_the_row_before_them_on(bench: Bench) -> None:
    bench.store.append(rows(1, *range(START, NOW - NS, 10 * MINUTE)))
    await bench.once()
    bench.store.append(rows(2, NOW - 3 * HOUR + 1))
    computed = await bench.once()
    assert "2026-11-24T07" in computed
    assert "2026-11-24T09" in computed
    assert "2026-11-24T05" not in computed


async def test_a_series_that_returns_after_hours_touches_all_of_them(bench: Bench) -> None:
    bench.store.append(rows(1, START, START + HOUR))
    bench.store.append(batch_of(2, [("CNC-02/state", t, 1.0) for t in range(START, NOW, 10 * MINUTE)]))
    await bench.once()
    bench.store.append(rows(3, NOW - MINUTE))
    assert "2026-11-24T01" in await bench.once()


async def test_board_files_and_score(bench: Bench, tmp_path: Path) -> None:
    bench.store.append(rows(1, *range(START, NOW - NS, 10 * MINUTE)))
    version = bench.board.version()
    waiting = asyncio.ensure_future(bench.board.wait_changed(version))
    await bench.once()
    assert await waiting > version
    hour = next(w for w in bench.board.windows() if w.name == "2026-11-24T09")
    (record,) = bench.board.records(window=Window(hour.start, hour.end))
    assert record["result"]["value"] == 6
    assert bench.board.record(record["id"]) == record
    assert bench.board.records(kpi="x.rows", asset="CNC-01", window=hour) == [record]
    assert bench.board.records(asset="CNC-02") == []
    assert bench.board.record("sha256:0") is None
    assert bench.board.score() == {"schema": "floortruth/score/1", "documents": 1}
    assert json.loads((tmp_path / "out/score.json").read_text()) == bench.board.score()
    await bench.once()
    assert bench.scored == 1, "no figure that is scored changed"


async def test_an_engine_that_fails_is_told_and_tried_again(bench: Bench) -> None:
    stop = asyncio.Event()
    bench.store.append(rows(1, *range(START, NOW - NS, 10 * MINUTE)))
    bench.engine.broken = "no figure today"
    running = asyncio.ensure_future(bench.loop.run(stop))
    async with asyncio.timeout(5):
        await bench.board.wait_changed(bench.board.version())
        assert bench.loop.progress.error == "ArithmeticError: no figure today"
        bench.engine.broken = ""
        while bench.loop.progress.error or not bench.board.windows():
            await bench.board.wait_changed(bench.board.version())
        stop.set()
        await running
    assert [w.name for w in bench.board.windows()].count("history") == 1


async def test_nothing_collected_yet(bench: Bench) -> None:
    assert await bench.once() == ["this-shift", "today"]


def test_open_windows_end_at_the_last_sample_unless_data_is_missing() -> None:
    fresh = History({"A/state": samples_of([NOW - 3 * NS + 5], [1.0])})
    gone = History({"A/state": samples_of([NOW - HOUR], [1.0])})
    assert wanted_windows(PLANT, fresh, NOW, DAY, 10 * NS)[0].end == NOW - 3 * NS
    assert wanted_windows(PLANT, gone, NOW, DAY, 10 * NS)[0].end == NOW
    assert open_windows(PLANT, parse_instant("2026-11-24", PLANT.zone))[0].name == "this-shift"


def test_only_recent_windows_are_kept_but_the_whole_history_always() -> None:
    history = History({"A/state": samples_of([NOW - 300 * DAY, NOW], [1.0, 1.0])})
    wanted = wanted_windows(PLANT, history, NOW, DAY, NS)
    assert sum(w.kind in ("hour", "shift", "day", "custom") for w in wanted) < 40
    assert [w.name for w in wanted if w.kind in ("quarter", "year")] == ["2026-Q3", "2026-Q2"]
    ended = [w.kind for w in wanted[2:]]
    assert ended.index("week") > max(n for n, kind in enumerate(ended) if kind in ("hour", "shift", "day"))
    whole = next(w for w in wanted if w.kind == "history")
    assert whole.start == NOW - 300 * DAY


def test_touched_windows() -> None:
    windows = [Window(0, HOUR, "hour", "a"), Window(HOUR, 2 * HOUR, "hour", "b")]
    assert touched_by(windows, None) == set()
    assert touched_by(windows, HOUR + 30 * MINUTE) == set(windows[1:])
    assert touched_by(windows, HOUR + 10 * MINUTE) == set(windows)


async def test_a_long_past_is_worked_off_in_passes(bench: Bench) -> None:
    bench.store.append(rows(1, *range(NOW - 3 * DAY, NOW - NS, 10 * MINUTE)))
    assert (await bench.once())[0] == "this-shift"
    bench.store.append(rows(2, NOW - 2 * NS))
    second = await bench.once()
    assert second[:2] == ["this-shift", "today"], "what is open stays young"
    for _ in range(9):
        last = await bench.once()
    assert last == []
    names = [w.name for w in bench.board.windows()]
    assert len(names) == len(set(names)) > 70
