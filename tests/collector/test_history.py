"""From columns to History: announcements parsed in order, the plant file's facts before them, cut at an instant."""

import logging

import pytest

from collector.history import history_of
from collector.store.columns import Columns
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from tests.collector.sample_board import PLANT
from tests.contracts.check_store import Row, batch_of

STATED = ConnectionFacts(connection="cell-z", series={})
ANNOUNCED = ConnectionFacts(
    connection="cell-z", protocol="opcua", series={"CNC-01/state": SeriesFacts(resolution=15.0)}
)


def with_connections(**connections: ConnectionFacts) -> Plant:
    return PLANT.model_copy(update={"connections": connections})


def history(plant: Plant, rows: list[Row], until: int | None = None) -> History:
    columns = Columns()
    columns.add(batch_of(1, rows))
    return history_of(columns.views(), "arrival-1", plant, until=until)


def test_announced_facts_follow_those_of_the_plant_file() -> None:
    plant = with_connections(**{"cell-z": STATED})
    rows: list[Row] = [("@cell-z/facts", 50, float("nan"), 0, ANNOUNCED.to_text()), ("CNC-01/state", 60, 3.0)]
    assert history(plant, rows).facts == {"cell-z": [(0, STATED), (50, ANNOUNCED)]}
    assert history(plant, rows, until=50).facts == {"cell-z": [(0, STATED)]}
    assert history(plant, rows, until=60).series.keys() == {"@cell-z/facts"}


def test_what_nobody_stated_has_no_facts() -> None:
    found = history(with_connections(), [("CNC-01/state", 60, 3.0)])
    assert (found.facts, found.snapshot, found.start, found.end) == ({}, "arrival-1", 60, 60)


def test_an_announcement_that_is_none_is_left_out_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    rows: list[Row] = [
        ("@cell-y/facts", 50, float("nan"), 0, "{'connection': 'cell-y', told once}"),
        ("@cell-y/facts", 60, float("nan"), 0, ANNOUNCED.to_text()),
    ]
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert history(with_connections(), rows).facts == {"cell-y": [(60, ANNOUNCED)]}
    assert len(caplog.records) == 1
    assert "@cell-y/facts" in caplog.text
