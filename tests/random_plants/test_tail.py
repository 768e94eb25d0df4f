"""Every record from the tail of a history is the one from all of it, byte for byte, whatever befell the data (D7, D33)."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bench.rig.asset_year import Damage, asset_year
from evidence_engine.assess import Assessor
from evidence_engine.knowledge.stretches import FIRST
from evidence_engine.tail import Tail
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import DAY, HOUR, MINUTE
from evidence_engine.vocabulary.window import Window
from tests.random_plants.case import Case, Ease, case_of

EASES = (Ease(), Ease(disturbed=False), Ease(cut=False), Ease(disturbed=False, cut=False), Ease(quiet=True))


def upto(history: History, instant: int) -> History:
    """What had come by an instant."""
    series = {n: rows for n, s in history.series.items() if len(rows := s.between(FIRST, instant))}
    facts = {name: [row for row in rows if row[0] < instant] for name, rows in history.facts.items()}
    return replace(history, series=series, facts=facts)


def documents(assessor: Assessor, windows: Sequence[Window]) -> Iterator[dict[str, Any]]:
    for window in windows:
        yield from (record.to_json() for record in assessor.records(window))


def rows_of(history: History) -> int:
    return sum(len(samples) for samples in history.series.values())


def first_new(history: History, instant: int) -> int | None:
    """The first row that came at an instant or later."""
    new = [int(rows.ts[0]) for s in history.series.values() if len(rows := s.between(instant, 2**62))]
    return min(new, default=None)


def windows_of(chance: random.Random, before: int, end: int) -> list[Window]:
    """All from an instant on, and some that lie behind it."""
    found = [Window(before, end, "custom", "all")]
    for n in range(2):
        start = chance.randrange(before, end)
        found.append(Window(start, chance.randrange(start + 1, end + HOUR), "custom", f"w{n}"))
    return found


def tail_at(case: Case, chance: random.Random) -> tuple[Tail, int] | None:
    """A tail that somebody found while the history was still going on, and that still stands at its end."""
    history = case.history
    start, end = history.start or 0, history.end or 0
    then = chance.randrange((start + end) // 2, end)
    before = chance.randrange(start + (then - start) * 2 // 3, then)
    tail = Assessor(case.plant, upto(history, then)).tail(before, 0)
    stands = tail is not None and tail.stands(history.facts, first_new(history, then))
    return (tail, before) if tail is not None and stands else None


@pytest.mark.parametrize("seed", [403, 1011, 1047])
def test_D7_windows_of_what_comes_later_need_the_tail_only(seed: int) -> None:
    case, chance = case_of(seed, EASES[seed % 5]), random.Random(seed)
    found = tail_at(case, chance)
    assert found is not None  # in other cases a fact changes meanwhile, and the tail says so itself
    tail, before = found
    windows = windows_of(chance, before, case.history.end or 0)
    part = Assessor(case.plant, tail.of(case.history))
    whole = list(documents(Assessor(case.plant, case.history), windows))
    assert list(documents(part, windows)) == whole
    later = chance.randrange(before, windows[0].end)
    shorter = part.tail(later, 0)
    assert shorter is not None
    last = windows_of(chance, later, windows[0].end)
    found_again = documents(Assessor(case.plant, shorter.of(part.history)), last)
    assert list(found_again) == list(documents(Assessor(case.plant, case.history), last))


@pytest.mark.parametrize(("resolution", "error"), [(0.0, 0.0), (20.0, 2.0)])
def test_minute_by_minute_the_tail_gives_what_a_full_run_gives(resolution: float, error: float) -> None:
    year = asset_year(7, 4, Damage(0.004, 12, 4, 8), resolution, error)
    before = year.window.start + 3 * DAY
    tail = Assessor(year.plant, upto(year.history, before + MINUTE)).tail(before)
    for step in range(1, 12):
        now = before + step * step * 7 * MINUTE
        history = upto(year.history, now)
        assert tail is not None
        assert tail.stands(history.facts, first_new(year.history, before + MINUTE))
        part = Assessor(year.plant, tail.of(history))
        windows = [Window(before, now, "custom", "open"), Window(now - MINUTE, now, "custom", "minute")]
        assert list(documents(part, windows)) == list(documents(Assessor(year.plant, history), windows))
        assert rows_of(part.history) < rows_of(history) / 2
        if step % 4 == 0:
            tail = part.tail(before)
