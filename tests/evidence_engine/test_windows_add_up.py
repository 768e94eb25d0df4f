"""Windows that tile a larger one add up to it (D33): time exactly, counts and energy but for what crosses their borders (D10, D13).

A bridged step lies in the value of a window that holds all of it: it is in the larger one and in none of two smaller ones
between which it lies. The bounds of the larger window lie inside the sums of the smaller ones' bounds.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_engine.kpis import network
from evidence_engine.kpis.asset_book import AssetBook
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.outcome import Ratio
from evidence_engine.kpis.subjects import AssetKnowledge
from evidence_engine.kpis.timeline import calendar_of
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.samples import BAD, Samples
from evidence_engine.vocabulary.window import Window, standard_windows
from evidence_engine.vocabulary.working_time import working_time
from tests.evidence_engine.small_plant import DAY, HOUR, MINUTE, NS, T0, at, history_of, small_plant

SHIFTS = [
    {"name": "early", "start": "06:00", "end": "14:00", "breaks": [{"start": "10:00", "end": "10:20"}]},
    {"name": "late", "start": "14:00", "end": "22:00"},
    {"name": "night", "start": "22:00", "end": "06:00", "days": ["mon", "tue", "wed", "thu"]},
]
PLANT = small_plant(calendars={"one": {"shifts": SHIFTS}})
DAYS = 3
LONG = Window(T0, T0 + DAYS * DAY)

MINUTES = st.integers(0, DAYS * 24 * 60)
EVENTS = st.lists(
    st.tuples(MINUTES, st.sampled_from(["producing", "idle", "down", "planned_stop"])), max_size=12
)
GAPS = st.lists(st.tuples(MINUTES, st.integers(1, 300)), max_size=4)


def book_of(plant: Plant, history: History) -> AssetBook:
    time = working_time(plant, plant.assets["M1"], T0 - 2 * DAY, T0 + (DAYS + 2) * DAY)
    series = network.series_by_asset(history, plant)["M1"]
    links = network.asset_links(history, plant, series)
    return AssetBook(AssetKnowledge(plant, history, "M1"), calendar_of(time.stretches), links)


def damaged(
    events: list[tuple[int, str]], gaps: list[tuple[int, int]], every: int, lost: list[int], reset: int
) -> History:
    """States as drawn, a counter and a register that rise and are reset once, links that break, samples that are bad."""
    cuts = sorted((T0 + start * MINUTE, T0 + (start + length) * MINUTE) for start, length in gaps)
    up, begin = [], T0 - HOUR
    for start, end in cuts:
        if start > begin + MINUTE:
            up.append((begin, start))
        begin = max(begin, end)
    up.append((begin, max(begin, LONG.end) + HOUR))
    states = {T0 + minute * MINUTE: word for minute, word in [(-30, "idle"), *events]}
    counts = [
        (T0 + n * every * MINUTE, n if n < reset else n - reset) for n in range(DAYS * 24 * 60 // every)
    ]
    history = history_of(
        {
            "M1/state": sorted(states.items()),
            "M1/product": [(T0 - HOUR + 2 * NS, "A")],
            "M1/count_total": counts,
            "M1/count_good": counts,
            "M1/energy_active": [(t, value * 0.37) for t, value in counts],
        },
        up,
        resolution=every * 60.0,
    )
    return History({**history.series, **_bad(history, lost)}, history.facts)


def _bad(history: History, lost: list[int]) -> dict[str, Samples]:
    found = {}
    for name in ("M1/count_good", "M1/state"):
        samples = history.of(name)
        quality = samples.quality.copy()
        quality[[n % len(samples) for n in lost]] = BAD
        found[name] = Samples(samples.ts, samples.value, quality, samples.text)
    return found


HISTORIES = st.builds(
    damaged, EVENTS, GAPS, st.integers(3, 45), st.lists(st.integers(0, 500), max_size=5), st.integers(5, 400)
)


def tilings() -> list[list[Window]]:
    """The hours of the long window, its days, and its shifts with what lies between them."""
    hours, days = (standard_windows(PLANT, LONG.start, LONG.end, [kind]) for kind in ("hour", "day"))
    shifts = standard_windows(PLANT, LONG.start, LONG.end, ["shift"])
    borders = sorted({LONG.start, LONG.end, *(w.start for w in shifts), *(w.end for w in shifts)})
    odd = [LONG.start, LONG.start + 7 * HOUR + 12_345, at(30.2), LONG.end]
    return [hours, days, *([Window(a, b) for a, b in pairwise(cuts)] for cuts in (borders, odd))]


def bridged_over(book: AssetBook, role: str, windows: Sequence[Window]) -> int:
    """What bridged steps brought that no window but the long one holds, in quanta."""
    steps = book.of.steps(role)
    inner = np.array([w.end for w in windows[:-1]], np.int64)
    crosses = np.searchsorted(inner, steps.start, "right") != np.searchsorted(inner, steps.end, "left")
    held = (steps.start >= LONG.start) & (steps.end <= LONG.end)
    return int(steps.amount[~steps.seen & crosses & held].sum())


@settings(max_examples=8, deadline=None)
@given(HISTORIES)
def test_D33_times_counts_and_energy_of_tiles_add_up_to_the_window(history: History) -> None:
    book = book_of(PLANT, history)
    whole = AssetWindow(book, LONG)
    for windows in tilings():
        parts = [AssetWindow(book, window) for window in windows]
        assert {name: sum(part.time[name] for part in parts) for name in whole.time} == dict(whole.time)
        for kpi, role in (("good", "count_good"), ("total", "count_total")):
            values = [part.count(kpi).value for part in parts]
            assert _sum(values) + _outside(book, role, windows, whole) == _sum([whole.count(kpi).value])
        taken = sum(part.taken.value or 0 for part in parts)
        crossing = bridged_over(book, "energy_active", windows) * 3600 * 10**9
        assert taken + crossing == (whole.taken.value or 0)


def _sum(values: Sequence[Ratio | None]) -> int:
    assert all(value is None or value[1] == 1 for value in values)
    return sum(value[0] for value in values if value is not None)


def _outside(book: AssetBook, role: str, windows: Sequence[Window], whole: AssetWindow) -> int:
    """Bridged pieces of the calendar that the tiles don't tell."""
    name = role.removeprefix("count_")
    whole_in = whole.count(name).value
    every = [AssetWindow(book, window).count(name).value for window in windows]
    missing = _sum([whole_in]) - _sum(every)
    assert 0 <= missing <= bridged_over(book, role, windows)
    return missing


@settings(max_examples=8, deadline=None)
@given(HISTORIES)
def test_D10_bounds_of_a_window_lie_inside_the_sums_of_its_tiles(history: History) -> None:
    book = book_of(PLANT, history)
    whole = AssetWindow(book, LONG)
    for windows in tilings():
        parts = [AssetWindow(book, window) for window in windows]
        for name in ("good", "total"):
            one, several = whole.range(name), [part.range(name) for part in parts]
            assert sum(part.least_natural for part in several) <= one.least_natural
            mosts = [part.most for part in several]
            if None not in mosts:
                assert one.most is not None
                assert one.most <= sum(most for most in mosts if most is not None)
