"""Networking rate and completeness from link rows (D2, D24)."""

from itertools import pairwise

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import samples_of
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.small_plant import (
    HOUR,
    MINUTE,
    NS,
    SHIFT,
    T0,
    WHOLE,
    at,
    beats,
    history_of,
    keyframes,
    small_plant,
)

ROWS = {"M1/state": keyframes("producing")}


def rate(history: History, window: Window = SHIFT, plant: Plant | None = None, suffix: str = "") -> Record:
    wanted = f"network.networking_rate{suffix}"
    (one,) = [r for r in Assessor(plant or small_plant(), history).records(window) if r.kpi == wanted]
    return one


def values(record: Record) -> tuple[float | None, float | None, float | None]:
    return record.result.value, record.result.low, record.result.high


def test_D24_an_asset_without_a_link_stays_in_the_denominator() -> None:
    found = rate(history_of(ROWS))
    assert values(found) == (0.5, 0.5, 0.5)
    assert (found.parts["connected"], found.parts["registered"]) == (1, 2)
    assert found.parts["share"] == 0.95


def test_D24_digitised_assets_are_a_denominator_of_their_own() -> None:
    plant = small_plant(assets={"M2": {"digitised": False}})
    assert values(rate(history_of(ROWS), plant=plant, suffix="_digitised")) == (1.0, 1.0, 1.0)
    assert values(rate(history_of(ROWS), plant=plant)) == (0.5, 0.5, 0.5)


def test_D24_the_share_is_of_the_assets_own_calendar() -> None:
    """7.5 h of calendar: 22.5 min may be missing; a cut in the break costs nothing."""

    def cut(start: float, minutes: float) -> Record:
        begin = at(start)
        return rate(history_of(ROWS, [(T0 - HOUR, begin), (begin + round(minutes * MINUTE), T0 + 25 * HOUR)]))

    assert values(cut(12, 30)) == (0.5, 0.5, 0.5)
    assert values(cut(9, 22)) == (0.5, 0.5, 0.5)
    assert cut(9, 23).result.low == 0.0


def test_D24_what_is_not_proven_down_may_have_been_up() -> None:
    found = rate(history_of(ROWS, [(T0 - HOUR, at(9)), (at(12), T0 + 25 * HOUR)]))
    assert values(found) == (0.0, 0.0, 0.5)


def test_D24_two_failed_attempts_in_a_minute_prove_it_down() -> None:
    history = history_of(ROWS, [(T0 - HOUR, at(9)), (at(12), T0 + 25 * HOUR)])
    link = history.series["@c/link"]
    failed = range(at(9) + MINUTE, at(12), MINUTE)
    both = sorted([*zip(link.ts.tolist(), link.value.tolist(), strict=True), *((t, -1.0) for t in failed)])
    rows = samples_of([t for t, _ in both], [v for _, v in both])
    found = rate(History({**history.series, "@c/link": rows}, history.facts))
    assert values(found) == (0.0, 0.0, 0.0)


def test_D24_a_cut_that_may_be_shorter_than_the_timeout_counts_as_none() -> None:
    """Every five minutes two attempts fail, 50 s apart: each cut may be shorter than 75 s, so all may have been up."""
    cuts = range(at(8), at(16), 5 * MINUTE)
    up = [(a + 72 * NS, b - NS) for a, b in pairwise([T0 - HOUR, *cuts, T0 + 25 * HOUR])]
    history = history_of(ROWS, up)
    link = history.series["@c/link"]
    failed = [(cut + s * NS, -1.0) for cut in cuts for s in (10, 60)]
    both = sorted([*zip(link.ts.tolist(), link.value.tolist(), strict=True), *failed])
    rows = samples_of([t for t, _ in both], [v for _, v in both])
    found = rate(History({**history.series, "@c/link": rows}, history.facts))
    assert values(found) == (0.0, 0.0, 0.5)


def test_D24_a_link_counts_from_when_a_series_hangs_on_it() -> None:
    """A second device is added at noon, and its tags go to a third one at two: all is up as far as it was there."""
    history = history_of(ROWS)
    named = {"M1/count_total": SeriesFacts(resolution=0.0)}
    series = {**history.series, "@d/link": beats([(at(12), at(14))]), "@e/link": beats([(at(14), at(25))])}
    announced = {
        name: [(start, ConnectionFacts(schema="floortruth/facts/1", connection=name, series=named))]
        for name, start in (("d", at(12)), ("e", at(14)))
    }
    assert values(rate(History(series, {**history.facts, **announced}))) == (0.5, 0.5, 0.5)


def test_D24_a_tag_must_be_good() -> None:
    history = history_of(ROWS)
    bad = samples_of([T0 - HOUR + 2], [3.0], [2])
    found = rate(History({**history.series, "M1/state": bad}, history.facts))
    assert (found.result.low, found.result.high) == (0.0, 0.5)


def test_D24_not_one_row_of_any_link_is_nothing_known() -> None:
    far = Window(T0 + 100 * 24 * HOUR, T0 + 101 * 24 * HOUR, "day", "far")
    for found in (rate(history_of({}), far), rate(History({}))):
        assert values(found) == (None, 0.0, 1.0)
        assert "nothing_known" in {one.code for one in found.limitations}


def test_D24_an_empty_register_has_no_rate() -> None:
    plant = small_plant(assets={"M1": {"production": False}, "M2": {"production": False}})
    assert values(rate(history_of(ROWS), plant=plant)) == (None, None, None)


def test_D24_without_calendar_time_it_is_not_connected() -> None:
    night = Window(T0, T0 + HOUR, "hour", "0")
    assert values(rate(history_of(ROWS), night)) == (0.0, 0.0, 0.0)


def test_completeness_is_proven_time_of_the_window() -> None:
    history = history_of(ROWS, [(T0 - HOUR, at(6)), (at(12), T0 + 25 * HOUR)])
    found = {
        r.subject["asset"]: r
        for r in Assessor(small_plant(), history).records(WHOLE)
        if r.kpi == "data.completeness"
    }
    low = found["M1"].result.low
    assert low is not None
    assert 0.7499 < low < 0.75
    assert found["M1"].result.high == 1.0
    assert values(found["M2"]) == (0.0, 0.0, 0.0)
    assert [one.code for one in found["M2"].limitations] == ["no_link_configured"]
