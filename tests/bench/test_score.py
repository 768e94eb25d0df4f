"""The benchmark of the score runs, over what it says that it measures."""

import random

from bench.score import RESULTS, _plant, _records, _results, _views
from evidence_engine.kpis import KPIS
from evidence_engine.maturity import load_model
from evidence_engine.rules import load_rules
from evidence_engine.rules.evaluate import examine

MODEL = load_model()


def test_so_many_clause_results_are_scored_and_seen() -> None:
    figure = _views(MODEL, "discrete", 1, None)
    assert int(figure.name.split(" ")[0].replace(",", "")) >= RESULTS
    assert figure.value > 0


def test_a_sites_evidence_is_what_rules_ask_for() -> None:
    """No rule of the company's sites is left without a record: else the benchmark would look away."""
    plant = _plant()
    records = [record.to_json() for record in _records(plant) if record.window.kind == "day"]
    rules = load_rules(MODEL).rules
    found = examine(plant, rules, records[: len(records) // 7])
    without = {clause for clause, one in found.items() if one.empty is None and one.window is None}
    assert {record["kpi"] for record in records} <= set(KPIS)
    assert without == set()


def test_a_fifth_is_judged_by_nobody() -> None:
    drawn = _results(MODEL, random.Random(3))
    assert 0.7 < len(drawn) / len(MODEL.clauses) < 0.9
