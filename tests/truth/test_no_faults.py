"""Without faults no figure is wider than what its looks leave open, and its value lies inside (issue 6, Truth)."""

from collections import Counter

import pytest

from tests.truth.compare import Json, key_of
from tests.truth.looks import Looks, looks_of, up_of
from tests.truth.record import Record, instant_of, record_of
from tests.truth.runs import Finished
from tests.truth.widths import Widths, unproven

pytestmark = pytest.mark.timeout(600)  # the first to ask waits for all demos

ROUNDING = 1e-9
"""Share of a figure by which sums of floats may differ here."""


@pytest.fixture(scope="session")
def record(clean_run: Finished) -> Record:
    """What the plant did."""
    truth = clean_run.truth
    return record_of(truth["seed"], instant_of(truth["from"]), instant_of(truth["until"]))


@pytest.fixture(scope="session")
def looks(clean_run: Finished) -> dict[str, Looks]:
    """When the agent looked."""
    connections = clean_run.plant.connections.items()
    imported = {series: name for name, facts in connections for series in facts.series}
    return looks_of(clean_run.history, imported)


def test_the_record_of_changes_is_that_of_the_truth_file(clean_run: Finished, record: Record) -> None:
    truth = clean_run.truth
    start, until = instant_of(truth["from"]), instant_of(truth["until"])
    stays = {asset: record.machine(asset).stays(start, until) for asset in record.plant.powered}
    told: dict[str, list[tuple[int, int, str]]] = {}
    for row in truth["states"]:
        told.setdefault(row["asset"], []).append(
            (instant_of(row["from"]), instant_of(row["to"]), row["state"])
        )
    assert told == {asset: [s for s in found if s[0] < s[1]] for asset, found in stays.items()}
    made = Counter((row["asset"], row["role"]) for row in truth["counts"])
    assert set(made) == {
        (asset, f"count_{kind}") for asset in record.plant.machines for kind in ("total", "good", "reject")
    }
    used = sum(row["kwh"] for row in truth["energy"] if row["asset"] == "EM-MAIN")
    hours = [instant_of(row[edge]) for row in truth["energy"] for edge in ("from", "to")]
    assert used == pytest.approx(record.kwh("EM-MAIN", min(hours), max(hours)))


def test_the_truth_lies_within_its_bounds(clean_run: Finished) -> None:
    assert clean_run.truth["faults"] == []
    assert clean_run.comparison.holds, clean_run.comparison.report()


def test_no_figure_is_wider_than_its_looks_leave_open(
    clean_run: Finished, record: Record, looks: dict[str, Looks]
) -> None:
    widths = Widths(record, looks, clean_run.plant, clean_run.history.plan)
    results = {key_of(each): each["result"] for each in clean_run.records}
    checked: Counter[str] = Counter()
    wrong = []
    for entry in clean_run.truth["kpis"]:
        allowed, result = widths.of(entry), results[key_of(entry)]
        if allowed is None:
            continue
        checked[entry["kpi"]] += 1
        problem = _problem(result, allowed)
        if problem:
            wrong.append((*key_of(entry)[:4], problem))
    assert wrong == [], _listed(wrong)
    assert set(checked) == {
        "equipment.availability", "equipment.effectiveness", "equipment.oee", "quality.quality_ratio",
        "quality.reject_ratio", "production.count_good", "production.throughput",
        "production.schedule_attainment", "energy.electricity", "energy.per_good_piece",
    }  # fmt: skip


def _problem(result: Json, allowed: float) -> str:
    """What is wrong with a figure, empty where nothing is."""
    low, value, high = result["low"], result["value"], result["high"]
    if allowed == float("inf"):
        return ""
    if low is None or value is None or high is None:
        return f"[{low}, {value}, {high}], expected no wider than {allowed:.6g}"
    if not low <= value <= high:
        return f"value {value} outside [{low}, {high}]"
    slack = ROUNDING * max(1.0, abs(high))
    if high - low > allowed + slack:
        return f"[{low:.6g}, {high:.6g}] is {high - low:.6g} wide, expected at most {allowed:.6g}"
    return ""


def _listed(wrong: list[tuple[str, str, str, str, str]]) -> str:
    lines = [" ".join(each) for each in wrong]
    return "\n".join([f"{len(wrong)} figures", *lines[:40]])


def test_the_networking_rate_is_open_for_links_that_were_not_proven_up(
    clean_run: Finished, record: Record
) -> None:
    assets = clean_run.plant.production_assets()
    facts = clean_run.plant.connections
    link_of = {series.split("/")[0]: name for name, each in facts.items() for series in each.series}
    up = {asset: up_of(clean_run.history, link_of[asset]) for asset in assets if asset in link_of}
    results = {key_of(each): each["result"] for each in clean_run.records}
    rates = [entry for entry in clean_run.truth["kpis"] if entry["kpi"] == "network.networking_rate"]
    for entry in rates:
        window = entry["window"]
        open_assets = unproven(record, up, instant_of(window["from"]), instant_of(window["to"]))
        result = results[key_of(entry)]
        assert result["high"] - result["low"] <= open_assets / len(assets) + ROUNDING, window
    assert len(rates) > 20
