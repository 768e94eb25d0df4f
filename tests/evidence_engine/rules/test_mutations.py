"""Each clause that data decides flips where its rule says, and nowhere else: from history through engine and rules to score.

A plant that just meets it and one that just doesn't: a machine heard of until the very instant at which nine tenths of its
calendar time are known, and one nanosecond less; one meter cut; one, two, three key machines disconnected.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from evidence_engine.vocabulary.plant import Plant
from tests.evidence_engine.rules.mutation_cases import (
    MODEL,
    NEVER,
    RULES,
    at,
    clauses,
    evidence,
    history,
    plant,
)

Cut = tuple[tuple[str, int], ...]
"""Assets and the instants at which they were last heard of."""


@cache
def judged(cut: Cut, without: tuple[str, ...] = (), *, planned: bool = True) -> Mapping[str, Any]:
    """What the score says; a day's evidence is computed once."""
    return clauses(plant(), history(dict(cut), without, planned=planned))


def word(clause: str, cut: Cut, without: tuple[str, ...] = (), *, planned: bool = True) -> str:
    return str(judged(cut, without, planned=planned)[clause]["verdict"])


BEST = {
    "R1.2b": "met",
    "T1.3a": "met",
    "M2-2.3c": "partly",
    "M2-3.3b": "met",
    "M2-4.3a": "partly",
    "M2-4.3b": "met",
    "M2-6.3b": "partly",
    "M2-7.2a": "met",
    "M2-7.2b": "met",
    "M2-7.2c": "met",
    "M2-7.3a": "partly",
}
"""What data alone can prove of each."""


def test_they_are_the_eleven_that_data_decides() -> None:
    assert set(BEST) == {c.id for c in MODEL.clauses.values() if c.live_data == "F"}


@pytest.mark.parametrize("clause", BEST)
def test_where_all_is_connected_data_proves_all_that_it_can(clause: str) -> None:
    found = judged(())[clause]
    assert (found["verdict"], found["by"]) == (BEST[clause], "data")


THREE_GONE = (("K1", NEVER), ("K2", NEVER), ("K3", NEVER))
NO_VIBRATION = ("K3/vibration",)
HALF_OF_ALL = (("K1", NEVER), ("K2", NEVER), ("V1", NEVER))


@pytest.mark.parametrize(
    ("clause", "cut", "asset", "last", "without", "planned", "just", "under"),
    [
        # nine tenths of 7.5 h of calendar time are known at 15:15, of 24 h at 21:36, a half at 12:00, 95 % at 15:37:30
        ("M2-4.3b", (), "K1", "15:15", (), True, "met", "mostly"),
        ("M2-3.3b", (), "K1", "15:15", (), True, "met", "mostly"),
        ("T1.3a", (), "K1", "15:37:30", (), True, "met", "mostly"),
        ("M2-7.2c", (), "K1", "21:36", (), True, "met", "mostly"),
        ("M2-7.2a", (), "G1", "21:36", (), True, "met", "partly"),
        ("M2-7.2b", (), "G1", "21:36", (), True, "met", "partly"),
        ("R1.2b", (), "K1", "12:00", (), True, "met", "mostly"),
        # half of what is asked for is the least of which data proves a part: the last of that half
        ("M2-2.3c", (), "K5", "15:15", (), False, "partly", "not"),
        ("M2-4.3a", HALF_OF_ALL, "K4", "21:36", NO_VIBRATION, True, "partly", "not"),
        ("M2-6.3b", HALF_OF_ALL, "V2", "21:36", NO_VIBRATION, True, "partly", "not"),
        ("M2-7.3a", THREE_GONE, "K4", "21:36", (), True, "partly", "not"),
    ],
)
def test_the_verdict_flips_exactly_at_the_threshold(
    clause: str,
    cut: Cut,
    asset: str,
    last: str,
    without: tuple[str, ...],
    planned: bool,
    just: str,
    under: str,
) -> None:
    met = word(clause, (*cut, (asset, at(last))), without, planned=planned)
    missed = word(clause, (*cut, (asset, at(last) - 1)), without, planned=planned)
    assert (met, missed) == (just, under)


@pytest.mark.parametrize("clause", ["R1.2b", "T1.3a", "M2-4.3b", "M2-7.2c"])
def test_disconnecting_key_machines_one_after_the_other(clause: str) -> None:
    """5 of 5, 4 of 5 (exactly 0.8), 3 of 5, 2 of 5 (under 0.5)."""
    words = [word(clause, THREE_GONE[:gone]) for gone in range(4)]
    assert words == ["met", "mostly", "partly", "not"]


def test_one_meter_cut_is_seen_by_both_clauses_about_meters() -> None:
    cut = (("W1", NEVER),)
    assert [word(clause, cut) for clause in ("M2-7.2a", "M2-7.2b")] == ["partly", "partly"]


def test_a_day_without_a_plan_is_not_monitored_against_it() -> None:
    assert word("M2-3.3b", (("K5", at("15:15")),), planned=False) == "mostly"  # 10 of 11


def test_the_rated_power_from_which_a_machine_is_a_high_user() -> None:
    """50 kW counts, 49.9 does not: its record is no longer asked for."""

    def counted(rated: float) -> str:
        of: Plant = plant(K1={"rated_power": rated})
        return str(clauses(of, history({"K1": NEVER}))["M2-7.2c"]["verdict"])

    assert (counted(50.0), counted(49.9)) == ("mostly", "met")


def test_a_key_flag_taken_away_shrinks_the_denominator() -> None:
    """The reason why facts that changed are listed with before and after: K1 is dead in both."""
    of = plant(K1={"key": False, "step": None})
    found = clauses(of, history({"K1": NEVER}))["M2-4.3b"]
    assert found["verdict"] == "met"
    assert "of 4 key machines" in found["because"]["en"]


def test_an_ideal_cycle_that_the_counter_disproves_leaves_the_clause_open_d12() -> None:
    """K1 makes a piece a minute; stated as 500 s, that is more than its limit allows."""
    of = plant(K1={"ideal_cycle": {"*": 500.0}})
    found = clauses(of, history())["M2-4.3b"]
    assert (found["verdict"], found["by"], found["score"]) == (
        "insufficient",
        "none",
        {"low": 0.0, "high": 1.0},
    )
    assert found["because"]["en"].startswith("not believed: K1: the readings disprove the stated limit")


def test_every_figure_that_a_rule_asks_for_is_computed() -> None:
    computed = {record["kpi"] for record in evidence(plant(), history())}
    assert {item.kpi for rule in RULES.rules for item in rule.items} <= computed


def test_every_rule_finds_what_it_asks_for() -> None:
    """No sign is out of reach where all data is there."""
    found = judged(())
    words = {rule.clause: found[rule.clause]["verdict"] for rule in RULES.rules if rule.says == "indicates"}
    assert {clause: said for clause, said in words.items() if said != "indicated"} == {}
