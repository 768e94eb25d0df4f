"""Changeovers and their planned set-up against every completion of a row of products."""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.knowledge.held import Held
from evidence_engine.kpis.losses.changeovers import Planned, planned_in
from evidence_engine.kpis.losses.spans import View
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from tests.evidence_engine.known_things import CELL, calendar
from tests.evidence_engine.small_plant import small_plant

NAMES = "ABC"
PLAN = {"A>B": 5.0, "B>A": 2.0, "C": 3.0, "A>C": 7.0}
PLANT = small_plant(
    products={name: {"name": {"zh": name, "en": name}} for name in NAMES},
    assets={"M1": {"planned_setup": PLAN}},
)


def products(cells: list[str]) -> Held:
    masks = [0b111 if cell == "?" else sum(1 << NAMES.index(x) for x in cell) for cell in cells]
    plain = [NAMES.index(cell) if len(cell) == 1 and cell != "?" else -1 for cell in cells]
    border = np.arange(len(cells) + 1, dtype=np.int64) * CELL
    return Held(border, np.array(plain, np.int16), np.array(masks, np.uint64), 0b111, tuple(NAMES))


class Known(AssetKnowledge):
    """An asset whose product is stated cell by cell."""

    def __init__(self, cells: list[str]) -> None:
        super().__init__(PLANT, History({}), "M1")
        self.product = products(cells)


@dataclass(frozen=True)
class Case:
    cells: list[str]
    start: int
    end: int
    off: frozenset[int]

    def found(self) -> Planned:
        within = calendar(*((n, n + 1) for n in range(len(self.cells)) if n not in self.off))
        return planned_in(Known(self.cells), View(within, self.start * CELL, self.end * CELL))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    cells = draw(st.lists(st.sampled_from(["A", "A", "B", "C", "AB", "BC", "?"]), min_size=2, max_size=6))
    start = draw(st.integers(0, len(cells) - 1))
    off = draw(st.frozensets(st.integers(0, len(cells) - 1), max_size=2))
    return Case(cells, start, draw(st.integers(start + 1, len(cells))), off)


@settings(deadline=None, max_examples=150)
@given(cases())
def test_no_completion_has_fewer_or_less_planned(case: Case) -> None:
    found = case.found()
    for states in product(*(NAMES if cell == "?" else cell for cell in case.cells)):
        changes = [
            (a, b)
            for at, (a, b) in enumerate(pairwise(states), 1)
            if a != b and case.start <= at < case.end and at not in case.off
        ]
        planned = sum(PLANT.assets["M1"].planned_setup_of(a, b) or 0 for a, b in changes)
        assert found.count.least <= len(changes)
        assert found.least <= planned * NS


def test_a_row_that_is_all_known_has_no_width() -> None:
    found = Case(list("AABBAC"), 0, 6, frozenset()).found()
    assert (found.count.value, found.count.least, found.count.most) == (3, 3, 3)
    assert (found.value, found.least, found.most) == (14 * NS, 14 * NS, 14 * NS)
    assert not found.unstated
    assert Case(list("CCB"), 0, 3, frozenset()).found().unstated


def test_unknown_time_parts_two_products_once_and_may_hide_any_number() -> None:
    found = Case(["A", "?", "B"], 0, 3, frozenset()).found()
    assert (found.count.value, found.count.least, found.count.most, found.most) == (1, 1, None, None)
    same = Case(["A", "?", "A"], 0, 3, frozenset()).found()
    assert (same.count.value, same.count.least, same.count.most) == (0, 0, None)


def test_a_change_that_may_lie_across_the_edge_is_in_the_most_only() -> None:
    """Seen at the beginning of cell 2, somewhere in cell 1; the window begins there or after it."""
    cells = products(["A", "AB", "B", "B"])
    cells.plain[1] = 0
    of = Known(["A", "A", "B", "B"])
    of.product = cells
    within = calendar((0, 4))
    assert planned_in(of, View(within, 0, 4 * CELL)).count.least == 1
    later = planned_in(of, View(within, CELL + 1, 4 * CELL)).count
    assert (later.value, later.least, later.most) == (1, 0, 1)
    earlier = planned_in(of, View(within, 0, 2 * CELL)).count
    assert (earlier.value, earlier.least, earlier.most) == (0, 0, 1)
