"""Where a series is at rest: what a counter tells from there on is what it tells with all that was before (D5, D10–D12)."""

import random
from typing import Any

import numpy as np
import pytest

from evidence_engine.knowledge.counters import Steps, counted_of
from evidence_engine.knowledge.facts import regimes_of
from evidence_engine.knowledge.held import Held
from evidence_engine.knowledge.limits import Counting, limit_of
from evidence_engine.knowledge.reading import Links
from evidence_engine.knowledge.rest import Rest, reach_of, rest_in, rest_of_counter, sure_time
from evidence_engine.vocabulary.facts import ConnectionFacts, SeriesFacts
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import HOUR, MINUTE, NS
from evidence_engine.vocabulary.samples import Samples, samples_of
from tests.evidence_engine.eventful import plant

PLANT, SERIES, T0 = plant(), "M1/count_total", 20_700 * 24 * HOUR
CYCLE = 40 * NS
"""The fastest that the plant file states."""


def history_of(
    rows: list[tuple[int, float, int]], cuts: list[tuple[int, int]], r: float, e: float
) -> History:
    """A counter on a link with a proof each 20 s but in the cuts."""
    last = rows[-1][0]
    beats = [t for t in range(T0, last + 1, 20 * NS) if not any(a <= t < b for a, b in cuts)]
    facts = ConnectionFacts(
        schema="floortruth/facts/1",
        connection="c",
        protocol="modbus",
        series={SERIES: SeriesFacts(resolution=r, time_error=e)},
    )
    columns = {
        SERIES: samples_of(*(list(column) for column in zip(*rows, strict=True))),
        "@c/link": samples_of(beats, [1.0] * len(beats)),
    }
    return History(columns, {"c": [(T0 - HOUR, facts)]})


def steps_of(history: History) -> Steps:
    return counted_of(
        Links(history, PLANT), "M1", "count_total", Counting(*limit_of(PLANT, "M1", "count_total"))
    )


def rest_of(history: History, limit: int) -> Rest | None:
    reach = reach_of(regimes_of(history, PLANT, SERIES), T0)
    return rest_of_counter(steps_of(history), history.of(SERIES).ts, limit, reach)


def after(steps: Steps, instant: int) -> dict[str, Any]:
    """What a counter tells of the time from an instant on: steps that end later, knowledge, disproofs, its end."""
    steps = steps.spelled_out()
    rows = steps.end > instant
    names = ["t1", "t2", "start", "end", "seen", "amount", "low", "high", "high_bounded", "undecided", "kind"]
    found: dict[str, Any] = {name: getattr(steps, name)[rows].tolist() for name in names}
    found["edges"] = steps.border[steps.border > instant].tolist()
    found["at"] = [
        column.tolist() for column in steps.at(np.append(instant, found["edges"]).astype(np.int64))
    ]
    found["disproved"] = steps.disproved[steps.disproved > instant].tolist()
    found["jumped"] = steps.jumped[steps.jumped > instant].tolist()
    return found | {"closes": steps.closes}


def drawn(seed: int) -> tuple[list[tuple[int, float, int]], list[tuple[int, int]]]:
    """Eight hours of a machine that is slow, too fast or still, with resets, misreadings, jumps, bad rows and cuts."""
    chance = random.Random(seed)
    rows, level, now, pace, since = list[tuple[int, float, int]](), 500.0, T0 + NS, 60, T0
    harm = chance.choice([0.0, 0.004, 0.02])
    while now < T0 + 8 * HOUR:
        if now - since > chance.randrange(5 * MINUTE, 3 * HOUR):
            pace, since = chance.choice([25, 38, 41, 60, 60, 400]), now
        step = round(pace * chance.uniform(0.9, 1.1) * NS)
        now, level = now + step, level + 1
        shown = level
        if chance.random() < harm:
            level = shown = chance.choice([0.0, level - 30, level / 3])
        elif chance.random() < harm:
            shown = chance.choice([0.0, level + 10_000, level - 5])
        rows.append((now, max(0.0, shown), 2 if chance.random() < harm else 0))
    cuts = [(a, a + chance.choice([1, 3, 20]) * MINUTE) for a in _instants(chance, 3)]
    return rows, cuts if chance.random() < 0.6 else []


def _instants(chance: random.Random, count: int) -> list[int]:
    return [T0 + chance.randrange(8 * HOUR) for _ in range(count)]


@pytest.mark.parametrize("seed", range(60))
def test_D11_D12_a_counter_tells_the_same_from_its_rest_on_whatever_comes_later(seed: int) -> None:
    rows, cuts = drawn(seed)
    r, e = [(0.0, 0.0), (5.0, 0.5), (60.0, 3.0)][seed % 3]
    whole = history_of(rows, cuts, r, e)
    told = steps_of(whole)
    for then in _instants(random.Random(seed), 6):
        came = [row for row in rows if row[0] < then]
        if len(came) < 2:
            continue
        rest = rest_of(history_of(came, [cut for cut in cuts if cut[0] < then], r, e), then - 10 * MINUTE)
        if rest is not None:
            first = int(whole.of(SERIES).ts[rest.row])
            assert first < rest.at <= then - 10 * MINUTE
            cut = {SERIES: whole.of(SERIES).between(first, 2**62), "@c/link": whole.of("@c/link")}
            assert after(steps_of(History(cut, whole.facts)), rest.at) == after(told, rest.at)


def even(pace: int, start: int, end: int, level: int) -> list[tuple[int, float, int]]:
    """A piece each `pace` seconds."""
    return [(t, float(level + n), 0) for n, t in enumerate(range(T0 + start, T0 + end, pace * NS))]


def test_D12_a_machine_that_was_too_fast_is_at_rest_when_its_bucket_has_drained() -> None:
    rows = even(60, NS, 3 * HOUR, 0)
    rows += even(30, 3 * HOUR + NS, 5 * HOUR, len(rows))
    rows += even(60, 5 * HOUR + NS, 9 * HOUR, len(rows))
    history = history_of(rows, [], 0.0, 0.0)
    assert len(steps_of(history).disproved)
    for hours, earliest, latest in ((2, 1.9, 2), (4, 2.9, 3.1), (6, 2.9, 3.1), (8, 7.9, 8)):
        rest = rest_of(history, T0 + hours * HOUR)
        assert rest is not None
        assert earliest * HOUR <= rest.at - T0 <= latest * HOUR


def test_D11_a_misreading_is_over_for_a_glitch_window_before_anything_rests() -> None:
    rows = even(60, NS, 5 * HOUR, 100)
    rows[240] = (rows[240][0], 0.0, 0)
    history = history_of(rows, [], 0.0, 0.0)
    odd = rows[240][0]
    for later, is_behind in ((5, False), (9, False), (17, True)):
        rest = rest_of(history, odd + later * MINUTE)
        assert rest is not None
        assert (rest.at > odd) == is_behind
        assert rest.at < odd or history.of(SERIES).ts[rest.row] > odd + 10 * MINUTE


def held(*segments: tuple[int, int, int]) -> Held:
    """(start, value, mask); the last one's value is not used."""
    border = np.array([start for start, _, _ in segments], np.int64)
    plain = np.array([value for _, value, _ in segments[:-1]], np.int16)
    return Held(border, plain, np.array([mask for *_, mask in segments[:-1]], np.uint64), 7, ("a", "b", "c"))


def test_D5_a_value_is_at_rest_where_it_was_sure_for_as_long_as_a_row_reaches() -> None:
    ts = np.arange(0, 1000, 50, dtype=np.int64)
    calm = sure_time(held((0, 0, 1), (300, 1, 2), (500, 1, 6), (600, -1, 7), (700, 2, 4), (1000, 0, 0)))
    assert calm.tolist() == [[0, 300], [300, 500], [700, 1000]]
    assert rest_in(calm, ts, 2000, 100) == Rest(15, 850), "a row behind it says so"
    assert rest_in(calm, ts, 790, 100) == Rest(7, 499), "not sure for long enough"
    assert rest_in(calm, ts, 350, 100) == Rest(3, 299)
    assert rest_in(calm, ts, 90, 100) is None
    assert rest_in(calm, ts[:0], 2000, 100) is None
    assert sure_time(held((0, 0, 1), (300, 1, 2), (500, 0, 0)), 1).tolist() == [[300, 500]]


def test_a_counter_without_a_row_or_a_limit() -> None:
    nothing = Samples(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))
    assert rest_of(History({SERIES: nothing}), T0) is None
    history = history_of(even(25, NS, 3 * HOUR, 0), [], 0.0, 0.0)
    steps = counted_of(Links(history, PLANT), "M1", "count_total", Counting(None, 1))
    rest = rest_of_counter(steps, history.of(SERIES).ts, T0 + 2 * HOUR, 1)
    assert rest is not None
    assert rest.at > T0 + 2 * HOUR - MINUTE
