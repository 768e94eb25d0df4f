"""Figures of flows whose ordinary rises stay samples are those of flows with a row for every step (D10, D18, D21, D33)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.rig.asset_year import ASSET, Damage, asset_year
from evidence_engine.assess import Assessor, assess
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.booking import book as booked
from evidence_engine.kpis.booking import counted, range_in
from evidence_engine.kpis.gaps import earned, gaps_in
from evidence_engine.vocabulary.instants import DAY, HOUR
from evidence_engine.vocabulary.window import Window
from tests.random_plants.case import Case, case_of


def books_of(case: Case) -> list[AssetBook]:
    assessor = Assessor(case.plant, case.history, case.windows)
    return list(assessor._books_for(case.windows[0]).values())


@pytest.mark.parametrize("seed", range(200, 216))
def test_D10_sums_and_gaps_of_any_window_are_the_same_both_ways(seed: int) -> None:
    case = case_of(seed)
    for book in books_of(case):
        rows = {name: booked(one.flow.spelled_out(), book.calendar) for name, one in book.tallied.items()}
        for window in case.windows:
            start, end = window.start, window.end
            for name, tallied in book.tallied.items():
                spelled = rows[name]
                assert range_in(tallied, start, end) == range_in(spelled, start, end)
                assert counted(tallied, start, end) == counted(spelled, start, end)
            if book.of.cycles is not None:
                for name, one in book.tallied_earned.items():
                    other = earned(rows[name], book.cycles, book.of.product)
                    assert gaps_in(one, book.time, start, end) == gaps_in(other, book.time, start, end)
                    value, by_rows = one.value_over(book.time.joint), other.value_over(book.time.joint)
                    assert value.between(start, end) == by_rows.between(start, end)


@pytest.mark.parametrize(("resolution", "error"), [(0.0, 0.0), (30.0, 2.0)])
def test_D18_one_thread_or_two_windows_apart_or_together_give_the_same_records(
    resolution: float, error: float
) -> None:
    year = asset_year(5, 4, Damage(0.01, 12, 4, 6), resolution, error)
    begin = year.window.start
    windows = [Window(begin + d * DAY, begin + (d + 1) * DAY, "day") for d in range(4)]
    windows += [Window(begin + 7 * HOUR, begin + 8 * HOUR, "hour"), year.window]

    def records(chosen: list[Window]) -> list[Record]:
        return list(assess(year.plant, year.history, chosen))

    together = records(windows)
    assert together
    with ThreadPoolExecutor(2) as pool:
        apart = [record for found in pool.map(lambda w: records([w]), windows) for record in found]
    assert apart == together


def test_the_year_of_a_seed_is_always_the_same_and_says_what_it_holds() -> None:
    one, two = (asset_year(9, 3, Damage(0.01, 5, 2, 3)) for _ in range(2))
    assert [s.ts.tolist() for s in one.history.series.values()] == [
        s.ts.tolist() for s in two.history.series.values()
    ]
    assert list(one.mix())[-1] == "cuts of the link: 5"
    assert one.samples == sum(len(one.history.of(f"{ASSET}/{r}")) for r in ("state", "power_active")) + sum(
        len(one.history.of(f"{ASSET}/{r}")) for r in ("count_total", "count_good", "energy_active")
    )
