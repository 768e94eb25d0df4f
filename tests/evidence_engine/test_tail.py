"""The tail of a history in which nearly everything happened long before: what is kept, what is told, when it ends."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_engine.assess import Assessor
from evidence_engine.tail import Tail
from evidence_engine.vocabulary.facts import ConnectionFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE
from evidence_engine.vocabulary.window import Window
from tests.evidence_engine.eventful import BEGIN, END, history, plant

PLANT, WHOLE = plant(), history()
LAST_DAY = BEGIN + 2 * DAY
NINE = LAST_DAY + 9 * HOUR


@pytest.fixture(scope="module")
def whole() -> Assessor:
    return Assessor(PLANT, WHOLE, [Window(LAST_DAY, END, "day")])


@pytest.fixture(scope="module")
def tail(whole: Assessor) -> Tail:
    found = whole.tail(NINE)
    assert found is not None
    return found


def test_D7_every_record_of_later_windows_is_the_same(whole: Assessor, tail: Tail) -> None:
    part = Assessor(PLANT, tail.of(WHOLE))
    for window in (
        Window(NINE, END, "shift"),
        Window(NINE + 17 * MINUTE, NINE + 2 * HOUR, "day"),
        Window(NINE + 3 * HOUR, NINE + 4 * HOUR, "hour"),
    ):
        records = list(whole.records(window))
        assert [r.to_json() for r in part.records(window)] == [r.to_json() for r in records]
        codes = {limitation.code for record in records for limitation in record.limitations}
        assert {"unmapped_state_code", "unmapped_product", "uncertain_accepted"} <= codes


def test_what_is_kept_begins_where_each_series_was_at_rest(tail: Tail) -> None:
    part = tail.of(WHOLE)
    assert part.start == WHOLE.start
    assert part.end == WHOLE.end
    assert part.series.keys() == WHOLE.series.keys()
    kept = {name: len(samples) / len(WHOLE.of(name)) for name, samples in part.series.items()}
    assert kept.pop("M1/batch") == kept.pop("M2/batch") == 1, "batches are traced through all their past"
    assert kept.pop("@c/link") > 0.99, "a batch is known as far as its link is"
    assert max(kept.values()) < 0.7
    assert kept["M2/state"] < 0.55
    for name in kept:
        before = WHOLE.of(name).ts[WHOLE.of(name).ts < NINE]
        assert tail.first[name] <= before[-1], "the row before a window is one of its inputs"


def test_an_entry_of_the_plan_that_is_open_is_looked_at_from_its_start(tail: Tail) -> None:
    (entry,) = WHOLE.plan
    assert tail.first["M1/count_good"] <= entry.start < tail.first["M2/count_good"]


def test_without_batches_the_link_is_cut_at_a_proof() -> None:
    series = {name: rows for name, rows in WHOLE.series.items() if not name.endswith("/batch")}
    found = Assessor(PLANT, replace(WHOLE, series=series)).tail(NINE)
    assert found is not None
    first = found.first["@c/link"]
    assert first <= min(at for name, at in found.first.items() if name != "@c/link")
    rows = WHOLE.of("@c/link")
    assert rows.value[np.searchsorted(rows.ts, first)] == 1.0
    assert first > BEGIN + DAY


def test_it_stands_until_a_row_comes_before_it_or_a_fact_changes(tail: Tail) -> None:
    settled = tail.past.settled
    assert NINE - 20 * MINUTE < settled < NINE
    assert tail.stands(WHOLE.facts, None)
    assert tail.stands(WHOLE.facts, settled + 1)
    assert not tail.stands(WHOLE.facts, settled)
    ((start, facts),) = WHOLE.facts["c"]
    again: list[tuple[int, ConnectionFacts]] = [(start, facts), (END, facts)]
    assert not tail.stands({"c": again}, None)


def test_a_tail_of_the_tail_is_told_the_same(whole: Assessor, tail: Tail) -> None:
    later = NINE + 3 * HOUR
    again = Assessor(PLANT, tail.of(WHOLE)).tail(later)
    direct = whole.tail(later)
    assert again is not None
    assert direct is not None
    assert again.past.settled == direct.past.settled
    assert {name: again.past.series[name] for name in direct.past.series} == direct.past.series
    assert {name: again.first[name] for name in direct.first} == direct.first


def test_nothing_collected_and_nothing_at_rest() -> None:
    assert Assessor(PLANT, History({})).tail(NINE) is None
    early = Assessor(PLANT, WHOLE).tail(BEGIN + HOUR)
    assert early is not None
    assert early.first.keys() <= {"@c/link"}
