"""Connections: where data stops, and agents that say anything at all."""

from typing import Any

import pytest

from collector.web.agents import agents_of, tags_to_show
from collector.web.connections import page
from collector.web.view import View
from collector.web.words import Words
from tests.collector.sample_board import SampleBoard


class Told(SampleBoard):
    """A board whose agents said this."""

    def __init__(self, status: Any) -> None:
        super().__init__()
        self.status = status

    def agents(self) -> dict[str, dict[str, Any]]:
        return {"edge": self.status}


def view_of(board: SampleBoard) -> View:
    return View(board, Words("en"))


def test_data_stops_at_the_device_when_its_agent_is_well() -> None:
    rows = {row.name: row for row in page(view_of(SampleBoard())).context["rows"]}
    assert rows["grind-gw"].state == "stale"
    assert [how for _, how in rows["grind-gw"].stages] == ["stop", "dry", "dry", "dry", "dry"]
    assert rows["grind-gw"].trouble == "unit 3 does not answer; the gateway does"
    assert {how for _, how in rows["cnc-a"].stages} == {"ok"}
    assert rows["meters"].stages == []


def test_data_stops_at_an_agent_that_went_silent() -> None:
    board = SampleBoard()
    status = board.agents()["edge-01"] | {"received_at": "2026-11-24T01:00:00.000000000Z"}
    rows = {row.name: row for row in page(view_of(Told(status))).context["rows"]}
    assert [how for _, how in rows["grind-gw"].stages] == ["open", "stop", "dry", "dry", "dry"]


def test_worst_first() -> None:
    rows = page(view_of(SampleBoard())).context["rows"]
    assert rows[0].name == "grind-gw"


def test_tags_with_errors_come_first() -> None:
    tags, count = tags_to_show(agents_of(view_of(SampleBoard())))
    assert tags[0].error == "no answer within 3 s"
    assert count == 14


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"received_at": "nonsense", "spool": "full", "sender": [], "connections": {"a": 1}},
        {
            "received_at": 5,
            "connections": [
                1,
                {"devices": [None, {"link": 7, "tags": [{"value": {"a": 1}, "last_look": "x"}]}]},
            ],
        },
        {
            "spool": {"used": "much", "limit": 0, "batches": None},
            "connections": [{"devices": [{"tags": "none"}]}],
        },
    ],
)
def test_a_status_of_any_shape_is_shown_as_far_as_it_goes(status: dict[str, Any]) -> None:
    assert page(view_of(Told(status))).context["agents"][0].name == "edge"


def test_lost_batches_are_said() -> None:
    status = {"spool": {"batches": 3, "used": 5, "limit": 10, "dropped_batches": 4, "refused_batches": 1}}
    assert (
        agents_of(view_of(Told(status)))[0].spool
        == "50.0%, 3 batches waiting, 5 batches lost to a full spool"
    )
