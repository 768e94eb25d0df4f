"""Figures and lanes as they are drawn: bounds rounded outwards, null never 0, unknown never filled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.web.figures import minutes, number, round_above, shown
from collector.web.glyphs import caliper
from collector.web.knowing import standing
from collector.web.lanes import Bars, coarse, within
from collector.web.view import percent
from evidence_engine.vocabulary.instants import HOUR, MINUTE


def test_bounds_are_rounded_outwards() -> None:
    s = shown({"value": 0.5004, "low": 0.5004, "high": 0.5006, "unit": "1"})
    assert (s.text, s.low, s.high) == ("50.0", "50.0", "50.1")
    assert shown({"value": 0.57, "low": 0.57, "high": 0.57, "unit": "1"}).low == "57.0"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_shown_bounds_hold_the_shown_value(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    s = shown({"value": value, "low": low, "high": high, "unit": "1"})
    assert float(s.low) <= low * 100 + 1e-9
    assert float(s.high) >= high * 100 - 1e-9
    assert s.at_low <= s.at_high


def test_nothing_known_is_a_dash_between_open_jaws() -> None:
    s = shown({"value": None, "low": 0.0, "high": 1.0, "unit": "1"})
    assert s.text == "—"
    assert s.at is None
    assert (s.at_low, s.at_high) == (0.0, 100.0)
    drawn = caliper(s, "label")
    assert "circle" not in drawn
    assert 'class="zone"' in drawn


def test_no_high_bound_leaves_the_right_side_open() -> None:
    s = shown({"value": 2.0, "low": 1.0, "high": None, "unit": "h"})
    assert not s.bounded
    assert s.at_high == 100.0
    assert caliper(s, "x").count('class="jaw"') == 1


def test_exact_closes_the_jaws() -> None:
    s = shown({"value": 0.25, "low": 0.25, "high": 0.25, "unit": "1"})
    assert s.exact
    assert 'class="zone"' not in caliper(s, "x")


def test_a_label_cannot_break_out() -> None:
    s = shown({"value": 1.0, "low": 1.0, "high": 1.0, "unit": "1"})
    assert "<b>" not in caliper(s, '"><b>')


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2846.4, "kWh", "2,846"),
        (12.878, "kWh/{piece}", "12.88"),
        (221.0, "{piece}", "221"),
        (424.23, "kgce", "424.2"),
        (0.0, "h", "0.00"),
    ],
)
def test_decimals_fit_the_size(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_durations() -> None:
    assert minutes(34 * MINUTE) == "34 min"
    assert minutes(125 * MINUTE) == "2 h 05 min"
    assert minutes(76 * HOUR) == "3 d 4 h"


@given(st.floats(1e-6, 1e9))
def test_round_above_is_above_and_near(top: float) -> None:
    assert top * (1 - 1e-6) <= round_above(top) <= top * 2


def test_full_coverage_means_all() -> None:
    assert percent(0.99999) == "99.9%"
    assert percent(1.0) == "100.0%"
    assert percent(None) == "—"


def test_a_lane_is_blank_outside_the_calendar() -> None:
    bars = Bars(0, 100, {"producing": [(0, 60)], "unknown": [(60, 100)]})
    kept = within(bars, [(10, 20), (50, 70)])
    assert kept.by_state == {"producing": [(10, 20), (50, 60)], "unknown": [(60, 70)]}


def test_coarse_keeps_short_stops_and_gaps() -> None:
    edges = np.linspace(0, 1_000_000, 4001).astype(int).tolist()
    spans = {
        "producing": list(zip(edges[0::2], edges[1::2], strict=False)),
        "idle": list(zip(edges[1::2], edges[2::2], strict=False)),
    }
    spans["down"] = [(500_000, 500_900)]
    spans["producing"] = [(a, b) for a, b in spans["producing"] if b <= 500_000 or a >= 501_000]
    spans["idle"] = [(a, b) for a, b in spans["idle"] if b <= 500_000 or a >= 501_000]
    drawn = coarse(Bars(0, 1_000_000, spans))
    assert sum(map(len, drawn.by_state.values())) <= 700
    assert drawn.total("down") > 0
    total = sum(drawn.total(word) for word in drawn.by_state)
    assert total == pytest.approx(1_000_000, rel=0.01)


def test_now_looks_through_the_way_of_the_data_but_not_through_silence() -> None:
    bars = Bars(0, 100, {"producing": [(10, 90)], "unknown": [(0, 10), (90, 100)]})
    assert standing(bars, grace=10) == ("producing", 10)
    assert standing(bars, grace=5) == ("unknown", 90)
    assert standing(Bars(0, 100, {}), grace=5) == ("unknown", 0)
