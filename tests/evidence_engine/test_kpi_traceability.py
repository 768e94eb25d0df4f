"""Batches through the steps and pieces in batches: hand-worked days, and every completion of two short steps (D5, D31)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.stretches import FIRST, LAST, NEVER
from evidence_engine.kpis.watching.batches import Batches, Spans, batches_of, categories_of
from evidence_engine.kpis.watching.traceability import route_of, traced
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from tests.evidence_engine.small_plant import DAY, HOUR, NS, T0, WHOLE, at, history_of, rising, small_plant

NAME = {"zh": "名", "en": "name"}
MIN_BATCH = 2
START = T0 - HOUR + 2 * NS, 0.0
"""A counter that stands at nothing."""
NO_HELD = Held(np.empty(0, np.int64), np.empty(0, np.int16), np.empty(0, np.uint64), 1, ("none",))


def batches(cells: Sequence[str], *, is_known_outside: bool = True) -> Batches:
    """Each cell: the batches of one letter that may be there, '-' none, '?' any; outside of the cells none."""
    plain: dict[str, Spans] = defaultdict(list)
    sure: dict[str, Spans] = defaultdict(list)
    may: dict[str, Spans] = defaultdict(list)
    unknown: Spans = [] if is_known_outside else [(FIRST, 0), (len(cells), LAST)]
    for n, cell in enumerate(cells):
        if cell == "?":
            _add(unknown, n)
            continue
        for name in set(cell) - {"-"}:
            _add(may[name], n)
            if len(cell) == 1:
                _add(sure[name], n)
                _add(plain[name], n)
    return Batches(plain, sure, may, unknown, NEVER, NO_HELD)


def _add(spans: Spans, n: int) -> None:
    if spans and spans[-1][1] == n:
        spans[-1] = (spans[-1][0], n + 1)
    else:
        spans.append((n, n + 1))


def truth(steps: Sequence[Sequence[str]], start: int, end: int) -> Fraction | None:
    """The share of one definite history: a letter per cell and step."""
    stays = [[*run] for _, run in groupby(enumerate(steps[-1]), key=lambda cell: cell[1])]
    long = [stay for stay in stays if len(stay) >= MIN_BATCH and stay[0][0] < end and stay[-1][0] >= start]
    here = {stay[0][1] for stay in long} - {"-"}
    good = [name for name in here if _path(steps, name, end)]
    return Fraction(len(good), len(here)) if here else None


def _path(steps: Sequence[Sequence[str]], name: str, end: int) -> bool:
    instant = 0
    for cells in steps:
        found = [n for n, cell in enumerate(cells) if cell == name and n >= instant]
        if not found:
            return False
        instant = found[0]
    return instant < end


def completed(first: Sequence[str], last: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every pair of rows; nobody saw C and D."""
    early = [_choices(cell, "ABC-") for cell in first]
    late = [_choices(cell, "ABCD-") for cell in last]
    for row in product(*late):
        for before in product(*early):
            yield before, row


def _choices(cell: str, every: str) -> str:
    return every if cell == "?" else cell


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], list[str], int, int]:
    sure = ["A", "B", "-"]
    size = draw(st.integers(2, 5))
    first = draw(st.lists(st.sampled_from([*sure, "AB", "?"]), min_size=size, max_size=size))
    last = draw(st.lists(st.sampled_from([*sure, "A-", "?"]), min_size=size, max_size=size))
    first = [cell if n < 2 or cell != "?" else "-" for n, cell in enumerate(first)]
    start = draw(st.integers(0, size - 1))
    return first, last, start, draw(st.integers(start + 1, size))


@settings(deadline=None, max_examples=120)
@given(cases())
def test_no_completion_traces_less_or_more(case: tuple[list[str], list[str], int, int]) -> None:
    first, last, start, end = case
    found = traced([[batches(first)], [batches(last)]], start, end, MIN_BATCH)
    for rows in completed(first, last):
        share = truth(rows, start, end)
        if share is not None:
            assert found.low is not None
            assert found.high is not None
            assert Fraction(*found.low) <= share <= Fraction(*found.high)


@settings(deadline=None)
@given(st.lists(st.sampled_from("AB-"), min_size=1, max_size=8), st.data())
def test_what_is_all_known_has_no_width(first: list[str], data: st.DataObject) -> None:
    last = data.draw(st.lists(st.sampled_from("AB-"), min_size=len(first), max_size=len(first)))
    found = traced([[batches(first)], [batches(last)]], 0, len(first), MIN_BATCH)
    share = truth([first, last], 0, len(first))
    if share is None:
        assert not found.is_possible
    else:
        assert [Fraction(*one) for one in (found.low, found.value, found.high) if one] == [share] * 3


def test_the_order_of_the_steps_counts() -> None:
    right = traced([[batches("A--")], [batches("-AA")]], 0, 3, MIN_BATCH)
    wrong = traced([[batches("--A")], [batches("AA-")]], 0, 3, MIN_BATCH)
    assert (right.value, wrong.value) == ((1, 1), (0, 1))


def test_unknown_time_at_the_last_step_hides_as_many_batches_as_fit() -> None:
    found = traced([[batches("A------")], [batches("-AA????")]], 0, 7, MIN_BATCH)
    assert (found.low, found.value, found.high) == ((1, 3), (1, 1), (3, 3))


def test_any_asset_of_a_step_will_do() -> None:
    step = [batches("---"), batches("A--")]
    assert traced([step, [batches("-AA")]], 0, 3, MIN_BATCH).low == (1, 1)


def test_a_batch_that_is_only_passing_does_not_count() -> None:
    assert not traced([[batches("A--")], [batches("-A-")]], 0, 3, MIN_BATCH).is_possible
    cut = traced([[batches("A---")], [batches("-A?-")]], 0, 4, MIN_BATCH)  # it may have stayed for two
    assert (cut.value, cut.low, cut.high) == (None, (1, 1), (1, 1))


def test_neighbours_have_different_categories_even_after_62_others() -> None:
    names = [f"B{n}" for n in range(70)]
    codes = categories_of([*names, "B0", "B62", "B1"])
    order = [*names, "B0", "B62", "B1"]
    assert all(codes[a] != codes[b] for a, b in pairwise(order))
    assert all(codes[a] != codes[b] for a, b in zip(order, order[2:], strict=False))
    assert categories_of([]) == {"": 0}


# ----------------------------------------------------------------- through the engine


def plant() -> Plant:
    steps = {
        "cutting": {"name": NAME},
        "painting": {"name": NAME, "traced": False},
        "packing": {"name": NAME},
    }
    return small_plant(
        steps=steps,
        assets={
            "M2": {"kind": "press", "step": None, "production": False},
            "V1": {"kind": "other", "step": "painting"},
            "P1": {"kind": "packaging_line", "step": "packing", "ideal_cycle": {"*": 10.0}},
        },
    )


def day(**facts: object) -> History:
    """B1 and B2 are cut and packed; B3 is packed, and nobody cut it."""
    return history_of(
        {
            "M1/batch": [(T0, "B1"), (at(10), "B2")],
            "P1/batch": [(T0, ""), (at(9), "B1"), (at(11), "B2"), (at(13), "B3")],
        },
        **facts,  # type: ignore[arg-type]
    )


def of_site(history: History, of: Plant | None = None) -> dict[str, Record]:
    records = Assessor(of or plant(), history, [WHOLE]).records(WHOLE)
    return {r.kpi: r for r in records if r.kpi.startswith("traceability.") and "asset" not in r.subject}


def test_steps_that_batches_do_not_pass_are_left_out() -> None:
    assert route_of(plant()) == [["M1"], ["P1"]]


def test_two_of_three_batches_are_traced() -> None:
    found = of_site(day())["traceability.batches_traced"]
    assert found.parts == {"batches": 3, "traced": 2, "steps": 2}
    assert (found.result.low, found.result.value) == (2 / 3, 2 / 3)
    assert found.result.high == 1.0  # before the first sample M1 may have held B3


def test_a_cut_of_the_last_step_widens_and_lowers() -> None:
    up = ((T0 - HOUR, at(14)), (at(15), T0 + DAY + HOUR))
    history = history_of({"M1/batch": [(T0, "B1"), (at(10), "B2"), (at(15) + NS, "B2")],
                          "P1/batch": [(T0, ""), (at(9), "B1"), (at(11), "B2"), (at(13), "B3"), (at(15) + NS, "B3")]}, up)  # fmt: skip
    found = of_site(history)["traceability.batches_traced"]
    assert found.result.value == 2 / 3
    assert found.result.low == 2 / (3 + 12)  # an hour hides up to twelve batches of five minutes
    assert found.coverage == pytest.approx(23 / 24, abs=1e-3)


def test_without_any_batch_number_nothing_is_traced_for_sure() -> None:
    found = of_site(history_of({"M1/state": [(T0, "producing")]}))["traceability.batches_traced"]
    assert (found.result.value, found.result.low, found.result.high) == (None, 0.0, 1.0)
    assert "no_batch" in {one.code for one in found.limitations}


def test_one_step_alone_is_not_applicable() -> None:
    found = of_site(day(), small_plant())["traceability.batches_traced"]
    assert (found.result.value, found.result.low, found.result.high) == (None, None, None)
    assert [one.code for one in found.limitations] == ["one_step"]


def test_D31_a_late_look_leaves_open_which_batch_it_was() -> None:
    history = history_of(
        {"M1/batch": [(T0, "B1"), (T0 + 60 * NS, "B1"), (T0 + 120 * NS, "B2")]}, resolution=60.0
    )
    found = batches_of(history, plant(), "M1")
    assert found.plain["B1"] == [(T0, T0 + 120 * NS)]
    assert found.sure["B1"] == [(T0, T0 + 60 * NS)]
    assert found.may["B1"] == [(T0, T0 + 120 * NS)]
    assert found.may["B2"][0][0] == T0 + 60 * NS


def test_D10_pieces_count_with_the_batch_that_was_stated_before_them() -> None:
    """A piece a minute from 08:00; a batch is stated from 09:00 to 10:00 only: 60 of 480 pieces."""
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/count_good": [START, *rising(at(8), at(16), 60 * NS)],
        "M1/batch": [(T0 - HOUR + 2 * NS, ""), (at(9), "B1"), (at(10), "")],
    }
    records = Assessor(plant(), history_of(rows), [WHOLE]).records(WHOLE)
    found = next(r for r in records if r.kpi == "traceability.pieces_in_batch" and "asset" in r.subject)
    assert (found.parts["in_batch"], found.parts["outside"]) == (60, 420)
    assert found.result.value == 60 / 480
    assert found.result.low == pytest.approx(60 / 480, abs=2e-3)


def test_pieces_over_unknown_time_may_be_in_a_batch_or_not() -> None:
    """The counter rises by 60 while nothing is known: they may all be in the batch, or all out of it."""
    up = ((T0 - HOUR, at(9)), (at(10), T0 + DAY + HOUR))
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/count_good": [START, *rising(at(8.5), at(9) - 60 * NS, 60 * NS, 1), (at(10) + NS, 90.0)],
        "M1/batch": [(T0 - HOUR + 2 * NS, "B1"), (at(10) + 2 * NS, "")],
    }
    records = Assessor(plant(), history_of(rows, up), [WHOLE]).records(WHOLE)
    found = next(r for r in records if r.kpi == "traceability.pieces_in_batch" and "asset" in r.subject)
    assert found.result.low == pytest.approx(30 / 90, abs=0.03)
    assert found.result.high == pytest.approx(1.0, abs=0.03)


def test_the_site_counts_machines_without_batch_numbers_too() -> None:
    rows: dict[str, list[tuple[int, float | str]]] = {
        "M1/count_good": [START, *rising(at(8), at(9), 60 * NS)],
        "M1/batch": [(T0 - HOUR + 2 * NS, "B1")],
        "P1/count_good": [START, *rising(at(8), at(9), 60 * NS)],
    }
    found = of_site(history_of(rows))["traceability.pieces_in_batch"]
    assert found.result.value == 1.0
    assert found.result.low == pytest.approx(0.5, abs=0.15)
    assert found.coverage == 0.5
