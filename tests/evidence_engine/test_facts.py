"""Which facts hold for a series at which time, and which connections an asset hangs on (D5, D8, D24, D29)."""

from evidence_engine.knowledge.facts import DEFAULT_HOLD, connections_of, regimes_of
from evidence_engine.knowledge.limitations import LIMITATIONS, limitation, limitations
from evidence_engine.knowledge.stretches import FIRST, LAST
from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from tests.evidence_engine.knowledge_cases import at, facts, plant, rows


def test_D29_nothing_stated_is_max_hold() -> None:
    (regime,) = regimes_of(History({}), plant(), "A/state")
    assert (regime.connection, regime.resolution, regime.hold, regime.stated) == (
        None,
        DEFAULT_HOLD,
        DEFAULT_HOLD,
        False,
    )


def test_D29_the_plant_file_states_single_series_and_connections() -> None:
    (alone,) = regimes_of(History({}), plant(series={"A/state": SeriesFacts(resolution=5.0)}), "A/state")
    assert (alone.connection, alone.resolution, alone.hold) == (None, 5 * NS, 5 * NS)
    (hung,) = regimes_of(History({}), plant([facts("A/state", hold=40.0, resolution=0.0)]), "A/state")
    assert (hung.connection, hung.resolution, hung.hold) == ("c", 0, 40 * NS)


def test_D8_what_is_announced_wins_from_its_instant_and_repeats_say_nothing_new() -> None:
    live = facts("A/state", resolution=2.0)
    known = History(
        {}, {"c": [(at(200)[0], live), (at(100)[0], live), (at(300)[0], facts("A/state", resolution=3.0))]}
    )
    regimes = regimes_of(known, plant([facts("A/state", resolution=0.0)]), "A/state")
    assert [(r.start, r.resolution) for r in regimes] == [(FIRST, 0), (100 * NS, 2 * NS), (300 * NS, 3 * NS)]


def test_D8_a_newer_announcement_that_leaves_a_series_out_takes_it_off_the_link() -> None:
    first, second = facts("A/state", resolution=2.0), facts("A/product", resolution=2.0)
    known = History({}, {"c": [(at(100)[0], first), (at(200)[0], second), (at(300)[0], first)]})
    regimes = regimes_of(known, plant(), "A/state")
    assert [(r.start, r.connection) for r in regimes] == [
        (FIRST, None),
        (100 * NS, "c"),
        (200 * NS, None),
        (300 * NS, "c"),
    ]
    assert regimes[2].facts == regimes[1].facts


def test_D8_a_series_that_went_to_another_link_stays_there() -> None:
    rows_of = {"c": [(at(0)[0], facts("A/state")), (at(200)[0], facts("A/product"))]}
    known = History({}, rows_of | {"d": [(at(100)[0], facts("A/state", "d"))]})
    assert [r.connection for r in regimes_of(known, plant(), "A/state")] == [None, "c", "d"]


def test_D24_the_connections_of_an_asset_over_time() -> None:
    known = History({"A/state": rows((0, 0))}, {"d": [(at(100)[0], facts("A/state", "d"))]})
    here = plant([facts("A/state"), facts("A/product", "e")])
    found = {
        name: spans.tolist() for name, spans in connections_of(known, here, ["A/product", "A/state"]).items()
    }
    assert found == {"c": [[FIRST, 100 * NS]], "d": [[100 * NS, LAST]], "e": [[FIRST, LAST]]}
    assert connections_of(History({}), plant(), ["A/state"]) == {}


def test_the_catalogue_says_everything_in_both_languages_once() -> None:
    assert all(zh and en and zh != en for zh, en in LIMITATIONS.values())
    assert [item.code for item in limitations(["reset", "glitch", "reset"])] == ["glitch", "reset"]
    assert limitation("reset").en.startswith("a counter was reset")
