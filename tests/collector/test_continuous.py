"""The collector goes on assessing: late data changes a verdict, the cause is kept, whoever listens is told, once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from collector.assess import Assessment
from collector.board import LiveBoard
from collector.config import load_config
from collector.journal import Journal
from collector.scoring import scoring_of
from collector.store.lake import Lake
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.clock import Clock
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, MINUTE, parse_instant
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.window import Window
from tests.collector.sample_board import PLANT
from tests.collector.serving import write_config
from tests.contracts.check_store import batch_of

START = parse_instant("2026-11-22T22:00", PLANT.zone)
NOW = parse_instant("2026-11-24T10:30", PLANT.zone)
CLAUSE = "R1.2b"
"""Key machines that are proven readable: decided by data.completeness of each."""


class Completeness:
    """An engine that only says how complete each machine's data is: `share`, or what the test sets for a machine."""

    def __init__(self) -> None:
        self.share = {name: 1.0 for name, asset in PLANT.assets.items() if asset.is_production}

    def make(self, plant: Plant, history: History, windows: Sequence[Window]) -> "Completeness":
        return self

    def tail(self, before: int) -> None:
        return None

    def records(self, window: Window) -> Iterable[Record]:
        for name, share in self.share.items():
            subject = {"site": PLANT.site.id, "asset": name}
            yield Record("data.completeness", "x@1", subject, window, Figure(share, share, share), 1.0)


class Continuous:
    """Store, engine, loop and journal; the test owns the clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.told = folder, NOW, 0
        self.engine, self.store = Completeness(), Lake(folder / "store")
        self.start()

    def start(self) -> None:
        """Begin, or begin again over the same folder."""
        self.journal = Journal(self.folder / "store" / "assessment")
        clock = Clock(lambda: self.now, lambda: self.now)
        self.board = LiveBoard(PLANT, clock, lambda: self.loop.history(), self.journal)
        config = load_config(write_config(self.folder))
        scoring = scoring_of(config, PLANT, self.journal)
        self.loop = Assessment(
            config,
            PLANT,
            (),
            self.store,
            clock,
            self.board,
            self.engine.make,
            scoring,
            journal=self.journal,
            on_changes=self.hear,
        )

    def hear(self) -> None:
        self.told += 1

    async def once(self, *times: int) -> None:
        """Rows at these times arrive, and the loop looks."""
        rows = [("CNC-01/state", t, float(t % 7)) for t in times]
        self.store.append(batch_of(self.store.statistics().arrivals + 1, rows))
        while await self.loop.once():
            pass

    def close(self) -> None:
        self.journal.close()
        self.store.close()


@pytest.fixture
def plant(tmp_path: Path) -> Iterable[Continuous]:
    plant = Continuous(tmp_path)
    yield plant
    plant.close()


async def test_late_data_changes_a_verdict_and_the_cause_is_kept(plant: Continuous) -> None:
    await plant.once(*range(START, NOW, 30 * MINUTE))
    (first,) = plant.journal.changes(CLAUSE)
    assert (first.change["first"], first.change["after"]["verdict"]) == (True, "met")
    before = plant.told
    plant.engine.share["CNC-02"] = plant.engine.share["CNC-03"] = 0.2
    await plant.once(NOW - DAY)
    _, fell = plant.journal.changes(CLAUSE)
    assert (fell.change["before"]["verdict"], fell.change["after"]["verdict"]) == ("met", "partly")
    told = [cause["en"] for cause in fell.change["causes"]]
    assert [text.split(" ")[0] for text in told] == ["CNC-02", "CNC-03"]
    assert all("100.0% [100.0%–100.0%]" in text and "→ 20.0% [20.0%–20.0%]" in text for text in told)
    assert plant.told == before + 1


async def test_a_day_that_ends_without_a_change_tells_nobody(plant: Continuous) -> None:
    await plant.once(*range(START, NOW, 30 * MINUTE))
    before, points = plant.told, len(plant.journal.points())
    plant.now = NOW + DAY
    await plant.once(*range(NOW, plant.now, 30 * MINUTE))
    assert (plant.told, len(plant.journal.points())) == (before, points)


async def test_after_a_restart_only_what_is_new_is_told(plant: Continuous) -> None:
    await plant.once(*range(START, NOW, 30 * MINUTE))
    plant.journal.close()
    plant.start()
    await plant.once(NOW - DAY)
    assert len(plant.journal.changes(CLAUSE)) == 1
    plant.engine.share["CNC-01"] = 0.1
    await plant.once(NOW - DAY + 1)
    assert [c.change["after"]["verdict"] for c in plant.journal.changes(CLAUSE)] == ["met", "mostly"]


async def test_an_answer_is_scored_without_new_data(plant: Continuous) -> None:
    from evidence_engine.rules import check_answer

    await plant.once(*range(START, NOW, 30 * MINUTE))
    answer = check_answer(CLAUSE, {"score": 0, "reason": "not what I saw"}, [CLAUSE])
    plant.journal.say(CLAUSE, answer, "Li", NOW)
    assert await plant.loop.once() == 0
    score = plant.board.score()
    assert score is not None
    assert score["disagreements"] == [CLAUSE]
    assert plant.journal.changes(CLAUSE)[-1].change["causes"][0]["kind"] == "answer"
