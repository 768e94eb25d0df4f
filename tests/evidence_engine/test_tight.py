"""For each bound a history that reaches it, and of which the agent brought home the very same samples (D20–D23, D34).

A completion is a whole history of M1 under an unbroken link. Cut as the agent's link was cut, every one of a case
must leave the same rows; then the figure of the completion, all known, is the bound of what was left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pytest

from evidence_engine.assess import Assessor
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.history import History
from evidence_engine.vocabulary.instants import NS
from evidence_engine.vocabulary.plant import PlanEntry
from evidence_engine.vocabulary.samples import Samples
from tests.evidence_engine.small_plant import HOUR, MINUTE, SHIFT, T0, at, history_of, small_plant

Point = tuple[int, float | str]
END = T0 + 24 * HOUR
PLAN = (PlanEntry(asset="M1", product="A", start=at(15), end=at(16), quantity=60),)
START = T0 - HOUR + 2 * NS
OURS = ("equipment.", "quality.", "production.")
PLANT = small_plant(assets={"M1": {"rated_capacity": 60.0}})


@dataclass(frozen=True)
class Machine:
    """What M1 truly did: (begin, state), and the instants at which good and rejected pieces were finished."""

    states: tuple[tuple[int, str], ...]
    good: tuple[int, ...] = ()
    reject: tuple[int, ...] = ()


def counter(instants: Sequence[int], frames: Sequence[int]) -> list[Point]:
    """Each piece as a sample, the value stated again at keyframes."""
    every = sorted({START, *instants, *frames})
    return [(ts, float(sum(instant <= ts for instant in instants))) for ts in every]


def state(of: Machine, frames: Sequence[int]) -> list[Point]:
    starts = [(START, of.states[0][1]), *of.states[1:]]
    return sorted({*starts, *((ts, [s for begin, s in starts if begin <= ts][-1]) for ts in frames)})


def collected(of: Machine, cut: tuple[int, int] | None, *, counts: bool) -> History:
    """What the agent brings home; at the end of the cut it reads all again (D3)."""
    up = [(T0 - HOUR, END + HOUR)] if cut is None else [(T0 - HOUR, cut[0]), (cut[1], END + HOUR)]
    frames = [END] if cut is None else [ts for ts in (cut[1], END) if ts <= END]
    rows = {"M1/state": state(of, frames)}
    if counts:
        rows["M1/count_good"] = counter(of.good, frames)
        rows["M1/count_reject"] = counter(of.reject, frames)
        rows["M1/product"] = [(START, "A"), *((ts, "A") for ts in frames)]
    if cut is not None:
        rows = {name: [p for p in points if not cut[0] <= p[0] < cut[1]] for name, points in rows.items()}
    return history_of(rows, [pair for pair in up if pair[0] < pair[1]], PLAN if counts else ())


def figures(history: History) -> dict[str, Figure]:
    records = Assessor(PLANT, history, [SHIFT]).records(SHIFT)
    return {r.kpi: r.result for r in records if r.subject.get("asset") == "M1" and r.kpi.startswith(OURS)}


@dataclass(frozen=True)
class Case:
    """Completions that leave the same rows, and which bound of which figure each of them reaches."""

    cut: tuple[int, int]
    completions: dict[str, Machine]
    reach: tuple[tuple[str, str, str], ...]
    """(kpi, 'low' or 'high', name of the completion)."""
    counts: bool = True


def _states(*stays: tuple[float, str]) -> tuple[tuple[int, str], ...]:
    return tuple((at(hour), word) for hour, word in stays)


MORNING = (at(10), at(11))


def _gap(*stays: tuple[float, str], before: str = "producing") -> Machine:
    """Before and after 10 to 11 o'clock M1 does the same in every completion."""
    return Machine(_states((-1, "idle"), (8, "setup"), (9, before), *stays, (11, "producing"), (16, "idle")))


STATE_ONLY = Case(
    MORNING,
    {
        "idle": _gap((10, "idle")),
        "producing": _gap(),
        "setup": _gap((10, "setup")),
        "planned": _gap((10, "planned_stop")),
    },
    (
        ("equipment.availability", "low", "idle"),
        ("equipment.availability", "high", "producing"),
        ("equipment.setup_ratio", "low", "producing"),
        ("equipment.setup_ratio", "high", "setup"),
        ("equipment.motbf", "high", "producing"),
        ("equipment.mttr_iso", "low", "producing"),
    ),
    counts=False,
)


def _failed(*stays: tuple[float, str]) -> Machine:
    """A failure from 13 to 13:30 for sure."""
    tail = ((11, "producing"), (13, "down"), (13.5, "producing"), (16, "idle"))
    return Machine(_states((-1, "idle"), (8, "producing"), *stays, *tail))


FAILURES = Case(
    MORNING,
    {
        "producing": _failed(),
        "down": _failed((10 + 1e-6, "down")),
        "long": _failed((10 + 1e-6, "idle")),
    },
    (
        ("equipment.mtbf", "high", "producing"),
        ("equipment.motbf", "high", "producing"),
        ("equipment.mttr", "high", "down"),
        ("equipment.mttr_iso", "high", "down"),
    ),
    counts=False,
)

_EVERY = tuple(at(8) + n * MINUTE for n in range(120)), tuple(at(11) + n * MINUTE for n in range(1, 60))
_CADENCE = tuple(at(10) + 1 + n * MINUTE for n in range(30))
"""Thirty pieces in the cut: the first was in work when it began, so they need 29 minutes of producing."""


def _thirty(*stays: tuple[float, str]) -> Machine:
    whole = _states((-1, "idle"), (8, "producing"), *stays, (11, "producing"), (16, "idle"))
    return Machine(whole, (*_EVERY[0], *_CADENCE, *_EVERY[1]))


_DONE = 10 + 29 / 60 + 1e-9
BRIDGED = Case(
    MORNING,
    {
        "producing": _thirty(),
        "planned": _thirty((_DONE, "planned_stop")),
        "idle": _thirty((_DONE, "idle")),
        "setup": _thirty((_DONE, "setup")),
    },
    (
        ("equipment.oee", "low", "producing"),
        ("equipment.oee", "high", "planned"),
        ("equipment.effectiveness", "low", "producing"),
        ("equipment.effectiveness", "high", "idle"),
        ("equipment.nee", "low", "producing"),
        ("equipment.nee", "high", "setup"),
    ),
)

EVENING = (at(15), END + HOUR)
_LAST = (*(at(15) + 1 + n * MINUTE for n in range(60)), at(16))
"""As many as D12 allows from 15 to 16 o'clock: one per minute, and the one in work when nothing was told any more."""


def _until_three(good: tuple[int, ...] = (), reject: tuple[int, ...] = ()) -> Machine:
    made = tuple(at(8) + n * MINUTE for n in range(1, 200))
    return Machine(
        _states((-1, "idle"), (8, "producing"), (16 + 1e-6, "idle")),
        (*made[::2], *good),
        (*made[1::2], *reject),
    )


OPEN = Case(
    EVENING,
    {"none": _until_three(), "good": _until_three(good=_LAST), "reject": _until_three(reject=_LAST)},
    (
        ("production.count_good", "low", "none"),
        ("production.count_good", "high", "good"),
        ("quality.quality_ratio", "low", "reject"),
        ("quality.quality_ratio", "high", "good"),
        ("quality.reject_ratio", "low", "good"),
        ("quality.reject_ratio", "high", "reject"),
    ),
)


def _late(ends: tuple[int, ...]) -> Machine:
    made = tuple(at(8) + n * MINUTE for n in range(1, 200))
    return Machine(_states((-1, "idle"), (8, "producing"), (17.5, "idle")), (*made, *ends))


SHIFT_END = Case(
    (at(15.5), at(16.5)),
    {
        "before": _late(tuple(at(15.5) + 1 + n * MINUTE for n in range(20))),
        "after": _late(tuple(at(16) + 1 + n * MINUTE for n in range(20))),
    },
    (
        ("production.count_good", "low", "after"),
        ("production.count_good", "high", "before"),
        ("production.count_good_window", "low", "after"),
        ("production.count_good_window", "high", "before"),
        ("production.schedule_attainment", "low", "after"),
        ("production.schedule_attainment", "high", "before"),
        ("production.count_total", "low", "after"),
        ("production.count_total", "high", "before"),
        ("production.throughput", "low", "after"),
        ("production.throughput", "high", "before"),
        ("equipment.load_ratio", "low", "after"),
        ("equipment.load_ratio", "high", "before"),
    ),
)

CASES = {
    "state_only": STATE_ONLY,
    "failures": FAILURES,
    "bridged": BRIDGED,
    "open": OPEN,
    "shift_end": SHIFT_END,
}
REACHES = [(name, *reach) for name, case in CASES.items() for reach in case.reach]


@cache
def bounds_of(case: str) -> dict[str, Figure]:
    of = CASES[case]
    return figures(collected(next(iter(of.completions.values())), of.cut, counts=of.counts))


def _same(one: Samples, other: Samples) -> bool:
    rows = [(s.ts.tolist(), [repr(v) for v in s.value.tolist()], list(s.text or ())) for s in (one, other)]
    return rows[0] == rows[1]


@pytest.mark.parametrize("case", CASES)
def test_completions_leave_the_same_rows(case: str) -> None:
    of = CASES[case]
    homes = [collected(machine, of.cut, counts=of.counts).series for machine in of.completions.values()]
    for home in homes[1:]:
        assert home.keys() == homes[0].keys()
        assert [name for name in home if not _same(home[name], homes[0][name])] == []


@pytest.mark.parametrize(("case", "kpi", "side", "completion"), REACHES)
def test_a_completion_reaches_the_bound(case: str, kpi: str, side: str, completion: str) -> None:
    of = CASES[case]
    whole = figures(collected(of.completions[completion], None, counts=of.counts))[kpi]
    bound = bounds_of(case)[kpi]
    assert whole.value is not None
    assert whole.value == pytest.approx(getattr(bound, side), rel=1e-9)
    assert bound.low is not None
    assert bound.high is None or bound.low < bound.high


@pytest.mark.parametrize("case", CASES)
def test_no_completion_of_a_case_lies_outside(case: str) -> None:
    of = CASES[case]
    for machine in of.completions.values():
        for kpi, whole in figures(collected(machine, None, counts=of.counts)).items():
            bound = bounds_of(case)[kpi]
            if whole.value is not None:
                assert bound.low is None or bound.low <= whole.value * (1 + 1e-9), kpi
                assert bound.high is None or whole.value <= bound.high * (1 + 1e-9), kpi
