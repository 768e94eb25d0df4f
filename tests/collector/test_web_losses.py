"""The asset's page: the loss tree of its record, the stops of the window and what they were for (D34)."""

from typing import Any

import pytest

from collector.web.losses import LEAVES, stopped, tree
from collector.web.machines import machine
from collector.web.pages import Pages
from collector.web.view import View
from collector.web.words import Words
from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS
from evidence_engine.vocabulary.plant import Name
from evidence_engine.vocabulary.samples import samples_of
from tests.collector.sample_board import NOW, SampleBoard

DAY_SHIFT = {"from": "2026-11-24T08:00", "to": "2026-11-24T14:32"}


class AlarmBoard(SampleBoard):
    """CNC-04 broke a tool at 13:58, as an alarm 20 s before says."""

    def __init__(self) -> None:
        super().__init__()
        asset = self.plant.assets["CNC-04"].model_copy(update={"stop_alarms": {"101": "tool"}})
        assets = {**self.plant.assets, "CNC-04": asset}
        reasons = {"tool": Name(zh="刀具破损", en="Broken tool")}
        self.plant = self.plant.model_copy(update={"assets": assets, "stop_reasons": reasons})
        down = NOW - 34 * MINUTE
        alarm = samples_of([NOW - 10 * HOUR, down - 20 * NS], [0.0, 101.0])
        history = self._history
        facts = {
            name: [
                (at, f.model_copy(update={"series": {**f.series, "CNC-04/alarm": SeriesFacts(resolution=0)}}))
            ]
            if name == "cnc-b"
            else list(rows)
            for name, rows in history.facts.items()
            for at, f in rows
        }
        self._history = History({**history.series, "CNC-04/alarm": alarm}, facts, snapshot=history.snapshot)


@pytest.fixture(scope="module")
def board() -> AlarmBoard:
    return AlarmBoard()


def test_the_tree_of_the_record_goes_from_the_calendar_to_what_was_earned(board: AlarmBoard) -> None:
    view = View(board, Words("en"), DAY_SHIFT)
    rows = tree(view, machine(view, "CNC-04"))
    assert (rows[0].name, rows[0].share, rows[-1].name) == ("calendar time C", "100.0%", "effective time")
    assert {view.words.part(name) for name in ("breakdown", "idling", "setup", "speed", "unknown")} <= {
        row.name for row in rows
    }
    assert sum(float(row.share[:-1]) for row in rows[1:]) == pytest.approx(100, abs=0.6)
    unknown = next(row for row in rows if row.name == "unknown")
    assert (unknown.sign, unknown.band, unknown.long) == (
        "?",
        "",
        "28 min",
    )  # the cut of the link, and until the next sample after it
    assert len({name for name, _ in LEAVES}) == len(LEAVES)


def test_without_a_record_the_tree_is_of_states(board: AlarmBoard) -> None:
    view = View(board, Words("en"), {"w": "shift"})
    rows = tree(view, machine(view, "CNC-04"))
    assert rows[-1].name == "producing"


@pytest.mark.parametrize(
    ("lang", "tool", "unknown"), [("en", "Broken tool", "reason not known"), ("zh", "刀具破损", "原因未知")]
)
def test_stops_with_their_reasons(board: AlarmBoard, lang: Any, tool: str, unknown: str) -> None:
    found = stopped(View(board, Words(lang), DAY_SHIFT), "CNC-04")
    assert found is not None
    first = found.rows[0]
    assert (first.state, first.begin, first.why, first.known) == ("down", "11-24 13:58", tool, True)
    assert first.band == "34 min – ∞"  # it goes on
    assert {row.why for row in found.rows} == {tool, unknown}
    assert {why.name for why in found.whys} == {tool, unknown}
    assert sum(why.count for why in found.whys) == found.count + found.minor


def test_an_asset_that_never_told_a_state_has_no_stop_list(board: AlarmBoard) -> None:
    assert stopped(View(board, Words("zh"), DAY_SHIFT), "EM-00") is None
    assert stopped(View(SampleBoard(empty=True), Words("zh"), DAY_SHIFT), "CNC-04") is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_both(board: AlarmBoard, lang: Any) -> None:
    html, status = Pages(board, lang).html("/equipment/CNC-04", DAY_SHIFT, Words(lang))
    assert status == 200
    words = Words(lang)
    assert words("stops.pareto") in html or words("stops.pareto").capitalize() in html
    assert 'id="stops"' in html
    assert words.part("effective") in html
