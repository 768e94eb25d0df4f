"""The energy page: bands, loads, energy by state, carriers with their coefficients, changes against earlier periods."""

from collections.abc import Iterator
from typing import Any

import pytest

from collector.web import energy_sections
from collector.web.view import View
from collector.web.words import LANGS, Words
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import DAY, HOUR, local_midnight, to_datetime
from evidence_engine.vocabulary.window import Window
from tests.collector.sample_board import NOW, PLANT, SampleBoard, _record
from tests.collector.test_web_pages import client_of

TODAY = local_midnight(to_datetime(NOW, PLANT.zone).date(), PLANT.zone)
YESTERDAY = Window(TODAY - DAY, TODAY, "day", "2026-11-23")
BEFORE = Window(TODAY - 2 * DAY, TODAY - DAY, "day", "2026-11-22")


def figure(value: float, unit: str, wide: float = 0.05) -> Figure:
    """A value between bounds that far off."""
    return Figure(value, value * (1 - wide), value * (1 + wide), unit)


SITE: dict[str, tuple[Figure, dict[str, Any]]] = {
    "energy.share_peak": (
        figure(0.4, "1"),
        {"energy": figure(3200.0, "kWh"), "region": "江苏", "source": "Notice"},
    ),
    "energy.share_valley": (figure(0.3, "1"), {"energy": figure(2400.0, "kWh")}),
    "energy.cost": (figure(5210.0, "CNY"), {}),
    "energy.max_demand": (figure(412.0, "kW"), {"minutes": 15}),
    "energy.load_rate": (figure(0.61, "1"), {}),
    "energy.base_load": (Figure(68.0, 0.0, 71.0, "kW"), {}),
    "energy.idle": (figure(486.0, "kWh"), {}),
    "energy.off_shift": (figure(664.0, "kWh"), {}),
    "energy.comprehensive": (
        figure(1145.0, "kgce"),
        {"electricity.coefficient": 0.1229, "electricity.source": "GB/T 2589-2020"},
    ),
    "energy.co2": (figure(3579.0, "kg"), {"electricity.coefficient": 0.55, "electricity.data_year": 2023}),
    "energy.metering_rate_unit": (Figure(0.75, 0.75, 1.0, "1"), {"needed": 4, "fitted": 4, "live": 3}),
}


def records(window: Window, times: float) -> Iterator[dict[str, Any]]:
    """The site's records of a day, all × `times`, and one machine's."""
    for kpi, (one, parts) in SITE.items():
        sides = [None if side is None else side * times for side in (one.value, one.low, one.high)]
        yield _record({"site": "S1"}, window, kpi, Figure(*sides, one.unit), 0.97, False, parts)
    asset = {"site": "S1", "asset": "CNC-01"}
    yield _record(asset, window, "energy.idle", Figure(2.1, 0.0, 24.0, "kWh"), 0.9, False, {})
    yield _record(asset, window, "energy.producing_share", figure(0.9, "1"), 0.9, False, {})
    yield _record(
        {"site": "S1", "asset": "EM-00"},
        window,
        "energy.balance_difference",
        figure(21.0, "kWh"),
        0.9,
        False,
        {},
    )


class EnergyBoard(SampleBoard):
    """The sample board with all energy figures of two days."""

    def __init__(self) -> None:
        super().__init__()
        self._records += [*records(YESTERDAY, 1.0), *records(BEFORE, 0.8)]


PATH = "/energy?from=2026-11-23T00:00%2B08:00&to=2026-11-24T00:00%2B08:00"


@pytest.fixture(scope="module")
def board() -> EnergyBoard:
    return EnergyBoard()


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_shows_every_section(board: EnergyBoard, lang: str) -> None:
    text = client_of(board).get(f"{PATH}&lang={lang}").text
    words = Words("zh" if lang == "zh" else "en")
    for key in (
        "energy.bands",
        "energy.load",
        "energy.states",
        "energy.changes",
        "energy.carriers",
        "energy.meters",
    ):
        assert words(key) in text
    for said in ("3,200 kWh", "江苏", "0.1229 kgce", "0.55 · 2023", "3/4", "412.0"):
        assert said in text
    assert words("energy.no_earlier") in text
    assert "+25.0%" in text


def view_of(board: SampleBoard, **query: str) -> View:
    return View(board, Words("en"), query)


def test_a_day_is_compared_with_the_day_before(board: EnergyBoard) -> None:
    view = view_of(board, **{"from": "2026-11-23T00:00+08:00", "to": "2026-11-24T00:00+08:00"})
    found = {one.name: one for one in energy_sections.changes(view)}
    (before, year) = (
        found["maximum demand"].cells if "maximum demand" in found else found["Maximum demand"].cells
    )
    assert before[0] == "before"
    assert before[1] is not None
    assert before[1].value == pytest.approx(0.25)
    assert before[1].low == "13.0"  # 0.95 ÷ 1.05 × 1.25 − 1, rounded down
    assert year[1] is None


def test_a_shift_has_nothing_to_be_compared_with(board: EnergyBoard) -> None:
    assert energy_sections.changes(view_of(board, w="last")) == []


def test_without_tariff_or_states_the_sections_are_left_out() -> None:
    bare = view_of(SampleBoard())
    assert energy_sections.bands(bare) is None
    assert energy_sections.states(bare) == []
    assert energy_sections.load(bare) == []
    assert energy_sections.meters(bare) == []


def test_the_site_comes_before_its_machines(board: EnergyBoard) -> None:
    view = view_of(board, **{"from": "2026-11-23T00:00+08:00", "to": "2026-11-24T00:00+08:00"})
    rows = energy_sections.states(view)
    assert [row.id for row in rows] == ["", "CNC-01"]
    assert rows[1].cells[1] is None
    assert rows[1].share is not None
    assert view.choice.window is not None
    assert view.choice.window.end - view.choice.window.start == 24 * HOUR
